/* transaction/client/client_authentication.h - whether it is the client that asks (RFC 6749 s2.3, RFC 7523, RFC 10070,
 * OpenID Connect Core s9).
 *
 *     credentials -> one method -> the client -> that method is its own -> secret | assertion, used once -> on_client
 *
 * A client of the registry has no secret of its own: it shows a token of one of its member's callers with the right
 * `client` (`watashictl token new`), which is kept, revoked and ended there. One that registered itself has the secret
 * that it was told.
 */
#pragma once

#include "transaction/client/client.h"

/* As the front read them from header and form; what was not sent is empty. */
struct client_credentials {
	bool basic;                      /* an Authorization header of the scheme Basic */
	struct span basic_id, basic_secret; /* decoded: base64, then as a form's values (RFC 6749 s2.3.1) */
	struct span form_id, form_secret; /* client_id, client_secret */
	struct span assertion_type, assertion; /* client_assertion_type, client_assertion */
};
/* The value of an Authorization header into the three of `basic`. False: it is of that scheme, and not of its form.
 * Other schemes are none of a client's. */
bool client_basic_read(struct arena *, struct span authorization, struct client_credentials *out);

/* ERR_DENIED: not this client, not so, or not any more: `invalid_client`. ERR_INVALID: two methods at a time, or
 * credentials that are none: `invalid_request`. ERR_UNAVAILABLE, ERR_FULL, ERR_IO: it could not be found out. What the
 * credentials borrow stays until then; `issuer` is this server's, without a slash at its end. */
struct pending *client_authenticate(struct store *, struct client_book *, struct arena *,
    const struct client_credentials *, struct span issuer, struct instant now, on_client *, void *arg);
