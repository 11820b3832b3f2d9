/* front/authzen/authzen.h - decisions for relying parties: OpenID AuthZEN Authorization API 1.0.
 *
 *     POST /access/v1/evaluation                        one question
 *     POST /access/v1/evaluations                       several, with defaults and three semantics
 *     POST /access/v1/search/subject|resource|action    who could, what could be
 *     GET  /.well-known/authzen-configuration           where all this is, plain and signed (metadata.h)
 *     GET  /access/v1/jwks                              keys that signature is checked with
 *
 * Every question is answered in its own words: permitted or not, levels, what failed on which fact, the way up, the
 * receipt. Denial is an answer (200); only what cannot be understood, or whom we do not know, is an error.
 */
#pragma once

#include "http/route.h"
#include "store/store.h"
#include "transaction/policy/shelf.h"

struct authzen_front;
struct rates;

struct authzen_front_settings {
	const char *base_url;        /* "https://…/" */
	const char *access;          /* file (access.h), or NULL: callers name framework and levels themselves */
	struct rates *rates;         /* net/rate.h; the caller's */
	unsigned rate;               /* questions a second of a caller that has no rate of its own; 0: no limit */
	bool test;                   /* proofs of the test world count (jpki/settings.h) */
};

enum err authzen_front_new(struct store *, struct policy_shelf *, const struct authzen_front_settings *,
    struct authzen_front **out, struct problem *why);
void authzen_front_free(struct authzen_front *);

extern const struct route authzen_routes[];
