/* assurance/demand.c - what an asker requires, as it is written in a question. */
#include "assurance/demand.h"

#include "model/policy_id.h"

#define COMPARISON_LARGEST 16

static int
read_level(struct reader *r, const struct area *area)
{
	struct span word = reader_string(r, 1, POLICY_LEVEL_LARGEST);
	int level = level_find(area, word);

	if (level < 0)
		reader_fail_word(r, "a level of the area", word);
	return level;
}

static enum comparison
read_comparison(struct reader *r)
{
	struct span word = reader_string(r, 1, COMPARISON_LARGEST);
	enum comparison comparison = COMPARE_MINIMUM;

	if (!comparison_read(word, &comparison))
		reader_fail_word(r, "exact, minimum, maximum or better", word);
	return comparison;
}

static void
read_requirement(struct reader *r, const struct area *area, struct requirement *out)
{
	enum comparison comparison = COMPARE_MINIMUM;
	int level = -1;
	struct span name;

	if (reader_peek(r) == READER_STRING) {
		level = read_level(r, area);
	} else {
		reader_object(r);
		while (reader_member(r, &name)) {
			if (span_is(name, "level"))
				level = read_level(r, area);
			else if (span_is(name, "comparison"))
				comparison = read_comparison(r);
		}
		if (level < 0)
			reader_fail(r, "a level", "none");
	}
	out->level = level > 0 ? (uint8_t)level : 0;
	out->comparison = comparison;
}

void
demand_read(struct reader *r, const struct framework *framework, struct demand *out)
{
	struct span name;

	reader_object(r);
	while (reader_member(r, &name)) {
		int area = area_find(framework, name);

		if (area < 0 || out->count == REQUIREMENTS_LARGEST) {
			reader_fail_word(r, "an area of the framework", name);
			return;
		}
		out->items[out->count] = (struct requirement){ .area = (uint8_t)area };
		read_requirement(r, &framework->areas[area], &out->items[out->count]);
		out->count++;
	}
}
