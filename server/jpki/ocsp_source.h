/* jpki/ocsp_source.h - asking an OCSP responder: over whatever carries a request there, with a short cache.
 *
 * A cached answer counts until its nextUpdate, and never longer than `cache`; a revoked one until the certificate ends,
 * when the reason that was told is none that passes. One that is on hold may be let go again, and one without a reason
 * may be on hold: such an answer is kept no longer than a good one. Several questions about one certificate at one time
 * are one request, and one of them is charged.
 */
#pragma once

#include "jpki/ocsp.h"
#include "net/courier.h"

struct ocsp_settings {
	const char *name;
	const char *url;            /* NULL: the certificate's own (authorityInfoAccess), if it is of `hosts` */
	const char *const *hosts;   /* names, with a port where there is one, a certificate may lead us to */
	size_t host_count;
	struct ocsp_rules rules;
	int64_t time;               /* for one request, microseconds */
	int64_t cache;              /* an answer counts for at most this long; 0: none is kept */
	size_t cached;              /* answers kept at most */
};

/* The settings are copied; the courier stays the caller's and outlives the source. It may not answer without it: there
 * is no `answer` at once. */
struct revocation_source *ocsp_source_new(struct courier *, const struct ocsp_settings *);
