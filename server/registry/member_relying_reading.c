/* registry/member_relying_reading.c - what an entity needs of persons and of OpenID Connect, read from JSON as people
 * write it. */
#include "registry/member_reading.h"

#include "codec/tree.h"
#include "registry/oidc_client.h"

/* What it needs at least */

static void
add_area(struct requirement_name *r, struct requirement_area area)
{
	size_t at = r->area_count++;

	for (; at && span_compare(r->areas[at - 1].area, area.area) > 0; at--)
		r->areas[at] = r->areas[at - 1];
	r->areas[at] = area;
}

static void
read_levels(struct place levels, struct requirement_name *r)
{
	void *cursor = NULL;
	const char *area;
	struct place level;

	while (place_next(levels, &cursor, &area, &level)) {
		if (r->area_count == REQUIREMENT_AREAS) {
			place_fail(levels, "at most 6 areas", "more");
			return;
		}
		if (!form_holds(&form_word, span_text(area)))
			place_fail(level, "an area's name such as \"authentication\"", "another");
		else
			add_area(r, (struct requirement_area){
				.area = arena_copy(levels.document->arena, span_text(area)),
				.level = value_needed(levels, area, &form_level),
			});
	}
	if (!r->area_count)
		place_fail(levels, "an object of areas with their levels", NULL);
}

static struct requirement_name
read_requirement(struct place p)
{
	struct place levels = place_member(p, "levels");
	struct requirement_name r = { 0 };

	if (!place_exists(p))
		return r;
	r.framework = value_needed(p, "framework", &form_word);
	r.profile = value_optional(p, "profile", &form_word);
	if (place_exists(levels))
		read_levels(levels, &r);
	else if (!r.profile.size)
		place_fail(p, "a profile, levels or both", "neither");
	return r;
}

/* As whom it meets people */

static void
read_personas(struct place object, struct member_entity *e)
{
	static const char *const known[] = { "administrative", "business", "private" };
	struct place array = place_member(object, "personas");
	const size_t count = place_exists(array) ? place_count_within(array, 1, COUNT(known)) : 0;
	struct span *list = arena_array(array.document->arena, struct span, count);

	for (size_t i = 0; i < count; i++) {
		struct place p = place_element(array, i);
		const char *word = json_string_value(p.value);

		for (size_t n = 0; n < COUNT(known); n++)
			if (word && strcmp(word, known[n]) == 0)
				list[i] = span_text(known[n]);
		if (!list[i].size)
			place_fail(p, "one of administrative, business, private", NULL);
		for (size_t n = 0; n < i; n++)
			if (span_equal(list[n], list[i]))
				place_fail(p, "each persona once", NULL);
	}
	e->personas = list;
	e->persona_count = count;
}

/* OpenID Connect */

/* What nobody but its owner may have (RFC 7518 s6, RFC 7591 s2); it would be published with the record's digest, and
 * seen by every operator. */
static bool
holds_secret(const json_t *metadata)
{
	static const char *const secret[] = { "d", "p", "q", "dp", "dq", "qi", "oth", "k" };
	const json_t *key;
	size_t i;

	json_array_foreach (json_object_get(json_object_get(metadata, "jwks"), "keys"), i, key)
		for (size_t n = 0; n < COUNT(secret); n++)
			if (json_object_get(key, secret[n]))
				return true;
	return json_object_get(metadata, "client_secret") != NULL;
}

static struct span
read_metadata(struct place oidc, const char *key)
{
	struct place p = place_member(oidc, key);
	json_t *value = place_value(p);
	const char *expected = NULL;
	struct span text = { 0 };
	struct buffer b;

	if (!place_exists(p))
		return text;
	if (!json_is_object(value) || json_object_size(value) == 0)
		place_fail(p, "an object that is not empty", NULL);
	else if (!tree_canonical(value, &expected))
		place_fail(p, expected, "another value in it");
	else if (holds_secret(value))
		place_fail(p, "public keys alone", "a private key or a secret");
	else {
		b = buffer_init(MEMBER_RECORD_LARGEST);
		tree_write(&b, value);
		if (b.overflowed)
			place_fail(p, "at most 1 MiB", "more");
		text = arena_copy(p.document->arena, buffer_span(&b));
		buffer_release(&b);
	}
	return text;
}

static void
read_client(struct place oidc, struct member_entity *e)
{
	const struct client_terms terms = {
		.entity_id = e->entity_id, .id_token = CLIENT_ES256, .believed = true, .sector = e->sector,
	};
	struct oidc_client *client = arena_new(oidc.document->arena, struct oidc_client);

	e->oidc_client = read_metadata(oidc, "client");
	if (!e->oidc_client.size)
		return;
	if (e->oidc_client.size > OIDC_CLIENT_LARGEST)
		place_fail(place_member(oidc, "client"), "at most 64 KiB", "more");
	oidc_client_read(place_member(oidc, "client"), &terms, client, NULL);
	e->client = client;
}

void
member_relying_read(struct place p, struct member_entity *e)
{
	static const char *const relying[] = { "requires", "personas", "sector" };
	struct place oidc;

	e->requires = read_requirement(place_member(p, "requires"));
	read_personas(p, e);
	e->sector = value_optional(p, "sector", &form_scope);
	oidc = place_member(p, "oidc");
	if (place_exists(oidc)) {
		read_client(oidc, e);
		e->oidc_provider = read_metadata(oidc, "provider");
	}
	for (size_t i = 0; i < COUNT(relying) && !(e->roles & ENTITY_RP); i++)
		if (place_exists(place_member(p, relying[i])))
			place_fail(place_member(p, relying[i]), "rp among the roles", "none");
	if (e->client && !(e->roles & ENTITY_RP))
		place_fail(place_member(oidc, "client"), "rp among the roles", "none");
}
