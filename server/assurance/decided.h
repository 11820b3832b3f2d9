/* assurance/decided.h - a decision that was taken, read back from its entry in the ledger: what was looked at, what was
 * said.
 *
 * The entry is transaction/decision/evaluation.h's canonical JSON (schemas/decision-entry.schema.json). Spans borrow
 * from it.
 */
#pragma once

#include "assurance/decision.h"

#define DECIDED_LARGEST (64 * KIB)

/* Criteria that are named, by their ids, in the order of the version that was looked at. */
struct criteria_named {
	struct span *ids;
	size_t count;
};

struct decided {
	struct span evaluation;          /* its id */
	struct span framework, version, engine, policy; /* policy: "sha256:…" of the manifest */
	struct span profile;             /* empty: none */
	struct span resource;            /* the relying party's id */
	struct span facts;               /* JSON, for facts_restore() */
	struct span result;              /* JSON, as decision_result_write() wrote it */
	struct instant at;
	struct {
		struct span area, level;
		enum comparison comparison;
	} demand[REQUIREMENTS_LARGEST];
	size_t demand_count;
	bool permit;
	struct {
		struct span area, reached;
	} levels[AREAS_LARGEST];
	size_t level_count;
	struct criteria_named failed, unknown; /* the others were true */
};
/* ERR_SYNTAX, ERR_INVALID: no entry of a decision. */
enum err decided_read(struct arena *, struct span entry, struct decided *out, struct problem *why);

/* The same question, with the levels demanded then, to a version of its framework. ERR_NOT_FOUND: that has no such
 * profile, area or level; ERR_INVALID: its dictionary lacks a fact. Facts not counted because they had gone stale stay
 * out. */
enum err decided_question(const struct decided *, const struct framework *, struct arena *, struct facts *,
    struct question *out, struct problem *why);

/* Whoever asked brought requirements of their own: there is no profile, or it demanded another thing in `before` (NULL:
 * not known, and then it is the profile that is believed). */
bool decided_demands_own(const struct decided *, const struct framework *before);

/* As it would be asked of another version: a profile demands what that version's profile of the name does. What the
 * entry demands counts where it is the asker's own. */
enum err decided_question_anew(const struct decided *, const struct framework *before, const struct framework *after,
    struct arena *, struct facts *, struct question *out, struct problem *why);
