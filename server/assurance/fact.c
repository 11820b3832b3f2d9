/* assurance/fact.c - the dictionary of facts read from facts.json. */
#include "assurance/fact.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "assurance/policy_reading.h"
#include "base/calendar.h"
#include "codec/tree.h"

#define SLOTS_PER_FACT 4 /* free ones keep chains short */
#define UNIT_LARGEST 20
#define FRESH_LARGEST SECONDS(INT64_C(100) * 366 * 86400)

static const char *const type_names[] = {
	[FACT_BOOLEAN] = "boolean", [FACT_INTEGER] = "integer", [FACT_DURATION] = "duration", [FACT_DATE] = "date",
	[FACT_ENUM] = "enum", [FACT_LEVEL] = "level", [FACT_SET] = "set",
};

const char *
fact_type_name(enum fact_type type)
{
	return type_names[type] ? type_names[type] : "";
}

static const char *const provenance_names[] = {
	[CLAIMED] = "claimed", [VOUCHED] = "vouched", [OBSERVED] = "observed",
};

const char *
provenance_name(enum provenance p)
{
	return provenance_names[p] ? provenance_names[p] : "none";
}

enum provenance
provenance_read(struct span s)
{
	for (size_t i = CLAIMED; i < PROVENANCES; i++)
		if (span_is(s, provenance_names[i]))
			return (enum provenance)i;
	return PROVENANCE_NONE;
}

/* Dates */

bool
date_read(struct span s, int64_t *days)
{
	uint64_t year, month, day;

	if (s.size != strlen("2026-11-22") || s.data[4] != '-' || s.data[7] != '-' ||
	    !span_number(span_first(s, 4), &year) || !span_number(span_first(span_skip(s, 5), 2), &month) ||
	    !span_number(span_skip(s, 8), &day))
		return false;
	if (year == 0 || month == 0 || month > 12 || day == 0 || day > month_length((unsigned)year, (unsigned)month))
		return false;
	*days = day_number((unsigned)year, (unsigned)month, (unsigned)day);
	return true;
}

const char *
date_text(int64_t days, char out[DATE_TEXT])
{
	int64_t since = days + 719468, era = since / 146097, of_era = since % 146097;
	int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year + year / 4 - year / 100), month = (5 * of_year + 2) / 153;
	int64_t day = of_year - (153 * month + 2) / 5 + 1;

	assert(since >= 0 && era < 25);
	month = month < 10 ? month + 3 : month - 9;
	year += era * 400 + (month <= 2);
	snprintf(out, DATE_TEXT, "%04d-%02d-%02d", (int)year % 10000, (int)month % 100, (int)day % 100);
	return out;
}

#define DATE_LEAST day_number(1, 1, 1)
#define DATE_MOST day_number(9999, 12, 31)

/* Values as text */

int
fact_word(const struct fact *f, struct span word)
{
	for (size_t i = 0; i < f->word_count; i++) {
		const struct span *own = &f->words[i];

		/* Most others differ in size, or at once; no word is empty. */
		if (own->size == word.size && own->data[0] == word.data[0] && span_equal(*own, word))
			return (int)i;
	}
	return -1;
}

bool
fact_text_read(const struct fact *f, struct span text, int64_t *out)
{
	int64_t value = -1;

	switch (f->type) {
	case FACT_ENUM:
	case FACT_LEVEL:
		value = fact_word(f, text);
		break;
	case FACT_DURATION:
		if (!duration_read(text, &value))
			return false;
		value /= SECONDS(1);
		break;
	case FACT_DATE:
		if (!date_read(text, &value))
			return false;
		break;
	case FACT_NO_TYPE:
	case FACT_BOOLEAN:
	case FACT_INTEGER:
	case FACT_SET:
		return false;
	}
	*out = value;
	return value >= f->least && value <= f->most;
}

/* What a value is, for sentences: these are short, so not all of many words. */
static const char *
expected_of(const struct fact *f, struct arena *a)
{
	enum { WORDS_TOLD = 8 };
	char from[DATE_TEXT], to[DATE_TEXT];
	const char *list = f->type == FACT_SET ? "a list of" : "one of";

	switch (f->type) {
	case FACT_BOOLEAN:
		return "true or false";
	case FACT_INTEGER:
		return arena_print(a, "a whole number from %" PRId64 " to %" PRId64, f->least, f->most);
	case FACT_DURATION:
		return arena_print(a, "seconds from %" PRId64 " to %" PRId64 ", or a duration such as \"PT1H\"",
		    f->least, f->most);
	case FACT_DATE:
		return arena_print(a, "a date from %s to %s", date_text(f->least, from), date_text(f->most, to));
	case FACT_NO_TYPE:
	case FACT_ENUM:
	case FACT_LEVEL:
	case FACT_SET:
		break;
	}
	for (size_t i = 0; i < f->word_count && i < WORDS_TOLD; i++)
		list = arena_print(a, "%s%s %.*s", list, i ? "," : "", (int)span_first(f->words[i], 40).size,
		    (const char *)f->words[i].data);
	return f->word_count > WORDS_TOLD ? arena_print(a, "%s …", list) : list;
}

/* Reading an entry */

static void
read_words(struct place p, struct fact *f)
{
	struct place array = place_member(p, "values");
	struct arena *arena = p.document->arena;
	bool wanted = f->type == FACT_ENUM || f->type == FACT_LEVEL || f->type == FACT_SET;
	struct localized *titles;
	struct span *words;

	if (!wanted) {
		if (place_exists(array))
			place_fail(array, "no values, for the type has none", NULL);
		return;
	}
	f->word_count = place_count_within(array, 1, FACT_WORDS_LARGEST);
	f->words = words = arena_array(arena, struct span, f->word_count);
	f->word_titles = titles = arena_array(arena, struct localized, f->word_count);
	for (size_t i = 0; i < f->word_count; i++) {
		struct place word = place_element(array, i), id = place_member(word, "id");

		words[i] = policy_level_id(id);
		titles[i] = policy_title(place_member(word, "title"), OPTIONAL);
		for (size_t n = 0; n < i; n++)
			policy_once(id, words[i], span_equal(words[n], words[i]));
	}
	f->most = f->type == FACT_SET ? (INT64_C(1) << f->word_count) - 1 : (int64_t)f->word_count - 1;
}

static int64_t
read_date(struct place p, int64_t fallback)
{
	int64_t days = fallback;

	if (place_exists(p) && (!json_is_string(p.value) || !date_read(span_text(json_string_value(p.value)), &days)))
		place_fail(p, "a date such as \"2026-11-22\"", NULL);
	return days;
}

static void
read_domain(struct place p, struct fact *f)
{
	struct place least = place_member(p, "least"), most = place_member(p, "most");

	switch (f->type) {
	case FACT_BOOLEAN:
		f->most = 1;
		break;
	case FACT_INTEGER:
		f->least = place_integer(least, -FACT_INTEGER_LARGEST, FACT_INTEGER_LARGEST, 0);
		f->most = place_integer(most, -FACT_INTEGER_LARGEST, FACT_INTEGER_LARGEST, FACT_INTEGER_LARGEST);
		break;
	case FACT_DURATION:
		f->least = place_integer(least, 0, FACT_DURATION_LARGEST, 0);
		f->most = place_integer(most, 0, FACT_DURATION_LARGEST, FACT_DURATION_LARGEST);
		break;
	case FACT_DATE:
		f->least = read_date(least, DATE_LEAST);
		f->most = read_date(most, DATE_MOST);
		break;
	case FACT_NO_TYPE:
	case FACT_ENUM:
	case FACT_LEVEL:
	case FACT_SET:
		break;
	}
	if (f->type == FACT_INTEGER || f->type == FACT_DURATION || f->type == FACT_DATE) {
		if (f->least > f->most)
			place_fail(most, "no less than least", NULL);
	} else if (place_exists(least) || place_exists(most)) {
		place_fail(place_exists(least) ? least : most, "no bounds, for the type has none", NULL);
	}
}

static void
read_asserted_by(struct place array, struct fact *f)
{
	static const char *const who[] = { "watashi", "idp", "proofing-provider", "platform", "rp", "registry" };
	struct span *list;

	f->asserted_by_count = place_count_within(array, 1, COUNT(who));
	f->asserted_by = list = arena_array(array.document->arena, struct span, f->asserted_by_count);
	for (size_t i = 0; i < f->asserted_by_count; i++) {
		struct place p = place_element(array, i);

		size_t word = policy_word(p, who, COUNT(who));

		list[i] = span_text(who[word]);
		f->asserters |= 1u << word; /* enum asserter has their order */
		for (size_t n = 0; n < i; n++)
			policy_once(p, list[i], span_equal(list[n], list[i]));
	}
}

static struct span
canonical(struct place p)
{
	struct arena *arena = p.document->arena;
	struct buffer b = buffer_init(DICTIONARY_LARGEST);
	const char *expected;
	struct span text = { 0 };

	/* Not place_value(): its keys are still to be looked at. */
	if (!tree_canonical(p.value, &expected)) {
		place_fail(p, expected, "another value in it");
	} else {
		tree_write(&b, p.value);
		text = arena_copy(arena, buffer_span(&b));
	}
	buffer_release(&b);
	return text;
}

/* Who says of himself what is held against him is believed, though another vouches for less: nobody may ask for the
 * individual number (番号法 15). */
static const struct {
	const char *fact, *word;
} lasting[] = {
	{ "rp.requests", "individual-number" },
};

static int64_t
lasting_words(const struct fact *f)
{
	int64_t words = 0;

	for (size_t i = 0; i < COUNT(lasting) && f->type == FACT_SET; i++)
		for (size_t n = 0; n < f->word_count && span_is(f->id, lasting[i].fact); n++)
			if (span_is(f->words[n], lasting[i].word))
				words |= INT64_C(1) << n;
	return words;
}

/* Facts are written with every decision. Ids and words have nothing to escape. */
static void
prepare_writing(struct arena *a, struct fact *f)
{
	struct span *quoted = arena_array(a, struct span, f->word_count);

	f->heading = span_text(arena_print(a, ",\"%.*s\":", SPAN_ARGS(f->id)));
	f->mention = span_text(arena_print(a, "{\"fact\":\"%.*s\"", SPAN_ARGS(f->id)));
	for (size_t i = 0; i < f->word_count; i++)
		quoted[i] = span_text(arena_print(a, "\"%.*s\"", SPAN_ARGS(f->words[i])));
	f->quoted = quoted;
}

static struct fact
read_fact(struct place p, size_t number)
{
	static const char *const privacies[] = { "none", "pseudonymous", "personal", "sensitive" };
	struct place unit = place_member(p, "unit"), provenance = place_member(p, "provenance");
	struct fact f = {
		.id = policy_id(place_member(p, "id")),
		.type = (enum fact_type)policy_word(place_member(p, "type"), type_names, COUNT(type_names)),
		.number = number,
		.title = policy_title(place_member(p, "title"), NEEDED),
		.text = policy_text(place_member(p, "text"), NEEDED),
		.provenance = CLAIMED,
	};

	read_words(p, &f);
	f.lasting = lasting_words(&f);
	read_domain(p, &f);
	if (place_exists(unit))
		f.unit = policy_line(unit, UNIT_LARGEST);
	if (place_exists(provenance))
		f.provenance = (enum provenance)policy_word(provenance, provenance_names, COUNT(provenance_names));
	f.fresh_for = place_duration(place_member(p, "fresh_for"), SECONDS(1), FRESH_LARGEST, 0);
	f.privacy = span_text(privacies[policy_word(place_member(p, "privacy"), privacies, COUNT(privacies))]);
	read_asserted_by(place_member(p, "asserted_by"), &f);
	if (place_exists(p))
		f.definition = canonical(p);
	f.expected = expected_of(&f, p.document->arena);
	prepare_writing(p.document->arena, &f);
	return f;
}

/* Finding */

static uint64_t
eight_at(const uint8_t *data)
{
	uint64_t word;

	memcpy(&word, data, sizeof(word));
	return word;
}

/* Of the first, the middle and the last eight bytes, which tell most ids apart; what they do not, comparing does. */
static inline uint64_t
mix(struct span id)
{
	uint64_t mixed = id.size;

	if (id.size >= 8) {
		mixed ^= eight_at(id.data) * UINT64_C(0x9e3779b97f4a7c15);
		mixed ^= eight_at(id.data + (id.size - 8) / 2) * UINT64_C(0xc2b2ae3d27d4eb4f);
		mixed ^= eight_at(id.data + id.size - 8) * UINT64_C(0x165667b19e3779f9);
	} else {
		for (size_t i = 0; i < id.size; i++)
			mixed = mixed * 131 + id.data[i];
	}
	/* Names often differ in their last letters only: those are the highest bits. */
	return (mixed ^ mixed >> 32) * UINT64_C(0x9e3779b97f4a7c15);
}

static inline size_t
slot_of(uint64_t mixed, size_t slots)
{
	return (size_t)(mixed >> 40) & (slots - 1);
}

static inline uint16_t
mark_of(uint64_t mixed)
{
	return (uint16_t)(mixed >> 24);
}

const struct fact *
fact_find(const struct dictionary *d, struct span id)
{
	uint64_t mixed = mix(id);
	uint16_t mark = mark_of(mixed);

	for (size_t i = slot_of(mixed, d->slots); d->by_name[i].fact; i = (i + 1) & (d->slots - 1)) {
		const struct fact *fact = &d->facts[d->by_name[i].fact - 1];

		if (d->by_name[i].mark == mark && span_equal(fact->id, id))
			return fact;
	}
	return NULL;
}

static void
make_findable(struct arena *a, struct dictionary *d)
{
	struct fact_slot *by_name;
	size_t slots = 1;

	while (slots < SLOTS_PER_FACT * (d->count + 1))
		slots *= 2;
	d->slots = slots;
	d->by_name = by_name = arena_array(a, struct fact_slot, slots);
	for (size_t n = 0; n < d->count; n++) {
		uint64_t mixed = mix(d->facts[n].id);
		size_t i = slot_of(mixed, slots);

		while (by_name[i].fact)
			i = (i + 1) & (slots - 1);
		by_name[i] = (struct fact_slot){ mark_of(mixed), (uint16_t)(n + 1) };
	}
}

/* Side by side, for every request is compared with them. */
static void
gather_ids(struct arena *a, struct fact *facts, size_t count)
{
	size_t size = 0;
	uint8_t *to;

	for (size_t i = 0; i < count; i++)
		size += facts[i].id.size;
	to = arena_take(a, size);
	for (size_t i = 0; i < count; i++) {
		if (facts[i].id.size)
			memcpy(to, facts[i].id.data, facts[i].id.size);
		facts[i].id.data = to;
		to += facts[i].id.size;
	}
}

static int
compare_ids(const void *a, const void *b)
{
	return span_compare((*(const struct fact *const *)a)->id, (*(const struct fact *const *)b)->id);
}

static void
put_in_order(struct arena *a, struct dictionary *d)
{
	const struct fact **sorted = arena_array(a, const struct fact *, d->count);
	uint16_t *numbers = arena_array(a, uint16_t, d->count);

	for (size_t i = 0; i < d->count; i++)
		sorted[i] = &d->facts[i];
	qsort(sorted, d->count, sizeof(sorted[0]), compare_ids);
	for (size_t i = 0; i < d->count; i++)
		numbers[i] = (uint16_t)sorted[i]->number;
	d->in_order = numbers;
}

static void
read_facts(struct place root, struct dictionary *d)
{
	struct place array = place_member(root, "facts");
	struct arena *arena = root.document->arena;
	struct fact *facts;

	d->count = place_count_within(array, 1, FACTS_LARGEST);
	d->facts = facts = arena_array(arena, struct fact, d->count);
	for (size_t i = 0; i < d->count; i++) {
		struct place p = place_element(array, i);

		facts[i] = read_fact(p, i);
		for (size_t n = 0; n < i; n++)
			policy_once(place_member(p, "id"), facts[i].id, span_equal(facts[n].id, facts[i].id));
	}
	gather_ids(arena, facts, d->count);
	make_findable(arena, d);
	put_in_order(arena, d);
}

enum err
dictionary_read(struct arena *arena, const char *name, struct span text, const struct dictionary **out,
    struct problem *why)
{
	struct dictionary *d = arena_new(arena, struct dictionary);
	struct document document;

	*out = NULL;
	if (text.size > DICTIONARY_LARGEST)
		return problem_set(why, ERR_LIMIT, "", "%s: expected at most %zu bytes, found %zu", name,
		    DICTIONARY_LARGEST, text.size);
	document = document_parse(arena, name, text);
	if (document.root) {
		read_facts(document_root(&document), d);
		policy_refuse_numbers(&document, NULL);
	}
	if (document_end(&document, why) != OK)
		return document.problem.code;
	*out = d;
	return OK;
}
