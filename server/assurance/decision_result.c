/* assurance/decision_result.c - what came of a question as the ledger keeps it: canonical JSON. */
#include "assurance/decision_writing.h"

/* Most are true: eight at a time have none that is told. */
static size_t
next_with(const struct evaluation *e, size_t at, enum truth truth)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), highs = ones * 0x80;
	size_t count = e->framework->criterion_count;

	for (; at + sizeof(uint64_t) <= count; at += sizeof(uint64_t)) {
		uint64_t eight;

		memcpy(&eight, e->truths + at, sizeof(eight));
		eight ^= ones * truth;
		if ((eight - ones) & ~eight & highs)
			break;
	}
	while (at < count && e->truths[at] != truth)
		at++;
	return at;
}

static void
write_truths(struct buffer *b, const struct evaluation *e, enum truth truth)
{
	size_t count = e->framework->criterion_count, comma = 1;

	for (size_t i = next_with(e, 0, truth); i < count; i = next_with(e, i + 1, truth)) {
		buffer_add(b, span_skip(e->framework->criteria[i].quoted, comma));
		comma = 0;
	}
}

void
decision_result_write(struct buffer *b, const struct decision *d)
{
	const struct evaluation *e = &d->evaluation;
	const struct framework *f = e->framework;

	buffer_text(b, e->barred ? "{\"barred\":true,\"failed\":[" : "{\"barred\":false,\"failed\":[");
	write_truths(b, e, TRUTH_FALSE);
	buffer_text(b, "],\"levels\":{");
	for (size_t i = 0; i < f->area_count; i++) {
		const struct area *area = &f->areas[f->in_order[i]];
		const struct reach *reach = &e->areas[f->in_order[i]];

		buffer_add(b, span_skip(area->heading, i ? 0 : 1));
		if (reach->possible != reach->reached) {
			buffer_add(b, area->possible[reach->possible]);
			buffer_byte(b, ',');
		}
		buffer_add(b, area->reached[reach->reached]);
		buffer_byte(b, '}');
	}
	buffer_text(b, d->permit ? "},\"permit\":true,\"unknown\":[" : "},\"permit\":false,\"unknown\":[");
	write_truths(b, e, TRUTH_UNKNOWN);
	buffer_text(b, "]}");
}
