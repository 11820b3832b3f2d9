/* tests/fuzz/fuzz_claims_request.c - whatever is asked by `claims`, each wish is of a kind there is and stands once,
 * and what is kept of verified claims is one form that reads as itself.
 */
#include <assert.h>

#include "front/oidc/claims_request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_wishes(const struct claims_request *c)
{
	assert(c->wish_count <= RELEASE_KINDS);
	for (size_t i = 0; i < c->wish_count; i++) {
		assert(release_kind_find(c->wishes[i].name));
		assert(c->wishes[i].places <= (RELEASE_IN_ID_TOKEN | RELEASE_AT_USERINFO));
		for (size_t k = 0; k < i; k++)
			assert(!span_equal(c->wishes[i].name, c->wishes[k].name));
	}
	assert(!c->acr_essential || c->acr_values.size);
}

static void
check_kept(struct arena *a, struct span kept)
{
	struct verified_asked asked = { verified_request(kept, RELEASE_IN_ID_TOKEN),
		verified_request(kept, RELEASE_AT_USERINFO) };
	struct release_wish wishes[RELEASE_KINDS];
	size_t count = 0;
	struct problem why;
	struct span again;

	assert(kept.size <= VERIFIED_REQUEST_LARGEST && (asked.id_token.size || asked.userinfo.size));
	assert(verified_request_read(a, &asked, &again, wishes, &count, &why) == OK);
	assert(span_equal(kept, again));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = arena_init(2 * MIB);
	struct claims_request c;
	struct problem why;

	if (claims_request_read(&a, span_of(data, size), &c, &why) == OK) {
		check_wishes(&c);
		if (c.verified.size)
			check_kept(&a, c.verified);
	}
	arena_release(&a);
	return 0;
}
