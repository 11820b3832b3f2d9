/* transaction/proofing/relatives.c - which certificates are the same person's as one that was proved. */
#include "transaction/proofing/relatives.h"

#include "transaction/proofing/cost.h"
#include "transaction/proofing/figures.h"
#include "transaction/proofing/log.h"

struct asking {
	struct pending pending;
	struct pending *waiting;     /* the source's */
	struct arena *arena;
	const struct proofing_settings *settings;
	struct relatives_question question;
	struct relatives found;
	on_relatives *done;
	void *arg;
};

static void
cancel_asking(struct pending *pending)
{
	pending_cancel(&((struct asking *)pending)->waiting);
}

static on_linkage on_linked;

struct pending *
proofing_relatives(struct arena *arena, const struct proofing_settings *settings, const struct relatives_question *q,
    on_relatives *done, void *arg)
{
	struct linkage_source *source = settings->linkage;
	const struct jpki_profile *profile = q->verified->certificate.profile;
	const struct linkage_question question = { &q->verified->certificate, q->wanted, q->now };
	enum linkage_relation relation;
	struct asking *a;

	relation = linkage_relation((struct linkage_kind){ profile->purpose, profile->medium }, q->wanted);
	if (relation == LINKAGE_NONE || !source || !(source->relations & LINKAGE_BIT(relation)))
		return NULL;
	a = arena_new(arena, struct asking);
	*a = (struct asking){ .pending = { cancel_asking }, .arena = arena, .settings = settings, .question = *q,
		.done = done, .arg = arg };
	a->waiting = source->ask(source, &question, on_linked, a);
	return &a->pending;
}

/* By the issuer's key identifier its name is found: a handle is of issuer and serial. */
static const struct jpki_anchor *
issuer_of(const struct asking *a, struct span key_id)
{
	const struct jpki_anchors *anchors = a->settings->verifier->trust.anchors;

	for (size_t i = 0; i < jpki_anchor_count(anchors); i++) {
		const struct jpki_anchor *anchor = jpki_anchor_at(anchors, i);

		if (anchor->purpose == a->question.wanted.purpose &&
		    anchor->world == a->question.verified->certificate.profile->world &&
		    span_equal(anchor->certificate.subject_key_id, key_id))
			return anchor;
	}
	return NULL;
}

static void
on_linked(void *arg, const struct linkage_answer *answer)
{
	struct asking *a = arg;
	struct continuing c = { .arena = a->arena, .settings = a->settings, .member = a->question.member };

	a->waiting = NULL;
	a->found = (struct relatives){ .charged = answer->answered, .complete = answer->complete };
	for (size_t i = 0; i < answer->count; i++) {
		const struct linked *l = &answer->linked[i];
		const struct jpki_anchor *issuer = issuer_of(a, l->issuer_key_id);

		if (issuer)
			a->found.handles[a->found.count++] =
			    proofing_handle(&c, issuer->certificate.subject, l->serial);
		else
			a->found.complete = false;
	}
	a->done(a->arg, &a->found);
}

bool
proofing_relatives_leave(const struct proofing_settings *settings, struct pending **pending)
{
	bool sent = settings->linkage->sent(((struct asking *)*pending)->waiting);

	pending_cancel(pending);
	return sent;
}

/* With which of them anybody compares it is not known here. */
static enum continuity
continuity_of(const struct relatives *found)
{
	if (!found->charged)
		return CONTINUITY_UNAVAILABLE;
	return found->complete && found->count == 0 ? CONTINUITY_OTHER : CONTINUITY_UNKNOWN;
}

void
proofing_relatives_log(struct unit *unit, const struct proofing_settings *settings, const struct relatives_question *q,
    const struct relatives *found)
{
	const enum continuity continuity = continuity_of(found);
	struct proofing_check check = {
		.at = q->now, .member = q->member, .relying_party = q->relying_party, .operator = q->operator,
		.purpose = q->verified->certificate.profile->purpose,
		.medium = q->verified->certificate.profile->medium, .outcome = q->verified->outcome,
		.source = span_text(settings->linkage->name), .charged = true, .further = true,
		.continuity = continuity,
	};

	proofing_count_linkage(settings->figures, continuity);
	if (!found->charged)
		return;
	cost_price(settings->costs, &check);
	proofing_check_log(unit, &check, settings->log_for);
}
