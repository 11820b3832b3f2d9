/* transaction/release/release.c - what of a person may go to one relying party. */
#include "transaction/release/release.h"

#include <stdlib.h>

#include "codec/json_writer.h"
#include "jpki/attributes.h"

/* Offering */

static const struct member_attribute *
registered_find(const struct release_asking *a, const struct release_kind *kind)
{
	for (size_t i = 0; i < a->registered_count; i++)
		if (release_kind_find(a->registered[i].name) == kind)
			return &a->registered[i];
	return NULL;
}

/* The newest that was confirmed. */
static const struct contact *
mail_address(const struct account *account)
{
	const struct contact *found = NULL;

	for (size_t i = 0; i < account->contact_count; i++) {
		const struct contact *c = &account->contacts[i];

		if (c->confirmed.us && (!found || instant_before(found->confirmed, c->confirmed)))
			found = c;
	}
	return found;
}

/* "1980-02-17", as attributes hold it. */
static struct birth_date
born(struct span date)
{
	struct span rest = date, year = span_cut(&rest, '-'), month = span_cut(&rest, '-');
	uint64_t y = 0, m = 0, d = 0;

	if (!span_number(year, &y) || !span_number(month, &m) || !span_number(rest, &d))
		y = m = d = 0;
	return (struct birth_date){ .year = (unsigned)y, .month = (unsigned)m, .day = (unsigned)d };
}

/* False: it cannot be told from that. */
static bool
derive(const struct release_kind *kind, const struct attribute *from, struct instant now, struct span *out)
{
	const struct birth_date birth = born(from->value);
	int over;

	*out = from->value;
	if (kind->region)
		return jpki_prefecture(from->value, out);
	if (!kind->age)
		return true;
	over = jpki_age_over(&birth, kind->age, now);
	*out = span_text(over > 0 ? "true" : "false");
	return over >= 0;
}

static void
withhold(struct release_offer *offer, struct span name, enum release_withheld_why why, bool required)
{
	for (size_t i = 0; i < offer->withheld_count; i++)
		if (span_equal(offer->withheld[i].name, name))
			return;
	if (offer->withheld_count < COUNT(offer->withheld))
		offer->withheld[offer->withheld_count++] =
		    (struct release_withheld){ .name = name, .why = why, .required = required };
}

/* The item of that kind, if it can be told; else why not. */
static bool
find_item(const struct release_asking *a, const struct release_kind *kind, struct release_item *out,
    enum release_withheld_why *why)
{
	const struct member_attribute *registered = registered_find(a, kind);
	const struct attribute *from = kind->of ? attribute_find(a->attributes, kind->of) : NULL;
	const struct contact *mail = kind->of ? NULL : mail_address(a->account);

	*out = (struct release_item){ .kind = kind };
	if (!registered) {
		*why = RELEASE_NOT_REGISTERED;
		return false;
	}
	out->purpose = registered->purpose;
	out->required = registered->required;
	if (mail) {
		out->value = mail->address;
		out->at = mail->confirmed;
		return true;
	}
	if (from && !(from->personas & PERSONA_BIT(a->persona))) {
		*why = RELEASE_NOT_OF_PERSONA;
		return false;
	}
	*why = RELEASE_NOT_KNOWN;
	if (!from || !derive(kind, from, a->now, &out->value))
		return false;
	out->source = from->source;
	out->at = from->at;
	return true;
}

static struct release_item *
offered(struct release_offer *offer, const struct release_kind *kind)
{
	for (size_t i = 0; i < offer->count; i++)
		if (offer->items[i].kind == kind)
			return &offer->items[i];
	return NULL;
}

static void
offer_asked(const struct release_asking *a, const struct release_wish *wish, struct release_offer *out)
{
	const struct release_kind *kind = release_kind_find(wish->name);
	struct release_item *there = kind ? offered(out, kind) : NULL, item;
	enum release_withheld_why why = RELEASE_NO_SUCH;

	if (there) {
		there->places |= wish->places;
		return;
	}
	if (!kind || !find_item(a, kind, &item, &why)) {
		withhold(out, wish->name, why, kind && item.required);
		return;
	}
	item.asked = true;
	item.places = wish->places;
	out->items[out->count++] = item;
}

/* Less may be given in the place of what the service does without. */
static void
offer_less(const struct release_asking *a, struct release_offer *out)
{
	const struct release_kind *kind;
	const size_t asked = out->count;
	enum release_withheld_why why;
	struct release_item item;

	for (size_t i = 0; i < asked; i++) {
		const struct release_item whole = out->items[i];

		for (size_t n = 0; (kind = release_kind_at(n)) && !whole.required; n++) {
			if (!release_kind_is_derived(kind) || !kind->of || strcmp(kind->of, whole.kind->name) != 0 ||
			    offered(out, kind) || !find_item(a, kind, &item, &why))
				continue;
			item.required = false;
			item.instead_of = whole.kind;
			item.places = whole.places;
			out->items[out->count++] = item;
		}
	}
}

static int
by_kind(const void *a, const void *b)
{
	const struct release_item *one = a, *other = b;

	return (one->kind > other->kind) - (one->kind < other->kind);
}

void
release_offer(const struct release_asking *a, struct release_offer *out)
{
	out->count = out->withheld_count = 0;
	for (size_t i = 0; i < a->wish_count; i++)
		offer_asked(a, &a->wishes[i], out);
	offer_less(a, out);
	/* Their table is in the order people read them. */
	qsort(out->items, out->count, sizeof(*out->items), by_kind);
}

/* Choosing */

static bool
is_named(const struct release_kind *kind, const struct span *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (span_is(names[i], kind->name))
			return true;
	return false;
}

static bool
is_offered(const struct release_offer *offer, struct span name)
{
	for (size_t i = 0; i < offer->count; i++)
		if (span_is(name, offer->items[i].kind->name))
			return true;
	return false;
}

enum err
release_choose(const struct release_offer *offer, const struct span *names, size_t count,
    const struct release_item *out[RELEASE_KINDS], size_t *out_count, struct problem *why)
{
	*out_count = 0;
	for (size_t i = 0; i < count; i++)
		if (!is_offered(offer, names[i]))
			return problem_set(why, ERR_INVALID, "",
			    "/items/%zu: expected the name of something that is asked for", i);
	for (size_t i = 0; i < offer->count; i++) {
		const struct release_item *item = &offer->items[i];

		if (!item->required && !is_named(item->kind, names, count))
			continue;
		if (item->instead_of && is_named(item->instead_of, names, count))
			return problem_set(why, ERR_INVALID, "",
			    "/items: expected \"%s\" or \"%s\" in its place, found both", item->instead_of->name,
			    item->kind->name);
		out[(*out_count)++] = item;
	}
	return OK;
}

/* Telling */

/* Of an address whole and its prefecture one member: OpenID Connect Core s5.1.1. */
static void
write_address(struct buffer *b, struct span formatted, struct span region)
{
	json_write_name(b, "address");
	buffer_byte(b, '{');
	if (formatted.size)
		json_write_member(b, "formatted", formatted);
	if (region.size)
		json_write_member(b, "region", region);
	buffer_byte(b, '}');
}

void
release_write_claims(struct buffer *b, const struct release_item *const *items, size_t count, unsigned place)
{
	struct span address = { 0 }, region = { 0 };

	for (size_t i = 0; i < count; i++) {
		const struct release_item *item = items[i];
		const char *name = item->kind->name;

		if (!(item->places & place))
			continue;
		if (item->kind->region) {
			region = item->value;
		} else if (strcmp(name, "address") == 0) {
			address = item->value;
		} else if (item->kind->age) {
			json_write_name(b, name);
			buffer_add(b, item->value);
		} else {
			json_write_member(b, name, item->value);
		}
		/* Mail addresses are confirmed by a code that was sent there; telephones by nobody. */
		if (strcmp(name, "email") == 0)
			buffer_text(b, ",\"email_verified\":true");
		if (strcmp(name, "phone_number") == 0)
			buffer_text(b, ",\"phone_number_verified\":false");
	}
	if (address.size || region.size)
		write_address(b, address, region);
}

/* Scopes */

#define SCOPE_CLAIMS 8
static const struct {
	const char *scope, *claims[SCOPE_CLAIMS + 1];
} scopes[] = {
	{ "profile", { "name", "name#ja-Kana-JP", "family_name", "given_name", "nickname", "birthdate", "gender",
	    "website" } },
	{ "email", { "email" } },
	{ "address", { "address" } },
	{ "phone", { "phone_number" } },
};

size_t
release_scope(struct span scope, struct release_wish *out, size_t room)
{
	size_t count = 0;

	for (size_t i = 0; i < COUNT(scopes); i++)
		for (size_t n = 0; span_is(scope, scopes[i].scope) && scopes[i].claims[n]; n++)
			if (count < room)
				out[count++] = (struct release_wish){ .name = span_text(scopes[i].claims[n]),
					.places = RELEASE_AT_USERINFO };
	return count;
}
