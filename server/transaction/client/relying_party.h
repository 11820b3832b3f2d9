/* transaction/client/relying_party.h - who asks for persons, as the registry has it now: the same for every protocol.
 *
 *     a member's row, an entity ID -> relying_record_read -> relying_party_of -> struct relying_party
 *
 * Its standing is the row's; what is asked, shown and named is of the record in force. Pure.
 */
#pragma once

#include "base/arena.h"
#include "model/requirement_name.h"
#include "person/persona.h"
#include "registry/standing.h"

struct relying_party {
	struct span entity_id, member;         /* its member's id */
	struct localized name, member_name;    /* as people know them; `name` is the member's where it has none */
	struct localized description, information_url, privacy_url; /* may be empty */
	bool logo;                             /* its member has one that we serve (registry/view.h, logo_path()) */
	enum standing standing;                /* of the member; but APPROVED it is served nobody */
	struct requirement_name requires;      /* the least it needs; all empty: nothing */
	unsigned personas;                     /* PERSONA_BIT()s that it may be shown; never 0 */
	enum persona preferred;                /* the first of them in its record */
	struct span sector;                    /* host, in lower case (person/pairwise.h): of the record, of its client,
	    of its entity ID; empty: none of them has one */
	const struct member_attribute *attributes; /* all it may ask for */
	size_t attribute_count;
	/* Its certification for area privacy that is in force; empty: none. */
	struct span privacy_framework, privacy_level;
	struct instant until;                  /* it is other from then on, if nobody changes it; {0}: never */
};

/* A member's row read whole, and one of its relying parties; without an entity ID the one it has. All is in the arena,
 * and the row's. */
struct relying_record {
	struct member member;
	struct member_record record;
	const struct member_entity *entity;
};
/* ERR_NOT_FOUND: the record has no such entity, or not as relying party, or several; ERR_UNAVAILABLE: the row, or its
 * record, is of a form that this build cannot read. How the member stands is for the caller to look at. */
enum err relying_record_read(struct arena *, struct span row, struct span entity_id, struct relying_record *out,
    struct problem *why);

/* Borrowed from the record; a host that is made lives in the arena. */
struct relying_party relying_party_of(struct arena *, const struct relying_record *, struct instant now);

struct relying_party relying_party_copy(struct arena *, const struct relying_party *);
