/* signer/descriptor.h - what a key is for and where it is: `keys/NAME.json`, with its certificate beside it.
 *
 * Descriptors and certificates may be read by every process; the keys they name only by the signer.
 */
#pragma once

#include "base/arena.h"
#include "base/clock.h"
#include "base/problem.h"
#include "crypto/key.h"

/* What a key is for; a use is added with the capability that needs it. Of a use one key signs at a time: an OpenID
 * Provider has one for ES256, and one for whoever reads RS256 alone (OpenID Connect Discovery s3). */
enum key_use {
	USE_NONE, USE_METADATA, USE_TRUSTED_LIST, USE_LEDGER, USE_PUSH, USE_OPENID, USE_OPENID_RSA, USE_COUNT,
};
enum key_use key_use_read(struct span);
const char *key_use_name(enum key_use);

#define KEY_NAME_LARGEST 64

/* 1 to KEY_NAME_LARGEST of a-z 0-9 -, and nothing else: ERR_INVALID. */
enum err key_name_check(struct span, struct problem *why);

/* A key's descriptor, `keys/NAME.json`: {"name":…,"use":…,"uri":…,"type":…,"created":…} with NAME.cer (DER) beside. */
struct key_descriptor {
	const char *name;
	enum key_use use;
	enum key_type type;
	const char *uri;
	struct instant created;
	struct span certificate; /* DER */
};
enum err key_descriptor_read(const char *directory, const char *name, struct arena *, struct key_descriptor *out,
    struct problem *why);
/* Every descriptor in the directory, by name. One that is wrong fails all, with its file named. */
enum err key_descriptors_read(const char *directory, struct arena *, struct key_descriptor **out, size_t *count,
    struct problem *why);

struct new_key {
	const char *name, *uri, *common_name; /* uri may be NULL: file:NAME.pem */
	const char *organization, *country;   /* of the certificate; only USE_TRUSTED_LIST must have them */
	enum key_use use;
	enum key_type type;
	struct instant now;
	int64_t valid_for; /* of its certificate, microseconds */
};
/* Makes the key, its certificate and its descriptor, all or nothing. ERR_CONFLICT when the name is taken. */
enum err key_descriptor_new(const char *directory, const struct new_key *, struct problem *why);
