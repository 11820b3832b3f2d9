/* registry/rule.c - the rules' table put to use: levels, and one entity held against every rule. */
#include "registry/rule.h"

#include <assert.h>
#include <stdlib.h>

#include "codec/text.h"
#include "registry/rule_check.h"

/* Levels */

static bool
day_read(const char *text, struct instant *out)
{
	char whole[INSTANT_TEXT];

	if (strlen(text) != strlen("2027-04-01"))
		return false;
	memcpy(whole, text, 10);
	memcpy(whole + 10, "T00:00:00Z", sizeof("T00:00:00Z"));
	return instant_read(span_text(whole), out);
}

void
rule_levels_init(struct rule_levels *l)
{
	*l = (struct rule_levels){ 0 };
	for (size_t i = 0; rules[i].id; i++) {
		assert(i < RULES_LARGEST);
		l->level[i] = rules[i].level;
		if (rules[i].error_from && !day_read(rules[i].error_from, &l->error_from[i]))
			abort();
	}
}

enum err
rule_levels_set(struct rule_levels *l, const char *rule, const char *level, struct problem *why)
{
	static const struct {
		const char *word;
		enum finding_level level;
	} words[] = { { "off", FINDING_NONE }, { "warning", FINDING_WARNING }, { "error", FINDING_ERROR } };
	struct instant from;
	size_t i = 0;

	while (rules[i].id && strcmp(rules[i].id, rule) != 0)
		i++;
	if (!rules[i].id)
		return problem_set(why, ERR_INVALID, "", "expected the name of a rule, found \"%.80s\"", rule);
	for (size_t w = 0; w < COUNT(words); w++)
		if (strcmp(words[w].word, level) == 0) {
			l->level[i] = words[w].level;
			l->error_from[i] = (struct instant){ 0 };
			return OK;
		}
	if (!day_read(level, &from))
		return problem_set(why, ERR_INVALID, "",
		    "expected \"off\", \"warning\", \"error\" or a day such as \"2027-04-01\" for rule %s, "
		    "found \"%.40s\"", rule, level);
	l->level[i] = FINDING_WARNING;
	l->error_from[i] = from;
	return OK;
}

/* What checks say */

/* One line, cut at the end of a character. */
static struct span
one_line(struct arena *arena, struct span s, size_t largest)
{
	size_t size = utf8_first(s, largest).size;
	uint8_t *line = arena_take(arena, size);

	for (size_t i = 0; i < size; i++)
		line[i] = s.data[i] < ' ' || s.data[i] == 0x7f ? ' ' : s.data[i];
	return span_of(line, size);
}

static void
keep(struct examination *x, struct span at, struct span found, size_t largest)
{
	struct rule_finding *larger;

	x->error = x->error || x->level == FINDING_ERROR;
	if (x->said++ >= RULE_FINDINGS)
		return;
	if (x->count == x->room) {
		x->room = x->room ? x->room * 2 : 16;
		larger = arena_array(x->arena, struct rule_finding, x->room);
		if (x->count)
			memcpy(larger, x->findings, x->count * sizeof(*larger));
		x->findings = larger;
	}
	x->findings[x->count++] = (struct rule_finding){
		.rule = span_text(x->rule->id),
		.level = x->level,
		.error_from = x->error_from,
		.element = arena_copy(x->arena, at),
		.found = one_line(x->arena, found, largest),
		.right_ja = span_text(x->rule->right_ja),
		.right_en = span_text(x->rule->right_en),
		.clause = span_text(x->rule->clause),
	};
}

void
rule_found(struct examination *x, struct span at, struct span found)
{
	keep(x, at, found, RULE_FOUND_LARGEST);
}

void
rule_found_sentence(struct examination *x, struct span at, struct span sentence)
{
	keep(x, at, sentence, 3 * RULE_FOUND_LARGEST);
}

static int
compare_twins(const void *a, const void *b)
{
	const struct twin *x = a, *y = b;
	int order = span_compare(x->value, y->value);

	return order ? order : (x->order > y->order) - (x->order < y->order);
}

/* Sorted, for a stranger decides how many there are. */
void
rule_twins(struct examination *x, struct twin *twins, size_t count)
{
	if (count < 2)
		return;
	for (size_t i = 0; i < count; i++)
		twins[i].order = i;
	qsort(twins, count, sizeof(*twins), compare_twins);
	for (size_t i = 1; i < count; i++)
		if (span_equal(twins[i].value, twins[i - 1].value))
			rule_found(x, twins[i].at, twins[i].value);
}

void
rule_language_twins(struct examination *x, const struct portrait_texts *texts)
{
	struct twin *twins;

	if (texts->count < 2)
		return;
	twins = arena_array(x->arena, struct twin, texts->count);
	for (size_t i = 0; i < texts->count; i++)
		twins[i] = (struct twin){ .value = texts->list[i].lang, .at = texts->list[i].at };
	rule_twins(x, twins, texts->count);
}

/* One entity */

/* Errors first to stay; the order of the table is kept. */
static size_t
cut_to_fit(struct rule_finding *findings, size_t count)
{
	size_t errors = 0, warnings = 0, kept = 0, room;

	for (size_t i = 0; i < count; i++)
		errors += findings[i].level == FINDING_ERROR;
	room = errors < FINDINGS_OF_ENTITY ? FINDINGS_OF_ENTITY - errors : 0;
	for (size_t i = 0; i < count && kept < FINDINGS_OF_ENTITY; i++)
		if (findings[i].level == FINDING_ERROR || warnings++ < room)
			findings[kept++] = findings[i];
	return kept;
}

/* Of an entity that cannot be read, only what is known without its portrait. */
static bool
is_asked(const struct rule *rule, const struct examined *e)
{
	return e->unreadable.size == 0 || rule->check == check_size || rule->check == check_schema ||
	    rule->check == check_claims;
}

bool
rules_examine(const struct rule_levels *levels, struct arena *arena, const struct examined *e,
    struct rule_finding **out, size_t *count)
{
	struct examination x = { .examined = e, .portrait = &e->portrait, .arena = arena };

	for (size_t i = 0; rules[i].id; i++) {
		struct instant from = levels->error_from[i];
		bool due = from.us && !instant_before(e->now, from);

		if (levels->level[i] == FINDING_NONE || !is_asked(&rules[i], e))
			continue;
		x.rule = &rules[i];
		x.level = due ? FINDING_ERROR : levels->level[i];
		x.error_from = due ? (struct instant){ 0 } : from;
		x.said = 0;
		rules[i].check(&x);
	}
	*out = x.findings;
	*count = cut_to_fit(x.findings, x.count);
	return !x.error;
}
