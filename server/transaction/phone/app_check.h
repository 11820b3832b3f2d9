/* transaction/phone/app_check.h - whether an answer is what person and phone say together, about this request. Pure.
 *
 *     the person: PIN, or the passkey behind the phone's screen lock -> number -> signature of the device
 *
 * In this order, so that a thief who cannot show to be the person learns nothing of the number.
 */
#pragma once

#include "authn/webauthn.h"
#include "transaction/phone/app_answer.h"

struct app_checked {
	enum app_step failed;        /* APP_STEP_NONE: it is */
	const char *reason;          /* of APP_STEP_PASSKEY: the step of its examination */
	bool copied;                 /* that was "counter": there is a copy of it */
	struct webauthn_asserted asserted; /* of a phone with a passkey */
};
/* ERR_INVALID: what is asked of this phone is not there: number, PIN, passkey. */
enum err app_check(struct arena *, const struct person_settings *, const struct app_answer *,
    const struct app_request *, const struct login *, bool same_browser, struct app_checked *out, struct problem *why);
