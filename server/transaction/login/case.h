/* transaction/login/case.h - all that a login stands on, loaded: whose it is, what that person has, who takes part.
 *
 *     the login -> account, authenticators, proofings, session -> parties -> told
 */
#pragma once

#include "transaction/login/flow.h"

#define LOGIN_CREDENTIALS 64 /* of an account the newest; a passkey or a card is found whichever it is */

struct login_case {
	const struct person_settings *settings;
	struct policy_snapshot *snapshot; /* until the callback has returned; NULL: none has been read */
	struct instant now;
	struct login login;
	bool somebody;               /* the login is somebody's; else there is nothing of anybody below */
	struct account account;
	const struct credential *credentials;
	size_t credential_count;
	bool all_credentials;        /* there are no older ones */
	/* Rows of the authenticators that were used, for who commits what follows from their being in force. */
	struct login_used {
		struct span key;
		uint64_t generation;
	} used[SESSION_AUTHENTICATIONS];
	size_t used_count;
	const struct proofing_record *records;
	size_t record_count;
	bool less;                   /* it is asked whether what is taken at least is met, not what is hoped for */
	/* Authentications that count: none from before login.since. */
	const struct authentication *counted;
	size_t counted_count;
	bool joined;                 /* the session it steps up is still there */
	struct session session;
	bool card_answered;          /* the card that the login asks for */
	struct parties parties;
};

/* The account, to tell by its number of a known browser too, stands there where the login is nobody's yet.
 * ERR_NOT_FOUND: as login_loaded(); ERR_DENIED: the account is no more. Authentications by what is not in force any
 * more have been taken out. */
typedef void on_login_case(void *arg, enum err, const struct login_case *, const struct problem *why);
struct pending *login_case_load(struct store *, struct arena *, const struct person_settings *,
    const struct login_request *, on_login_case *, void *arg);

/* A certificate by which an authenticator that was used is bound, and that was looked at longer ago than
 * settings->parent_age; its handle. Empty: none. */
struct span login_case_old_parent(const struct login_case *);

/* Whether somebody has authenticated in it, or in the session that it steps up, with something that counts: without,
 * nothing is enough, at the page as at the end. */
bool login_case_authenticated(const struct login_case *);
/* What is asked of it. */
const struct requirement_name *login_case_wanted(const struct login_case *);
/* Assesses what was shown and counts, or as if this alone had been (NULL: what was). */
enum err login_case_assess(struct arena *, const struct login_case *, const struct authentication *alone,
    struct assessed *out, struct problem *why);
/* The same of what was shown, had the person been proofed so besides. */
enum err login_case_assess_proofed(struct arena *, const struct login_case *, const struct proofing_record *,
    struct assessed *out, struct problem *why);
