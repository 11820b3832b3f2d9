/* transaction/phone/app_unmute.h - a person lets the account's phones be asked again, on one of them.
 *
 *     person shown, and that kept (app_shown.h) -> the mute as it was told -> ended, with history and notice
 */
#pragma once

#include "transaction/phone/app_shown.h"

struct app_unmute {
	const struct app_caller *caller;
	struct span since;           /* of the mute that the person saw, as it was told */
	struct span pin;
	const struct webauthn_response *passkey;
	struct instant now;
};
/* ERR_NOT_FOUND: the phones are asked; ERR_CONFLICT: it is another mute; else as app_show(). */
typedef void on_app_unmuted(void *arg, enum err, const struct app_answered *, const struct problem *why);
struct pending *app_unmute(struct store *, struct arena *, const struct person_settings *, const struct app_unmute *,
    on_app_unmuted *, void *arg);
