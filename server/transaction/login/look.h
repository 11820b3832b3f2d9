/* transaction/login/look.h - what a login's page is told: what is wanted, what was reached, which ways lead on.
 *
 *     login_case -> assessed as it is, and as if each authenticator had been used alone -> view
 *
 * Pure. Before anybody is authenticated it is the same for every account, known or not.
 */
#pragma once

#include "transaction/login/case.h"

struct login_unmet {
	const struct area *area;
	uint8_t required, reached;   /* levels of it */
};

enum login_enough { LOGIN_PERHAPS, LOGIN_NOT_ENOUGH, LOGIN_ENOUGH };
struct login_offer {
	enum login_way way;
	bool recommended;            /* the first of those that are enough, or may be; at most one is */
	enum login_enough enough;    /* it alone */
};

struct login_view {
	const struct assessed *assessed;
	struct login_unmet unmet[REQUIREMENTS_LARGEST];
	size_t unmet_count;
	struct login_offer offers[LOGIN_WAYS]; /* the least bothersome first; none by what was shown to no avail */
	size_t offer_count;
	bool enough;                 /* somebody is authenticated, and what counts suffices */
	bool less;                   /* it is not what is hoped for, and the person may go on with it */
	bool proofing;               /* a proofing with the card would bring what no authenticator here does */
};
/* In the arena; borrows from the case, and of its policy from the snapshot. ERR_UNAVAILABLE: it cannot be assessed. */
enum err login_look(struct arena *, const struct login_case *, struct login_view *out, struct problem *why);

/* By which way one authenticates with such a credential. */
enum login_way login_way_of(enum credential_kind);
