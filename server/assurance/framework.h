/* assurance/framework.h - one version of a framework: what each level of each area demands, as data.
 *
 * Its files (policy/<framework>/<version>/, schemas/policy-*.schema.json):
 *
 *     manifest.json            which framework and version, from when, the digests of files and facts
 *     levels.json              areas with their levels in order; what is composed of them; acr and other values
 *     table.json               the source's own table of levels, cell by cell (may be absent)
 *     criteria/<area>.json     criteria
 *     profiles/<id>.json       what a class of relying party requires
 *     steps.json               what helps, for advice
 *     mappings.json            rows from levels here to levels elsewhere (may be absent)
 *     sources.json             documents and their clauses, and what of them is left out, why
 *     tests/<name>.json        facts and what they must lead to
 *
 * Everything is read-only and lives in the arena it was read into. Levels are numbers: 0 is below the lowest, n the
 * nth.
 */
#pragma once

#include "assurance/condition.h"
#include "base/clock.h"

#define FRAMEWORK_LARGEST (4 * MIB)      /* of one version, all files */
#define FRAMEWORK_FILE_LARGEST (1 * MIB)
#define FRAMEWORK_FILES 128
#define AREAS_LARGEST 16                 /* areas and what is composed of them, together */
#define LEVELS_LARGEST 12
#define CRITERIA_LARGEST 1024
#define STEPS_LARGEST 256

/* The text of a file of the version; `name` is its path within it: "criteria/token.json". */
struct policy_file {
	const char *name;
	struct span text;
};
struct policy_files {
	const char *label;               /* for messages: "policy/jp-idtf/1.0" */
	struct policy_file *items;       /* sorted by name */
	size_t count;
};

/* How sure a text is (never more than its facts): of the founding document; read in its source; ours, from a source;
 * to be filled by the federation. */
enum status { STATUS_NONE, STATUS_SEED, STATUS_VERIFIED, STATUS_DERIVED, STATUS_TEMPLATE };
const char *status_name(enum status); /* "seed" … */

struct level {
	struct span id;                  /* "1+" */
	struct localized title;
	const struct span *acr, *authn_context, *assurance; /* values that stand for it: OIDC acr, SAML AuthnContext, */
	size_t acr_count, authn_context_count, assurance_count; /* eduPersonAssurance */
	struct localized spoken;         /* its title as it stands within a JSON string */
};

/* An area (評価軸), or what is composed of areas: the lowest of them. */
struct area {
	struct span id;
	struct localized title, text;
	struct level *levels;            /* the lowest first */
	size_t level_count;
	const uint8_t *of;               /* of a composed one: numbers of areas; NULL: an area of its own */
	const uint8_t (*ranks)[LEVELS_LARGEST + 1]; /* for each of `of`: its level as one of ours */
	size_t of_count;
	/* As JSON has it, made once for all decisions: `,"AREA":{`, and of each level from 0 on `"reached":"LEVEL"` and
	 * `"possible":"LEVEL"`. */
	struct span heading;
	struct localized spoken;         /* its title, within a string */
	const struct span *reached, *possible;
};

struct citation {
	struct span document, at;        /* sources.json's id; clause */
	struct span relation;            /* quotes, derived, equivalent, see */
};

struct parameter {
	struct span id;
	enum fact_type type;
	int64_t value;
	struct localized label;
};

struct criterion {
	/* What evaluating looks at stands together. */
	struct condition when, condition;     /* `when` false: it does not apply */
	enum provenance provenance;      /* the least that counts here; at least CLAIMED */
	uint8_t area;
	uint8_t level;                   /* 0: whatever the level ("any"): where it is false everything is refused */
	struct span id;
	enum status status;
	struct localized title, text, reason; /* {{parameter}} in text and reason */
	const struct citation *citations;
	size_t citation_count;
	const struct parameter *parameters;
	size_t parameter_count;
	struct span file, pointer;       /* where it stands */
	struct span quoted;              /* `,"ID"` */
	struct span spoken;              /* JSON: what a decision says of it where it is not true, up to the facts */
};

enum comparison { COMPARE_MINIMUM, COMPARE_EXACT, COMPARE_MAXIMUM, COMPARE_BETTER };
const char *comparison_name(enum comparison); /* "minimum" … (SAML core 3.3.2.2.1) */
bool comparison_read(struct span, enum comparison *out);

struct requirement {
	uint8_t area, level;
	enum comparison comparison;
};

/* What a class of relying party requires. Its own values of parameters and its exclusions are in `criteria`: the
 * framework's, changed and left out as it says. */
struct profile {
	struct span id;
	struct localized title, text;
	enum status status;
	const struct requirement *requirements;
	size_t requirement_count;
	enum provenance provenance;      /* the least that counts in all of it */
	const struct criterion *criteria;
	const bool *excluded;            /* one for each criterion */
	const struct exclusion {
		uint16_t criterion;
		struct localized reason;
	} *exclusions;
	size_t exclusion_count;
};

enum step_who { STEP_PERSON, STEP_IDP, STEP_RP, STEP_OPERATOR };
const char *step_who_name(enum step_who);

/* Methods of authentication as amr has them (RFC 8176 s2): a set is bits, one each. NULL: no further word. */
const char *amr_word(size_t number);

struct effect {
	uint16_t fact;
	bool add;                        /* of a set: these words join it */
	int64_t value;
};
struct step {
	struct span id;
	enum step_who who;
	bool in_person;
	uint32_t cost;
	struct localized title, text;
	struct condition needs;
	const struct effect *effects;
	size_t effect_count;
	uint32_t amr;                    /* methods that a login with it uses; 0: not said */
	const uint16_t *collects;        /* facts that it makes known, whatever they turn out to be */
	size_t collect_count;
};

struct policy_source {
	struct span id, version, date, url;
	struct localized title;
	const struct clause {
		struct span at;
		struct localized title;
		struct localized excluded;   /* why none of our criteria holds it; empty: it is cited */
	} *clauses;
	size_t clause_count;
};

struct table_cell {
	uint8_t area;
	uint16_t levels;                 /* bit n: level n; several: one text over all of them */
	struct localized text;           /* reconstructed words stand in 【 】 */
	enum status status;
};

struct mapping {
	uint8_t area, level;
	struct span framework, their_area, their_level;
	struct localized note;
};

struct policy_test {
	struct span title;
	struct span file, pointer;
	struct span json;                /* the whole test: trial.h reads it */
};

struct framework {
	struct span id, version;
	struct localized title, text;
	struct instant valid_from;
	struct span digest;              /* of the manifest: 32 bytes SHA-256, over its canonical JSON */
	const struct dictionary *dictionary;
	uint64_t uses[FACT_SETS];        /* the facts of its criteria and steps */
	const struct area *areas;        /* areas first, then what is composed of them */
	size_t area_count, own_count;    /* own: how many are areas of their own */
	uint8_t in_order[AREAS_LARGEST]; /* their numbers by id: the order of canonical JSON */
	const struct criterion *criteria; /* area by area, level by level */
	size_t criterion_count;
	const struct profile *profiles;
	size_t profile_count;
	const struct step *steps;
	size_t step_count;
	const struct step_plan *plan;    /* step_plan.h: for the search of steps */
	const struct policy_source *sources;
	size_t source_count;
	const struct table_cell *cells;
	size_t cell_count;
	const struct mapping *mappings;
	size_t mapping_count;
	const struct policy_test *tests;
	size_t test_count;
	struct policy_files files;
};

/* Whole or not at all. With `sealed` the manifest's digests must be those of the files and of the facts used; without,
 * as while a version is being written, they may be absent or other. Problems: "LABEL/criteria/token.json:
 * /criteria/3/level: …". */
enum err framework_read(struct arena *, const struct policy_files *, const struct dictionary *, bool sealed,
    const struct framework **out, struct problem *why);

/* The files of a directory, by name; other files are an error. */
enum err policy_files_read(struct arena *, const char *directory, struct policy_files *out, struct problem *why);

/* The manifest with the digests the files have now. */
enum err framework_manifest(struct arena *, const struct policy_files *, const struct dictionary *, struct span *out,
    struct problem *why);

/* -1, or their number. A level's number is from 1; "0" gives 0. */
int area_find(const struct framework *, struct span id);
int level_find(const struct area *, struct span id);
int criterion_find(const struct framework *, struct span id);
int step_find(const struct framework *, struct span id);
const struct profile *profile_find(const struct framework *, struct span id);
/* "0" for 0. */
struct span level_id(const struct area *, uint8_t level);
