/* front/authzen/evaluation.c - one question, or several with one request: asked, posed, vouched for, decided, answered.
 *
 *     asking -> read -> pose each -> [statements of vouchers] -> decide and record -> answer
 */
#include "codec/text.h"
#include "front/authzen/front.h"
#include "transaction/vouching.h"

#define ANSWER_LARGEST (16 * MIB)
#define ADVISED 8                /* refusals of one request that are told the way up: advice costs far more than deciding */
#define VOUCHED_LARGEST (256 * KIB) /* statements of all its items: items may share a default, and each is verified for each */

/* One question of the request: a posed one, or why it could not be. */
struct item {
	struct posed *posed;             /* NULL: `problem` is the answer */
	struct problem problem;
	size_t first;                    /* of its requests, in the flat list */
};

struct evaluating {
	struct asking asking;
	bool several;                    /* the batch endpoint */
	struct asked_body body;
	struct item *items;
	size_t item_count;
	struct evaluation_request *requests;
	size_t request_count;
	size_t vouching;                 /* the item whose vouchers are asked for next */
	size_t vouched_size;
	size_t advised;
};

static void vouch(struct evaluating *);

/* Answering */

/* What proves the decision to whoever holds this answer: the salt opens the entry to them, the commitment is what stands in
 * the log (ledger/entry.h). */
static void
write_receipt(struct buffer *b, const struct evaluating *e, const struct evaluation_answer *answer)
{
	struct arena *a = e->asking.exchange->arena;
	char id[LEDGER_ID_TEXT];

	buffer_print(b, ",\"receipt\":{\"url\":\"%s/v1/receipts/%s\"", e->asking.front->base_url,
	    ledger_id_text(&answer->id, id));
	buffer_print(b, ",\"commitment\":\"%s\"", hex_write(a, span_of(answer->commitment.bytes, HASH_SIZE)));
	buffer_print(b, ",\"salt\":\"%s\"}", hex_write(a, span_of(answer->salt, LEDGER_SALT)));
}

static void
write_context(struct buffer *b, const struct evaluating *e, const struct evaluation_answer *answer)
{
	char id[LEDGER_ID_TEXT], at[INSTANT_TEXT];

	buffer_print(b, "\"evaluation_id\":\"%s\",\"evaluated_at\":\"%s\",", ledger_id_text(&answer->id, id),
	    instant_text(e->asking.now, at));
	decision_write(b, answer->decision);
	write_receipt(b, e, answer);
}

static void
write_decided(struct buffer *b, const struct evaluating *e, const struct item *item, const struct evaluation_answer *answers)
{
	const struct evaluation_answer *first = &answers[item->first];

	buffer_print(b, "{\"decision\":%s,\"context\":{", first->decision->permit ? "true" : "false");
	write_context(b, e, first);
	if (item->posed->step_up)
		decision_obligations_write(b, first->decision);
	if (item->posed->count > 1) {
		buffer_text(b, ",\"also\":[");
		for (size_t i = 1; i < item->posed->count; i++) {
			buffer_text(b, i > 1 ? ",{" : "{");
			write_context(b, e, &first[i]);
			buffer_text(b, "}");
		}
		buffer_text(b, "]");
	}
	buffer_text(b, "}}");
}

/* Of one among several: it alone is not decided (s7.2.1). */
static void
write_undecided(struct buffer *b, const struct problem *why)
{
	buffer_print(b, "{\"decision\":false,\"context\":{\"error\":{\"status\":%d,\"message\":", status_of(why->code));
	json_write_string(b, span_text(why->text));
	buffer_text(b, "}}}");
}

static void
answer(struct evaluating *e, const struct evaluation_answer *answers)
{
	struct buffer b = buffer_init(ANSWER_LARGEST);

	if (!e->several) {
		write_decided(&b, e, &e->items[0], answers);
		asking_answer(&e->asking, &b);
		return;
	}
	buffer_text(&b, "{\"evaluations\":[");
	for (size_t i = 0; i < e->item_count; i++) {
		buffer_text(&b, i ? "," : "");
		if (e->items[i].posed)
			write_decided(&b, e, &e->items[i], answers);
		else
			write_undecided(&b, &e->items[i].problem);
	}
	buffer_text(&b, "]}");
	asking_answer(&e->asking, &b);
}

/* Deciding */

static void
on_decided(void *arg, enum err err, const struct evaluation_answer *answers, const struct problem *why)
{
	struct evaluating *e = arg;

	exchange_hold(e->asking.exchange, NULL);
	if (err == OK)
		answer(e, answers);
	else
		asking_refuse(&e->asking, why);
}

/* What will be decided, seen without advice; of refusals only the first get some. */
static bool
foresee(struct evaluating *e, struct item *item, struct decision *scratch)
{
	struct question *q = &item->posed->requests[0].question;
	const bool advise = q->advise;

	q->advise = false;
	decide(q, scratch);
	if (advise && !scratch->permit && e->advised < ADVISED) {
		q->advise = true;
		e->advised++;
	}
	return scratch->permit;
}

/* Whether an item ends the list: then nothing behind it is decided at all. */
static bool
ends(struct evaluating *e, struct item *item, struct decision *scratch)
{
	const bool permit = e->several && item->posed && foresee(e, item, scratch);

	return e->body.semantic != EXECUTE_ALL && permit == (e->body.semantic == PERMIT_ON_FIRST_PERMIT);
}

static void
decide_all(struct evaluating *e)
{
	struct arena *a = e->asking.exchange->arena;
	struct decision *scratch = arena_new(a, struct decision);
	struct pending *pending;
	struct problem why;
	size_t more = 0;

	e->requests = arena_array(a, struct evaluation_request, e->item_count * POSED_FRAMEWORKS);
	for (size_t i = 0; i < e->item_count; i++) {
		struct item *item = &e->items[i];
		bool last;

		item->first = e->request_count;
		if (item->posed && e->request_count + item->posed->count > EVALUATIONS_LARGEST) {
			problem_set(&why, ERR_LIMIT, "", "expected at most %d decisions in one request, those of further "
			    "frameworks counted", EVALUATIONS_LARGEST);
			asking_refuse(&e->asking, &why);
			return;
		}
		last = ends(e, item, scratch);
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
		answer(e, NULL);
		return;
	}
	pending = evaluations_run(e->asking.front->store, a, e->requests, e->request_count, e->asking.now, on_decided, e, &why);
	if (pending)
		exchange_hold(e->asking.exchange, pending);
	else
		asking_refuse(&e->asking, &why);
}

/* Statements of vouchers, item by item */

static void
on_vouching_done(void *arg, enum err err, const struct problem *why)
{
	struct evaluating *e = arg;
	struct item *item = &e->items[e->vouching++];

	exchange_hold(e->asking.exchange, NULL);
	if (err == OK) {
		vouch(e);
	} else if (e->several && status_of(err) < 500) {
		item->posed = NULL;
		item->problem = *why;
		vouch(e);
	} else {
		asking_refuse(&e->asking, why);
	}
}

static void
vouch(struct evaluating *e)
{
	struct authzen_front *front = e->asking.front;
	struct posed *posed;

	while (e->vouching < e->item_count &&
	    (!e->items[e->vouching].posed || !e->items[e->vouching].posed->vouched_count))
		e->vouching++;
	if (e->vouching == e->item_count) {
		decide_all(e);
		return;
	}
	posed = e->items[e->vouching].posed;
	exchange_hold(e->asking.exchange, vouching_take(front->store, e->asking.exchange->arena, &(struct vouching){
		.statements = posed->vouched,
		.count = posed->vouched_count,
		.subject = posed->requests[0].subject_id,
		.audience = span_text(front->base_url),
		.at = arena_print(e->asking.exchange->arena, "%s/context/vouched", posed->at),
		.now = e->asking.now,
	}, &posed->facts, on_vouching_done, e));
}

/* Asking */

static void
pose_item(struct evaluating *e, struct item *item, const struct asked *asked)
{
	const struct posing posing = asking_posing(&e->asking);

	item->problem = asked->problem;
	if (item->problem.code == OK &&
	    pose(e->asking.exchange->arena, &posing, asked, &item->posed, &item->problem) != OK)
		item->posed = NULL;
	for (size_t i = 0; item->posed && i < item->posed->vouched_count; i++)
		e->vouched_size += item->posed->vouched[i].size;
	if (item->posed && item->posed->vouched_count && e->vouched_size > VOUCHED_LARGEST) {
		problem_set(&item->problem, ERR_LIMIT, "", "%s/context/vouched: expected at most %zu bytes of statements in one "
		    "request, each counted for each item, found more", asked->at, (size_t)VOUCHED_LARGEST);
		item->posed = NULL;
	}
}

static void
go_on(struct asking *asking)
{
	struct evaluating *e = (struct evaluating *)asking;
	struct exchange *x = asking->exchange;
	struct problem why;

	if (asked_read(x->arena, x->body, PARTS, &e->body, &why) != OK) {
		asking_refuse(asking, &why);
		return;
	}
	/* Without items the batch endpoint is the single one (s7.1). */
	e->several = e->several && e->body.item_count;
	e->item_count = e->several ? e->body.item_count : 1;
	if (!asking_charge(asking, e->item_count - 1))
		return;
	e->items = arena_array(x->arena, struct item, e->item_count);
	for (size_t i = 0; i < e->item_count; i++)
		pose_item(e, &e->items[i], e->several ? &e->body.items[i] : &e->body.defaults);
	if (!e->several && !e->items[0].posed) {
		asking_refuse(asking, &e->items[0].problem);
		return;
	}
	vouch(e);
}

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
