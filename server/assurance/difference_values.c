/* assurance/difference_values.c - what two versions of one thing say otherwise, value by value. */
#include "assurance/difference_values.h"

#include "assurance/render_writer.h"

struct sides {
	struct writer before, after;
	struct arena *arena;
	struct value_difference *items;
	size_t count;
};

static struct sides
sides_of(struct arena *a, const struct framework *before, const struct framework *after, size_t most)
{
	return (struct sides){ .before = { .framework = before, .arena = a },
	    .after = { .framework = after, .arena = a },
		.arena = a, .items = arena_array(a, struct value_difference, most + 1) };
}

static void
add(struct sides *s, struct localized label, struct localized before, struct localized after)
{
	if (!span_equal(before.ja, after.ja) || !span_equal(before.en, after.en))
		s->items[s->count++] = (struct value_difference){ label, before, after };
}

/* Parameters */

static const struct parameter *
parameter_find(const struct criterion *c, struct span id)
{
	for (size_t i = 0; i < c->parameter_count; i++)
		if (span_equal(c->parameters[i].id, id))
			return &c->parameters[i];
	return NULL;
}

static struct localized
value_of(struct writer *w, const struct criterion *c, const struct parameter *p)
{
	if (!p)
		return (struct localized){ { 0 }, { 0 } };
	return worded(w, c, same(span_text(arena_print(w->arena, "{{%.*s}}", SPAN_ARGS(p->id)))));
}

/* `of` NULL: the criterion is what is looked at; otherwise it is named. */
static void
add_parameters(struct sides *s, const struct criterion *before, const struct criterion *after,
    const struct criterion *of)
{
	const struct criterion *const both[] = { after, before };

	for (size_t n = 0; n < COUNT(both); n++)
		for (size_t i = 0; i < both[n]->parameter_count; i++) {
			const struct parameter *p = &both[n]->parameters[i];
			const struct parameter *old = parameter_find(before, p->id);
			const struct parameter *new = parameter_find(after, p->id);
			struct localized label = p->label.ja.size ? p->label : same(p->id);

			if (n == 1 && new)
				continue;
			if (of)
				label = JOINED(&s->after, same(of->id), words("　", ": "), label);
			add(s, label, value_of(&s->before, before, old), value_of(&s->after, after, new));
		}
}

size_t
criterion_values(struct arena *a, const struct framework *before, const struct framework *after,
    const struct criterion_difference *d, struct value_difference **out)
{
	struct sides s;

	*out = NULL;
	if (!d->before || !d->after)
		return 0;
	s = sides_of(a, before, after, d->before->parameter_count + d->after->parameter_count + 1);
	add_parameters(&s, d->before, d->after, NULL);
	add(&s, words("求めること", "Text"), worded(&s.before, d->before, d->before->text),
	    worded(&s.after, d->after, d->after->text));
	*out = s.items;
	return s.count;
}

/* Profiles */

static struct localized
requirement_of(struct writer *w, const struct profile *p, struct span area)
{
	struct localized all = { { 0 }, { 0 } };

	for (size_t i = 0; i < p->requirement_count; i++) {
		const struct requirement *r = &p->requirements[i];
		const struct area *of = &w->framework->areas[r->area];

		if (span_equal(of->id, area))
			all = JOINED(w, all, words(all.ja.size ? "、" : "", all.en.size ? ", " : ""),
			    level_wording(w, of, r->level), words("", " "), comparison_wording(r->comparison));
	}
	return all;
}

static bool
is_required(const struct framework *f, const struct profile *p, size_t count, struct span area)
{
	for (size_t i = 0; i < count; i++)
		if (span_equal(f->areas[p->requirements[i].area].id, area))
			return true;
	return false;
}

/* Area by area, each once. */
static void
add_requirements(struct sides *s, const struct profile *before, const struct profile *after)
{
	const struct framework *old = s->before.framework, *new = s->after.framework;

	for (size_t i = 0; i < after->requirement_count; i++) {
		const struct area *area = &new->areas[after->requirements[i].area];

		if (!is_required(new, after, i, area->id))
			add(s, area->title, requirement_of(&s->before, before, area->id),
			    requirement_of(&s->after, after, area->id));
	}
	for (size_t i = 0; i < before->requirement_count; i++) {
		const struct area *area = &old->areas[before->requirements[i].area];

		if (!is_required(old, before, i, area->id) &&
		    !is_required(new, after, after->requirement_count, area->id))
			add(s, area->title, requirement_of(&s->before, before, area->id),
			    (struct localized){ { 0 }, { 0 } });
	}
}

size_t
profile_values(struct arena *a, const struct framework *before, const struct framework *after,
    const struct profile_difference *d, struct value_difference **out)
{
	const struct profile *old = profile_find(before, d->id), *new = profile_find(after, d->id);
	struct sides s;
	size_t most = 0;

	*out = NULL;
	if (!old || !new)
		return 0;
	for (size_t i = 0; i < after->criterion_count; i++)
		most += after->criteria[i].parameter_count;
	for (size_t i = 0; i < before->criterion_count; i++)
		most += before->criteria[i].parameter_count;
	s = sides_of(a, before, after, most + old->requirement_count + new->requirement_count);
	add_requirements(&s, old, new);
	for (size_t i = 0; i < after->criterion_count; i++) {
		int number = criterion_find(before, after->criteria[i].id);

		if (number >= 0)
			add_parameters(&s, &old->criteria[number], &new->criteria[i], &after->criteria[i]);
	}
	*out = s.items;
	return s.count;
}
