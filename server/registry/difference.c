/* registry/difference.c - what two member records differ in. */
#include "registry/difference.h"

#include <assert.h>
#include <jansson.h>

#include "codec/text.h"
#include "codec/tree.h"

#define SHOWN 200   /* bytes of a value */
#define CONTEXT 30  /* bytes of a long text before the place where it differs */
#define PAIRS 100000 /* of elements looked at in two arrays; larger ones differ as a whole */

struct comparing {
	struct arena *arena;
	struct difference *list;
	size_t count, more;
	bool raises;
};

/* Showing */

/* Cut between characters. */
static struct span
cut(struct span s, size_t most)
{
	if (s.size <= most)
		return s;
	while (most && (s.data[most] & 0xc0) == 0x80)
		most--;
	return span_first(s, most);
}

static const char *
show(struct comparing *c, const json_t *value)
{
	struct buffer b = buffer_init(2 * MIB);
	struct span text, short_text;
	const char *shown;

	tree_write(&b, value);
	text = buffer_span(&b);
	short_text = cut(text, SHOWN);
	shown = arena_print(c->arena, "%.*s%s", SPAN_ARGS(short_text), short_text.size < text.size ? "…" : "");
	buffer_release(&b);
	return shown;
}

/* The part of a long text that begins a little before `from`. */
static const char *
show_part(struct comparing *c, struct span s, size_t from)
{
	size_t begin = from > CONTEXT ? from - CONTEXT : 0;
	struct buffer b = buffer_init(8 * SHOWN);
	struct span part;
	const char *shown;

	while (begin && (s.data[begin] & 0xc0) == 0x80)
		begin--;
	part = cut(span_skip(s, begin), SHOWN - 20);
	part = span_text(arena_print(c->arena, "%s%.*s%s", begin ? "…" : "", SPAN_ARGS(part),
	    begin + part.size < s.size ? "…" : ""));
	json_write_string(&b, part);
	shown = arena_text(c->arena, buffer_span(&b));
	buffer_release(&b);
	return shown;
}

static struct difference *
add(struct comparing *c, const char *pointer)
{
	if (c->count == DIFFERENCES) {
		c->more++;
		return &c->list[DIFFERENCES];
	}
	c->list[c->count] = (struct difference){ .pointer = pointer };
	return &c->list[c->count++];
}

/* What it means */

/* The names in a pointer, without the numbers: "/certifications/3/until" -> "/certifications/until". */
static const char *
kind_of(struct comparing *c, const char *pointer)
{
	char *kind = arena_take(c->arena, strlen(pointer) + 1), *to = kind;

	for (const char *p = pointer; *p;) {
		size_t size = 1 + strcspn(p + 1, "/");

		if (strspn(p + 1, "0123456789") != size - 1) {
			memcpy(to, p, size);
			to += size;
		}
		p += size;
	}
	return kind;
}

/* Without it the record asks for the same less openly, or is registered by another policy. (A certification without its
 * entity is another one, which is added.) */
static const char *const limiting[] = { "/entities/attributes/purpose/ja", "/entities/attributes/purpose/en",
	"/entities/attributes/legal_basis", "/registration", "/registration/policy", "/registration/policy/ja",
	"/registration/policy/en",
	/* Silence is the default, which may be more, or other names for the same persons. */
	"/entities/personas", "/entities/sector" };

#define OIDC "/entities/oidc/"
#define REQUIRES "/entities/requires"
#define FACTS "/certifications/facts"

/* Of an array, which is there without it. */
static bool
is_element(const char *pointer)
{
	const char *last = strrchr(pointer, '/');

	return last && last[1] >= '0' && last[1] <= '9';
}

static void
note_removed(struct comparing *c, const char *pointer, const json_t *before)
{
	const char *kind = kind_of(c, pointer);

	add(c, pointer)->before = show(c, before);
	for (size_t i = 0; i < COUNT(limiting) && !is_element(pointer); i++)
		c->raises = c->raises || strcmp(kind, limiting[i]) == 0;
	/* What is not said there has a default, which may be more (OpenID Connect Registration 1.0 s2). */
	c->raises = c->raises || strncmp(kind, OIDC, sizeof(OIDC) - 1) == 0;
	/* Less is needed of a person's login. */
	c->raises = c->raises || strncmp(kind, REQUIRES, sizeof(REQUIRES) - 1) == 0;
	/* Where the registry is silent, others may state it. */
	c->raises = c->raises || strncmp(kind, FACTS, sizeof(FACTS) - 1) == 0;
}

static void
note_added(struct comparing *c, const char *pointer, const json_t *after)
{
	add(c, pointer)->after = show(c, after);
	c->raises = true;
}

/* What holds from one time to another, in elements that keep their name. */
static const struct { const char *from, *until; } periods[] = {
	{ "/certifications/from", "/certifications/until" },
	{ "/jpki/accreditations/from", "/jpki/accreditations/until" },
};

/* Canonical times compare as texts. */
static bool
shortens(struct comparing *c, const char *pointer, const char *before, const char *after)
{
	const char *kind = kind_of(c, pointer);

	for (size_t i = 0; i < COUNT(periods); i++) {
		int order = strcmp(after, before);

		if ((strcmp(kind, periods[i].until) == 0 && order < 0) ||
		    (strcmp(kind, periods[i].from) == 0 && order > 0))
			return true;
	}
	return false;
}

static void
note_changed(struct comparing *c, const char *pointer, const json_t *before, const json_t *after)
{
	struct difference *d = add(c, pointer);

	if (json_is_string(before) && json_is_string(after)) {
		struct span x = span_of(json_string_value(before), json_string_length(before));
		struct span y = span_of(json_string_value(after), json_string_length(after));
		size_t from = 0;

		while (from < x.size && from < y.size && x.data[from] == y.data[from])
			from++;
		d->before = x.size > SHOWN - 20 ? show_part(c, x, from) : show(c, before);
		d->after = y.size > SHOWN - 20 ? show_part(c, y, from) : show(c, after);
		c->raises = c->raises || !shortens(c, pointer, json_string_value(before), json_string_value(after));
		return;
	}
	d->before = show(c, before);
	d->after = show(c, after);
	c->raises = true;
}

/* Walking */

static void compare(struct comparing *, const char *pointer, const json_t *before, const json_t *after);

static const char *
beneath(struct comparing *c, const char *pointer, const char *key)
{
	char *part = arena_take(c->arena, 2 * strlen(key) + 1), *to = part;

	for (const char *k = key; *k; k++) {
		if (*k == '~' || *k == '/')
			*to++ = '~';
		*to++ = *k == '~' ? '0' : *k == '/' ? '1' : *k;
	}
	return arena_print(c->arena, "%s/%s", pointer, part);
}

/* Canonical objects are read in the order of their keys, and jansson keeps it. */
static void
compare_objects(struct comparing *c, const char *pointer, const json_t *before, const json_t *after)
{
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)(uintptr_t)after, key, value) {
		const json_t *old = json_object_get(before, key);

		if (old)
			compare(c, beneath(c, pointer, key), old, value);
		else
			note_added(c, beneath(c, pointer, key), value);
	}
	json_object_foreach ((json_t *)(uintptr_t)before, key, value)
		if (!json_object_get(after, key))
			note_removed(c, beneath(c, pointer, key), value);
}

/* What an element is called; without a name, all of it. */
static struct span
name_of(struct comparing *c, const json_t *element)
{
	static const char *const names[] = { "entity_id", "uri", "name", "kid", "email", "type" };
	struct buffer b = buffer_init(4 * MIB);
	struct span name;

	for (size_t i = 0; i < COUNT(names); i++) {
		const json_t *value = json_object_get(element, names[i]);

		if (json_is_string(value)) {
			buffer_add(&b, span_of(json_string_value(value), json_string_length(value)));
			buffer_byte(&b, '\n');
		}
	}
	if (buffer_span(&b).size == 0)
		tree_write(&b, element);
	name = arena_copy(c->arena, buffer_span(&b));
	buffer_release(&b);
	return name;
}

static struct span *
names_of(struct comparing *c, const json_t *array)
{
	struct span *names = arena_array(c->arena, struct span, json_array_size(array));

	for (size_t i = 0; i < json_array_size(array); i++)
		names[i] = name_of(c, json_array_get(array, i));
	return names;
}

static void
compare_arrays(struct comparing *c, const char *pointer, const json_t *before, const json_t *after)
{
	size_t old_count = json_array_size(before), new_count = json_array_size(after);
	struct span *old_names = names_of(c, before), *new_names = names_of(c, after);
	bool *met = arena_array(c->arena, bool, old_count);

	for (size_t i = 0; i < new_count; i++) {
		const char *here = arena_print(c->arena, "%s/%zu", pointer, i);
		size_t n = 0;

		while (n < old_count && (met[n] || !span_equal(old_names[n], new_names[i])))
			n++;
		if (n == old_count) {
			note_added(c, here, json_array_get(after, i));
			continue;
		}
		met[n] = true;
		compare(c, here, json_array_get(before, n), json_array_get(after, i));
	}
	for (size_t n = 0; n < old_count; n++)
		if (!met[n])
			note_removed(c, arena_print(c->arena, "%s/%zu", pointer, n), json_array_get(before, n));
}

/* The first of its personas is the one that a person is asked about first. */
static const char *const ordered[] = { "/entities/personas" };

/* Of what stands in both. */
static bool
reordered(struct comparing *c, const char *pointer, const json_t *before, const json_t *after)
{
	const char *kind = kind_of(c, pointer);
	size_t least = 0;
	bool counts = false;

	for (size_t i = 0; i < COUNT(ordered); i++)
		counts = counts || strcmp(kind, ordered[i]) == 0;
	for (size_t i = 0; counts && i < json_array_size(after); i++) {
		size_t n = 0;

		while (n < json_array_size(before) && !json_equal(json_array_get(before, n), json_array_get(after, i)))
			n++;
		if (n == json_array_size(before))
			continue;
		if (n < least)
			return true;
		least = n;
	}
	return false;
}

/* As deep as records are, which is bounded when they are read (codec/tree.h). */
static void
compare(struct comparing *c, const char *pointer, const json_t *before, const json_t *after)
{
	if (json_equal(before, after))
		return;
	if (json_is_object(before) && json_is_object(after))
		compare_objects(c, pointer, before, after);
	else if (json_is_array(before) && json_is_array(after) && !reordered(c, pointer, before, after) &&
	    json_array_size(before) <= PAIRS / (json_array_size(after) + 1))
		compare_arrays(c, pointer, before, after);
	else
		note_changed(c, pointer, before, after);
}

static json_t *
read(struct span text)
{
	json_t *root =
	    text.size ? json_loadb((const char *)text.data, text.size, JSON_REJECT_DUPLICATES, NULL) : json_object();

	/* Both were written by us. */
	assert(json_is_object(root));
	return root;
}

void
difference_find(struct arena *arena, struct span before, struct span after, struct difference **out, size_t *count,
    bool *raises)
{
	struct comparing c = { .arena = arena, .list = arena_array(arena, struct difference, DIFFERENCES + 1) };
	json_t *old_root = read(before), *new_root = read(after);

	compare(&c, "", old_root, new_root);
	if (c.more)
		c.list[c.count++] = (struct difference){ .pointer = "",
			.after = arena_print(arena, "%zu more", c.more) };
	json_decref(old_root);
	json_decref(new_root);
	*out = c.list;
	*count = c.count;
	*raises = c.raises;
}

void
differences_write_json(struct buffer *b, const struct difference *all, size_t count)
{
	buffer_byte(b, '[');
	for (size_t i = 0; i < count; i++) {
		buffer_text(b, i ? ",{\"pointer\":" : "{\"pointer\":");
		json_write_string(b, span_text(all[i].pointer));
		buffer_text(b, ",\"before\":");
		if (all[i].before)
			json_write_string(b, span_text(all[i].before));
		else
			buffer_text(b, "null");
		buffer_text(b, ",\"after\":");
		if (all[i].after)
			json_write_string(b, span_text(all[i].after));
		else
			buffer_text(b, "null");
		buffer_text(b, "}");
	}
	buffer_byte(b, ']');
}
