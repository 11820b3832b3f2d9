/* tests/transaction/test_vouching.c - facts in signed statements: whose count, for whom, and for how long. */
#include <stdlib.h>

#include "assurance/dictionary_text.h"
#include "crypto/jwt_maker.h"
#include "transaction/stage.h"

#include "transaction/decision/vouching.h"

#define NOBODY "/iss: expected the name of a caller who may vouch, and the JWT signed with a key registered with it"
#define BASE "https://federation.example/"
#define HEADER "{\"alg\":\"ES256\",\"typ\":\"assurance-facts+jwt\"}"
#define ABOUT(more) "{\"iss\":\"hospital-1\",\"aud\":\"" BASE "\"" more "}"
#define TIMES ",\"iat\":1795348790,\"exp\":1795349090"
#define BANK ",\"azp\":\"https://bank.example/\""
#define ALICE ",\"sub\":\"alice\"" BANK
#define FACTS ",\"facts\":{\"token.good\":true,\"token.uses\":3}"
#define RECORD(entity, roles) \
	"{\"entities\":[{\"entity_id\":\"https://other.example/\",\"roles\":[\"ap\"]}," \
	"{\"entity_id\":\"" entity "\",\"roles\":[" roles "],\"saml\":\"<x/>\"}],\"id\":\"x\"}"

static const char dictionary_text[] = DICTIONARY(
    DICTIONARY_FACT("token.good", "boolean", "\"idp\"", DICTIONARY_CLAIMED) ","
    DICTIONARY_FACT("token.uses", "integer", "\"idp\"", DICTIONARY_CLAIMED ",\"least\":0,\"most\":9") ","
    DICTIONARY_FACT("token.fresh", "boolean", "\"idp\"", DICTIONARY_CLAIMED ",\"fresh_for\":\"PT1H\"") ","
    DICTIONARY_FACT("token.brief", "boolean", "\"idp\"", DICTIONARY_CLAIMED ",\"fresh_for\":\"PT5S\"") ","
    DICTIONARY_FACT("rp.standing", "boolean", "\"watashi\",\"registry\"",
	DICTIONARY_CLAIMED ",\"fresh_for\":\"PT1H\"") ","
    DICTIONARY_FACT("desk.good", "boolean", "\"proofing-provider\",\"platform\"", DICTIONARY_CLAIMED) ","
    DICTIONARY_FACT("rp.good", "boolean", "\"rp\"", DICTIONARY_CLAIMED));

static struct arena arena;
static struct maker_key key, other;
static const struct dictionary *dictionary;

static int
make_all(void **state)
{
	(void)state;
	arena = arena_init(16 * MIB);
	key = maker_key_new(&arena, "P-256");
	other = maker_key_new(&arena, "P-256");
	dictionary = dictionary_of(&arena, dictionary_text);
	return 0;
}

static int
free_all(void **state)
{
	(void)state;
	maker_key_free(&key);
	maker_key_free(&other);
	arena_release(&arena);
	return 0;
}

static void
scene_open(struct stage *s, uint64_t seed)
{
	stage_open(s, seed);
	stage_member_as(s, "hospital", STANDING_APPROVED, RECORD("https://idp.hospital.example/", "\"idp\",\"rp\""));
	stage_member_as(s, "clinic", STANDING_SUSPENDED, RECORD("https://idp.clinic.example/", "\"idp\""));
	stage_member_as(s, "bank", STANDING_APPROVED, RECORD("https://bank.example/", "\"rp\""));
	stage_member_as(s, "desk", STANDING_APPROVED, RECORD("https://desk.example/", "\"platform\""));
	stage_caller(s, &(struct caller){ .name = span_text("bank-1"), .member = span_text("bank"),
	    .rights = CALLER_VOUCH, .keys = { other.spki }, .key_count = 1 });
	stage_caller(s, &(struct caller){ .name = span_text("desk-1"), .member = span_text("desk"),
	    .rights = CALLER_VOUCH, .keys = { other.spki }, .key_count = 1 });
	stage_caller(s, &(struct caller){ .name = span_text("hospital-1"), .member = span_text("hospital"),
	    .rights = CALLER_VOUCH, .keys = { key.spki }, .key_count = 1 });
	stage_caller(s, &(struct caller){ .name = span_text("hospital-2"), .member = span_text("hospital"),
	    .rights = CALLER_DECIDE, .keys = { other.spki }, .key_count = 1 });
	stage_caller(s, &(struct caller){ .name = span_text("clinic-1"), .member = span_text("clinic"),
	    .rights = CALLER_VOUCH, .keys = { other.spki }, .key_count = 1 });
}

static const struct statement *heard;

static void
on_vouched_here(void *arg, enum err err, const struct statement *statements, const struct problem *why)
{
	struct stage *s = arg;

	s->done = true;
	s->err = err;
	expect_true("statements, or a problem", (err == OK) == !why && (err == OK) == (statements != NULL));
	heard = statements;
}

static void
hear(struct stage *s, struct roll *roll, const struct span *statements, size_t count)
{
	s->done = false;
	vouching_take(s->store, roll, &s->arena, &(struct vouching){ .statements = statements, .count = count,
	    .audience = span_text("https://federation.example"), .asker = span_text("bank"),
	    .dictionary = dictionary, .now = s->now }, on_vouched_here, s);
	expect_true("nothing is answered before the call returns", !s->done);
	stage_run(s);
	expect_number("the store tells", s->err, OK);
}

/* Asked by the bank. */
static enum err
take_about(struct stage *s, const struct span *statements, size_t count, const char *type, const char *id,
    struct facts *facts)
{
	const struct vouching_subject subject = { span_text(type), span_text(id) };
	const struct statement *list[4];
	struct roll *roll = roll_new();

	hear(s, roll, statements, count);
	roll_free(roll);
	for (size_t i = 0; i < count; i++)
		list[i] = &heard[i];
	facts_init(facts, dictionary);
	return vouching_apply(list, count, &subject, "/context/vouched", facts, &s->why);
}

static enum err
take(struct stage *s, const struct span *statements, size_t count, const char *subject, struct facts *facts)
{
	return take_about(s, statements, count, "user", subject, facts);
}

static bool
knows(const struct facts *f, const char *id, int64_t value)
{
	const struct fact *fact = fact_find(dictionary, span_text(id));

	return facts_provenance(f, fact) == VOUCHED && f->value[fact->number] == value;
}

static void
facts_of_a_voucher_are_vouched(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		struct stage s;
		struct facts facts;
		struct span statements[4];

		scene_open(&s, seed);
		statements[0] = maker_jwt(&s.arena, &key, "ES256", HEADER, ABOUT(ALICE TIMES FACTS));
		expect_ok("one statement", take(&s, statements, 1, "alice", &facts), &s.why);
		expect_true("its facts", knows(&facts, "token.good", 1) && knows(&facts, "token.uses", 3));
		statements[1] = maker_jwt(&s.arena, &key, "ES256", HEADER,
		    "{\"facts\":{\"token.uses\":3,\"token.fresh\":{\"value\":true,\"at\":\"2026-11-22T11:30:00Z\"}},"
		    "\"txn\":\"alice\",\"azp\":\"https://bank.example/\","
		    "\"aud\":[\"https://federation.example\"],\"iss\":\"hospital-1\"" TIMES "}");
		statements[2] = statements[3] = statements[0];
		expect_ok("four, one of them of the transaction", take(&s, statements, 4, "alice", &facts), &s.why);
		expect_true("their facts", knows(&facts, "token.good", 1) && knows(&facts, "token.fresh", 1));
		stage_close(&s);
	}
}

static void
facts_count_from_when_they_were_stated(void **state)
{
	struct stage s;
	struct facts facts;
	struct span statement;

	(void)state;
	scene_open(&s, 1);
	statement = maker_jwt(&s.arena, &key, "ES256", HEADER,
	    ABOUT(ALICE TIMES ",\"facts\":{\"token.brief\":true,\"token.fresh\":true}"));
	expect_ok("ten seconds old", take(&s, &statement, 1, "alice", &facts), &s.why);
	expect_true("what is good for an hour is known", knows(&facts, "token.fresh", 1));
	expect_true("what is good for five seconds is not", !knows(&facts, "token.brief", 1));
	expect_true("it is stale", facts.stale[0] >> fact_find(dictionary, span_text("token.brief"))->number & 1);
	stage_close(&s);
}

static void
statements_do_not_contradict_each_other(void **state)
{
	struct stage s;
	struct facts facts;
	struct span statements[3];

	(void)state;
	scene_open(&s, 1);
	statements[0] = maker_jwt(&s.arena, &key, "ES256", HEADER,
	    ABOUT(ALICE TIMES ",\"facts\":{\"token.good\":true}"));
	statements[1] = maker_jwt(&s.arena, &key, "ES256", HEADER, ABOUT(ALICE TIMES FACTS));
	statements[2] = maker_jwt(&s.arena, &key, "ES256", HEADER,
	    ABOUT(ALICE TIMES ",\"facts\":{\"token.uses\":4}"));
	expect_ok("two that agree", take(&s, statements, 2, "alice", &facts), &s.why);
	expect_true("a third that does not", take(&s, statements, 3, "alice", &facts) == ERR_INVALID);
	expect_text("both are named", s.why.text, "/context/vouched/2: the JWT's /facts/token.uses: expected the value "
	    "that /context/vouched/1 states, found another");
	stage_close(&s);
}

static void
a_statement_must_hold(void **state)
{
	const struct {
		const char *title, *header, *payload, *subject;
		const struct maker_key *key;
		const char *part;
	} cases[] = {
		{ "a stranger's key", HEADER, ABOUT(ALICE TIMES FACTS), "alice", &other, NOBODY },
		{ "another type", "{\"alg\":\"ES256\"}", ABOUT(ALICE TIMES FACTS), "alice", &key,
		    "/typ: expected assurance-facts+jwt" },
		{ "another subject", HEADER, ABOUT(ALICE TIMES FACTS), "bob", &key,
		    "expected the id of the question's subject, found another" },
		{ "no asker", HEADER, ABOUT(",\"sub\":\"alice\"" TIMES FACTS), "alice", &key,
		    "/azp: expected an entity ID of the member who asks, for whom the statement was made, found none" },
		{ "another asker", HEADER, ABOUT(",\"sub\":\"alice\",\"azp\":\"https://idp.hospital.example/\""
		    TIMES FACTS), "alice", &key, "/azp: expected an entity ID of the member who asks, for whom the "
		    "statement was made, found another's" },
		{ "no subject", HEADER, ABOUT(BANK TIMES FACTS), "alice", &key,
		    "/sub: expected the id of the question's subject, found none" },
		{ "no subject, as the question has none", HEADER, ABOUT(BANK TIMES FACTS), "", &key, "found none" },
		{ "another transaction", HEADER, ABOUT(",\"txn\":\"t1\"" BANK TIMES FACTS), "t2", &key,
		    "found another" },
		{ "another audience", HEADER,
		    "{\"iss\":\"hospital-1\",\"aud\":\"https://other.example/\"" ALICE TIMES FACTS "}", "alice",
		    &key, "/aud" },
		{ "eleven minutes", HEADER, ABOUT(ALICE ",\"iat\":1795348790,\"exp\":1795349450" FACTS), "alice", &key,
		    "at most PT10M" },
		{ "no date", HEADER, ABOUT(ALICE ",\"exp\":1795349090" FACTS), "alice", &key, "/iat: expected one" },
		{ "yesterday's", HEADER, ABOUT(ALICE ",\"iat\":1795262400,\"exp\":1795262700" FACTS), "alice", &key,
		    "has expired" },
		{ "no facts", HEADER, ABOUT(ALICE TIMES), "alice", &key, "/facts: expected an object" },
		{ "facts that are a list", HEADER, ABOUT(ALICE TIMES ",\"facts\":[]"), "alice", &key,
		    "/facts: expected an object" },
		{ "an unknown fact", HEADER, ABOUT(ALICE TIMES ",\"facts\":{\"token.bad\":true}"), "alice", &key,
		    "/facts/token.bad" },
		{ "a fact of another type", HEADER, ABOUT(ALICE TIMES ",\"facts\":{\"token.good\":1}"), "alice", &key,
		    "/facts/token.good" },
		{ "a fact out of its domain", HEADER, ABOUT(ALICE TIMES ",\"facts\":{\"token.uses\":10}"), "alice",
		    &key, "/facts/token.uses" },
		{ "a caller nobody knows", HEADER, "{\"iss\":\"school-1\"}", "alice", &key,
		    NOBODY },
		{ "an issuer that is no name", HEADER, "{\"iss\":\"https://hospital.example/\"}", "alice", &key,
		    "expected the name of a caller" },
		{ "another's key", HEADER, "{\"iss\":\"clinic-1\",\"aud\":\"" BASE "\"" ALICE TIMES FACTS "}", "alice",
		    &key, NOBODY },
		{ "no right to vouch", HEADER, "{\"iss\":\"hospital-2\",\"aud\":\"" BASE "\"" ALICE TIMES FACTS "}",
		    "alice", &other,
		    NOBODY },
		{ "a member that is suspended", HEADER,
		    "{\"iss\":\"clinic-1\",\"aud\":\"" BASE "\"" ALICE TIMES FACTS "}", "alice", &other,
		    NOBODY },
		{ "an algorithm nobody knows", "{\"alg\":\"none\"}", ABOUT(ALICE TIMES FACTS), "alice", &key,
		    "found \"none\"" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct stage s;
		struct facts facts;
		struct span statements[2];

		scene_open(&s, i + 1);
		statements[0] = maker_jwt(&s.arena, &key, "ES256", HEADER,
		    ABOUT(",\"sub\":\"alice\",\"txn\":\"t1\"" BANK TIMES FACTS));
		statements[1] = maker_jwt(&s.arena, cases[i].key, "ES256", cases[i].header, cases[i].payload);
		if (strcmp(cases[i].subject, "alice") != 0)
			statements[0] = maker_jwt(&s.arena, &key, "ES256", HEADER, arena_print(&s.arena,
			    ABOUT(",\"sub\":\"%s\"" BANK TIMES FACTS), cases[i].subject[0] ? cases[i].subject : "x"));
		if (cases[i].subject[0])
			expect_true("the sentence names the statement", take(&s, statements, 2, cases[i].subject,
			    &facts) != OK &&
			    strncmp(s.why.text, "/context/vouched/1: ", 20) == 0);
		else
			expect_true("the sentence names the statement", take(&s, &statements[1], 1, "", &facts) != OK &&
			    strncmp(s.why.text, "/context/vouched/0: ", 20) == 0);
		expect_true(s.why.text, strstr(s.why.text, cases[i].part));
		expect_true("it is the question that is bad, and nobody is denied", s.why.code != ERR_DENIED &&
		    s.why.code != ERR_UNAVAILABLE &&
		    s.err == OK);
		stage_close(&s);
	}
}

/* Of a transaction by its own id, of anybody else by who he is: what names another counts for nobody. */
static void
a_statement_is_about_one_subject(void **state)
{
	static const struct {
		const char *title, *claims, *type, *id, *problem;
	} cases[] = {
		{ "the subject's", ",\"sub\":\"alice\"", "user", "alice", NULL },
		{ "of one of the subject's transactions", ",\"sub\":\"alice\",\"txn\":\"t1\"", "user", "alice", NULL },
		{ "of nobody but a transaction", ",\"txn\":\"alice\"", "user", "alice", NULL },
		{ "another's, whatever its transaction", ",\"sub\":\"bob\",\"txn\":\"alice\"", "user", "alice",
		    "/sub: expected the id of the question's subject, found another" },
		{ "of another transaction", ",\"txn\":\"t1\"", "user", "alice",
		    "/txn: expected the id of the question's subject, found another" },
		{ "the transaction's", ",\"txn\":\"t1\"", "transaction", "t1", NULL },
		{ "whoever took part in it", ",\"sub\":\"alice\",\"txn\":\"t1\"", "transaction", "t1", NULL },
		{ "of another transaction of somebody called so", ",\"sub\":\"t1\",\"txn\":\"t2\"", "transaction", "t1",
		    "/txn: expected the id of the question's subject, found another" },
		{ "of no transaction", ",\"sub\":\"t1\"", "transaction", "t1",
		    "/txn: expected the id of the question's subject, found none" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct stage s;
		struct facts facts;
		struct span statement;
		enum err err;

		scene_open(&s, i + 1);
		statement = maker_jwt(&s.arena, &key, "ES256", HEADER, arena_print(&s.arena,
		    ABOUT("%s" BANK TIMES FACTS), cases[i].claims));
		err = take_about(&s, &statement, 1, cases[i].type, cases[i].id, &facts);
		if (cases[i].problem)
			expect_problem(cases[i].title, err, &s.why, ERR_INVALID, cases[i].problem);
		else
			expect_ok(cases[i].title, err, &s.why);
		expect_true(cases[i].title, knows(&facts, "token.good", 1) == !cases[i].problem);
		stage_close(&s);
	}
}

static void
a_member_vouches_for_what_is_its_own(void **state)
{
	static const struct {
		const char *title, *payload;
		const struct maker_key *key;
		const char *counts, *told;
	} cases[] = {
		{ "an identity provider for a login, not for a desk", ABOUT(ALICE TIMES
		    ",\"facts\":{\"token.good\":true,\"desk.good\":true}"), &key, "token.good", "desk.good" },
		{ "nor for the relying party, though it is one elsewhere", ABOUT(ALICE TIMES
		    ",\"facts\":{\"token.good\":true,\"rp.good\":true}"), &key, "token.good", "rp.good" },
		{ "nor for what the registry knows", ABOUT(ALICE TIMES
		    ",\"facts\":{\"token.good\":true,\"rp.standing\":true}"), &key, "token.good", "rp.standing" },
		{ "a platform for a desk, not for a login", "{\"iss\":\"desk-1\",\"aud\":\"" BASE "\"" ALICE TIMES
		    ",\"facts\":{\"token.good\":true,\"desk.good\":true}}", &other, "desk.good", "token.good" },
		{ "who asks for itself, and to itself", "{\"iss\":\"bank-1\",\"aud\":\"" BASE "\",\"sub\":\"alice\""
		    TIMES
		    ",\"facts\":{\"rp.good\":true,\"token.good\":true}}", &other, "rp.good", "token.good" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct stage s;
		struct facts facts;
		struct span statement;
		const struct fact *told = fact_find(dictionary, span_text(cases[i].told));

		scene_open(&s, i + 1);
		statement = maker_jwt(&s.arena, cases[i].key, "ES256", HEADER, cases[i].payload);
		expect_ok(cases[i].title, take(&s, &statement, 1, "alice", &facts), &s.why);
		expect_true(cases[i].title, knows(&facts, cases[i].counts, 1));
		expect_number("what is another's is not known", facts_provenance(&facts, told), PROVENANCE_NONE);
		expect_true("and told", facts.not_theirs[0] == UINT64_C(1) << told->number);
		stage_close(&s);
	}
}

/* One member is suspended while the record kept of it still reads the same. */
static void
a_row_counts_as_it_stands_now(void **state)
{
	struct roll *roll = roll_new();
	struct stage s;
	struct span statement;

	(void)state;
	scene_open(&s, 3);
	statement = maker_jwt(&s.arena, &key, "ES256", HEADER, ABOUT(ALICE TIMES FACTS));
	hear(&s, roll, &statement, 1);
	expect_number("it holds", heard[0].problem.code, OK);
	expect_number("of an identity provider", heard[0].roles, ENTITY_IDP | ENTITY_RP | ENTITY_AP);
	stage_member_as(&s, "hospital", STANDING_APPROVED, RECORD("https://idp.hospital.example/", "\"platform\""));
	hear(&s, roll, &statement, 1);
	expect_number("which now is a platform", heard[0].roles, ENTITY_PLATFORM | ENTITY_AP);
	expect_true("whose word it is not any more", heard[0].facts->known[VOUCHED][0] == 0);
	stage_member_as(&s, "bank", STANDING_APPROVED, RECORD("https://new.bank.example/", "\"rp\""));
	hear(&s, roll, &statement, 1);
	expect_number("nor was it made for who asks now", heard[0].problem.code, ERR_INVALID);
	stage_member_as(&s, "hospital", STANDING_SUSPENDED, RECORD("https://idp.hospital.example/", "\"idp\""));
	hear(&s, roll, &statement, 1);
	expect_problem("suspended, which only its own callers are told", heard[0].problem.code, &heard[0].problem,
	    ERR_INVALID, NOBODY);
	roll_free(roll);
	stage_close(&s);
}

static void
who_goes_away_is_not_called_back(void **state)
{
	(void)state;
	for (int steps = 0; steps < 2; steps++) {
		struct roll *roll = roll_new();
		struct stage s;
		struct pending *pending;
		struct span statement;

		scene_open(&s, 7);
		statement = maker_jwt(&s.arena, &key, "ES256", HEADER, ABOUT(ALICE TIMES FACTS));
		pending = vouching_take(s.store, roll, &s.arena, &(struct vouching){ .statements = &statement,
		    .count = 1, .audience = span_text("https://federation.example"), .asker = span_text("bank"),
		    .dictionary = dictionary, .now = s.now }, on_vouched_here, &s);
		stage_cancel(&s, pending, steps);
		roll_free(roll);
		stage_close(&s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(facts_of_a_voucher_are_vouched),
		cmocka_unit_test(facts_count_from_when_they_were_stated),
		cmocka_unit_test(statements_do_not_contradict_each_other),
		cmocka_unit_test(a_statement_must_hold),
		cmocka_unit_test(a_statement_is_about_one_subject),
		cmocka_unit_test(a_member_vouches_for_what_is_its_own),
		cmocka_unit_test(a_row_counts_as_it_stands_now),
		cmocka_unit_test(who_goes_away_is_not_called_back),
	};

	return cmocka_run_group_tests(tests, make_all, free_all);
}
