/* tests/assurance/test_difference_page.c - differences of two versions as documents: every change a reader may be told
 * of.
 */
#include "assurance/difference_page.h"

#include "expect.h"
#include "small_policy.h"

#define IS(fact, value) "{\"fact\":\"" fact "\",\"is\":" value "}"
#define C(id, level, condition) CRITERION(id, level, "\"condition\":" condition REASON("no"))
#define LE(value) "{\"fact\":\"n\",\"le\":" value "}"
#define X1 C("x-1", "1", IS("x", "true"))
#define N1(most) X1 "," C("n-1", "1", LE(most))
#define S3 C("s-3", "3", "{\"fact\":\"s\",\"has\":\"p\"}")
#define P1(least) \
	CRITERION("p-1", "1", \
	    "\"parameters\":[{\"id\":\"least\",\"type\":\"integer\",\"value\":" least "," \
	    "\"label\":" BOTH("least") "}]," \
	    "\"condition\":{\"fact\":\"n\",\"ge\":{\"param\":\"least\"}}" REASON("no"))
#define BANK(level) \
	PROFILE("bank", "\"requires\":[{\"area\":\"token\",\"level\":\"" level "\",\"comparison\":\"minimum\"}]")

static const struct {
	const char *title, *before, *after, *bank_before, *bank_after;
	enum render_languages languages;
	uint64_t nodes;
	const char *says;
} cases[] = {
	{ "how much changes is told first", N1("5"), N1("4"), NULL, NULL, RENDER_EN, 0,
	    "<p lang=\"en\">Of 2 criteria, 1 change.</p>" },
	{ "and in Japanese", N1("5"), N1("4"), NULL, NULL, RENDER_JA, 0, "<p lang=\"ja\">基準2件のうち1件が変わる。</p>" },
	{ "what a criterion becomes stands under its name", N1("5"), N1("4"), NULL, NULL, RENDER_EN, 0, ">stricter<" },
	{ "with facts that show it, and whose word they are", N1("5"), N1("4"), NULL, NULL, RENDER_EN, 0,
	    "Met before, not any more" },
	{ "by their titles and values", N1("5"), N1("4"), NULL, NULL, RENDER_EN, 0, " (n): 5" },
	{ "looser is another word", N1("4"), N1("5"), NULL, NULL, RENDER_EN, 0, "Met now, not before" },
	{ "members of a set are words", X1, X1 "," S3, NULL, NULL, RENDER_EN, 0, ">added<" },
	{ "what is gone is told from the version before", X1 "," S3, X1, NULL, NULL, RENDER_EN, 0, ">removed<" },
	{ "levels change, too", N1("5"), N1("4"), NULL, NULL, RENDER_EN, 0, "Levels that are reached otherwise" },
	{ "a service that asks for more", N1("5") "," S3, N1("5") "," S3, BANK("1"), BANK("3"), RENDER_EN, 0,
	    "(bank)" },
	{ "with what it required and requires", N1("5") "," S3, N1("5") "," S3, BANK("1"), BANK("3"), RENDER_EN, 0,
	    " or higher → " },
	{ "a value set otherwise stands with the one before", P1("6"), P1("12"), NULL, NULL, RENDER_EN, 0, "6 → 12" },
	{ "nothing changed", N1("5"), N1("5"), NULL, NULL, RENDER_EN, 0, "No criterion changes." },
	{ "chapter by chapter", N1("5"), N1("5"), NULL, NULL, RENDER_JA, 0, "変わるレベルはない。" },
	{ "a search that was cut off is told", N1("5"), N1("4"), NULL, NULL, RENDER_EN, 1,
	    "A search was cut off at its limit" },
	{ "both languages stand side by side", N1("5"), N1("5"), NULL, NULL, RENDER_BOTH, 0,
	    "どの基準も変わらない。</p><p lang=\"en\">No criterion changes." },
	{ "what comes from a version is never read as HTML", X1, X1 "," C("a-3", "3", IS("y", "true")), NULL, NULL,
	    RENDER_EN, 0, "<!DOCTYPE html>" },
};

static void
a_difference_reads_as_a_document(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = arena_init(64 * MIB);
		const struct dictionary *d = small_dictionary(&a);
		const struct small_policy was = { .criteria = cases[i].before, .profile = cases[i].bank_before };
		const struct small_policy is = { .criteria = cases[i].after, .profile = cases[i].bank_after };
		const struct framework *before = small_framework(&a, d, &was), *after = small_framework(&a, d, &is);
		struct buffer page = buffer_init(RENDERING_LARGEST), again = buffer_init(RENDERING_LARGEST);
		struct policy_difference found;

		framework_difference(before, after, cases[i].nodes, &a, &found);
		difference_page(&page, before, after, &found, cases[i].languages);
		difference_page(&again, before, after, &found, cases[i].languages);
		expect_true("the same bytes", span_equal(buffer_span(&page), buffer_span(&again)));
		buffer_byte(&page, '\0');
		if (!strstr((const char *)buffer_span(&page).data, cases[i].says))
			expect_text(cases[i].title, (const char *)buffer_span(&page).data, cases[i].says);
		buffer_release(&page);
		buffer_release(&again);
		arena_release(&a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_difference_reads_as_a_document),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
