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
#include "signer/ledger_head.h"

/* Opens every key of the directory; each must be the one its certificate holds. A key made later is seen by the next
 * signer. Where there is a ledger's key its head (ledger_head.h) is opened too, and made. */
struct signer;
enum err signer_open(const char *directory, struct signer **out, struct problem *why);
void signer_free(struct signer *);

/* Whose OpenID tokens it signs (openid_token.h): the configuration's issuer, copied. Until it is told one, nobody's. */
void signer_serve_issuer(struct signer *, struct span issuer);

/* What a task does with the record of the log's last checkpoint: a checkpoint is signed when the head has taken it. */
enum head_step { HEAD_UNTOUCHED, HEAD_ASKED, HEAD_ADVANCED };

/* An Ed25519 key takes the message itself: notes, which are small. */
#define SIGNING_INPUT_LARGEST 640

/* A request that has been checked: what is left is the key's own operation, which any thread may do. */
struct signing_task {
	uint64_t id;
	const struct key *key;         /* NULL: the problem is the answer, or what the head says */
	uint8_t input[SIGNING_INPUT_LARGEST];
	size_t input_size;
	enum head_step head_step;
	struct ledger_head *head;      /* unless HEAD_UNTOUCHED */
	uint64_t log_size;             /* HEAD_ADVANCED: to this size and root */
	struct hash log_root;
	struct merkle_proof from_last;
	uint8_t signature[512];         /* RSA-4096's is the largest */
	size_t signature_size;
	struct problem problem;        /* of the answer */
};
/* ERR_SYNTAX and ERR_DENIED as signer_answer(); then there is no task. */
enum err signer_check(struct signer *, enum role, struct span request, struct signing_task *out, struct problem *why);
/* It costs less than handing it to a thread would, and waits for no disk. */
bool signing_task_is_quick(const struct signing_task *);
void signing_task_run(struct signing_task *);
struct span signing_task_answer(const struct signing_task *, struct arena *);

/* All three at once: answers one request; the answer is in the arena, what a key could not do is said there. Only
 * ERR_SYNTAX and ERR_DENIED are returned: then there is no answer, and the sender is to be cut off. */
enum err signer_answer(struct signer *, enum role, struct span request, struct arena *, struct span *answer,
    struct problem *why);
