/* front/policy/policy.h - published policies as the world reads them.
 *
 *     /v1/policy                       frameworks and their versions: what is in force, from when, digest and leaf
 *     /v1/policy/facts                 the dictionary, as it was published
 *     /v1/policy/{framework@version}   the whole version as one JSON, for the pages
 *     /v1/policy/{…}?file=NAME         one of its files, byte for byte as it was published
 *     /v1/policy/{…}/note              the federation's signature: a signed note (C2SP signed-note)
 *     /v1/policy/{…}/difference?from=V what it demands otherwise than version V: assurance/difference.h's JSON
 */
#pragma once

#include "http/route.h"
#include "transaction/policy/shelf.h"

struct policy_front;

/* The shelf stays the caller's, and is freed after the front. */
struct policy_front *policy_front_new(struct policy_shelf *);
void policy_front_free(struct policy_front *);

extern const struct route policy_routes[];
