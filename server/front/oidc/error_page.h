/* front/oidc/error_page.h - what a person is told when nobody knows where to send the browser back to (OpenID Connect
 * Core s3.1.2.2, RFC 6749 s4.1.2.1): a page of ours, never a redirect (http/reference_page.h).
 */
#pragma once

#include "front/oidc/oidc.h"
#include "http/exchange.h"

void error_page_send(struct exchange *, const struct oidc_settings *, int status, struct span client_id,
    const struct problem *why);
