/* registry/record_look.c - what in a member's record is well formed and yet of no use. */
#include "registry/record_look.h"

#include <stdlib.h>

#include "registry/attribute_name.h"

/* To whom the card's checks are entrusted */

void
entrusted_begin(struct entrusted_members *e, struct arena *arena)
{
	*e = (struct entrusted_members){ .arena = arena };
}

void
entrusted_add(struct entrusted_members *e, const struct member_record *record)
{
	const size_t more = record->entrustment_count;

	if (more && e->count + more > e->room) {
		struct entrusted *old = e->list;

		e->room = 2 * (e->count + more);
		e->list = arena_array(e->arena, struct entrusted, e->room);
		if (e->count)
			memcpy(e->list, old, e->count * sizeof(*old));
	}
	for (size_t i = 0; i < more; i++)
		e->list[e->count++] = (struct entrusted){ .id = record->entrustments[i].to };
}

static int
compare(const void *a, const void *b)
{
	return span_compare(((const struct entrusted *)a)->id, ((const struct entrusted *)b)->id);
}

struct ask *
entrusted_asks(struct entrusted_members *e, size_t *count)
{
	size_t kept = 0;

	if (e->count)
		qsort(e->list, e->count, sizeof(*e->list), compare);
	for (size_t i = 0; i < e->count; i++)
		if (kept == 0 || compare(&e->list[kept - 1], &e->list[i]) != 0)
			e->list[kept++] = e->list[i];
	*count = e->count = kept;
	e->asks = arena_array(e->arena, struct ask, kept);
	for (size_t i = 0; i < kept; i++)
		e->asks[i] = (struct ask){ .table = &member_table, .from = e->list[i].id };
	return e->asks;
}

void
entrusted_loaded(struct entrusted_members *e)
{
	for (size_t i = 0; i < e->count; i++) {
		const struct ask *ask = &e->asks[i];
		struct member_record *record = arena_new(e->arena, struct member_record);
		struct member member;
		struct problem unread;

		e->list[i].gone = ask->count == 0;
		if (ask->count == 0 || !member_read(arena_copy(e->arena, ask->rows[0].value), &member))
			continue;
		e->list[i].gone = member.standing == STANDING_WITHDRAWN;
		if (member_parse(e->arena, "record", member.record, record, &unread) == OK)
			e->list[i].record = record;
	}
}

static struct entrusted *
find(const struct entrusted_members *e, struct span id)
{
	const struct entrusted wanted = { .id = id };

	return e->count ? bsearch(&wanted, e->list, e->count, sizeof(*e->list), compare) : NULL;
}

void
entrusted_note(struct entrusted_members *e, const struct member_record *record)
{
	struct entrusted *entrusted = find(e, record->id);

	if (entrusted)
		*entrusted = (struct entrusted){ .id = entrusted->id, .record = record };
}

/* Looking */

struct looking {
	struct arena *arena;
	const struct member_record *record;
	struct rule_finding *list;
	size_t count, most;
};

static void
warn(struct looking *l, const char *rule, struct span entity_id, const char *element, struct span found)
{
	static const struct {
		const char *rule, *clause, *right_ja, *right_en;
	} rules[] = {
		{ "member.attribute-unknown", "OIDC Core 1.0 s5.1, RFC 7519 s4.2",
		  "標準で定められた属性の名前、または名前空間のあるURIにします。この名前の属性は誰からも届きません。",
		  "An attribute's name that a standard defines, or a URI: of this name nobody sends anything." },
		{ "member.requires-unknown", "OIDC Core 1.0 s5.5.1.1",
		  "公開されている基準のプロファイルまたは評価軸のレベルにします。いまのままでは誰もこのサービスにログインできません。",
		  "A profile or levels of areas of a framework that is in force: as it is, nobody can log in to this "
		  "service." },
		{ "member.entrusted-to-nobody", "JPKI Rule 29",
		  "この連合に加入している事業者のIDにします。このIDの加入者はいません。",
		  "The id of a member of this federation: there is none of this one." },
		{ "member.entrusted-to-no-operator", "JPKI Act Arts. 17, 36, Rule 29",
		  "その電子証明書について自ら認定等を受けているプラットフォーム事業者に委託します。",
		  "A platform operator: a member with an accreditation of its own for these certificates." },
	};
	const char *found_text = arena_print(l->arena, "%.*s", SPAN_ARGS(span_first(found, 120)));

	for (size_t i = 0; i < COUNT(rules) && l->count < l->most; i++)
		if (strcmp(rules[i].rule, rule) == 0)
			l->list[l->count++] = (struct rule_finding){
				.rule = span_text(rules[i].rule),
				.level = FINDING_WARNING,
				.element = span_text(element),
				.found = span_text(found_text),
				.right_ja = span_text(rules[i].right_ja),
				.right_en = span_text(rules[i].right_en),
				.clause = span_text(rules[i].clause),
				.member = l->record->id,
				.entity_id = entity_id,
			};
}

static void
look_at_attributes(struct looking *l, size_t n)
{
	const struct member_entity *e = &l->record->entities[n];

	for (size_t i = 0; i < e->attribute_count; i++)
		if (!attribute_name_known(e->attributes[i].name))
			warn(l, "member.attribute-unknown", e->entity_id,
			    arena_print(l->arena, "/entities/%zu/attributes/%zu/name", n, i), e->attributes[i].name);
}

static void
look_at_requirement(struct looking *l, size_t n, const struct requirement_check *known)
{
	const struct member_entity *e = &l->record->entities[n];
	struct problem why;

	if (known && e->requires.framework.size && known->check(known->arg, &e->requires, &why) != OK)
		warn(l, "member.requires-unknown", e->entity_id, arena_print(l->arena, "/entities/%zu/requires", n),
		    span_text(why.text));
}

/* Of which certificates it may have both checked itself some day: dates are looked at before each check. */
static unsigned
accredited_uses(const struct member_record *m, struct instant now)
{
	unsigned uses = 0;

	for (size_t i = 0; i < m->accreditation_count; i++)
		if (instant_before(now, m->accreditations[i].until))
			uses |= m->accreditations[i].uses;
	return uses;
}

static void
look_at_entrustment(struct looking *l, size_t n, const struct entrusted_members *all, struct instant now)
{
	const struct member_entrustment *e = &l->record->entrustments[n];
	const struct entrusted *to = find(all, e->to);
	const char *element = arena_print(l->arena, "/jpki/entrustments/%zu/to", n);
	unsigned missing;

	if (!instant_before(now, e->until) || !to)
		return;
	if (to->gone) {
		warn(l, "member.entrusted-to-nobody", (struct span){ 0 }, element, e->to);
		return;
	}
	missing = to->record ? e->uses & ~accredited_uses(to->record, now) : 0;
	for (unsigned use = JPKI_SIGNATURE; use <= JPKI_AUTHENTICATION; use <<= 1)
		if (missing & use)
			warn(l, "member.entrusted-to-no-operator", (struct span){ 0 }, element,
			    span_text(arena_print(l->arena, "%.*s, not accredited for %s certificates",
			        SPAN_ARGS(e->to), jpki_purpose_name((enum jpki_purpose)use))));
}

void
record_look(struct arena *arena, const struct member_record *record, const struct entrusted_members *entrusted,
    const struct requirement_check *known, struct instant now, const struct rule_finding **findings, size_t *count)
{
	struct looking l = { .arena = arena, .record = record, .count = *count, .most = *count + RECORD_WARNINGS };

	l.list = arena_array(arena, struct rule_finding, l.most);
	if (*count)
		memcpy(l.list, *findings, *count * sizeof(*l.list));
	for (size_t i = 0; i < record->entrustment_count; i++)
		look_at_entrustment(&l, i, entrusted, now);
	for (size_t i = 0; i < record->entity_count; i++) {
		look_at_requirement(&l, i, known);
		look_at_attributes(&l, i);
	}
	*findings = l.list;
	*count = l.count;
}
