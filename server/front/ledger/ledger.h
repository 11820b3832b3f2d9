/* front/ledger/ledger.h - the log as the world reads it: nothing here tells what an entry says.
 *
 *     /checkpoint                  size and root, signed (C2SP tlog-checkpoint)
 *     /tile/…                      the tree, and the commitments it is made of (C2SP tlog-tiles)
 *     /v1/receipts/{id}            the proof that an entry is in it (C2SP tlog-proof); 503 until a checkpoint holds it
 *     /v1/ledger                   how large it is, since when, and who signs it, for the pages
 */
#pragma once

#include "http/route.h"
#include "store/store.h"

struct ledger_front {
	struct store *store;
};

extern const struct route ledger_routes[];
