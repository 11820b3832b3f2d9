/* jpki/crl_scope.h - which lists tell about a certificate, and what they tell together (RFC 5280 s6.3.3).
 *
 * Pure: indexes and a time in, a status out. Freshness, numbers, scopes, reasons and deltas are judged here, for stock
 * libraries accept an expired delta (authn-pki.md 5.2). Whether a list's signer may sign it was settled when it was
 * imported (crl_store.h).
 */
#pragma once

#include "crypto/x509.h"
#include "jpki/crl_index.h"
#include "jpki/revocation.h"

/* A list, complete or delta, and who it belongs to. */
struct crl_held {
	const struct crl_index *index;
	struct span signer;         /* Name of the authority whose key signed it, whole */
};

struct crl_policy {
	bool require_delta;         /* where a certificate or list names deltas, one in force must be at hand */
	int64_t grace;              /* microseconds past nextUpdate for which the last good one still counts; normally 0 */
};

/* The certificate's status by those of the lists that are about it: good only when every reason is covered by lists in
 * force at that time. UNAVAILABLE: none is, or a reason is left over; the text tells which. */
void crl_status(const struct crl_held *, size_t count, const struct x509 *certificate, const struct crl_policy *,
    struct instant now, struct revocation_answer *out);
