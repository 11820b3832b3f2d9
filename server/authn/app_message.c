/* authn/app_message.c - what a phone's app signs with its key, and how it says at each call who it is. */
#include "authn/app_message.h"

#include <assert.h>

#include <openssl/evp.h>

#include "codec/text.h"
#include "crypto/digest.h"
#include "crypto/raw_key.h"
#include "crypto/signature_algorithm.h"
#include "crypto/x509_signature.h"

#define TEXT_LARGEST (16 * KIB)
#define TIME_DIGITS 16               /* milliseconds: beyond the year 9999 */

/* SEQUENCE { SEQUENCE { id-ecPublicKey, prime256v1 }, BIT STRING, no unused bits } and the point's first byte (RFC 5480
 * s2): all of a P-256 key but its coordinates. */
static const uint8_t key_head[] = {
	0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
	0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
};
#define POINT 65

enum err
app_key_check(struct span spki, struct problem *why)
{
	EVP_PKEY *key;

	if (spki.size != APP_KEY)
		return problem_set(why, ERR_SYNTAX, "RFC 5480 s2", "expected a P-256 key of %d bytes, found %zu",
		    APP_KEY, spki.size);
	if (memcmp(spki.data, key_head, sizeof(key_head)) != 0)
		return problem_set(why, ERR_UNSUPPORTED, "RFC 5480 s2",
		    "expected a SubjectPublicKeyInfo of P-256 with an uncompressed point, found another algorithm, "
		    "curve or form");
	if (raw_key_ec("P-256", span_skip(spki, APP_KEY - POINT), &key, NULL) != OK)
		return problem_set(why, ERR_CRYPTO, "SEC 1 s3.2.2.1", "the key's point is not on the curve P-256");
	EVP_PKEY_free(key);
	return OK;
}

enum err
app_message_text(struct arena *arena, const struct app_message *m, struct span *out, struct problem *why)
{
	struct buffer b = buffer_init(TEXT_LARGEST);

	assert(m->count <= APP_PARTS);
	buffer_print(&b, APP_SIGNED_FORM "\n%s", m->word);
	for (size_t i = 0; i < m->count; i++) {
		struct span part = m->parts[i];

		for (size_t n = 0; n < part.size; n++)
			if (part.data[n] < ' ' || part.data[n] == 0x7f)
				part.size = 0;
		if (!part.size) {
			buffer_release(&b);
			return problem_set(why, ERR_INVALID, "", "part %zu of what is signed: expected one line, found "
			    "nothing, or a control character", i + 1);
		}
		buffer_byte(&b, '\n');
		buffer_add(&b, part);
	}
	*out = arena_copy(arena, buffer_span(&b));
	if (b.overflowed) {
		buffer_release(&b);
		return problem_set(why, ERR_LIMIT, "", "what is signed is larger than %zu bytes", TEXT_LARGEST);
	}
	buffer_release(&b);
	return OK;
}

enum err
app_message_verify(struct arena *arena, const struct app_message *m, struct span spki, struct span signature,
    struct problem *why)
{
	const struct signature_algorithm *es256 = signature_algorithm_jws(span_text("ES256"));
	struct span text;

	if (app_key_check(spki, why) != OK || app_message_text(arena, m, &text, why) != OK)
		return why->code;
	if (signature.size != APP_SIGNATURE)
		return problem_set(why, ERR_SYNTAX, "RFC 7518 s3.4", "expected a signature of %d bytes, found %zu",
		    APP_SIGNATURE, signature.size);
	return signature_algorithm_check(es256, SIGNATURES_ECDSA, spki, text, signature, why);
}

static enum err
read_piece(struct arena *arena, const char *name, struct span text, size_t size, struct span *out, struct problem *why)
{
	if (base64url_read(arena, text, out) && out->size == size)
		return OK;
	return problem_set(why, ERR_SYNTAX, "", "Authorization: expected the %s to be %zu bytes in base64url", name,
	    size);
}

enum err
app_call_read(struct arena *arena, struct span header, struct app_call *out, struct problem *why)
{
	struct span rest = header, signature;
	uint64_t at;

	*out = (struct app_call){ 0 };
	if (!span_equal_nocase(span_cut(&rest, ' '), span_text(APP_SCHEME)))
		return problem_set(why, ERR_NOT_FOUND, "RFC 9110 s11.6.2",
		    "expected Authorization: " APP_SCHEME ", found none, or another scheme");
	if (header.size > APP_CALL_LARGEST)
		return problem_set(why, ERR_LIMIT, "", "Authorization: expected at most %d bytes, found %zu",
		    APP_CALL_LARGEST, header.size);
	out->device_text = span_cut(&rest, '.');
	out->at_text = span_cut(&rest, '.');
	out->nonce_text = span_cut(&rest, '.');
	signature = rest;
	if (read_piece(arena, "device", out->device_text, APP_DEVICE, &out->device, why) != OK ||
	    read_piece(arena, "nonce", out->nonce_text, APP_NONCE, &out->nonce, why) != OK ||
	    read_piece(arena, "signature", signature, APP_SIGNATURE, &out->signature, why) != OK)
		return why->code;
	if (!span_number(out->at_text, &at) || out->at_text.size > TIME_DIGITS || out->at_text.data[0] == '0')
		return problem_set(why, ERR_SYNTAX, "",
		    "Authorization: expected the time in milliseconds since 1970, at most %d digits", TIME_DIGITS);
	out->at = (struct instant){ (int64_t)at * 1000 };
	return OK;
}

enum err
app_call_verify(struct arena *arena, const struct app_call *call, struct span origin, const char *method,
    struct span target, struct span body, struct span spki, struct problem *why)
{
	struct app_message m = { .word = "call", .count = APP_PARTS };
	uint8_t sum[32];

	digest(DIGEST_SHA256, body, sum);
	m.parts[0] = origin;
	m.parts[1] = span_text(arena_print(arena, "%s %.*s", method, SPAN_ARGS(target)));
	m.parts[2] = call->device_text;
	m.parts[3] = call->at_text;
	m.parts[4] = call->nonce_text;
	m.parts[5] = base64url_write(arena, span_of(sum, sizeof(sum)));
	return app_message_verify(arena, &m, spki, call->signature, why);
}
