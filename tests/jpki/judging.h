/* tests/jpki/judging.h - three generations of authorities in each world, and judging certificates of theirs. */
#pragma once

#include "expect.h"

#include "jpki/certificate.h"
#include "jpki/maker.h"

static struct arena memory;
static struct maker maker;
static struct made_authority authorities[JPKI_AUTHENTICATION + 1][JPKI_TEST + 1][MADE_GENERATIONS + 1];
static struct jpki_anchors *anchors;
static struct jpki_trust trust;

static inline int
begin(void **state)
{
	struct problem why;

	(void)state;
	memory = arena_init(64 * MIB);
	maker = maker_begin(&memory);
	anchors = jpki_anchors_new();
	for (enum jpki_purpose p = JPKI_SIGNATURE; p <= JPKI_AUTHENTICATION; p++)
		for (enum jpki_world w = JPKI_PRODUCTION; w <= JPKI_TEST; w++)
			for (unsigned g = 1; g <= MADE_GENERATIONS; g++) {
				authorities[p][w][g] = maker_authority(&maker, p, w, g);
				expect_ok("an authority", jpki_anchors_add(anchors, p, w, authorities[p][w][g].der,
				    &why), &why);
			}
	trust = (struct jpki_trust){ .profiles = jpki_profiles_known(), .anchors = anchors };
	return 0;
}

static inline int
end(void **state)
{
	(void)state;
	jpki_anchors_free(anchors);
	maker_end(&maker);
	arena_release(&memory);
	return 0;
}

static inline const struct made_authority *
signature_authority(void)
{
	return &authorities[JPKI_SIGNATURE][JPKI_PRODUCTION][3];
}

static inline const struct made_authority *
authentication_authority(void)
{
	return &authorities[JPKI_AUTHENTICATION][JPKI_PRODUCTION][3];
}

static inline bool
judge(struct span der, enum jpki_purpose purpose, struct instant at, bool told, struct examination *e)
{
	struct jpki_certificate certificate;
	bool good;

	*e = (struct examination){ .arena = &memory, .told = told };
	good = jpki_certificate_judge(&trust, der, purpose, at, e, &certificate);
	expect_true("the answer is what the steps say", good == (examination_outcome(e) == ESTABLISHED));
	return good;
}

/* "established", or "step: sentence" of the first that is not. */
static inline const char *
judged(struct span der, enum jpki_purpose purpose, struct instant at)
{
	struct examination e;
	const struct examined *cause;

	if (judge(der, purpose, at, false, &e))
		return "established";
	cause = examination_cause(&e);
	expect_true("it ends with the first that is not", cause == &e.steps[e.count - 1]);
	expect_true("each refusal has its sentence", cause->outcome == REFUTED && cause->text[0]);
	return arena_print(&memory, "%s: %s", cause->step, cause->text);
}

static inline void
expect_judged(const char *title, const char *found, const char *expected)
{
	if (strncmp(found, expected, strlen(expected)) != 0)
		expect_text(title, found, expected);
}
