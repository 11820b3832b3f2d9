/* front/oidc/error_page.h - what a person is told when nobody knows where to send the browser back to (OpenID Connect
 * Core s3.1.2.2, RFC 6749 s4.1.2.1): a page of ours, never a redirect.
 *
 * Nothing of the request stands in it. Its number stands in the log, beside what was wrong.
 */
#pragma once

#include "front/oidc/oidc.h"
#include "http/exchange.h"

/* Where the number goes: in pages/sign-on-error/index.html. */
#define ERROR_PAGE_MARK "<!--reference-->"

void error_page_send(struct exchange *, const struct oidc_settings *, int status, struct span client_id,
    const struct problem *why);
