/* tests/fuzz/fuzz_verified_claims.c - whatever is asked of verified claims, what is told is JSON, has what makes it
 * one, and has no claim that was not agreed to.
 */
#include <assert.h>

#include <jansson.h>

#include "front/oidc/verified_claims.h"
#include "front/oidc/verified_request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define T(text) { (const uint8_t *)(text), sizeof(text) - 1 }

static const struct proofing_record record = { .id = { { 1 } }, .method = PROOFING_AT_DESK,
	.at = { SECONDS(1798804800) }, .evidence = T("driving-licence"),
	.facts = T("{\"proofing.evidence_checked\":[\"chip\",\"visual\"],"
	"\"proofing.portrait_compared\":\"by-agent\"}") };

static void
check_one(const json_t *one)
{
	const json_t *verification = json_object_get(one, "verification"), *evidence, *entry, *claims;
	size_t i;

	assert(json_object_size(one) == 2 && json_is_string(json_object_get(verification, "trust_framework")));
	claims = json_object_get(one, "claims");
	assert(json_object_size(claims) == 1 && json_is_string(json_object_get(claims, "name")));
	evidence = json_object_get(verification, "evidence");
	assert(!evidence || json_array_size(evidence));
	json_array_foreach(evidence, i, entry)
		assert(json_is_string(json_object_get(entry, "type")));
}

static void
check(struct span told)
{
	json_t *all = json_loadb((const char *)told.data, told.size, JSON_REJECT_DUPLICATES, NULL);
	const json_t *claims = json_object_get(all, "verified_claims"), *one;
	size_t i;

	assert(all);
	if (json_is_object(claims))
		check_one(claims);
	json_array_foreach(claims, i, one)
		check_one(one);
	json_decref(all);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct release_item name = { .kind = release_kind_find(span_text("name")), .value = T("渡士花子") };
	const struct release_item *items[] = { &name };
	const struct verified_proofing proofing = { .record = &record, .level = T("2") };
	const struct verified_asked asked = { .userinfo = span_of(data, size) };
	struct release_wish wishes[RELEASE_KINDS];
	struct attributes attributes = { .count = 2, .list = {
		{ .kind = attribute_kind_find(span_text("name")), .value = name.value, .source = ATTRIBUTE_FROM_DESK,
		  .record = record.id },
		{ .kind = attribute_kind_find(span_text("birthdate")), .value = T("1980-02-17"),
		  .source = ATTRIBUTE_FROM_DESK, .record = record.id } } };
	const struct verified_telling telling = { .trust_framework = T("https://federation.example/"),
		.proofings = &proofing, .proofing_count = 1, .attributes = &attributes, .items = items, .item_count = 1,
		.now = { SECONDS(1798804900) } };
	struct arena a = arena_init(4 * MIB + 64 * size);
	struct buffer b = buffer_init(256 * KIB);
	size_t wish_count = 0;
	struct problem why;
	struct span kept;

	if (verified_request_read(&a, &asked, &kept, wishes, &wish_count, &why) == OK) {
		buffer_byte(&b, '{');
		verified_claims_write(&b, &telling, kept, RELEASE_AT_USERINFO);
		buffer_byte(&b, '}');
		check(buffer_span(&b));
	}
	buffer_release(&b);
	arena_release(&a);
	return 0;
}
