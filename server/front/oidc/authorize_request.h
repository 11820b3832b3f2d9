/* front/oidc/authorize_request.h - an authorization request (RFC 6749 s4.1.1, OpenID Connect Core s3.1.2.1, RFC 7636),
 * read once into what a sign-on is asked.
 *
 *     query or form -> authorize_who_read -> the client is found, its redirect URI compared
 *                   -> authorize_request_read -> struct sign_on, and how it is answered
 *
 * What is wrong before the redirect URI is known to be the client's is told to the person alone; after that it goes
 * back to the client. Parameters that nobody here knows are passed over; one that stands twice is refused (RFC 6749
 * s3.1).
 */
#pragma once

#include "front/oidc/answer.h"
#include "front/oidc/id_token_hint.h"
#include "transaction/sign_on/sign_on.h"

#define AUTHORIZE_REQUEST_LARGEST (32 * KIB)

struct client;

struct authorize_who {
	struct span client_id, redirect_uri; /* both are there */
};
enum err authorize_who_read(struct arena *, struct span form, struct authorize_who *, struct problem *why);

struct authorize_terms {
	const struct client *client;
	struct span redirect_uri;        /* one of the client's */
	struct id_token_terms hint;      /* its `client` is not looked at */
};
/* NULL: `asked` and `to` are whole. Else OAuth's word for what is wrong, and `to` is where that is told. All lives in
 * the arena, or is borrowed from the form. */
const char *authorize_request_read(struct arena *, struct span form, const struct authorize_terms *,
    struct sign_on *asked, struct answer_to *to, struct problem *why);
