/* transaction/login/flow.h - the steps of a login that are the same whichever way somebody authenticates.
 *
 *     login_begin -> login_claim, login_looked, the ways (login/way.h) … -> login_finish | login_cancel
 *
 * Each is one request of the login's browser: parse -> load -> decide -> commit -> answer.
 */
#pragma once

#include "transaction/login/login.h"

/* A request about a login. */
struct login_request {
	struct id id;
	uint8_t browser[32];         /* digest of LOGIN_COOKIE */
	bool less;                   /* of finishing: with less than was hoped for, where that is taken */
	struct instant now;
};

/* What the operator asks of whoever wants that of the account's pages. NULL: nobody is given it here. */
const struct requirement_name *login_requirement(const struct person_settings *, enum login_why);

/* Beginning */

struct login_begin {
	enum login_for front;
	struct span reference, relying_party;
	struct localized name;
	enum login_why why;
	struct requirement_name wanted;
	const struct requirement_name *least; /* the person may go on with; NULL: with nothing less */
	struct instant since;
	struct span assertion;
	enum persona persona;
	struct span where;
	struct span hint;            /* as in struct login */
	const struct session *session; /* joins: its authentications count, its account is the only one; NULL: none */
	const uint8_t *known;        /* digest of KNOWN_BROWSER_COOKIE; NULL: none */
	const uint8_t *browser;      /* digest of LOGIN_COOKIE that stays as it is; NULL: a new one is made */
	struct instant now;
};
struct login_begun {
	struct login login;
	struct cookie_secret cookie; /* to be set, and wiped; empty: the browser's stays */
};
/* ERR_UNAVAILABLE: what is wanted is of no policy in force. */
typedef void on_login_begun(void *arg, enum err, const struct login_begun *, const struct problem *why);
struct pending *login_begin(struct store *, struct arena *, const struct person_settings *, const struct login_begin *,
    on_login_begun *, void *arg);

/* Saying whose it is. ERR_INVALID: `who` is neither a number nor a mail address; ERR_CONFLICT: it is somebody's
 * already. Nothing tells whether there is such an account. */
typedef void on_login_changed(void *arg, enum err, const struct problem *why);
struct login_claim {
	struct login_request request;
	struct span who;
	bool remember;
};
struct pending *login_claim(struct store *, struct arena *, const struct login_claim *, on_login_changed *, void *arg);

/* Finishing: what was shown and counts is assessed; the decision is in the ledger, good or not, before anybody is told
 * of it. */
struct login_view;
struct login_case;
struct login_finished {
	const struct login *login;
	bool enough;
	/* Enough: a session begins, under a new cookie each time; one that was stepped up is over, and this has its id.
	 */
	struct session session;
	struct cookie_secret cookie; /* to be set, and wiped */
	bool remember;               /* this browser, by this cookie */
	struct cookie_secret known;
	/* Not enough: the login goes on waiting. Both borrowed until the callback has returned. */
	const struct login_case *of;
	const struct login_view *view;
	struct id decision;          /* in the ledger; zero: nothing is asked, and nothing was decided */
};
/* ERR_DENIED: nobody is authenticated; ERR_CONFLICT: the login is over or changed meanwhile, the session that it steps
 * up has ended, or an authenticator's state changed. */
typedef void on_login_finished(void *arg, enum err, const struct login_finished *, const struct problem *why);
struct pending *login_finish(struct store *, struct arena *, const struct person_settings *,
    const struct login_request *, on_login_finished *, void *arg);

/* Its row goes, and it is as if it had never begun. `reference` is where the front goes on. */
typedef void on_login_cancelled(void *arg, enum err, const struct login *, const struct problem *why);
struct pending *login_cancel(struct store *, struct arena *, const struct login_request *, on_login_cancelled *,
    void *arg);
