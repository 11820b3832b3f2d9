/* transaction/decision/party.h - who takes part in a question, as the registry has them at that moment; what it knows
 * of them is observed, so nobody need state it and nobody can.
 *
 *     parties_add … -> parties_load: whose entities, those members -> party_observe: facts
 *
 * Of the relying party: rp.standing, and facts named rp.… of its certifications in force; of the identity provider:
 * idp.standing, and all others. Certifications count while the member is approved. An entity that is no member's, or
 * has not that part in the registry, takes no part: nothing is known of it.
 */
#pragma once

#include "assurance/facts.h"
#include "transaction/decision/roll.h"

struct party {
	/* Asked for. */
	enum entity_role role;       /* ENTITY_RP, ENTITY_IDP */
	struct span entity_id;       /* empty: whichever of the member's has this role */
	struct span member;          /* id; of an entity, once loaded, whose it is */
	/* Found. */
	enum standing standing;      /* unknown: it takes no part */
	bool logo;                   /* its member, which is approved, has one that we serve */
	const struct span *facts;    /* JSON objects of certifications in force, in the record's order */
	size_t fact_count;
};

struct parties {
	struct party *list;
	size_t count, room;
};
struct parties parties_new(struct arena *, size_t room);
/* Which one it is in the list; the same is asked for once. */
size_t parties_add(struct parties *, enum entity_role, struct span entity_id, struct span member);

/* Whether the registry states any fact of this dictionary; else there is nothing to load. */
bool registry_speaks(const struct dictionary *);

/* One load to see whose entities they are, one for their members. ERR_UNAVAILABLE, ERR_IO: the store does not tell. The
 * parties, and what they point to, stay the caller's until then. */
typedef void on_parties(void *arg, enum err, const struct problem *why);
struct pending *parties_load(struct store *, struct roll *, struct arena *, struct parties *, struct instant now,
    on_parties *, void *arg);

/* Whether it takes part, and is this member's. */
bool party_is_of(const struct party *, struct span member);

void party_observe(const struct party *, struct facts *, struct instant now);
