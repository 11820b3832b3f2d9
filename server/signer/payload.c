/* signer/payload.c - whether bytes are of the kind they are said to be. */
#include "signer/payload.h"

#include "codec/text.h"
#include "crypto/jws.h"
#include "crypto/xmldsig.h"

#define HEADER_LARGEST (32 * KIB)
#define LIST_DEPTH 32 /* the deepest of TS 119 602 is 12 */

enum err
payload_check_signed_info(struct span payload, const struct payload_key *key, struct problem *why)
{
	struct arena a = arena_init(64 * KIB);
	struct signed_info info;
	struct span again;
	enum err err;

	err = signed_info_read(payload, &info, why);
	if (err == OK) {
		/* With this key's own method it must come out the same; the method does not tell RSA's sizes apart. */
		info.key = key->type;
		err = signed_info_write(&info, &a, &again, why);
	}
	if (err == OK && !span_equal(again, payload))
		err = problem_set(why, ERR_INVALID, "XML Signature s4.4.2",
		    "the SignatureMethod is not that of a %s key", key_type_name(key->type));
	arena_release(&a);
	return err;
}

/* The header of a trusted list. */

static enum err
check_header(struct span encoded, const struct payload_key *key, struct problem *why)
{
	struct arena a = arena_init(4 * HEADER_LARGEST);
	struct span header, own;
	struct instant at = { 0 };
	enum key_type type;
	enum err err;

	if (encoded.size > HEADER_LARGEST || !base64url_read(&a, encoded, &header))
		err = problem_set(why, ERR_SYNTAX, "RFC 7515 s7.1",
		    "there is no base64url of a header before the first dot");
	else
		err = jws_jades_header_read(header, &type, &at, why);
	if (err == OK)
		err = jws_jades_header(key->type, key->certificate, "json", at, &a, &own, why);
	if (err == OK && !span_equal(header, own))
		err = problem_set(why, ERR_INVALID, "ETSI TS 119 182-1 s5.1",
		    "the header is not that of this key and its certificate");
	arena_release(&a);
	return err;
}

/* The list itself: bytes are looked at one after another, as base64url gives them. */

struct scan {
	unsigned depth;
	uint32_t arrays;           /* bit n: what is open at depth n + 1 is an array */
	bool in_string, escaped, ended;
};

static const char list_begin[] = "{\"LoTE\":{";

/* Canonical JSON has no blanks; of literals and numbers only the characters are looked at. */
static bool
is_plain(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c && strchr(",:-+.eEtrufalsn", c) != NULL);
}

static bool
scan_open(struct scan *s, bool array)
{
	/* Behind the value of "LoTE" nothing opens any more. */
	if (s->depth < 2 || s->depth == LIST_DEPTH)
		return false;
	s->arrays = (s->arrays & ~((uint32_t)1 << s->depth)) | (uint32_t)array << s->depth;
	s->depth++;
	return true;
}

static bool
scan_close(struct scan *s, bool array)
{
	if (s->depth == 0 || (bool)(s->arrays >> (s->depth - 1) & 1) != array)
		return false;
	s->depth--;
	s->ended = s->depth == 0;
	return true;
}

static bool
scan_byte(struct scan *s, uint8_t c)
{
	if (s->ended)
		return false;
	if (s->in_string) {
		if (s->escaped)
			s->escaped = false;
		else if (c == '\\')
			s->escaped = true;
		else
			s->in_string = c != '"';
		return c >= 0x20;
	}
	switch (c) {
	case '"':
		s->in_string = true;
		return s->depth >= 2;
	case '{':
	case '[':
		return scan_open(s, c == '[');
	case '}':
	case ']':
		return scan_close(s, c == ']');
	default:
		return s->depth >= 2 && is_plain(c);
	}
}

static bool
is_list(struct span encoded)
{
	struct scan s = { .depth = 2 };
	uint32_t bits = 0;
	unsigned have = 0;
	size_t decoded = 0;

	for (size_t i = 0; i < encoded.size; i++) {
		int digit = base64url_value(encoded.data[i]);
		uint8_t c;

		if (digit < 0)
			return false;
		bits = bits << 6 | (uint32_t)digit;
		have += 6;
		if (have < 8)
			continue;
		have -= 8;
		c = (uint8_t)(bits >> have);
		if (decoded < sizeof(list_begin) - 1 ? c != (uint8_t)list_begin[decoded] : !scan_byte(&s, c))
			return false;
		decoded++;
	}
	/* What is left over of the last digit is zero, and less than a digit (RFC 4648 s3.5). */
	return s.ended && have < 6 && (bits & ((1u << have) - 1)) == 0;
}

enum err
payload_check_trusted_list(struct span payload, const struct payload_key *key, struct problem *why)
{
	struct span rest = payload, header = span_cut(&rest, '.');
	enum err err = check_header(header, key, why);

	/* Bytes that are no list end the link, whatever the key. */
	if ((err == OK || err == ERR_INVALID) && !is_list(rest))
		err = problem_set(why, ERR_SYNTAX, "ETSI TS 119 602",
		    "behind the header's dot there is no base64url of a canonical object with \"LoTE\" alone");
	return err;
}
