/* assurance/framework_reading.h - a framework while it is read: its documents, all open until the last is done.
 *
 *     levels -> sources -> criteria -> conditions -> profiles -> steps -> table, mappings, tests
 *
 * Each reader leaves its problem in the document it is about and goes on; framework_read() tells the first. Private to
 * the framework_*.c that read.
 */
#pragma once

#include "assurance/framework.h"
#include "assurance/policy_reading.h"

struct draft {
	struct criterion criterion;
	struct place place;          /* of the criterion */
	size_t order;                /* as it was read */
};

struct framework_reading {
	struct arena *arena;
	struct framework *framework;
	const struct policy_files *files;
	struct document *documents;  /* one for each file */
	struct draft *drafts;        /* sorted as the criteria are */
	size_t nodes;                /* of all conditions: references multiply what a file may hold */
};

/* "levels.json"; its root, of a document without root when there is none. */
struct place framework_file(const struct framework_reading *, const char *name);
/* The next file of a folder: "criteria/token.json" and "token". `*cursor` starts 0. */
bool framework_next_file(const struct framework_reading *, const char *folder, size_t *cursor, struct place *root,
    struct span *stem);

/* Nothing is wrong so far: areas, levels and parameters are what they say they are. */
bool framework_sound(const struct framework_reading *);

/* An area's number, a level's. Problem: no such. */
uint8_t framework_area(const struct framework_reading *, struct place);
uint8_t framework_level(const struct framework_reading *, struct place, uint8_t area);
enum status framework_status(struct place);

/* Compiles a condition outside of criteria (a step's), and adds its facts to the framework's. */
struct condition framework_condition(struct framework_reading *, struct place);
/* A parameter's value. False: the problem is the document's, or its type's. */
bool framework_parameter_value(struct place, enum fact_type, int64_t *out);
/* A fact by its id. NULL: the problem is the document's. */
const struct fact *framework_fact(const struct framework_reading *, struct place);

void framework_read_levels(struct framework_reading *);
void framework_read_table(struct framework_reading *);
void framework_read_mappings(struct framework_reading *);
void framework_read_sources(struct framework_reading *);
void framework_read_criteria(struct framework_reading *);
void framework_read_conditions(struct framework_reading *);
void framework_read_profiles(struct framework_reading *);
void framework_read_steps(struct framework_reading *);
void framework_read_tests(struct framework_reading *);

/* "sha256:HEX" of the canonical definitions of the facts used. */
const char *framework_facts_digest(const struct framework *, struct arena *);
/* What the manifest must say of the files and facts; not sealed, it may say something else or nothing. */
void framework_check_seal(const struct framework_reading *, struct place manifest, bool sealed);
