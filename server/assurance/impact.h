/* assurance/impact.h - what another version would have made of decisions that were taken: counts, never guesses.
 *
 *     new -> add … add -> write -> free        memory does not grow with the decisions
 */
#pragma once

#include "assurance/evaluation.h"

struct impact;

/* `before` need not be one version: decisions tell their own results. */
struct impact *impact_new(const struct framework *after);
void impact_free(struct impact *);

/* One decision as the ledger keeps it (its entry's JSON; ledger content of kind decision). Of other frameworks: counted and
 * passed over. ERR_SYNTAX: not our entry. */
enum err impact_add(struct impact *, struct span entry, struct problem *why);

/* Canonical JSON: decisions, replayed, matrices old by new per area, newly refused and accepted, criteria that flipped
 * most, relying parties touched, samples of ids, and not_replayable by fact. */
void impact_write(struct buffer *, const struct impact *);
