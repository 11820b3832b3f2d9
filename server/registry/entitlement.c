/* registry/entitlement.c - whether a member may have certificates of JPKI checked now. */
#include "registry/entitlement.h"

static bool
holds(struct instant from, struct instant until, unsigned uses, enum jpki_purpose purpose, struct instant now)
{
	return !instant_before(now, from) && instant_before(now, until) && (uses & (unsigned)purpose) != 0;
}

/* The one in force that ends last; NULL: none. */
static const struct member_accreditation *
accreditation_of(const struct member_record *m, enum jpki_purpose purpose, struct instant now)
{
	const struct member_accreditation *best = NULL;

	for (size_t i = 0; i < m->accreditation_count; i++) {
		const struct member_accreditation *a = &m->accreditations[i];

		if (holds(a->from, a->until, a->uses, purpose, now) && !instant_before(now, a->notified) &&
		    (!best || instant_before(best->until, a->until)))
			best = a;
	}
	return best;
}

static const struct member_entrustment *
entrustment_of(const struct member_record *m, struct span operator, enum jpki_purpose purpose, struct instant now)
{
	const struct member_entrustment *best = NULL;

	for (size_t i = 0; i < m->entrustment_count; i++) {
		const struct member_entrustment *e = &m->entrustments[i];

		if (span_equal(e->to, operator) && holds(e->from, e->until, e->uses, purpose, now) &&
		    !instant_before(now, e->reported) && (!best || instant_before(best->until, e->until)))
			best = e;
	}
	return best;
}

void
entitlement_of(struct arena *arena, const struct member_record *member, const struct entitlement_operator *operator,
    enum jpki_purpose purpose, struct instant now, struct entitlement *out)
{
	const struct member_accreditation *own = accreditation_of(member, purpose, now), *theirs;
	const struct member_entrustment *entrusted;
	const char *what = jpki_purpose_name(purpose);

	*out = (struct entitlement){ 0 };
	if (own) {
		*out = (struct entitlement){ true, member->id, own->name, own->until, NULL };
		return;
	}
	if (!operator || span_equal(operator->id, member->id)) {
		out->reason = arena_print(arena, "the record of %.*s has no accreditation in force, notified to J-LIS, "
		    "for %s certificates (Act Art. %s)", SPAN_ARGS(member->id), what,
		    jpki_purpose_article(purpose));
		return;
	}
	entrusted = entrustment_of(member, operator->id, purpose, now);
	theirs = operator->record ? accreditation_of(operator->record, purpose, now) : NULL;
	if (entrusted && theirs) {
		*out = (struct entitlement){ true, operator->id, theirs->name,
			instant_before(entrusted->until, theirs->until) ? entrusted->until : theirs->until, NULL };
		return;
	}
	if (entrusted && !operator->record) {
		out->reason = arena_print(arena,
		    "the platform operator %.*s, to whom %.*s entrusted it, is %s: only an approved member may check "
		    "certificates for others", SPAN_ARGS(operator->id), SPAN_ARGS(member->id), operator->standing ?
		    standing_name(operator->standing) : "no member");
		return;
	}
	out->reason = entrusted
	    ? arena_print(arena, "the platform operator %.*s, to whom %.*s entrusted it, has no accreditation in "
	        "force, notified to J-LIS, for %s certificates", SPAN_ARGS(operator->id), SPAN_ARGS(member->id), what)
	    : arena_print(arena, "the record of %.*s has neither an accreditation of its own in force for %s "
	        "certificates nor a reported entrustment to %.*s (Rule 29)", SPAN_ARGS(member->id), what,
	        SPAN_ARGS(operator->id));
}
