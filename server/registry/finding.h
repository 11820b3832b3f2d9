/* registry/finding.h - what a rule found about an entity: in which element, how bad, and what would be right.
 *
 * Findings are data. Those about what is published and those about a newer copy that was refused are kept apart, so
 * that a member sees why its last good document is still the one in force.
 */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "model/entity.h"
#include "store/table.h"

/* entity_key -> struct findings; absent: nothing was found */
extern const struct table finding_table;

enum finding_level { FINDING_NONE, FINDING_WARNING, FINDING_ERROR };
const char *finding_level_name(enum finding_level);

struct rule_finding {
	struct span rule;         /* "edugain.contact-missing" */
	enum finding_level level; /* at the time it was found */
	struct instant error_from; /* a warning that becomes an error then; {0}: it stays what it is */
	struct span element;      /* "SPSSODescriptor[1]/Extensions/UIInfo/Logo[2]"; empty: the entity itself */
	struct span found;        /* what stands there, cut short; may be empty */
	struct span right_ja, right_en; /* what would be right */
	struct span clause;       /* where the rule comes from */
	struct span member, entity_id; /* in results; a row has them in its key and entity */
};

/* How many there are by rule, in the order of their names: of thousands of entities, in little memory. */
#define FINDING_RULES 256
struct finding_tally {
	struct finding_count {
		char rule[64];
		uint32_t errors, warnings;
	} rules[FINDING_RULES];
	size_t count;
};
void finding_tally_add(struct finding_tally *, const struct rule_finding *);

#define FINDINGS_OF_ENTITY 200
struct findings {
	struct instant looked;
	struct rule_finding *published;  /* about the document in force */
	size_t published_count;
	struct rule_finding *refused;    /* about a newer copy that was not taken over; empty: there is none */
	size_t refused_count;
	struct instant refused_at;
};
void findings_write(struct buffer *, const struct findings *);
/* Arrays in the arena, texts borrowed from `value`. False: not our record. */
bool findings_read(struct arena *, struct span value, struct findings *out);

/* [{"rule":…,"level":…,"element":…,"found":…,"right":{"ja":…,"en":…},"clause":…,"error_from":…,"member":…,
 * "entity_id":…}…] */
void findings_write_json(struct buffer *, const struct rule_finding *, size_t count);
