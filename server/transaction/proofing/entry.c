/* transaction/proofing/entry.c - the ledger's entry of an outcome, as JSON. */
#include "transaction/proofing/entry.h"

#include "codec/json_writer.h"
#include "codec/text.h"
#include "crypto/digest.h"

static void
write_member(struct buffer *b, const char *name, struct span text)
{
	buffer_print(b, ",\"%s\":", name);
	json_write_string(b, text);
}

static void
write_instant(struct buffer *b, const char *name, struct instant t)
{
	char text[INSTANT_TEXT];

	if (t.us)
		write_member(b, name, span_text(instant_text(t, text)));
}

/* Those that charge for it. */
static void
write_asked(struct buffer *b, const struct revocation_trail *trail)
{
	const char *before = "";

	buffer_text(b, "\"asked\":[");
	for (size_t i = 0; i < trail->count; i++) {
		const struct revocation_asked *asked = &trail->asked[i];

		if (!asked->fresh)
			continue;
		buffer_print(b, "%s{\"kind\":\"%s\"", before, revocation_kind_name(asked->kind));
		write_member(b, "source", span_text(asked->source));
		write_member(b, "status", span_text(revocation_status_name(asked->status)));
		buffer_byte(b, '}');
		before = ",";
	}
	buffer_byte(b, ']');
}

static void
write_revocation(struct buffer *b, const struct jpki_verified *v)
{
	const struct revocation_answer *r = &v->revocation;

	buffer_text(b, ",\"revocation\":{");
	write_asked(b, &v->asked);
	buffer_print(b, ",\"fresh\":%s", r->fresh ? "true" : "false");
	if (r->kind != REVOCATION_BY_NOTHING)
		write_member(b, "kind", span_text(revocation_kind_name(r->kind)));
	write_instant(b, "next_update", r->next_update);
	if (r->source)
		write_member(b, "source", span_text(r->source));
	write_member(b, "status", span_text(revocation_status_name(r->status)));
	write_instant(b, "this_update", r->this_update);
	buffer_byte(b, '}');
}

static void
write_continuity(struct buffer *b, const struct proofing_entry *e)
{
	buffer_print(b, ",\"continuity\":{\"asked\":%s", e->linkage ? "true" : "false");
	write_member(b, "relation", span_text(linkage_relation_name(e->relation)));
	if (e->linkage)
		write_member(b, "source", span_text(e->linkage));
	write_member(b, "status", span_text(continuity_name(e->outcome->continuity)));
	buffer_byte(b, '}');
}

/* Of the person nothing but which steps held (schemas/proofing-entry.schema.json). */
void
proofing_entry_write(struct buffer *b, struct arena *arena, const struct proofing_entry *e)
{
	const struct jpki_verified *v = e->outcome->verified;
	const struct jpki_profile *profile = v->certificate.profile;
	char at[INSTANT_TEXT], id[LEDGER_ID_TEXT];
	const char *before = "";
	uint8_t sum[32];

	buffer_print(b, "{\"at\":\"%s\",\"attributes\":[", instant_text(e->at, at));
	for (unsigned i = 0; i < PROOFING_ATTRIBUTES; i++)
		if (e->outcome->attributes & 1u << i) {
			buffer_print(b, "%s\"%s\"", before,
			    proofing_attribute_name((enum proofing_attribute)(1u << i)));
			before = ",";
		}
	buffer_byte(b, ']');
	write_member(b, "caller", e->challenge->caller);
	if (profile)
		buffer_print(b, ",\"certificate\":{\"medium\":\"%s\",\"purpose\":\"%s\",\"world\":\"%s\"}",
		    jpki_medium_name(profile->medium), jpki_purpose_name(profile->purpose),
		    jpki_world_name(profile->world));
	if (e->outcome->continuity)
		write_continuity(b, e);
	if (e->facts.size) {
		buffer_text(b, ",\"facts\":");
		buffer_add(b, e->facts);
	}
	write_member(b, "ground", e->entitlement->ground);
	write_member(b, "member", e->challenge->member);
	write_member(b, "operator", e->entitlement->operator);
	write_member(b, "outcome", span_text(outcome_name(v->outcome)));
	write_member(b, "proofing", span_text(ledger_id_text(&e->outcome->id, id)));
	write_member(b, "purpose", span_text(jpki_purpose_name(e->challenge->purpose)));
	write_member(b, "relying_party", e->challenge->relying_party);
	write_revocation(b, v);
	digest(DIGEST_SHA256, e->challenge->text, sum);
	write_member(b, "signed_text", span_text(hex_write(arena, span_of(sum, sizeof(sum)))));
	buffer_text(b, ",\"steps\":[");
	for (size_t i = 0; i < v->examination.count; i++)
		buffer_print(b, "%s{\"outcome\":\"%s\",\"step\":\"%s\"}", i ? "," : "",
		    outcome_name(v->examination.steps[i].outcome), v->examination.steps[i].step);
	buffer_text(b, "]}");
}
