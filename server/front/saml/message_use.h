/* front/saml/message_use.h - each message of a peer counts once: a second one of its issuer and ID is a replay.
 *
 *     checked (message_time.h) -> commit: no row yet, a row -> on_message_used
 *
 * The row's precondition and the row are one unit, so of two that come at the same time one is told that it is the
 * second. It is asked last, when all else of the message is right: what is refused for something else is not
 * remembered, and nobody fills the table with messages that are none.
 */
#pragma once

#include "store/store.h"

/* SHA-256 of issuer and ID -> nothing, until its time is over. */
extern const struct table saml_message_table;

struct message_use {
	struct span issuer, id;  /* of the verified message */
	struct instant until;    /* message_time_check()'s */
	struct instant now;
};

/* ERR_DENIED: it has been used. ERR_UNAVAILABLE: that it is used could not be kept, so it does not count. */
typedef void on_message_used(void *arg, enum err, const struct problem *why);
struct pending *message_use_start(struct store *, struct arena *, const struct message_use *, on_message_used *,
    void *arg);
