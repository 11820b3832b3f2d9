/* tests/assurance/test_word.c - whose word counts, as a table. */
#include "assurance/facts.h"

#include "assurance/dictionary_text.h"

#define NOON SECONDS(1795348800)
#define HOUR SECONDS(3600)
#define BOOLEAN(id, by, more) DICTIONARY_FACT(id, "boolean", by, ",\"provenance\":" more)

static const char dictionary_text[] = DICTIONARY(
    BOOLEAN("login.good", "\"watashi\",\"idp\"", "\"claimed\"") ","
    BOOLEAN("login.hour", "\"watashi\",\"idp\"", "\"claimed\",\"fresh_for\":\"PT1H\"") ","
    BOOLEAN("login.sure", "\"watashi\",\"idp\"", "\"vouched\"") ","
    BOOLEAN("login.seen", "\"watashi\",\"idp\"", "\"observed\"") ","
    BOOLEAN("desk.good", "\"proofing-provider\",\"platform\"", "\"claimed\"") ","
    BOOLEAN("rp.good", "\"rp\"", "\"claimed\"") ","
    BOOLEAN("rp.standing", "\"watashi\",\"registry\"", "\"claimed\"") ","
    BOOLEAN("operator.good", "\"registry\"", "\"claimed\"") ","
    BOOLEAN("operator.hour", "\"registry\"", "\"vouched\",\"fresh_for\":\"PT1H\"") ","
    BOOLEAN("txn.kind", "\"watashi\"", "\"claimed\""));

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
whose_word_counts(void **state)
{
	static const struct {
		const char *title, *fact;
		enum provenance by;
		unsigned as;
		int64_t age;
		enum word_weight weight;
	} cases[] = {
		{ "a claim repeats what an identity provider says", "login.good", CLAIMED, 0, 0, WORD_COUNTS },
		{ "or a platform", "desk.good", CLAIMED, 0, 0, WORD_COUNTS },
		{ "or is the relying party's own", "rp.good", CLAIMED, 0, 0, WORD_COUNTS },
		{ "what the registry alone knows nobody claims", "operator.good", CLAIMED, 0, 0, WORD_NOT_THEIRS },
		{ "nor what the registry and this server know", "rp.standing", CLAIMED, 0, 0, WORD_NOT_THEIRS },
		{ "nor what this server alone knows", "txn.kind", CLAIMED, 0, 0, WORD_NOT_THEIRS },
		{ "a claim is too weak where vouching is needed", "login.sure", CLAIMED, 0, 0, WORD_TOO_WEAK },
		{ "a claim is good as long as the fact", "login.hour", CLAIMED, 0, HOUR, WORD_COUNTS },
		{ "and not longer", "login.hour", CLAIMED, 0, HOUR + 1, WORD_STALE },
		{ "an identity provider vouches for a login", "login.sure", VOUCHED, ASSERTER_IDP, 0, WORD_COUNTS },
		{ "a platform does not", "login.sure", VOUCHED, ASSERTER_PLATFORM, 0, WORD_NOT_THEIRS },
		{ "one who is both does", "login.sure", VOUCHED, ASSERTER_PLATFORM | ASSERTER_IDP, 0, WORD_COUNTS },
		{ "a platform vouches for a desk", "desk.good", VOUCHED, ASSERTER_PLATFORM, 0, WORD_COUNTS },
		{ "so does a proofing provider", "desk.good", VOUCHED, ASSERTER_PROOFING_PROVIDER, 0, WORD_COUNTS },
		{ "an identity provider does not vouch for the relying party", "rp.good", VOUCHED, ASSERTER_IDP, 0,
		  WORD_NOT_THEIRS },
		{ "which vouches for itself", "rp.good", VOUCHED, ASSERTER_RP, 0, WORD_COUNTS },
		{ "nobody vouches in no part", "login.good", VOUCHED, 0, 0, WORD_NOT_THEIRS },
		{ "nobody vouches for what the registry knows", "operator.good", VOUCHED, ASSERTER_ANYBODY, 0,
		  WORD_NOT_THEIRS },
		{ "nor for what this server knows", "txn.kind", VOUCHED, ASSERTER_ANYBODY, 0, WORD_NOT_THEIRS },
		{ "vouching is too weak where observing is needed", "login.seen", VOUCHED, ASSERTER_IDP, 0,
		  WORD_TOO_WEAK },
		{ "a vouched fact grows old as well", "login.hour", VOUCHED, ASSERTER_IDP, HOUR + 1, WORD_STALE },
		{ "this server observes a login", "login.seen", OBSERVED, ASSERTER_WATASHI, 0, WORD_COUNTS },
		{ "the registry does not", "login.seen", OBSERVED, ASSERTER_REGISTRY, 0, WORD_NOT_THEIRS },
		{ "the registry knows an operator", "operator.good", OBSERVED, ASSERTER_REGISTRY, 0, WORD_COUNTS },
		{ "this server does not", "operator.good", OBSERVED, ASSERTER_WATASHI, 0, WORD_NOT_THEIRS },
		{ "nor does it speak for members", "desk.good", OBSERVED, ASSERTER_ANYBODY, 0, WORD_NOT_THEIRS },
		{ "what is observed grows old", "operator.hour", OBSERVED, ASSERTER_REGISTRY, HOUR + 1, WORD_STALE },
		{ "whose it is not is told before how old it is", "operator.hour", CLAIMED, 0, HOUR + 1,
		  WORD_NOT_THEIRS },
	};
	const struct instant now = { NOON };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct instant then = { NOON - cases[i].age };
		const struct word word = cases[i].by == CLAIMED ? word_claimed(then) :
		    cases[i].by == VOUCHED ? word_vouched(cases[i].as, then) : word_observed(cases[i].as, then);
		const struct fact *fact = fact_find(dictionary, span_text(cases[i].fact));

		expect_number(cases[i].title, word_weigh(&word, fact, now), cases[i].weight);
		expect_number(cases[i].title, word.by, cases[i].by);
	}
}

static void
said(struct facts *f, const struct word *word, const char *json)
{
	struct reader r = reader_json(&arena, span_text(json), (struct limits){ .bytes = 4 * KIB, .depth = 4 });
	struct problem why;

	facts_read_word(&r, f, word, (struct instant){ NOON });
	expect_ok(json, reader_end(&r, &why), &why);
}

static void
what_is_not_theirs_is_told_until_it_is_known_as_well(void **state)
{
	const struct word claim = word_claimed((struct instant){ NOON });
	const struct word registry = word_observed(ASSERTER_REGISTRY, (struct instant){ NOON });
	const struct word platform = word_vouched(ASSERTER_PLATFORM, (struct instant){ NOON });
	const struct fact *standing = fact_find(dictionary, span_text("rp.standing"));
	const struct fact *login = fact_find(dictionary, span_text("login.good"));
	struct facts f;

	(void)state;
	facts_init(&f, dictionary);
	said(&f, &claim, "{\"rp.standing\":true,\"login.good\":false}");
	expect_number("a claim of the registry's is not known", facts_provenance(&f, standing), PROVENANCE_NONE);
	expect_number("it alone is told", f.not_theirs[0], 1 << standing->number);
	said(&f, &registry, "{\"rp.standing\":false}");
	expect_true("what the registry says counts", facts_provenance(&f, standing) == OBSERVED &&
	    !f.value[standing->number]);
	expect_number("and nothing is left to tell", f.not_theirs[0], 0);
	said(&f, &claim, "{\"rp.standing\":true}");
	expect_true("nor does it when the claim comes later", !f.value[standing->number] && f.not_theirs[0] == 0);
	said(&f, &platform, "{\"login.good\":true}");
	expect_true("what another vouches for in vain leaves the claim", facts_provenance(&f, login) == CLAIMED &&
	    !f.value[login->number]);
	expect_number("and is told", f.not_theirs[0], 1 << login->number);
	facts_forget(&f, login);
	expect_number("until it is forgotten", f.not_theirs[0], 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whose_word_counts),
		cmocka_unit_test(what_is_not_theirs_is_told_until_it_is_known_as_well),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
