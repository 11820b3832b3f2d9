/* front/ledger/disclosure.h - an entry of the log, shown to those it concerns.
 *
 *     GET /v1/ledger/entries/{id}
 *
 * Who may see it shows either the entry's salt (`Authorization: Receipt SALT`: whoever was given the answer holds it,
 * and nobody else can guess it), or a token of the member that asked, with the right to decide (to a proofing, also
 * with the right to ask for one), or of an auditor. What was erased is 410 for them: the salt is gone too, so for
 * whoever shows one.
 */
#pragma once

#include "http/route.h"
#include "store/store.h"

struct disclosure {
	struct store *store;
};

extern const struct route disclosure_routes[];
