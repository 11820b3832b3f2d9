/* transaction/proofing/continuity.c - whether a certificate is the same person's as that of an earlier outcome. */
#include "transaction/proofing/continuity.h"

#include "codec/text.h"
#include "crypto/digest.h"

struct span
proofing_handle(const struct continuing *c, struct span issuer, struct span serial)
{
	const struct span pieces[] = { c->member, span_of("", 1), issuer, serial };
	uint8_t sum[32];

	digest_keyed(c->settings->handle_secret, pieces, COUNT(pieces), sum);
	return span_text(hex_write(c->arena, span_of(sum, PROOFING_HANDLE / 2)));
}

enum linkage_relation
continuity_relation(const struct continuing *c)
{
	const struct jpki_profile *profile = c->certificate->profile;

	return linkage_relation((struct linkage_kind){ profile->purpose, profile->medium }, c->earlier->kind);
}

enum continuity
continuity_at_once(const struct continuing *c, struct span handle)
{
	const struct linkage_source *source = c->settings->linkage;
	const enum linkage_relation relation = continuity_relation(c);

	if (span_equal(handle, c->earlier->handle))
		return CONTINUITY_SAME;
	if (relation == LINKAGE_NONE)
		return CONTINUITY_UNKNOWN;
	return source && source->relations & LINKAGE_BIT(relation) ? CONTINUITY_NOT_ASKED : CONTINUITY_UNAVAILABLE;
}

/* An authority of the same world by its key identifier; NULL: none of ours. */
static const struct jpki_anchor *
anchor_by_key(const struct continuing *c, struct span key_id)
{
	const struct jpki_anchors *anchors = c->settings->verifier->trust.anchors;

	for (size_t i = 0; i < jpki_anchor_count(anchors); i++) {
		const struct jpki_anchor *a = jpki_anchor_at(anchors, i);

		if (a->purpose == c->earlier->kind.purpose && a->world == c->certificate->profile->world &&
		    span_equal(a->certificate.subject_key_id, key_id))
			return a;
	}
	return NULL;
}

enum continuity
continuity_judge(const struct continuing *c, const struct linkage_answer *answer)
{
	bool complete = answer->complete;

	if (!answer->answered)
		return CONTINUITY_UNAVAILABLE;
	for (size_t i = 0; i < answer->count; i++) {
		const struct linked *l = &answer->linked[i];
		const struct jpki_anchor *issuer = anchor_by_key(c, l->issuer_key_id);

		if (issuer &&
		    span_equal(proofing_handle(c, issuer->certificate.subject, l->serial), c->earlier->handle))
			return CONTINUITY_SAME;
		complete = complete && issuer;
	}
	return complete ? CONTINUITY_OTHER : CONTINUITY_UNKNOWN;
}
