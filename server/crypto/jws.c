/* crypto/jws.c - a compact JWS over what we wrote ourselves. */
#include "crypto/jws.h"

#include "base/buffer.h"
#include "codec/text.h"
#include "crypto/jwk.h"

#define HEADER_LARGEST (32 * KIB)
#define TYPE_LARGEST 64

/* RFC 7518 s3.1. Of the keys that share a name the first is what reading gives. */
static const struct {
	enum key_type type;
	const char *name;
} algorithms[] = {
	{ KEY_RSA_2048, "RS256" },
	{ KEY_RSA_3072, "RS256" },
	{ KEY_RSA_4096, "RS256" },
	{ KEY_P256, "ES256" },
	{ KEY_P384, "ES384" },
};

const char *
jws_algorithm(enum key_type type)
{
	for (size_t i = 0; i < COUNT(algorithms); i++)
		if (algorithms[i].type == type)
			return algorithms[i].name;
	return NULL;
}

/* Members in the order of RFC 8785 s3.2.3. */
enum err
jws_jades_header(enum key_type type, struct span certificate, const char *content_type, struct instant signed_at,
    struct arena *a, struct span *out, struct problem *why)
{
	const char *algorithm = jws_algorithm(type);

	if (!algorithm)
		return problem_set(why, ERR_UNSUPPORTED, "RFC 7518 s3.1", "a key of type %s cannot sign a JWS here",
		    key_type_name(type));
	*out = span_text(arena_print(a, "{\"alg\":\"%s\",\"cty\":\"%s\",\"iat\":%lld,\"x5c\":[\"%.*s\"]}", algorithm,
	    content_type, (long long)(signed_at.us / SECONDS(1)), SPAN_ARGS(base64_write(a, certificate))));
	return OK;
}

/* Reading: each step takes what it expects from the front of `*rest`. */

static bool
take(struct span *rest, const char *text)
{
	if (!span_starts(*rest, text))
		return false;
	*rest = span_skip(*rest, strlen(text));
	return true;
}

static bool
take_algorithm(struct span *rest, enum key_type *type)
{
	struct span name = span_cut(rest, '"');

	for (size_t i = 0; i < COUNT(algorithms); i++)
		if (span_is(name, algorithms[i].name)) {
			*type = algorithms[i].type;
			return true;
		}
	return false;
}

/* A media type's characters (RFC 6838 s4.2): none of them is written otherwise in JSON. */
static bool
take_content_type(struct span *rest)
{
	struct span type = span_cut(rest, '"');

	for (size_t i = 0; i < type.size; i++) {
		uint8_t c = type.data[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && !strchr("+-./", c))
			return false;
	}
	return type.size > 0 && type.size <= TYPE_LARGEST && !memchr(type.data, 0, type.size);
}

static bool
take_time(struct span *rest, struct instant *at)
{
	struct span digits = span_cut(rest, ',');
	uint64_t seconds;

	/* To the end of year 9999, and no leading zero: JSON has none. */
	if (!span_number(digits, &seconds) || seconds > 253402300799 || (digits.size > 1 && digits.data[0] == '0'))
		return false;
	*at = (struct instant){ SECONDS(seconds) };
	return true;
}

static bool
take_certificate(struct span *rest)
{
	struct arena a = arena_init(HEADER_LARGEST + 4 * KIB);
	struct span der = { 0 };
	bool good = base64_read(&a, span_cut(rest, '"'), &der) && der.size > 0;

	arena_release(&a);
	return good;
}

enum err
jws_jades_header_read(struct span header, enum key_type *type, struct instant *signed_at, struct problem *why)
{
	static const char clause[] = "ETSI TS 119 182-1 s6.3";
	struct span rest = header;

	*type = KEY_UNKNOWN;
	*signed_at = (struct instant){ 0 };
	if (header.size > HEADER_LARGEST)
		return problem_set(why, ERR_SYNTAX, clause, "the header has %zu bytes, expected at most %zu",
		    header.size, HEADER_LARGEST);
	if (take(&rest, "{\"alg\":\"") && take_algorithm(&rest, type) &&
	    take(&rest, ",\"cty\":\"") && take_content_type(&rest) &&
	    take(&rest, ",\"iat\":") && take_time(&rest, signed_at) &&
	    take(&rest, "\"x5c\":[\"") && take_certificate(&rest) && span_is(rest, "]}"))
		return OK;
	*type = KEY_UNKNOWN;
	*signed_at = (struct instant){ 0 };
	return problem_set(why, ERR_SYNTAX, clause, "the header is not as we write it, from byte %zu on",
	    header.size - rest.size);
}

enum err
jws_jwt_header(enum key_type type, struct span spki, struct arena *a, struct span *out, struct problem *why)
{
	const char *thumbprint;

	if (jwk_thumbprint(a, type, spki, &thumbprint, why) != OK)
		return why->code;
	*out = span_text(
	    arena_print(a, "{\"alg\":\"%s\",\"kid\":\"%s\",\"typ\":\"JWT\"}", jws_algorithm(type), thumbprint));
	return OK;
}
