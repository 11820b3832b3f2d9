/* front/control/request.h - what the control requests share: who may ask, who asked, and how an answer leaves. */
#pragma once

#include "base/buffer.h"
#include "front/control/control.h"
#include "http/exchange.h"

struct control {
	struct loop *loop;
	struct store *store;
	struct control_settings settings;
	struct control_actions actions;
	unsigned *operators;
	struct arena arena;
	struct quorum quorum;      /* what raising trust takes, in the words of request_actor() */
	char *keys, *authority, *ledger_origin;
};

/* The operator as whoever agrees, with what it takes now. Root and the daemon's own user may ask without being named,
 * but then are none of the operators it takes: a person with sudo would be two. */
struct agreeing request_agreeing(const struct exchange *, const struct control *);

/* False: answered with 403. Where the server asks control_admit() it never is. */
bool request_allowed(struct exchange *, struct control *);

/* The query's parameters are the request's type: each must be one of `names`, once; what is not there stays empty. */
enum err request_query(struct exchange *, const char *const *names, struct span *values, size_t count,
    struct problem *why);
/* true, false, or not there, which is false. */
enum err request_flag(const char *name, struct span value, bool *out, struct problem *why);

/* The operator for the journal: "uid:1000", for the number is what the kernel checked. */
const char *request_actor(const struct exchange *);

/* A request's own memory, for what is more than an exchange's arena holds. It ends with the exchange or, where that is
 * answered, before: with the answer the exchange is gone. */
struct request_room {
	struct exchange *exchange;
	struct arena arena;
};
void request_room_open(struct request_room *, struct exchange *, size_t most);
void request_room_close(struct request_room *);

/* Answers 200 with what was written, and releases it. */
void request_answer(struct exchange *, struct buffer *json);

/* Who may ask is answered what is written of the rows that one question finds, in `largest` bytes at most. */
typedef void request_write(struct buffer *, const struct control *, const struct ask *);
void request_list(struct exchange *, struct control *, struct ask, size_t largest, request_write *);
