/* transaction/phone/pairing_code.h - whose code it is that a phone comes with, while it is good.
 *
 *     code's account -> pairing waits, with this code -> its session, what it rests on -> found
 *
 * A code that is wrong, used, raced or too late is told alike. Nobody counts: 128 bits that live ten minutes are not
 * guessed (NIST SP 800-63B-4 s3.1.3 asks for counting below 64), and a count by address kept people with a good code
 * out for what others of their line had sent.
 */
#pragma once

#include "transaction/phone/pairing.h"

struct pairing_looking {
	struct span code;
	struct instant now;
};
struct pairing_found {
	struct pairing pairing;
	struct account account;
	struct session session;
};
/* ERR_NOT_FOUND: no such code waits. All lives in the arena. */
typedef void on_pairing_found(void *arg, enum err, const struct pairing_found *, const struct problem *why);
struct pending *pairing_find(struct store *, struct arena *, const struct person_settings *,
    const struct pairing_looking *, on_pairing_found *, void *arg);

/* Sets the sentence for a code that does not wait (any more). */
enum err pairing_none(struct problem *why);

/* What a phone with this code signs (APP_SIGNED_FORM's "pair"); its key as it was sent. */
struct app_message pairing_message(struct arena *, const struct person_settings *, struct span code,
    struct span key_text);
