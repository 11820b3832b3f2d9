/* signer/log_note.h - the two texts that a ledger's key signs, and nothing else.
 *
 *     a checkpoint (C2SP tlog-checkpoint)       a published version of a framework
 *
 *     origin                                    origin/policy
 *     size                                      framework version
 *     base64 of the root                        sha256:digest
 *
 * Every line is ended. No text is both: a size is digits only, and a framework's line has a blank.
 */
#pragma once

#include "base/buffer.h"
#include "crypto/merkle.h"
#include "signer/payload.h"

#define LOG_NOTE_LARGEST 640
#define LOG_ORIGIN_LARGEST 200

/* What is asked of the signer: the text, and the proof that this log continues the one it signed last (empty when there
 * is none). */
struct checkpoint_request {
	struct span text;
	uint64_t size;
	struct hash root;
	struct merkle_proof from_last;
};
#define CHECKPOINT_REQUEST_ROOM (4 + LOG_NOTE_LARGEST + MERKLE_PATH * HASH_SIZE)
void checkpoint_request_write(struct buffer *, struct span text, const struct merkle_proof *from_last);
/* Form only; ERR_SYNTAX. */
enum err checkpoint_request_read(struct span payload, struct checkpoint_request *out, struct problem *why);

/* ERR_SYNTAX: it is no such text. */
payload_check payload_check_checkpoint;
payload_check payload_check_policy;
/* Nothing is asked with the question of the head. */
payload_check payload_check_nothing;
