/* transaction/grant/token.c - a grant's codes and tokens as texts: whose each is, and its secret. */
#include "transaction/grant/grant.h"

#include <assert.h>
#include <stdio.h>

#include <openssl/crypto.h>

#include "base/random.h"
#include "codec/text.h"
#include "crypto/digest.h"

#define SECRET 16                         /* random bytes of a code, of an access token */
#define NUMBER 4                          /* and of a refresh token's number, before its MAC */
#define MAC 16
#define LARGEST (sizeof(struct id) + NUMBER + MAC)

/* Scanners for lost secrets recognise them. */
static const struct {
	const char *prefix;
	size_t size;                      /* bytes behind the grant's id */
} kinds[GRANT_TOKENS] = {
	[GRANT_CODE] = { "wc_", SECRET },
	[GRANT_ACCESS] = { "wx_", SECRET },
	[GRANT_REFRESH] = { "wr_", NUMBER + MAC },
};

static void
write_token(enum grant_token kind, const struct id *grant, const uint8_t *behind, char out[GRANT_TOKEN_TEXT])
{
	struct arena scratch = arena_init(KIB);
	uint8_t bytes[LARGEST];
	const size_t size = sizeof(grant->bytes) + kinds[kind].size, at = strlen(kinds[kind].prefix);
	struct span letters;

	memcpy(bytes, grant->bytes, sizeof(grant->bytes));
	memcpy(bytes + sizeof(grant->bytes), behind, kinds[kind].size);
	letters = base64url_write(&scratch, span_of(bytes, size));
	assert(at + letters.size < GRANT_TOKEN_TEXT);
	memcpy(out, kinds[kind].prefix, at);
	memcpy(out + at, letters.data, letters.size);
	out[at + letters.size] = '\0';
	OPENSSL_cleanse(bytes, sizeof(bytes));
	OPENSSL_cleanse((void *)(uintptr_t)letters.data, letters.size);
	arena_release(&scratch);
}

struct grant_secret
grant_secret_new(enum grant_token kind, const struct id *grant)
{
	struct grant_secret s = { 0 };
	uint8_t secret[SECRET];

	assert(kind != GRANT_REFRESH);
	random_bytes(secret, sizeof(secret));
	write_token(kind, grant, secret, s.text);
	OPENSSL_cleanse(secret, sizeof(secret));
	digest(DIGEST_SHA256, span_text(s.text), s.digest);
	return s;
}

/* Strict base64url: of two texts never the same bytes. */
static bool
read_token(struct span text, enum grant_token kind, uint8_t out[LARGEST])
{
	struct arena scratch = arena_init(KIB);
	const size_t at = strlen(kinds[kind].prefix), size = sizeof(struct id) + kinds[kind].size;
	struct span bytes;
	bool read = text.size < GRANT_TOKEN_TEXT && span_starts(text, kinds[kind].prefix) &&
	    base64url_read(&scratch, span_skip(text, at), &bytes) && bytes.size == size;

	if (read) {
		memcpy(out, bytes.data, size);
		OPENSSL_cleanse((void *)(uintptr_t)bytes.data, bytes.size);
	}
	arena_release(&scratch);
	return read;
}

bool
grant_token_read(struct span text, enum grant_token kind, struct id *grant, uint8_t out[32])
{
	uint8_t bytes[LARGEST];

	if (!read_token(text, kind, bytes))
		return false;
	memcpy(grant->bytes, bytes, sizeof(grant->bytes));
	digest(DIGEST_SHA256, text, out);
	OPENSSL_cleanse(bytes, sizeof(bytes));
	return true;
}

/* Refresh tokens: the number, and HMAC-SHA-256 of salt, grant and number, cut to 128 bits. */

static void
write_refresh(const struct grant *g, const uint8_t key[32], uint32_t number, char out[GRANT_TOKEN_TEXT])
{
	uint8_t behind[NUMBER + MAC] = { (uint8_t)(number >> 24), (uint8_t)(number >> 16), (uint8_t)(number >> 8),
		(uint8_t)number };
	uint8_t mac[32];
	const struct span pieces[] = {
		span_of(g->refresh.salt, sizeof(g->refresh.salt)),
		span_of(g->id.bytes, sizeof(g->id.bytes)),
		span_of(behind, NUMBER),
	};

	digest_keyed(span_of(key, 32), pieces, COUNT(pieces), mac);
	memcpy(behind + NUMBER, mac, MAC);
	write_token(GRANT_REFRESH, &g->id, behind, out);
	OPENSSL_cleanse(behind, sizeof(behind));
	OPENSSL_cleanse(mac, sizeof(mac));
}

void
grant_refresh_text(const struct grant *g, const uint8_t key[32], char out[GRANT_TOKEN_TEXT])
{
	assert(g->refresh.number);
	write_refresh(g, key, g->refresh.number, out);
}

uint32_t
grant_refresh_number(const struct grant *g, const uint8_t key[32], struct span text)
{
	uint8_t bytes[LARGEST];
	char own[GRANT_TOKEN_TEXT];
	uint32_t number = 0;

	if (!read_token(text, GRANT_REFRESH, bytes))
		return 0;
	for (size_t i = 0; i < NUMBER; i++)
		number = number << 8 | bytes[sizeof(struct id) + i];
	write_refresh(g, key, number, own);
	if (strlen(own) != text.size || CRYPTO_memcmp(own, text.data, text.size) != 0)
		number = 0;
	OPENSSL_cleanse(own, sizeof(own));
	OPENSSL_cleanse(bytes, sizeof(bytes));
	return number;
}
