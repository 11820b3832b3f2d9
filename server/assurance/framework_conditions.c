/* assurance/framework_conditions.c - the conditions of criteria compiled, once all criteria are known by name. */
#include "assurance/criterion_wording.h"
#include "assurance/framework_reading.h"

#include <assert.h>

#define NODES_LARGEST 65536 /* of a framework: 2 MiB */
#define PARAMETERS_LARGEST 64 /* of a criterion, those of criteria it refers to included */

/* Whose condition is compiled: NULL for a step's. */
struct naming {
	struct framework_reading *reading;
	struct criterion *owner;
};

static struct draft *
find_draft(const struct framework_reading *r, struct span id)
{
	for (size_t i = 0; i < r->framework->criterion_count; i++)
		if (span_equal(r->drafts[i].criterion.id, id))
			return &r->drafts[i];
	return NULL;
}

static int
find_parameter(const struct criterion *c, struct span id)
{
	for (size_t i = 0; c && i < c->parameter_count; i++)
		if (span_equal(c->parameters[i].id, id))
			return (int)i;
	return -1;
}

/* What a criterion refers to brings its parameters with it, under their full name: a profile that sets them sets them
 * here, too. */
static int
inherit(const struct naming *n, struct span of, const struct parameter *theirs)
{
	struct criterion *c = n->owner;
	struct arena *arena = n->reading->arena;
	struct span id = span_text(arena_print(arena, "%.*s/%.*s", SPAN_ARGS(of), SPAN_ARGS(theirs->id)));
	int position = find_parameter(c, id);
	struct parameter *list;

	if (position >= 0 || c->parameter_count == PARAMETERS_LARGEST)
		return position;
	list = arena_array(arena, struct parameter, c->parameter_count + 1);
	if (c->parameter_count)
		memcpy(list, c->parameters, c->parameter_count * sizeof(list[0]));
	list[c->parameter_count] = *theirs;
	list[c->parameter_count].id = id;
	c->parameters = list;
	return (int)c->parameter_count++;
}

static bool
name_parameter(void *arg, struct span of, struct span id, enum fact_type *type, size_t *place, int64_t *value)
{
	const struct naming *n = arg;
	const struct draft *other = of.size ? find_draft(n->reading, of) : NULL;
	const struct criterion *where = of.size ? (other ? &other->criterion : NULL) : n->owner;
	int theirs = find_parameter(where, id), position = theirs;

	if (theirs < 0)
		return false;
	*type = where->parameters[theirs].type;
	*value = where->parameters[theirs].value;
	if (n->owner && of.size)
		position = inherit(n, of, &where->parameters[theirs]);
	/* Of a step's condition nothing is changed by a profile: its leaves have no parameter. */
	*place = n->owner ? (size_t)position : SIZE_MAX;
	return !n->owner || position >= 0;
}

static struct place
name_criterion(void *arg, struct span id)
{
	const struct naming *n = arg;
	const struct draft *other = find_draft(n->reading, id);

	return other ? place_member(other->place, "condition") : (struct place){ 0 };
}

static struct condition
compile(struct naming *n, struct place p)
{
	struct framework_reading *r = n->reading;
	const struct condition_scope scope = {
		.dictionary = r->framework->dictionary,
		.parameter = name_parameter,
		.criterion = name_criterion,
		.arg = n,
	};
	struct condition c = { 0 };

	if (r->nodes > NODES_LARGEST)
		place_fail(p, arena_print(r->arena, "at most %d parts in all conditions, references included",
		    NODES_LARGEST), "more");
	else
		c = condition_read(p, &scope, r->arena);
	r->nodes += c.count;
	condition_support(&c, r->framework->uses);
	return c;
}

struct condition
framework_condition(struct framework_reading *r, struct place p)
{
	struct naming n = { .reading = r };

	return compile(&n, p);
}

static void
compile_criterion(struct framework_reading *r, struct draft *draft)
{
	struct naming n = { .reading = r, .owner = &draft->criterion };
	struct place when = place_member(draft->place, "when");

	if (place_exists(when))
		draft->criterion.when = compile(&n, when);
	draft->criterion.condition = compile(&n, place_member(draft->place, "condition"));
}

/* Side by side, in the order in which they are evaluated: every decision runs through all of them. */
static void
gather_nodes(struct framework_reading *r, struct criterion *criteria, size_t count)
{
	struct condition_node *to = arena_array(r->arena, struct condition_node, r->nodes);

	for (size_t i = 0; i < count; i++) {
		struct condition *parts[] = { &criteria[i].when, &criteria[i].condition };

		for (size_t k = 0; k < COUNT(parts); k++) {
			if (parts[k]->count)
				memcpy(to, parts[k]->nodes, parts[k]->count * sizeof(*to));
			parts[k]->nodes = to;
			to += parts[k]->count;
		}
	}
}

void
framework_read_conditions(struct framework_reading *r)
{
	struct framework *f = r->framework;
	struct criterion *criteria = arena_array(r->arena, struct criterion, f->criterion_count);

	for (size_t i = 0; i < f->criterion_count; i++)
		compile_criterion(r, &r->drafts[i]);
	for (size_t i = 0; i < f->criterion_count; i++) {
		criteria[i] = r->drafts[i].criterion;
		/* Ids have nothing in them to escape. */
		criteria[i].quoted = span_text(arena_print(r->arena, ",\"%.*s\"", SPAN_ARGS(criteria[i].id)));
	}
	gather_nodes(r, criteria, f->criterion_count);
	for (size_t i = 0; i < f->criterion_count && framework_sound(r); i++)
		criteria[i].spoken = criterion_spoken(r->arena, f, &criteria[i]);
	f->criteria = criteria;
}
