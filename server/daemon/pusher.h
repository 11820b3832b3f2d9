/* daemon/pusher.h - one notice pushed to a browser: RFC 8030, encrypted (RFC 8291), by who we are (RFC 8292).
 *
 *     key of use push -> token signed -> body encrypted -> POST to the subscription's endpoint
 */
#pragma once

#include "net/fetch.h"
#include "signer/client.h"
#include "store/store.h"
#include "transaction/notice/notice.h"

struct pusher_settings {
	struct store *store;
	struct signer_client *signer;
	struct fetcher *fetcher;
	const char *keys;        /* directory of key descriptors */
	const char *contact;     /* mailto: or https: */
	struct instant (*clock)(void);
};

enum push_outcome {
	PUSH_NOT_NOW, /* it may be pushed again */
	PUSH_SENT,    /* the push service has taken it */
	PUSH_REFUSED, /* it never will */
	PUSH_GONE,    /* there is no such subscription any more (404, 410) */
};

/* Unless it was sent the problem says why, without the endpoint. */
typedef void on_pushed(void *arg, enum push_outcome, const struct problem *why);

/* The notice is copied; the settings stay the caller's. */
struct pending *push_send(const struct pusher_settings *, const struct notice *, on_pushed *, void *arg);
