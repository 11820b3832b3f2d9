/* assurance/impact_report.c - what another version would have said of decisions, as JSON. */
#include "assurance/impact_counts.h"
#include "codec/text.h"

#define MOST 20                  /* criteria, requirements and relying parties told, those that count most */

static void
write_count(struct buffer *b, const char *name, uint64_t count)
{
	buffer_print(b, "\"%s\":%llu", name, (unsigned long long)count);
}

static void
write_samples(struct buffer *b, const char *name, uint64_t count, const struct samples *s)
{
	buffer_print(b, "\"%s\":{\"count\":%llu,\"samples\":[", name, (unsigned long long)count);
	for (size_t n = 0; n < s->count; n++)
		buffer_print(b, "%s\"%s\"", n ? "," : "", s->ids[n]);
	buffer_text(b, "]}");
}

static void
write_area(struct buffer *b, const struct impact *i, size_t number)
{
	const struct area *area = &i->after->areas[number];

	buffer_text(b, "{\"area\":");
	json_write_string(b, area->id);
	buffer_text(b, ",\"levels\":[");
	for (uint8_t level = 0; level <= area->level_count; level++) {
		buffer_text(b, level ? "," : "");
		json_write_string(b, level_id(area, level));
	}
	/* The last row: levels that the new version does not have. */
	buffer_text(b, "],\"matrix\":[");
	for (size_t row = 0; row <= area->level_count + 1; row++) {
		size_t from = row <= area->level_count ? row : LEVELS_LARGEST + 1;

		buffer_text(b, row ? ",[" : "[");
		for (size_t column = 0; column <= area->level_count; column++)
			buffer_print(b, "%s%llu", column ? "," : "",
			    (unsigned long long)i->matrix[number][from][column]);
		buffer_text(b, "]");
	}
	buffer_text(b, "]}");
}

/* The largest first: places of the MOST largest sums, which are not zero. */
static size_t
most(const uint64_t *sums, size_t count, size_t out[MOST])
{
	size_t found = 0;

	for (size_t n = 0; n < count; n++) {
		size_t at = found;

		if (!sums[n])
			continue;
		while (at > 0 && sums[out[at - 1]] < sums[n])
			at--;
		if (at == MOST)
			continue;
		if (found < MOST)
			found++;
		memmove(&out[at + 1], &out[at], (found - at - 1) * sizeof(*out));
		out[at] = n;
	}
	return found;
}

static void
write_criteria(struct buffer *b, const struct impact *i)
{
	uint64_t sums[CRITERIA_LARGEST];
	size_t order[MOST], count;

	for (size_t c = 0; c < i->after->criterion_count; c++)
		sums[c] = i->flips[c][TRUTH_FALSE] + i->flips[c][TRUTH_TRUE] + i->flips[c][TRUTH_UNKNOWN];
	count = most(sums, i->after->criterion_count, order);
	buffer_text(b, "\"criteria\":[");
	for (size_t n = 0; n < count; n++) {
		const uint64_t *flips = i->flips[order[n]];

		buffer_text(b, n ? ",{\"id\":" : "{\"id\":");
		json_write_string(b, i->after->criteria[order[n]].id);
		buffer_text(b, ",");
		write_count(b, "newly_failed", flips[TRUTH_FALSE]);
		buffer_text(b, ",");
		write_count(b, "newly_met", flips[TRUTH_TRUE]);
		buffer_text(b, ",");
		write_count(b, "newly_unknown", flips[TRUTH_UNKNOWN]);
		buffer_text(b, "}");
	}
	buffer_text(b, "]");
}

static void
write_bound(struct buffer *b, const char *name, const struct bound *bound)
{
	if (!bound->there)
		return;
	buffer_print(b, "\"%s\":{\"comparison\":\"%s\",\"level\":", name, comparison_name(bound->comparison));
	json_write_string(b, span_text(bound->level));
	buffer_text(b, "},");
}

static void
write_reversal(struct buffer *b, const struct reversal *r)
{
	buffer_text(b, "{");
	write_bound(b, "after", &r->after);
	buffer_text(b, "\"area\":");
	json_write_string(b, span_text(r->area));
	buffer_text(b, ",");
	write_bound(b, "before", &r->before);
	write_count(b, "newly_accepted", r->accepted);
	buffer_text(b, ",");
	write_count(b, "newly_refused", r->refused);
	if (r->profile[0]) {
		buffer_text(b, ",\"profile\":");
		json_write_string(b, span_text(r->profile));
	}
	buffer_text(b, "}");
}

static void
write_requirements(struct buffer *b, const struct impact *i)
{
	uint64_t sums[REVERSALS_LARGEST];
	size_t order[MOST], count;

	for (size_t n = 0; n < i->reversal_count; n++)
		sums[n] = i->reversals[n].refused + i->reversals[n].accepted;
	count = most(sums, i->reversal_count, order);
	buffer_text(b, "\"requirements\":{");
	write_count(b, "further", i->further_reversals);
	buffer_text(b, ",\"most\":[");
	for (size_t n = 0; n < count; n++) {
		buffer_text(b, n ? "," : "");
		write_reversal(b, &i->reversals[order[n]]);
	}
	buffer_text(b, "],");
	write_count(b, "none", i->without_reversal);
	buffer_print(b, ",\"touched\":%zu}", i->reversal_count);
}

static void
write_missing(struct buffer *b, const struct impact *i)
{
	bool begun = false;

	buffer_text(b, "\"not_replayable\":[");
	for (size_t n = 0; n < i->after->dictionary->count; n++)
		if (i->missing[n]) {
			buffer_print(b, "%s{\"count\":%llu,\"fact\":", begun ? "," : "",
			    (unsigned long long)i->missing[n]);
			json_write_string(b, i->after->dictionary->facts[n].id);
			buffer_text(b, "}");
			begun = true;
		}
	for (size_t n = 0; n < i->reason_count; n++) {
		buffer_print(b, "%s{\"count\":%llu,\"without\":", begun ? "," : "",
		    (unsigned long long)i->reasons[n].count);
		json_write_string(b, span_text(i->reasons[n].text));
		buffer_text(b, "}");
		begun = true;
	}
	buffer_text(b, "],");
	write_count(b, "not_replayable_further", i->further_reasons);
}

static void
write_resource(struct buffer *b, const struct resource *r, bool first)
{
	buffer_print(b, "%s{\"id\":", first ? "" : ",");
	json_write_string(b, span_text(r->id));
	buffer_print(b, ",\"newly_accepted\":%llu,\"newly_refused\":%llu}", (unsigned long long)r->accepted,
	    (unsigned long long)r->refused);
}

static void
write_resources(struct buffer *b, const struct impact *i)
{
	uint64_t *sums = calloc(RESOURCES_LARGEST, sizeof(*sums));
	size_t order[MOST], count, touched = 0;

	if (!sums)
		abort();
	for (size_t n = 0; n < RESOURCES_LARGEST; n++) {
		sums[n] = i->resources[n].refused + i->resources[n].accepted;
		touched += sums[n] != 0;
	}
	count = most(sums, RESOURCES_LARGEST, order);
	buffer_text(b, "\"resources\":{");
	write_count(b, "further", i->rest.refused + i->rest.accepted);
	buffer_text(b, ",\"most\":[");
	for (size_t n = 0; n < count; n++)
		write_resource(b, &i->resources[order[n]], n == 0);
	buffer_print(b, "],\"touched\":%zu}", touched);
	free(sums);
}

void
impact_write(struct buffer *b, const struct impact *i)
{
	buffer_text(b, "{");
	write_samples(b, "accepted", i->accepted, &i->accepted_ids);
	buffer_text(b, ",\"areas\":[");
	for (size_t n = 0; n < i->after->area_count; n++) {
		buffer_text(b, n ? "," : "");
		write_area(b, i, n);
	}
	buffer_text(b, "],");
	write_criteria(b, i);
	buffer_text(b, ",");
	write_count(b, "decisions", i->decisions);
	buffer_text(b, ",");
	write_count(b, "erased", i->erased);
	buffer_text(b, ",\"framework\":");
	json_write_string(b, i->after->id);
	buffer_text(b, ",");
	write_missing(b, i);
	buffer_text(b, ",");
	write_count(b, "other_frameworks", i->other);
	buffer_text(b, ",");
	write_samples(b, "refused", i->refused, &i->refused_ids);
	buffer_text(b, ",");
	write_count(b, "replayed", i->replayed);
	buffer_text(b, ",");
	write_requirements(b, i);
	buffer_text(b, ",");
	write_resources(b, i);
	buffer_text(b, ",");
	write_count(b, "same", i->same);
	buffer_text(b, ",\"version\":");
	json_write_string(b, i->after->version);
	buffer_text(b, "}");
}
