/* http/cookie.c - cookies of ours. */
#include "http/cookie.h"

#include <assert.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/random.h"
#include "codec/text.h"
#include "crypto/digest.h"

static const char prefix[] = "__Host-";

struct cookie_secret
cookie_secret_new(void)
{
	struct cookie_secret s;
	uint8_t secret[COOKIE_SECRET], padded[COOKIE_TEXT + 1];

	random_bytes(secret, sizeof(secret));
	digest(DIGEST_SHA256, span_of(secret, sizeof(secret)), s.digest);
	/* 43 letters and a sign of padding, in base64url's two other letters. */
	EVP_EncodeBlock(padded, secret, sizeof(secret));
	for (size_t i = 0; i < COOKIE_TEXT - 1; i++)
		s.text[i] = padded[i] == '+' ? '-' : padded[i] == '/' ? '_' : (char)padded[i];
	s.text[COOKIE_TEXT - 1] = '\0';
	OPENSSL_cleanse(secret, sizeof(secret));
	OPENSSL_cleanse(padded, sizeof(padded));
	return s;
}

/* The only one of that name: of two, nobody can tell which of them this server set (RFC 6265bis s5.8.3). */
static bool
find(struct span cookies, const char *name, struct span *value)
{
	bool found = false;

	while (cookies.size) {
		struct span rest = span_trim(span_cut(&cookies, ';'));
		struct span own = span_cut(&rest, '=');

		if (!span_is(own, name))
			continue;
		if (found)
			return false;
		found = true;
		*value = rest;
	}
	return found;
}

bool
cookie_digest(const struct exchange *e, const char *name, uint8_t out[32])
{
	struct span value, secret;

	if (!find(message_header(e->request, "Cookie"), name, &value) || value.size != COOKIE_TEXT - 1 ||
	    !base64url_read(e->arena, value, &secret))
		return false;
	digest(DIGEST_SHA256, secret, out);
	return true;
}

static const char *const same_sites[] = { [SAME_SITE_LAX] = "Lax", [SAME_SITE_STRICT] = "Strict" };

struct span
cookie_set(struct arena *arena, const char *name, const char *text, int64_t seconds, enum same_site site)
{
	const char *age = seconds == 0 ? "" :
	    arena_print(arena, "; Max-Age=%lld", seconds < 0 ? 0LL : (long long)seconds);

	assert(strncmp(name, prefix, strlen(prefix)) == 0);
	return span_text(arena_print(arena, "Set-Cookie: %s=%s; Path=/; Secure; HttpOnly; SameSite=%s%s\r\n", name,
	    text, same_sites[site], age));
}

struct span
cookie_forget(struct arena *arena, const char *name)
{
	return cookie_set(arena, name, "", -1, SAME_SITE_LAX);
}

/* What stands twice is told from what does not stand there: message_header() gives neither. */
static size_t
header_count(const struct message *m, const char *name)
{
	size_t count = 0;

	for (size_t i = 0; i < m->header_count; i++)
		count += span_equal_nocase(m->headers[i].name, span_text(name));
	return count;
}

bool
request_is_ours(const struct exchange *e, struct span origin)
{
	return origin.size && span_equal(message_header(e->request, "Origin"), origin) &&
	    (header_count(e->request, "Sec-Fetch-Site") == 0 ||
	    span_is(message_header(e->request, "Sec-Fetch-Site"), "same-origin"));
}

bool
exchange_is_ours(struct exchange *e, struct span origin)
{
	struct problem why;

	if (e->request->method == GET || e->request->method == HEAD || request_is_ours(e, origin))
		return true;
	problem_set(&why, ERR_DENIED, "", "only a page of this site may ask for this");
	exchange_refuse_failure(e, ERR_DENIED, &why);
	return false;
}
