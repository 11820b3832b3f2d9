/* front/oidc/oauth_error.h - refusing as this front does: what OAuth's error table says of clients and of bearer
 * tokens.
 */
#pragma once

#include "http/oauth_error.h"

/* Who the client is was not shown: 401 invalid_client (RFC 6749 s5.2). The challenge is always there (RFC 9110
 * s15.5.2). */
void oauth_refuse_client(struct exchange *, const struct problem *why);

/* A protected resource (RFC 6750 s3): the challenge names the error, and the body says it again. `error` NULL: there
 * was no token, so nothing was wrong with it (s3.1). `fields` as of oauth_refuse(). */
void oauth_refuse_bearer(struct exchange *, int status, const char *error, const char *fields,
    const struct problem *why);
