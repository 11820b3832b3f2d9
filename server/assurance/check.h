/* assurance/check.h - what can be known of a framework without any transaction (`watashictl policy check`).
 *
 * Finite abstraction: each fact's domain is cut at the constants the policy names; then backtracking with the evaluator
 * itself. What facts can show has a witness, which facts do; what holds for all facts, or of the texts, has none.
 */
#pragma once

#include "assurance/evaluation.h"

enum policy_finding_kind {
	POLICY_LEVEL_UNREACHABLE,   /* no facts reach it */
	POLICY_LEVEL_ADDS_NOTHING,  /* whoever reaches the one below reaches it */
	POLICY_CRITERION_NEVER,     /* never true */
	POLICY_CRITERION_ALWAYS,    /* never false */
	POLICY_CRITERION_REDUNDANT, /* implied by the others up to its level */
	POLICY_CRITERION_UNDECIDED, /* unknown where every case would be true */
	POLICY_CRITERIA_CONTRADICT, /* a smallest set that cannot be true together */
	POLICY_PROFILE_UNSATISFIABLE,
	POLICY_PARAMETER_LOOSER,    /* a higher level's bound is looser than a lower one's */
	POLICY_FACT_UNUSED,         /* of the dictionary, in no framework given */
	POLICY_STEP_USELESS,        /* makes no criterion true that was not */
	POLICY_STEP_LOWERS,         /* there are facts where doing it lowers a level */
	POLICY_CRITERION_NO_STEP,   /* nothing known helps */
	POLICY_LEAF_UNTESTED,       /* no test sees it true, or false, or deciding */
	POLICY_CLAUSE_UNCITED,      /* neither cited nor excluded */
	POLICY_TRANSLATION_MISSING, /* or one text given for both languages */
	POLICY_PARAMETER_UNSAID,    /* no text of its criterion names it (what texts name wrongly is not read at all) */
	POLICY_CEILING,             /* with this word of a fact an area ends below its highest level */
	POLICY_LEAF_IDLE,           /* a part of a condition that never makes a difference */
	POLICY_FINDING_KINDS,
};
const char *policy_finding_name(enum policy_finding_kind); /* "level-unreachable" … */
bool policy_finding_has_witness(enum policy_finding_kind);

struct policy_finding {
	enum policy_finding_kind kind;
	bool error;                      /* else a warning or note */
	bool note;                       /* to be known, not to be mended */
	struct span subject;             /* id of the level ("token 4"), criterion, step, … */
	struct localized text;           /* what is so, and what follows */
	struct span witness;             /* {"fact":value,…} canonical; empty: its kind has none */
};
struct policy_findings {
	struct policy_finding *items;
	size_t count;
	uint64_t nodes;                  /* of the searches */
	/* where searches were ended by their limit: criteria, areas, profiles, steps */
	struct span *cut_off;
	size_t cut_off_count;            /* not 0: there may be more findings, and that is said, never silent */
	size_t cut_off_room;
};

/* `said` may be NULL: progress, 0 to 1000. */
void framework_check(const struct framework *, struct arena *, struct policy_findings *out,
    void (*said)(void *arg, unsigned permille), void *arg);

/* Facts of the dictionary that none of these frameworks uses: added to what was found. */
void dictionary_unused(const struct dictionary *, const struct framework *const *, size_t count, struct arena *,
    struct policy_findings *);

/* "error", "warning", "note" */
const char *policy_finding_weight(const struct policy_finding *);
