/* transaction/phone/app_person.h - whether it is the person who holds the phone: the PIN, which this server checks, or
 * the passkey behind the phone's own screen lock. Pure.
 *
 * Which of both it is was settled when the phone was paired, and is not the answer's to choose. What is unlocked was
 * unlocked for this very text.
 */
#pragma once

#include "authn/app_message.h"
#include "authn/webauthn.h"
#include "transaction/phone/app_caller.h"
#include "transaction/phone/app_step.h"

struct app_unlocking {
	const struct credential *phone;
	struct span pin;             /* empty: the phone has a passkey instead */
	const struct webauthn_response *passkey; /* NULL: it has a PIN */
};
struct app_checked {
	enum app_step failed;        /* APP_STEP_NONE: it is */
	const char *reason;          /* of APP_STEP_PASSKEY: the step of its examination */
	bool copied;                 /* that was "counter": there is a copy of it */
	struct webauthn_asserted asserted; /* of a phone with a passkey */
};
/* ERR_INVALID: what is asked of this phone is not there, PIN or passkey. */
enum err app_person_expect(const struct app_unlocking *, struct problem *why);
/* After that: APP_STEP_PIN, APP_STEP_PASSKEY or none. */
void app_person_check(struct arena *, const struct person_settings *, const struct app_unlocking *,
    const struct app_message *, struct app_checked *out);
