/* assurance/published_policy.c - one version of a framework as it is kept. */
#include "assurance/published_policy.h"

#include "base/record.h"
#include "crypto/digest.h"
#include "model/policy_id.h"

#define POLICY_FORMAT 1

void
published_policy_write(struct buffer *b, const struct published_policy *p)
{
	buffer_u64(b, p->number);
	buffer_u8(b, POLICY_FORMAT);
	buffer_id(b, &p->entry);
	buffer_add(b, span_of(p->digest, sizeof(p->digest)));
	buffer_instant(b, p->valid_from);
	buffer_instant(b, p->published);
	buffer_block(b, p->actor);
	buffer_block(b, p->approvers);
	buffer_block(b, p->key);
	buffer_block(b, p->note);
	buffer_block(b, p->facts);
	buffer_block(b, p->files);
}

bool
published_policy_read(struct span value, struct published_policy *out)
{
	struct record r = record_of(value);
	struct span entry, digest;
	uint8_t format;

	*out = (struct published_policy){ .number = record_u64(&r) };
	format = record_u8(&r);
	entry = record_bytes(&r, sizeof(out->entry.bytes));
	digest = record_bytes(&r, sizeof(out->digest));
	out->valid_from = record_instant(&r);
	out->published = record_instant(&r);
	out->actor = record_block(&r);
	out->approvers = record_block(&r);
	out->key = record_block(&r);
	out->note = record_block(&r);
	out->facts = record_block(&r);
	out->files = record_block(&r);
	if (format != POLICY_FORMAT || !record_whole(&r) || (out->number && out->note.size == 0))
		return false;
	memcpy(out->entry.bytes, entry.data, entry.size);
	memcpy(out->digest, digest.data, digest.size);
	return true;
}

enum err
policy_row_strange(struct span framework, struct span version, struct problem *why)
{
	return problem_set(why, ERR_UNSUPPORTED, "",
	    "policy/%.*s/%.*s: the row in the store is of a form this build does not know",
	    SPAN_ARGS(span_first(framework, POLICY_ID_LARGEST)), SPAN_ARGS(span_first(version, POLICY_ID_LARGEST)));
}

bool
published_policy_proposed(struct span value)
{
	struct record r = record_of(value);

	return record_u64(&r) == 0 && !r.broken;
}

void
published_policy_proposal(const struct published_policy *p, uint8_t out[32])
{
	uint8_t both[64];

	memcpy(both, p->digest, 32);
	digest(DIGEST_SHA256, p->facts, both + 32);
	digest(DIGEST_SHA256, span_of(both, sizeof(both)), out);
}

/* Names */

struct span
policy_key(struct arena *arena, struct span framework, struct span version)
{
	uint8_t *key = arena_take(arena, framework.size + 1 + version.size);

	memcpy(key, framework.data, framework.size);
	memcpy(key + framework.size + 1, version.data, version.size);
	return span_of(key, framework.size + 1 + version.size);
}

bool
policy_key_read(struct span key, struct span *framework, struct span *version)
{
	*framework = span_cut(&key, 0);
	*version = key;
	return policy_id_valid(*framework) && policy_id_valid(*version);
}

bool
policy_name_read(struct span name, struct span *framework, struct span *version)
{
	*framework = span_cut(&name, '@');
	*version = name;
	return policy_id_valid(*framework) && policy_id_valid(*version);
}
