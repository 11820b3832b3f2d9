/* transaction/decision/vouching.h - facts that a member's machine vouches for in a signed statement, which comes with
 * the question.
 *
 *     statements, each once -> issuers -> their callers and members -> signature, audience, time, asker
 *         -> vouched facts
 *     a question: its statements -> subject, agreement -> its facts
 *
 * A statement is a JWT: typ "assurance-facts+jwt"; iss the name of a caller with the right to vouch, signed with a key
 * registered with it; aud our base URL; iat and exp at most VOUCHING_LONGEST apart; azp whom it was made for, an entity
 * ID of the member who asks (as in OpenID Connect Core 1.0 s2: the party to which it was issued), which only a member
 * that asks itself may leave out, so that whoever gets hold of a statement made for another can do nothing with it; txn
 * the id of the transaction, where the question is about one; else sub the id of its subject, or txn where there is no
 * sub; facts an object as in the question itself (assurance/facts.h), but a fact
 * without "at" was established at iat. Statements that contradict each other are refused. As whom a member speaks is
 * what the registry has it do (roles); what is another's to state (assurance/word.h) does not count, and is told.
 */
#pragma once

#include "assurance/facts.h"
#include "transaction/decision/roll.h"

#define VOUCHING_STATEMENTS 32   /* different ones in one request: a signature each, of some 0.1 ms */
#define VOUCHING_LONGEST SECONDS(600)

struct vouching {
	const struct span *statements; /* compact JWS, each once; at most VOUCHING_STATEMENTS */
	size_t count;
	struct span audience;          /* our base URL without the slash at its end, which statements may have */
	struct span asker;             /* id of the member who asks */
	const struct dictionary *dictionary;
	struct instant now;
};

/* What became of one. */
struct statement {
	struct problem problem;        /* code OK: it holds for who asks */
	struct span member;            /* of who vouches */
	unsigned roles;                /* the member's in the registry */
	struct span subject, transaction;
	const struct facts *facts;
};

/* OK: `statements`, one each in the same order, in the arena. ERR_UNAVAILABLE, ERR_IO: the store does not tell. Spans
 * stay until then. */
typedef void on_vouched(void *arg, enum err, const struct statement *statements, const struct problem *why);
struct pending *vouching_take(struct store *, struct roll *, struct arena *, const struct vouching *, on_vouched *,
    void *arg);

/* Whom a question is about. */
struct vouching_subject {
	struct span type, id;
};
/* A question's own of them, put beside what else is known. ERR_INVALID and others: one does not hold, is about somebody
 * else, or contradicts another, and `facts` is not to be used; the sentence begins with the statement's pointer in the
 * list `at` ("/context/vouched"). */
enum err vouching_apply(const struct statement *const *, size_t count, const struct vouching_subject *, const char *at,
    struct facts *, struct problem *why);
