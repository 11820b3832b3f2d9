/* http/cookie.h - cookies of ours: reading them from a request, and setting them (RFC 6265bis).
 *
 * All are `__Host-`, Secure, HttpOnly, Path=/ and SameSite: bound to this host, unseen by scripts, and sent by nobody
 * else's forms. Their values are secrets of 32 random bytes, in base64url; the store knows them by their SHA-256.
 */
#pragma once

#include "base/arena.h"
#include "http/exchange.h"

#define COOKIE_SECRET 32
#define COOKIE_TEXT 44 /* base64url of it, and NUL */

struct cookie_secret {
	char text[COOKIE_TEXT];
	uint8_t digest[32];
};
struct cookie_secret cookie_secret_new(void);

/* The digest of the request's cookie of that name; false: none, several, or no secret of ours. */
bool cookie_digest(const struct exchange *, const char *name, uint8_t digest[32]);

enum same_site { SAME_SITE_LAX, SAME_SITE_STRICT };
/* A header line, ended by CRLF, in the arena. `seconds` 0: as long as the browser runs; below: it is forgotten now. */
struct span cookie_set(struct arena *, const char *name, const char *text, int64_t seconds, enum same_site);
struct span cookie_forget(struct arena *, const char *name);

/* Whether a request that changes something comes from a page of ours: Origin is `origin` exactly, and Sec-Fetch-Site,
 * where it is sent, is "same-origin". Browsers send Origin with every POST, PUT and DELETE; without one it is nobody's
 * page. Together with a JSON body no other site can make a person's browser ask (OWASP, CSRF). */
bool request_is_ours(const struct exchange *, struct span origin);
/* The same of each request that may change something (all but GET and HEAD); false: it has been refused, 403. */
bool exchange_is_ours(struct exchange *, struct span origin);
