/* tests/codec/test_qr.c - a QR code as a picture: read back module by module. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "expect.h"

#include "codec/qr.h"

#define MODULES 200

static struct arena arena;
static bool dark[MODULES][MODULES];

/* The dark modules as the path draws them; gives the picture's side. */
static int
draw(struct span svg)
{
	const char *at = arena_text(&arena, svg), *end;
	int side = 0, x, y, width, back, used;

	memset(dark, 0, sizeof(dark));
	at = strstr(at, "viewBox=\"0 0 ");
	assert_non_null(at);
	assert_int_equal(sscanf(at, "viewBox=\"0 0 %d ", &side), 1);
	at = strstr(at, "<path fill=\"#000\" d=\"");
	assert_non_null(at);
	at += strlen("<path fill=\"#000\" d=\"");
	end = strchr(at, '"');
	for (; at < end; at += used) {
		assert_int_equal(sscanf(at, "M%d %dh%dv1h-%dz%n", &x, &y, &width, &back, &used), 4);
		assert_int_equal(width, back);
		for (int i = 0; i < width; i++)
			dark[y][x + i] = true;
	}
	return side;
}

/* A finder pattern: 7 by 7 dark, in it 5 by 5 light, in it 3 by 3 dark (ISO/IEC 18004 s6.3.3). */
static void
expect_finder(const char *title, int left, int top)
{
	for (int y = 0; y < 7; y++)
		for (int x = 0; x < 7; x++) {
			int ring = x < y ? x : y;

			if (6 - x < ring)
				ring = 6 - x;
			if (6 - y < ring)
				ring = 6 - y;
			expect_true(title, dark[top + y][left + x] == (ring != 1));
		}
}

static void
a_code_has_its_finders_and_its_quiet_zone(void **state)
{
	static const char *const texts[] = { "a", "https://watashi.example/app/#pair=abcdefghijklmnopqrstuvwxyz",
		"otpauth://totp/Watashi:7K3M-Q2XH-9D?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Watashi&digits=6" };
	struct span svg;
	struct problem why;

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		int side;

		expect_ok(texts[i], qr_svg(&arena, span_text(texts[i]), "code", &svg, &why), &why);
		side = draw(svg);
		expect_true("a version's width and the quiet zone", side >= 21 + 8 && (side - 8 - 17) % 4 == 0);
		for (int k = 0; k < side; k++)
			for (int q = 0; q < 4; q++)
				expect_true("quiet", !dark[q][k] && !dark[side - 1 - q][k] && !dark[k][q] &&
				    !dark[k][side - 1 - q]);
		expect_finder("at the left", 4, 4);
		expect_finder("at the right", side - 4 - 7, 4);
		expect_finder("below", 4, side - 4 - 7);
		expect_true("the text itself is not in it", !memmem(svg.data, svg.size, texts[i], strlen(texts[i])) ||
		    strlen(texts[i]) == 1);
	}
}

static void
other_texts_are_other_codes(void **state)
{
	struct span one, same, other;
	struct problem why;

	(void)state;
	expect_ok("one", qr_svg(&arena, span_text("482913"), "code", &one, &why), &why);
	expect_ok("the same", qr_svg(&arena, span_text("482913"), "code", &same, &why), &why);
	expect_ok("another", qr_svg(&arena, span_text("482914"), "code", &other, &why), &why);
	expect_true("the same text is the same code", span_equal(one, same));
	expect_true("another text another", !span_equal(one, other));
}

static void
nothing_and_too_much_are_told(void **state)
{
	static char much[QR_TEXT_LARGEST + 1];
	struct span svg;
	struct problem why;

	(void)state;
	memset(much, 'x', sizeof(much));
	expect_ok("the most", qr_svg(&arena, span_of(much, QR_TEXT_LARGEST), "code", &svg, &why), &why);
	expect_problem("more", qr_svg(&arena, span_of(much, sizeof(much)), "code", &svg, &why), &why, ERR_LIMIT,
	    "holds 1 to 1024 bytes here, not 1025");
	expect_problem("nothing", qr_svg(&arena, (struct span){ 0 }, "code", &svg, &why), &why, ERR_LIMIT, "not 0");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_code_has_its_finders_and_its_quiet_zone),
		cmocka_unit_test(other_texts_are_other_codes),
		cmocka_unit_test(nothing_and_too_much_are_told),
	};
	int failed;

	arena = arena_init(16 * MIB);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_release(&arena);
	return failed;
}
