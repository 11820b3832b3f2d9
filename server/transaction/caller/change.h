/* transaction/caller/change.h - what operators do with a machine caller: create it, give it keys, take them away,
 * revoke it.
 *
 *     decide (pure) -> caller_change_write: the rows of one unit
 *
 * A caller never counts for more than its member does, and the member's standing is looked at whenever it asks; so one
 * operator is enough, unless the change raises trust (caller/proposal.h).
 */
#pragma once

#include "transaction/caller/caller.h"

enum caller_action {
	CALLER_NO_ACTION, CALLER_CREATE, CALLER_ADD_KEY, CALLER_REMOVE_KEY, CALLER_REVOKE,
	CALLER_APPROVE, CALLER_WITHDRAW, /* of what waits: caller/proposal.h */
};
/* "create", "add-key", "remove-key", "revoke", "approve", "withdraw-proposal" */
const char *caller_action_name(enum caller_action);
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
	struct span token;             /* digest of the one it has been told already; empty: a new one is made */
};

struct caller_outcome {
	struct caller after;           /* REVOKE: as it was */
	struct caller_token token;     /* CREATE, unless tokenless: to be shown once, and kept nowhere */
	uint8_t fingerprint[32];       /* of the key that came or went */
	bool key_changed;
	bool key_reserved;             /* the key that comes is this caller's already: caller_key_reserve() */
};

/* `before` NULL: there is none; `member` is the answer to the question for the member's row (CREATE). ERR_CONFLICT: the
 * name is taken; ERR_NOT_FOUND: no such caller, member or key; ERR_INVALID: what cannot be. */
enum err caller_decide(const struct caller *before, const struct ask *member, const struct caller_change *,
    struct caller_outcome *out, struct problem *why);

/* Rows, and the precondition that no other caller has the key; that the caller is as it was is for the unit's maker to
 * expect. */
void caller_change_write(struct unit *, const struct caller_change *, const struct caller_outcome *);

/* A key that is to come points to its caller before, so that no other takes it; it counts when the caller names it. */
void caller_key_reserve(struct unit *, const struct caller_outcome *);
void caller_key_free(struct unit *, struct span key);
