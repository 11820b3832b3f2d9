/* front/oidc/verified_claims.h - what proofings vouch for, as OpenID Connect for Identity Assurance 1.0 tells it
 * (OpenID Identity Assurance Schema Definition 1.0 s5). Pure.
 *
 *     proofing record -> all that can be told of it; request -> what of that is asked, and under which conditions
 *         -> what is both, or nothing: never an error, never more than was asked
 *
 * A claim goes in when a proofing told it, the person agreed to it, and the request names it in this very place.
 * Certificates' serial numbers have no place here (jpki.md 1.9), nor anything else that two relying parties could
 * compare: times are told to the minute, and no ids of checks.
 */
#pragma once

#include "base/buffer.h"
#include "person/proofing_record.h"
#include "transaction/release/release.h"

struct verified_proofing {
	const struct proofing_record *record;
	struct span level;           /* assurance_level; empty: none is told */
};

struct verified_telling {
	struct span trust_framework; /* a name of the registry of those (openid.net/wg/ekyc-ida/identifiers) or a URI of
	    the federation's own; empty: nothing is told */
	const struct verified_proofing *proofings; /* that speak of the account; the newest first */
	size_t proofing_count;
	const struct attributes *attributes;
	const struct release_item *const *items;   /* that the person agreed to */
	size_t item_count;
	struct instant now;          /* max_age is reckoned from */
};

/* The member "verified_claims", for one place: an object, or a list where there is more than one answer; nothing where
 * nothing of it can be told. `request` is grant.request (front/oidc/verified_request.h). */
void verified_claims_write(struct buffer *, const struct verified_telling *, struct span request, enum release_place);

/* What discovery says there can be (s7); each list ends with NULL. */
extern const char *const verified_evidence[], *const verified_documents[], *const verified_records[],
    *const verified_check_methods[], *const verified_claims_names[];
