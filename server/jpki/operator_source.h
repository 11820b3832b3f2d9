/* jpki/operator_source.h - asking the API of a platform operator who verifies for us.
 *
 * Each operator's API is its own, told under contract; so this is the adapter of one that speaks ours
 * (/v1/jpki/status, schemas/jpki-status.schema.json), and the model for others: a revocation_source that posts by
 * courier.
 */
#pragma once

#include "jpki/ocsp_source.h"
#include "jpki/operator_call.h"

struct operator_settings {
	const char *name;
	struct operator_address at;
	int64_t oldest;             /* how old what it tells may be at most, whatever next_update says */
	int64_t skew;               /* by which clocks may differ */
};

/* The settings are copied; the courier stays the caller's and outlives the source. */
struct revocation_source *operator_source_new(struct courier *, const struct operator_settings *);
