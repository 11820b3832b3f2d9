/* daemon/ops.h - what the machine's operator sees of a worker: alive, ready, and the figures. Local listeners only.
 *
 *     /healthz   this worker's loop answers
 *     /readyz    the store can be read and written, and a publication is in force: 200, else 503; each check by name
 *     /metrics   Prometheus' text format, over all processes
 */
#pragma once

#include "daemon/proofing_service.h"
#include "daemon/store_link.h"
#include "http/route.h"
#include "transaction/policy/shelf.h"

struct ops {
	const struct child *child;
	const struct store_link *link;
	struct policy_shelf *shelf;
	const struct proofing_service *proofing;
};

extern const struct route ops_routes[];
