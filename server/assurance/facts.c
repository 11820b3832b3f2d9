/* assurance/facts.c - what is known of one transaction: put, read from a request, written and restored. */
#include "assurance/facts.h"

#include <assert.h>

#include "base/buffer.h"
#include "codec/text.h"

/* Clocks of others may be ahead of ours so much. */
#define AHEAD SECONDS(60)

static void
set_bit(uint64_t *bits, size_t number)
{
	bits[number / 64] |= UINT64_C(1) << (number % 64);
}

static bool
has_bit(const uint64_t *bits, size_t number)
{
	return (bits[number / 64] >> (number % 64) & 1) != 0;
}

static void
clear_bit(uint64_t *bits, size_t number)
{
	bits[number / 64] &= ~(UINT64_C(1) << (number % 64));
}

void
facts_init(struct facts *f, const struct dictionary *dictionary)
{
	const size_t count = dictionary->count;

	/* Only what there are facts for: most dictionaries are small, and a decision is made in a few microseconds. */
	f->dictionary = dictionary;
	memset(f->value, 0, count * sizeof(*f->value));
	memset(f->known, 0, sizeof(f->known));
	memset(f->stale, 0, sizeof(f->stale));
	memset(f->too_weak, 0, sizeof(f->too_weak));
	memset(f->not_theirs, 0, sizeof(f->not_theirs));
	memset(f->outdone, 0, sizeof(f->outdone));
	memset(f->mixed, 0, sizeof(f->mixed));
	memset(f->outdone_by, 0, count);
	memset(f->outdone_weight, 0, count);
	memset(f->outdone_value, 0, count * sizeof(*f->outdone_value));
}

void
facts_copy(struct facts *f, const struct facts *from)
{
	const size_t count = from->dictionary->count;

	f->dictionary = from->dictionary;
	memcpy(f->value, from->value, count * sizeof(*f->value));
	memcpy(f->known, from->known, sizeof(f->known));
	memcpy(f->stale, from->stale, sizeof(f->stale));
	memcpy(f->too_weak, from->too_weak, sizeof(f->too_weak));
	memcpy(f->not_theirs, from->not_theirs, sizeof(f->not_theirs));
	memcpy(f->outdone, from->outdone, sizeof(f->outdone));
	memcpy(f->mixed, from->mixed, sizeof(f->mixed));
	memcpy(f->outdone_by, from->outdone_by, count);
	memcpy(f->outdone_weight, from->outdone_weight, count);
	memcpy(f->outdone_value, from->outdone_value, count * sizeof(*f->outdone_value));
	/* Of those that are mixed alone they are ever set. */
	for (size_t n = 0; n < count; n++)
		for (size_t p = CLAIMED; p < OBSERVED && has_bit(from->mixed, n); p++)
			f->added[p][n] = from->added[p][n];
}

enum provenance
facts_provenance(const struct facts *f, const struct fact *fact)
{
	size_t p = OBSERVED;

	while (p > PROVENANCE_NONE && !facts_known(f, fact->number, (enum provenance)p))
		p--;
	return (enum provenance)p;
}

bool
facts_stated(const struct facts *f, size_t number, int64_t *value)
{
	const bool counts = facts_known(f, number, CLAIMED);

	*value = counts ? f->value[number] : f->outdone_value[number];
	return counts || has_bit(f->outdone, number);
}

/* Words that are in the value by this word, which is less than the greatest. */
static int64_t
added_by(const struct facts *f, size_t number, enum provenance by)
{
	return by > PROVENANCE_NONE && by < OBSERVED && has_bit(f->mixed, number) ? f->added[by][number] : 0;
}

bool
facts_said(const struct facts *f, const struct fact *fact, enum provenance by, int64_t *value)
{
	const size_t number = fact->number;

	*value = added_by(f, number, by);
	if (by == PROVENANCE_NONE || by != facts_provenance(f, fact))
		return *value != 0;
	*value = f->value[number] & ~(added_by(f, number, CLAIMED) | added_by(f, number, VOUCHED));
	return true;
}

enum provenance
facts_contradicted(const struct facts *f, const struct fact *fact)
{
	const size_t number = fact->number;
	enum provenance by = (enum provenance)f->outdone_by[number];

	if (!has_bit(f->outdone, number) || !facts_known(f, number, CLAIMED) ||
	    f->outdone_value[number] == f->value[number])
		return PROVENANCE_NONE;
	if (added_by(f, number, by) && !(f->outdone_value[number] & ~f->value[number]))
		return PROVENANCE_NONE;
	return by;
}

void
facts_forget(struct facts *f, const struct fact *fact)
{
	for (size_t p = CLAIMED; p < PROVENANCES; p++)
		clear_bit(f->known[p], fact->number);
	clear_bit(f->stale, fact->number);
	clear_bit(f->too_weak, fact->number);
	clear_bit(f->not_theirs, fact->number);
	clear_bit(f->outdone, fact->number);
	clear_bit(f->mixed, fact->number);
	f->value[fact->number] = 0;
}

/* What counts may still change: whether it was said otherwise is seen when all has been said. */
static void
outdo(struct facts *f, size_t number, int64_t value, enum provenance by, enum word_weight weight)
{
	if (has_bit(f->outdone, number) && by < f->outdone_by[number])
		return;
	set_bit(f->outdone, number);
	f->outdone_by[number] = (uint8_t)by;
	f->outdone_weight[number] = (uint8_t)weight;
	f->outdone_value[number] = value;
}

void
facts_put(struct facts *f, const struct fact *fact, int64_t value, enum provenance by)
{
	size_t at = fact->number / 64;
	uint64_t bit = UINT64_C(1) << (fact->number % 64);
	enum provenance before = facts_provenance(f, fact);

	assert(by > PROVENANCE_NONE && by < PROVENANCES && value >= fact->least && value <= fact->most);
	if (by < before) {
		outdo(f, fact->number, value, by, WORD_COUNTS);
		return;
	}
	if (by < fact->provenance) {
		f->too_weak[at] |= bit;
		outdo(f, fact->number, value, by, WORD_TOO_WEAK);
		return;
	}
	if (before != PROVENANCE_NONE && before < by)
		outdo(f, fact->number, f->value[fact->number], before, WORD_COUNTS);
	for (size_t p = CLAIMED; p <= by; p++)
		f->known[p][at] |= bit;
	f->stale[at] &= ~bit;
	f->too_weak[at] &= ~bit;
	f->not_theirs[at] &= ~bit;
	f->mixed[at] &= ~bit;
	f->value[fact->number] = value;
}

/* Lasting words of a set stay in its value, as said by whom they are said: nobody else is to answer for them. */
static void
add_words(struct facts *f, const struct fact *fact, int64_t words, enum provenance by)
{
	const size_t number = fact->number;
	const enum provenance best = facts_provenance(f, fact);

	words &= fact->lasting & ~f->value[number];
	if (!words || by < fact->provenance || by == PROVENANCE_NONE || best == PROVENANCE_NONE)
		return;
	f->value[number] |= words;
	if (by >= best)
		return;
	for (size_t p = CLAIMED; p < OBSERVED && !has_bit(f->mixed, number); p++)
		f->added[p][number] = 0;
	set_bit(f->mixed, number);
	f->added[by][number] |= words;
}

/* As facts_put(), but what was said of it before in lasting words stays, and those are heard from everybody; from the
 * best word first, so that a word is the best one's that says it. */
static void
state(struct facts *f, const struct fact *fact, int64_t value, enum provenance by)
{
	int64_t before[PROVENANCES] = { 0 };

	if (!fact->lasting) {
		facts_put(f, fact, value, by);
		return;
	}
	for (size_t p = CLAIMED; p < PROVENANCES; p++)
		(void)facts_said(f, fact, (enum provenance)p, &before[p]);
	facts_put(f, fact, value, by);
	before[by] |= value;
	clear_bit(f->mixed, fact->number);
	if (by < facts_provenance(f, fact))
		f->value[fact->number] = before[facts_provenance(f, fact)];
	for (size_t p = OBSERVED; p >= CLAIMED; p--)
		add_words(f, fact, before[p], (enum provenance)p);
}

static void
add_stated(struct facts *f, const struct fact *fact, const struct facts *stated)
{
	enum provenance by = facts_provenance(stated, fact);
	int64_t value;

	(void)facts_said(stated, fact, by, &value);
	state(f, fact, value, by);
	for (size_t p = CLAIMED; p < by; p++)
		add_words(f, fact, added_by(stated, fact->number, (enum provenance)p), (enum provenance)p);
}

void
facts_add(struct facts *f, const struct facts *stated)
{
	const struct dictionary *d = f->dictionary;

	assert(stated->dictionary == d);
	for (size_t n = 0; n < d->count; n++) {
		if (has_bit(stated->outdone, n))
			outdo(f, n, stated->outdone_value[n], (enum provenance)stated->outdone_by[n],
			    (enum word_weight)stated->outdone_weight[n]);
		if (facts_known(stated, n, CLAIMED))
			add_stated(f, &d->facts[n], stated);
	}
	for (size_t i = 0; i < FACT_SETS; i++) {
		f->stale[i] |= stated->stale[i] & ~f->known[CLAIMED][i];
		f->too_weak[i] |= stated->too_weak[i] & ~f->known[CLAIMED][i];
		f->not_theirs[i] |= stated->not_theirs[i] & ~f->known[VOUCHED][i];
	}
}

/* Reading */

static int64_t
read_word(struct reader *r, const struct fact *fact)
{
	struct span text = reader_string(r, 0, 1024);
	int64_t value = 0;

	if (r->problem.code == OK && !fact_text_read(fact, text, &value)) {
		reader_fail(r, fact->expected, "another text");
		return 0;
	}
	return value;
}

static int64_t
read_set(struct reader *r, const struct fact *fact)
{
	int64_t value = 0;

	reader_array(r);
	while (reader_element(r)) {
		int word = fact_word(fact, reader_string(r, 0, 1024));

		if (word < 0)
			reader_fail(r, fact->expected, "another word");
		else if (value >> word & 1)
			reader_fail(r, "each word once", "one twice");
		else
			value |= INT64_C(1) << word;
	}
	return value;
}

/* The value at hand. Zero, which is in no need of being in the domain, when the reader failed. */
static int64_t
read_value(struct reader *r, const struct fact *fact, enum reader_kind kind)
{
	static const uint8_t kinds[] = {
		[FACT_NO_TYPE] = READER_STRING, [FACT_BOOLEAN] = READER_BOOLEAN, [FACT_INTEGER] = READER_NUMBER,
		[FACT_DURATION] = READER_NUMBER, [FACT_DATE] = READER_STRING, [FACT_ENUM] = READER_STRING,
		[FACT_LEVEL] = READER_STRING, [FACT_SET] = READER_ARRAY,
	};
	enum reader_kind wanted = (enum reader_kind)kinds[fact->type];

	if (fact->type == FACT_DURATION && kind != READER_NUMBER)
		wanted = READER_STRING;
	if (kind != wanted && r->problem.code == OK) {
		static const char *const names[] = { "nothing", "null", "true or false", "a number", "a text", "a list",
			"an object" };

		reader_fail(r, fact->expected, names[kind]);
	}
	if (wanted == READER_BOOLEAN)
		return reader_boolean(r);
	if (wanted == READER_NUMBER)
		return reader_integer(r, fact->least, fact->most);
	return wanted == READER_ARRAY ? read_set(r, fact) : read_word(r, fact);
}

static struct instant
read_time(struct reader *r, struct instant now)
{
	struct span text = reader_string(r, 1, 64);
	struct instant at = now;

	if (r->problem.code != OK)
		return now;
	if (!instant_read(text, &at))
		reader_fail(r, "a time (RFC 3339)", "another text");
	else if (at.us > now.us + AHEAD)
		reader_fail(r, "a time not after the transaction's", "a later one");
	return at;
}

/* A value, or {"value":…,"at":…}; a set is an array, so an object is always the latter. */
static int64_t
read_stated(struct reader *r, const struct fact *fact, struct instant now, struct instant stated, struct instant *at)
{
	enum reader_kind kind = reader_peek(r);
	bool valued = false;
	int64_t value = 0;
	struct span name;

	*at = stated;
	if (kind != READER_OBJECT)
		return read_value(r, fact, kind);
	reader_object(r);
	while (reader_member(r, &name)) {
		if (span_is(name, "value")) {
			value = read_value(r, fact, reader_peek(r));
			valued = true;
		} else if (span_is(name, "at")) {
			*at = read_time(r, now);
		}
	}
	if (!valued)
		reader_fail(r, "a member \"value\"", "none");
	return value;
}

void
facts_read(struct reader *r, struct facts *f, enum provenance by, struct instant now)
{
	facts_read_word(r, f, &(struct word){ by, ASSERTER_ANYBODY, now }, now);
}

static void
put_word(struct facts *f, const struct fact *fact, int64_t value, const struct word *word, struct instant now)
{
	switch (word_weigh(word, fact, now)) {
	case WORD_NOT_THEIRS:
		if (!facts_known(f, fact->number, word->by))
			set_bit(f->not_theirs, fact->number);
		outdo(f, fact->number, value, word->by, WORD_NOT_THEIRS);
		break;
	case WORD_STALE:
		if (!facts_known(f, fact->number, CLAIMED))
			set_bit(f->stale, fact->number);
		outdo(f, fact->number, value, word->by, WORD_STALE);
		break;
	case WORD_TOO_WEAK:
	case WORD_COUNTS:
		state(f, fact, value, word->by);
		break;
	}
}

void
facts_read_word(struct reader *r, struct facts *f, const struct word *word, struct instant now)
{
	uint64_t seen[FACT_SETS] = { 0 };
	const struct fact *fact = NULL;
	struct span id;

	reader_object(r);
	while (reader_member_known(r, &id)) {
		struct word said = *word;
		int64_t value;

		fact = fact_find_after(f->dictionary, fact, id);
		if (!fact) {
			reader_fail(r, "a fact of the dictionary", "another name");
			break;
		}
		if (has_bit(seen, fact->number)) {
			reader_fail_twice(r);
			break;
		}
		set_bit(seen, fact->number);
		value = read_stated(r, fact, now, word->established, &said.established);
		if (r->problem.code != OK)
			break;
		put_word(f, fact, value, &said, now);
	}
}

/* Writing */

void
fact_value_write(struct buffer *b, const struct fact *fact, int64_t value)
{
	char text[DATE_TEXT];
	bool begun = false;

	switch (fact->type) {
	case FACT_NO_TYPE:
		buffer_text(b, "null");
		break;
	case FACT_BOOLEAN:
		buffer_add(b, value ? span_of("true", 4) : span_of("false", 5));
		break;
	case FACT_INTEGER:
	case FACT_DURATION:
		if (value < 0)
			buffer_byte(b, '-');
		buffer_number(b, (uint64_t)(value < 0 ? -value : value));
		break;
	case FACT_DATE:
		buffer_byte(b, '"');
		buffer_text(b, date_text(value, text));
		buffer_byte(b, '"');
		break;
	case FACT_ENUM:
	case FACT_LEVEL:
		buffer_add(b, fact->quoted[value]);
		break;
	case FACT_SET:
		buffer_byte(b, '[');
		for (size_t i = 0; i < fact->word_count; i++) {
			if (!(value >> i & 1))
				continue;
			if (begun)
				buffer_byte(b, ',');
			buffer_add(b, fact->quoted[i]);
			begun = true;
		}
		buffer_byte(b, ']');
		break;
	}
}

/* Whether there are any. */
static bool
known_by(const struct facts *f, enum provenance by, uint64_t set[FACT_SETS])
{
	uint64_t any = 0;

	for (size_t i = 0; i < FACT_SETS; i++) {
		set[i] = f->known[by][i] & ~(by < OBSERVED ? f->known[by + 1][i] : 0);
		for (uint64_t left = f->mixed[i] & ~set[i]; left; left &= left - 1)
			if (added_by(f, 64 * i + (size_t)__builtin_ctzll(left), by))
				set[i] |= left & -left;
		any |= set[i];
	}
	return any;
}

static void
write_group(struct buffer *b, const struct facts *f, enum provenance by, const uint64_t set[FACT_SETS])
{
	const struct dictionary *d = f->dictionary;
	size_t comma = 1;
	int64_t value;

	for (size_t i = 0; i < d->count; i++) {
		const struct fact *fact = &d->facts[d->in_order[i]];

		if (!has_bit(set, fact->number))
			continue;
		buffer_add(b, span_skip(fact->heading, comma));
		comma = 0;
		value = f->value[fact->number];
		if (has_bit(f->mixed, fact->number))
			(void)facts_said(f, fact, by, &value);
		fact_value_write(b, fact, value);
	}
}

/* An entry names the word of many facts once: as it is kept, hashed and copied by everybody, it is half as long as with
 * the word at each. */
void
facts_write(struct buffer *b, const struct facts *f)
{
	static const enum provenance in_order[] = { CLAIMED, OBSERVED, VOUCHED };
	uint64_t set[FACT_SETS];
	bool begun = false;

	buffer_byte(b, '{');
	for (size_t i = 0; i < COUNT(in_order); i++) {
		if (!known_by(f, in_order[i], set))
			continue;
		buffer_text(b, begun ? ",\"" : "\"");
		begun = true;
		buffer_text(b, provenance_name(in_order[i]));
		buffer_text(b, "\":{");
		write_group(b, f, in_order[i], set);
		buffer_byte(b, '}');
	}
	buffer_byte(b, '}');
}

static void
restore_group(struct reader *r, struct facts *f, enum provenance by, uint64_t seen[FACT_SETS])
{
	uint64_t here[FACT_SETS] = { 0 };
	struct span id;

	reader_object(r);
	while (reader_member_known(r, &id)) {
		const struct fact *fact = fact_find(f->dictionary, id);

		if (!fact) {
			reader_fail(r, "a fact of the dictionary", "another name");
		} else if (has_bit(here, fact->number) || (has_bit(seen, fact->number) && !fact->lasting)) {
			reader_fail_twice(r);
		} else {
			int64_t value = read_value(r, fact, reader_peek(r));

			set_bit(seen, fact->number);
			set_bit(here, fact->number);
			if (r->problem.code == OK)
				state(f, fact, value, by);
		}
	}
}

void
facts_restore(struct reader *r, struct facts *f)
{
	uint64_t seen[FACT_SETS] = { 0 };
	unsigned heard = 0;
	struct span name;

	reader_object(r);
	while (reader_member_known(r, &name)) {
		enum provenance by = provenance_read(name);

		if (!by) {
			reader_fail(r, "one of claimed, vouched, observed", "another name");
		} else if (heard >> by & 1) {
			reader_fail_twice(r);
		} else {
			heard |= 1u << by;
			restore_group(r, f, by, seen);
		}
	}
}
