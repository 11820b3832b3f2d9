/* front/account/authenticator_view.h - an authenticator as its owner sees it, and the routes' handlers. */
#pragma once

#include "front/account/authenticators.h"
#include "front/account/visit.h"

/* Levels are those of the framework by which the account is changed. */
struct authenticator_view {
	const struct person_settings *settings;
	const struct account_access *access;
	struct policy_snapshot *snapshot;
	const struct area *area;     /* about authenticators; NULL: the framework has none, or nothing is asked */
	struct arena scratch;        /* of one authenticator at a time */
};
void authenticator_view_begin(struct authenticator_view *, const struct person_settings *,
    const struct account_access *);
void authenticator_view_end(struct authenticator_view *);
void authenticator_view_write(struct buffer *, struct authenticator_view *, const struct credential *);

/* The answer to a change: one authenticator. */
void authenticator_reply(struct visit *, const struct account_access *, int status, const struct credential *);

/* authenticator_list.c */
route_handler list_authenticators;
/* authenticator_changes.c */
route_handler name_authenticator, suspend_authenticator, resume_authenticator, revoke_authenticator;
/* authenticator_additions.c */
route_handler begin_passkey, finish_passkey, begin_one_time, finish_one_time, make_recovery_codes;

/* A request about an authenticator. */
struct authenticator_request {
	struct visit visit;
	const struct account_access *access;
	struct id id;
	struct span name, reason, code, credential;
	enum code_kind kind;
	bool confirmed, conditional;
};
/* ERR_NOT_FOUND: the path names none. */
enum err authenticator_id(struct visit *, struct id *out);
