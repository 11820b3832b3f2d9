/* registry/record_look.h - what in a member's record is well formed and yet of no use: attributes that nobody defined,
 * the card's checks entrusted to nobody who could do them, levels that nobody defined. Operators are warned of it where
 * they change the record.
 *
 *     begin -> add (records) … -> asks -> [store_load] -> loaded -> note … -> record_look
 */
#pragma once

#include "registry/finding.h"
#include "registry/standing.h"

#define RECORD_WARNINGS 50

/* Somebody to whom a record entrusts its checks (struct member_entrustment). */
struct entrusted {
	struct span id;
	bool gone;                           /* there is no such member, or it has withdrawn */
	const struct member_record *record;  /* NULL: none that can be read */
};

struct entrusted_members {
	struct arena *arena;
	struct entrusted *list; /* by id, each once, when asked for */
	size_t count, room;
	struct ask *asks;
};

/* All lives in the arena. */
void entrusted_begin(struct entrusted_members *, struct arena *);
void entrusted_add(struct entrusted_members *, const struct member_record *);
/* The questions to load; no question is none. */
struct ask *entrusted_asks(struct entrusted_members *, size_t *count);
void entrusted_loaded(struct entrusted_members *);
/* A record changed beside the others counts as it will be. */
void entrusted_note(struct entrusted_members *, const struct member_record *);

/* Whether somebody who knows the published frameworks can make something of a requirement; if not, the sentence says of
 * what there is none. NULL: nobody here knows them. */
struct requirement_check {
	enum err (*check)(void *arg, const struct requirement_name *, struct problem *why);
	void *arg;
};

/* Appends warnings to the findings, at most RECORD_WARNINGS; the new list is in the arena. Rules:
 * "member.attribute-unknown", "member.entrusted-to-nobody", "member.entrusted-to-no-operator",
 * "member.requires-unknown". */
void record_look(struct arena *, const struct member_record *, const struct entrusted_members *,
    const struct requirement_check *, struct instant now, const struct rule_finding **findings, size_t *count);
