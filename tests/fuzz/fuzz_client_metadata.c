/* tests/fuzz/fuzz_client_metadata.c - what a client registers itself with is kept as it is taken: completed, it reads
 * as the same client, and there is nothing more to complete. */
#include <assert.h>

#include "transaction/client/client_metadata.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct client_terms terms = {
	.entity_id = { (const uint8_t *)"https://shop.example/", 21 }, .id_token = CLIENT_RS256,
};

static void
look(struct arena *a, const struct client_proposal *p)
{
	struct oidc_client c, again;
	struct problem why;
	struct span whole;

	if (oidc_client_parse(a, p->metadata, &terms, &c, &why) != OK)
		return;
	assert(c.redirect_uris.count && c.sector.size);
	whole = client_metadata_complete(a, p->metadata, &c);
	assert(oidc_client_parse(a, whole, &terms, &again, &why) == OK);
	assert(again.authentication == c.authentication && again.grants == c.grants && again.pkce == c.pkce &&
	    again.id_token == c.id_token && again.rotate == c.rotate && again.native == c.native &&
	    again.redirect_uris.count == c.redirect_uris.count && again.keys.count == c.keys.count);
	assert(span_equal(client_metadata_complete(a, whole, &again), whole));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = arena_init(GIB);
	struct client_proposal p, again;
	struct problem why = { 0 };

	if (client_proposal_read(&a, span_of(data, size), &p, &why) != OK) {
		assert(why.code != OK && why.text[0]);
	} else {
		assert(client_proposal_read(&a, p.metadata, &again, &why) == OK);
		assert(span_equal(again.metadata, p.metadata) && !again.entity_id.size);
		look(&a, &p);
	}
	arena_release(&a);
	return 0;
}
