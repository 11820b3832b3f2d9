/* front/oidc/answer.h - how an authorization request is answered: the browser is sent back to the client (RFC 6749
 * s4.1.2, RFC 9207, OAuth 2.0 Form Post Response Mode).
 *
 *     redirect URI, state, mode -> kept with the sign-on while the person is away -> 303 with a query | a form
 *
 * Always 303: after 307 a browser would post on what was posted here (RFC 9700 s4.12). Nothing is stored by anybody,
 * and no address gets to know where the browser came from (RFC 9700 s4.2.4).
 */
#pragma once

#include "base/buffer.h"
#include "http/exchange.h"
#include "transaction/grant/grant.h"

#define ANSWER_STATE_LARGEST (4 * KIB)

struct answer_to {
	struct span redirect_uri;        /* a registered one of this client's */
	struct span state;               /* byte for byte as it came; empty: none came */
	bool form_post;
	char language[3];                /* "ja" "en": of pages in between; empty: as the browser likes */
};
/* For struct sign_on's `answer`. */
struct span answer_to_write(struct arena *, const struct answer_to *);
bool answer_to_read(struct span, struct answer_to *out); /* borrowed */

/* `cookies`: more header lines, each ended by CRLF; or "". */
void answer_code(struct exchange *, const struct answer_to *, struct span issuer, const struct grant_secret *,
    const char *cookies);
/* `error` is a word of OAuth's, the description any text. */
void answer_error(struct exchange *, const struct answer_to *, struct span issuer, const char *error,
    struct span description, const char *cookies);
/* To an address of ours, or one that answer_return_address() made. */
void answer_elsewhere(struct exchange *, struct span location, const char *cookies);
/* A registered post_logout_redirect_uri with the state, where there is one (RP-Initiated Logout 1.0 s3). */
struct span answer_return_address(struct arena *, struct span uri, struct span state);
/* With a form that another site posts no browser sends our cookies (SameSite=Lax, RFC 6265bis s5.2), and whoever is
 * logged in would seem not to be. With the same request as a query it does: true, the browser is sent to `path` with
 * it. False: it has our cookie, or what it posts is no query. */
bool answer_without_cookie(struct exchange *, const char *path);
/* Of ui_locales the first of the person's languages that our pages have (BCP 47: "ja-JP" is "ja"); none: `out` stays.
 */
void answer_language(struct span locales, char out[3]);
/* To a page of ours: "/login/" and what stands behind '#'. */
void answer_page(struct exchange *, const struct answer_to *, const char *path, const char *id, const char *cookies);
