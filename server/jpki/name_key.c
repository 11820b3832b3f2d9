/* jpki/name_key.c - names as keys of one size. */
#include "jpki/name_key.h"

#include <stdlib.h>

#include "codec/der.h"
#include "crypto/digest.h"

#define CANONICAL 2048  /* a longer name counts byte by byte */
#define ATTRIBUTES 16   /* of one RDN; more count byte by byte, too */
#define DIRECTORY_NAME DER_CONTEXT(4)

/* The canonical form as it grows; `full` once it does not fit. */
struct canonical {
	uint8_t bytes[CANONICAL];
	size_t size;
	bool full;
};

static void
put(struct canonical *c, struct span s)
{
	if (c->full || s.size > sizeof(c->bytes) - c->size) {
		c->full = true;
		return;
	}
	if (s.size)
		memcpy(c->bytes + c->size, s.data, s.size);
	c->size += s.size;
}

static void
put_byte(struct canonical *c, uint8_t byte)
{
	put(c, span_of(&byte, 1));
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Without blanks around it, with one where several are, in small letters; its end told by a NUL, which no text has. */
static bool
put_text(struct canonical *c, struct span text)
{
	bool blank = false, begun = false;

	put_byte(c, 'T');
	for (size_t i = 0; i < text.size; i++) {
		uint8_t letter = text.data[i];

		if (letter == '\0')
			return false;
		if (is_blank(letter)) {
			blank = begun;
			continue;
		}
		if (blank)
			put_byte(c, ' ');
		put_byte(c, letter >= 'A' && letter <= 'Z' ? (uint8_t)(letter + 'a' - 'A') : letter);
		blank = false;
		begun = true;
	}
	put_byte(c, '\0');
	return true;
}

static bool
is_text(uint8_t tag)
{
	return tag == DER_UTF8_STRING || tag == DER_PRINTABLE_STRING || tag == DER_IA5_STRING ||
	    tag == DER_NUMERIC_STRING;
}

/* One AttributeTypeAndValue: its type, and its value as text or as it is. */
static bool
put_attribute(struct canonical *c, struct span pair)
{
	struct span type = { 0 }, value = { 0 }, whole = pair;
	uint8_t tag;

	if (!der_whole(&whole, DER_OID, &type))
		return false;
	put(c, type);
	pair = whole;
	if (!der_any(&pair, &tag, &value) || pair.size)
		return false;
	if (is_text(tag))
		return put_text(c, value);
	put_byte(c, 'B');
	put(c, whole);
	return true;
}

static int
compare_digests(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct name_key));
}

/* Several values of one RDN are a set: what counts is not their order. */
static bool
put_set(struct canonical *c, struct span set, size_t count)
{
	struct name_key keys[ATTRIBUTES];
	struct span pair;

	for (size_t i = 0; i < count; i++) {
		struct canonical one = { .size = 0 };

		if (!der_enter(&set, DER_SEQUENCE, &pair) || !put_attribute(&one, pair) || one.full)
			return false;
		digest(DIGEST_SHA256, span_of(one.bytes, one.size), keys[i].bytes);
	}
	qsort(keys, count, sizeof(keys[0]), compare_digests);
	put(c, span_of(keys, count * sizeof(keys[0])));
	return true;
}

static bool
put_rdn(struct canonical *c, struct span set)
{
	struct span rest = set, pair = { 0 };
	size_t count = 0;

	while (der_enter(&rest, DER_SEQUENCE, &pair))
		count++;
	if (rest.size || count == 0 || count > ATTRIBUTES)
		return false;
	put_byte(c, (uint8_t)count);
	return count == 1 ? put_attribute(c, pair) : put_set(c, set, count);
}

static bool
put_name(struct canonical *c, struct span name)
{
	struct span rdns, set;

	if (!der_enter(&name, DER_SEQUENCE, &rdns) || name.size)
		return false;
	while (rdns.size)
		if (!der_enter(&rdns, DER_SET, &set) || !put_rdn(c, set))
			return false;
	return !c->full;
}

static struct name_key
key_of_bytes(uint8_t kind, struct span a, struct span b)
{
	const struct span pieces[] = { span_of(&kind, 1), a, b };
	struct name_key key;

	digest_pieces(DIGEST_SHA256, pieces, COUNT(pieces), key.bytes);
	return key;
}

struct name_key
name_key_of(struct span name)
{
	struct canonical c;

	c.size = 0;
	c.full = false;
	put_byte(&c, 'N');
	if (!put_name(&c, name))
		return key_of_bytes('n', name, (struct span){ 0 });
	return key_of_bytes(DIRECTORY_NAME, span_of(c.bytes, c.size), (struct span){ 0 });
}

struct name_key
name_key_relative(struct span issuer, struct span rdn)
{
	struct canonical c;

	c.size = 0;
	c.full = false;
	put_byte(&c, 'N');
	if (!put_name(&c, issuer) || !put_rdn(&c, rdn) || c.full)
		return key_of_bytes('r', issuer, rdn);
	return key_of_bytes(DIRECTORY_NAME, span_of(c.bytes, c.size), (struct span){ 0 });
}

struct name_key
name_key_general(uint8_t tag, struct span contents)
{
	return tag == DIRECTORY_NAME ? name_key_of(contents) : key_of_bytes(tag, contents, (struct span){ 0 });
}

size_t
name_keys_of(struct span names, struct name_key *out, size_t room)
{
	struct span contents;
	size_t count = 0;
	uint8_t tag;

	for (; names.size; count++) {
		if (!der_any(&names, &tag, &contents))
			return 0;
		if (count < room)
			out[count] = name_key_general(tag, contents);
	}
	return count;
}
