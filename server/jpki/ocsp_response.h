/* jpki/ocsp_response.h - reading an OCSP response, strictly, in place: what it says, never whether it counts (ocsp.h).
 *
 * DER only; one BasicOCSPResponse (RFC 6960 s4.2.1), at most so many answers and certificates. Everything is borrowed.
 */
#pragma once

#include "base/problem.h"
#include "jpki/ocsp_id.h"

#define OCSP_ANSWERS 64
#define OCSP_CERTIFICATES 8

/* OCSPResponseStatus; all but the first come without an answer. */
enum ocsp_status {
	OCSP_SUCCESSFUL, OCSP_MALFORMED_REQUEST, OCSP_INTERNAL_ERROR, OCSP_TRY_LATER, OCSP_SIGNATURE_REQUIRED = 5,
	OCSP_UNAUTHORIZED,
};
const char *ocsp_status_name(enum ocsp_status); /* "tryLater" */

enum ocsp_cert_status { OCSP_UNKNOWN, OCSP_REVOKED, OCSP_GOOD };

struct ocsp_single {
	struct ocsp_id_read id;
	enum ocsp_cert_status status;
	struct instant revoked_at;
	int reason;                    /* CRLReason; -1: not told */
	struct instant this_update, next_update; /* {0}: newer information is always at hand (s4.2.2.1) */
	bool unknown_critical;
};

struct ocsp_response {
	enum ocsp_status status;
	struct span tbs;               /* ResponseData, whole */
	struct span algorithm, signature;
	struct span responder_name;    /* Name, whole; empty: it names itself by its key */
	struct span responder_key;     /* SHA-1 of its key */
	struct instant produced_at;
	struct ocsp_single singles[OCSP_ANSWERS];
	size_t single_count;
	struct span nonce;             /* without its OCTET STRING; empty: none */
	bool unknown_critical;
	struct span certificates[OCSP_CERTIFICATES]; /* DER, not read yet */
	size_t certificate_count;
};

/* ERR_SYNTAX: not DER of one, or of a type that is not basic; ERR_LIMIT. The sentence names the part. */
enum err ocsp_response_read(struct span der, struct ocsp_response *out, struct problem *why);
