/* http/reference_page.h - a page that tells a person the number of what went wrong, where nobody knows where to send
 * the browser back to.
 *
 * Nothing of the request stands in it. Its number stands in the log, beside what was wrong.
 */
#pragma once

#include "http/exchange.h"

/* Where the number goes: in pages/sign-on-error/index.html. */
#define REFERENCE_PAGE_MARK "<!--reference-->"

struct reference_page {
	struct span html;        /* the page; empty: a server without pages */
	const char *event;       /* of the log's line */
	struct span client;      /* who asked, as far as it is known; may be empty */
};
void reference_page_send(struct exchange *, const struct reference_page *, int status, const struct problem *why);
