/* transaction/caller.h - which machine is asking: the one module that authenticates callers of every machine interface.
 *
 *     Authorization: Bearer …        a token from `watashictl token new` (kept hashed), or from POST /v1/token
 *     client certificate             whose key is registered (RFC 8705 s2.2)
 *     private_key_jwt                at POST /v1/token (RFC 7523 s2.2, client_credentials), for a short-lived bearer token
 */
#pragma once

#include "base/buffer.h"
#include "base/clock.h"
#include "store/store.h"

extern const struct table caller_table;       /* name -> struct caller */
extern const struct table caller_secret_table; /* SHA-256 of a token or of a registered SPKI (32) -> kind (1), name */
extern const struct table assertion_table;    /* SHA-256 of (name, jti) -> nothing; until its exp: used once (RFC 7523 s3) */

enum caller_right {
	CALLER_DECIDE = 1,   /* AuthZEN; sees its own decisions */
	CALLER_VOUCH = 2,    /* its signed facts count as vouched */
	CALLER_AUDIT = 4,    /* sees every entry of the ledger */
	CALLER_PROOFING = 8, /* asks for proofing */
};
unsigned caller_right_read(struct span);          /* 0: none of this name: "decide" "vouch" "audit" "proofing" */
const char *caller_right_name(unsigned right);

#define CALLER_NAME_LARGEST 64
#define CALLER_KEYS 8
struct caller {
	struct span name;                /* a-z 0-9 - */
	struct span member;              /* id */
	unsigned rights;
	struct instant created, expires; /* {0}: never */
	unsigned rate;                   /* requests a second; 0: the configuration's */
	struct span keys[CALLER_KEYS];   /* SubjectPublicKeyInfo: private_key_jwt, vouching, mTLS */
	size_t key_count;
};
void caller_write(struct buffer *, const struct caller *);
bool caller_read(struct span value, struct caller *out);

/* What a request shows of its caller. */
struct credentials {
	struct span authorization;       /* the header; may be empty */
	struct span certificate;         /* DER; may be empty */
};

/* ERR_DENIED: nobody, unknown, expired, or a member that is not approved (any more); the sentence tells which without
 * telling secrets. `caller` is borrowed until the callback returns. */
typedef void on_caller(void *arg, enum err, const struct caller *, const struct problem *why);
struct pending *caller_identify(struct store *, struct arena *, const struct credentials *, struct instant now, on_caller *,
    void *arg);
