/* assurance/impact.h - what another version would have made of decisions that were taken: counts, never guesses.
 *
 *     new -> add … add -> write -> free        memory does not grow with the decisions
 *
 * Several may each count some of the decisions, in threads of their own, to be merged into one report.
 *
 * A decision is put to the new version as it was put to the old: the same facts, and the same levels or the same
 * profile, which demands what it does in the new version. Where the new version asks for a fact the old one never did,
 * and the outcome hangs on it, it is "not replayable: FACT".
 */
#pragma once

#include "assurance/framework.h"
#include "base/buffer.h"

struct impact;

/* `before`: versions the decisions may have been taken under, known by their digests; they tell which facts were asked
 * for then, and what the profiles demanded. */
struct impact *impact_new(const struct framework *after, const struct framework *const *before, size_t count);
void impact_free(struct impact *);

/* One decision, as its entry in the ledger has it. Those of other frameworks are counted and passed over. ERR_SYNTAX:
 * no entry of a decision. */
enum err impact_add(struct impact *, struct span entry, struct problem *why);
/* One that was erased: all that is left is that it was. */
void impact_add_erased(struct impact *);

/* What `from`, made with the same versions, has counted: as if the decisions had all been added to `into`. Only which
 * reasons, requirements and relying parties are told apart, where there are too many, may be others. */
void impact_merge(struct impact *into, const struct impact *from);

/* Canonical JSON (schemas/impact.schema.json): "accepted"/"refused" (newly), "areas" with a matrix each (old level by
 * new, as rows), "criteria" that flipped most, by what they are now, "decisions", "erased", "framework",
 * "not_replayable" by fact or reason and "not_replayable_further" for reasons that were not told apart,
 * "other_frameworks", "replayed", "requirements" that are met otherwise in decisions that end otherwise, "resources"
 * touched, "same", "version". */
void impact_write(struct buffer *, const struct impact *);
