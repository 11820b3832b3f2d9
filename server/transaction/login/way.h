/* transaction/login/way.h - the ways to authenticate in a login, but for the app's (phone/app_request.h).
 *
 *     begun: a challenge, a card's task -> answered -> used up, whatever comes of it -> examined -> joins the login
 *
 * That somebody is not authenticated is an answer: a refusal, with the step that failed. What concerns the state of
 * somebody's authenticator is told only to who has just shown that it is theirs.
 */
#pragma once

#include "transaction/login/flow.h"

struct login_refusal {
	const char *step;            /* "signature" "user-verified" "state" "code" … */
	const char *reason;          /* of "state": "suspended" …; else NULL */
	const char *clause;
	struct span text;            /* a sentence */
	struct localized why;        /* for the person; may be empty */
	struct instant until;        /* of "wait": nothing is looked at before; else {0} */
};
/* OK without a refusal: it joined the login, and is written. ERR_NOT_FOUND: as login_loaded(); ERR_CONFLICT: the login
 * is over, nothing waits to be answered, or the same was answered at this very time. */
typedef void on_login_answered(void *arg, enum err, const struct login_refusal *, const struct problem *why);

#define LOGIN_CEREMONY_FOR SECONDS(300)

/* Passkeys */

struct login_passkey_options {
	struct span challenge;       /* WEBAUTHN_CHALLENGE bytes */
	bool user_verified;          /* required */
	const struct credential *allowed; /* of who is known by more than a word; none: whichever the browser has */
	size_t allowed_count;
};
typedef void on_login_options(void *arg, enum err, const struct login_passkey_options *, const struct problem *why);
struct pending *login_passkey_begin(struct store *, struct arena *, const struct login_request *, on_login_options *,
    void *arg);
/* `body`: PublicKeyCredential.toJSON(). ERR_SYNTAX, ERR_INVALID, ERR_LIMIT: it is none. */
struct pending *login_passkey_finish(struct store *, struct arena *, const struct person_settings *,
    const struct login_request *, struct span body, on_login_answered *, void *arg);

/* Cards */

struct card_task_begun;
typedef void on_login_card(void *arg, enum err, const struct card_task_begun *, const struct problem *why);
struct pending *login_card_begin(struct store *, struct arena *, const struct person_settings *,
    const struct login_request *, on_login_card *, void *arg);
/* ERR_CONFLICT with `waiting`: no card has answered yet. */
typedef void on_login_card_answered(void *arg, enum err, bool waiting, const struct login_refusal *,
    const struct problem *why);
struct pending *login_card_finish(struct store *, struct arena *, const struct person_settings *,
    const struct login_request *, on_login_card_answered *, void *arg);

/* One-time codes, and those on paper. Needs somebody said who it is. */

struct login_code {
	struct login_request request;
	enum login_way way;          /* LOGIN_BY_CODE, LOGIN_BY_RECOVERY */
	struct span code, second;    /* second: the one after it, of who lost count; may be empty */
};
struct pending *login_code_check(struct store *, struct arena *, const struct person_settings *,
    const struct login_code *, on_login_answered *, void *arg);
