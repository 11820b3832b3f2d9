/* signer/signer.h - the process that holds the federation's private keys and signs typed requests only.
 *
 * What each role may ask for is one table in signer.c. A key serves one use; a request names the kind of thing
 * to be signed, the key, and the bytes, and the signer checks that the bytes are of that kind before it signs.
 */
#pragma once

#include "base/arena.h"
#include "base/problem.h"
#include "base/role.h"
#include "signer/descriptor.h"

/* Opens every key of the directory; each must be the one its certificate holds. A key made later is seen by the next
 * signer. */
struct signer;
enum err signer_open(const char *directory, struct signer **out, struct problem *why);
void signer_free(struct signer *);

/* A request that has been checked: what is left is the key's own operation, which any thread may do. */
struct signing_task {
	uint64_t id;
	const struct key *key;         /* NULL: the problem is the answer */
	uint8_t input[KEY_INPUT_LARGEST];
	size_t input_size;
	uint8_t signature[512];         /* RSA-4096's is the largest */
	size_t signature_size;
	struct problem problem;        /* of the answer */
};
/* ERR_SYNTAX and ERR_DENIED as signer_answer(); then there is no task. */
enum err signer_check(struct signer *, enum role, struct span request, struct signing_task *out, struct problem *why);
void signing_task_run(struct signing_task *);
struct span signing_task_answer(const struct signing_task *, struct arena *);

/* All three at once: answers one request; the answer is in the arena, what a key could not do is said there. Only
 * ERR_SYNTAX and ERR_DENIED are returned: then there is no answer, and the sender is to be cut off. */
enum err signer_answer(struct signer *, enum role, struct span request, struct arena *, struct span *answer,
    struct problem *why);
