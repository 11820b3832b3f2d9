/* model/examination.c - steps of an examination. */
#include "model/examination.h"

#include <assert.h>

static const char *const names[] = {
	[NOT_CHECKED] = "not-checked",
	[REFUTED] = "refuted",
	[UNDETERMINED] = "undetermined",
	[ESTABLISHED] = "established",
};

const char *
outcome_name(enum outcome outcome)
{
	return names[outcome];
}

bool
examination_note(struct examination *e, const char *step, enum outcome outcome, const char *clause,
    const char *format, ...)
{
	struct examined *at;
	va_list values;

	assert(e->count < EXAMINATION_STEPS);
	at = &e->steps[e->count++];
	*at = (struct examined){ step, outcome, clause, "" };
	if (e->told || outcome != ESTABLISHED) {
		va_start(values, format);
		at->text = arena_vprint(e->arena, format, values);
		va_end(values);
	}
	return outcome == ESTABLISHED;
}

enum outcome
examination_outcome(const struct examination *e)
{
	const struct examined *cause = examination_cause(e);

	return cause ? cause->outcome : e->count ? ESTABLISHED : NOT_CHECKED;
}

const struct examined *
examination_cause(const struct examination *e)
{
	/* The order of harm: what is refuted outweighs what could not be seen. */
	static const enum outcome worst[] = { REFUTED, UNDETERMINED, NOT_CHECKED };

	for (size_t w = 0; w < COUNT(worst); w++)
		for (size_t i = 0; i < e->count; i++)
			if (e->steps[i].outcome == worst[w])
				return &e->steps[i];
	return NULL;
}
