/* tests/fuzz/fuzz_point_metadata.c - what the signer takes for a decision point's metadata is an object of members it
 * knows, issued by the point itself, with an end; and never a list. */
#include <assert.h>
#include <stdlib.h>

#include "codec/reader.h"
#include "codec/text.h"
#include "crypto/jws.h"
#include "signer/point_metadata.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* RFC 7515 appendix A.3. */
static const char key_text[] = "3059301306072a8648ce3d020106082a8648ce3d030107034200"
    "047fcdce2770f6c45d4183cbee6fdb4b7b580733357be9ef13bacf6e3c7bd15445"
    "c7f144cd1bbd9b7e872cdfedb9eeb9f4b3695d6ea90b24ad8a4623288588e5ad";

static bool
is_accepted(struct arena *a, struct span encoded)
{
	static uint8_t spki[91];
	struct payload_key key = { .type = KEY_P256, .spki = span_of(spki, sizeof(spki)) };
	struct problem why;
	struct span header;
	enum err err;

	if (!hex_read(span_text(key_text), spki, sizeof(spki)) || jws_jwt_header(key.type, key.spki, a, &header,
	    &why) != OK)
		abort();
	err = payload_check_point_metadata(span_text(arena_print(a, "%.*s.%.*s", SPAN_ARGS(base64url_write(a, header)),
	    SPAN_ARGS(encoded))), &key, &why);
	/* The header is right, so nothing else can be wrong. */
	assert(err == OK || (err == ERR_SYNTAX && why.code == ERR_SYNTAX));
	/* The same bytes are no list, nor would its key's other kind take them. */
	assert(err != OK || payload_check_trusted_list(span_text(arena_print(a, "%.*s.%.*s",
	    SPAN_ARGS(base64url_write(a, header)), SPAN_ARGS(encoded))), &key, &why) != OK);
	return err == OK;
}

static void
check_members(struct arena *a, struct span payload)
{
	static const char *const foreign[] = { "sub", "aud", "jti", "LoTE", "signed_metadata", "facts", "scope" };
	struct reader r = reader_json(a, payload, (struct limits){ .bytes = 64 * KIB, .depth = 8 });
	struct span name;
	bool issuer = false, ends = false, point = false;

	reader_object(&r);
	while (reader_member(&r, &name)) {
		for (size_t i = 0; i < COUNT(foreign); i++)
			assert(!span_is(name, foreign[i]));
		issuer = issuer || span_is(name, "iss");
		ends = ends || span_is(name, "exp");
		point = point || span_is(name, "policy_decision_point");
		reader_raw(&r);
	}
	assert(reader_end(&r, NULL) == OK && issuer && ends && point);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = arena_init(16 * MIB + 64 * size);
	struct span input = span_of(data, size);

	if (size <= 64 * KIB && is_accepted(&a, base64url_write(&a, input)))
		check_members(&a, input);
	arena_release(&a);
	return 0;
}
