/* front/oidc/verified_request.c - verified claims that a client asks for, read and kept. */
#include "front/oidc/verified_request.h"

#include <jansson.h>

#include "base/buffer.h"
#include "codec/reader.h"
#include "codec/tree.h"

#define CLAUSE "OIDC4IA s6"

void
claims_wish(struct release_wish *list, size_t *count, struct release_wish wish)
{
	if (!release_kind_find(wish.name))
		return;
	for (size_t i = 0; i < *count; i++)
		if (span_equal(list[i].name, wish.name)) {
			list[i].places |= wish.places;
			list[i].essential = list[i].essential || wish.essential;
			return;
		}
	if (*count < RELEASE_KINDS)
		list[(*count)++] = wish;
}

/* Reading */

struct reading {
	struct arena *arena;
	const char *place;
	struct release_wish *wishes;
	size_t *wish_count;
	struct problem *why;
};

static enum err
refuse(const struct reading *r, const char *member, const char *expected)
{
	return problem_set(r->why, ERR_INVALID, CLAUSE, "claims: /%s/verified_claims%s: expected %s", r->place, member,
	    expected);
}

/* Of `evidence` the kind is one value (s6.3): what several would mean nobody says. */
static enum err
check_evidence(const struct reading *r, const json_t *evidence)
{
	const json_t *entry;
	size_t i;

	if (!json_is_array(evidence) || !json_array_size(evidence))
		return refuse(r, "/verification/evidence", "a list that is not empty");
	json_array_foreach (evidence, i, entry) {
		const json_t *type = json_object_get(entry, "type");

		if (!type)
			return refuse(r, "/verification/evidence", "objects with type");
		if (!json_is_null(type) && !json_is_string(json_object_get(type, "value")))
			return refuse(r, "/verification/evidence/type", "null or an object with value");
		if (json_object_get(type, "values"))
			return refuse(r, "/verification/evidence/type", "value, not values");
	}
	return OK;
}

static void
take_wishes(const struct reading *r, json_t *claims)
{
	const char *name;
	json_t *asked;

	json_object_foreach (claims, name, asked)
		claims_wish(r->wishes, r->wish_count, (struct release_wish){
			.name = arena_copy(r->arena, span_text(name)),
			.essential = json_is_true(json_object_get(asked, "essential")),
		});
}

static enum err
take_one(const struct reading *r, const json_t *one)
{
	const json_t *verification = json_object_get(one, "verification");
	const json_t *evidence = json_object_get(verification, "evidence");
	json_t *claims = json_object_get(one, "claims");

	if (!json_is_object(verification) || !json_object_get(verification, "trust_framework"))
		return refuse(r, "/verification", "an object with trust_framework");
	if (!json_is_object(claims) || !json_object_size(claims))
		return refuse(r, "/claims", "an object that is not empty");
	take_wishes(r, claims);
	return evidence ? check_evidence(r, evidence) : OK;
}

/* One request, or several, each answered by itself (s6.5): kept as a list. */
static enum err
take_place(const struct reading *r, struct span json, json_t *into)
{
	json_t *asked, *list, *one;
	const char *expected;
	enum err err = OK;
	size_t i;

	if (!json.size)
		return OK;
	asked = json_loadb((const char *)json.data, json.size, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(asked) && !json_array_size(asked)) {
		json_decref(asked);
		return refuse(r, "", "an object, or a list that is not empty");
	}
	list = json_is_array(asked) ? json_incref(asked) : json_pack("[O]", asked);
	json_decref(asked);
	if (!tree_canonical(list, &expected))
		err = refuse(r, "", expected);
	json_array_foreach (list, i, one)
		if (err == OK)
			err = take_one(r, one);
	json_object_set_new(into, r->place, list);
	return err;
}

enum err
verified_request_read(struct arena *a, const struct verified_asked *asked, struct span *kept,
    struct release_wish *wishes, size_t *wish_count, struct problem *why)
{
	struct reading r = { .arena = a, .place = "id_token", .wishes = wishes, .wish_count = wish_count, .why = why };
	struct buffer b = buffer_init(VERIFIED_REQUEST_LARGEST);
	json_t *root = json_object();
	enum err err;

	*kept = (struct span){ 0 };
	err = take_place(&r, asked->id_token, root);
	r.place = "userinfo";
	if (err == OK)
		err = take_place(&r, asked->userinfo, root);
	if (err == OK && json_object_size(root))
		tree_write(&b, root);
	if (err == OK && b.overflowed)
		err = problem_set(why, ERR_LIMIT, CLAUSE,
		    "claims: expected at most %d bytes about verified claims, found more", VERIFIED_REQUEST_LARGEST);
	if (err == OK)
		*kept = arena_copy(a, buffer_span(&b));
	json_decref(root);
	buffer_release(&b);
	return err;
}

/* Kept */

struct span
verified_request(struct span kept, enum release_place place)
{
	const char *wanted = place == RELEASE_IN_ID_TOKEN ? "id_token" : "userinfo";
	struct arena a = arena_init(64 * KIB + 32 * VERIFIED_REQUEST_LARGEST);
	struct reader r = reader_json(&a, kept, (struct limits){ .bytes = VERIFIED_REQUEST_LARGEST,
	    .depth = READER_DEPTH });
	struct span name, list = { 0 };

	if (kept.size) {
		reader_object(&r);
		while (reader_member(&r, &name)) {
			struct span value = reader_raw(&r);

			if (span_is(name, wanted))
				list = value;
		}
		if (reader_end(&r, NULL) != OK)
			list = (struct span){ 0 };
	}
	arena_release(&a);
	return list;
}
