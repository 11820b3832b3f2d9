/* front/oidc/token_request.h - what a client asks of the token endpoint (RFC 6749 s4.1.3, s6; RFC 7636 s4.5). */
#pragma once

#include "front/oidc/client_form.h"

enum token_asked { TOKEN_OF_NOTHING, TOKEN_OF_CODE, TOKEN_OF_REFRESH };

struct token_request {
	enum token_asked asked;
	struct client_credentials client;
	struct span code, redirect_uri, verifier; /* of a code; the last two may be empty */
	struct span refresh_token;
	struct span scope;               /* of a refresh token; empty: as granted */
};
/* ERR_SYNTAX, ERR_LIMIT: `invalid_request`; ERR_UNSUPPORTED: `unsupported_grant_type`; ERR_DENIED: `invalid_client`;
 * ERR_INVALID: `invalid_scope`. */
enum err token_request_read(struct arena *, struct span authorization, struct span body, struct token_request *,
    struct problem *why);
