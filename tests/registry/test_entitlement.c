/* tests/registry/test_entitlement.c - who may have certificates of JPKI checked, on which ground and until when. */
#include "expect.h"

#include "registry/entitlement.h"

#define OWN(basis, uses, from, until, notified) \
	"{\"accreditations\":[{\"name\":\"No. 1\",\"basis\":\"" basis "\",\"uses\":[" uses "],\"from\":\"" from \
	"\",\"until\":\"" until "\",\"notified\":\"" notified "\"}]}"
#define TO(to, uses, from, until, reported) \
	"{\"entrustments\":[{\"to\":\"" to "\",\"uses\":[" uses "],\"from\":\"" from "\",\"until\":\"" until \
	"\",\"reported\":\"" reported "\"}]}"
#define BOTH "\"signature\",\"authentication\""
#define GOOD OWN("accredited", BOTH, "2026-04-01", "2027-04-01", "2026-04-10")
#define LENT TO("platform", BOTH, "2026-04-01", "2028-04-01", "2026-04-10")

static const char noon[] = "2026-11-22T12:00:00Z";

static const struct {
	const char *title, *member, *operator; /* "jpki" of the records; NULL: there is no operator */
	enum jpki_purpose purpose;
	const char *now, *until, *by;          /* NULL: not entitled, and `by` is a part of the reason */
	enum standing standing;                /* of an operator that is not approved */
} cases[] = {
	{ "accredited itself", GOOD, NULL, JPKI_SIGNATURE, noon, "2027-04-01T00:00:00Z", "city", 0 },
	{ "for the other certificate too", GOOD, NULL, JPKI_AUTHENTICATION, noon, "2027-04-01T00:00:00Z", "city",
	    0 },
	{ "accredited for the other certificate only",
	    OWN("accredited", "\"authentication\"", "2026-04-01", "2027-04-01", "2026-04-10"), NULL, JPKI_SIGNATURE,
	    noon, NULL, "Art. 17", 0 },
	{ "in its last moment", GOOD, NULL, JPKI_SIGNATURE, "2027-03-31T23:59:59Z", "2027-04-01T00:00:00Z",
	    "city", 0 },
	{ "a moment later", GOOD, NULL, JPKI_SIGNATURE, "2027-04-01T00:00:00Z", NULL,
	    "no accreditation in force", 0 },
	{ "before it begins", GOOD, NULL, JPKI_SIGNATURE, "2026-03-31T00:00:00Z", NULL,
	    "no accreditation in force", 0 },
	{ "before J-LIS is notified", GOOD, NULL, JPKI_SIGNATURE, "2026-04-09T00:00:00Z", NULL,
	    "notified to J-LIS", 0 },
	{ "entrusted to who runs this server", LENT, GOOD, JPKI_SIGNATURE, noon, "2027-04-01T00:00:00Z",
	    "platform", 0 },
	{ "the entrustment ends first", TO("platform", BOTH, "2026-04-01", "2026-12-01", "2026-04-10"), GOOD,
	    JPKI_SIGNATURE, noon, "2026-12-01T00:00:00Z", "platform", 0 },
	{ "entrusted, but nobody runs this server", LENT, NULL, JPKI_SIGNATURE, noon, NULL,
	    "no accreditation in force", 0 },
	{ "entrusted to somebody else", TO("another", BOTH, "2026-04-01", "2028-04-01", "2026-04-10"), GOOD,
	    JPKI_SIGNATURE, noon, NULL, "nor a reported entrustment to platform (Rule 29)", 0 },
	{ "entrusted, and not reported yet", TO("platform", BOTH, "2026-04-01", "2028-04-01", "2026-12-10"), GOOD,
	    JPKI_SIGNATURE, noon, NULL, "nor a reported entrustment", 0 },
	{ "entrusted for the other certificate",
	    TO("platform", "\"authentication\"", "2026-04-01", "2028-04-01", "2026-04-10"), GOOD, JPKI_SIGNATURE,
	    noon,
	    NULL, "nor a reported entrustment", 0 },
	{ "entrusted to who is not accredited any more", LENT, GOOD, JPKI_SIGNATURE, "2027-05-01T00:00:00Z", NULL,
	    "platform, to whom city entrusted it, has no accreditation in force", 0 },
	{ "entrusted to who is suspended", LENT, GOOD, JPKI_SIGNATURE, noon, NULL,
	    "the platform operator platform, to whom city entrusted it, is suspended", STANDING_SUSPENDED },
	{ "accredited itself, whoever is suspended", GOOD, GOOD, JPKI_SIGNATURE, noon, "2027-04-01T00:00:00Z",
	    "city", STANDING_SUSPENDED },
	{ "nothing of the kind", "{}", GOOD, JPKI_AUTHENTICATION, noon, NULL,
	    "neither an accreditation of its own", 0 },
};

static struct member_record
record_of(struct arena *a, const char *id, const char *jpki)
{
	struct member_record record;
	struct problem why;

	expect_ok(id, member_parse(a, id, span_text(arena_print(a,
	    "{\"id\":\"%s\",\"kind\":\"platform\",\"name\":{\"ja\":\"甲\",\"en\":\"A\"},"
	    "\"contacts\":[{\"type\":\"technical\",\"email\":\"a@a.example\"}],"
	    "\"entities\":[{\"entity_id\":\"https://%s.example/\",\"roles\":[\"rp\",\"platform\"]}],\"jpki\":%s}", id,
	    id,
	    jpki)), &record, &why), &why);
	return record;
}

static void
who_may_have_certificates_checked(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = arena_init(4 * MIB);
		struct member_record member = record_of(&a, "city", cases[i].member);
		struct member_record operator = record_of(&a, "platform", cases[i].operator ? cases[i].operator : "{}");
		struct instant now = { 0 };
		struct entitlement_operator platform = { .id = span_text("platform") };
		struct entitlement e;
		char text[INSTANT_TEXT];

		expect_true(cases[i].title, instant_read(span_text(cases[i].now), &now));
		platform.record = cases[i].standing ? NULL : &operator;
		platform.standing = cases[i].standing ? cases[i].standing : STANDING_APPROVED;
		entitlement_of(&a, &member, cases[i].operator ? &platform : NULL, cases[i].purpose, now, &e);
		expect_true(cases[i].title, e.entitled == (cases[i].until != NULL));
		if (e.entitled) {
			expect_text(cases[i].title, instant_text(e.until, text), cases[i].until);
			expect_text(cases[i].title, arena_text(&a, e.operator), cases[i].by);
			expect_text(cases[i].title, arena_text(&a, e.ground), "No. 1");
		} else {
			expect_true(cases[i].title, strstr(e.reason, cases[i].by) != NULL);
		}
		arena_release(&a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_may_have_certificates_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
