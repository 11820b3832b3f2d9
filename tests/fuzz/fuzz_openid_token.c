/* tests/fuzz/fuzz_openid_token.c - whatever claims are asked to be signed, they are taken for one kind of token at
 * most, they are this issuer's, and no other key of ours signs them. */
#include <assert.h>

#include "codec/document.h"
#include "codec/text.h"
#include "signer/openid_token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW 1795320000
#define ISSUER "https://op.example"

static payload_check *const checks[OIDC_SIGNED_KINDS] = {
	[OIDC_ID_TOKEN] = payload_check_id_token,
	[OIDC_USERINFO] = payload_check_userinfo,
	[OIDC_INTROSPECTION] = payload_check_introspection,
	[OIDC_LOGOUT_TOKEN] = payload_check_logout_token,
};

static struct span
with_header(struct arena *a, enum oidc_signed kind, const struct payload_key *key, struct span claims)
{
	char header[OPENID_HEADER_LARGEST];

	openid_header_write(header, kind, key->type, key->id);
	return span_text(arena_print(a, "%.*s.%.*s", SPAN_ARGS(base64url_write(a, span_text(header))),
	    SPAN_ARGS(base64url_write(a, claims))));
}

/* A reader of another make agrees about what it is. */
static void
expect_ours(struct span claims)
{
	json_t *root = json_loadb((const char *)claims.data, claims.size, JSON_REJECT_DUPLICATES, NULL);
	const json_t *issuer = json_object_get(root, "iss");

	assert(root && issuer && strcmp(json_string_value(issuer), ISSUER) == 0 && json_object_get(root, "aud"));
	assert(!json_object_get(root, "client_id") && !json_object_get(root, "scope"));
	json_decref(root);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct payload_key key = { .type = KEY_P256, .now = { SECONDS((int64_t)NOW) },
		.id = "0123456789012345678901234567890123456789012", .issuer = span_text(ISSUER) };
	struct arena a = arena_init(16 * MIB + 64 * size);
	struct span input = span_of(data, size);
	struct problem why;
	int taken = 0;

	for (enum oidc_signed kind = 0; kind < OIDC_SIGNED_KINDS; kind++) {
		struct span whole = with_header(&a, kind, &key, input);
		enum err err;

		/* Any bytes at all, and the same behind the right header. */
		assert(checks[kind](input, &key, &why) == ERR_SYNTAX);
		err = checks[kind](whole, &key, &why);
		assert(err == OK || (err == ERR_SYNTAX && why.code == ERR_SYNTAX));
		if (err != OK)
			continue;
		taken++;
		expect_ours(input);
		assert(payload_check_vapid(whole, &key, &why) != OK);
		assert(payload_check_point_metadata(whole, &key, &why) != OK);
		assert(payload_check_trusted_list(whole, &key, &why) != OK);
		assert(payload_check_signed_info(whole, &key, &why) != OK);
	}
	assert(taken <= 1);
	arena_release(&a);
	return 0;
}
