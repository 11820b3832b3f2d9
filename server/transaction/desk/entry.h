/* transaction/desk/entry.h - what the ledger is told of the desk (schemas/desk-entry.schema.json).
 *
 * Of the person nothing but the account's id: no attribute, no document's number.
 */
#pragma once

#include "ledger/entry.h"
#include "transaction/desk/case.h"

struct desk_entry {
	const struct desk_case *at_desk; /* as it is then */
	const char *happened;            /* "opened" "looked" "confirmed" "settled" "withdrawn" "completed" */
	const struct account *registrar; /* who did it */
	const struct desk_similar *settled; /* NULL: nothing was */
	struct span facts;               /* canonical JSON; empty: none came of it */
	struct instant now;
};
/* Canonical JSON. */
void desk_entry_write(struct buffer *, const struct desk_entry *);
/* Into the unit of what it tells of. */
void desk_entry_append(struct unit *, const struct id *, const struct desk_entry *);
