/* transaction/sign_on/commit.c - what a verdict writes. */
#include "transaction/sign_on/commit.h"

#include <assert.h>

#include "codec/text.h"
#include "person/history.h"
#include "transaction/decision/evaluation.h"
#include "transaction/sign_on/choice.h"
#include "transaction/sign_on/methods.h"

#define TOLD_LARGEST HISTORY_NAMES_LARGEST
#define NAME_LARGEST 200

/* As the person reads it. */
static struct span
name_of(const struct sign_on_case *c)
{
	const struct localized *name = &c->rp->name;
	struct span found = c->account->english && name->en.size ? name->en : name->ja.size ? name->ja : name->en;

	return utf8_first(found.size ? found : c->rp->entity_id, NAME_LARGEST);
}

static void
delete_row(struct unit *unit, const struct sign_on *s)
{
	if (!s->generation)
		return;
	unit_expect(unit, &sign_on_table, id_span(&s->id), s->generation);
	unit_delete(unit, &sign_on_table, id_span(&s->id));
}

/* Decisions: who asked is the relying party's member, and the entry is its; it knows the person by the name that is
 * told it, and by no other. */

static bool
put_decision(struct unit *unit, const struct sign_on_case *c, const struct assessed *a, struct span subject,
    struct id *id)
{
	struct evaluation_request request = {
		.question = a->question,
		.policy_leaf = a->policy->published.number,
		.caller = c->sign_on->client,
		.member = c->rp->member,
		.subject_type = span_text("person"),
		.subject_id = subject,
		.action = span_text("login"),
		.resource_type = span_text("relying-party"),
		.resource_id = c->rp->entity_id,
		.purpose = span_text("sign-on"),
		.taken = &a->decision,
	};
	struct evaluation_answer recorded = { .id = id_new(c->now), .decision = &a->decision };

	*id = recorded.id;
	return evaluation_put(unit, &request, &recorded);
}

/* Each stands in the history, so that it goes with the account; the first is the sign-on's. */
static enum err
put_decisions(struct unit *unit, const struct sign_on_case *c, const struct sign_on_verdict *v, struct span subject,
    const struct history_event *event, struct id *first, struct problem *why)
{
	struct history_event e = *event;

	*first = (struct id){ { 0 } };
	for (size_t i = 0; i < v->decided.count; i++) {
		if (!v->decided.parts[i]->policy)
			continue;
		if (!put_decision(unit, c, v->decided.parts[i], subject, &e.decision))
			return problem_set(why, ERR_LIMIT, "", "the decision is larger than the ledger takes");
		if (!id_given(first))
			*first = e.decision;
		else
			history_add(unit, &c->account->id, &e);
	}
	e.decision = *first;
	history_add(unit, &c->account->id, &e);
	return OK;
}

/* Who erases the account in this moment was the first: what is put beneath it would outlive it. */
static void
expect_account(struct unit *unit, const struct sign_on_case *c)
{
	const struct ask account = account_ask(&c->account->id);

	unit_expect(unit, &account_table, account.from, c->account->generation);
}

/* Refused */

enum err
sign_on_put_refused(struct unit *unit, struct arena *arena, const struct sign_on_case *c,
    const struct sign_on_verdict *v, struct sign_on_step *step, bool *any, struct problem *why)
{
	const struct pairwise none = { { 0 } };
	struct pairwise name = none;

	*any = v->decided.count || c->sign_on->generation;
	delete_row(unit, c->sign_on);
	if (!v->decided.count)
		return OK;
	expect_account(unit, c);
	name = pairwise_name(&c->settings->pairwise, c->rp->sector, v->persona, &c->account->id);
	return put_decisions(unit, c, v, pairwise_subject(arena, &name), &(struct history_event){
		.kind = HISTORY_LOGIN_REFUSED, .at = c->now, .actor = span_text("person"), .name = name_of(c),
		.detail = span_text(v->error), .where = c->session->where }, &step->decision, why);
}

/* Done */

/* Who ends the session, stops an authenticator of it or takes the consent back in this moment was the first, too. */
static void
expect_unchanged(struct unit *unit, struct arena *arena, const struct sign_on_case *c,
    const struct sign_on_verdict *v)
{
	expect_account(unit, c);
	session_expect(unit, arena, c->session);
	if (!v->agreed_now)
		unit_expect(unit, &consent_table, id_pair(arena, &c->account->id, &c->consent->id),
		    c->consent->generation);
}

/* As before, and what was chosen now; of another persona nothing of before stays. */
static struct id
put_consent(struct unit *unit, struct arena *arena, const struct sign_on_case *c, const struct sign_on_verdict *v)
{
	const struct consent *before = c->consent;
	bool goes_on = before && consent_in_force(before) && before->persona == v->persona;
	struct consent given = { .relying_party = c->rp->entity_id, .name = name_of(c), .purpose = c->purpose,
		.persona = v->persona, .generation = before ? before->generation : 0 };

	if (!v->agreed_now)
		return before->id;
	given.items = goes_on ? choice_join(arena, v->items, before->items) : v->items;
	consent_give(&given, c->now);
	consent_put(unit, arena, &c->account->id, &given);
	history_add(unit, &c->account->id, &(struct history_event){ .kind = HISTORY_CONSENT_GIVEN, .at = c->now,
		.actor = span_text("person"), .name = given.name, .detail = span_text(persona_name(v->persona)),
		.where = c->session->where });
	return given.id;
}

/* For the history; with the places, for the grant. */
static struct span
write_told(struct arena *arena, const struct sign_on_verdict *v, bool places)
{
	struct buffer b = buffer_init(TOLD_LARGEST);
	struct span text;

	for (size_t i = 0; i < v->told_count; i++) {
		const struct span name = span_text(v->told[i]->kind->name);

		if (places)
			grant_claim_add(&b, &(struct grant_claim){ name, v->told[i]->places });
		else
			consent_item_add(&b, &(struct consent_item){ .name = name });
	}
	assert(!b.overflowed); /* some twenty kinds, each once */
	text = arena_copy(arena, buffer_span(&b));
	buffer_release(&b);
	return text;
}

static struct grant *
make_grant(struct arena *arena, const struct sign_on_case *c, const struct sign_on_verdict *v,
    struct sign_on_step *step)
{
	const struct sign_on *s = c->sign_on;
	struct grant *g = arena_new(arena, struct grant);

	*g = (struct grant){
		.id = id_new(c->now),
		.protocol = s->protocol,
		.client = s->client,
		.entity_id = c->rp->entity_id,
		.account = c->account->id,
		.persona = v->persona,
		.session = s->offline ? (struct id){ { 0 } } : c->session->id,
		.begun_in = c->session->id,
		.session_name = pairwise_session(arena, &c->settings->pairwise, &c->session->id, s->client),
		.subject = v->subject,
		.scope = s->scope,
		.claims = write_told(arena, v, true),
		.request = s->request,
		.context = arena_copy(arena, v->acr),
		.methods = methods_of(arena, v->authentication),
		.authenticated = v->authentication->at,
		.nonce = s->nonce,
		.decision = step->decision,
		.record = v->record ? v->record->id : (struct id){ { 0 } },
		.made = c->now,
		.expires = s->offline ? instant_after(c->now, SIGN_ON_OFFLINE_FOR) : c->session->expires,
		.code = { .until = instant_after(c->now, GRANT_CODE_FOR) },
	};
	step->code = grant_secret_new(GRANT_CODE, &g->id);
	memcpy(g->code.digest, step->code.digest, sizeof(g->code.digest));
	memcpy(g->code.redirect, s->redirect, sizeof(g->code.redirect));
	memcpy(g->code.challenge, s->challenge, sizeof(g->code.challenge));
	return g;
}

enum err
sign_on_put_done(struct unit *unit, struct arena *arena, const struct sign_on_case *c, const struct sign_on_verdict *v,
    struct sign_on_step *step, struct problem *why)
{
	struct history_event released = { .kind = HISTORY_RELEASED, .at = c->now, .actor = span_text("person"),
		.name = name_of(c), .detail = span_text(persona_name(v->persona)), .where = c->session->where,
		.credential = v->authentication->credential, .relying_party = c->rp->entity_id,
		.items = write_told(arena, v, false) };
	struct grant *grant;

	expect_unchanged(unit, arena, c, v);
	delete_row(unit, c->sign_on);
	released.consent = put_consent(unit, arena, c, v);
	if (put_decisions(unit, c, v, v->subject, &released, &step->decision, why) != OK)
		return why->code;
	grant = make_grant(arena, c, v, step);
	grant_put(unit, grant);
	step->grant = grant;
	return OK;
}
