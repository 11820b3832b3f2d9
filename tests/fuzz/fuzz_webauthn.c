/* tests/fuzz/fuzz_webauthn.c - whatever a browser sends: what is taken as registered is whole, and answers to our
 * challenge; nothing is ever asserted with a key whose other half nobody has.
 */
#include <assert.h>

#include "authn/webauthn.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A COSE_Key on P-256: the point at the generator, twice. */
static const uint8_t key[] = {
	0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20,
	0x7c, 0xf2, 0x7b, 0x18, 0x8d, 0x03, 0x4f, 0x7e, 0x8a, 0x52, 0x38, 0x03, 0x04, 0xb5, 0x1a, 0xc3,
	0xc0, 0x89, 0x69, 0xe2, 0x77, 0xf2, 0x1b, 0x35, 0xa6, 0x0b, 0x48, 0xfc, 0x47, 0x66, 0x99, 0x78,
	0x22, 0x58, 0x20,
	0x07, 0x77, 0x55, 0x10, 0xdb, 0x8e, 0xd0, 0x40, 0x29, 0x3d, 0x9a, 0xc6, 0x9f, 0x74, 0x30, 0xdb,
	0xba, 0x7d, 0xad, 0xe6, 0x3c, 0xe9, 0x82, 0x29, 0x9e, 0x04, 0xb7, 0x9d, 0x22, 0x78, 0x73, 0xd1,
};

static void
try(struct span body, enum webauthn_ceremony ceremony)
{
	static const struct span origin = { (const uint8_t *)"https://watashi.example", 23 };
	static const struct webauthn_site site = { .rp_id = { (const uint8_t *)"watashi.example", 15 },
	    .origins = &origin,
		.origin_count = 1, .rsa_least = 2048 };
	static const struct attestation_policy policy = { .now = { SECONDS(1795000000) } };
	struct webauthn_expectation expected = { .site = &site };
	struct arena a = arena_init(512 * KIB);
	struct examination e = { .arena = &a, .told = true };
	struct webauthn_registered registered;
	struct webauthn_response response;
	struct webauthn_asserted asserted;

	if (webauthn_response_read(body, ceremony, &a, &response, NULL) == OK) {
		/* Whatever the challenge is: it is the steps behind it that are to be reached. */
		expected.challenge = response.client.challenge;
		if (ceremony == WEBAUTHN_CREATE) {
			if (webauthn_register(&a, &response, &expected, &policy, &e, &registered)) {
				assert(examination_outcome(&e) == ESTABLISHED && registered.key.algorithm->offered);
				assert(span_equal(registered.id, response.id) && registered.attestation.format.size);
			} else {
				assert(examination_outcome(&e) == REFUTED);
			}
		} else {
			struct webauthn_credential credential = { .id = response.id, .key = span_of(key, sizeof(key)),
				.user_handle = response.user_handle };

			assert(!webauthn_assert(&response, &expected, &credential, &e, &asserted));
			assert(examination_outcome(&e) == REFUTED);
		}
	}
	arena_release(&a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try(span_of(data, size), WEBAUTHN_CREATE);
	try(span_of(data, size), WEBAUTHN_GET);
	return 0;
}
