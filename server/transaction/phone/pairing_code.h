/* transaction/phone/pairing_code.h - whose code it is that a phone comes with, while it is good.
 *
 *     address not too busy -> code's account -> pairing waits, with this code -> its session, what it rests on -> found
 *
 * A code that is wrong, used, raced or too late is told alike, and counted by address before it is told.
 */
#pragma once

#include "authn/attempts.h"
#include "transaction/phone/pairing.h"

struct pairing_looking {
	struct address address;      /* who asks */
	struct span code;
	struct instant now;
};
struct pairing_found {
	struct pairing pairing;
	struct account account;
	struct session session;
	struct attempts tries;       /* of the address */
	struct instant until;        /* with ERR_LIMIT: when there may be another try */
};
/* ERR_NOT_FOUND: no such code waits; ERR_LIMIT with `until`. All lives in the arena. */
typedef void on_pairing_found(void *arg, enum err, const struct pairing_found *, const struct problem *why);
struct pending *pairing_find(struct store *, struct arena *, const struct person_settings *,
    const struct pairing_looking *, on_pairing_found *, void *arg);

/* Sets the sentence for a code that does not wait (any more). */
enum err pairing_none(struct problem *why);
/* One more wrong try of this address. */
void pairing_count(struct unit *, struct arena *, const struct pairing_looking *, const struct attempts *);

/* What a phone with this code signs (APP_SIGNED_FORM's "pair"); its key as it was sent. */
struct app_message pairing_message(struct arena *, const struct person_settings *, struct span code,
    struct span key_text);
