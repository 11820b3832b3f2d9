/* transaction/phone/app_check.h - whether an answer is what person and phone say together, about this request. Pure.
 *
 *     the person: PIN, or the passkey behind the phone's screen lock -> number -> signature of the device
 *
 * In this order, so that a thief who cannot show to be the person learns nothing of the number.
 */
#pragma once

#include "transaction/phone/app_answer.h"
#include "transaction/phone/app_person.h"

/* ERR_INVALID: what is asked of this phone is not there: number, PIN, passkey. */
enum err app_check(struct arena *, const struct person_settings *, const struct app_answer *,
    const struct app_request *, const struct login *, bool same_browser, struct app_checked *out, struct problem *why);
