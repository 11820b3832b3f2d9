/* tests/fuzz/fuzz_jwt.c - a JWT is read as the bytes say, once: three parts, an algorithm we have; and nothing that is
 * made up verifies. */
#include <assert.h>
#include <string.h>

#include "codec/text.h"
#include "crypto/jwt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* RFC 7515 appendix A.3: of its private half nobody here makes signatures. */
static const char key_text[] = "3059301306072a8648ce3d020106082a8648ce3d030107034200"
    "047fcdce2770f6c45d4183cbee6fdb4b7b580733357be9ef13bacf6e3c7bd15445"
    "c7f144cd1bbd9b7e872cdfedb9eeb9f4b3695d6ea90b24ad8a4623288588e5ad";
#define EXAMPLE "eyJhbGciOiJFUzI1NiJ9" \
	".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"

static void
verify(struct arena *a, struct span input, const struct jwt_unverified *jwt)
{
	const struct span audience = { (const uint8_t *)"us", 2 };
	const struct jwt_expectation expected = { .audiences = &audience, .audience_count = 1,
	    .now = { SECONDS(1300819000) },
		.longest = SECONDS(600), .skew = SECONDS(30), .undated = true };
	uint8_t spki[91];
	struct span key = span_of(spki, sizeof(spki));
	struct jwt_claims claims;
	struct problem why;

	assert(hex_read(span_text(key_text), spki, sizeof(spki)));
	assert(jwt_verify(jwt, &key, 1, &expected, a, &claims, &why) == ERR_DENIED);
	assert(claims.payload.size == 0);
	/* Past the signature comes only what was signed. */
	assert(strstr(why.text, "signature") || strstr(why.text, "of a kind for") || span_starts(input, EXAMPLE "."));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const algorithms[] = { "RS256", "PS256", "ES256", "ES384", "EdDSA", "Ed25519" };
	struct arena a = arena_init(4 * MIB);
	struct span input = span_of(data, size);
	struct jwt_unverified jwt;
	struct problem why;
	bool known = false;

	if (jwt_read(&a, input, &jwt, &why) == OK) {
		struct span payload = base64url_write(&a, jwt.payload), signature = base64url_write(&a, jwt.signature);
		size_t head = jwt.signing_input.size;

		/* The parts written again are the text: nothing was passed over. */
		assert(head + 1 + signature.size == size && data[head] == '.');
		assert(memcmp(data + head + 1, signature.data, signature.size) == 0);
		assert(head > payload.size && memcmp(data + head - payload.size, payload.data, payload.size) == 0);
		for (size_t i = 0; i < COUNT(algorithms); i++)
			known = known || span_is(jwt.algorithm, algorithms[i]);
		assert(known);
		verify(&a, input, &jwt);
	} else {
		assert(why.code == ERR_SYNTAX || why.code == ERR_INVALID || why.code == ERR_LIMIT ||
		    why.code == ERR_UNSUPPORTED);
		assert(why.text[0] && jwt.payload.size == 0);
	}
	arena_release(&a);
	return 0;
}
