/* transaction/enrolment/card_holder.h - who has a card as an authenticator already, and whether they give it up to
 * whoever binds it now.
 *
 *     name -> credential, account -> stays | yields: revoked, in the unit of the binding
 *
 * A certificate is an authenticator once. One that was revoked gave its name back; one that has expired is of a
 * certificate that has, and that nobody binds. What was confirmed stays; in the same account only who links
 * certificates adds anything to what is there.
 */
#pragma once

#include "person/account.h"
#include "transaction/authenticator/credential_change.h"

struct card_holder {
	bool there;
	struct id account, id;       /* who has it, and as which */
	uint64_t name_generation;    /* 0: nobody has it */
	/* Loaded. */
	struct credential credential;
	struct account whose;
	struct credential_change change; /* once it was taken */
};

/* ERR_UNAVAILABLE. */
enum err card_holder_named(const struct ask *name, struct card_holder *out, struct problem *why);
#define CARD_HOLDER_ASKS 2
void card_holder_ask(struct arena *, const struct card_holder *, struct ask out[CARD_HOLDER_ASKS]);
/* ERR_NOT_FOUND: gone meanwhile; ERR_UNAVAILABLE. */
enum err card_holder_loaded(struct arena *, const struct ask asked[CARD_HOLDER_ASKS], struct card_holder *,
    struct problem *why);

bool card_holder_is(const struct card_holder *, const struct id *account);
/* `linked`: whoever links certificates says that the card is of who binds it. */
bool card_holder_yields(const struct card_holder *, const struct id *binder, bool linked, struct instant now);
/* Whoever had it without anybody's word is told that it is gone, and not to whom. */
enum err card_holder_take(struct unit *, struct arena *, struct card_holder *, const struct id *binder,
    struct instant now, struct problem *why);
