/* transaction/phone/app_answer.h - what a person says on the phone to a login's question: yes, with number and PIN; no;
 * or that it was somebody else.
 *
 *     phone usable -> request alive -> not too many tries -> PIN, or the phone's own passkey
 *         -> number, or the login's own browser -> signature
 *         -> login authenticated, request gone, in one unit: of two phones one wins
 *
 * What is wrong is a refusal and counted where the next request, another session or a new number finds it again.
 */
#pragma once

#include "authn/webauthn.h"
#include "transaction/phone/app_caller.h"
#include "transaction/phone/app_request.h"
#include "transaction/phone/app_step.h"

struct app_answer {
	const struct app_caller *caller;
	struct id request;
	const uint8_t *browser;      /* digest of the login cookie that came along; NULL: none did */
	struct span code;            /* the number; empty: the login is in this very browser */
	struct span pin;             /* empty: the phone has a passkey instead */
	const struct webauthn_response *passkey; /* NULL: it has a PIN */
	struct span signature;       /* over APP_SIGNED_FORM's "answer" */
	struct instant now;
};
/* ERR_NOT_FOUND: no such request of this account's waits; ERR_LIMIT: too many tries; ERR_INVALID: no number, and
 * another browser, or not what this phone was paired with, PIN or passkey; ERR_CONFLICT: something changed meanwhile,
 * another phone was quicker: look again. */
typedef void on_app_answered(void *arg, enum err, const struct app_answered *, const struct problem *why);
struct pending *app_answer(struct store *, struct arena *, const struct person_settings *, const struct app_answer *,
    on_app_answered *, void *arg);

struct app_refusal {
	const struct app_caller *caller;
	struct id request;
	const uint8_t *browser;
	bool not_me;                 /* the login is over, and what else was asked from other browsers; the person is
	                              * told, and phones are muted (app_mute.h) */
	struct instant now;
};
/* As above, but for number and PIN: to say no needs none. */
struct pending *app_refuse(struct store *, struct arena *, const struct app_refusal *, on_app_answered *, void *arg);
