/* registry/metadata.c - a SAML metadata file of somebody else becomes entities, each a canonical fragment.
 *
 *     wrapper*  ->  entity  ->  kept elements
 *        |             |-- ds:Signature skipped
 *        |             `-- dropped by the terms (amendment.h); what is left empty by that goes too
 *        `-- Extensions, ds:Signature skipped
 *
 * What is wrong with one entity is its refusal: the rest of it is passed over and the next one is read.
 */
#include "registry/metadata.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "registry/amendment.h"
#include "registry/canonical.h"
#include "registry/claims.h"
#include "registry/entity.h"
#include "registry/naming.h"
#include "registry/soundness.h"
#include "registry/twins.h"

#define MD "urn:oasis:names:tc:SAML:2.0:metadata"
#define DS "http://www.w3.org/2000/09/xmldsig#"
#define RPI "urn:oasis:names:tc:SAML:metadata:rpi"
#define ATTR "urn:oasis:names:tc:SAML:metadata:attribute"

#define WRAPPERS 8      /* EntitiesDescriptor in EntitiesDescriptor */
#define ENTITY_DEPTH 40 /* elements below EntityDescriptor */
#define ENTITY_ELEMENTS 20000
#define VALUE_LARGEST (64 * KIB)

static const struct xml_limits limits = {
	.bytes = METADATA_LARGEST,
	.depth = CANONICAL_DEPTH,
	.attributes = CANONICAL_ATTRIBUTES,
	.text = VALUE_LARGEST,
};

/* An element of the entity that is being written. */
struct frame {
	size_t at;               /* where in the content its start tag stands */
	unsigned types;          /* how many prefixes of types there were */
	unsigned children;       /* kept or put in */
	bool hollow;             /* without a child it is not written at all */
};

struct reading {
	struct arena *arena;
	struct metadata *out;
	const struct metadata_terms *terms;
	size_t entity_room, refusal_room, taken;
	struct instant now;
	struct canonical *canonical;
	struct soundness soundness;
	struct amendment amendment;
	struct naming naming;
	struct claims claims;
	struct buffer attributes, content, prefixes;

	unsigned depth;          /* of the element at hand; the root's is 1 */
	unsigned skip_at;        /* everything inside the element of this depth is passed over; 0: nothing is */
	bool dropping;           /* because the terms drop it */
	struct instant until[WRAPPERS + 2]; /* by depth: the earliest validUntil from the root down to there */
	unsigned stale_at;       /* the wrapper that is no longer valid; 0: none */
	struct problem stale;

	unsigned entity_at;      /* depth of the EntityDescriptor; 0: outside */
	struct metadata_entity entity;
	bool refused, affiliation;
	unsigned children, elements;
	unsigned extensions_at;  /* depth of its md:Extensions while inside */
	struct frame frames[ENTITY_DEPTH + 1]; /* by depth below the entity; its own: 0 */
};

/* Keeping */

static void *
grown(struct arena *arena, void *old, size_t count, size_t *room, size_t size)
{
	void *larger;

	if (count < *room)
		return old;
	*room = *room ? *room * 2 : 64;
	larger = arena_take_array(arena, *room, size);
	if (count)
		memcpy(larger, old, count * size);
	return larger;
}

static struct metadata_refusal *
refusal_new(struct arena *arena, struct metadata *out, size_t *room)
{
	out->refusals = grown(arena, out->refusals, out->refusal_count, room, sizeof(*out->refusals));
	return &out->refusals[out->refusal_count++];
}

/* Only the first reason is kept. */
static void
refuse(struct reading *r, const struct problem *why)
{
	struct metadata_refusal *refusal;

	if (r->refused)
		return;
	r->refused = true;
	refusal = refusal_new(r->arena, r->out, &r->refusal_room);
	*refusal = (struct metadata_refusal){ .entity_id = r->entity.entity_id, .line = r->entity.line, .why = *why };
}

static void __attribute__((format(printf, 4, 5)))
refuse_for(struct reading *r, enum err code, const char *clause, const char *format, ...)
{
	struct problem why;
	char text[sizeof(why.text)];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	problem_set(&why, code, clause, "%s", text);
	refuse(r, &why);
}

/* Where entities stand */

static const struct xml_attribute *
attribute_find(const struct xml_element *element, const char *local)
{
	for (size_t i = 0; i < element->attribute_count; i++)
		if (xml_name_is(&element->attributes[i].name, NULL, local))
			return &element->attributes[i];
	return NULL;
}

/* An element whose validity has ended, or cannot be told, says nothing about now; what it stands in ends it, too
 * (SAML 2.0 Metadata s2.3.1, s2.3.2). */
static bool
is_stale(struct reading *r, const struct xml_element *element, struct problem *why)
{
	const struct xml_attribute *until = attribute_find(element, "validUntil");
	struct instant end;
	char text[INSTANT_TEXT];

	r->until[r->depth] = r->until[r->depth - 1];
	if (!until)
		return false;
	if (!instant_read(until->value, &end)) {
		problem_set(why, ERR_INVALID, "SAML 2.0 Metadata s2.3.2",
		    "line %d: validUntil=\"%.*s\" of %s is not a time in UTC",
		    element->line, (int)span_first(until->value, 80).size, (const char *)until->value.data,
		    element->name.local);
		return true;
	}
	if (r->until[r->depth].us == 0 || instant_before(end, r->until[r->depth]))
		r->until[r->depth] = end;
	if (instant_before(r->now, end))
		return false;
	problem_set(why, ERR_INVALID, "SAML 2.0 Metadata s2.3.2",
	    "line %d: %s was valid until %s; expected a time to come",
	    element->line, element->name.local, instant_text(end, text));
	return true;
}

static void
check_entity_id(struct reading *r, const struct xml_element *element)
{
	const struct xml_attribute *id = attribute_find(element, "entityID");
	struct problem wrong;

	if (!id || id->value.size == 0) {
		refuse_for(r, ERR_INVALID, "SAML 2.0 Metadata s2.3.2", "line %d: expected an entityID, found %s",
		    element->line, id ? "an empty one" : "none");
		return;
	}
	r->entity.entity_id = arena_copy(r->arena, span_first(id->value, ENTITY_ID_LARGEST));
	if (id->value.size > ENTITY_ID_LARGEST)
		refuse_for(r, ERR_LIMIT, "SAML 2.0 Metadata s2.3.2",
		    "line %d: expected an entityID of at most %d characters, found %zu", element->line,
		    ENTITY_ID_LARGEST, id->value.size);
	if (soundness_entity_id(id->value, element->line, &wrong) != OK)
		refuse(r, &wrong);
}

static enum err
enter_entity(struct reading *r, const struct xml_element *element, struct problem *why)
{
	struct problem wrong;

	if (r->out->entity_count + r->out->refusal_count >= METADATA_ENTITIES)
		return problem_set(why, ERR_LIMIT, "", "line %d: the document has more than %d entities", element->line,
		    METADATA_ENTITIES);
	r->entity_at = r->depth;
	r->entity = (struct metadata_entity){ .line = element->line };
	r->refused = r->affiliation = false;
	r->children = r->elements = r->extensions_at = 0;
	buffer_clear(&r->attributes);
	buffer_clear(&r->content);
	buffer_clear(&r->prefixes);
	r->frames[0] = (struct frame){ 0 };
	canonical_begin(r->canonical);
	soundness_begin(&r->soundness);
	amendment_begin(&r->amendment, r->terms);
	naming_begin(&r->naming);
	claims_begin(&r->claims);
	check_entity_id(r, element);
	if (r->stale_at)
		refuse(r, &r->stale);
	if (is_stale(r, element, &wrong))
		refuse(r, &wrong);
	r->entity.valid_until = r->until[r->depth];
	if (!r->refused && canonical_root(r->canonical, element, &r->attributes, &wrong) != OK)
		refuse_for(r, wrong.code, wrong.clause, "line %d: %s", element->line, wrong.text);
	return OK;
}

/* Of the root; one that is no time refuses all that is in it. */
static void
see_root(struct reading *r, const struct xml_element *element)
{
	const struct xml_attribute *until = attribute_find(element, "validUntil");

	if (until && !instant_read(until->value, &r->out->valid_until))
		r->out->valid_until = (struct instant){ 0 };
}

static enum err
enter_outside(struct reading *r, const struct xml_element *element, struct problem *why)
{
	struct problem further;

	if (r->depth == 1)
		see_root(r, element);
	if (xml_name_is(&element->name, MD, "EntityDescriptor"))
		return enter_entity(r, element, why);
	if (xml_name_is(&element->name, MD, "EntitiesDescriptor")) {
		if (r->depth > WRAPPERS)
			return problem_set(why, ERR_LIMIT, "",
			    "line %d: EntitiesDescriptor is nested more than %d deep",
			    element->line, WRAPPERS);
		if (is_stale(r, element, r->stale_at ? &further : &r->stale) && !r->stale_at)
			r->stale_at = r->depth;
		return OK;
	}
	if (r->depth > 1 &&
	    (xml_name_is(&element->name, MD, "Extensions") || xml_name_is(&element->name, DS, "Signature"))) {
		r->skip_at = r->depth;
		return OK;
	}
	return problem_set(why, ERR_INVALID, "SAML 2.0 Metadata s2.3",
	    "line %d: expected EntityDescriptor or EntitiesDescriptor of %s, found %s%s%s%s", element->line, MD,
	    element->name.local, element->name.uri ? " of " : " of no namespace",
	    element->name.uri ? element->name.uri : "", r->depth == 1 ? " as root" : "");
}

/* Inside an entity */

static const struct {
	const char *name;
	unsigned role;
} roles[] = {
	{ "IDPSSODescriptor", ENTITY_IDP },
	{ "SPSSODescriptor", ENTITY_RP },
	{ "AttributeAuthorityDescriptor", ENTITY_AP },
	{ "RoleDescriptor", ENTITY_OTHER },
	{ "AuthnAuthorityDescriptor", ENTITY_OTHER },
	{ "PDPDescriptor", ENTITY_OTHER },
};

/* The order of children is the schema's (SAML 2.0 Metadata s2.3.2): Extensions first, once. */
static void
see_child(struct reading *r, const struct xml_element *element)
{
	if (xml_name_is(&element->name, MD, "Extensions")) {
		if (r->children)
			refuse_for(r, ERR_INVALID, "SAML 2.0 Metadata s2.3.2",
			    "line %d: expected Extensions once and as first child of the EntityDescriptor",
			    element->line);
		r->extensions_at = r->depth;
	}
	r->children++;
	if (xml_name_is(&element->name, MD, "AffiliationDescriptor"))
		r->affiliation = true;
	for (size_t i = 0; i < COUNT(roles); i++)
		if (xml_name_is(&element->name, MD, roles[i].name))
			r->entity.roles |= roles[i].role;
}

/* Signatures of the source cover bytes that we rewrite: a role may carry one as well as the entity. */
static bool
is_signature(const struct reading *r, const struct xml_element *element)
{
	return r->depth <= r->entity_at + 2 && xml_name_is(&element->name, DS, "Signature");
}

static void
drop(struct reading *r, const struct xml_element *element)
{
	r->skip_at = r->depth;
	r->dropping = true;
	claims_start(&r->claims, element);
}

static void
keep(struct reading *r, const struct xml_element *element)
{
	unsigned depth = r->depth - r->entity_at;
	bool extension = r->extensions_at && r->depth == r->extensions_at + 1;
	struct frame *f = &r->frames[depth];
	struct problem wrong;

	*f = (struct frame){
		.at = buffer_span(&r->content).size,
		.types = canonical_types(r->canonical),
		.hollow = xml_name_is(&element->name, MD, "Extensions") ||
		    xml_name_is(&element->name, ATTR, "EntityAttributes"),
	};
	if (canonical_start(r->canonical, element, &r->content, &wrong) != OK)
		refuse_for(r, wrong.code, wrong.clause, "line %d: %s", element->line, wrong.text);
	else if (soundness_start(&r->soundness, element, &wrong) != OK)
		refuse(r, &wrong);
	if (extension && xml_name_is(&element->name, RPI, "RegistrationInfo"))
		r->entity.registration = REGISTRATION_PRESENT;
	if (r->extensions_at == r->depth)
		r->entity.extensions = (uint32_t)buffer_span(&r->content).size;
	naming_start(&r->naming, element);
	f->children += amendment_started(&r->amendment, depth, element, &r->content);
}

static void
enter_inside(struct reading *r, const struct xml_element *element)
{
	unsigned depth = r->depth - r->entity_at;

	if (r->refused)
		return;
	if (is_signature(r, element)) {
		r->skip_at = r->depth;
		return;
	}
	if (depth == 1)
		see_child(r, element);
	if (depth > ENTITY_DEPTH)
		refuse_for(r, ERR_LIMIT, "", "line %d: elements are nested more than %d deep in the entity",
		    element->line, ENTITY_DEPTH);
	else if (++r->elements > ENTITY_ELEMENTS)
		refuse_for(r, ERR_LIMIT, "", "line %d: the entity has more than %d elements", element->line,
		    ENTITY_ELEMENTS);
	if (r->refused)
		return;
	r->frames[depth - 1].children += amendment_before(&r->amendment, depth, element, &r->content);
	if (amendment_drops(&r->amendment, depth, element))
		drop(r, element);
	else
		keep(r, element);
}

/* An element left without a child that the schema demands: as if it had never been. */
static void
take_back(struct reading *r, const struct frame *f)
{
	r->content.end = r->content.start + f->at;
	canonical_forget(r->canonical, f->types);
	if (r->extensions_at == r->depth)
		r->entity.extensions = 0;
}

static void
leave_inside(struct reading *r, const struct xml_name *name)
{
	unsigned depth = r->depth - r->entity_at;
	struct frame *f = &r->frames[depth];
	bool hollow, extension = r->extensions_at && r->depth == r->extensions_at + 1;
	struct problem wrong;

	if (r->refused)
		return;
	f->children += amendment_ending(&r->amendment, depth, &r->content);
	hollow = f->hollow && !f->children;
	if (!hollow && extension && !r->entity.attributes_at && xml_name_is(name, ATTR, "EntityAttributes"))
		r->entity.attributes_at = (uint32_t)buffer_span(&r->content).size;
	canonical_end(r->canonical, name, &r->content);
	if (soundness_end(&r->soundness, &wrong) != OK)
		refuse(r, &wrong);
	naming_end(&r->naming);
	if (hollow)
		take_back(r, f);
	else
		r->frames[depth - 1].children++;
}

static enum err
leave_entity(struct reading *r, struct problem *why)
{
	struct metadata_entity *e = &r->entity;

	r->entity_at = 0;
	amendment_finish(&r->amendment, &r->content);
	if (e->roles == 0 && !r->affiliation)
		refuse_for(r, ERR_INVALID, "SAML 2.0 Metadata s2.3.2",
		    "line %d: expected a role descriptor or an AffiliationDescriptor in the EntityDescriptor, "
		    "found none", e->line);
	if (r->attributes.overflowed || r->content.overflowed)
		refuse_for(r, ERR_LIMIT, "", "line %d: the entity in canonical form is larger than %zu bytes", e->line,
		    METADATA_FRAGMENT);
	if (r->refused)
		return OK;
	if (e->registration != REGISTRATION_PRESENT)
		e->registration = e->extensions ? REGISTRATION_MISSING : REGISTRATION_HOMELESS;
	canonical_prefixes(r->canonical, &r->prefixes);
	r->taken += buffer_span(&r->attributes).size + buffer_span(&r->content).size + claims_size(&r->claims);
	if (r->taken > METADATA_LARGEST)
		return problem_set(why, ERR_LIMIT, "",
		    "line %d: the document in canonical form is larger than %zu bytes", e->line,
		    METADATA_LARGEST);
	e->attributes = arena_copy(r->arena, buffer_span(&r->attributes));
	e->content = arena_copy(r->arena, buffer_span(&r->content));
	e->prefixes = arena_copy(r->arena, buffer_span(&r->prefixes));
	e->name_ja = arena_copy(r->arena, naming_found(&r->naming, NAMING_JA));
	e->name_en = arena_copy(r->arena, naming_found(&r->naming, NAMING_EN));
	e->claimed = claims_list(&r->claims, r->arena, &e->claimed_count);
	r->out->entities =
	    grown(r->arena, r->out->entities, r->out->entity_count, &r->entity_room, sizeof(*r->out->entities));
	r->out->entities[r->out->entity_count++] = *e;
	return OK;
}

/* The reader's callbacks */

static enum err
on_start(void *arg, const struct xml_element *element, struct problem *why)
{
	struct reading *r = arg;

	r->depth++;
	canonical_enter(r->canonical, element);
	if (r->dropping)
		claims_start(&r->claims, element);
	if (r->skip_at)
		return OK;
	if (!r->entity_at)
		return enter_outside(r, element, why);
	enter_inside(r, element);
	return OK;
}

static enum err
on_end(void *arg, const struct xml_name *name, struct problem *why)
{
	struct reading *r = arg;
	enum err err = OK;

	if (r->dropping)
		claims_end(&r->claims);
	if (r->skip_at == r->depth) {
		r->skip_at = 0;
		r->dropping = false;
	} else if (!r->skip_at && r->entity_at == r->depth) {
		err = leave_entity(r, why);
	} else if (!r->skip_at && r->entity_at) {
		leave_inside(r, name);
	}
	if (r->extensions_at == r->depth)
		r->extensions_at = 0;
	if (r->stale_at == r->depth)
		r->stale_at = 0;
	canonical_leave(r->canonical);
	r->depth--;
	return err;
}

static enum err
on_text(void *arg, struct span text, struct problem *why)
{
	struct reading *r = arg;

	(void)why;
	if (r->dropping)
		claims_text(&r->claims, text);
	if (!r->entity_at || r->skip_at || r->refused)
		return OK;
	xml_write_text(&r->content, text);
	soundness_text(&r->soundness, text);
	naming_text(&r->naming, text);
	return OK;
}

/* The whole */

static int
by_line(const void *a, const void *b)
{
	const struct metadata_refusal *x = a, *y = b;

	return (x->line > y->line) - (x->line < y->line);
}

void
metadata_sort_refusals(struct metadata_refusal *refusals, size_t count)
{
	if (count)
		qsort(refusals, count, sizeof(*refusals), by_line);
}

enum err
metadata_read(struct arena *arena, struct span document, const struct metadata_terms *terms, struct instant now,
    struct metadata *out, struct problem *why)
{
	static const struct xml_handler handler = { on_start, on_end, on_text };
	struct reading r = {
		.arena = arena,
		.out = out,
		.terms = terms,
		.now = now,
		.canonical = canonical_new(),
		.soundness = soundness_init(),
		.naming = naming_init(),
		.claims = claims_init(),
		.attributes = buffer_init(METADATA_FRAGMENT),
		.content = buffer_init(METADATA_FRAGMENT),
		.prefixes = buffer_init(KIB),
	};
	struct problem unasked;
	enum err err;

	why = why ? why : &unasked;
	*out = (struct metadata){ 0 };
	err = xml_read(document, &limits, &handler, &r, why);
	if (err == OK)
		twins_refuse(arena, out);
	canonical_free(r.canonical);
	soundness_release(&r.soundness);
	naming_release(&r.naming);
	claims_release(&r.claims);
	buffer_release(&r.attributes);
	buffer_release(&r.content);
	buffer_release(&r.prefixes);
	return err;
}
