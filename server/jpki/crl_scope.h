/* jpki/crl_scope.h - which lists tell about a certificate, and what they tell together (RFC 5280 s6.3.3).
 *
 *     for each distribution point, and then for the issuer's own name:
 *         every complete list of that issuer and point, in force, about such certificates, the newest of its scope,
 *             and the newest delta that belongs to it -> listed, or its reasons are covered
 *     good: none lists it, and all reasons are covered
 *
 * The RFC stops at lists that suffice; here all that are at hand are asked, and one that names it is enough.
 *
 * Pure: indexes and a time in, a status out. Freshness, numbers, scopes, reasons and deltas are judged here, for stock
 * libraries accept an expired delta (authn-pki.md 5.2). Whether a list's signer may sign it was settled when it was
 * imported (crl_signer.h).
 */
#pragma once

#include "crypto/x509.h"
#include "jpki/crl_index.h"
#include "jpki/revocation.h"

/* A list, complete or delta, and who vouches for it. */
struct crl_held {
	const struct crl_index *index;
	const uint8_t *anchor;      /* SHA-256 of the anchor that its signer's path ends at */
	struct instant until; /* when that signer's certificate ends; {0}: nothing but the list itself limits it */
	bool delta_lost;            /* there is a delta for it, newer than it is, that cannot be read */
};

struct crl_policy {
	bool require_delta;         /* where a certificate or list names deltas, one in force must be at hand */
	bool across_generations; /* a list counts whichever anchor vouches for it; normally that of the certificate must
	                          * (s6.3.3 (f)). jpki.md 1.8 does not tell how J-LIS signs after a change of key */
	int64_t grace; /* microseconds past nextUpdate for which the last good one still counts; normally 0 */
};

struct crl_question {
	const struct x509 *certificate;
	const uint8_t *anchor;      /* SHA-256 of the anchor that its own path ends at */
	struct instant now;
};

/* The certificate's status by those of the lists that are about it. UNAVAILABLE: a reason is left that no list in force
 * covers; UNKNOWN: a list would, but must not be used, for we do not know a critical extension; EXPIRED: it is past its
 * notAfter and not listed, when lists need not name it any more. The text tells which. */
void crl_status(const struct crl_held *, size_t count, const struct crl_question *, const struct crl_policy *,
    struct revocation_answer *out);

/* Of two lists of one issuer and point the newer: by cRLNumber, or thisUpdate where one has none. Like memcmp(). */
int crl_age_compare(const struct crl_list *, const struct crl_list *);
/* The same issuer, and every field of the issuingDistributionPoint says the same (s5.2.4). */
bool crl_scope_equal(const struct crl_index *, const struct crl_index *);
/* 32 bytes that are equal where that is, of two complete lists or of two deltas. */
void crl_scope_key(const struct crl_index *, uint8_t *out);
/* The same of a delta that would belong to this complete list. */
void crl_delta_key(const struct crl_index *, uint8_t *out);

/* Where lists about a certificate may be found: each pair of an issuer and a name of its point (`named`), or an issuer
 * alone, for lists without a point. At most `room` are written; the number returned may be larger. */
struct crl_place {
	struct name_key issuer, name;
	bool named;
};
size_t crl_places_of(const struct x509 *, struct crl_place *out, size_t room);
/* The first name of its first point, as text: whose list it would be on, which is that of its holder's municipality.
 * Empty: none can be read. */
void crl_place_text(const struct x509 *, char *out, size_t room);
