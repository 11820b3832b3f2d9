/* registry/trusted_list.c - the trusted list in the data model of ETSI TS 119 602: the scheme, and its members.
 *
 *     {"LoTE":{"ListAndSchemeInformation":{…},"TrustedEntitiesList":[
 *         {"TrustedEntityInformation":{…},"TrustedEntityServices":[…]}, …]}}
 *
 * What the model demands and nobody has told us stands as "not stated": an address is never left out, nor made up.
 */
#include "registry/trusted_list.h"

#include "codec/json_writer.h"
#include "codec/reader.h"
#include "codec/text.h"
#include "registry/trusted_service.h"

#define LOTE_VERSION 1
#define ENTRY_LARGEST (64 * KIB)

static const char not_stated[] = "not stated";

/* The scheme */

static void
write_text(struct buffer *b, const char *name, const char *text)
{
	json_write_member(b, name, span_text(text));
}

static void
write_time(struct buffer *b, const char *name, struct instant at)
{
	char text[INSTANT_TEXT];

	write_text(b, name, instant_text(at, text));
}

static void
write_uri(struct buffer *b, const char *name, const struct trusted_list_settings *s, const char *path)
{
	json_write_name(b, name);
	trusted_uri(b, s, path, (struct span){ 0 });
}

/* TEPostalAddress and SchemeOperatorPostalAddress: one, in all its parts. */
struct postal {
	struct span country, locality, postal_code, street;
};

static void
write_postal(struct buffer *b, const char *name, const struct postal *p, const char *territory)
{
	const struct {
		const char *name;
		struct span text;
		const char *otherwise;
	} parts[] = {
		{ "Country", p->country, territory },
		{ "Locality", p->locality, not_stated },
		{ "PostalCode", p->postal_code, not_stated },
		{ "StreetAddress", p->street, not_stated },
	};

	json_write_name(b, name);
	buffer_text(b, "[{");
	for (size_t i = 0; i < COUNT(parts); i++) {
		json_write_name(b, parts[i].name);
		json_write_string(b, parts[i].text.size ? parts[i].text : span_text(parts[i].otherwise));
	}
	buffer_text(b, ",\"lang\":\"en\"}]");
}

static void
write_operator_address(struct buffer *b, const struct trusted_list_settings *s)
{
	if (!s->contact)
		return;
	json_write_name(b, "SchemeOperatorAddress");
	buffer_byte(b, '{');
	json_write_name(b, "SchemeOperatorElectronicAddress");
	trusted_texts(b, &(struct localized){ .en = span_text(s->contact) }, "uriValue");
	write_postal(b, "SchemeOperatorPostalAddress", &(struct postal){ 0 }, s->territory);
	buffer_byte(b, '}');
}

static void
write_policy(struct buffer *b, const struct trusted_list_settings *s)
{
	if (!s->policy)
		return;
	json_write_name(b, "PolicyOrLegalNotice");
	buffer_text(b, "[{\"LoTEPolicy\":{\"lang\":\"en\",\"uriValue\":");
	json_write_string(b, span_text(s->policy));
	buffer_text(b, "}}]");
}

void
trusted_list_begin(struct buffer *b, const struct trusted_list_settings *s, const struct trusted_list_head *head)
{
	const struct localized pages = { .ja = span_text(s->base_url), .en = span_text(s->base_url) };

	buffer_text(b, "{\"LoTE\":{\"ListAndSchemeInformation\":{\"DistributionPoints\":[");
	trusted_uri(b, s, "trusted-list.json", (struct span){ 0 });
	buffer_byte(b, ',');
	trusted_uri(b, s, "trusted-list.jws", (struct span){ 0 });
	buffer_byte(b, ']');
	write_time(b, "ListIssueDateTime", head->issued);
	json_write_name(b, "LoTESequenceNumber");
	buffer_number(b, head->sequence);
	write_uri(b, "LoTEType", s, "trust/list");
	json_write_name(b, "LoTEVersionIdentifier");
	buffer_number(b, LOTE_VERSION);
	write_time(b, "NextUpdate", head->next_update);
	write_policy(b, s);
	json_write_name(b, "SchemeInformationURI");
	trusted_texts(b, &pages, "uriValue");
	json_write_name(b, "SchemeName");
	trusted_texts(b, &s->scheme_name, "value");
	write_operator_address(b, s);
	json_write_name(b, "SchemeOperatorName");
	trusted_texts(b, &s->operator_name, "value");
	write_text(b, "SchemeTerritory", s->territory);
	write_uri(b, "StatusDeterminationApproach", s, "trust/approval");
	buffer_byte(b, '}');
}

/* A member */

/* Where it is for the world; the page about it is on ours. */
static struct localized
pages_of(struct arena *a, const struct trusted_list_settings *s, const struct member_record *m)
{
	struct span page;

	if (m->url.ja.size || m->url.en.size)
		return m->url;
	page = span_text(arena_print(a, "%smembers/%.*s", s->base_url, SPAN_ARGS(m->id)));
	return (struct localized){ .ja = page, .en = page };
}

/* Support's addresses, which metadata shows to everybody anyway, and its pages; no other contact is the world's. */
static void
write_electronic(struct buffer *b, const struct member_record *m, const struct localized *pages)
{
	struct buffer list = buffer_init(64 * KIB);
	struct span rest;

	json_write_name(b, "TEElectronicAddress");
	buffer_byte(b, '[');
	for (size_t i = 0; i < m->contact_count; i++) {
		const struct member_contact *c = &m->contacts[i];

		if (!span_is(c->type, "support") || c->email.size == 0)
			continue;
		json_write_element(b);
		buffer_clear(&list);
		buffer_text(&list, "mailto:");
		buffer_add(&list, c->email);
		buffer_text(b, "{\"lang\":\"en\",\"uriValue\":");
		json_write_string(b, buffer_span(&list));
		buffer_byte(b, '}');
	}
	buffer_clear(&list);
	trusted_texts(&list, pages, "uriValue");
	rest = span_skip(buffer_span(&list), 1);
	json_write_element(b);
	buffer_add(b, rest);
	buffer_release(&list);
}

static void
write_information(struct buffer *b, struct arena *a, const struct trusted_list_settings *s,
    const struct member_record *m)
{
	const struct postal postal = { m->country, m->locality, m->postal_code, m->street_address };
	const struct localized pages = pages_of(a, s, m);

	json_write_name(b, "TrustedEntityInformation");
	buffer_text(b, "{\"TEAddress\":{");
	write_electronic(b, m, &pages);
	write_postal(b, "TEPostalAddress", &postal, s->territory);
	buffer_byte(b, '}');
	json_write_name(b, "TEInformationURI");
	trusted_texts(b, &pages, "uriValue");
	json_write_name(b, "TEName");
	trusted_texts(b, &m->name, "value");
	buffer_byte(b, '}');
}

/* Nobody was trusted before the first approval, and between two like ones nothing happened that the list tells. */
static size_t
history_of(struct arena *a, const struct trusted_event *events, size_t count, const struct trusted_status **out)
{
	struct trusted_status *list = arena_array(a, struct trusted_status, count);
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		enum standing now = events[i].standing;

		if (now != STANDING_APPROVED && (n == 0 || (now != STANDING_SUSPENDED && now != STANDING_WITHDRAWN)))
			continue;
		if (n == 0 || list[n - 1].standing != now)
			list[n++] = (struct trusted_status){ now, events[i].at };
	}
	/* The status in force is no history. */
	if (n > 0 && list[n - 1].standing == STANDING_APPROVED)
		n--;
	*out = list;
	return n;
}

static enum err
portraits_read(struct arena *a, const struct member_record *m, const struct portrait **out, struct problem *why)
{
	struct portrait *portraits = arena_array(a, struct portrait, m->entity_count);

	*out = portraits;
	for (size_t i = 0; i < m->entity_count; i++)
		if (m->entities[i].saml.size && portrait_read(a, m->entities[i].saml, &portraits[i], why) != OK)
			return problem_within(why, "member %.*s, entity %.*s", SPAN_ARGS(m->id),
			    SPAN_ARGS(m->entities[i].entity_id));
	return OK;
}

enum err
trusted_list_member(struct buffer *b, struct arena *a, const struct trusted_list_settings *settings,
    const struct trusted_list_head *head, const struct member *member, const struct member_record *record,
    const struct trusted_event *events, size_t event_count, bool first, struct problem *why)
{
	struct trusted_services services = { .settings = settings, .record = record, .since = member->since,
		.issued = head->issued };
	struct arena own = arena_init(2 * PORTRAIT_ARENA * (record->entity_count + 1));
	const struct portrait *portraits;
	enum err err = portraits_read(&own, record, &portraits, why);

	if (err == OK) {
		services.history_count = history_of(&own, events, event_count, &services.history);
		buffer_text(b, first ? ",\"TrustedEntitiesList\":[{" : ",{");
		write_information(b, a, settings, record);
		json_write_name(b, "TrustedEntityServices");
		buffer_byte(b, '[');
		for (size_t i = 0; i < record->entity_count; i++)
			trusted_services_write(b, &services, &record->entities[i],
			    record->entities[i].saml.size ? &portraits[i] : NULL);
		buffer_text(b, "]}");
	}
	arena_release(&own);
	return err;
}

void
trusted_list_end(struct buffer *b, bool empty)
{
	buffer_text(b, empty ? "}}" : "]}}");
}

bool
trusted_event_read(struct span entry, struct trusted_event *out)
{
	static const enum standing standings[] = { STANDING_APPLIED, STANDING_APPROVED, STANDING_SUSPENDED,
	    STANDING_WITHDRAWN };
	struct arena a = arena_init(32 * ENTRY_LARGEST + 4 * KIB);
	struct reader r = reader_json(&a, entry, (struct limits){ .bytes = ENTRY_LARGEST, .depth = 8 });
	struct span name, standing = { 0 }, at = { 0 };
	struct problem why;
	bool good;

	*out = (struct trusted_event){ 0 };
	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "standing"))
			standing = reader_string(&r, 1, 32);
		else if (span_is(name, "at"))
			at = reader_string(&r, 1, INSTANT_TEXT);
		else
			reader_raw(&r);
	}
	good = reader_end(&r, &why) == OK && instant_read(at, &out->at);
	for (size_t i = 0; good && i < COUNT(standings); i++)
		if (span_is(standing, standing_name(standings[i])))
			out->standing = standings[i];
	arena_release(&a);
	return good && out->standing != STANDING_UNKNOWN;
}
