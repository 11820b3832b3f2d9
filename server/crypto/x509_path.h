/* crypto/x509_path.h - whether a certificate may be believed: a path to one of our anchors (RFC 5280 s6.1, OpenSSL
 * underneath with the strict settings of authn-pki.md 5.3). Revocation is somebody else's question.
 *
 *     certificate -> its issuer among the others -> … -> an anchor        OpenSSL judges each such path
 *
 * Several candidates under one name are tried, those first whose key identifier fits; nothing outside what is handed in
 * is ever looked at. A moment has the precision of a second: the last one of a validity belongs to it.
 */
#pragma once

#include "base/arena.h"
#include "base/clock.h"
#include "base/problem.h"
#include "crypto/x509_signature.h"

#define PATH_CERTIFICATES 64  /* handed in, beside the anchors */
#define PATH_LONGEST 24
#define PATH_POLICIES 32      /* in one certificate */
#define PATH_TRIES 32         /* paths that are judged before giving up */

struct path_question {
	struct span certificate;            /* DER */
	const struct span *anchors;         /* DER; trusted for their name and key */
	size_t anchor_count;
	const struct span *others;          /* DER: what may stand between */
	size_t other_count;
	struct instant at;
	const char *const *policies;        /* initial-policy-set, dotted; none: any-policy */
	size_t policy_count;
	bool explicit_policy, inhibit_mapping, inhibit_any;
	unsigned longest;                   /* certificates between the end and the anchor; 0: PATH_LONGEST */
	bool lenient;                       /* without X509_STRICT: for authorities made before RFC 5280 */
};

struct path_answer {
	bool valid;
	struct span path[PATH_LONGEST + 2]; /* from the certificate to the anchor, copied to the arena; when valid */
	size_t length;
	const char *reason;                 /* when not: one sentence */
	size_t depth;                       /* and which certificate it is about, 0 the one asked for */
};

/* OK: the question was answered. ERR_SYNTAX, ERR_LIMIT: the certificate, or one beside it, cannot be read at all
 * (x509.h), or there are too many. What is read but says what cannot be (a negative serial number) is refused, and
 * never stands between. */
enum err x509_path_check(struct arena *, const struct path_question *, struct path_answer *out, struct problem *why);
