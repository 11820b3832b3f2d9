/* transaction/phone/app_step.h - what a phone's word is looked at for, in this order; the one that failed is told. */
#pragma once

#include "base/clock.h"

enum app_step {
	APP_STEP_NONE, APP_STEP_USABLE, APP_STEP_PIN, APP_STEP_PASSKEY, APP_STEP_NUMBER, APP_STEP_SIGNATURE,
};
const char *app_step_word(enum app_step); /* "usable" "pin" "passkey" "number" "signature" */

struct app_answered {
	enum app_step failed;        /* APP_STEP_NONE: taken */
	/* Of APP_STEP_USABLE the state it is in, of APP_STEP_PASSKEY the step of the examination: "user-verified" … */
	const char *reason;
	unsigned left;               /* PINs before the phone is locked, numbers before the request is over */
	struct instant until;        /* with ERR_LIMIT: when there may be another try */
};
