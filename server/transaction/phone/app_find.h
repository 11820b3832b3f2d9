/* transaction/phone/app_find.h - which login's question a person means, by the six digits of its page: where more wait
 * than are listed, because somebody asks this account's phones from everywhere.
 *
 *     person shown, and that kept (app_shown.h) -> more wait than are listed -> rows of these digits -> the requests
 *                                                             `-> none: counted as wrong numbers are
 *
 * What is found is looked at and answered like any other, digits and all. A number that nobody's page shows costs what
 * a wrong one in an answer costs; but it is tried against all that wait, so nothing is found by digits as long as a
 * person can choose from the list.
 */
#pragma once

#include "transaction/phone/app_request.h"
#include "transaction/phone/app_shown.h"

#define APP_FOUND 4                  /* two of a thousand pages have one number in common now and then */

struct app_find {
	const struct app_caller *caller;
	const uint8_t *browser;      /* digest of the login cookie that came along; NULL: none did */
	struct span code;
	struct span pin;
	const struct webauthn_response *passkey;
	struct instant now;
};
struct app_found {
	struct app_answered answered;
	struct app_request requests[APP_FOUND]; /* none: there was one, which is over, or not for this phone */
	size_t count;
};
/* ERR_CONFLICT: all are listed, look there; else as app_show(). */
typedef void on_app_found(void *arg, enum err, const struct app_found *, const struct problem *why);
struct pending *app_find(struct store *, struct arena *, const struct person_settings *, const struct app_find *,
    on_app_found *, void *arg);
