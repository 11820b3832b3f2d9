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
	size_t count = e->framework->criterion_count;
	bool begun = false;

	for (size_t i = next_with(e, 0, truth); i < count; i = next_with(e, i + 1, truth)) {
		if (begun)
			buffer_byte(b, ',');
		write_id(b, e->framework->criteria[i].id);
		begun = true;
	}
}

/* Areas by id, as canonical JSON has them. */
static void
sort_areas(const struct framework *f, uint8_t order[AREAS_LARGEST])
{
	for (size_t i = 0; i < f->area_count; i++) {
		size_t at = i;

		for (; at > 0 && span_compare(f->areas[order[at - 1]].id, f->areas[i].id) > 0; at--)
			order[at] = order[at - 1];
		order[at] = (uint8_t)i;
	}
}

void
decision_result_write(struct buffer *b, const struct decision *d)
{
	const struct evaluation *e = &d->evaluation;
	const struct framework *f = e->framework;
	uint8_t order[AREAS_LARGEST];

	sort_areas(f, order);
	buffer_text(b, e->barred ? "{\"barred\":true,\"failed\":[" : "{\"barred\":false,\"failed\":[");
	write_truths(b, e, TRUTH_FALSE);
	buffer_text(b, "],\"levels\":{");
	for (size_t i = 0; i < f->area_count; i++) {
		const struct area *area = &f->areas[order[i]];

		if (i)
			buffer_byte(b, ',');
		write_id(b, area->id);
		buffer_text(b, ":{\"possible\":");
		write_id(b, level_id(area, e->areas[order[i]].possible));
		buffer_text(b, ",\"reached\":");
		write_id(b, level_id(area, e->areas[order[i]].reached));
		buffer_byte(b, '}');
	}
	buffer_text(b, d->permit ? "},\"permit\":true,\"unknown\":[" : "},\"permit\":false,\"unknown\":[");
	write_truths(b, e, TRUTH_UNKNOWN);
	buffer_text(b, "]}");
}
