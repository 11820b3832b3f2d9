/* front/authzen/transactions.h - transactions that the questions of one request are about: recorded here before, so
 * that what was seen then need not be stated again, and cannot be stated otherwise.
 *
 *     transactions_add … -> transactions_load: their rows -> transactions_find: what was observed
 *
 * A transaction is a proofing by the card (transaction/proofing/proofing.h). A request without any loads nothing.
 */
#pragma once

#include "front/authzen/asked.h"
#include "transaction/proofing/proofing.h"

bool is_transaction(const struct asked_part *);

struct transactions {
	struct arena *arena;
	struct span member;          /* who asks */
	bool test;                   /* the test world's count, too */
	struct id *ids;
	struct ask *asks;            /* one each */
	size_t count, room;
};
/* `room`: questions of the request. */
struct transactions transactions_new(struct arena *, struct span member, bool test, size_t room);
/* The same once; what is no id is nobody's. */
void transactions_add(struct transactions *, struct span id);

/* One load for all. ERR_UNAVAILABLE, ERR_IO: the store does not tell. They stay the caller's until then. */
typedef void on_transactions(void *arg, enum err, const struct problem *why);
struct pending *transactions_load(struct store *, struct transactions *, on_transactions *, void *arg);

/* ERR_NOT_FOUND: there is none, or it is another member's. */
enum err transactions_find(const struct transactions *, struct span id, struct proofing_kept *out,
    struct problem *why);
