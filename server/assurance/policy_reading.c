/* assurance/policy_reading.c - small values read from policy files. */
#include "assurance/policy_reading.h"

#include "codec/individual_number.h"
#include "codec/text.h"

/* Of a JSON string; else empty. */
static struct span
text_of(struct place p)
{
	if (!json_is_string(p.value))
		return (struct span){ 0 };
	return span_of(json_string_value(p.value), json_string_length(p.value));
}

/* Ids */

static struct span
read_id(struct place p, bool (*valid)(struct span), const char *expected)
{
	if (valid(text_of(p)))
		return arena_copy(p.document->arena, text_of(p));
	place_fail(p, expected, NULL);
	return (struct span){ 0 };
}

struct span
policy_id(struct place p)
{
	return read_id(p, policy_id_valid, "an id of a-z, 0-9, . _ -");
}

struct span
policy_level_id(struct place p)
{
	return read_id(p, policy_level_valid, "a level's id of a-z, 0-9, . _ - +");
}

/* Texts */

/* Whether nothing in it is unseen; and its length. The tree's texts are UTF-8. */
static bool
is_seen(struct span s, bool lines, size_t *characters)
{
	uint32_t before = 0, c;

	for (*characters = 0; s.size; ++*characters, before = c) {
		c = utf8_cut(&s);
		if (character_unseen_behind(before, c) && !(lines && c == '\n'))
			return false;
	}
	return true;
}

static struct span
read_text(struct place p, size_t most, bool lines)
{
	struct arena *arena = p.document->arena;
	struct span text = text_of(p);
	const char *expected =
	    arena_print(arena, "a %s of 1 to %zu characters", lines ? "text" : "text in one line", most);
	size_t characters;

	if (!is_seen(text, lines, &characters))
		place_fail(p, expected, "control or invisible characters");
	else if (characters > most)
		place_fail(p, expected, arena_print(arena, "%zu", characters));
	else if (characters > 0)
		return arena_copy(arena, text);
	else
		place_fail(p, expected, NULL);
	return (struct span){ 0 };
}

struct span
policy_line(struct place p, size_t most)
{
	return read_text(p, most, false);
}

static struct localized
read_localized(struct place p, enum need need, size_t most, bool lines)
{
	struct localized l = { 0 };

	if (!place_exists(p)) {
		if (need == NEEDED)
			place_fail(p, "a text in ja and en", NULL);
		return l;
	}
	l.ja = read_text(place_member(p, "ja"), most, lines);
	l.en = read_text(place_member(p, "en"), most, lines);
	return l;
}

struct localized
policy_title(struct place p, enum need need)
{
	return read_localized(p, need, POLICY_TITLE_LARGEST, false);
}

struct localized
policy_text(struct place p, enum need need)
{
	return read_localized(p, need, POLICY_TEXT_LARGEST, true);
}

/* Words and lists */

size_t
policy_word(struct place p, const char *const *words, size_t count)
{
	struct arena *arena = p.document->arena;
	const char *list = NULL;

	for (size_t i = 0; i < count; i++)
		if (words[i] && json_is_string(p.value) && span_is(text_of(p), words[i]))
			return i;
	for (size_t i = 0; i < count; i++)
		if (words[i])
			list = list ? arena_print(arena, "%s, %s", list, words[i])
			            : arena_print(arena, "one of %s", words[i]);
	place_fail(p, list, NULL);
	return 0;
}

void
policy_once(struct place p, struct span value, bool known)
{
	if (known && value.size)
		place_fail(p, "each once", arena_print(p.document->arena, "\"%.*s\" again", SPAN_ARGS(value)));
}

const struct span *
policy_ids(struct place array, size_t least, size_t most, size_t *count)
{
	struct span *ids;

	*count = place_count_within(array, least, most);
	ids = arena_array(array.document->arena, struct span, *count);
	for (size_t i = 0; i < *count; i++) {
		ids[i] = policy_id(place_element(array, i));
		for (size_t n = 0; n < i; n++)
			policy_once(place_element(array, i), ids[i], span_equal(ids[n], ids[i]));
	}
	return ids;
}

/* Individual numbers */

/* jansson bounds the depth of what it reads, and so this recursion. */
static bool
find_number(struct arena *arena, json_t *value, const char *const *passed_over, const char **pointer)
{
	const char *key, *inside;
	json_t *inner;
	size_t i;

	*pointer = "";
	if (json_is_string(value))
		return individual_number_like(span_of(json_string_value(value), json_string_length(value)));
	json_array_foreach (value, i, inner) {
		if (find_number(arena, inner, NULL, &inside)) {
			*pointer = arena_print(arena, "/%zu%s", i, inside);
			return true;
		}
	}
	json_object_foreach (value, key, inner) {
		bool skipped = false;

		for (size_t n = 0; passed_over && passed_over[n]; n++)
			skipped = skipped || strcmp(passed_over[n], key) == 0;
		if (individual_number_like(span_text(key)))
			return true;
		if (!skipped && find_number(arena, inner, NULL, &inside)) {
			*pointer = arena_print(arena, "/%s%s", key, inside);
			return true;
		}
	}
	return false;
}

void
policy_refuse_numbers(struct document *d, const char *const *passed_over)
{
	struct place p = document_root(d);

	if (d->root && find_number(d->arena, d->root, passed_over, &p.pointer))
		place_fail(p, "no individual number (番号法 19, 20), nor what looks like one",
		    "12 digits with its check digit");
}
