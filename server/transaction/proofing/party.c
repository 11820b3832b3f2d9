/* transaction/proofing/party.c - for whom a proofing is done, and what they may have. */
#include "transaction/proofing/party.h"

enum { ASK_END, ASK_MEMBER, ASK_OPERATOR };

size_t
proofing_party_ask(struct ask asks[PROOFING_PARTY_ASKS], struct span member, struct span operator)
{
	asks[ASK_END] = proofing_end_ask();
	asks[ASK_MEMBER] = (struct ask){ .table = &member_table, .from = member };
	asks[ASK_OPERATOR] = (struct ask){ .table = &member_table, .from = operator };
	return operator.size && !span_equal(operator, member) ? PROOFING_PARTY_ASKS : ASK_OPERATOR;
}

/* The record of a member that is approved. */
static enum err
read_record(struct arena *arena, const struct ask *asked, struct member_record *out, enum standing *standing,
    struct problem *why)
{
	struct member member;

	*standing = STANDING_UNKNOWN;
	if (asked->count == 0)
		return problem_set(why, ERR_NOT_FOUND, "", "there is no member \"%.*s\"", SPAN_ARGS(asked->from));
	if (!member_read(arena_copy(arena, asked->rows[0].value), &member))
		return problem_set(why, ERR_UNAVAILABLE, "",
		    "the member \"%.*s\": its row in the store is of a form this build does not know",
		    SPAN_ARGS(asked->from));
	*standing = member.standing;
	if (member.standing != STANDING_APPROVED)
		return problem_set(why, ERR_DENIED, "", "the member \"%.*s\" is %s; only an approved one may have "
		    "certificates checked", SPAN_ARGS(asked->from), standing_name(member.standing));
	if (member_parse(arena, "record", member.record, out, why) != OK)
		return why->code = ERR_UNAVAILABLE;
	return OK;
}

static enum err
find_relying_party(const struct member_record *m, struct span wanted, const struct member_entity **out,
    struct problem *why)
{
	const struct member_entity *found = NULL;
	size_t count = 0;

	for (size_t i = 0; i < m->entity_count; i++) {
		const struct member_entity *e = &m->entities[i];

		if (!(e->roles & ENTITY_RP) || (wanted.size && !span_equal(e->entity_id, wanted)))
			continue;
		found = e;
		count++;
	}
	if (count == 0)
		return problem_set(why, ERR_NOT_FOUND, "",
		    "/relying_party: expected one of the entities of \"%.*s\" with the role rp", SPAN_ARGS(m->id));
	if (count > 1)
		return problem_set(why, ERR_NOT_FOUND, "",
		    "/relying_party: expected the entity ID of one of the %zu relying parties of \"%.*s\", "
		    "found nothing",
		    count, SPAN_ARGS(m->id));
	*out = found;
	return OK;
}

/* The same attribute may be asked for by two names. A record gives each a purpose, in one language at least. */
static struct span
with_purpose(struct arena *arena, struct span before, struct span purpose, const char *between)
{
	if (!before.size || !purpose.size || span_equal(before, purpose))
		return before.size ? before : purpose;
	return span_text(arena_print(arena, "%.*s%s%.*s", SPAN_ARGS(before), between, SPAN_ARGS(purpose)));
}

static void
find_attributes(struct arena *arena, const struct member_entity *e, struct proofing_party *out)
{
	for (size_t i = 0; i < e->attribute_count; i++) {
		const struct member_attribute *a = &e->attributes[i];
		unsigned attribute = proofing_attribute_read(a->name), bit = 0;
		struct localized *purpose;

		if (!attribute)
			continue;
		while (attribute >> bit != 1)
			bit++;
		purpose = &out->purposes[bit];
		purpose->ja = with_purpose(arena, purpose->ja, a->purpose.ja, "；");
		purpose->en = with_purpose(arena, purpose->en, a->purpose.en, "; ");
		out->attributes |= attribute;
	}
}

enum err
proofing_party_loaded(struct arena *arena, const struct ask *asks, size_t count, struct span relying_party,
    enum jpki_purpose purpose, struct instant now, struct proofing_party *out, struct problem *why)
{
	struct entitlement_operator operator = { .id = asks[ASK_OPERATOR].from };
	struct member_record record, theirs;
	enum standing standing;
	const struct member_entity *entity = NULL;

	*out = (struct proofing_party){ 0 };
	if (proofing_end_loaded(&asks[ASK_END], &out->end, why) != OK)
		return why->code;
	if (out->end.at.us)
		return proofing_end_refuse(&out->end, why);
	if (read_record(arena, &asks[ASK_MEMBER], &record, &standing, why) != OK ||
	    find_relying_party(&record, relying_party, &entity, why) != OK)
		return why->code;
	/* An operator that is gone or suspended does nothing for others. */
	if (count > ASK_OPERATOR)
		switch (read_record(arena, &asks[ASK_OPERATOR], &theirs, &operator.standing, why)) {
		case OK:
			operator.record = &theirs;
			break;
		case ERR_NOT_FOUND:
		case ERR_DENIED:
			break;
		default:
			return why->code;
		}
	out->relying_party = entity->entity_id;
	out->name = entity->name.ja.size || entity->name.en.size ? entity->name : record.name;
	out->member = record.name;
	/* Only a signature certificate tells of its holder. */
	if (purpose == JPKI_SIGNATURE)
		find_attributes(arena, entity, out);
	entitlement_of(arena, &record, count > ASK_OPERATOR ? &operator : NULL,
	    purpose, now, &out->entitlement);
	entitlement_of(arena, &record, count > ASK_OPERATOR ? &operator : NULL,
	    purpose == JPKI_SIGNATURE ? JPKI_AUTHENTICATION : JPKI_SIGNATURE, now, &out->other);
	if (!out->entitlement.entitled)
		return problem_set(why, ERR_DENIED, purpose == JPKI_SIGNATURE ? "JPKI Act 17" : "JPKI Act 36", "%s",
		    out->entitlement.reason);
	return OK;
}

enum err
proofing_party_links(const struct proofing_party *party, enum jpki_purpose purpose,
    const struct proofing_earlier *earlier, struct problem *why)
{
	if (earlier->handle.size && earlier->kind.purpose != purpose && !party->other.entitled)
		return problem_set(why, ERR_DENIED, "JPKI Act 18(5)",
		    "/continues: certificates for both purposes are linked only for who may check both; %s",
		    party->other.reason);
	return OK;
}
