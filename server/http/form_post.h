/* http/form_post.h - an answer that the browser posts elsewhere: a page with a form that sends itself (OAuth 2.0 Form
 * Post Response Mode s2; SAML 2.0 Bindings s3.5), and with a button where there is no JavaScript.
 */
#pragma once

#include "http/exchange.h"

struct form_value {
	const char *name;
	struct span value;               /* UTF-8; empty: it is left out */
};
/* The page leads to `action` and nowhere else. `cookies`: more header lines, each ended by CRLF; or "". */
void form_post_send(struct exchange *, struct span action, const struct form_value *, size_t count,
    const char *cookies);
