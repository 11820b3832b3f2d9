/* transaction/authenticator/credential_change.h - what every change of an authenticator brings with it, in one unit:
 * its row, a line in the account's history, a notice to the person, an entry of the ledger.
 *
 *     credential changed (authn/credential.h) -> credential_change_put(unit, …) -> commit
 */
#pragma once

#include "authn/credential.h"
#include "person/account.h"
#include "transaction/notice/notice.h"

/* Replaced: a new one stands in the place of the one that it names. Confirmed: by a proofing, of which the person is
 * told. Of both of these, and of a step, history and log tell "STATE REASON". */
enum credential_event { CREDENTIAL_ADDED, CREDENTIAL_STEPPED, CREDENTIAL_REPLACED, CREDENTIAL_CONFIRMED };

struct credential_change {
	const struct account *account;
	const struct credential *credential; /* as it is now; its actor and reason are told */
	enum credential_event event;
	enum notice_kind notice;             /* NOTICE_NOTHING: the one that belongs to its state */
	struct instant now;
};
void credential_change_put(struct unit *, struct arena *, const struct credential_change *);
/* Once that is durable: the line in the log. */
void credential_change_log(const struct credential_change *);
