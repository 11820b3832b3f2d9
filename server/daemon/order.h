/* daemon/order.h - what the supervisor and a child say to each other, as messages on the child's own channel.
 *
 *     supervisor -> child   link (with a descriptor), drain, sweep, log
 *     child -> supervisor   ready, failed, unlinked, reload, renew-keys
 */
#pragma once

#include "base/buffer.h"
#include "base/role.h"
#include "net/channel.h"

enum order_kind {
	ORDER_NONE,
	ORDER_LINK,         /* here is your channel to `peer`, a process of `role` */
	ORDER_DRAIN,        /* finish what has begun and end */
	ORDER_SWEEP,        /* the recorder: a reader of the store died */
	ORDER_LOG,          /* write lines up to this level from now on */
	ORDER_READY,        /* initialised and confined; serving from now on */
	ORDER_FAILED,       /* could not initialise, for the reason in `text` */
	ORDER_UNLINKED,     /* has had no link to a `role` for a while, and needs one */
	ORDER_RELOAD,       /* an operator asks the steward for what SIGHUP does */
	ORDER_RENEW_KEYS,   /* the steward: there are new keys, let new processes open them */
	ORDER_COUNT,
};

struct order {
	enum order_kind kind;
	enum role role; /* ORDER_LINK, ORDER_UNLINKED */
	uint32_t peer;  /* ORDER_LINK: a number no link had before; ORDER_LOG: the level */
	struct span text;
};

#define ORDER_LARGEST KIB
extern const struct channel_limits order_limits;

/* `fd` is -1 but for ORDER_LINK; it stays the caller's. */
enum err order_post(struct channel *, const struct order *, int fd);
/* Borrowed from `message`. False: not an order. */
bool order_read(struct span message, struct order *out);
