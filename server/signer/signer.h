/* signer/signer.h - the process that holds the federation's private keys and signs typed requests only.
 *
 * What each role may ask for is one table in signer.c. A key serves one use; a request names the kind of thing
 * to be signed, the key, and the bytes, and the signer checks that the bytes are of that kind before it signs.
 */
#pragma once

#include "base/arena.h"
#include "base/problem.h"
#include "base/role.h"
#include "crypto/key.h"

/* What a key is for; a use is added with the capability that needs it. */
enum key_use { USE_NONE, USE_METADATA, USE_COUNT };
enum key_use key_use_read(struct span);
const char *key_use_name(enum key_use);

/* A key's descriptor, `keys/NAME.json`: {"name":…,"use":…,"uri":…,"type":…,"created":…} with NAME.cer (DER) beside it. */
struct key_descriptor {
	const char *name; /* 1 to 64 of a-z 0-9 - */
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
	enum key_use use;
	enum key_type type;
	struct instant now;
	int64_t valid_for; /* of its certificate, microseconds */
};
/* Makes the key, its certificate and its descriptor, all or nothing. ERR_CONFLICT when the name is taken. */
enum err key_descriptor_new(const char *directory, const struct new_key *, struct problem *why);

/* The serving side. Opens every key of the directory. */
struct signer;
enum err signer_open(const char *directory, struct signer **out, struct problem *why);
void signer_free(struct signer *);

/* Answers one request; the answer is in the arena. ERR_SYNTAX or ERR_DENIED: also cut the sender off. */
enum err signer_answer(struct signer *, enum role, struct span request, struct arena *, struct span *answer,
    struct problem *why);
