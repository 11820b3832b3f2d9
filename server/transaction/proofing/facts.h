/* transaction/proofing/facts.h - a verification as facts of the policy engine: what JPKI evidence means there
 * (policy/facts.json: proofing.… of a signature certificate, token.… of an authentication certificate).
 *
 * What was not seen is not stated: of a signature that does not hold only that it does not; of a certificate that is
 * not good (revoked, expired, unknown, nobody could say or was asked) only which kind it is and what became of it.
 */
#pragma once

#include "assurance/fact.h"
#include "base/buffer.h"
#include "jpki/verification.h"

/* Canonical JSON, fact -> value, as facts_read_word() takes it; only facts this dictionary has. They were observed at
 * verified->at. `entitled`: who verified is accredited, or does it for who entrusted it (registry/entitlement.h). */
void proofing_facts_write(struct buffer *, const struct dictionary *, const struct jpki_verified *, bool entitled);
