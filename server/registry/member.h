/* registry/member.h - the member record: what an organisation is in the framework, as a value and as JSON
 * (schemas/member.schema.json).
 *
 * The record is what members and operators write; standing, history and approvals are the registry's own
 * (standing.h). Every publication is a view of it.
 */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "base/problem.h"
#include "model/entity.h"
#include "model/jpki_purpose.h"
#include "model/localized.h"
#include "model/requirement_name.h"

#define MEMBER_RECORD_LARGEST (1 * MIB)  /* of its JSON */
#define MEMBER_ID_LARGEST 64             /* a-z 0-9 -, a letter or digit first and last; at least 2; no SHA-1 */
#define MEMBER_ENTITIES 64
#define MEMBER_CERTIFICATIONS 64
#define MEMBER_CONTACTS 32
#define MEMBER_ATTRIBUTES 128            /* of one entity */
#define MEMBER_VALUES 64                 /* scopes, categories of one entity; facts of a certification */
#define MEMBER_RIGHTS 8                  /* accreditations; entrustments */

struct oidc_client;

struct member_contact {
	struct span type;        /* technical support administrative security billing other */
	struct span given_name, surname, email, telephone; /* email without mailto: */
};

struct member_logo {
	struct span url;         /* https: or data:image/…;base64, */
	uint32_t width, height;  /* 0: there is no logo */
};

/* What an entity may ask of a person, for what, on which legal basis. */
struct member_attribute {
	struct span name;        /* SAML Name (URI) or OIDC claim */
	struct span friendly_name;
	bool required;
	struct localized purpose;
	struct span legal_basis;
};

/* An assessor's statement that the member meets a level of an area. In force from `from` until `until` (exclusive). */
struct member_certification {
	struct span framework, area, level; /* "jp-idtf", "registration", "3" */
	struct span uri;         /* what assertions and entity attributes call it */
	struct span assessor;
	struct instant from, until;
	struct span document;    /* URL of the certificate or report; may be empty */
	struct span entity_id;   /* the entity it is about; empty: all of the member's */
	struct span facts;       /* what the assessor established: fact -> value, canonical JSON; empty: nothing more */
};

/* On which ground the member may itself have certificates of JPKI checked (Act Arts. 17, 36), and since when J-LIS has
 * been notified. */
struct member_accreditation {
	struct span name;        /* what the document calls it; each once */
	/* accredited (Art. 17(1)(vi), at most a year) public-body court certification-business */
	struct span basis;
	unsigned uses;           /* of enum jpki_purpose: for which of the card's certificates */
	struct instant from, until, notified;
};

/* That it has entrusted the whole of that work to another member (Rule 29), and when that one reported it. */
struct member_entrustment {
	struct span to;          /* id of the member */
	unsigned uses;
	struct instant from, until, reported;
};

struct member_entity {
	struct span entity_id;
	unsigned roles;          /* enum entity_role */
	struct localized name, description, information_url, privacy_url; /* what is shown; empty: the member's own */
	struct member_logo logo; /* the same */
	const struct span *scopes, *categories, *supported_categories;
	size_t scope_count, category_count, supported_count;
	const struct member_attribute *attributes;
	size_t attribute_count;
	/* Of a relying party: what it needs at least; as which of their personas it may meet people, the first before
	 * the others (person/persona.h; none: private, business); the host under which it knows them
	 * (person/pairwise.h; empty: that of where its client returns to). */
	struct requirement_name requires;
	const struct span *personas; /* "administrative" "business" "private" */
	size_t persona_count;
	struct span sector;
	struct span saml;        /* an EntityDescriptor as XML; empty: the entity does not speak SAML */
	struct span oidc_client, oidc_provider; /* metadata as canonical JSON; empty: none */
	const struct oidc_client *client; /* the former, read (oidc_client.h); NULL: none */
};

struct member_record {
	struct span id;
	struct localized name, description, url;
	struct span kind;        /* public education medical finance business platform other */
	struct span street_address, locality, postal_code, country; /* TS 119 602 TEPostalAddress; may be empty */
	struct member_logo logo;
	const struct member_contact *contacts;
	size_t contact_count;
	const struct member_entity *entities;
	size_t entity_count;
	const struct member_certification *certifications;
	size_t certification_count;
	const struct member_accreditation *accreditations;
	size_t accreditation_count;
	const struct member_entrustment *entrustments;
	size_t entrustment_count;
	struct localized registration_policy; /* URLs; empty: the federation's */
};

/* `file` is for messages: "FILE: /entities/0/entity_id: expected …, found …". Everything is checked that can be known
 * from the record alone: unknown keys, forms of ids, URLs and dates, ids that stand twice, an until before its from, a
 * SAML descriptor of another entityID. All in the arena. */
enum err member_parse(struct arena *, const char *file, struct span json, struct member_record *out,
    struct problem *why);

/* Canonical JSON (RFC 8785): the form that is kept, digested and compared. member_parse() reads it back to the same. */
void member_print(struct buffer *, const struct member_record *);

/* {"framework","levels":{…},"profile"}, canonical; of one that is asked for. */
void requirement_print(struct buffer *, const struct requirement_name *);

bool member_id_valid(struct span);

/* Whether it holds for the entity at that time. */
bool certification_holds(const struct member_certification *, struct span entity_id, struct instant now);
