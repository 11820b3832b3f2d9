/* assurance/decision_unmet.c - the requirements that are not met, each with its reason, as JSON.
 *
 * That a level is missing is told by its criteria; that one is too high, or not the very one that was required, by
 * none. And what must hold whatever is required stops all by itself, wherever it stands: so a refusal has a reason,
 * always.
 */
#include "assurance/decision_writing.h"

/* Behind the level's title in Japanese, before it in English. */
static const struct {
	const char *ja, *en;
} ways[] = {
	[COMPARE_MINIMUM] = { "以上", ": at least " },
	[COMPARE_EXACT] = { "ちょうど", ": exactly " },
	[COMPARE_MAXIMUM] = { "以下", ": at most " },
	[COMPARE_BETTER] = { "より上", ": more than " },
};

/* Level 0, which may be all that is allowed, has no title. */
static const struct localized *
level_spoken(const struct area *area, uint8_t level)
{
	static const struct localized nothing = { { (const uint8_t *)"レベル0", 10 }, { (const uint8_t *)"level 0", 7 } };

	return level ? &area->levels[level - 1].spoken : &nothing;
}

static void
write_reason(struct buffer *b, const struct area *area, const struct requirement *r, uint8_t reached)
{
	const struct localized *required = level_spoken(area, r->level);

	buffer_text(b, ",\"text\":{\"ja\":\"");
	buffer_add(b, area->spoken.ja);
	buffer_text(b, "は");
	buffer_add(b, required->ja);
	buffer_text(b, ways[r->comparison].ja);
	buffer_text(b, "が求められていますが、");
	if (reached)
		buffer_add(b, area->levels[reached - 1].spoken.ja);
	buffer_text(b, reached ? "です。\",\"en\":\"" : "どのレベルにも届いていません。\",\"en\":\"");
	buffer_add(b, area->spoken.en);
	buffer_text(b, ways[r->comparison].en);
	buffer_add(b, required->en);
	buffer_text(b, " is required, ");
	if (reached)
		buffer_add(b, area->levels[reached - 1].spoken.en);
	buffer_text(b, reached ? " is reached.\"}" : "and no level is reached.\"}");
}

static void
write_one(struct buffer *b, const struct area *area, const struct requirement *r, uint8_t reached)
{
	buffer_text(b, "{\"area\":");
	write_id(b, area->id);
	buffer_text(b, ",\"required\":");
	write_id(b, level_id(area, r->level));
	buffer_text(b, ",\"comparison\":\"");
	buffer_text(b, comparison_name(r->comparison));
	buffer_text(b, "\",");
	buffer_add(b, area->reached[reached]);
	write_reason(b, area, r, reached);
	buffer_byte(b, '}');
}

/* Those of every level that are not true, in whichever area: `"level":"any"`. */
static bool
write_stopping(struct buffer *b, const struct evaluation *e)
{
	const struct criterion *criteria = evaluation_criteria(e);
	bool begun = false;

	for (size_t i = 0; !e->cleared && i < e->framework->criterion_count; i++) {
		if (criteria[i].level != 0 || e->truths[i] == TRUTH_TRUE)
			continue;
		buffer_text(b, begun ? ",{" : "{");
		json_write_member(b, "criterion", criteria[i].id);
		json_write_member(b, "truth", span_text(e->truths[i] == TRUTH_FALSE ? "false" : "unknown"));
		buffer_text(b, ",\"text\":{");
		json_write_member(b, "ja", criteria[i].reason.ja);
		json_write_member(b, "en", criteria[i].reason.en);
		buffer_text(b, "}}");
		begun = true;
	}
	return begun;
}

void
write_unmet(struct buffer *b, const struct decision *d)
{
	const struct demand *demand = &d->question->demand;
	bool begun;

	buffer_text(b, ",\"unmet\":[");
	begun = write_stopping(b, &d->evaluation);
	for (size_t i = 0; i < demand->count; i++) {
		const struct requirement *r = &demand->items[i];
		uint8_t reached = d->evaluation.areas[r->area].reached;

		if (requirement_met(r, reached))
			continue;
		if (begun)
			buffer_byte(b, ',');
		write_one(b, &d->question->framework->areas[r->area], r, reached);
		begun = true;
	}
	buffer_byte(b, ']');
}
