/* codec/cbor.c - one pass over CBOR: the item at hand, its level, and the first thing that is wrong.
 *
 *     map:    between -> at the label -> at the item -> between …
 *     array:  between ----------------> at the item -> between …
 */
#include "codec/cbor.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include <cbor.h>

#include "codec/text.h"

static const char *const kind_names[] = {
	[CONCISE_NOTHING] = "nothing",
	[CONCISE_INTEGER] = "an integer",
	[CONCISE_BYTES] = "bytes",
	[CONCISE_TEXT] = "a text",
	[CONCISE_ARRAY] = "an array",
	[CONCISE_MAP] = "a map",
	[CONCISE_BOOLEAN] = "true or false",
	[CONCISE_NULL] = "null or undefined",
	[CONCISE_FLOAT] = "a floating-point number",
	[CONCISE_TAG] = "a tag",
};

/* One item as libcbor decodes it; of a map or array only its head. */
struct item {
	enum concise_kind kind;
	bool negative;       /* then the integer is -1 - number */
	bool indefinite;
	uint64_t number;     /* an integer, a boolean, a count, or a tag */
	struct span data;    /* bytes, text */
	size_t head, size;   /* bytes of the head as it stands; of the whole item, or of the head alone */
};

static void
take_number(void *arg, uint64_t number)
{
	struct item *item = arg;

	item->kind = CONCISE_INTEGER;
	item->number = number;
}

static void
take_negative(void *arg, uint64_t number)
{
	struct item *item = arg;

	take_number(arg, number);
	item->negative = true;
}

/* libcbor has a callback for each width. */
#define WIDTH(bits) \
	static void on_uint##bits(void *arg, uint##bits##_t number) { take_number(arg, number); } \
	static void on_negint##bits(void *arg, uint##bits##_t number) { take_negative(arg, number); }
WIDTH(8)
WIDTH(16)
WIDTH(32)
WIDTH(64)
#undef WIDTH

static void
take_data(void *arg, enum concise_kind kind, cbor_data data, size_t size)
{
	struct item *item = arg;

	item->kind = kind;
	item->data = span_of(data, size);
	item->number = size;
}

static void on_bytes(void *arg, cbor_data data, size_t size) { take_data(arg, CONCISE_BYTES, data, size); }
static void on_text(void *arg, cbor_data data, size_t size) { take_data(arg, CONCISE_TEXT, data, size); }

static void
take_count(void *arg, enum concise_kind kind, uint64_t count)
{
	struct item *item = arg;

	item->kind = kind;
	item->number = count;
}

static void on_array(void *arg, size_t count) { take_count(arg, CONCISE_ARRAY, count); }
static void on_map(void *arg, size_t count) { take_count(arg, CONCISE_MAP, count); }
static void on_tag(void *arg, uint64_t tag) { take_count(arg, CONCISE_TAG, tag); }
static void on_boolean(void *arg, bool value) { take_count(arg, CONCISE_BOOLEAN, value); }
static void on_float(void *arg, float value) { (void)value; take_count(arg, CONCISE_FLOAT, 0); }
static void on_double(void *arg, double value) { (void)value; take_count(arg, CONCISE_FLOAT, 0); }
static void on_null(void *arg) { take_count(arg, CONCISE_NULL, 0); }

static void
on_indefinite(void *arg)
{
	((struct item *)arg)->indefinite = true;
}

static const struct cbor_callbacks callbacks = {
	.uint8 = on_uint8, .uint16 = on_uint16, .uint32 = on_uint32, .uint64 = on_uint64,
	.negint8 = on_negint8, .negint16 = on_negint16, .negint32 = on_negint32, .negint64 = on_negint64,
	.byte_string = on_bytes, .byte_string_start = on_indefinite,
	.string = on_text, .string_start = on_indefinite,
	.array_start = on_array, .indef_array_start = on_indefinite,
	.map_start = on_map, .indef_map_start = on_indefinite,
	.tag = on_tag,
	.float2 = on_float, .float4 = on_float, .float8 = on_double,
	.boolean = on_boolean, .null = on_null, .undefined = on_null,
	.indef_break = on_indefinite,
};

/* False: what stands there is cut short, or nothing of CBOR. */
static bool
decode(struct span bytes, struct item *out)
{
	struct cbor_decoder_result result;

	memset(out, 0, sizeof(*out));
	if (bytes.size == 0)
		return false;
	result = cbor_stream_decode(bytes.data, bytes.size, &callbacks, out);
	out->size = result.read;
	out->head = result.read - out->data.size;
	return result.status == CBOR_DECODER_FINISHED;
}

/* Whether a head is as short as can be (CTAP 2.3 s8). Floats have their width by their kind. */
static bool
shortest(const struct item *item)
{
	size_t least = item->number < 24 ? 1 : item->number <= UINT8_MAX ? 2 : item->number <= UINT16_MAX ? 3 :
	    item->number <= UINT32_MAX ? 5 : 9;

	return item->kind == CONCISE_FLOAT || item->head == least;
}

static bool
failed(const struct concise *r)
{
	return r->problem.code != OK;
}

/* Writes the problem, if it is the first; from here on nothing is read. */
static void __attribute__((format(printf, 4, 5), cold))
refuse(struct concise *r, enum err code, const char *clause, const char *format, ...)
{
	char sentence[160];
	va_list args;

	if (failed(r))
		return;
	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	problem_set(&r->problem, code, clause, "byte %zu: %s", r->whole.size - r->rest.size, sentence);
	r->rest = (struct span){ 0 };
}

/* Labels are looked at only up to their count: nothing is cleared that nobody reads. */
void
concise_begin(struct concise *r, struct span bytes)
{
	r->whole = r->rest = bytes;
	r->problem.code = OK;
	r->depth = 0;
	r->level[0].left = 0;
	r->level[0].stage = CONCISE_AT_ITEM;
	r->level[0].is_map = false;
	r->level[0].label_count = 0;
}

enum concise_kind
concise_peek(const struct concise *r)
{
	struct item item;

	if (failed(r) || r->level[r->depth].stage == CONCISE_BETWEEN || !decode(r->rest, &item))
		return CONCISE_NOTHING;
	return item.kind;
}

/* A label at hand becomes one of the map's. */
static bool
take_label(struct concise *r, const struct item *item)
{
	struct concise_level *level = &r->level[r->depth];
	struct span label = span_first(r->rest, item->size);

	if (item->kind != CONCISE_INTEGER && item->kind != CONCISE_TEXT) {
		refuse(r, ERR_SYNTAX, "CTAP 2.3 s8", "expected an integer or a text as label, found %s",
		    kind_names[item->kind]);
		return false;
	}
	for (size_t i = 0; i < level->label_count; i++) {
		if (span_equal(level->labels[i], label)) {
			refuse(r, ERR_SYNTAX, "RFC 8949 s5.6", "a label that was there before");
			return false;
		}
	}
	assert(level->label_count < CONCISE_MEMBERS);
	level->labels[level->label_count++] = label;
	return true;
}

/* Takes the item at hand, if it is of that kind (CONCISE_NOTHING: any): the reader stands behind it, or behind the
 * head of a map or array. */
static bool
take(struct concise *r, enum concise_kind kind, struct item *item)
{
	struct concise_level *level = &r->level[r->depth];

	memset(item, 0, sizeof(*item));
	if (failed(r))
		return false;
	assert(level->stage != CONCISE_BETWEEN);
	if (!decode(r->rest, item))
		refuse(r, ERR_SYNTAX, "RFC 8949 s3", "expected %s, found what is cut short, or no CBOR",
		    kind == CONCISE_NOTHING ? "an item" : kind_names[kind]);
	else if (item->indefinite)
		refuse(r, ERR_SYNTAX, "CTAP 2.3 s8", "an indefinite length");
	else if (item->kind == CONCISE_TAG)
		refuse(r, ERR_SYNTAX, "CTAP 2.3 s8", "a tag");
	else if (kind != CONCISE_NOTHING && item->kind != kind)
		refuse(r, ERR_SYNTAX, "", "expected %s, found %s", kind_names[kind], kind_names[item->kind]);
	else if (!shortest(item))
		refuse(r, ERR_SYNTAX, "CTAP 2.3 s8", "%s that could be written shorter", kind_names[item->kind]);
	else if (item->kind == CONCISE_TEXT && !utf8_valid(item->data))
		refuse(r, ERR_SYNTAX, "RFC 8949 s3.1", "a text that is no UTF-8");
	if (failed(r) || (level->stage == CONCISE_AT_LABEL && !take_label(r, item))) {
		memset(item, 0, sizeof(*item));
		return false;
	}
	level->stage = level->stage == CONCISE_AT_LABEL ? CONCISE_AT_ITEM : CONCISE_BETWEEN;
	r->rest = span_skip(r->rest, item->size);
	return true;
}

/* Each member takes at least two bytes, each element one: a count that cannot be is refused before anybody believes
 * it. */
static void
enter(struct concise *r, const struct item *item)
{
	size_t each = item->kind == CONCISE_MAP ? 2 : 1;
	struct concise_level *level;

	if (item->number > r->rest.size / each)
		refuse(r, ERR_SYNTAX, "RFC 8949 s3", "%s that is cut short", kind_names[item->kind]);
	else if (item->kind == CONCISE_MAP && item->number > CONCISE_MEMBERS)
		refuse(r, ERR_LIMIT, "", "a map of more than %d members", CONCISE_MEMBERS);
	else if (r->depth == CONCISE_DEPTH)
		refuse(r, ERR_LIMIT, "", "more than %d levels", CONCISE_DEPTH);
	if (failed(r))
		return;
	level = &r->level[++r->depth];
	level->left = (size_t)item->number;
	level->stage = CONCISE_BETWEEN;
	level->is_map = item->kind == CONCISE_MAP;
	level->label_count = 0;
}

void
concise_map(struct concise *r)
{
	struct item item;

	if (take(r, CONCISE_MAP, &item))
		enter(r, &item);
}

void
concise_array(struct concise *r)
{
	struct item item;

	if (take(r, CONCISE_ARRAY, &item))
		enter(r, &item);
}

/* The item at hand, whatever it is and holds. */
static void
skip(struct concise *r)
{
	unsigned outside = r->depth;
	struct item item;

	if (!take(r, CONCISE_NOTHING, &item) || (item.kind != CONCISE_MAP && item.kind != CONCISE_ARRAY))
		return;
	enter(r, &item);
	while (!failed(r) && r->depth > outside) {
		struct concise_level *level = &r->level[r->depth];

		if (level->stage == CONCISE_BETWEEN && level->left == 0) {
			r->depth--;
		} else if (level->stage == CONCISE_BETWEEN) {
			level->left--;
			level->stage = level->is_map ? CONCISE_AT_LABEL : CONCISE_AT_ITEM;
		} else if (take(r, CONCISE_NOTHING, &item) && (item.kind == CONCISE_MAP ||
		    item.kind == CONCISE_ARRAY)) {
			enter(r, &item);
		}
	}
}

static bool
next(struct concise *r, bool in_map)
{
	struct concise_level *level = &r->level[r->depth];

	while (!failed(r) && level->stage != CONCISE_BETWEEN)
		skip(r);
	if (failed(r))
		return false;
	assert(r->depth > 0 && level->is_map == in_map);
	if (level->left == 0) {
		r->depth--;
		return false;
	}
	level->left--;
	level->stage = in_map ? CONCISE_AT_LABEL : CONCISE_AT_ITEM;
	return true;
}

bool
concise_member(struct concise *r)
{
	return next(r, true);
}

bool
concise_element(struct concise *r)
{
	return next(r, false);
}

int64_t
concise_integer(struct concise *r)
{
	struct item item;

	if (!take(r, CONCISE_INTEGER, &item))
		return 0;
	if (item.number > INT64_MAX) {
		refuse(r, ERR_LIMIT, "", "an integer of more than 63 bits");
		return 0;
	}
	return item.negative ? -1 - (int64_t)item.number : (int64_t)item.number;
}

struct span
concise_bytes(struct concise *r)
{
	struct item item;

	take(r, CONCISE_BYTES, &item);
	return item.data;
}

struct span
concise_text(struct concise *r)
{
	struct item item;

	take(r, CONCISE_TEXT, &item);
	return item.data;
}

bool
concise_boolean(struct concise *r)
{
	struct item item;

	return take(r, CONCISE_BOOLEAN, &item) && item.number;
}

struct span
concise_raw(struct concise *r)
{
	struct span begun = r->rest;

	skip(r);
	return failed(r) ? (struct span){ 0 } : span_first(begun, begun.size - r->rest.size);
}

void
concise_fail(struct concise *r, const char *expected, const char *found)
{
	refuse(r, ERR_INVALID, "", "expected %s, found %s", expected, found);
}

enum err
concise_end_within(struct concise *r, size_t *used, struct problem *why)
{
	assert(failed(r) || (r->depth == 0 && r->level[0].stage == CONCISE_BETWEEN));
	*used = 0;
	if (failed(r)) {
		if (why)
			*why = r->problem;
		return r->problem.code;
	}
	*used = r->whole.size - r->rest.size;
	return OK;
}

enum err
concise_end(struct concise *r, struct problem *why)
{
	size_t used;

	if (!failed(r) && r->rest.size)
		refuse(r, ERR_SYNTAX, "RFC 8949 s3", "expected the end, found %zu bytes more", r->rest.size);
	return concise_end_within(r, &used, why);
}
