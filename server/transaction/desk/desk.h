/* transaction/desk/desk.h - the registrar's desk: flows of one face-to-face proofing.
 *
 *     open:     account, whoever looks so -> case, wrapped application [ledger: opened]
 *     look:     case -> [ledger: looked] -> application unwrapped
 *     step:     case -> confirmed by a second registrar | similar account settled | withdrawn [ledger]
 *     complete: case, account, who looks so now -> account, proofing record, attributes, likeness, history, notices,
 *               hand-over code, ledger: one unit
 *
 * Whoever calls has made sure that the registrar is one, and logged in well enough (person_settings: staff). Each look
 * at what an application says, and each step, is in the ledger (schemas/desk-entry.schema.json).
 */
#pragma once

#include "transaction/desk/case.h"
#include "transaction/desk/handover.h"
#include "transaction/session/person_settings.h"

struct desk_result {
	struct desk_case at_desk;
	/* Looked at, or just opened: else all empty. */
	struct desk_application application;
	/* Completed: what was known by stronger evidence is otherwise, and stayed so. */
	bool kept;
	/* Completed: what the person's own phone takes over with. */
	struct desk_code code;
};
/* All lives in the arena. */
typedef void on_desk(void *arg, enum err, const struct desk_result *, const struct problem *why);

struct desk_open {
	const struct account *registrar;
	struct span account;             /* its number, as typed; empty: a new one */
	struct desk_evidence evidence;
	struct desk_application application;
	struct instant now;
};
/* ERR_INVALID, ERR_LIMIT: as the checks of evidence and application; ERR_NOT_FOUND: no such account; ERR_DENIED: it
 * is the registrar's own, one of staff, or another person's by what is known of it. */
struct pending *desk_open(struct store *, struct arena *, const struct person_settings *, const struct desk_open *,
    on_desk *, void *arg);

enum desk_action { DESK_LOOK, DESK_CONFIRM, DESK_SETTLE, DESK_WITHDRAW };
struct desk_step {
	enum desk_action action;
	const struct account *registrar;
	struct id of;                    /* the case */
	struct span similar;             /* DESK_SETTLE: number of the account, as typed */
	enum desk_settled settled;
	struct instant now;
};
/* ERR_NOT_FOUND, ERR_DENIED, ERR_CONFLICT: as desk/case.h's, or it changed meanwhile. */
struct pending *desk_step(struct store *, struct arena *, const struct person_settings *, const struct desk_step *,
    on_desk *, void *arg);

struct desk_complete {
	const struct account *registrar;
	struct id of;
	struct instant now;
};
/* What stronger evidence showed before stays, and this proofing then stands apart from it (person/proofing_record.h).
 * ERR_DENIED: the account is one of staff, or another person's by what is known of it; ERR_CONFLICT, too: accounts that
 * are similar have come since, and wait to be settled; ERR_UNAVAILABLE: no dictionary of facts is in force. */
struct pending *desk_complete(struct store *, struct arena *, const struct person_settings *,
    const struct desk_complete *, on_desk *, void *arg);
