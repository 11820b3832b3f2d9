/* crypto/x509_name.c - the Names in certificates, and how they are written for people. */
#include "base/buffer.h"
#include "codec/der.h"
#include "codec/oid.h"
#include "codec/text.h"
#include "crypto/x509.h"

/* AttributeTypeAndValue (RFC 5280 s4.1.2.4). */
struct part {
	struct span type;  /* OID contents */
	uint8_t tag;
	struct span value; /* contents */
};

static bool
next_part(struct span *set, struct part *out)
{
	struct span pair;

	return der_enter(set, DER_SEQUENCE, &pair) && der_oid(&pair, DER_OID, &out->type) &&
	    der_any(&pair, &out->tag, &out->value) && pair.size == 0;
}

static uint32_t
wide_character(const uint8_t *bytes, size_t width)
{
	uint32_t c = 0;

	for (size_t i = 0; i < width; i++)
		c = c << 8 | bytes[i];
	return c;
}

/* BMPString and UniversalString: characters of so many bytes each, none of them half of a pair. */
static bool
is_wide(struct span text, size_t width)
{
	if (text.size % width)
		return false;
	for (size_t i = 0; i < text.size; i += width) {
		uint32_t c = wide_character(text.data + i, width);

		if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
			return false;
	}
	return true;
}

static bool
is_text(uint8_t tag, struct span value)
{
	switch (tag) {
	case DER_UTF8_STRING:
		return utf8_valid(value);
	case DER_PRINTABLE_STRING:
	case DER_IA5_STRING:
	case DER_NUMERIC_STRING:
		return der_ascii(value);
	case DER_TELETEX_STRING:
		return true; /* everybody writes Latin 1 in it */
	case DER_BMP_STRING:
		return is_wide(value, 2);
	case DER_UNIVERSAL_STRING:
		return is_wide(value, 4);
	default:
		return false;
	}
}

/* A name's sets nearly always hold one: order is looked at only where there are more. */
bool
x509_name_valid(struct span name)
{
	struct span rdns, set, rest;
	struct part part;

	if (!der_enter(&name, DER_SEQUENCE, &rdns) || name.size)
		return false;
	while (rdns.size) {
		if (!der_enter(&rdns, DER_SET, &set))
			return false;
		rest = set;
		do {
			if (!next_part(&rest, &part) || !is_text(part.tag, part.value))
				return false;
			if (rest.size && !der_sorted(set))
				return false;
		} while (rest.size);
	}
	return true;
}

struct span
x509_name_part(struct span name, struct span type, size_t n)
{
	struct span rdns, set;
	struct part part;

	if (!der_enter(&name, DER_SEQUENCE, &rdns))
		return (struct span){ 0 };
	while (der_enter(&rdns, DER_SET, &set))
		while (next_part(&set, &part))
			if (span_equal(part.type, type) && n-- == 0)
				return part.value;
	return (struct span){ 0 };
}

/* RFC 4514 s3 and what certificates have beside it. */
#define AT(last) { (const uint8_t *)"\x55\x04" last, 3 }
static const struct {
	struct span type;
	const char *name;
} types[] = {
	{ AT("\x03"), "CN" },
	{ AT("\x06"), "C" },
	{ AT("\x07"), "L" },
	{ AT("\x08"), "ST" },
	{ AT("\x09"), "STREET" },
	{ AT("\x0a"), "O" },
	{ AT("\x0b"), "OU" },
	{ { (const uint8_t *)"\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19", 10 }, "DC" },
	{ { (const uint8_t *)"\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x01", 10 }, "UID" },
};

/* s2.4: what has a meaning there has a backslash before it; what nobody sees is its bytes in hexadecimal. */
static void
write_character(struct buffer *out, uint32_t c, bool first, bool last)
{
	static const uint8_t lead[] = { 0, 0xc0, 0xe0, 0xf0 };
	uint8_t bytes[4];
	size_t size = 0;

	if (c < 0x80) {
		bytes[size++] = (uint8_t)c;
	} else {
		size_t more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;

		bytes[size++] = (uint8_t)(lead[more] | c >> 6 * more);
		while (more-- > 0)
			bytes[size++] = (uint8_t)(0x80 | (c >> 6 * more & 0x3f));
	}
	if (character_unseen(c)) {
		for (size_t i = 0; i < size; i++) {
			buffer_byte(out, '\\');
			hex_add(out, span_of(bytes + i, 1));
		}
		return;
	}
	if ((c < 0x80 && strchr("\"+,;<>\\", (int)c)) || ((first || last) && c == ' ') || (first && c == '#'))
		buffer_byte(out, '\\');
	buffer_add(out, span_of(bytes, size));
}

static uint32_t
cut_character(uint8_t tag, struct span *text)
{
	size_t width = tag == DER_BMP_STRING ? 2 : tag == DER_UNIVERSAL_STRING ? 4 : 1;
	uint32_t c;

	if (tag == DER_UTF8_STRING)
		return utf8_cut(text);
	c = wide_character(text->data, width);
	*text = span_skip(*text, width);
	return c;
}

static void
write_part(struct arena *a, struct buffer *out, const struct part *part)
{
	const char *name = NULL;
	struct span rest = part->value;
	bool first = true;

	for (size_t i = 0; i < COUNT(types) && !name; i++)
		if (span_equal(part->type, types[i].type))
			name = types[i].name;
	buffer_text(out, name ? name : oid_text(a, part->type));
	buffer_byte(out, '=');
	for (; rest.size; first = false) {
		uint32_t c = cut_character(part->tag, &rest);

		write_character(out, c, first, rest.size == 0);
	}
}

/* s2.1: the last comes first. */
static void
write_rdns(struct arena *a, struct buffer *out, struct span rdns)
{
	struct span rest = rdns, set, *sets;
	struct part part;
	size_t count = 0;

	while (der_enter(&rest, DER_SET, &set))
		count++;
	sets = arena_array(a, struct span, count);
	for (size_t i = 0; i < count; i++)
		der_enter(&rdns, DER_SET, &sets[i]);
	while (count-- > 0) {
		for (set = sets[count]; next_part(&set, &part); ) {
			write_part(a, out, &part);
			if (set.size)
				buffer_byte(out, '+');
		}
		if (count)
			buffer_byte(out, ',');
	}
}

const char *
x509_name_text(struct arena *a, struct span name)
{
	struct buffer out = buffer_init(16 * name.size + 256);
	const char *text = "";
	struct span rdns;

	/* Four bytes of a name may become twelve letters, one of an OID four. */
	if (x509_name_valid(name) && der_enter(&name, DER_SEQUENCE, &rdns)) {
		write_rdns(a, &out, rdns);
		text = arena_text(a, buffer_span(&out));
	}
	buffer_release(&out);
	return text;
}
