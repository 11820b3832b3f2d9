/* jpki/linkage_operator.h - asking an operator's API which certificates correspond.
 *
 * As with operator_source.h: each operator's API is its own, told under contract; this is the adapter of one that
 * speaks ours (schemas/jpki-linkage.schema.json), and the model for others.
 */
#pragma once

#include "jpki/linkage.h"
#include "jpki/operator_source.h"

/* The settings are copied; the courier stays the caller's and outlives the source. */
struct linkage_source *linkage_operator_new(struct courier *, const struct operator_settings *, unsigned relations);
