/* transaction/phone/app_caller.h - which phone calls, and whose it is: known by its key, once for each call.
 *
 *     header read -> device's name row -> credential, account, nonce -> clock, signature -> nonce kept -> known
 *
 * Suspended and locked phones are known, too, so that they can be told; whoever lets one do something looks at
 * credential_usable(). A revoked one is not.
 */
#pragma once

#include "authn/app_message.h"
#include "authn/credential.h"
#include "person/account.h"
#include "transaction/session/person_settings.h"

/* credential id (16), nonce (16) -> 1: used, until no clock would let it pass */
extern const struct table app_nonce_table;

#define APP_CLOCK_SKEW SECONDS(60)

enum app_denial {
	APP_NOT_DENIED,
	APP_NOBODY,                  /* it says of itself nothing that can be read */
	APP_UNPAIRED,                /* no such device, or not any more */
	APP_CLOCK,                   /* its clock is off by more than that */
	APP_FORGED,                  /* the signature is wrong */
	APP_REPLAYED,                /* the nonce was used */
};
const char *app_denial_word(enum app_denial); /* "unpaired" "clock" … */

struct app_calling {
	struct span header;          /* Authorization */
	const char *method;
	struct span target, body;    /* path with its query, as asked */
	struct instant now;
};
struct app_caller {
	enum app_denial denial;      /* with ERR_DENIED */
	struct credential credential;
	struct account account;
	struct span nonce;           /* of this call, as it was sent: what is unlocked for this call is for no other */
};
/* ERR_DENIED: `denial` says why; ERR_UNAVAILABLE, ERR_IO, ERR_FULL. All lives in the arena. */
typedef void on_app_caller(void *arg, enum err, const struct app_caller *, const struct problem *why);
struct pending *app_identify(struct store *, struct arena *, const struct person_settings *,
    const struct app_calling *, on_app_caller *, void *arg);
