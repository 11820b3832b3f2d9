/* person/attribute_rule.c - how an account's attributes change: by a proofing, by the person's word. Pure. */
#include <assert.h>

#include "codec/comparable.h"
#include "codec/line.h"
#include "codec/text.h"
#include "person/attribute.h"

#define STATED_PERSONAS (PERSONA_BIT(PERSONA_BUSINESS) | PERSONA_BIT(PERSONA_PRIVATE))

/* Where the kind's attribute stands, or would. */
static size_t
place_of(const struct attributes *a, const struct attribute_kind *kind)
{
	size_t at = 0;

	while (at < a->count && a->list[at].kind < kind)
		at++;
	return at;
}

static struct attribute *
find(struct attributes *a, const struct attribute_kind *kind)
{
	size_t at = place_of(a, kind);

	return at < a->count && a->list[at].kind == kind ? &a->list[at] : NULL;
}

static struct attribute *
insert(struct attributes *a, const struct attribute_kind *kind)
{
	size_t at = place_of(a, kind);

	assert(a->count < ATTRIBUTES_LARGEST); /* one of each kind */
	memmove(&a->list[at + 1], &a->list[at], (a->count - at) * sizeof(a->list[0]));
	a->count++;
	a->list[at] = (struct attribute){ .kind = kind };
	return &a->list[at];
}

static void
remove_at(struct attributes *a, const struct attribute *one)
{
	size_t at = (size_t)(one - a->list);

	a->count--;
	memmove(&a->list[at], &a->list[at + 1], (a->count - at) * sizeof(a->list[0]));
}

/* From a proofing */

static bool
reads_alike(struct span a, struct span b)
{
	struct buffer one = buffer_init(SIZE_MAX), other = buffer_init(SIZE_MAX);
	bool alike;

	comparable_add(&one, a);
	comparable_add(&other, b);
	alike = span_equal(buffer_span(&one), buffer_span(&other));
	buffer_release(&one);
	buffer_release(&other);
	return alike;
}

static const struct attribute_kind *
kind_of(const struct proofed_attribute *told)
{
	const struct attribute_kind *kind = attribute_kind_find(span_text(told->name));

	assert(kind && kind->proofed);
	return kind;
}

size_t
attribute_changes(const struct attributes *a, const struct proofed_attribute *told, size_t count,
    struct attribute_change out[ATTRIBUTES_LARGEST])
{
	size_t changes = 0;

	assert(count <= ATTRIBUTES_LARGEST);
	for (size_t i = 0; i < count; i++) {
		const struct attribute_kind *kind = kind_of(&told[i]);
		size_t at = place_of(a, kind);
		struct span before = { 0 };

		if (at < a->count && a->list[at].kind == kind)
			before = a->list[at].value;
		if (!reads_alike(before, told[i].value))
			out[changes++] = (struct attribute_change){ kind, before, told[i].value };
	}
	return changes;
}

/* What a document without a sex told says nothing, and so contradicts nothing. */
static bool
is_stated(struct span value)
{
	return value.size && !span_is(value, "unspecified");
}

bool
attribute_replaces(const struct attributes *a, const struct attribute_change *change)
{
	size_t at = place_of(a, change->kind);

	return at < a->count && a->list[at].kind == change->kind && a->list[at].source != ATTRIBUTE_SELF_STATED &&
	    is_stated(change->before);
}

static struct span
value_of(const struct proofed_attribute *list, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i].name, name) == 0)
			return list[i].value;
	return (struct span){ 0 };
}

static bool
changes_what(const struct attribute_change *list, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i].kind->name, name) == 0 && is_stated(list[i].before) &&
		    !span_is(list[i].after, "unspecified"))
			return true;
	return false;
}

bool
attributes_fit(const struct attributes *known, const struct proofed_attribute *told, size_t count)
{
	struct attribute_change list[ATTRIBUTES_LARGEST];
	const size_t changed = attribute_changes(known, told, count, list);

	/* Who never was told has nothing to differ in. */
	if (!attribute_find(known, "name") || !value_of(told, count, "name").size)
		return true;
	return !changes_what(list, changed, "birthdate") && !changes_what(list, changed, "gender") &&
	    !(changes_what(list, changed, "name") && changes_what(list, changed, "address"));
}

/* A proofing goes before what somebody stated, which stays only where it tells nothing of it. Which personas show it
 * stays as the person chose. */
void
attributes_take(struct attributes *a, const struct proofed_attribute *told, size_t count, enum attribute_source source,
    const struct id *record, struct instant now)
{
	assert(source == ATTRIBUTE_FROM_CARD || source == ATTRIBUTE_FROM_DESK);
	for (size_t i = 0; i < count; i++) {
		const struct attribute_kind *kind = kind_of(&told[i]);
		struct attribute *one = find(a, kind);

		assert(told[i].value.size <= ATTRIBUTE_LARGEST);
		if (told[i].value.size == 0 && one && one->source != ATTRIBUTE_SELF_STATED)
			remove_at(a, one);
		if (told[i].value.size == 0)
			continue;
		if (!one)
			one = insert(a, kind);
		one->value = told[i].value;
		one->source = source;
		one->record = *record;
		one->at = now;
		one->personas |= PERSONA_BIT(PERSONA_ADMINISTRATIVE);
	}
}

/* By the person */

static bool
has_blank_end(struct span value)
{
	size_t last = value.size - 1;
	struct span end;

	while (last && (value.data[last] & 0xc0) == 0x80)
		last--;
	end = span_skip(value, last);
	return character_blank(utf8_cut(&value)) || character_blank(utf8_cut(&end));
}

static enum err
check_value(const struct attribute_kind *kind, struct span value, struct problem *why)
{
	if (line_check(value, "/value", why) != OK)
		return why->code;
	if (value.size == 0 || line_length(value) > kind->most || has_blank_end(value) ||
	    (kind->holds && !kind->holds(value)))
		return problem_set(why, ERR_INVALID, "",
		    "/value: expected %s, of 1 to %zu characters, without blanks at its ends; "
		    "found another text of %zu",
		    kind->expected, kind->most, line_length(value));
	return OK;
}

enum err
attribute_state(struct attributes *a, struct span name, struct span value, unsigned personas, struct instant now,
    struct problem *why)
{
	const struct attribute_kind *kind = attribute_kind_find(name);
	struct attribute *one = kind ? find(a, kind) : NULL;

	if (!kind)
		return problem_set(why, ERR_NOT_FOUND, "", "there is no attribute of this name");
	if (one && one->source != ATTRIBUTE_SELF_STATED)
		return problem_set(why, ERR_CONFLICT, "",
		    "%s: it was proofed, and only another proofing changes it", kind->name);
	if (personas == 0 || personas & ~STATED_PERSONAS)
		return problem_set(why, ERR_INVALID, "",
		    "/personas: expected business, private or both: the administrative persona has proofed attributes "
		    "alone");
	if (check_value(kind, value, why) != OK)
		return why->code;
	if (!one)
		one = insert(a, kind);
	*one = (struct attribute){ .kind = kind, .value = value, .source = ATTRIBUTE_SELF_STATED, .at = now,
		.personas = personas };
	return OK;
}

enum err
attribute_unstate(struct attributes *a, struct span name, struct problem *why)
{
	const struct attribute_kind *kind = attribute_kind_find(name);
	struct attribute *one = kind ? find(a, kind) : NULL;

	if (!one)
		return problem_set(why, ERR_NOT_FOUND, "", "you have stated no attribute of this name");
	if (one->source != ATTRIBUTE_SELF_STATED)
		return problem_set(why, ERR_CONFLICT, "",
		    "%s: it was proofed, and goes with the account or by another proofing", kind->name);
	remove_at(a, one);
	return OK;
}

bool
persona_choice_reveals(const struct attributes *a, enum persona persona, const struct span *names, size_t count,
    unsigned seen)
{
	for (size_t i = 0; i < count; i++) {
		const struct attribute_kind *kind = attribute_kind_find(names[i]);
		const struct attribute *one = kind ? attribute_find(a, kind->name) : NULL;

		if (one && one->source != ATTRIBUTE_SELF_STATED && !(one->personas & (seen | PERSONA_BIT(persona))))
			return true;
	}
	return false;
}

enum err
persona_choose(struct attributes *a, enum persona persona, const struct span *names, size_t count, struct problem *why)
{
	const unsigned bit = PERSONA_BIT(persona);
	unsigned chosen[ATTRIBUTES_LARGEST] = { 0 };

	if (!(bit & STATED_PERSONAS))
		return problem_set(why, ERR_INVALID, "",
		    "expected business or private: the administrative persona has all that was proofed");
	for (size_t i = 0; i < count; i++) {
		const struct attribute_kind *kind = attribute_kind_find(names[i]);
		const struct attribute *one = kind ? find(a, kind) : NULL;

		if (!one || one->source == ATTRIBUTE_SELF_STATED)
			return problem_set(why, ERR_INVALID, "",
			    "/attributes/%zu: expected the name of a proofed attribute of yours", i);
		chosen[one - a->list] = bit;
	}
	for (size_t i = 0; i < a->count; i++)
		if (a->list[i].source != ATTRIBUTE_SELF_STATED)
			a->list[i].personas = (a->list[i].personas & ~bit) | chosen[i];
	return OK;
}
