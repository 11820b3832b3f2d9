/* assurance/framework_criteria.c - criteria read, all but their conditions: criteria/<area>.json. */
#include "assurance/framework_reading.h"

#include <stdlib.h>

#define CITATIONS_LARGEST 16
#define PARAMETERS_LARGEST 16
#define CLAUSE_LARGEST 100

static bool
has_clause(const struct policy_source *s, struct span at)
{
	for (size_t i = 0; i < s->clause_count; i++)
		if (span_equal(s->clauses[i].at, at))
			return true;
	return false;
}

/* A document lists its clauses: what it does not list nobody can look up. */
static void
check_citation(struct framework_reading *r, struct place p, const struct citation *c)
{
	const struct framework *f = r->framework;
	struct place at = place_member(p, "at");

	for (size_t i = 0; i < f->source_count; i++) {
		if (!span_equal(f->sources[i].id, c->document))
			continue;
		if (!has_clause(&f->sources[i], c->at))
			place_fail(at, arena_print(r->arena, "a clause of \"%.*s\" in sources.json",
			    SPAN_ARGS(c->document)), NULL);
		return;
	}
	place_fail(place_member(p, "document"), "a document of sources.json", NULL);
}

static void
read_citations(struct framework_reading *r, struct place array, struct criterion *c)
{
	static const char *const relations[] = { "quotes", "derived", "equivalent", "see" };
	struct citation *list;

	c->citation_count = place_count_within(array, 1, CITATIONS_LARGEST);
	c->citations = list = arena_array(r->arena, struct citation, c->citation_count);
	for (size_t i = 0; i < c->citation_count; i++) {
		struct place p = place_element(array, i), document = place_member(p, "document");
		struct place relation = place_member(p, "relation");

		list[i] = (struct citation){
			.document = policy_id(document),
			.at = policy_line(place_member(p, "at"), CLAUSE_LARGEST),
			.relation = span_text(relations[policy_word(relation, relations, COUNT(relations))]),
		};
		check_citation(r, p, &list[i]);
	}
}

/* Those that a condition can compare with. */
static const struct fact parameter_forms[] = {
	[FACT_BOOLEAN] = { .type = FACT_BOOLEAN, .most = 1, .expected = "true or false" },
	[FACT_INTEGER] = { .type = FACT_INTEGER, .least = -FACT_INTEGER_LARGEST, .most = FACT_INTEGER_LARGEST,
	    .expected = "a whole number" },
	[FACT_DURATION] = { .type = FACT_DURATION, .most = FACT_DURATION_LARGEST,
	    .expected = "seconds, or a duration such as \"PT1H\"" },
	[FACT_DATE] = { .type = FACT_DATE, .least = INT32_MIN, .most = INT32_MAX,
	    .expected = "a date such as \"2026-11-22\"" },
};

bool
framework_parameter_value(struct place p, enum fact_type type, int64_t *out)
{
	return type < COUNT(parameter_forms) && parameter_forms[type].expected &&
	    condition_literal(p, &parameter_forms[type], out);
}

static void
read_parameters(struct framework_reading *r, struct place array, struct criterion *c)
{
	static const char *const types[] = {
		[FACT_BOOLEAN] = "boolean", [FACT_INTEGER] = "integer", [FACT_DURATION] = "duration",
		[FACT_DATE] = "date",
	};
	struct parameter *list;

	c->parameter_count = place_count_within(array, 0, PARAMETERS_LARGEST);
	c->parameters = list = arena_array(r->arena, struct parameter, c->parameter_count);
	for (size_t i = 0; i < c->parameter_count; i++) {
		struct place p = place_element(array, i);

		list[i] = (struct parameter){
			.id = policy_id(place_member(p, "id")),
			.type = (enum fact_type)policy_word(place_member(p, "type"), types, COUNT(types)),
			.label = policy_title(place_member(p, "label"), NEEDED),
		};
		framework_parameter_value(place_member(p, "value"), list[i].type, &list[i].value);
		for (size_t n = 0; n < i; n++)
			policy_once(place_member(p, "id"), list[i].id, span_equal(list[n].id, list[i].id));
	}
}

/* {{parameter}} */

/* Cuts the text behind the next placeholder, and gives its name. False: there is no other; `*broken`: one is not
 * closed. */
static bool
next_placeholder(struct span *text, struct span *name, bool *broken)
{
	for (size_t i = 0; i + 1 < text->size; i++) {
		if (text->data[i] != '{' || text->data[i + 1] != '{')
			continue;
		for (size_t end = i + 2; end + 1 < text->size; end++) {
			if (text->data[end] == '}' && text->data[end + 1] == '}') {
				*name = span_of(text->data + i + 2, end - i - 2);
				*text = span_skip(*text, end + 2);
				return true;
			}
		}
		*broken = true;
		return false;
	}
	return false;
}

/* Which of the criterion's parameters a text names. */
static unsigned
placeholders_of(const struct criterion *c, struct place p, struct span text)
{
	unsigned named = 0;
	bool broken = false;
	struct span name;

	while (next_placeholder(&text, &name, &broken)) {
		size_t i = 0;

		while (i < c->parameter_count && !span_equal(c->parameters[i].id, name))
			i++;
		if (i == c->parameter_count)
			place_fail(p, "the criterion's own parameters in {{ }}",
			    arena_print(p.document->arena, "{{%.*s}}", (int)span_first(name, 80).size,
			        (const char *)name.data));
		else
			named |= 1u << i;
	}
	if (broken)
		place_fail(p, "}} behind each {{", "the end");
	return named;
}

static void
check_placeholders(const struct criterion *c, struct place p, struct localized l)
{
	if (placeholders_of(c, place_member(p, "ja"), l.ja) != placeholders_of(c, place_member(p, "en"), l.en))
		place_fail(p, "the same parameters in ja and en", "others");
}

/* Criteria */

static struct criterion
read_criterion(struct framework_reading *r, struct place p, uint8_t area)
{
	struct place level = place_member(p, "level"), provenance = place_member(p, "provenance");
	static const char *const provenances[] = {
		[CLAIMED] = "claimed", [VOUCHED] = "vouched", [OBSERVED] = "observed",
	};
	struct criterion c = {
		.id = policy_id(place_member(p, "id")),
		.area = area,
		.status = framework_status(place_member(p, "status")),
		.title = policy_title(place_member(p, "title"), NEEDED),
		.text = policy_text(place_member(p, "text"), NEEDED),
		.reason = policy_text(place_member(p, "reason"), NEEDED),
		.provenance = CLAIMED,
		.pointer = span_text(p.pointer),
	};

	if (!json_is_string(level.value) || strcmp(json_string_value(level.value), "any") != 0)
		c.level = framework_level(r, level, area);
	if (place_exists(provenance))
		c.provenance = (enum provenance)policy_word(provenance, provenances, COUNT(provenances));
	read_citations(r, place_member(p, "sources"), &c);
	read_parameters(r, place_member(p, "parameters"), &c);
	check_placeholders(&c, place_member(p, "text"), c.text);
	check_placeholders(&c, place_member(p, "reason"), c.reason);
	return c;
}

static void
read_file(struct framework_reading *r, struct place root, struct span stem)
{
	struct framework *f = r->framework;
	struct place area = place_member(root, "area"), array = place_member(root, "criteria");
	uint8_t number = framework_area(r, area);
	size_t count = place_count_within(array, 1, CRITERIA_LARGEST - f->criterion_count);

	if (number >= f->own_count || !span_equal(f->areas[number].id, stem))
		place_fail(area, arena_print(r->arena, "the area the file is named for, \"%.*s\"", SPAN_ARGS(stem)),
		    NULL);
	for (size_t i = 0; i < count; i++) {
		struct place p = place_element(array, i);
		struct draft *draft = &r->drafts[f->criterion_count];

		*draft = (struct draft){
			.criterion = read_criterion(r, p, number), .place = p, .order = f->criterion_count,
		};
		draft->criterion.file = span_text(arena_print(r->arena, "criteria/%.*s.json", SPAN_ARGS(stem)));
		for (size_t n = 0; n < f->criterion_count; n++)
			policy_once(place_member(p, "id"), draft->criterion.id,
			    span_equal(r->drafts[n].criterion.id, draft->criterion.id));
		f->criterion_count++;
	}
}

static int
compare_drafts(const void *a, const void *b)
{
	const struct draft *x = a, *y = b;

	if (x->criterion.area != y->criterion.area)
		return x->criterion.area < y->criterion.area ? -1 : 1;
	if (x->criterion.level != y->criterion.level)
		return x->criterion.level < y->criterion.level ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

/* A level without a criterion would be reached by nothing at all. */
static void
check_levels(const struct framework_reading *r)
{
	const struct framework *f = r->framework;
	struct place areas = place_member(framework_file(r, "levels.json"), "areas");

	for (size_t area = 0; area < f->own_count; area++) {
		unsigned levels = 0;

		for (size_t i = 0; i < f->criterion_count; i++)
			if (r->drafts[i].criterion.area == area)
				levels |= 1u << r->drafts[i].criterion.level;
		for (uint8_t n = 1; n <= f->areas[area].level_count; n++)
			if (!(levels >> n & 1))
				place_fail(place_element(areas, area),
				    arena_print(r->arena, "a criterion for level \"%.*s\" in criteria/%.*s.json",
				        SPAN_ARGS(level_id(&f->areas[area], n)), SPAN_ARGS(f->areas[area].id)),
				    "none");
	}
}

void
framework_read_criteria(struct framework_reading *r)
{
	struct place root;
	struct span stem;
	size_t cursor = 0;

	r->drafts = arena_array(r->arena, struct draft, CRITERIA_LARGEST);
	while (framework_next_file(r, "criteria", &cursor, &root, &stem))
		read_file(r, root, stem);
	qsort(r->drafts, r->framework->criterion_count, sizeof(r->drafts[0]), compare_drafts);
	/* One with a mistake in it would be missed here, too. */
	if (framework_sound(r))
		check_levels(r);
}
