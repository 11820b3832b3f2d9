/* front/oidc/discovery.h - what the OpenID Provider says of itself (OpenID Connect Discovery 1.0 s3, RFC 8414 s2, RFC
 * 9207 s3, RFC 9470 s7): where it is and what it can, and nothing that it cannot.
 *
 *     settings, routes, keys that sign, policies in force -> the document, written once for all who ask in a second
 */
#pragma once

#include "base/buffer.h"
#include "front/oidc/oidc.h"

struct policy_snapshot;

#define DISCOVERY_LARGEST (64 * KIB)

/* `routes` tell which endpoints there are. Canonical in that the same says the same bytes. */
void discovery_write(struct buffer *, const struct oidc_settings *, const struct route *routes,
    const struct policy_snapshot *, struct instant now);

/* The document, kept. */
struct discovery {
	struct arena arena;
	struct span text, tag;
	int64_t made;            /* clock_monotonic(); 0: never */
};
void discovery_release(struct discovery *);
