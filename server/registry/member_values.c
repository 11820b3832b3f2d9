/* registry/member_values.c - the small values of a member record: texts, words, times, lists. */
#include "registry/member_reading.h"

#include "codec/individual_number.h"

/* What people wrote is published, and kept for ever. Telephone numbers, addresses in the web and keys have forms of
 * their own, and may have as many digits. */
static bool
is_free(const struct form *form)
{
	return form == &form_name || form == &form_description || form == &form_member_id;
}

static struct span
take_text(struct place p, const struct form *form, struct span text)
{
	if (is_free(form) && individual_number_like(text)) {
		place_fail(p, "no individual number (番号法 20), nor what looks like one",
		    "12 digits with its check digit");
		return (struct span){ 0 };
	}
	return arena_copy(p.document->arena, text);
}

/* Missing: empty. */
static struct span
read_text(struct place p, const struct form *form)
{
	struct span text = { 0 };
	uint32_t character;
	size_t position;

	if (!place_exists(p))
		return text;
	if (json_is_string(p.value))
		text = span_of(json_string_value(p.value), json_string_length(p.value));
	if (form_holds(form, text))
		return take_text(p, form, text);
	/* Nor is whoever reads the sentence to be shown it. */
	if (form_unseen(text, &character, &position))
		place_fail(p, form->expected,
		    arena_print(p.document->arena, "the character U+%04X at position %zu", character, position));
	else
		place_fail(p, form->expected, NULL);
	return (struct span){ 0 };
}

struct span
value_needed(struct place object, const char *key, const struct form *form)
{
	struct place p = place_member(object, key);

	if (!place_exists(p))
		place_fail(p, form->expected, NULL);
	return read_text(p, form);
}

struct span
value_optional(struct place object, const char *key, const struct form *form)
{
	return read_text(place_member(object, key), form);
}

struct span
value_word(struct place object, const char *key, const char *const *words)
{
	struct place p = place_member(object, key);
	const char *list = NULL;

	for (size_t i = 0; words[i]; i++) {
		if (json_is_string(p.value) && strcmp(json_string_value(p.value), words[i]) == 0)
			return span_text(words[i]);
		list = list ? arena_print(p.document->arena, "%s, %s", list, words[i])
		            : arena_print(p.document->arena, "one of %s", words[i]);
	}
	place_fail(p, list, NULL);
	return (struct span){ 0 };
}

struct localized
value_localized(struct place object, const char *key, const struct form *form, enum languages needed)
{
	struct place p = place_member(object, key);
	struct localized l = { 0 };

	if (needed == BOTH) {
		l.ja = value_needed(p, "ja", form);
		l.en = value_needed(p, "en", form);
	} else if (place_exists(p)) {
		l.ja = value_optional(p, "ja", form);
		l.en = value_optional(p, "en", form);
	}
	if (needed == EITHER && l.ja.size == 0 && l.en.size == 0)
		place_fail(p, "a text in ja, en or both", place_exists(p) ? "neither" : NULL);
	return l;
}

struct instant
value_instant(struct place object, const char *key)
{
	struct place p = place_member(object, key);
	const char *text = json_string_value(p.value);
	struct instant t = { 0 };

	if (text && strlen(text) == strlen("2027-03-31"))
		text = arena_print(p.document->arena, "%sT00:00:00Z", text);
	if (!text || !instant_read(span_text(text), &t) || t.us <= 0)
		place_fail(p, "a time such as \"2027-03-31T00:00:00Z\" or a date such as \"2027-03-31\"", NULL);
	t.us -= t.us % SECONDS(1);
	return t;
}

struct member_logo
value_logo(struct place object)
{
	struct place p = place_member(object, "logo");
	struct member_logo logo = { 0 };

	if (!place_exists(p))
		return logo;
	logo.url = value_needed(p, "url", &form_picture);
	logo.width = (uint32_t)place_integer(place_required(place_member(p, "width")), 1, 10000, 0);
	logo.height = (uint32_t)place_integer(place_required(place_member(p, "height")), 1, 10000, 0);
	return logo;
}

const struct span *
value_list(struct place object, const char *key, const struct form *form, size_t *count)
{
	struct place array = place_member(object, key);
	struct span *values;

	*count = place_count_within(array, 0, MEMBER_VALUES);
	values = arena_array(array.document->arena, struct span, *count);
	for (size_t i = 0; i < *count; i++) {
		values[i] = read_text(place_element(array, i), form);
		for (size_t n = 0; n < i; n++)
			if (span_equal(values[n], values[i]))
				place_fail(place_element(array, i), "each value once", NULL);
	}
	return values;
}
