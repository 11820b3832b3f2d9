/* transaction/proofing/checks.h - what of revocation was asked for one certificate, as rows of the operation log: the
 * source whose answer counts first, then the others that charge for it.
 */
#pragma once

#include "transaction/proofing/proofing.h"
#include "transaction/proofing/log.h"

/* `check`: when, who, for whom, of which certificate, and what came of it; source, price and the rest are set here. It
 * is counted, too. */
void proofing_checks_log(struct unit *, const struct proofing_settings *, const struct proofing_check *,
    const struct revocation_trail *);
