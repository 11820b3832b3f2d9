/* assurance/difference_writing.c - a difference of two versions as JSON. */
#include "assurance/difference_values.h"

#include "codec/json_writer.h"

#define VALUES_MEMORY (64 * MIB)

static void
write_side(struct buffer *b, const char *name, const struct framework *f)
{
	json_write_name(b, name);
	buffer_text(b, "{");
	json_write_member(b, "framework", f->id);
	json_write_member(b, "version", f->version);
	buffer_text(b, "}");
}

static void
write_witness(struct buffer *b, const char *name, const struct policy_witness *w)
{
	if (!w->facts.size)
		return;
	json_write_name(b, name);
	buffer_text(b, "{\"facts\":");
	buffer_add(b, w->facts);
	buffer_print(b, ",\"provenance\":\"%s\"}", provenance_name(w->by));
}

static void
write_change(struct buffer *b, enum policy_change change, const struct policy_witness *newly_refused,
    const struct policy_witness *newly_accepted)
{
	buffer_print(b, ",\"change\":\"%s\"", policy_change_name(change));
	write_witness(b, "newly_refused", newly_refused);
	write_witness(b, "newly_accepted", newly_accepted);
	buffer_text(b, "}");
}

/* What is not there on one side has no such member. */
static void
write_values(struct buffer *b, const struct value_difference *values, size_t count)
{
	if (!count)
		return;
	buffer_text(b, ",\"values\":[");
	for (size_t i = 0; i < count; i++) {
		buffer_text(b, i ? ",{" : "{");
		localized_write(b, "label", values[i].label);
		if (values[i].before.ja.size)
			localized_write(b, "before", values[i].before);
		if (values[i].after.ja.size)
			localized_write(b, "after", values[i].after);
		buffer_text(b, "}");
	}
	buffer_text(b, "]");
}

static void
write_criterion(struct buffer *b, const struct criterion_difference *d, const struct value_difference *values,
    size_t value_count)
{
	const struct localized *title = d->after ? &d->after->title : &d->before->title;

	json_write_member(b, "id", d->id);
	localized_write(b, "title", *title);
	write_values(b, values, value_count);
	write_change(b, d->change, &d->newly_refused, &d->newly_accepted);
}

void
difference_write(struct buffer *b, const struct framework *before, const struct framework *after,
    const struct policy_difference *d)
{
	struct arena a = arena_init(VALUES_MEMORY);
	struct value_difference *values;
	size_t count;

	buffer_text(b, "{");
	write_side(b, "before", before);
	write_side(b, "after", after);
	buffer_text(b, ",\"criteria\":[");
	for (size_t i = 0; i < d->count; i++) {
		buffer_text(b, i ? ",{" : "{");
		count = criterion_values(&a, before, after, &d->criteria[i], &values);
		write_criterion(b, &d->criteria[i], values, count);
	}
	buffer_text(b, "],\"levels\":[");
	for (size_t i = 0; i < d->level_count; i++) {
		const struct level_difference *l = &d->levels[i];

		buffer_text(b, i ? ",{" : "{");
		json_write_member(b, "area", l->area);
		json_write_member(b, "level", l->level);
		write_change(b, l->change, &l->newly_refused, &l->newly_accepted);
	}
	buffer_text(b, "],\"profiles\":[");
	for (size_t i = 0; i < d->profile_count; i++) {
		const struct profile_difference *p = &d->profiles[i];

		buffer_text(b, i ? ",{" : "{");
		json_write_member(b, "id", p->id);
		count = profile_values(&a, before, after, p, &values);
		write_values(b, values, count);
		write_change(b, p->change, &p->newly_refused, &p->newly_accepted);
	}
	buffer_print(b, "],\"cut_off\":%s}", d->cut_off ? "true" : "false");
	arena_release(&a);
}
