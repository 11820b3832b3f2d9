/* registry/metadata.h - a SAML metadata file of somebody else becomes entities, each a canonical fragment.
 *
 * A fragment is one `<md:EntityDescriptor>` in exclusive canonical form *inside our own context*: well-known
 * namespaces have the prefixes of metadata_context[] and are declared by the published document's root, never by the
 * fragment; all others are declared where they are used. So the same bytes stand in every publication, and a large
 * aggregate is their concatenation. Signatures, validUntil, cacheDuration, ID, mdrpi:PublicationInfo and comments of
 * the source are dropped, and what its terms do not believe; md:Extensions and mdattr:EntityAttributes that have no
 * child then are dropped with it, as the schema demands one.
 *
 * Why the text is its own canonical form: the root declares every context prefix and the signature's PrefixList
 * names them, so they are rendered there and nowhere else. Within an entity each further namespace has exactly one
 * prefix, declared on the outermost element that uses it and on no other. One that only the value of an xsi:type
 * uses is called t1 … t16, declared on that element and named in the PrefixList too: there inclusive treatment
 * renders it exactly where it stands.
 */
#pragma once

#include "base/arena.h"
#include "base/clock.h"
#include "base/problem.h"
#include "model/entity.h"

struct context_namespace {
	const char *prefix, *uri;
};
/* Sorted by prefix; ends with a zero row. */
extern const struct context_namespace metadata_context[];

/* Whether the entity brings its mdrpi:RegistrationInfo, and if not, where the registry puts its own. */
enum registration {
	REGISTRATION_UNKNOWN,
	REGISTRATION_PRESENT,
	REGISTRATION_MISSING,    /* there is an md:Extensions to put it into */
	REGISTRATION_HOMELESS,   /* there is not */
};

struct metadata_entity {
	struct span entity_id;
	unsigned roles;          /* enum entity_role */
	/* the root's attributes other than entityID, canonical: ` Name="value"…`, usually empty */
	struct span attributes;
	struct span content;     /* everything between `>` of the root's start tag and its end tag */
	/* beyond the context's: prefixes used only in values (xsi:type), sorted, space-separated */
	struct span prefixes;
	enum registration registration;
	uint32_t extensions;     /* where in `content` the children of md:Extensions begin; 0: REGISTRATION_HOMELESS */
	/* where in `content` a further child of mdattr:EntityAttributes goes; 0: there is none */
	uint32_t attributes_at;
	struct span name_ja, name_en; /* mdui:DisplayName of its roles, else the organisation's; may be empty */
	/* the earliest of its own and of what it stands in (s2.3.1, s2.3.2); {0}: none says one */
	struct instant valid_until;
	/* "ATTRIBUTE VALUE": categories and certifications it claimed and was not believed */
	const struct span *claimed;
	size_t claimed_count;
	int line;
};

struct metadata_refusal {
	struct span entity_id;   /* may be empty */
	int line;
	struct problem why;
};

/* Whose words count. Zero: the entity says nothing about its registration, its categories and its certifications, for
 * that is the registry's to say; everything else is its own. */
struct metadata_terms {
	bool believe_registration;  /* mdrpi:RegistrationInfo stays */
	bool believe_categories;    /* http://macedir.org/entity-category and assurance-certification values stay */
	/* Of a member's descriptor: what the record says, canonical in our context, stands instead of the descriptor's
	 * own mdui:UIInfo (in each IDPSSO-, SPSSO- or AttributeAuthorityDescriptor), shibmd:Scope (in those but the
	 * SPSSO-, for a relying party speaks of nobody), md:Organization and md:ContactPerson. What is empty leaves the
	 * descriptor's own in place, but for the scopes. */
	bool replace;
	struct span ui_info, scopes, organization, contacts;
	/* …and instead of its md:AttributeConsumingService: md:RequestedAttribute elements. When empty there is none,
	 * and never does http://macedir.org/entity-category-support stay, for both raise trust and are the record's to
	 * say. */
	struct span requested, service_name;
};

struct metadata {
	struct instant valid_until; /* of the root; {0}: it says none */
	struct metadata_entity *entities;
	size_t entity_count;
	struct metadata_refusal *refusals;
	size_t refusal_count;
};

#define METADATA_LARGEST (256 * MIB)
#define METADATA_ENTITIES 30000         /* of one document, so that an import fits one unit of work */
#define METADATA_FRAGMENT (1 * MIB)
#define METADATA_PREFIXES 16            /* t1 … t16 */
#define METADATA_ARENA (2 * METADATA_LARGEST) /* metadata_read() takes no more */

/* By line. */
void metadata_sort_refusals(struct metadata_refusal *, size_t count);

/* A document whose root is EntityDescriptor, or EntitiesDescriptor nested to any allowed depth. One bad entity is a
 * refusal and does not stop the others (a second entity of one ID refuses both); a document that is not well-formed
 * metadata is a problem. One without any entity is well-formed: whether that is meant, the caller knows. */
enum err metadata_read(struct arena *, struct span document, const struct metadata_terms *, struct instant now,
    struct metadata *out, struct problem *why);
