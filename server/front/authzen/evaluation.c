/* front/authzen/evaluation.c - one question, or several with one request: asked, posed, vouched for, decided, answered.
 *
 *     asking -> read -> [transactions] -> pose each -> [statements of vouchers] -> the registry's word
 *         -> decide and record -> answer
 */
#include "front/authzen/answered.h"
#include "front/authzen/budget.h"
#include "front/authzen/front.h"

#define ANSWER_USUAL (8 * KIB)
#define ANSWER_KEPT (64 * KIB) /* of memory; what a large answer took is given back */

/* One question of the request: a posed one, or why it could not be. */
struct item {
	struct posed *posed;             /* NULL: `problem` is the answer */
	struct problem problem;
	size_t first;                    /* of its requests, in the flat list */
	size_t relying, idp;             /* which of the parties; idp: + 1, 0: nobody knows */
	bool advice_omitted;             /* wanted, and others of the request have had what there is */
};

struct evaluating {
	struct asking asking;
	bool several;                    /* the batch endpoint */
	struct asked_body body;
	struct item *items;
	size_t item_count;
	struct evaluation_request *requests;
	size_t request_count;
	struct posed_statements statements;
	const struct statement *heard;   /* one each */
	struct parties parties;
	size_t advised;
	struct span answer;              /* told when it is recorded */
	bool too_large;                  /* it would be; nothing is recorded */
};

static void go_on(struct asking *);
static on_transactions on_transactions_loaded;
static void pose_all(struct evaluating *);
static void vouch(struct evaluating *);
static on_vouched on_vouching_done;
static void find_parties(struct evaluating *);
static on_parties on_parties_loaded;
static void decide_all(struct evaluating *);
static evaluation_write write_answers;
static on_evaluated on_decided;
static struct span answer_of(struct evaluating *, const struct evaluation_answer *);

/* Asking */

void
evaluate_one(struct exchange *x, void *front)
{
	struct evaluating *e = arena_new(x->arena, struct evaluating);

	asking_begin(&e->asking, x, front, go_on);
}

void
evaluate_several(struct exchange *x, void *front)
{
	struct evaluating *e = arena_new(x->arena, struct evaluating);

	e->several = true;
	asking_begin(&e->asking, x, front, go_on);
}

/* What item `i` asks. */
static const struct asked *
asked_at(const struct evaluating *e, size_t i)
{
	return e->several ? &e->body.items[i] : &e->body.defaults;
}

static void
go_on(struct asking *asking)
{
	struct evaluating *e = (struct evaluating *)asking;
	struct exchange *x = asking->exchange;
	struct transactions *transactions = &asking->transactions;
	struct problem why;

	if ((e->several ? asked_read_several : asked_read_one)(x->arena, x->body, &e->body, &why) != OK) {
		asking_refuse(asking, &why);
		return;
	}
	/* Without items the batch endpoint is the single one (s7.1). */
	e->several = e->body.item_count > 0;
	e->item_count = e->several ? e->body.item_count : 1;
	if (!asking_charge(asking, e->item_count - 1))
		return;
	*transactions = transactions_new(x->arena, asking->member, asking->front->test, e->item_count);
	for (size_t i = 0; i < e->item_count; i++)
		if (is_transaction(&asked_at(e, i)->parts[PART_SUBJECT]))
			transactions_add(transactions, asked_at(e, i)->parts[PART_SUBJECT].id);
	if (transactions->count)
		exchange_hold(x, transactions_load(asking->front->store, transactions, on_transactions_loaded, e));
	else
		pose_all(e);
}

static void
on_transactions_loaded(void *arg, enum err err, const struct problem *why)
{
	struct evaluating *e = arg;

	exchange_hold(e->asking.exchange, NULL);
	if (err == OK)
		pose_all(e);
	else
		asking_refuse(&e->asking, why);
}

/* Posing */

static void
pose_item(struct evaluating *e, struct item *item, const struct asked *asked)
{
	const struct posing posing = asking_posing(&e->asking, &e->statements);

	item->problem = asked->problem;
	if (item->problem.code == OK &&
	    pose(e->asking.exchange->arena, &posing, asked, &item->posed, &item->problem) != OK)
		item->posed = NULL;
}

static void
pose_all(struct evaluating *e)
{
	e->items = arena_array(e->asking.exchange->arena, struct item, e->item_count);
	for (size_t i = 0; i < e->item_count; i++)
		pose_item(e, &e->items[i], asked_at(e, i));
	if (!e->several && !e->items[0].posed) {
		asking_refuse(&e->asking, &e->items[0].problem);
		return;
	}
	vouch(e);
}

/* Statements of vouchers: each is verified once, and heard by every item it came with */

static void
vouch(struct evaluating *e)
{
	struct authzen_front *front = e->asking.front;

	if (e->statements.count == 0) {
		find_parties(e);
		return;
	}
	exchange_hold(e->asking.exchange, vouching_take(front->store, front->roll, e->asking.exchange->arena,
	    &(struct vouching){
		.statements = e->statements.list,
		.count = e->statements.count,
		.audience = span_text(front->base_url),
		.asker = e->asking.member,
		.dictionary = e->asking.policies->dictionary,
		.now = e->asking.now,
	}, on_vouching_done, e));
}

static enum err
hear(const struct evaluating *e, struct item *item)
{
	const struct evaluation_request *first = &item->posed->requests[0];
	const struct vouching_subject subject = { first->subject_type, first->subject_id };
	const struct statement *list[POSED_VOUCHERS];

	for (size_t i = 0; i < item->posed->vouched_count; i++)
		list[i] = &e->heard[item->posed->vouched[i]];
	return vouching_apply(list, item->posed->vouched_count, &subject,
	    arena_print(e->asking.exchange->arena, "%s/context/vouched", item->posed->at), &item->posed->facts,
	    &item->problem);
}

static void
on_vouching_done(void *arg, enum err err, const struct statement *statements, const struct problem *why)
{
	struct evaluating *e = arg;

	exchange_hold(e->asking.exchange, NULL);
	if (err != OK) {
		asking_refuse(&e->asking, why);
		return;
	}
	e->heard = statements;
	for (size_t i = 0; i < e->item_count; i++) {
		struct item *item = &e->items[i];

		if (!item->posed || hear(e, item) == OK)
			continue;
		item->posed = NULL;
		if (!e->several || status_of(item->problem.code) >= 500) {
			asking_refuse(&e->asking, &item->problem);
			return;
		}
	}
	find_parties(e);
}

/* The registry: all parties of all items at once */

/* The only one that vouches as identity provider; empty: none, or several. Who asks is it only when no other is: it may
 * vouch for itself as relying party. */
static struct span
provider_of(const struct evaluating *e, const struct item *item)
{
	struct span found = { 0 }, own = { 0 };

	for (size_t i = 0; i < item->posed->vouched_count; i++) {
		const struct statement *s = &e->heard[item->posed->vouched[i]];

		if (!(s->roles & ENTITY_IDP))
			continue;
		if (span_equal(s->member, e->asking.member)) {
			own = s->member;
			continue;
		}
		if (found.size && !span_equal(found, s->member))
			return (struct span){ 0 };
		found = s->member;
	}
	return found.size ? found : own;
}

/* Whether anything hangs on who takes part: a fact, or whether it may be asked. */
static bool
parties_matter(const struct evaluating *e)
{
	const struct policy_snapshot *policies = e->asking.policies;

	if (!policies || !policies->dictionary)
		return false;
	if (registry_speaks(policies->dictionary))
		return true;
	for (size_t i = 0; i < e->item_count; i++)
		if (e->items[i].posed && e->items[i].posed->relying_party.size)
			return true;
	return false;
}

static void
find_parties(struct evaluating *e)
{
	struct authzen_front *front = e->asking.front;
	struct arena *a = e->asking.exchange->arena;

	if (!parties_matter(e)) {
		decide_all(e);
		return;
	}
	e->parties = parties_new(a, 2 * e->item_count);
	for (size_t i = 0; i < e->item_count; i++) {
		struct item *item = &e->items[i];
		struct span provider;

		if (!item->posed)
			continue;
		provider = provider_of(e, item);
		item->relying = parties_add(&e->parties, ENTITY_RP, item->posed->relying_party, e->asking.member);
		if (item->posed->idp.size || provider.size)
			item->idp = 1 + parties_add(&e->parties, ENTITY_IDP, item->posed->idp, provider);
	}
	exchange_hold(e->asking.exchange,
	    parties_load(front->store, front->roll, a, &e->parties, e->asking.now, on_parties_loaded, e));
}

/* One who vouches as identity provider is who it is; only where nobody does, or several, it is whom the asker names. */
static enum err
check_provider(const struct evaluating *e, const struct item *item, struct problem *why)
{
	const struct party *idp = item->idp ? &e->parties.list[item->idp - 1] : NULL;
	size_t providers = 0;

	for (size_t i = 0; i < item->posed->vouched_count; i++) {
		const struct statement *s = &e->heard[item->posed->vouched[i]];

		if (!(s->roles & ENTITY_IDP) || span_equal(s->member, e->asking.member))
			continue;
		if (idp && span_equal(s->member, idp->member))
			return OK;
		providers++;
	}
	return !idp || providers == 0 ? OK : problem_set(why, ERR_INVALID, "",
	    "%s/context/idp: expected an entity of the identity provider that vouches, found another's",
	    item->posed->at);
}

/* A permission in another's name would be one that nobody has asked for. Whether there is such a relying party is not
 * told. */
static enum err
check_relying(const struct evaluating *e, const struct item *item, struct problem *why)
{
	if (!item->posed->relying_party.size || asking_may_name(&e->asking, &e->parties.list[item->relying]))
		return OK;
	return problem_set(why, ERR_DENIED, "",
	    "%s/resource/id: expected a relying party of the member who asks, or a caller with the right to audit; "
	    "found another",
	    item->posed->at);
}

static void
on_parties_loaded(void *arg, enum err err, const struct problem *why)
{
	struct evaluating *e = arg;

	exchange_hold(e->asking.exchange, NULL);
	if (err != OK) {
		asking_refuse(&e->asking, why);
		return;
	}
	for (size_t i = 0; i < e->item_count; i++) {
		struct item *item = &e->items[i];

		if (!item->posed)
			continue;
		if (check_relying(e, item, &item->problem) != OK || check_provider(e, item, &item->problem) != OK) {
			item->posed = NULL;
			if (e->several)
				continue;
			asking_refuse(&e->asking, &item->problem);
			return;
		}
		party_observe(&e->parties.list[item->relying], &item->posed->facts, e->asking.now);
		if (item->idp)
			party_observe(&e->parties.list[item->idp - 1], &item->posed->facts, e->asking.now);
	}
	decide_all(e);
}

/* Deciding */

/* Whether it permits is seen without the way up. Of refusals only the first are told all of it, every one whether a
 * login would do; for either they are decided again. */
static bool
decide_item(struct evaluating *e, struct item *item)
{
	struct evaluation_request *r = &item->posed->requests[0];
	struct decision *decision = arena_space(e->asking.exchange->arena, sizeof(*decision));
	const struct question wanted = r->question;
	bool mendable;

	r->question.advise = r->question.step_up = false;
	decide(&r->question, decision);
	mendable = !decision->permit && wanted.demand.count > 0;
	r->question.step_up = mendable && wanted.step_up;
	r->question.advise = mendable && wanted.advise && e->advised < budget.advised;
	item->advice_omitted = mendable && wanted.advise && !r->question.advise;
	e->advised += r->question.advise;
	if (!r->question.advise && !r->question.step_up)
		r->taken = decision;
	return decision->permit;
}

/* Whether an item ends the list: then nothing behind it is decided at all. */
static bool
ends(struct evaluating *e, struct item *item)
{
	const bool permit = e->several && item->posed && decide_item(e, item);

	return e->body.semantic != EXECUTE_ALL && permit == (e->body.semantic == PERMIT_ON_FIRST_PERMIT);
}

/* Recorded and written at once, and needed no longer. */
static void
take_all(struct evaluating *e)
{
	for (size_t i = 0; i < e->request_count; i++) {
		struct evaluation_request *r = &e->requests[i];
		struct decision *decision;

		if (r->taken)
			continue;
		decision = arena_space(&e->asking.front->deciding, sizeof(*decision));
		decide(&r->question, decision);
		r->taken = decision;
	}
}

static void
decide_all(struct evaluating *e)
{
	struct arena *a = e->asking.exchange->arena;
	struct pending *pending;
	struct problem why;
	size_t more = 0, room = 0;

	for (size_t i = 0; i < e->item_count; i++)
		room += e->items[i].posed ? e->items[i].posed->count : 0;
	if (room > budget.decisions) {
		budget_exceeded("/evaluations", budget.decisions,
		    "decisions in one request, those of further frameworks counted", room, &why);
		asking_refuse(&e->asking, &why);
		return;
	}
	e->requests = arena_space(a, room * sizeof(*e->requests));
	for (size_t i = 0; i < e->item_count; i++) {
		struct item *item = &e->items[i];
		bool last;

		item->first = e->request_count;
		last = ends(e, item);
		for (size_t j = 0; item->posed && j < item->posed->count; j++)
			e->requests[e->request_count++] = item->posed->requests[j];
		if (item->posed)
			more += item->posed->count - 1;
		if (last)
			e->item_count = i + 1;
	}
	/* Items have been counted when they were read; each further framework is a decision too. */
	if (!asking_charge(&e->asking, more))
		return;
	if (e->request_count == 0) {
		asking_answer(&e->asking, answer_of(e, NULL), budget.answer);
		return;
	}
	take_all(e);
	pending = evaluations_run(e->asking.front->store, a, e->requests, e->request_count, e->asking.now,
	    write_answers, on_decided, e, &why);
	if (pending)
		exchange_hold(e->asking.exchange, pending);
	else if (e->too_large)
		asking_answer(&e->asking, e->answer, budget.answer);
	else
		asking_refuse(&e->asking, &why);
	arena_reset(&e->asking.front->deciding);
}

static bool
write_answers(void *arg, const struct evaluation_answer *answers)
{
	struct evaluating *e = arg;

	e->answer = answer_of(e, answers);
	e->too_large = e->answer.size == 0;
	return !e->too_large;
}

static void
on_decided(void *arg, enum err err, const struct problem *why)
{
	struct evaluating *e = arg;

	exchange_hold(e->asking.exchange, NULL);
	if (err == OK)
		asking_answer(&e->asking, e->answer, budget.answer);
	else
		asking_refuse(&e->asking, why);
}

/* Answering */

static struct answered
answered_of(const struct item *item, const struct evaluation_answer *answers)
{
	if (!item->posed)
		return (struct answered){ .problem = &item->problem };
	return (struct answered){
		.answers = &answers[item->first],
		.count = item->posed->count,
		.step_up = item->posed->step_up,
		.advice_omitted = item->advice_omitted,
	};
}

static void
write_item(struct buffer *b, const struct evaluating *e, const struct item *item,
    const struct evaluation_answer *answers)
{
	const struct answered answered = answered_of(item, answers);

	answered_write(b, e->asking.front->base_url, e->asking.now, &answered);
}

static void
write_answer(struct buffer *b, const struct evaluating *e, const struct evaluation_answer *answers)
{
	if (!e->several) {
		write_item(b, e, &e->items[0], answers);
		return;
	}
	buffer_text(b, "{\"evaluations\":[");
	for (size_t i = 0; i < e->item_count; i++) {
		buffer_text(b, i ? "," : "");
		write_item(b, e, &e->items[i], answers);
	}
	buffer_text(b, "]}");
}

/* Empty: it was too large. */
static struct span
answer_of(struct evaluating *e, const struct evaluation_answer *answers)
{
	struct buffer *b = &e->asking.front->answer;
	struct span text = { 0 };

	buffer_reserve(b, ANSWER_USUAL);
	write_answer(b, e, answers);
	if (!b->overflowed)
		text = arena_copy(e->asking.exchange->arena, buffer_span(b));
	if (b->room > ANSWER_KEPT)
		buffer_release(b);
	buffer_clear(b);
	return text;
}
