/* front/saml/message_time.h - whether a SAML message is of now, by what it says of its time itself.
 *
 *     not yet        believed             over
 *     --------|------------------------|--------
 *        issued - skew           until: the earlier of (issued + life, not_on_or_after) + skew
 *
 * Pure. A message that is over by its time need not be remembered any more, so `until` is how long a replay of it must
 * be known as one (message_use.h).
 */
#pragma once

#include "base/clock.h"
#include "base/problem.h"

/* What the message says; {0}: it does not. */
struct message_time {
	struct instant issued;          /* IssueInstant (SAML 2.0 Core s3.2.1) */
	struct instant not_before;      /* of its Conditions (s2.5.1.2) */
	struct instant not_on_or_after; /* of its Conditions, or of a LogoutRequest (s3.7.1) */
};

/* Microseconds. */
struct message_terms {
	int64_t skew;  /* how far two clocks may be apart */
	int64_t life;  /* how long a message is good after it was issued, whatever it says */
};

/* ERR_DENIED: not of now, or it does not say when it was issued; ERR_INVALID: what it says cannot be. */
enum err message_time_check(const struct message_time *, const struct message_terms *, struct instant now,
    struct instant *until, struct problem *why);
