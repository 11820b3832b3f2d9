/* front/oidc/jwks.c - GET /oidc/jwks: the public halves of all keys that tokens may be signed with (RFC 7517). */
#include "front/oidc/front.h"

/* Whoever meets a key that is not in what was kept asks again; announced keys are in it long before they sign. */
#define CACHING "Cache-Control: public, max-age=300\r\nAccess-Control-Allow-Origin: *\r\n"
#define TYPE "Content-Type: application/jwk-set+json\r\n"

void
serve_oidc_keys(struct exchange *e, void *front)
{
	const struct oidc_keys *keys = ((const struct oidc_front *)front)->settings->keys;
	struct problem why;

	if (oidc_keys_known(keys)) {
		oidc_reply_public(e, TYPE, CACHING, oidc_keys_tag(keys), oidc_keys_set(keys));
		return;
	}
	problem_set(&why, ERR_UNAVAILABLE, "OIDC Core s10.1", "the keys have not been read yet");
	exchange_refuse_with(e, 503, span_text("Retry-After: 1\r\n"), &why);
}
