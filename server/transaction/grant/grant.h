/* transaction/grant/grant.h - what a relying party holds of one login: a code, then access and refresh tokens; one row
 * for all of them.
 *
 *     made with its code -> redeemed once -> access tokens, a refresh token -> … -> ended | expired
 *
 * Tokens are opaque: a grant's id and a secret, of which the row keeps digests. So whoever shows one is found by one
 * key, ending the grant ends all of its tokens at once, and grants made one after another lie side by side in the
 * store. Pure.
 */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"
#include "base/id.h"
#include "person/persona.h"
#include "store/store.h"

extern const struct table grant_table;            /* id (16) -> struct grant; until it expires */
/* account (16), grant (16) -> struct grant_mark; as long as it */
extern const struct table grant_of_account_table;

#define GRANT_CODE_FOR SECONDS(60)        /* RFC 6749 s4.1.2 allows ten minutes, FAPI 2.0 s5.3.2.1 one */
#define GRANT_ACCESS_FOR SECONDS(600)
#define GRANT_REFRESH_GRACE SECONDS(10)   /* one that was used just now is a client's second tab */
#define GRANT_ACCESS_TOKENS 4             /* in force at a time; the oldest goes */
#define GRANT_TEXT_LARGEST 2048           /* of a span, bytes */

/* Secrets */

enum grant_token { GRANT_CODE, GRANT_ACCESS, GRANT_REFRESH, GRANT_TOKENS };
#define GRANT_TOKEN_TEXT 52               /* "wc_" and base64url of 32 bytes (of refresh tokens 36), and NUL */
struct grant_secret {
	char text[GRANT_TOKEN_TEXT];
	uint8_t digest[32];               /* SHA-256 of the text */
};
/* A code, an access token: 128 random bits (RFC 6749 s10.10). */
struct grant_secret grant_secret_new(enum grant_token, const struct id *grant);
/* Whose it says it is, and its digest. False: it is none of ours of that kind. */
bool grant_token_read(struct span text, enum grant_token, struct id *grant, uint8_t digest[32]);

/* The row */

enum grant_protocol { GRANT_OF_NOBODY, GRANT_OIDC, GRANT_SAML };

struct grant {
	struct id id;
	enum grant_protocol protocol;
	struct span client;              /* client_id; of SAML the entity ID */
	struct span entity_id;           /* the relying party's, in the registry */
	struct id account;
	enum persona persona;
	struct id session;               /* with which it is ended, at the latest at that one's `expires`; zero: it is
	    meant to last longer (offline_access) */
	struct id begun_in;              /* the session it was made in, whether it ends with that or not */
	struct span session_name;        /* by which the client knows that one (sid); only in its index */
	struct span subject;             /* by which the relying party knows the person */
	struct span scope;               /* as granted: words and blanks */
	struct span claims;              /* what was released, and where: grant_claim_next() */
	struct span request;             /* JSON: what was asked of verified claims; empty: nothing */
	struct span context;             /* acr; empty: none is told */
	struct span methods;             /* amr: words and blanks */
	struct instant authenticated;    /* auth_time */
	struct span nonce;
	struct id decision;              /* in the ledger */
	struct id record;                /* the proofing that it rested on; zero: none */
	struct instant made, expires;    /* expires: all of it */
	struct instant ended;            /* {0}: not */
	struct grant_code {
		uint8_t digest[32];
		uint8_t redirect[32];    /* SHA-256 of the redirect URI; all zero: the request had none */
		uint8_t challenge[32];   /* of PKCE, S256; all zero: none */
		struct instant until;
		bool used;
	} code;
	struct grant_access {
		uint8_t digest[32];
		struct instant since, until;
		struct span scope;       /* empty: the grant's */
	} access[GRANT_ACCESS_TOKENS];   /* the newest last */
	size_t access_count;
	/* Its refresh tokens are numbers with a MAC under a key of this server's and this salt: each that ever was is
	 * known again, and two who use one at a time are told the same next one. */
	struct grant_refresh {
		uint8_t salt[16];
		uint32_t number;         /* of the one in force, from 1 on; 0: it has none */
		struct instant since;    /* it is in force */
	} refresh;
	uint64_t generation;             /* of its row; 0: not stored yet */
};
/* Its claims, "name 2,age_over_18 3". */
struct grant_claim {
	struct span name;
	unsigned places;                 /* enum release_place bits */
};
void grant_claim_add(struct buffer *claims, const struct grant_claim *);
/* The next one, cut off; false: there is none. */
bool grant_claim_next(struct span *claims, struct grant_claim *out);

void grant_write(struct buffer *, const struct grant *);
bool grant_read(struct span value, struct grant *out); /* borrowed */
struct ask grant_ask(const struct id *);
/* Copied. ERR_NOT_FOUND: none, or expired; ERR_UNAVAILABLE. */
enum err grant_loaded(struct arena *, const struct ask *, struct grant *out, struct problem *why);
/* Expects it as it was loaded; a new one with its mark. */
void grant_put(struct unit *, const struct grant *);

/* In the index of its account: enough to end those of a session or of a relying party, and to tell who held them. */
struct grant_mark {
	enum grant_protocol protocol;
	struct id session;               /* it was made in */
	bool lasts;                      /* longer than that */
	struct span client;
	struct span subject;             /* by which the client knows the person */
	struct span session_name;        /* and the session */
};
bool grant_mark_read(struct span value, struct grant_mark *out); /* borrowed */
/* Of a mark's key: which grant's it is. */
struct id grant_mark_of(struct span key);
/* Both go: whoever shows a code or a token of it is told that there is none, and a change that is under way comes too
 * late. */
void grant_remove(struct unit *, const struct row *mark);
#define GRANTS_LOOKED_AT 256
struct ask grants_ask(struct arena *, const struct id *account); /* the newest first */
/* The same of those made before that one: the next page. */
struct ask grants_ask_before(struct arena *, const struct id *account, const struct id *before);

/* Life */

bool grant_in_force(const struct grant *, struct instant now);
void grant_end(struct grant *, struct instant now);

enum grant_outcome {
	GRANT_REFUSED,                   /* wrong, too late, another client's: nothing changes */
	GRANT_GOOD,                      /* the grant has changed: put it */
	GRANT_REUSED,                    /* shown before: the grant has been ended, put it (RFC 9700 s4.13, s4.14.2) */
};
struct grant_redeeming {
	const uint8_t *digest;           /* of the code, 32 */
	struct span client;
	struct span redirect_uri;        /* empty: none was sent */
	struct span verifier;            /* of PKCE; empty: none was sent */
	struct instant now;
};
enum grant_outcome grant_redeem(struct grant *, const struct grant_redeeming *, struct problem *why);

/* A new access token; the scope narrower than the grant's, or empty for all of it. */
void grant_access_add(struct grant *, const struct grant_secret *, struct span scope, struct instant now);
/* NULL: it is not in force. */
const struct grant_access *grant_access_find(const struct grant *, const uint8_t digest[32], struct instant now);
/* False: it had none such. */
bool grant_access_remove(struct grant *, const uint8_t digest[32]);

/* The first refresh token; those after it come by showing one. */
void grant_refresh_begin(struct grant *, struct instant now);
/* The one in force. `key` is this server's (GRANT_REFRESH_KEY). */
#define GRANT_REFRESH_KEY "refresh tokens"
void grant_refresh_text(const struct grant *, const uint8_t key[32], char out[GRANT_TOKEN_TEXT]);
/* Which of its refresh tokens this is; 0: none that ever was. */
uint32_t grant_refresh_number(const struct grant *, const uint8_t key[32], struct span text);
struct grant_refreshing {
	const uint8_t *key;
	struct span text;
	struct span client;
	bool rotate;                     /* each is used once; else it stays in force */
	struct instant now;
};
enum grant_outcome grant_refresh(struct grant *, const struct grant_refreshing *, struct problem *why);
