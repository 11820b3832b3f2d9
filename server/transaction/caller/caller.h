/* transaction/caller/caller.h - which machine is asking: the one module that authenticates callers of every machine
 * interface.
 *
 *     Authorization: Bearer wt_…     a token from `watashictl token new` (kept hashed)
 *     Authorization: Bearer wa_…     a short-lived one from POST /v1/token (caller/token_grant.h)
 *     client certificate             whose key is registered (RFC 8705 s2.2)
 *
 *     credentials -> digest -> who it points to -> the caller, and its member's standing -> on_caller
 *
 * The caller's row is the authority: what points to it (a hash of a secret, of a key) is only an index, and counts
 * while the caller itself names that secret or key. The member is looked at each time: when it is suspended, its
 * callers are refused from that commit on.
 */
#pragma once

#include "base/buffer.h"
#include "base/clock.h"
#include "store/store.h"

extern const struct table caller_table;        /* name -> struct caller */
extern const struct table caller_secret_table; /* SHA-256 of a token or a key (32) -> struct caller_pointer */
extern const struct table access_token_table;  /* SHA-256 of a short-lived one (32) -> the same, until it ends */
extern const struct table assertion_table;     /* assertion_key() -> nothing; until its exp: used once (RFC 7523 s3) */

/* Of who signed it, by the name that is its iss (a caller's, a client_id), and its jti. In the arena. */
struct span assertion_key(struct arena *, struct span name, struct span id);

enum caller_right {
	CALLER_DECIDE = 1,   /* AuthZEN; sees its own decisions */
	CALLER_VOUCH = 2,    /* its signed facts count as vouched */
	CALLER_AUDIT = 4,    /* sees every entry of the ledger */
	CALLER_PROOFING = 8, /* asks for proofing */
	CALLER_TERMINAL = 16, /* reads people's cards for pages of this server: a counter, a kiosk */
	CALLER_CLIENT = 32,  /* its token is the secret of its member's clients of OpenID Connect */
	CALLER_REGISTER = 64, /* registers such clients for relying parties of its member */
};
/* Those that raise trust: what they show or vouch for concerns others than their own member. */
#define CALLER_TRUSTED (CALLER_VOUCH | CALLER_AUDIT)
#define CALLER_RIGHTS 7
unsigned caller_right_read(struct span);          /* 0: none of this name: "decide" "vouch" "terminal" … */
/* Those of a set, in alphabetical order; how many. */
size_t caller_right_names(unsigned set, const char *names[CALLER_RIGHTS]);

#define CALLER_SKEW SECONDS(30) /* by which a caller's clock may be wrong */
#define CALLER_NAME_LARGEST 64
#define CALLER_KEYS 8
#define CALLER_ROW_LARGEST (64 * KIB)
struct caller {
	struct span name;                /* a-z 0-9 - */
	struct span member;              /* id */
	unsigned rights;
	struct instant created, expires; /* {0}: never */
	unsigned rate;                   /* requests a second; 0: the configuration's */
	uint64_t epoch;                  /* short-lived tokens of another are void; new when a key goes */
	struct span token;               /* SHA-256 of its wt_ token; empty: it has none */
	struct span keys[CALLER_KEYS];   /* SubjectPublicKeyInfo: private_key_jwt, vouching, mTLS */
	size_t key_count;
};
bool caller_name_valid(struct span);
void caller_write(struct buffer *, const struct caller *);
bool caller_read(struct span value, struct caller *out);
/* The answer to the question for a caller's row, copied. ERR_NOT_FOUND: there is none; ERR_UNAVAILABLE: there is one
 * that this build cannot read, which is never the same as none. */
enum err caller_loaded(struct arena *, const struct ask *, struct caller *out, struct problem *why);

/* Whom a secret or a key stands for. */
struct caller_pointer {
	struct span name, member;
	uint64_t epoch;                  /* of a short-lived token */
};
void caller_pointer_write(struct buffer *, const struct caller_pointer *);
bool caller_pointer_read(struct span value, struct caller_pointer *out);

/* A new secret, and the digest it is kept by. 32 random bytes behind a prefix that scanners for lost secrets
 * recognise. */
#define CALLER_TOKEN_PREFIX "wt_"
#define ACCESS_TOKEN_PREFIX "wa_"
#define CALLER_TOKEN_TEXT 48
struct caller_token {
	char text[CALLER_TOKEN_TEXT];
	uint8_t digest[32];
};
struct caller_token caller_token_new(const char *prefix);

/* Whether a caller that was loaded may act now, whatever it showed: not expired, and its member approved. `member` is
 * the answer to the question for its row. ERR_DENIED; ERR_UNAVAILABLE: the member's row cannot be read. */
enum err caller_stands(const struct caller *, const struct ask *member, struct instant now, struct problem *why);

/* What a request shows of its caller. */
struct credentials {
	struct span authorization;       /* the header; may be empty */
	struct span certificate;         /* DER; may be empty. Where both are there the header counts */
};

/* ERR_DENIED: nobody, unknown, expired, or a member that is not approved (any more); the sentence tells which without
 * telling secrets. ERR_UNAVAILABLE, ERR_IO: the store does not tell, or what it tells cannot be read here. `caller`
 * lives in the arena. */
typedef void on_caller(void *arg, enum err, const struct caller *, const struct problem *why);
/* What the credentials borrow stays until then too. */
struct pending *caller_identify(struct store *, struct arena *, const struct credentials *, struct instant now,
    on_caller *, void *arg);
