/* transaction/account/erasing.h - that an account has ended, and some of what was kept of it may be left.
 *
 *     the account's end (person_erasure.h) -> here -> nothing is left -> gone
 *                                              `-> whoever did it was interrupted: the steward goes on
 *
 * It says no more of the person than the account's own row does then.
 */
#pragma once

#include "base/arena.h"
#include "base/clock.h"
#include "base/id.h"
#include "store/store.h"

extern const struct table erasing_table; /* account (16) -> struct erasing */

struct erasing {
	struct id account;
	struct instant since;
	struct id entry;             /* of the ledger, which tells of it */
	uint32_t unread;             /* rows that could not be read, as the entry says */
};
struct ask erasing_ask(const struct id *account);
/* Of all accounts, from there on: all zero, or a row's key and a zero byte for what comes behind it. Borrowed. */
#define ERASING_BEHIND 17
struct ask erasings_ask(const uint8_t behind[ERASING_BEHIND], uint32_t limit);
/* False: not ours. */
bool erasing_read(const struct row *, struct erasing *out);
void erasing_put(struct unit *, const struct erasing *);
void erasing_end(struct unit *, const struct id *account);
