/* tests/transaction/test_assessment.c - what somebody has shown, against what is asked: with the shipped framework. */
#include "expect.h"

#include "transaction/session/assessment.h"
#include "transaction/shipped_policy.h"

#define NOON INT64_C(1798804800000000) /* 2027-01-01T12:00:00Z */
#define HOURS(n) SECONDS((n) * 3600)

/* What is seen of authenticators when they are used. */
#define PASSKEY_HARDWARE "{\"credential.active\":true,\"token.attested\":true,\"token.factors\":[\"have\",\"are\"]," \
	"\"token.hardware\":true,\"token.key_exportable\":false,\"token.kinds\":[\"passkey\"]," \
	"\"token.phishing_resistant\":true,\"token.user_verification\":\"in-authenticator\"}"
#define PASSKEY_SYNCED "{\"credential.active\":true,\"token.factors\":[\"have\",\"are\"]," \
	"\"token.kinds\":[\"passkey\"],\"token.phishing_resistant\":true,\"token.user_verification\":\"by-platform\"}"
#define CODE "{\"credential.active\":true,\"token.factors\":[\"have\"],\"token.kinds\":[\"otp-app\"]," \
	"\"token.otp_lifetime\":90}"
#define BY_CARD "{\"proofing.attributes_validated\":\"authoritative\",\"proofing.certificate\":\"jpki-signature\"," \
	"\"proofing.certificate_status\":\"good\",\"proofing.evidence_in_force\":true,\"proofing.government_ids\":1," \
	"\"proofing.identity_documents\":1,\"proofing.mode\":\"remote\",\"proofing.name_verified\":true," \
	"\"proofing.nonrepudiation\":[\"electronic-signature\"],\"proofing.owner_verified_by\":[\"card-pin\"," \
	"\"electronic-signature\"],\"proofing.photo_government_ids\":0,\"proofing.records_checked\":" \
	"[\"resident-register\"],\"proofing.records_kept\":true,\"proofing.signature_verified\":true," \
	"\"proofing.verifier_accredited\":true}"
/* A desk that looked at nothing much: remote counts nothing from it, nor it anything from a card. */
#define BY_WEAK_DESK "{\"proofing.identity_documents\":1,\"proofing.mode\":\"in-person\"}"

static struct arena arena;
static struct policy_snapshot *snapshot;

struct shown {
	const char *facts;
	int64_t ago;
};

static enum proofing_bearing bearing; /* of the newest proofing */

static struct assessed *
assess(const struct requirement_name *wanted, const char *const *records, size_t record_count,
    const struct shown *shown, size_t count)
{
	struct assessed *out = arena_new(&arena, struct assessed);
	struct proofing_record *proofed = arena_array(&arena, struct proofing_record, 4);
	struct authentication *list = arena_array(&arena, struct authentication, SESSION_AUTHENTICATIONS);
	struct problem why;

	for (size_t i = 0; i < record_count; i++)
		proofed[i] = (struct proofing_record){ .method = PROOFING_BY_CARD, .facts = span_text(records[i]),
			.bearing = i ? PROOFING_AGREES : bearing,
			.at = { NOON - HOURS(24 * 400) * (int64_t)(i + 1) } };
	for (size_t i = 0; i < count; i++)
		list[i] = (struct authentication){ .facts = span_text(shown[i].facts),
			.at = { NOON - shown[i].ago } };
	expect_ok("it is assessed", assess_login(&arena, &(struct assessing){ .snapshot = snapshot, .wanted = *wanted,
	    .records = proofed, .record_count = record_count, .authentications = list, .authentication_count = count,
	    .now = { NOON } }, out, &why), &why);
	return out;
}

static const char *
reached(const struct assessed *a, const char *area)
{
	int number = area_find(a->question.framework, span_text(area));

	return arena_text(&arena, level_id(&a->question.framework->areas[number],
	    a->decision.evaluation.areas[number].reached));
}

static int64_t
value(const struct assessed *a, const char *id)
{
	const struct fact *fact = fact_find(a->facts.dictionary, span_text(id));

	assert_non_null(fact);
	return facts_known(&a->facts, fact->number, OBSERVED) ? a->facts.value[fact->number] : -1;
}

static struct requirement_name
least(const char *area, const char *level)
{
	return (struct requirement_name){ .framework = span_text("jp-idtf"), .area_count = 1,
		.areas = { { span_text(area), span_text(level) } } };
}

static void
each_authentication_reaches_its_level(void **state)
{
	static const struct {
		const char *title;
		struct shown shown[3];
		size_t count;
		const char *level;
	} cases[] = {
		{ "nothing shown", { { 0 } }, 0, "0" },
		{ "a synced passkey", { { PASSKEY_SYNCED, 0 } }, 1, "3" },
		{ "an attested one in hardware", { { PASSKEY_HARDWARE, 0 } }, 1, "4" },
		{ "a code", { { CODE, 0 } }, 1, "2" },
		{ "a weaker one afterwards takes nothing away", { { PASSKEY_HARDWARE, 0 }, { CODE, 0 } }, 2, "4" },
		{ "a stronger one afterwards raises", { { CODE, 0 }, { PASSKEY_SYNCED, 0 } }, 2, "3" },
		{ "hardware of one lends nothing to another", { { CODE, 0 }, { PASSKEY_SYNCED, 0 }, { CODE, 0 } }, 3,
		  "3" },
		{ "but a token is not known any more after its time", { { PASSKEY_HARDWARE, HOURS(24 * 31) } }, 1,
		  "0" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct requirement_name wanted = least("token", "4");
		const struct assessed *a = assess(&wanted, NULL, 0, cases[i].shown, cases[i].count);

		expect_text(cases[i].title, reached(a, "token"), cases[i].level);
		expect_number(cases[i].title, a->enough, strcmp(cases[i].level, "4") == 0);
	}
}

static void
an_authentication_counts_with_its_own_age(void **state)
{
	static const struct shown old_then_new[] = { { PASSKEY_HARDWARE, HOURS(2) }, { PASSKEY_SYNCED, SECONDS(5) } };
	static const struct shown twice[] = { { PASSKEY_SYNCED, HOURS(2) }, { PASSKEY_SYNCED, 1 } };
	struct requirement_name four = least("token", "4"), three = least("token", "3");
	const struct assessed *a = assess(&four, NULL, 0, old_then_new, 2);

	(void)state;
	expect_true("the strong one is what suffices", a->enough);
	expect_number("and it is two hours old, whatever came after", value(a, "process.age"), 7200);
	a = assess(&three, NULL, 0, twice, 2);
	expect_number("of equals the newest, and a begun second counts", value(a, "process.age"), 1);
}

static void
proofings_count_whole(void **state)
{
	static const char *const card[] = { BY_CARD }, *const desk[] = { BY_WEAK_DESK };
	static const char *const desk_then_card[] = { BY_CARD, BY_WEAK_DESK };
	static const char *const card_then_desk[] = { BY_WEAK_DESK, BY_CARD };
	static const struct {
		const char *title;
		const char *const *records;
		size_t count;
		enum proofing_bearing newest;
		const char *level;
	} cases[] = {
		{ "nobody was proofed: registered is all", NULL, 0, PROOFING_AGREES, "1" },
		{ "by the card", card, 1, PROOFING_AGREES, "3" },
		{ "at a desk that checked next to nothing", desk, 1, PROOFING_AGREES, "1+" },
		{ "the card after the desk", desk_then_card, 2, PROOFING_AGREES, "3" },
		{ "the desk after the card takes nothing away, and nothing of the card's", card_then_desk, 2,
		    PROOFING_AGREES, "3" },
		{ "a desk that told something else, in its place: the card's level is of what is no more",
		    card_then_desk, 2, PROOFING_REPLACES, "1+" },
		{ "a desk that told something else, apart: only the card is of what there is", card_then_desk, 2,
		    PROOFING_APART, "3" },
		{ "a card apart from what the desk told lends it nothing", desk_then_card, 2, PROOFING_APART, "1+" },
		{ "and where there is nothing else, registered is all", card, 1, PROOFING_APART, "1" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct requirement_name wanted = least("registration", "4");
		const struct assessed *a;

		bearing = cases[i].newest;
		a = assess(&wanted, cases[i].records, cases[i].count, NULL, 0);
		bearing = PROOFING_AGREES;
		expect_text(cases[i].title, reached(a, "registration"), cases[i].level);
		expect_true("which is not what was asked", !a->enough);
	}
}

static void
the_servers_own_pages_tell_nobody(void **state)
{
	static const struct shown one[] = { { PASSKEY_SYNCED, 0 } };
	struct requirement_name wanted = least("assertion", "2");
	const struct assessed *a = assess(&wanted, NULL, 0, one, 1);
	struct problem why;
	struct reader r;
	struct facts f;

	(void)state;
	facts_init(&f, snapshot->dictionary);
	r = reader_json(&arena, span_text(assertion_of_own_pages), (struct limits){ .bytes = 4 * KIB, .depth = 2 });
	facts_read(&r, &f, OBSERVED, (struct instant){ NOON });
	expect_ok("the dictionary has every word of it", reader_end(&r, &why), &why);
	expect_text("level 2 at most, for nothing is signed", reached(a, "assertion"), "2");
	expect_number("no protocol", value(a, "assertion.protocol"), 0);
	expect_number("the session begins now", value(a, "assertion.session_age"), 0);
	expect_number("the person is there", value(a, "process.inactivity"), 0);
}

static void
what_is_asked_must_be_there(void **state)
{
	const struct {
		const char *title;
		struct requirement_name wanted;
		const char *part;
	} cases[] = {
		{ "another framework", { .framework = span_text("xx") }, "no version of the framework \"xx\"" },
		{ "another version", { .framework = span_text("jp-idtf"), .version = span_text("9.9") },
		  "no version of the framework" },
		{ "another profile", { .framework = span_text("jp-idtf"), .profile = span_text("xx") },
		  "no profile \"xx\"" },
		{ "another area", least("xx", "1"), "no area \"xx\"" },
		{ "another level", least("token", "9"), "no level of this area \"9\"" },
	};
	struct assessed *out = arena_new(&arena, struct assessed);
	struct problem why;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		expect_problem(cases[i].title, assess_login(&arena, &(struct assessing){ .snapshot = snapshot,
		    .wanted = cases[i].wanted, .now = { NOON } }, out, &why), &why, ERR_NOT_FOUND, cases[i].part);
		expect_true("nothing is enough then", !out->enough);
	}
	expect_problem("before any policy is read", assess_login(&arena, &(struct assessing){
	    .wanted = least("token", "1"), .now = { NOON } }, out, &why), &why, ERR_NOT_FOUND, "in force");
	expect_ok("nothing asked", assess_login(&arena, &(struct assessing){ .snapshot = snapshot,
	    .now = { NOON } }, out, &why), &why);
	expect_true("is met by anybody, and nothing is decided", out->enough && !out->policy);
}

static const char *
asked_of(const struct demand *d, const struct framework *f, const char *area)
{
	int number = area_find(f, span_text(area));

	for (size_t i = 0; i < d->count; i++)
		if (d->items[i].area == number)
			return arena_text(&arena, f->areas[number].levels[d->items[i].level - 1].id);
	return "none";
}

static void
a_profile_and_levels_are_both_met(void **state)
{
	struct requirement_name wanted = least("authentication", "1");
	const struct shelf_policy *policy;
	const struct profile *profile;
	const struct instant now = { NOON };
	struct problem why = { 0 };
	struct demand d;

	(void)state;
	wanted.profile = span_text("member-service");
	expect_ok("a lower level", requirement_find(snapshot, &wanted, now, &policy, &profile, &d, &why), &why);
	expect_text("does not lower the profile's", asked_of(&d, policy->framework, "authentication"), "2");
	wanted.areas[0].level = span_text("3");
	wanted.areas[wanted.area_count++] = (struct requirement_area){ span_text("token"), span_text("4") };
	expect_ok("a higher one", requirement_find(snapshot, &wanted, now, &policy, &profile, &d, &why), &why);
	expect_text("raises it", asked_of(&d, policy->framework, "authentication"), "3");
	expect_text("another area joins", asked_of(&d, policy->framework, "token"), "4");
	expect_text("the profile's others stay", asked_of(&d, policy->framework, "identity-proofing"), "2");
	expect_number("each once", d.count, 3);
}

static void
facts_of_another_dictionary_fail(void **state)
{
	struct assessed *out = arena_new(&arena, struct assessed);
	const struct authentication strange = { .facts = span_text("{\"token.unheard_of\":true}"), .at = { NOON } };
	struct problem why;

	(void)state;
	expect_problem("they are not left out", assess_login(&arena, &(struct assessing){ .snapshot = snapshot,
	    .wanted = least("token", "1"), .authentications = &strange, .authentication_count = 1,
	    .now = { NOON } }, out, &why), &why, ERR_UNAVAILABLE, "do not fit the dictionary");
	expect_true("and nothing is reached", !out->enough);
}

/* "AREA LEVEL", or what is wrong. */
static const char *
level_by_itself(const char *framework, const char *facts)
{
	struct assessing asked = { .wanted.framework = span_text(framework), .now = { NOON } };
	const struct area *area = NULL;
	unsigned level = 99;
	struct problem why;
	enum err err;

	asked.snapshot = *framework ? shipped_snapshot_of(&arena, framework) : snapshot;
	err = assess_token_level(&arena, &asked, span_text(facts), &level, &why);
	if (err != OK) {
		expect_number("what cannot be told is no level", level, 0);
		return arena_print(&arena, "%s: %s", err_name(err), why.text);
	}
	expect_ok("its area", assess_token_area(&asked, &area, &why), &why);
	return arena_print(&arena, "%.*s %u", SPAN_ARGS(area->id), level);
}

#define OTHERS_OFFERED(is) "{\"token.factors\":[\"know\",\"have\"],\"token.intent\":true,\"token.kinds\":[\"pin\"," \
	"\"app-key\"],\"token.phishing_resistant\":false,\"token.phishing_resistant_offered\":" is "," \
	"\"token.pin_length\":8,\"token.replay_resistant\":true,\"token.user_verification\":\"by-server\"}"

/* Whatever the framework calls the area, and with nothing known of session, process or provider. */
static void
an_authenticator_has_a_level_by_itself(void **state)
{
	static const struct { const char *title, *framework, *facts, *level; } cases[] = {
		{ "hardware", "jp-idtf", PASSKEY_HARDWARE, "token 4" },
		{ "synced", "jp-idtf", PASSKEY_SYNCED, "token 3" },
		{ "a code", "jp-idtf", CODE, "token 2" },
		{ "nothing", "jp-idtf", "{}", "token 0" },
		{ "a passkey by NIST's word", "nist-800-63-4", "{\"token.factors\":[\"have\"],\"token.intent\":true,"
		    "\"token.kinds\":[\"passkey\"],\"token.phishing_resistant\":true,\"token.replay_resistant\":true,"
		    "\"token.user_verification\":\"by-platform\"}", "authentication-assurance 2" },
		{ "a code by NIST's", "nist-800-63-4", "{\"token.factors\":[\"have\"],\"token.intent\":true,"
		    "\"token.kinds\":[\"otp-app\"],\"token.otp_bits\":19,\"token.phishing_resistant\":false,"
		    "\"token.replay_resistant\":true,\"token.user_verification\":\"none\"}",
		    "authentication-assurance 1" },
		{ "a phone with a PIN, whose account has a passkey, too", "nist-800-63-4", OTHERS_OFFERED("true"),
		    "authentication-assurance 2" },
		{ "is the same phone without one", "nist-800-63-4", OTHERS_OFFERED("false"),
		    "authentication-assurance 2" },
		{ "a code by the METI guideline's", "ds-511", CODE, "user-authentication 1" },
		{ "a code by the regulation's", "eidas-2015-1502", CODE, "means-management 1" },
		{ "by a framework that asks nothing of authenticators", "refeds-raf-2", CODE,
		    "not-found: no area of refeds-raf-2@1.0 is about authenticators: by this framework none can be "
		    "compared with another" },
		{ "by none", "", CODE, "not-found: no version of the framework \"\" is in force" },
		{ "facts that are none", "jp-idtf", "[]", "unavailable: facts of this server's own do not fit the "
		    "dictionary in force: expected an object, found an array" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_text(cases[i].title, level_by_itself(cases[i].framework, cases[i].facts), cases[i].level);
}

static const char *
proofing_by_itself(const char *framework, const char *facts)
{
	const struct proofing_record record = { .at = { NOON }, .facts = span_text(facts) };
	const struct assessing asked = { .snapshot = shipped_snapshot_of(&arena, framework),
		.wanted.framework = span_text(framework), .now = { NOON } };
	struct problem why;
	struct span level;

	if (assess_proofing_level(&arena, &asked, &record, &level, &why) != OK)
		return arena_print(&arena, "%s", why.text);
	return arena_print(&arena, "\"%.*s\"", SPAN_ARGS(level));
}

static void
a_proofing_has_a_level_by_itself(void **state)
{
	static const struct { const char *title, *framework, *facts, *level; } cases[] = {
		{ "a card", "jp-idtf", BY_CARD, "\"3\"" },
		{ "a card by the METI guideline's", "ds-511", BY_CARD, "\"2\"" },
		{ "by NIST's", "nist-800-63-4", BY_CARD, "\"\"" },
		{ "by the regulation's", "eidas-2015-1502", BY_CARD, "\"\"" },
		{ "by REFEDS'", "refeds-raf-2", BY_CARD, "\"\"" },
		{ "nothing that was seen", "jp-idtf", "{}", "\"1\"" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_text(cases[i].title, proofing_by_itself(cases[i].framework, cases[i].facts), cases[i].level);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_proofing_has_a_level_by_itself),
		cmocka_unit_test(each_authentication_reaches_its_level),
		cmocka_unit_test(an_authentication_counts_with_its_own_age),
		cmocka_unit_test(proofings_count_whole),
		cmocka_unit_test(the_servers_own_pages_tell_nobody),
		cmocka_unit_test(what_is_asked_must_be_there),
		cmocka_unit_test(a_profile_and_levels_are_both_met),
		cmocka_unit_test(facts_of_another_dictionary_fail),
		cmocka_unit_test(an_authenticator_has_a_level_by_itself),
	};

	arena = arena_init(GIB);
	snapshot = shipped_snapshot(&arena);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
