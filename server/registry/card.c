/* registry/card.c - everything about one member that may be seen, as JSON. */
#include "registry/card.h"

#include <assert.h>

#include "codec/json_writer.h"
#include "codec/reader.h"
#include "codec/text.h"
#include "crypto/certificate.h"
#include "crypto/digest.h"
#include "registry/assemble.h"
#include "registry/difference.h"
#include "registry/view.h"

#define EVENT_LARGEST (64 * KIB)

bool
card_is_public(const struct member *m)
{
	return m->registered.us && m->standing != STANDING_APPLIED && m->standing != STANDING_UNKNOWN;
}

enum err
card_draw(struct arena *arena, const char *registration_authority, struct card_entity *shown, struct span row,
    struct problem *why)
{
	const struct publish_settings settings = { .registration_authority = registration_authority };
	struct buffer document = buffer_init(METADATA_FRAGMENT + 2 * MIB);
	struct portrait *portrait = arena_new(arena, struct portrait);
	struct fragment fragment;
	enum err err;

	if (!fragment_read(row, &fragment))
		return problem_set(why, ERR_SYNTAX, "", "the fragment is not of our form");
	assemble_alone(&document, &settings, shown->entity, &fragment);
	assert(!document.overflowed); /* fragments are bounded */
	err = portrait_read(arena, arena_copy(arena, buffer_span(&document)), portrait, why);
	if (err == OK)
		shown->portrait = portrait;
	buffer_release(&document);
	return err;
}

/* `,` but before the first. */
static void
next(struct buffer *b, size_t at)
{
	if (at)
		buffer_byte(b, ',');
}

/* The begin of a list whose elements are objects or strings; the caller closes it. */
static void
open_list(struct buffer *b, const char *name)
{
	buffer_print(b, ",\"%s\":[", name);
}

static void
write_spans(struct buffer *b, const char *name, const struct span *list, size_t count)
{
	open_list(b, name);
	for (size_t i = 0; i < count && i < CARD_LIST; i++) {
		next(b, i);
		json_write_string(b, list[i]);
	}
	buffer_byte(b, ']');
}

/* The member */

static void
write_standing(struct buffer *b, const struct member *m)
{
	json_write_member_or_null(b, "standing", span_text(standing_name(m->standing)));
	json_write_time_or_null(b, "since", m->since);
	json_write_member_or_null(b, "reason", m->reason);
	json_write_time_or_null(b, "registered", m->registered);
	json_write_time_or_null(b, "confirmed", m->confirmed);
}

static void
write_contact(struct buffer *b, const struct member_contact *c)
{
	buffer_byte(b, '{');
	json_write_member(b, "type", c->type);
	json_write_member_or_null(b, "given_name", c->given_name);
	json_write_member_or_null(b, "surname", c->surname);
	json_write_member_or_null(b, "email", c->email);
	json_write_member_or_null(b, "telephone", c->telephone);
	buffer_byte(b, '}');
}

/* Where anybody may write; whose inbox it is stays out of it. */
static void
write_support(struct buffer *b, const struct member_record *r)
{
	size_t written = 0;

	open_list(b, "support");
	for (size_t i = 0; i < r->contact_count; i++) {
		if (!span_is(r->contacts[i].type, "support") || !r->contacts[i].email.size)
			continue;
		next(b, written++);
		json_write_string(b, r->contacts[i].email);
	}
	buffer_byte(b, ']');
}

static void
write_organisation(struct buffer *b, const struct member_record *r)
{
	localized_write(b, "name", r->name);
	localized_write(b, "description", r->description);
	localized_write(b, "url", r->url);
	json_write_member_or_null(b, "kind", r->kind);
	json_write_member_or_null(b, "street_address", r->street_address);
	json_write_member_or_null(b, "locality", r->locality);
	json_write_member_or_null(b, "postal_code", r->postal_code);
	json_write_member_or_null(b, "country", r->country);
	view_logo(b, "logo", r->id, &r->logo);
	localized_write(b, "registration_policy", r->registration_policy);
	write_support(b, r);
}

static const char *
state_of(struct instant from, struct instant until, struct instant now)
{
	if (instant_before(now, from))
		return "not-yet";
	return instant_before(now, until) ? "in-force" : "ended";
}

static void
write_certifications(struct buffer *b, const struct member_record *r, struct instant now)
{
	open_list(b, "certifications");
	for (size_t i = 0; i < r->certification_count; i++) {
		const struct member_certification *c = &r->certifications[i];

		next(b, i);
		buffer_byte(b, '{');
		json_write_member(b, "framework", c->framework);
		json_write_member_or_null(b, "area", c->area);
		json_write_member_or_null(b, "level", c->level);
		json_write_member_or_null(b, "uri", c->uri);
		json_write_member_or_null(b, "assessor", c->assessor);
		json_write_time_or_null(b, "from", c->from);
		json_write_time_or_null(b, "until", c->until);
		json_write_member_or_null(b, "state", span_text(state_of(c->from, c->until, now)));
		json_write_member_or_null(b, "document", c->document);
		json_write_member_or_null(b, "entity_id", c->entity_id);
		buffer_byte(b, '}');
	}
	buffer_byte(b, ']');
}

static void
write_period(struct buffer *b, struct instant from, struct instant until, unsigned uses, struct instant now)
{
	json_write_time_or_null(b, "from", from);
	json_write_time_or_null(b, "until", until);
	json_write_member_or_null(b, "state", span_text(state_of(from, until, now)));
	buffer_print(b, ",\"uses\":[%s%s%s]", uses & JPKI_SIGNATURE ? "\"signature\"" : "",
	    uses == (JPKI_SIGNATURE | JPKI_AUTHENTICATION) ? "," : "",
	    uses & JPKI_AUTHENTICATION ? "\"authentication\"" : "");
}

/* What it may do with certificates of JPKI: accreditation, notification and entrustment are public (Act Arts. 17,
 * 36). */
static void
write_jpki(struct buffer *b, const struct member_record *r, struct instant now)
{
	open_list(b, "accreditations");
	for (size_t i = 0; i < r->accreditation_count; i++) {
		const struct member_accreditation *a = &r->accreditations[i];

		next(b, i);
		buffer_byte(b, '{');
		json_write_member(b, "name", a->name);
		json_write_member_or_null(b, "basis", a->basis);
		write_period(b, a->from, a->until, a->uses, now);
		json_write_time_or_null(b, "notified", a->notified);
		buffer_byte(b, '}');
	}
	buffer_byte(b, ']');
	open_list(b, "entrustments");
	for (size_t i = 0; i < r->entrustment_count; i++) {
		const struct member_entrustment *e = &r->entrustments[i];

		next(b, i);
		buffer_byte(b, '{');
		json_write_member(b, "to", e->to);
		write_period(b, e->from, e->until, e->uses, now);
		json_write_time_or_null(b, "reported", e->reported);
		buffer_byte(b, '}');
	}
	buffer_byte(b, ']');
}

/* An entity: what the record says of it */

static const struct member_entity *
entity_of(const struct member_record *r, struct span entity_id)
{
	for (size_t i = 0; r && i < r->entity_count; i++) {
		if (span_equal(r->entities[i].entity_id, entity_id))
			return &r->entities[i];
	}
	return NULL;
}

static void
write_protocols(struct buffer *b, const struct member_entity *e)
{
	const struct { const char *name; bool spoken; } protocols[] = {
		{ "saml", !e || e->saml.size },
		{ "oidc-client", e && e->oidc_client.size },
		{ "oidc-provider", e && e->oidc_provider.size },
	};
	size_t written = 0;

	open_list(b, "protocols");
	for (size_t i = 0; i < COUNT(protocols); i++) {
		if (!protocols[i].spoken)
			continue;
		next(b, written++);
		buffer_print(b, "\"%s\"", protocols[i].name);
	}
	buffer_byte(b, ']');
}

/* What a relying party needs of persons; as whom it meets them where the record says so. */
static void
write_relying(struct buffer *b, const struct member_entity *e)
{
	json_write_name(b, "requires");
	if (e && e->requires.framework.size)
		requirement_print(b, &e->requires);
	else
		buffer_text(b, "null");
	write_spans(b, "personas", e ? e->personas : NULL, e ? e->persona_count : 0);
	json_write_member_or_null(b, "sector", e ? e->sector : (struct span){ 0 });
}

static void
write_attributes(struct buffer *b, const struct member_entity *e)
{
	open_list(b, "attributes");
	for (size_t i = 0; i < e->attribute_count; i++) {
		const struct member_attribute *a = &e->attributes[i];

		next(b, i);
		buffer_byte(b, '{');
		json_write_member(b, "name", a->name);
		json_write_member_or_null(b, "friendly_name", a->friendly_name);
		buffer_print(b, ",\"required\":%s", a->required ? "true" : "false");
		localized_write(b, "purpose", a->purpose);
		json_write_member_or_null(b, "legal_basis", a->legal_basis);
		buffer_byte(b, '}');
	}
	buffer_byte(b, ']');
}

/* An entity: what its published descriptor says */

static struct localized
localized_of(const struct portrait_texts *t)
{
	return (struct localized){ portrait_text(t, "ja"), portrait_text(t, "en") };
}

static const struct localized nothing;

/* The first of the entity's roles that says it. */
static struct localized
shown_text(const struct portrait *p, size_t offset)
{
	for (size_t i = 0; i < p->role_count; i++) {
		const struct portrait_texts *t = (const void *)((const char *)&p->roles[i].ui + offset);

		if (t->count)
			return localized_of(t);
	}
	return nothing;
}

static bool
is_said(const struct localized *text)
{
	return text->ja.size || text->en.size;
}

static void
write_shown(struct buffer *b, const struct member_entity *e, const struct portrait *p)
{
	const struct { const char *name; const struct localized *own; size_t offset;
	} texts[] = {
		{ "name", e ? &e->name : &nothing, offsetof(struct portrait_ui, names) },
		{ "description", e ? &e->description : &nothing, offsetof(struct portrait_ui, descriptions) },
		{ "information_url", e ? &e->information_url : &nothing,
		    offsetof(struct portrait_ui, information_urls) },
		{ "privacy_url", e ? &e->privacy_url : &nothing, offsetof(struct portrait_ui, privacy_urls) },
	};

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct localized shown = is_said(texts[i].own) || !p ? *texts[i].own : shown_text(p, texts[i].offset);

		localized_write(b, texts[i].name, shown);
	}
}

static void
write_organization_name(struct buffer *b, const struct portrait *p)
{
	struct localized name = localized_of(p->organization_display_names.count ? &p->organization_display_names :
	    &p->organization_names);
	struct localized url = localized_of(&p->organization_urls);

	localized_write(b, "organization", name);
	localized_write(b, "organization_url", url);
}

static void
write_scopes(struct buffer *b, const struct portrait *p)
{
	size_t written = 0;

	open_list(b, "scopes");
	for (size_t i = 0; i < p->role_count; i++) {
		for (size_t k = 0; k < p->roles[i].scope_count && written < CARD_LIST; k++) {
			next(b, written++);
			json_write_string(b, p->roles[i].scopes[k].text);
		}
	}
	buffer_byte(b, ']');
}

/* The values of all attributes of that name, without the white space around them. */
static void
write_stated(struct buffer *b, const char *name, const struct portrait *p, const char *attribute)
{
	size_t written = 0;

	open_list(b, name);
	for (size_t i = 0; i < p->attribute_count; i++) {
		const struct portrait_attribute *a = &p->attributes[i];

		for (size_t k = 0; span_is(a->name, attribute) && k < a->value_count && written < CARD_LIST; k++) {
			next(b, written++);
			json_write_string(b, span_trim(a->values[k]));
		}
	}
	buffer_byte(b, ']');
}

static void
write_requested(struct buffer *b, const struct portrait *p)
{
	size_t written = 0;

	open_list(b, "attributes");
	for (size_t i = 0; i < p->role_count; i++) {
		for (size_t k = 0; k < p->roles[i].requested_count && written < CARD_LIST; k++) {
			const struct portrait_requested *r = &p->roles[i].requested[k];
			bool required = span_is(r->is_required, "true") || span_is(r->is_required, "1");

			next(b, written++);
			buffer_byte(b, '{');
			json_write_member(b, "name", r->name);
			json_write_member_or_null(b, "friendly_name", r->friendly_name);
			buffer_print(b, ",\"required\":%s", required ? "true" : "false");
			localized_write(b, "purpose", nothing);
			buffer_text(b, ",\"legal_basis\":null}");
		}
	}
	buffer_byte(b, ']');
}

static void
write_endpoints(struct buffer *b, const struct portrait *p)
{
	size_t written = 0;

	open_list(b, "endpoints");
	for (size_t i = 0; i < p->role_count; i++) {
		for (size_t k = 0; k < p->roles[i].endpoint_count && written < CARD_LIST; k++) {
			const struct portrait_endpoint *e = &p->roles[i].endpoints[k];

			next(b, written++);
			buffer_print(b, "{\"role\":\"%s\",\"element\":\"%s\"", p->roles[i].element, e->element);
			json_write_member_or_null(b, "binding", e->binding);
			json_write_member_or_null(b, "location", e->location);
			buffer_byte(b, '}');
		}
	}
	buffer_byte(b, ']');
}

/* Whoever reads the card compares the fingerprint; the certificate itself stands with it, as base64 of its DER. */
static void
write_certificate(struct buffer *b, struct arena *arena, const struct portrait_role *role,
    const struct portrait_certificate *key)
{
	struct certificate_facts facts = { 0 };
	uint8_t sha256[32];

	digest(DIGEST_SHA256, key->der, sha256);
	buffer_print(b, "{\"role\":\"%s\"", role->element);
	json_write_member_or_null(b, "use", key->use);
	json_write_member_or_null(b, "sha256", span_text(hex_write(arena, span_of(sha256, sizeof(sha256)))));
	if (certificate_read(key->der, arena, &facts, NULL) != OK)
		facts = (struct certificate_facts){ 0 };
	json_write_member_or_null(b, "subject", span_text(facts.subject));
	json_write_time_or_null(b, "from", facts.from);
	json_write_time_or_null(b, "until", facts.until);
	json_write_member_or_null(b, "der", base64_write(arena, key->der));
	buffer_byte(b, '}');
}

static void
write_certificates(struct buffer *b, struct arena *arena, const struct portrait *p)
{
	size_t written = 0;

	open_list(b, "certificates");
	for (size_t i = 0; i < p->role_count; i++) {
		for (size_t k = 0; k < p->roles[i].key_count && written < CARD_LIST; k++) {
			if (!p->roles[i].keys[k].der.size)
				continue;
			next(b, written++);
			write_certificate(b, arena, &p->roles[i], &p->roles[i].keys[k]);
		}
	}
	buffer_byte(b, ']');
}

static void
write_portrait(struct buffer *b, struct arena *arena, const struct member_entity *e, const struct portrait *p)
{
	static const struct portrait blank;

	p = p ? p : &blank;
	write_organization_name(b, p);
	if (e)
		write_spans(b, "scopes", e->scopes, e->scope_count);
	else
		write_scopes(b, p);
	if (e)
		write_spans(b, "categories", e->categories, e->category_count);
	else
		write_stated(b, "categories", p, "http://macedir.org/entity-category");
	if (e)
		write_spans(b, "supported_categories", e->supported_categories, e->supported_count);
	else
		write_stated(b, "supported_categories", p, "http://macedir.org/entity-category-support");
	write_stated(b, "certified", p, "urn:oasis:names:tc:SAML:attribute:assurance-certification");
	if (e && e->attribute_count)
		write_attributes(b, e);
	else
		write_requested(b, p);
	write_endpoints(b, p);
	write_certificates(b, arena, p);
	json_write_member_or_null(b, "registration_authority", p->registration_authority);
	json_write_member_or_null(b, "registration_instant", p->registration_instant);
}

/* What the steward reminds of (renewal.c) is between the member and the operators, as in the history. */
static void
write_published_findings(struct buffer *b, struct arena *arena, const struct card *card, const struct findings *f)
{
	struct rule_finding *shown = arena_array(arena, struct rule_finding, f->published_count);
	size_t count = 0;

	for (size_t i = 0; i < f->published_count; i++)
		if (card->whole || !span_starts(f->published[i].rule, "member."))
			shown[count++] = f->published[i];
	buffer_text(b, ",\"findings\":");
	findings_write_json(b, shown, count);
}

static void
write_findings(struct buffer *b, struct arena *arena, const struct card *card, const struct findings *f)
{
	static const struct findings none;

	f = f ? f : &none;
	json_write_time_or_null(b, "looked", f->looked);
	write_published_findings(b, arena, card, f);
	json_write_time_or_null(b, "refused_at", f->refused_at);
	buffer_text(b, ",\"refused\":");
	findings_write_json(b, f->refused, f->refused_count);
}

static void
write_entity(struct buffer *b, struct arena *arena, const struct card *card, const struct card_entity *c)
{
	const struct member_entity *e = entity_of(card->record, c->entity_id);
	struct instant never = { 0 };

	buffer_byte(b, '{');
	json_write_member(b, "entity_id", c->entity_id);
	buffer_print(b, ",\"published\":%s", c->entity ? "true" : "false");
	view_roles(b, "roles", c->entity ? c->entity->roles : e ? e->roles : 0);
	write_protocols(b, e);
	write_relying(b, e);
	json_write_time_or_null(b, "registered", c->entity ? c->entity->registered : never);
	json_write_time_or_null(b, "changed", c->entity ? c->entity->imported : never);
	json_write_time_or_null(b, "valid_until", c->entity ? c->entity->valid_until : never);
	write_shown(b, e, c->portrait);
	write_portrait(b, arena, e, c->portrait);
	write_findings(b, arena, card, c->findings);
	buffer_byte(b, '}');
}

/* History */

struct event {
	struct span at, event, standing, reason, actor;
};

/* False: not an entry of ours. */
static bool
event_read(struct arena *arena, struct span json, struct event *out)
{
	const struct { const char *name; struct span *value; } members[] = {
		{ "at", &out->at },
		{ "event", &out->event },
		{ "standing", &out->standing },
		{ "reason", &out->reason },
		{ "actor", &out->actor },
	};
	struct reader r = reader_json(arena, json, (struct limits){ .bytes = EVENT_LARGEST, .depth = 8 });
	struct span name;

	*out = (struct event){ 0 };
	reader_object(&r);
	while (reader_member(&r, &name)) {
		size_t i = 0;

		while (i < COUNT(members) && !span_is(name, members[i].name))
			i++;
		if (i < COUNT(members) && reader_peek(&r) == READER_STRING)
			*members[i].value = reader_string(&r, 0, EVENT_LARGEST);
		else
			reader_raw(&r);
	}
	return reader_end(&r, NULL) == OK;
}

/* What has come into force. What was only proposed, agreed to or taken back, and what the steward reminded of, is
 * between the member and the operators. */
static bool
event_is_public(const struct event *e)
{
	static const char *const events[] = {
		"member.applied", "member.approved", "member.changed", "member.suspended", "member.reinstated",
		"member.withdrawn", "member.confirmed", "member.certification-began", "member.certification-ended",
	};

	for (size_t i = 0; i < COUNT(events); i++) {
		if (span_is(e->event, events[i]))
			return true;
	}
	return false;
}

static void
write_event(struct buffer *b, const struct event *e)
{
	buffer_byte(b, '{');
	json_write_member(b, "at", e->at);
	json_write_member_or_null(b, "event", e->event);
	json_write_member_or_null(b, "standing", e->standing);
	json_write_member_or_null(b, "reason", e->reason);
	json_write_member_or_null(b, "actor", span_text(span_is(e->actor, "steward") ? "steward" : "operator"));
	buffer_byte(b, '}');
}

static void
write_history(struct buffer *b, struct arena *arena, const struct card *card)
{
	size_t written = 0;

	open_list(b, "history");
	for (size_t i = 0; i < card->event_count && i < CARD_EVENTS; i++) {
		struct event e;

		if (card->whole) {
			next(b, written++);
			buffer_add(b, card->events[i]);
		} else if (event_read(arena, card->events[i], &e) && event_is_public(&e)) {
			next(b, written++);
			write_event(b, &e);
		}
	}
	buffer_byte(b, ']');
}

/* For operators */

/* From what is in force to what would be; of an applicant nothing is. */
static void
write_proposed_differences(struct buffer *b, struct arena *arena, const struct member *m)
{
	struct span none = { 0 }, before = m->proposed == MEMBER_APPLY ? none : m->record;
	struct difference *differences;
	size_t count;
	bool raises;

	difference_find(arena, before, m->proposed == MEMBER_CHANGE ? m->proposal : m->record, &differences, &count,
	    &raises);
	buffer_text(b, ",\"differences\":");
	differences_write_json(b, differences, count);
}

static void
write_whole(struct buffer *b, struct arena *arena, const struct member *m, const struct member_record *r)
{
	open_list(b, "contacts");
	for (size_t i = 0; i < r->contact_count; i++) {
		next(b, i);
		write_contact(b, &r->contacts[i]);
	}
	buffer_text(b, "],\"record\":");
	buffer_add(b, m->record);
	buffer_text(b, ",\"proposed\":");
	if (m->proposed == MEMBER_NOTHING) {
		buffer_text(b, "null");
		return;
	}
	buffer_byte(b, '{');
	json_write_member(b, "action", span_text(member_action_name(m->proposed)));
	json_write_time_or_null(b, "at", m->proposed_at);
	json_write_member_or_null(b, "reason", m->proposal_reason);
	buffer_text(b, ",\"record\":");
	if (m->proposal.size)
		buffer_add(b, m->proposal);
	else
		buffer_text(b, "null");
	json_write_member_or_null(b, "proposal", member_proposal(arena, m));
	json_write_member_or_null(b, "proposer", m->proposer);
	write_spans(b, "approvers", m->approvers, m->approver_count);
	write_proposed_differences(b, arena, m);
	buffer_byte(b, '}');
}

static void
write_source_entity(struct buffer *b, struct arena *arena, const struct card_entity *c)
{
	struct entity_key key = entity_key_of(c->entity_id);
	const struct localized name = { c->entity->name_ja, c->entity->name_en };

	buffer_print(b, "{\"id\":\"%s\"", hex_write(arena, span_of(key.bytes, sizeof(key.bytes))));
	buffer_text(b, ",\"standing\":null,\"since\":null,\"reason\":null");
	json_write_time_or_null(b, "registered", c->entity->registered);
	json_write_member_or_null(b, "source", c->entity->source);
	localized_write(b, "name", name);
	json_write_member_or_null(b, "logo", (struct span){ 0 });
	buffer_text(b, ",\"support\":[],\"certifications\":[],\"accreditations\":[],\"entrustments\":[]");
}

void
card_write(struct buffer *b, struct arena *arena, const struct card *card)
{
	assert(card->member ? card->record != NULL : card->entity_count == 1 && card->entities[0].entity);
	if (card->member) {
		buffer_byte(b, '{');
		json_write_member(b, "id", card->member->id);
		write_standing(b, card->member);
		buffer_text(b, ",\"source\":null");
		write_organisation(b, card->record);
		write_certifications(b, card->record, card->now);
		write_jpki(b, card->record, card->now);
	} else {
		write_source_entity(b, arena, &card->entities[0]);
	}
	open_list(b, "entities");
	for (size_t i = 0; i < card->entity_count; i++) {
		next(b, i);
		write_entity(b, arena, card, &card->entities[i]);
	}
	buffer_byte(b, ']');
	write_history(b, arena, card);
	if (card->whole && card->member)
		write_whole(b, arena, card->member, card->record);
	buffer_byte(b, '}');
}
