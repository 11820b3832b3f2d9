/* transaction/account/person_erasure.h - a person leaves: all that is kept of one account goes, and its id is nobody's
 * ever again.
 *
 *     history, part by part, with its decisions in the ledger -> the account's end, in one unit -> what came meanwhile
 *
 * Before that unit the account is whole but for old history, after it nobody can log in to it, and a row says that
 * something may be left (account/erasing.h): whoever is interrupted asks again, or the steward goes on, and of two who
 * ask at one time both are told that it is gone. The ledger keeps its leaves, so every proof holds. Of decisions, which
 * tell when and where somebody logged in, entries and salts go (ledger/entry.h); of proofings and of authenticators'
 * lives they stay: they name an account's id at most, which is nobody's then. An entry of the ledger says that an
 * account was erased, and not whose.
 *
 * It needs no secret: those who look alike are found by what is remembered beside the attributes (person/likeness.h),
 * so the steward does it for operators. Which tables hold rows of an account these say themselves (TABLE_OWNED). Rows
 * that are found by a cookie or a code alone name an account that is no more; they end by themselves
 * (server/README.md).
 *
 * What cannot be read is told: a row of history, of a proofing or an authenticator that this build does not know goes
 * as well, but what only it leads to (a decision, a certificate's owner, an index row) is not found.
 */
#pragma once

#include "base/clock.h"
#include "base/id.h"
#include "store/store.h"

struct person_erasure {
	struct id account;
	struct span actor;           /* "person", "operator"; "system" goes on */
	struct span approvers;       /* operators whose agreement it took, one a line; empty: none was asked for */
	struct span session;         /* key of the session it was asked in; empty: none */
	const struct table *agreement_table;
	struct span agreement;       /* key of the operators' row in that table; empty: there is none */
	struct instant now;
};
struct person_erased {
	size_t rows, decisions;      /* that went; decisions: entries of the ledger */
	size_t unread;               /* of the rows: could not be read, so what they lead to may be left; 0: all went */
	struct id entry;             /* of the ledger, which tells of it */
};
/* What is pointed to stays the caller's until the callback or the cancellation. An account that has ended is gone on
 * with, however little is left. ERR_NOT_FOUND: there never was such an account; ERR_CONFLICT: it changed again and
 * again; ERR_UNAVAILABLE: a row that is shared with others, or an entry of the ledger, cannot be read, and then the
 * account stays. */
typedef void on_person_erased(void *arg, enum err, const struct person_erased *, const struct problem *why);
struct pending *person_erase(struct store *, const struct person_erasure *, on_person_erased *, void *arg);
