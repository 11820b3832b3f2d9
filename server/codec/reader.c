/* codec/reader.c - one pass over a JSON text: the value at hand, its level, and the first thing that is wrong.
 *
 *              reader_object, reader_array
 *      value -----------------------------> inside, before a member or element
 *       at       reader_member, _element      |  ^
 *      hand <---------------------------------'  |  `}` and `]` leave the level
 *       `--- reader_string, _integer, … ---------'
 */
#include "codec/reader.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include "codec/text.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define POINTER_TEXT 192 /* of a sentence: names are the peer's, and may be long */
#define WORD_SHOWN 40    /* bytes of one that was found where one of ours was expected */

static const char *const kind_names[] = {
	[READER_NONE] = "nothing",
	[READER_NULL] = "null",
	[READER_BOOLEAN] = "true or false",
	[READER_NUMBER] = "a number",
	[READER_STRING] = "a text",
	[READER_ARRAY] = "an array",
	[READER_OBJECT] = "an object",
};

/* By the first byte of a value. */
static const uint8_t kinds[256] = {
	['n'] = READER_NULL, ['t'] = READER_BOOLEAN, ['f'] = READER_BOOLEAN,
	['"'] = READER_STRING, ['['] = READER_ARRAY, ['{'] = READER_OBJECT,
	['-'] = READER_NUMBER, ['0'] = READER_NUMBER, ['1'] = READER_NUMBER, ['2'] = READER_NUMBER,
	['3'] = READER_NUMBER, ['4'] = READER_NUMBER, ['5'] = READER_NUMBER, ['6'] = READER_NUMBER,
	['7'] = READER_NUMBER, ['8'] = READER_NUMBER, ['9'] = READER_NUMBER,
};

static bool
failed(const struct reader *r)
{
	return r->problem.code != OK;
}

/* A name as a part of a JSON pointer (RFC 6901 s3), control characters as in a JSON string (s5). */
static void
write_pointer_part(struct buffer *out, struct span name)
{
	for (size_t i = 0; i < name.size; i++) {
		if (name.data[i] == '~' || name.data[i] == '/')
			buffer_text(out, name.data[i] == '~' ? "~0" : "~1");
		else if (name.data[i] < 0x20 || name.data[i] == 0x7f)
			buffer_print(out, "\\u%04x", name.data[i]);
		else
			buffer_byte(out, name.data[i]);
	}
}

static void
write_pointer(const struct reader *r, struct buffer *out)
{
	for (unsigned i = 0; i < r->depth && r->level[i].begun; i++) {
		buffer_byte(out, '/');
		if (r->level[i].is_array)
			buffer_number(out, r->level[i].index);
		else
			write_pointer_part(out, r->level[i].name);
	}
}

/* What was cut off at some size is cut off between characters. */
static struct span
between_characters(struct span text)
{
	while (!utf8_valid(text))
		text.size--;
	return text;
}

/* Writes the problem, if it is the first, behind the pointer to where we are; from here on nothing is read. */
static void __attribute__((format(printf, 4, 5), cold, noinline))
refuse(struct reader *r, enum err code, const char *clause, const char *format, ...)
{
	struct buffer pointer = buffer_init(POINTER_TEXT);
	struct span shown;
	char sentence[192];
	va_list args;

	if (failed(r))
		return;
	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	write_pointer(r, &pointer);
	shown = between_characters(buffer_span(&pointer));
	problem_set(&r->problem, code, clause, "%.*s%s%s%.*s", SPAN_ARGS(shown), pointer.overflowed ? "…" : "",
	    shown.size ? ": " : "", SPAN_ARGS(between_characters(span_text(sentence))));
	buffer_release(&pointer);
	r->rest = (struct span){ 0 };
	r->at_value = false;
}

/* What stands where the grammar wants something else. */
static void __attribute__((cold, noinline))
refuse_here(struct reader *r, const char *expected)
{
	uint8_t c;

	if (r->rest.size == 0) {
		refuse(r, ERR_SYNTAX, "RFC 8259", "expected %s, found the end", expected);
		return;
	}
	c = r->rest.data[0];
	if (c > 0x20 && c < 0x7f)
		refuse(r, ERR_SYNTAX, "RFC 8259", "expected %s, found '%c'", expected, c);
	else
		refuse(r, ERR_SYNTAX, "RFC 8259", "expected %s, found byte 0x%02x", expected, c);
}

void
reader_fail(struct reader *r, const char *expected, const char *found)
{
	refuse(r, ERR_INVALID, "", "expected %s, found %s", expected, found);
}

void
reader_fail_word(struct reader *r, const char *expected, struct span word)
{
	struct buffer shown = buffer_init(8 * WORD_SHOWN);
	struct span first = utf8_first(word, WORD_SHOWN);

	json_write_string(&shown, first);
	refuse(r, ERR_INVALID, "", "expected %s, found %.*s%s", expected, SPAN_ARGS(buffer_span(&shown)),
	    first.size < word.size ? "…" : "");
	buffer_release(&shown);
}

void
reader_fail_twice(struct reader *r)
{
	refuse(r, ERR_SYNTAX, "RFC 8259 s4", "expected each name once, found it twice");
}

/* Not span_skip(), which forgets where the end was. */
static inline void
take(struct reader *r, size_t size)
{
	r->rest.data += size;
	r->rest.size -= size;
}

/* RFC 8259 s2. */
static inline void
skip_blanks(struct reader *r)
{
	const uint8_t *p = r->rest.data, *end = p + r->rest.size;

	/* Most that machines write has none. */
	if (p < end && *p > ' ')
		return;
	while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
		p++;
	r->rest = span_of(p, (size_t)(end - p));
}

/* Steps onto the next value and counts it. */
static inline void
find_value(struct reader *r)
{
	skip_blanks(r);
	if (r->rest.size == 0 || !kinds[r->rest.data[0]]) {
		refuse_here(r, "a value");
		return;
	}
	if (++r->values > r->limits.members) {
		refuse(r, ERR_LIMIT, "", "expected at most %zu values, found more", r->limits.members);
		return;
	}
	r->at_value = true;
}

struct reader
reader_json(struct arena *a, struct span body, struct limits limits)
{
	struct reader r;

	/* Levels are large, and each is zeroed when it is entered. */
	memset(&r, 0, offsetof(struct reader, level));
	r.names = NULL;
	r.mixed = NULL;
	r.name_count = r.name_room = 0;
	r.arena = a;
	r.rest = body.size ? body : span_text("");
	r.limits = limits;
	assert(limits.depth <= READER_DEPTH);
	if (r.limits.members == 0)
		r.limits.members = 1024;
	if (body.size > limits.bytes)
		refuse(&r, ERR_LIMIT, "", "expected at most %zu bytes, found %zu", limits.bytes, body.size);
	else if (!utf8_valid(body))
		refuse(&r, ERR_SYNTAX, "RFC 8259 s8.1", "expected UTF-8, found other bytes");
	else
		find_value(&r);
	return r;
}

enum reader_kind
reader_peek(struct reader *r)
{
	return r->at_value ? (enum reader_kind)kinds[r->rest.data[0]] : READER_NONE;
}

/* Whether a value of this kind is at hand; if not, that is the problem. */
static inline bool
wants(struct reader *r, enum reader_kind kind, const char *expected)
{
	if (failed(r))
		return false;
	assert(r->at_value);
	if (reader_peek(r) == kind)
		return true;
	refuse(r, ERR_INVALID, "", "expected %s, found %s", expected, kind_names[reader_peek(r)]);
	return false;
}

static void
enter(struct reader *r, enum reader_kind kind)
{
	if (!wants(r, kind, kind_names[kind]))
		return;
	if (r->depth == r->limits.depth) {
		refuse(r, ERR_LIMIT, "", "expected at most %u levels of arrays and objects, found more",
		    r->limits.depth);
		return;
	}
	memset(&r->level[r->depth], 0, sizeof(r->level[0]));
	r->level[r->depth].is_array = kind == READER_ARRAY;
	r->level[r->depth].first_name = r->name_count;
	r->depth++;
	take(r, 1);
	r->at_value = false;
}

void
reader_object(struct reader *r)
{
	enter(r, READER_OBJECT);
}

void
reader_array(struct reader *r)
{
	enter(r, READER_ARRAY);
}

/* Four hexadecimal digits behind `\u`. */
static bool
read_unit(const uint8_t *digits, const uint8_t *end, uint32_t *unit)
{
	uint8_t bytes[2];

	if (end - digits < 4 || !hex_read(span_of(digits, 4), bytes, sizeof(bytes)))
		return false;
	*unit = (uint32_t)bytes[0] << 8 | bytes[1];
	return true;
}

static size_t
write_character(uint8_t *to, uint32_t c)
{
	if (c < 0x80) {
		to[0] = (uint8_t)c;
		return 1;
	}
	if (c < 0x800) {
		to[0] = (uint8_t)(0xc0 | c >> 6);
		to[1] = (uint8_t)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		to[0] = (uint8_t)(0xe0 | c >> 12);
		to[1] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
		to[2] = (uint8_t)(0x80 | (c & 0x3f));
		return 3;
	}
	to[0] = (uint8_t)(0xf0 | c >> 18);
	to[1] = (uint8_t)(0x80 | (c >> 12 & 0x3f));
	to[2] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
	to[3] = (uint8_t)(0x80 | (c & 0x3f));
	return 4;
}

/* Reads the escape at `p`, behind its backslash, into `*c`; returns what follows it, NULL if it is none. */
static const uint8_t *
read_escape(const uint8_t *p, const uint8_t *end, uint32_t *c)
{
	static const uint8_t plain[256] = {
		['"'] = '"', ['\\'] = '\\', ['/'] = '/', ['b'] = '\b',
		['f'] = '\f', ['n'] = '\n', ['r'] = '\r', ['t'] = '\t',
	};
	uint32_t low;

	if (p == end)
		return NULL;
	*c = plain[*p];
	if (*c)
		return p + 1;
	if (*p != 'u' || !read_unit(p + 1, end, c) || *c == 0 || (*c >= 0xdc00 && *c <= 0xdfff))
		return NULL;
	p += 5;
	if (*c < 0xd800 || *c > 0xdfff)
		return p;
	/* The first half of a surrogate pair: the other follows (RFC 8259 s7). */
	if (end - p < 6 || p[0] != '\\' || p[1] != 'u' || !read_unit(p + 2, end, &low) || low < 0xdc00 || low > 0xdfff)
		return NULL;
	*c = 0x10000 + ((*c - 0xd800) << 10) + (low - 0xdc00);
	return p + 6;
}

/* Where plain characters end: at a quote, a backslash, a control character or the end. */
static const uint8_t *
skip_plain_slowly(const uint8_t *p, const uint8_t *end)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), highs = ones * 0x80;
	uint64_t eight, quotes, slashes, found;

	/* Eight at a time: a byte that is zero after the exclusive or, or below 0x20, borrows into its high bit. A
	 * borrow from the byte beneath may mark one byte too many, never one too few, and only behind a true one. */
	for (; end - p >= 8; p += 8) {
		memcpy(&eight, p, sizeof(eight));
		quotes = eight ^ ones * '"';
		slashes = eight ^ ones * '\\';
		found = (((quotes - ones) & ~quotes) | ((slashes - ones) & ~slashes) |
			    ((eight - ones * 0x20) & ~eight)) &
		    highs;
		if (!found)
			continue;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
		/* The first that is marked is a true one. */
		return p + __builtin_ctzll(found) / 8;
#else
		break;
#endif
	}
	while (p < end && *p != '"' && *p != '\\' && *p >= 0x20)
		p++;
	return p;
}

/* The same. Every name and text of a request is looked through by this, so where sixteen bytes can be compared at once,
 * which is half the price, they are. */
static inline const uint8_t *
skip_plain(const uint8_t *p, const uint8_t *end)
{
#ifdef __SSE2__
	const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\'), control = _mm_set1_epi8(0x1f);

	for (; end - p >= 16; p += 16) {
		__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)p);
		__m128i ends = _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, slash));
		int found = _mm_movemask_epi8(_mm_or_si128(ends, _mm_cmpeq_epi8(_mm_min_epu8(bytes, control), bytes)));

		if (found)
			return p + __builtin_ctz((unsigned)found);
	}
#endif
	return skip_plain_slowly(p, end);
}

/* The rest of a string from its first escape at `p` on: written into the arena, unless nobody wants it (`skipped`). */
static struct span __attribute__((noinline))
take_escaped(struct reader *r, const uint8_t *start, const uint8_t *p, bool skipped)
{
	const uint8_t *end = r->rest.data + r->rest.size, *run = start;
	uint8_t *text = NULL, *to = NULL;
	struct span whole;

	while (p < end && *p == '\\') {
		uint32_t c;
		const uint8_t *next = read_escape(p + 1, end, &c);

		if (!next) {
			refuse(r, ERR_SYNTAX, "RFC 8259 s7",
			    "expected an escape that stands for a character, found another");
			return (struct span){ 0 };
		}
		/* What is unescaped is never longer than its escapes: the whole string, once closed, has room. */
		if (!text && !skipped) {
			const uint8_t *close = next;

			while ((close = skip_plain(close, end)) < end && *close == '\\')
				close += end - close > 1 ? 2 : 1;
			text = to = arena_take(r->arena, (size_t)(close - start));
		}
		if (text) {
			memcpy(to, run, (size_t)(p - run));
			to += p - run;
			to += write_character(to, c);
		}
		run = next;
		p = skip_plain(next, end);
	}
	if (p == end || *p != '"') {
		r->rest = span_of(p, (size_t)(end - p));
		refuse_here(r, p == end ? "'\"' at the end of a text" : "a control character to be escaped");
		return (struct span){ 0 };
	}
	whole = span_of(start, (size_t)(p - start));
	if (text) {
		memcpy(to, run, (size_t)(p - run));
		whole = span_of(text, (size_t)(to + (p - run) - text));
	}
	r->rest = span_of(p + 1, (size_t)(end - p - 1));
	return whole;
}

/* The string at hand. Without escapes it is borrowed from the body. */
static inline struct span
take_string(struct reader *r, bool skipped)
{
	const uint8_t *start = r->rest.data + 1, *end = r->rest.data + r->rest.size, *p = skip_plain(start, end);

	if (p == end || *p != '"')
		return take_escaped(r, start, p, skipped);
	r->rest = span_of(p + 1, (size_t)(end - p - 1));
	return span_of(start, (size_t)(p - start));
}

/* Of all its bytes, for names often differ in one digit only. */
static uint32_t
mix(struct span name)
{
	uint64_t mixed = name.size, eight = 0;

	for (size_t i = 0; i + 8 <= name.size; i += 8) {
		memcpy(&eight, name.data + i, 8);
		mixed = (mixed ^ eight) * UINT64_C(0x9e3779b97f4a7c15);
		mixed ^= mixed >> 29;
	}
	if (name.size >= 8)
		memcpy(&eight, name.data + name.size - 8, 8);
	else if (name.size)
		memcpy(&eight, name.data, name.size);
	mixed = (mixed ^ eight) * UINT64_C(0x9e3779b97f4a7c15);
	mixed = (mixed ^ mixed >> 32) * UINT64_C(0xc2b2ae3d27d4eb4f);
	return (uint32_t)(mixed >> 32);
}

/* Whether the name is new in its object; it is from now on known. */
static inline bool
remember_name(struct reader *r, struct span name)
{
	size_t first = r->level[r->depth - 1].first_name;
	uint32_t mixed = mix(name);
	uint64_t *marks = &r->level[r->depth - 1].marks[mixed % READER_MARKS],
		 mark = UINT64_C(1) << (mixed / READER_MARKS % 64);

	for (size_t i = first; (*marks & mark) && i < r->name_count; i++) {
		if (r->mixed[i] == mixed && span_equal(r->names[i], name)) {
			reader_fail_twice(r);
			return false;
		}
	}
	if (r->name_count - first == READER_MEMBERS) {
		refuse(r, ERR_LIMIT, "", "expected at most %d members in one object, found more", READER_MEMBERS);
		return false;
	}
	if (r->name_count == r->name_room) {
		size_t room = r->name_room ? 2 * r->name_room : 16;
		struct span *names = arena_array(r->arena, struct span, room);
		uint32_t *mixes = arena_array(r->arena, uint32_t, room);

		if (r->name_count) {
			memcpy(names, r->names, r->name_count * sizeof(names[0]));
			memcpy(mixes, r->mixed, r->name_count * sizeof(mixes[0]));
		}
		r->names = names;
		r->mixed = mixes;
		r->name_room = room;
	}
	*marks |= mark;
	r->mixed[r->name_count] = mixed;
	r->names[r->name_count++] = name;
	return true;
}

/* Before the next member or element of the innermost level: false when it ended, and was left, or nothing is read any
 * more. */
static inline bool
step(struct reader *r, bool is_array)
{
	uint8_t close = is_array ? ']' : '}';
	bool begun;

	if (failed(r))
		return false;
	assert(r->depth > 0 && r->level[r->depth - 1].is_array == is_array);
	if (r->at_value) {
		refuse(r, ERR_INVALID, "", is_array ? "unknown element" : "unknown member");
		return false;
	}
	begun = r->level[r->depth - 1].begun;
	skip_blanks(r);
	if (r->rest.size && r->rest.data[0] == close) {
		take(r, 1);
		r->depth--;
		r->name_count = r->level[r->depth].first_name;
		return false;
	}
	if (begun) {
		if (r->rest.size == 0 || r->rest.data[0] != ',') {
			refuse_here(r, is_array ? "',' or ']'" : "',' or '}'");
			return false;
		}
		take(r, 1);
	}
	return true;
}

/* As machines write them, without blanks and escapes: `,"name":` and the value's first byte. False, and nothing is
 * done, where anything else stands, or something is wrong. */
static inline bool
take_plain_name(struct reader *r, struct span *name)
{
	const uint8_t *p, *end, *start;
	struct span found;
	unsigned level;

	if (failed(r) || r->at_value || r->rest.size < 2 || r->values >= r->limits.members)
		return false;
	assert(r->depth > 0 && !r->level[r->depth - 1].is_array);
	level = r->depth - 1;
	p = r->rest.data;
	end = p + r->rest.size;
	if (r->level[level].begun && *p++ != ',')
		return false;
	if (*p != '"')
		return false;
	start = p + 1;
	p = skip_plain(start, end);
	if (end - p < 3 || p[0] != '"' || p[1] != ':' || !kinds[p[2]])
		return false;
	/* Reading back what was just written would wait for it. */
	found = span_of(start, (size_t)(p - start));
	*name = found;
	r->level[level].name = found;
	r->level[level].begun = true;
	r->rest = span_of(p + 2, (size_t)(end - p - 2));
	r->values++;
	r->at_value = true;
	return true;
}

static bool
next_member(struct reader *r, struct span *name, bool known)
{
	*name = (struct span){ 0 };
	if (!step(r, false))
		return false;
	skip_blanks(r);
	if (r->rest.size == 0 || r->rest.data[0] != '"') {
		refuse_here(r, r->level[r->depth - 1].begun ? "a name" : "a name or '}'");
		return false;
	}
	r->level[r->depth - 1].begun = false;
	*name = take_string(r, false);
	r->level[r->depth - 1].name = *name;
	r->level[r->depth - 1].begun = true;
	if (failed(r) || (!known && !remember_name(r, *name)))
		return false;
	skip_blanks(r);
	if (r->rest.size == 0 || r->rest.data[0] != ':') {
		refuse_here(r, "':'");
		return false;
	}
	take(r, 1);
	find_value(r);
	return !failed(r);
}

bool
reader_member(struct reader *r, struct span *name)
{
	return next_member(r, name, false);
}

bool
reader_member_known(struct reader *r, struct span *name)
{
	return take_plain_name(r, name) || next_member(r, name, true);
}

bool
reader_element(struct reader *r)
{
	if (!step(r, true))
		return false;
	if (r->level[r->depth - 1].begun)
		r->level[r->depth - 1].index++;
	r->level[r->depth - 1].begun = true;
	find_value(r);
	return !failed(r);
}

struct span
reader_string(struct reader *r, size_t least, size_t most)
{
	struct span text;

	if (!wants(r, READER_STRING, "a text"))
		return (struct span){ 0 };
	text = take_string(r, false);
	r->at_value = false;
	if (!failed(r) && (text.size < least || text.size > most))
		refuse(r, ERR_INVALID, "", "expected a text of %zu to %zu bytes, found one of %zu", least, most,
		    text.size);
	return failed(r) ? (struct span){ 0 } : text;
}

static const uint8_t *
skip_digits(const uint8_t *p, const uint8_t *end)
{
	while (p < end && *p >= '0' && *p <= '9')
		p++;
	return p;
}

/* The number at hand (RFC 8259 s6), and whether it is written without fraction and exponent. */
static struct span
take_number(struct reader *r, bool *whole)
{
	const uint8_t *start = r->rest.data, *end = start + r->rest.size, *p = start, *digits;

	*whole = true;
	if (*p == '-')
		p++;
	digits = p;
	/* A zero in front stands alone. */
	p = p < end && *p == '0' ? p + 1 : skip_digits(p, end);
	if (p > digits && p < end && *p == '.') {
		*whole = false;
		digits = ++p;
		p = skip_digits(p, end);
	}
	if (p > digits && p < end && (*p == 'e' || *p == 'E')) {
		*whole = false;
		p++;
		if (p < end && (*p == '+' || *p == '-'))
			p++;
		digits = p;
		p = skip_digits(p, end);
	}
	r->rest = span_of(p, (size_t)(end - p));
	/* Behind a leading zero digits would follow; say so rather than miss a comma. */
	if (p == digits || (p < end && *p >= '0' && *p <= '9')) {
		refuse_here(r, p == digits ? "a digit" : "no digit behind a leading zero");
		return (struct span){ 0 };
	}
	return span_of(start, (size_t)(p - start));
}

/* False past what 64 bits hold. */
static bool
read_integer(struct span digits, bool negative, int64_t *out)
{
	uint64_t magnitude;

	if (!span_number(digits, &magnitude) || magnitude > (uint64_t)INT64_MAX + negative)
		return false;
	*out = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
	return true;
}

/* A few plain digits, as most numbers are, in one pass: how many, or 0 where more is to be looked at. */
static inline size_t
read_digits(struct span rest, int64_t *value)
{
	enum { MOST = 18 }; /* so many fit in 63 bits */
	size_t count = 0;
	int64_t sum = 0;

	for (; count < rest.size && count < MOST && rest.data[count] >= '0' && rest.data[count] <= '9'; count++)
		sum = sum * 10 + (rest.data[count] - '0');
	*value = sum;
	if (count == 0 || count == MOST || count == rest.size || (count > 1 && rest.data[0] == '0') ||
	    rest.data[count] == '.' || (rest.data[count] | 0x20) == 'e')
		return 0;
	return count;
}

int64_t
reader_integer(struct reader *r, int64_t least, int64_t most)
{
	struct span number;
	bool whole, negative, fits;
	int64_t value = 0;
	size_t digits;

	if (!wants(r, READER_NUMBER, "a whole number"))
		return 0;
	digits = read_digits(r->rest, &value);
	if (digits && value >= least && value <= most) {
		take(r, digits);
		r->at_value = false;
		return value;
	}
	number = take_number(r, &whole);
	r->at_value = false;
	if (failed(r))
		return 0;
	if (!whole) {
		refuse(r, ERR_INVALID, "", "expected a whole number, found one with a fraction or an exponent");
		return 0;
	}
	negative = number.data[0] == '-';
	fits = read_integer(span_skip(number, negative), negative, &value);
	if (fits && value >= least && value <= most)
		return value;
	refuse(r, ERR_INVALID, "", "expected a whole number from %" PRId64 " to %" PRId64 ", found a %s one", least,
	    most, (fits ? value < least : negative) ? "smaller" : "larger");
	return 0;
}

/* One of the three words of JSON. */
static inline bool
take_word(struct reader *r, const char *word)
{
	if (!span_starts(r->rest, word)) {
		refuse(r, ERR_SYNTAX, "RFC 8259 s3", "expected %s, found another word", word);
		return false;
	}
	take(r, strlen(word));
	r->at_value = false;
	return true;
}

bool
reader_boolean(struct reader *r)
{
	if (!wants(r, READER_BOOLEAN, "true or false"))
		return false;
	if (r->rest.data[0] == 't')
		return take_word(r, "true");
	take_word(r, "false");
	return false;
}

void
reader_null(struct reader *r)
{
	if (wants(r, READER_NULL, "null"))
		take_word(r, "null");
}

/* Reads the value at hand for its grammar only. The limit of depth bounds the recursion. */
static void
skip_value(struct reader *r)
{
	struct span name;
	bool whole;

	switch (reader_peek(r)) {
	case READER_NONE:
		return;
	case READER_NULL:
		reader_null(r);
		return;
	case READER_BOOLEAN:
		reader_boolean(r);
		return;
	case READER_NUMBER:
		take_number(r, &whole);
		break;
	case READER_STRING:
		take_string(r, true);
		break;
	case READER_ARRAY:
		reader_array(r);
		while (reader_element(r))
			skip_value(r);
		return;
	case READER_OBJECT:
		reader_object(r);
		while (reader_member(r, &name))
			skip_value(r);
		return;
	}
	r->at_value = false;
}

struct span
reader_raw(struct reader *r)
{
	const uint8_t *start = r->rest.data;

	assert(failed(r) || r->at_value);
	skip_value(r);
	return failed(r) ? (struct span){ 0 } : span_of(start, (size_t)(r->rest.data - start));
}

/* By its brackets, and the quotes they may stand between. NULL: it has no end. */
static const uint8_t *
end_of_brackets(const uint8_t *p, const uint8_t *end)
{
	size_t open = 0;

	while (p < end) {
		switch (*p++) {
		case '{':
		case '[':
			open++;
			break;
		case '}':
		case ']':
			if (--open == 0)
				return p;
			break;
		case '"':
			while ((p = skip_plain(p, end)) < end && *p != '"')
				p += *p == '\\' && end - p > 1 ? 2 : 1;
			p += p < end;
			break;
		}
	}
	return NULL;
}

struct span
reader_later(struct reader *r)
{
	enum reader_kind kind = reader_peek(r);
	const uint8_t *start = r->rest.data, *end;

	if (kind != READER_OBJECT && kind != READER_ARRAY)
		return reader_raw(r);
	end = end_of_brackets(start, start + r->rest.size);
	if (!end) {
		refuse(r, ERR_SYNTAX, "RFC 8259 s4", "expected an object or a list, found one without its end");
		return (struct span){ 0 };
	}
	r->rest = span_of(end, r->rest.size - (size_t)(end - start));
	r->at_value = false;
	return span_of(start, (size_t)(end - start));
}

enum err
reader_end(struct reader *r, struct problem *why)
{
	struct span name;

	/* A caller who wanted two elements has not looked for a third. */
	while (!failed(r) && r->depth) {
		bool is_array = r->level[r->depth - 1].is_array;

		if (is_array ? reader_element(r) : reader_member(r, &name))
			refuse(r, ERR_INVALID, "", is_array ? "unknown element" : "unknown member");
	}
	if (!failed(r) && r->at_value)
		refuse(r, ERR_INVALID, "", "unknown value");
	if (!failed(r)) {
		skip_blanks(r);
		if (r->rest.size)
			refuse_here(r, "the end");
	}
	if (failed(r) && why)
		*why = r->problem;
	return r->problem.code;
}

enum err
reader_nothing(struct arena *a, struct span body, struct problem *why)
{
	struct reader r = reader_json(a, body, (struct limits){ .bytes = KIB, .depth = 1 });

	reader_object(&r);
	return reader_end(&r, why);
}
