/* front/oidc/client_form.h - a form that a client posts about what it holds: its parameters, and what it shows of
 * itself (RFC 6749 s2.3, s3.2).
 */
#pragma once

#include "http/exchange.h"
#include "transaction/client/client_authentication.h"

#define CLIENT_FORM_LARGEST (64 * KIB) /* a client assertion is the most of it; every letter may be escaped */
#define CLIENT_FORM_OWN 8              /* parameters beside a client's */

/* `values[i]` is the parameter names[i], as form_read() has it. ERR_SYNTAX, ERR_LIMIT: `invalid_request`; ERR_DENIED:
 * credentials that are none (`invalid_client`). What is given back lives in the arena. */
enum err client_form_read(struct arena *, struct span authorization, struct span body, const char *const *names,
    struct span *values, size_t count, struct client_credentials *, struct problem *why);

/* The value of a request's only Authorization header; ERR_SYNTAX: there are two. */
enum err authorization_of(const struct exchange *, struct span *out, struct problem *why);
