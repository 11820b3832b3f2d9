/* front/ledger/serving.h - what the handlers of the log share; private to this room. */
#pragma once

#include "front/ledger/ledger.h"
#include "http/exchange.h"
#include "ledger/ledger.h"

/* One request: the state is asked for first, whatever it is for. */
struct serving {
	struct exchange *exchange;
	struct store *store;
	struct ask asks[1 + TILES_LARGEST]; /* the state's, then the handler's */
	struct ledger_state state;
};

struct serving *serving_new(struct exchange *, const struct ledger_front *);
/* The first ask's answer. False: it has been refused, there is no checkpoint yet or the store does not answer. */
bool serving_state(struct serving *, enum err, const struct problem *);

void serving_refuse(struct serving *, int status, const char *fields, enum err, const char *clause, const char *text);
void serving_answer(struct serving *, const char *type, const char *cache, struct span body);

route_handler serve_checkpoint, serve_tile, serve_receipt, serve_ledger;
