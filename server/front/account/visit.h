/* front/account/visit.h - one request of somebody who is logged in: who, and whether what was shown is enough for it.
 *
 *     visit_begin -> [a page of ours?] -> account_access -> go_on -> … -> answered
 */
#pragma once

#include "front/account/account.h"
#include "http/exchange.h"
#include "transaction/session/account_access.h"

struct account_front {
	struct store *store;
	const struct person_settings *settings;
};

enum visit_wants { VISIT_TO_LOOK, VISIT_TO_CHANGE };

struct visit {
	struct exchange *exchange;
	struct account_front *front;
	enum visit_wants wants;
	struct instant now;
	struct session session;
	struct account account;      /* as loaded: what is changed of it is put */
	void (*go_on)(struct visit *, const struct account_access *);
	void (*done)(struct visit *); /* after visit_commit() */
	struct problem why;
};

/* A visit is the first member of whatever a request keeps. Goes on, or has answered: 403 for a page of another site,
 * 401 for nobody, 403 with a step-up for too little. */
void visit_begin(struct visit *, struct exchange *, struct account_front *, enum visit_wants,
    void (*go_on)(struct visit *, const struct account_access *));

/* Whether this session may see what the persona has; where that cannot be said, it may not. `assessed` is as
 * assess_login() leaves it. */
bool visit_sees(struct visit *, const struct account_access *, enum persona, struct assessed *);

/* Expects the account as it was loaded. */
struct unit *visit_unit(struct visit *);
/* Then done(), or answered: 409 when something changed meanwhile. */
void visit_commit(struct visit *, const struct unit *, void (*done)(struct visit *));

/* visit->why answered as it usually is. */
void visit_refuse(struct visit *);
/* 204. */
void visit_done(struct visit *);

/* The routes' handlers. */
route_handler show_account, set_language, state_attribute, unstate_attribute, choose_attributes, add_contact,
    confirm_contact, remove_contact, show_history, list_consents, withdraw_consent, end_mute, log_out,
    erase_account;
