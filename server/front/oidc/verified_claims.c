/* front/oidc/verified_claims.c - what proofings vouch for, as much of it as was asked for. */
#include "front/oidc/verified_claims.h"

#include <stdlib.h>

#include "codec/json_writer.h"
#include "front/oidc/verified_evidence.h"
#include "front/oidc/verified_request.h"

#define CLAIMS_LARGEST (64 * KIB)

const char *const verified_claims_names[] = { "name", "birthdate", "gender", "address", "age_over_18", "age_over_20",
	"age_over_65", NULL };

/* Conditions (OpenID IDA 1.0 s6.2): null and an object without any ask for what there is. */

static bool
is_one_of(const json_t *held, const json_t *values)
{
	size_t i;
	json_t *one;

	json_array_foreach(values, i, one)
		if (json_equal((json_t *)(uintptr_t)held, one))
			return true;
	return false;
}

static bool
is_recent(const json_t *held, const json_t *max_age, struct instant now)
{
	const char *text = json_string_value(held);
	struct instant at;

	return text && json_is_number(max_age) && json_number_value(max_age) >= 0 &&
	    instant_read(span_text(text), &at) && (double)(now.us - at.us) <= json_number_value(max_age) * 1e6;
}

/* What is neither null nor an object is no request at all, and nothing answers it. */
static bool
meets(const json_t *asked, const json_t *held, struct instant now)
{
	const json_t *value = json_object_get(asked, "value"), *values = json_object_get(asked, "values");
	const json_t *max_age = json_object_get(asked, "max_age");

	if (!json_is_null(asked) && !json_is_object(asked))
		return false;
	return (!value || (held && json_equal((json_t *)(uintptr_t)held, (json_t *)(uintptr_t)value))) &&
	    (!values || (held && is_one_of(held, values))) && (!max_age || (held && is_recent(held, max_age, now)));
}

/* The verification: what is held, of that what is asked; where a condition is not met nothing of it all is told (s6.2).
 * What is not valid without a member that was not asked for goes, too, with its parent, and so on (s6.3). */

/* Whether there is any in it; of alternatives, in each. */
static bool
is_conditional(const json_t *asked)
{
	json_t *one;
	const char *name;
	size_t i;

	if (json_object_get(asked, "value") || json_object_get(asked, "values") || json_object_get(asked, "max_age"))
		return true;
	json_object_foreach((json_t *)(uintptr_t)asked, name, one)
		if (is_conditional(one))
			return true;
	json_array_foreach(asked, i, one)
		if (!is_conditional(one))
			return false;
	return json_array_size(asked) > 0;
}

struct selecting {
	struct instant now;
	bool unmet;                  /* a condition was not */
};

/* Without it an element of that name is none (OpenID Identity Assurance Schema 1.0 s5.4). */
static const struct {
	const char *element, *member;
} required[] = {
	{ "verification", "trust_framework" },
	{ "evidence", "type" },
	{ "check_details", "check_method" },
	{ "document_details", "type" },
	{ "record", "type" },
};

static const char *
required_of(const char *element)
{
	for (size_t i = 0; i < COUNT(required); i++)
		if (strcmp(element, required[i].element) == 0)
			return required[i].member;
	return NULL;
}

static json_t *select_value(struct selecting *, const char *element, const json_t *asked, const json_t *held);

/* Owned. NULL: nothing is left of it. */
static json_t *
whole(json_t *object, const char *element)
{
	const char *must = required_of(element);

	if (json_object_size(object) && (!must || json_object_get(object, must)))
		return object;
	json_decref(object);
	return NULL;
}

static json_t *
select_members(struct selecting *s, const char *element, const json_t *asked, const json_t *held)
{
	json_t *out = json_object(), *how, *value;
	const char *name;

	json_object_foreach((json_t *)(uintptr_t)asked, name, how) {
		value = strcmp(name, "essential") == 0 ? NULL :
		    select_value(s, name, how, json_object_get(held, name));
		if (value)
			json_object_set_new(out, name, value);
	}
	return whole(out, element);
}

/* Asked for without saying what of it: what makes it one at all. */
static json_t *
select_least(const char *element, const json_t *held)
{
	const char *must = required_of(element);
	json_t *out = json_object(), *value = must ? json_object_get(held, must) : NULL;

	if (value)
		json_object_set(out, must, value);
	return whole(out, element);
}

static json_t *
select_object(struct selecting *s, const char *element, const json_t *asked, const json_t *held)
{
	const size_t said = json_object_size(asked) - (json_object_get(asked, "essential") ? 1 : 0);

	return said ? select_members(s, element, asked, held) : select_least(element, held);
}

/* One of several: as the first request that it meets asks for it. */
static json_t *
select_element(const struct selecting *s, const char *element, const json_t *asked, const json_t *held, bool *met)
{
	size_t i;
	json_t *one;

	if (!json_is_array(asked)) {
		struct selecting own = { .now = s->now };
		json_t *found = select_object(&own, element, asked, held);

		*met = !own.unmet;
		if (*met)
			return found;
		json_decref(found);
		return NULL;
	}
	*met = false;
	json_array_foreach(asked, i, one) {
		json_t *found = select_element(s, element, one, held, met);

		if (*met)
			return found;
	}
	return NULL;
}

static json_t *
select_elements(struct selecting *s, const char *element, const json_t *asked, const json_t *held)
{
	json_t *out = json_array(), *one, *found;
	bool met, any = false;
	size_t i;

	json_array_foreach(held, i, one) {
		found = select_element(s, element, asked, one, &met);
		any = any || met;
		if (found)
			json_array_append_new(out, found);
	}
	s->unmet = s->unmet || !any;
	if (json_array_size(out))
		return out;
	json_decref(out);
	return NULL;
}

static json_t *
select_value(struct selecting *s, const char *element, const json_t *asked, const json_t *held)
{
	if (json_is_array(held))
		return select_elements(s, element, asked, held);
	if (json_is_object(held))
		return select_object(s, element, asked, held);
	if (held ? !meets(asked, held, s->now) : is_conditional(asked))
		s->unmet = true;
	return held && !s->unmet ? json_incref((json_t *)(uintptr_t)held) : NULL;
}

/* The claims: each by itself; whose condition is not met is not there. */

static bool
is_vouched_for(const struct verified_telling *t, const struct proofing_record *r, const struct release_item *item)
{
	const struct attribute *a = item->kind->of ? attribute_find(t->attributes, item->kind->of) : NULL;

	return a && (a->source == ATTRIBUTE_FROM_CARD || a->source == ATTRIBUTE_FROM_DESK) &&
	    id_equal(&a->record, &r->id);
}

/* Of an address what the person gave: all of it, or the prefecture in its place. */
static const struct release_item *
find_item(const struct verified_telling *t, const struct proofing_record *r, const struct release_kind *kind)
{
	const struct release_item *found = NULL;

	for (size_t i = 0; i < t->item_count; i++) {
		const struct release_item *item = t->items[i];
		const bool part = item->kind->region && strcmp(kind->name, item->kind->of) == 0;

		if (is_vouched_for(t, r, item) && (item->kind == kind || (part && !found)))
			found = item;
	}
	return found;
}

/* As it is told elsewhere, alone. */
static json_t *
claim_of(const struct release_item *item)
{
	struct release_item alone = *item;
	const struct release_item *list[] = { &alone };
	struct buffer b = buffer_init(CLAIMS_LARGEST);
	json_t *claim;

	alone.places = RELEASE_IN_ID_TOKEN;
	buffer_byte(&b, '{');
	release_write_claims(&b, list, 1, RELEASE_IN_ID_TOKEN);
	buffer_byte(&b, '}');
	claim = json_loadb((const char *)b.data + b.start, buffer_span(&b).size, 0, NULL);
	buffer_release(&b);
	if (!claim)
		abort();
	return claim;
}

static json_t *
select_claims(const struct verified_telling *t, const struct proofing_record *r, const json_t *asked)
{
	json_t *out = json_object(), *how, *claim, *value;
	const char *name;

	json_object_foreach((json_t *)(uintptr_t)asked, name, how) {
		const struct release_kind *kind = release_kind_find(span_text(name));
		const struct release_item *item = kind ? find_item(t, r, kind) : NULL;

		if (!item)
			continue;
		claim = claim_of(item);
		value = json_object_get(claim, item->kind->region ? item->kind->of : item->kind->name);
		if (meets(how, value, t->now))
			json_object_update_recursive(out, claim);
		json_decref(claim);
	}
	return out;
}

/* One request, of one proofing */

static json_t *
tell_one(const struct verified_telling *t, const struct verified_proofing *p, const json_t *asked)
{
	struct selecting s = { .now = t->now };
	json_t *held = verified_evidence_of(p, t->trust_framework);
	json_t *verification = select_members(&s, "verification", json_object_get(asked, "verification"), held);
	json_t *claims = select_claims(t, p->record, json_object_get(asked, "claims"));

	json_decref(held);
	if (verification && !s.unmet && json_object_size(claims))
		return json_pack("{s:o,s:o}", "verification", verification, "claims", claims);
	json_decref(verification);
	json_decref(claims);
	return NULL;
}

static void
tell(const struct verified_telling *t, const json_t *asked, json_t *out)
{
	for (size_t i = 0; i < t->proofing_count; i++) {
		json_t *one = tell_one(t, &t->proofings[i], asked);

		if (one)
			json_array_append_new(out, one);
	}
}

void
verified_claims_write(struct buffer *b, const struct verified_telling *t, struct span request,
    enum release_place place)
{
	const struct span list = t->trust_framework.size ? verified_request(request, place) : (struct span){ 0 };
	json_t *asked = list.size ? json_loadb((const char *)list.data, list.size, 0, NULL) : NULL;
	json_t *told = json_array(), *one;
	char *text = NULL;
	size_t i;

	json_array_foreach(asked, i, one)
		tell(t, one, told);
	if (json_array_size(told))
		text = json_dumps(json_array_size(told) == 1 ? json_array_get(told, 0) : told, JSON_COMPACT);
	if (text) {
		json_write_name(b, "verified_claims");
		buffer_text(b, text);
	}
	free(text);
	json_decref(told);
	json_decref(asked);
}
