/* tests/transaction/test_party.c - who takes part in a question, and what the registry lets be known of them. */
#include "assurance/dictionary_text.h"
#include "transaction/stage.h"

#include "transaction/decision/party.h"

#define STANDING(id) \
	DICTIONARY_FACT(id, "enum", "\"watashi\",\"registry\"", DICTIONARY_CLAIMED ",\"values\":[" \
	DICTIONARY_WORD("applied") "," DICTIONARY_WORD("approved") "," DICTIONARY_WORD("suspended") "," \
	DICTIONARY_WORD("withdrawn") "]")
#define BOOLEAN(id, by) DICTIONARY_FACT(id, "boolean", by, DICTIONARY_CLAIMED)

static const char dictionary_text[] = DICTIONARY(STANDING("rp.standing") "," STANDING("idp.standing") ","
    BOOLEAN("rp.deletion", "\"registry\",\"rp\"") "," BOOLEAN("operator.legal_person", "\"registry\"") ","
    BOOLEAN("token.good", "\"idp\""));

#define CERTIFIED(from, until, more) \
	"{\"area\":\"privacy\",\"assessor\":\"Institute\"," more "\"framework\":\"f\",\"from\":\"" from "\"," \
	"\"level\":\"2\"," \
	"\"until\":\"" until "\",\"uri\":\"urn:x\"}"
#define CERTIFIED_YEAR(more) CERTIFIED("2026-04-01T00:00:00Z", "2027-04-01T00:00:00Z", more)
#define ENTITIES "\"entities\":[{\"entity_id\":\"https://idp.example/\",\"roles\":[\"idp\"]}," \
	"{\"entity_id\":\"https://rp.example/\",\"roles\":[\"rp\"]}]"
#define BOTH "\"facts\":{\"operator.legal_person\":true,\"rp.deletion\":true},"

static struct arena arena;
static const struct dictionary *dictionary;

static int
set_up(void **state)
{
	(void)state;
	arena = arena_init(4 * MIB);
	dictionary = dictionary_of(&arena, dictionary_text);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	arena_release(&arena);
	return 0;
}

static void
on_parties_here(void *arg, enum err err, const struct problem *why)
{
	struct stage *s = arg;

	s->done = true;
	s->err = err;
	if (why)
		s->why = *why;
}

static enum err
load(struct stage *s, struct roll *roll, struct parties *p)
{
	s->done = false;
	parties_load(s->store, roll, &s->arena, p, s->now, on_parties_here, s);
	expect_true("nothing is answered before the call returns", !s->done);
	stage_run(s);
	return s->err;
}

static const char *
known(struct stage *s, const struct facts *f)
{
	struct buffer b = buffer_init(4 * KIB);
	const char *text;

	facts_write(&b, f);
	text = arena_text(&s->arena, buffer_span(&b));
	buffer_release(&b);
	return text;
}

#define WORD(id, word) "\"" id "\":\"" word "\""
#define TRUE(id) "\"" id "\":true"
#define OBSERVED(facts) "{\"observed\":{" facts "}}"

static void
the_registry_is_observed(void **state)
{
	static const struct {
		const char *title;
		enum standing standing;
		const char *record;
		enum entity_role role;
		const char *entity, *member, *facts;
	} cases[] = {
		{ "a relying party's standing", STANDING_APPROVED, "{" ENTITIES "}", ENTITY_RP, "https://rp.example/",
		  "", OBSERVED(WORD("rp.standing", "approved")) },
		{ "an identity provider's", STANDING_APPROVED, "{" ENTITIES "}", ENTITY_IDP, "https://idp.example/", "",
		  OBSERVED(WORD("idp.standing", "approved")) },
		{ "one that is suspended", STANDING_SUSPENDED, "{" ENTITIES "}", ENTITY_RP, "https://rp.example/", "",
		  OBSERVED(WORD("rp.standing", "suspended")) },
		{ "one that applied", STANDING_APPLIED, "{" ENTITIES "}", ENTITY_RP, "https://rp.example/", "",
		  OBSERVED(WORD("rp.standing", "applied")) },
		{ "an entity nobody has", STANDING_APPROVED, "{" ENTITIES "}", ENTITY_RP, "https://nobody.example/", "",
		  "{}" },
		{ "an identity provider is no relying party", STANDING_APPROVED, "{" ENTITIES "}", ENTITY_RP,
		  "https://idp.example/", "", "{}" },
		{ "an entity its member has not any more", STANDING_APPROVED, "{\"entities\":[]}", ENTITY_RP,
		  "https://rp.example/", "", "{}" },
		{ "who asks, as relying party", STANDING_APPROVED, "{" ENTITIES "}", ENTITY_RP, "", "city",
		  OBSERVED(WORD("rp.standing", "approved")) },
		{ "who asks, and is none", STANDING_APPROVED,
		  "{\"entities\":[{\"entity_id\":\"https://idp.example/\",\"roles\":[\"idp\"]}]}", ENTITY_RP, "",
		  "city", "{}" },
		{ "a member there is not", STANDING_APPROVED, "{" ENTITIES "}", ENTITY_RP, "", "nobody", "{}" },
		{ "of a relying party what is named so", STANDING_APPROVED,
		  "{\"certifications\":[" CERTIFIED_YEAR(BOTH) "]," ENTITIES "}", ENTITY_RP, "https://rp.example/", "",
		  OBSERVED(TRUE("rp.deletion") "," WORD("rp.standing", "approved")) },
		{ "of an identity provider the rest", STANDING_APPROVED,
		  "{\"certifications\":[" CERTIFIED_YEAR(BOTH) "]," ENTITIES "}", ENTITY_IDP, "https://idp.example/",
		  "", OBSERVED(WORD("idp.standing", "approved") "," TRUE("operator.legal_person")) },
		{ "of one suspended nothing that was certified", STANDING_SUSPENDED,
		  "{\"certifications\":[" CERTIFIED_YEAR(BOTH) "]," ENTITIES "}", ENTITY_IDP, "https://idp.example/",
		  "", OBSERVED(WORD("idp.standing", "suspended")) },
		{ "a certification that ends now has ended", STANDING_APPROVED,
		  "{\"certifications\":[" CERTIFIED("2026-04-01T00:00:00Z", STAGE_NOON, BOTH) "]," ENTITIES "}",
		  ENTITY_IDP, "https://idp.example/", "", OBSERVED(WORD("idp.standing", "approved")) },
		{ "one that begins now is in force", STANDING_APPROVED,
		  "{\"certifications\":[" CERTIFIED(STAGE_NOON, "2027-04-01T00:00:00Z", BOTH) "]," ENTITIES "}",
		  ENTITY_IDP, "https://idp.example/", "",
		  OBSERVED(WORD("idp.standing", "approved") "," TRUE("operator.legal_person")) },
		{ "one that begins later is not", STANDING_APPROVED,
		  "{\"certifications\":[" CERTIFIED("2026-12-01T00:00:00Z", "2027-04-01T00:00:00Z", BOTH) "]," ENTITIES
		  "}", ENTITY_IDP, "https://idp.example/", "", OBSERVED(WORD("idp.standing", "approved")) },
		{ "a certification of another entity is not this one's", STANDING_APPROVED,
		  "{\"certifications\":[" CERTIFIED_YEAR("\"entity_id\":\"https://rp.example/\"," BOTH) "]," ENTITIES
		  "}", ENTITY_IDP, "https://idp.example/", "", OBSERVED(WORD("idp.standing", "approved")) },
		{ "of the member's only one it is, though nobody named it", STANDING_APPROVED,
		  "{\"certifications\":[" CERTIFIED_YEAR("\"entity_id\":\"https://idp.example/\"," BOTH) "]," ENTITIES
		  "}", ENTITY_IDP, "", "city", OBSERVED(WORD("idp.standing", "approved") ","
		  TRUE("operator.legal_person")) },
		{ "what is not the registry's to state stays unknown", STANDING_APPROVED,
		  "{\"certifications\":[" CERTIFIED_YEAR("\"facts\":{\"token.good\":true},") "]," ENTITIES "}",
		  ENTITY_IDP, "https://idp.example/", "", OBSERVED(WORD("idp.standing", "approved")) },
		{ "what the dictionary does not know counts as a whole for nothing", STANDING_APPROVED,
		  "{\"certifications\":[" CERTIFIED_YEAR("\"facts\":{\"operator.legal_person\":true,"
		  "\"operator.new\":true},") "]," ENTITIES "}", ENTITY_IDP, "https://idp.example/", "",
		  OBSERVED(WORD("idp.standing", "approved")) },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct roll *roll = roll_new();
		struct parties p;
		struct stage s;
		struct facts f;

		stage_open(&s, i + 1);
		stage_member_as(&s, "city", cases[i].standing, cases[i].record);
		stage_claim(&s, "https://rp.example/", "city");
		stage_claim(&s, "https://idp.example/", "city");
		p = parties_new(&s.arena, 1);
		parties_add(&p, cases[i].role, span_text(cases[i].entity), span_text(cases[i].member));
		expect_ok(cases[i].title, load(&s, roll, &p), &s.why);
		facts_init(&f, dictionary);
		party_observe(&p.list[0], &f, s.now);
		expect_text(cases[i].title, known(&s, &f), cases[i].facts);
		/* Who takes part is somebody's; who does not is nobody's. */
		expect_number(cases[i].title, party_is_of(&p.list[0], span_text("city")),
		    strcmp(cases[i].facts, "{}") != 0);
		expect_true("but not another's", !party_is_of(&p.list[0], span_text("nobody")));
		roll_free(roll);
		stage_close(&s);
	}
}

static void
a_suspension_holds_from_its_commit(void **state)
{
	struct roll *roll = roll_new();
	struct stage s;

	(void)state;
	stage_open(&s, 9);
	stage_claim(&s, "https://rp.example/", "city");
	for (int turn = 0; turn < 2; turn++) {
		const enum standing standing = turn ? STANDING_SUSPENDED : STANDING_APPROVED;
		struct parties p = parties_new(&s.arena, 2);

		stage_member_as(&s, "city", standing, "{" ENTITIES "}");
		expect_number("the first", parties_add(&p, ENTITY_RP, span_text("https://rp.example/"), span_text("x")),
		    0);
		expect_number("the same again", parties_add(&p, ENTITY_RP, span_text("https://rp.example/"),
		    span_text("y")), 0);
		expect_number("another", parties_add(&p, ENTITY_IDP, span_text("https://rp.example/"), span_text("x")),
		    1);
		expect_ok("both", load(&s, roll, &p), &s.why);
		expect_number("as it stands now", p.list[0].standing, standing);
		expect_number("in the part it has", p.list[1].standing, STANDING_UNKNOWN);
	}
	roll_free(roll);
	stage_close(&s);
}

/* More members than are kept: each is still read as its own row has it. */
static void
members_that_meet_in_a_slot_are_told_apart(void **state)
{
	enum { MEMBERS = 600 };
	struct roll *roll = roll_new();
	struct stage s;

	(void)state;
	stage_open(&s, 11);
	for (int i = 0; i < MEMBERS; i++)
		stage_member_as(&s, arena_print(&s.arena, "member-%d", i), i % 2 ? STANDING_APPROVED :
		    STANDING_SUSPENDED, i % 3 ? "{" ENTITIES "}" : "{\"entities\":[]}");
	for (int turn = 0; turn < 2; turn++) {
		struct parties p = parties_new(&s.arena, MEMBERS);

		for (int i = 0; i < MEMBERS; i++)
			parties_add(&p, ENTITY_RP, (struct span){ 0 }, span_text(arena_print(&s.arena, "member-%d",
			    i)));
		expect_ok("all", load(&s, roll, &p), &s.why);
		for (int i = 0; i < MEMBERS; i++)
			expect_number("each its own", p.list[i].standing, i % 3 == 0 ? STANDING_UNKNOWN :
			    i % 2 ? STANDING_APPROVED : STANDING_SUSPENDED);
	}
	roll_free(roll);
	stage_close(&s);
}

static void
a_row_that_cannot_be_read_is_no_answer(void **state)
{
	struct roll *roll = roll_new();
	struct parties p;
	struct stage s;

	(void)state;
	stage_open(&s, 13);
	stage_member_as(&s, "city", STANDING_APPROVED, "{\"entities\":7}");
	p = parties_new(&s.arena, 1);
	parties_add(&p, ENTITY_RP, (struct span){ 0 }, span_text("city"));
	expect_number("it is the store's fault", load(&s, roll, &p), ERR_UNAVAILABLE);
	expect_text("and said of whom", s.why.text, "the member \"city\": its row in the store cannot be read");
	roll_free(roll);
	stage_close(&s);
}

static void
who_goes_away_is_not_called_back(void **state)
{
	(void)state;
	for (int steps = 0; steps < 2; steps++) {
		struct roll *roll = roll_new();
		struct pending *pending;
		struct parties p;
		struct stage s;

		stage_open(&s, 7);
		stage_claim(&s, "https://rp.example/", "city");
		p = parties_new(&s.arena, 1);
		parties_add(&p, ENTITY_RP, span_text("https://rp.example/"), (struct span){ 0 });
		pending = parties_load(s.store, roll, &s.arena, &p, s.now, on_parties_here, &s);
		stage_cancel(&s, pending, steps);
		roll_free(roll);
		stage_close(&s);
	}
}

/* What pages show is a picture of ours, of a member that stands. */
static void
a_logo_is_one_that_is_served_here(void **state)
{
	static const struct { const char *title, *record; enum standing standing; bool logo; } cases[] = {
		{ "none", "{" ENTITIES "}", STANDING_APPROVED, false },
		{ "a picture in the record", "{" ENTITIES ",\"logo\":{\"height\":8,"
		    "\"url\":\"data:image/png;base64,iVBORw0KGgo=\",\"width\":8}}", STANDING_APPROVED, true },
		{ "of a member that is suspended", "{" ENTITIES ",\"logo\":{\"height\":8,"
		    "\"url\":\"data:image/png;base64,iVBORw0KGgo=\",\"width\":8}}", STANDING_SUSPENDED, false },
		{ "a picture elsewhere", "{" ENTITIES ",\"logo\":{\"height\":8,"
		    "\"url\":\"https://city.example/logo.png\",\"width\":8}}", STANDING_APPROVED, false },
		{ "of a kind that runs", "{" ENTITIES ",\"logo\":{\"height\":8,"
		    "\"url\":\"data:text/html;base64,PHA+\",\"width\":8}}", STANDING_APPROVED, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct roll *roll = roll_new();
		struct parties p;
		struct stage s;

		stage_open(&s, 60 + i);
		stage_member_as(&s, "city", cases[i].standing, cases[i].record);
		p = parties_new(&s.arena, 1);
		parties_add(&p, ENTITY_RP, (struct span){ 0 }, span_text("city"));
		expect_ok(cases[i].title, load(&s, roll, &p), &s.why);
		expect_number(cases[i].title, p.list[0].logo, cases[i].logo);
		stage_close(&s);
		roll_free(roll);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_registry_is_observed),
		cmocka_unit_test(a_suspension_holds_from_its_commit),
		cmocka_unit_test(members_that_meet_in_a_slot_are_told_apart),
		cmocka_unit_test(a_row_that_cannot_be_read_is_no_answer),
		cmocka_unit_test(who_goes_away_is_not_called_back),
		cmocka_unit_test(a_logo_is_one_that_is_served_here),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
