/* transaction/caller_change.h - what operators do with a machine caller: create it, give it keys, take them away,
 * revoke it.
 *
 *     decide (pure) -> caller_change_write: the rows of one unit
 *
 * One operator is enough: a caller never counts for more than its member does, and the member's standing is looked at
 * whenever it asks.
 */
#pragma once

#include "transaction/caller.h"

enum caller_action { CALLER_NO_ACTION, CALLER_CREATE, CALLER_ADD_KEY, CALLER_REMOVE_KEY, CALLER_REVOKE };
const char *caller_action_name(enum caller_action);        /* "create", "add-key", "remove-key", "revoke" */
enum caller_action caller_action_read(struct span);

struct caller_change {
	enum caller_action action;
	struct span name;
	struct span key;               /* SubjectPublicKeyInfo: ADD_KEY; CREATE, where it may be empty */
	uint8_t fingerprint[32];       /* SHA-256 of one: REMOVE_KEY */
	struct instant now;

	/* CREATE */
	struct span member;
	unsigned rights, rate;
	struct instant expires;
	bool tokenless;                /* it shows a key only */
};

struct caller_outcome {
	struct caller after;           /* REVOKE: as it was */
	struct caller_token token;     /* CREATE, unless tokenless: to be shown once, and kept nowhere */
	uint8_t fingerprint[32];       /* of the key that came or went */
	bool key_changed;
};

/* `before` NULL: there is none; `member` is the answer to the question for the member's row (CREATE). ERR_CONFLICT: the
 * name is taken; ERR_NOT_FOUND: no such caller, member or key; ERR_INVALID: what cannot be. */
enum err caller_decide(const struct caller *before, const struct ask *member, const struct caller_change *,
    struct caller_outcome *out, struct problem *why);

/* Rows and preconditions; `generation` is that of the row the decision was taken on. A key that another caller has
 * fails the precondition. */
void caller_change_write(struct unit *, const struct caller_change *, const struct caller_outcome *,
    uint64_t generation);
