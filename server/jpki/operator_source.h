/* jpki/operator_source.h - asking the API of a platform operator who verifies for us.
 *
 * Each operator's API is its own, told under contract; so this is the adapter of one that speaks ours
 * (/v1/jpki/status, schemas/jpki-status.schema.json), and the model for others: a revocation_source that posts by courier.
 */
#pragma once

#include "jpki/ocsp_source.h"

struct operator_settings {
	const char *name, *url;
	const char *token_file;     /* bearer token, read again when it changes */
	int64_t time;
};
struct revocation_source *operator_source_new(struct courier *, const struct operator_settings *);
