/* transaction/phone/app_shown.h - that the person is at the phone, shown for something else than a login's question: by
 * the PIN, or by the passkey behind the screen lock, in a call that the phone's key signed.
 *
 *     phone usable -> not too many tries -> PIN, or passkey over (word, origin, device, nonce of the call, what)
 *         -> right: kept | wrong: counted as any wrong try on a phone (app_tries.h) -> told
 *
 * Either is a unit that expects the phone and the counts as they were loaded, and nothing is told before it is durable:
 * of tries at one time one is looked at, right or wrong, and the others are told alike to look again. What is kept of
 * a right one: the phone without wrong PINs, its passkey's counter. Wrong numbers stay counted: none was shown here.
 */
#pragma once

#include "transaction/phone/app_tries.h"

struct app_showing {
	const struct app_caller *caller;
	const char *word;            /* what for: "unmute", "find" */
	struct span what;            /* and of which: one line */
	struct span pin;             /* empty: the phone has a passkey instead */
	const struct webauthn_response *passkey; /* NULL: it has a PIN */
	struct instant now;
};
struct app_shown {
	struct app_answered answered; /* APP_STEP_NONE: shown */
	struct credential phone;     /* then, with the counts: as it was kept */
	struct app_tries tries;
};
/* ERR_LIMIT: too many tries; ERR_INVALID: not what this phone was paired with; ERR_CONFLICT: look again. */
typedef void on_app_shown(void *arg, enum err, struct app_shown *, const struct problem *why);
struct pending *app_show(struct store *, struct arena *, const struct person_settings *, const struct app_showing *,
    on_app_shown *, void *arg);
