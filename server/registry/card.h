/* registry/card.h - `/v1/members/{id}`: everything about one member that the world may see, as JSON; and the fuller one for
 * operators.
 *
 * names, logo, kind, standing with reason and since, roles, certifications with their state, entities (id, roles, scopes,
 * attributes with purpose, endpoints' hosts, certificates with fingerprint and dates, categories, findings), history.
 */
#pragma once

#include "registry/finding.h"
#include "registry/portrait.h"
#include "registry/standing.h"

#define CARD_EVENTS 1000

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
void card_write(struct buffer *, struct arena *, const struct card *);
