/* transaction/login/shown.h - an authenticator that was shown in a login, found by what it is known by: a passkey's id,
 * a card's handle.
 *
 *     name -> account, credential -> counts | refused
 */
#pragma once

#include "transaction/login/way.h"

struct login_shown {
	struct id account, id;       /* whose it is, and which */
	/* Loaded. */
	struct account whose;
	struct credential credential;
};

/* ERR_NOT_FOUND: nobody's; ERR_UNAVAILABLE. */
enum err login_shown_named(const struct ask *name, struct login_shown *out, struct problem *why);
#define LOGIN_SHOWN_ASKS 2
void login_shown_ask(struct arena *, const struct login_shown *, struct ask out[LOGIN_SHOWN_ASKS]);
/* ERR_NOT_FOUND: gone meanwhile; ERR_UNAVAILABLE. */
enum err login_shown_loaded(struct arena *, const struct ask asked[LOGIN_SHOWN_ASKS], struct login_shown *,
    struct problem *why);

/* Whether nobody logs in with it, or not here: to whoever has shown that it is theirs. `what`: "passkey" "card" */
bool login_shown_refused(struct arena *, const struct login_shown *, const struct login *, const char *what,
    struct instant now, struct login_refusal *out);
