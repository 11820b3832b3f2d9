/* transaction/sign_on/choice.c - what a person chose to have told. */
#include "transaction/sign_on/choice.h"

#include <assert.h>

#include "codec/text.h"
#include "crypto/digest.h"
#include "transaction/client/relying_party.h"

#define PURPOSE "sign-on:"
#define PURPOSE_DIGEST 8             /* bytes, two letters each */

/* Purpose */

struct span
choice_purpose(struct arena *arena, const struct relying_party *rp)
{
	static const struct span end = { (const uint8_t *)"\0", 1 };
	struct span *pieces = arena_array(arena, struct span, 6 * rp->attribute_count + 1);
	struct buffer b = buffer_init(KIB);
	size_t count = 0;
	uint8_t sum[32];
	struct span text;

	for (size_t i = 0; i < rp->attribute_count; i++) {
		const struct member_attribute *a = &rp->attributes[i];

		pieces[count++] = a->name;
		pieces[count++] = end;
		pieces[count++] = a->purpose.ja;
		pieces[count++] = end;
		pieces[count++] = a->purpose.en;
		pieces[count++] = end;
	}
	digest_pieces(DIGEST_SHA256, pieces, count, sum);
	buffer_text(&b, PURPOSE);
	hex_add(&b, span_of(sum, PURPOSE_DIGEST));
	text = arena_copy(arena, buffer_span(&b));
	buffer_release(&b);
	return text;
}

/* Items */

struct localized
choice_title(struct span name)
{
	const struct release_kind *kind = release_kind_find(name);

	if (span_is(name, CHOICE_OFFLINE))
		return (struct localized){ span_text("ログアウトしたあとの利用"), span_text("Use after you have logged out") };
	if (span_is(name, CHOICE_VERIFIED))
		return (struct localized){ span_text("本人確認の時期と方法"),
			span_text("When and how your identity was confirmed") };
	return kind ? kind->title : (struct localized){ name, name };
}

bool
choice_has(struct span items, struct span name, bool declined)
{
	struct consent_item one;

	while (consent_item_next(&items, &one))
		if (one.declined == declined && span_equal(one.name, name))
			return true;
	return false;
}

static bool
answers(struct span items, const struct release_item *item)
{
	struct span name = span_text(item->kind->name);

	if (choice_has(items, name, false))
		return true;
	return !item->required && (!item->asked || choice_has(items, name, true));
}

bool
choice_covers(struct span items, const struct sign_on *s, const struct release_offer *offer)
{
	const struct release_item *told[RELEASE_KINDS];
	size_t count;

	for (size_t i = 0; i < offer->count; i++)
		if (!answers(items, &offer->items[i]))
			return false;
	return (!s->offline || choice_has(items, span_text(CHOICE_OFFLINE), false)) &&
	    (!s->request.size || choice_has(items, span_text(CHOICE_VERIFIED), false)) &&
	    choice_take(items, offer, told, &count);
}

/* What was agreed to and is not offered now (the person has none of it any more, or it is not asked) is not told. */
bool
choice_take(struct span items, const struct release_offer *offer, const struct release_item *out[RELEASE_KINDS],
    size_t *count)
{
	struct span names[RELEASE_KINDS];
	size_t named = 0;

	for (size_t i = 0; i < offer->count; i++)
		if (choice_has(items, span_text(offer->items[i].kind->name), false))
			names[named++] = span_text(offer->items[i].kind->name);
	return release_choose(offer, names, named, out, count, NULL) == OK;
}

/* Writing */

static bool
is_told(const struct release_item *item, const struct release_item *const *told, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (told[i] == item)
			return true;
	return false;
}

enum err
choice_of(struct arena *arena, const struct sign_on *s, const struct release_offer *offer, const struct span *names,
    size_t count, struct span *items, struct problem *why)
{
	const struct release_item *told[RELEASE_KINDS];
	struct buffer b = buffer_init(SIGN_ON_ITEMS_LARGEST);
	size_t told_count;

	if (release_choose(offer, names, count, told, &told_count, why) != OK)
		return why->code;
	for (size_t i = 0; i < offer->count; i++) {
		const struct release_item *item = &offer->items[i];
		bool chosen = is_told(item, told, told_count);

		/* Of two that stand for one another the other one is declined, or it would be joined from before. */
		if (chosen || item->asked || item->instead_of)
			consent_item_add(&b, &(struct consent_item){ span_text(item->kind->name), !chosen });
	}
	if (s->offline)
		consent_item_add(&b, &(struct consent_item){ .name = span_text(CHOICE_OFFLINE) });
	if (s->request.size)
		consent_item_add(&b, &(struct consent_item){ .name = span_text(CHOICE_VERIFIED) });
	assert(!b.overflowed); /* all kinds there are fit */
	*items = arena_copy(arena, buffer_span(&b));
	buffer_release(&b);
	return OK;
}

struct span
choice_join(struct arena *arena, struct span items, struct span before)
{
	struct buffer b = buffer_init(SIGN_ON_ITEMS_LARGEST);
	struct consent_item one;
	struct span all;

	buffer_add(&b, items);
	while (consent_item_next(&before, &one))
		if (one.name.size && !choice_has(items, one.name, true) && !choice_has(items, one.name, false))
			consent_item_add(&b, &one);
	all = b.overflowed ? items : buffer_span(&b);
	all = arena_copy(arena, all);
	buffer_release(&b);
	return all;
}
