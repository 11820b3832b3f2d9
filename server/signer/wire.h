/* signer/wire.h - what is said between signer and client, as bytes; private to this room.
 *
 *     request:  u8 1, u64 id, u8 kind, block key, block payload
 *     answer:   u8 2, u64 id, u8 code, block signature                 when the code is OK
 *               u8 2, u64 id, u8 code, block clause, block sentence    otherwise
 */
#pragma once

#include "base/buffer.h"
#include "base/problem.h"
#include "crypto/merkle.h"
#include "signer/descriptor.h"

#define SIGNER_ANSWER_LARGEST (2 * KIB)

/* What is to be signed; a kind is added with the capability that needs it. ASK_LEDGER_HEAD signs nothing: its answer,
 * in the signature's place, is what the log's last checkpoint was, size (u64) and root, or a size of 0. */
enum signing_kind {
	SIGN_NOTHING, SIGN_METADATA, SIGN_TRUSTED_LIST, SIGN_CHECKPOINT, SIGN_POLICY, ASK_LEDGER_HEAD,
	SIGN_POINT_METADATA, SIGN_VAPID, SIGN_ID_TOKEN, SIGN_USERINFO, SIGN_INTROSPECTION, SIGN_LOGOUT_TOKEN,
	SIGNING_KIND_COUNT,
};
#define LEDGER_HEAD_ANSWER (8 + HASH_SIZE)

/* Of a whole request of that kind. */
#define METADATA_REQUEST_LARGEST (16 * KIB)
#define TRUSTED_LIST_REQUEST_LARGEST (128 * MIB)
#define LEDGER_REQUEST_LARGEST (4 * KIB)
#define POINT_METADATA_REQUEST_LARGEST (16 * KIB)
#define VAPID_REQUEST_LARGEST (4 * KIB)
#define OPENID_REQUEST_LARGEST (48 * KIB)
size_t signing_request_largest(enum signing_kind);

struct signing_request {
	uint64_t id;
	enum signing_kind kind;
	struct span key, payload;
};
void signing_request_write(struct buffer *, const struct signing_request *);
/* False for anything but one whole request of a known kind. Borrowed from the message. */
bool signing_request_read(struct span message, struct signing_request *out);

struct signing_answer {
	uint64_t id;
	struct span signature; /* when problem.code is OK */
	struct problem problem;
};
void signing_answer_write(struct buffer *, const struct signing_answer *);
bool signing_answer_read(struct span message, struct signing_answer *out);
