/* crypto/key.h - a private key named by a URI: `file:` (PEM, PKCS#8) or `pkcs11:` (RFC 7512).
 *
 * Only the signer process holds one while the daemon runs. A PKCS#11 key never leaves its token: it signs through
 * Cryptoki, found by p11-kit. The PIN comes from the URI's `pin-source` (a file), never from `pin-value` in a
 * configuration that others may read. Several threads may sign with one key at the same time, tokens one after another.
 */
#pragma once

#include "base/arena.h"
#include "base/clock.h"
#include "base/problem.h"

enum key_type { KEY_UNKNOWN, KEY_RSA_2048, KEY_RSA_3072, KEY_RSA_4096, KEY_P256, KEY_P384, KEY_ED25519 };

/* "rsa-2048", …; KEY_UNKNOWN for another word. */
enum key_type key_type_read(struct span);
const char *key_type_name(enum key_type);

struct key;

/* `directory` is what a relative file: URI starts from. */
enum err key_open(const char *uri, const char *directory, struct key **out, struct problem *why);
void key_free(struct key *);
enum key_type key_type(const struct key *);

/* Signing costs less than handing the work to another thread would: P-256 in a file, 30 us against 45. */
bool key_is_quick(const struct key *);

/* Makes a key where the URI says: a file of mode 0600 that must not exist, or an object in the token. */
enum err key_generate(const char *uri, const char *directory, enum key_type, struct problem *why);
/* Takes a key away for ever: for undoing key_generate(). */
enum err key_destroy(const char *uri, const char *directory, struct problem *why);

/* Signs `message` (the key's own digest first: SHA-256, for P-384 SHA-384, for Ed25519 none). RSA is PKCS#1 v1.5;
 * ECDSA is r || s of fixed length, as XML signatures and JOSE want it. */
enum err key_sign(const struct key *, struct span message, struct arena *, struct span *signature, struct problem *why);

/* The same in two steps, for whoever hashes here and signs elsewhere: what the key's own operation takes (for Ed25519
 * the message itself, borrowed), at most KEY_INPUT_LARGEST bytes otherwise; and the operation. */
#define KEY_INPUT_LARGEST 64
struct span key_input(const struct key *, struct span message, uint8_t room[KEY_INPUT_LARGEST]);
enum err key_sign_input(const struct key *, struct span input, struct arena *, struct span *signature,
    struct problem *why);

/* SubjectPublicKeyInfo, DER; borrowed from the key. */
struct span key_public(const struct key *);

/* Checks a signature made by key_sign() with only the public half. */
enum err public_key_verify(struct span spki, struct span message, struct span signature, bool *good,
    struct problem *why);
