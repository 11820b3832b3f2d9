/* transaction/vouching.h - facts that a member's machine vouches for in a signed statement, which comes with the
 * question.
 *
 *     statements -> issuers -> their callers and members -> signature, audience, subject, time -> facts, vouched
 *
 * A statement is a JWT: typ "assurance-facts+jwt"; iss the name of a caller with the right to vouch, signed with a key
 * registered with it; aud our base URL; iat and exp at most VOUCHING_LONGEST apart; sub or txn the id of the question's
 * subject; facts an object as in the question itself (assurance/facts.h), but a fact without "at" was established at
 * iat. Whoever asks may bring it: who vouches is the issuer. Statements that contradict each other are refused;
 * what in them is another's to state (assurance/word.h) does not count, and is told.
 */
#pragma once

#include "assurance/facts.h"
#include "store/store.h"

#define VOUCHING_STATEMENTS 4
#define VOUCHING_LONGEST SECONDS(600)

struct vouching {
	const struct span *statements; /* compact JWS; at most VOUCHING_STATEMENTS */
	size_t count;
	struct span subject;           /* the id of whom the question is about */
	struct span audience;          /* our base URL, with or without the slash at its end */
	const char *at;                /* JSON pointer of the list, for sentences: "/context/vouched" */
	struct instant now;
};

/* OK: `facts` knows what was vouched for. ERR_INVALID, ERR_SYNTAX, ERR_LIMIT, ERR_UNSUPPORTED: a statement does not
 * hold, and none counts; the sentence begins with its pointer, and `facts` is not to be used. ERR_UNAVAILABLE, ERR_IO:
 * the store does not tell. Spans and `facts` stay until then. */
typedef void on_vouched(void *arg, enum err, const struct problem *why);
struct pending *vouching_take(struct store *, struct arena *, const struct vouching *, struct facts *, on_vouched *,
    void *arg);
