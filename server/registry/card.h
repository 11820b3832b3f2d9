/* registry/card.h - `/v1/members/{id}`: everything about one member that the world may see, as JSON; and the fuller one
 * for operators.
 *
 *     id standing since reason registered source
 *     name description url kind address logo support registration_policy
 *     certifications  framework area level uri assessor from until state document entity_id
 *     accreditations  name basis from until state uses notified            what it may do with certificates of JPKI
 *     entrustments    to from until state uses reported
 *     entities        entity_id published roles name … scopes categories attributes endpoints certificates
 *                     findings refused
 *     history         at event standing reason actor, newest first
 *
 * The world sees no name of a person, no address but that of support, nothing that is only proposed or that the steward
 * reminded of, and of those who acted only whether it was an operator. Of each list within an entity at most CARD_LIST
 * are shown.
 */
#pragma once

#include "registry/finding.h"
#include "registry/portrait.h"
#include "registry/standing.h"

#define CARD_EVENTS 1000
#define CARD_LIST 128

struct card_entity {
	struct span entity_id;
	const struct entity *entity;         /* NULL: not in the registry now */
	const struct portrait *portrait;     /* NULL: none, or unreadable */
	const struct findings *findings;     /* NULL: nothing was found */
};
struct card {
	const struct member *member;         /* NULL: an entity of a source, which is the only one then */
	const struct member_record *record;
	const struct card_entity *entities;
	size_t entity_count;
	const struct span *events;           /* JSON entries, newest first */
	size_t event_count;
	bool whole;                          /* for operators: record, proposal, approvers and contacts too */
	struct instant now;
};
/* The portrait of an entity as it is published: `row` is its fragment's, the registry's words stand in it. In the
 * arena, which may take PORTRAIT_ARENA and the document. On failure there is none, and the card is as good as
 * before. */
enum err card_draw(struct arena *, const char *registration_authority, struct card_entity *, struct span row,
    struct problem *why);

void card_write(struct buffer *, struct arena *, const struct card *);

/* Whether there is a card for the world: of who was approved once and is not applying anew. */
bool card_is_public(const struct member *);
