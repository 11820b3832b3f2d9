/* signer/client.h - asking the signer: several requests in flight, answers in any order.
 *
 * When the signer is replaced, what was not answered is asked again of its successor (a signature is not an
 * effect, so asking twice is harmless).
 */
#pragma once

#include "base/pending.h"
#include "net/channel.h"
#include "signer/signer.h"

struct signer_client;

struct signer_client *signer_client_new(struct loop *);
void signer_client_free(struct signer_client *);

/* A new link to a (new) signer; takes `fd`. */
void signer_client_link(struct signer_client *, int fd);

bool signer_client_linked(const struct signer_client *);

/* `signature` is borrowed until the callback returns. */
typedef void on_signed(void *arg, enum err, struct span signature, const struct problem *why);

/* Signs a SignedInfo (crypto/xmldsig.h) with the named key of USE_METADATA. ERR_UNAVAILABLE after 10 s without an
 * answer. The callback may do anything, even free the client. */
struct pending *sign_metadata(struct signer_client *, const char *key, struct span signed_info, on_signed *, void *arg);

/* As sign_metadata(), and ERR_LIMIT when it is larger than 128 MiB. Signs a trusted list with the named key of
 * USE_TRUSTED_LIST: `input` is the JWS signing input, a JAdES header (crypto/jws.h) and the list itself (a JSON object
 * whose only member is "LoTE"), each base64url, with a dot between. */
struct pending *sign_trusted_list(struct signer_client *, const char *key, struct span input, on_signed *, void *arg);

/* Signs the signed_metadata of a decision point with the named key of USE_TRUSTED_LIST: `input` is the JWS signing
 * input (signer/point_metadata.h). */
struct pending *sign_point_metadata(struct signer_client *, const char *key, struct span input, on_signed *, void *arg);

/* Signs a token for a push service with the named key of USE_PUSH: `input` is the JWS signing input
 * (signer/vapid.h). */
struct pending *sign_vapid(struct signer_client *, const char *key, struct span input, on_signed *, void *arg);

/* Sign an OpenID Provider's tokens with the named key of USE_OPENID or USE_OPENID_RSA: `input` is the JWS signing input
 * (signer/openid_token.h). A worker may ask for the first three, the steward for logout tokens. */
struct pending *sign_id_token(struct signer_client *, const char *key, struct span input, on_signed *, void *arg);
struct pending *sign_userinfo(struct signer_client *, const char *key, struct span input, on_signed *, void *arg);
struct pending *sign_introspection(struct signer_client *, const char *key, struct span input, on_signed *, void *arg);
struct pending *sign_logout_token(struct signer_client *, const char *key, struct span input, on_signed *, void *arg);

/* The ledger, with the named key of USE_LEDGER (signer/log_note.h). A checkpoint's text is signed when it continues the
 * last one that was: the proof is from its size, and empty when that is 0. ERR_CONFLICT: it does not, the sentence says
 * why. */
struct pending *sign_checkpoint(struct signer_client *, const char *key, struct span text,
    const struct merkle_proof *from_last, on_signed *, void *arg);
/* The text of a framework's published version. */
struct pending *sign_policy(struct signer_client *, const char *key, struct span text, on_signed *, void *arg);

/* The last checkpoint that was signed; size 0: none, or an operator has released it. */
typedef void on_ledger_head(void *arg, enum err, uint64_t size, const struct hash *root, const struct problem *why);
struct pending *ledger_head_ask(struct signer_client *, const char *key, on_ledger_head *, void *arg);
