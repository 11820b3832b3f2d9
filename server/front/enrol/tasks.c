/* front/enrol/tasks.c - GET and POST /v1/card/{code}: the card's client, at home or at a registered terminal. Of the
 * person it is told nothing: only whether what was signed is good.
 */
#include "front/enrol/front.h"
#include "transaction/caller/answer.h"
#include "transaction/proofing/submission.h"

#define TEXT_ANSWER_LARGEST (2 * PROOFING_TEXT_LARGEST + 16 * KIB) /* escaped, a character is two at most */

struct tasking {
	struct exchange *exchange;
	struct enrol_front *front;
	struct card_task_proof proof;
	struct problem why;
};

static struct tasking *
tasking_new(struct exchange *e, struct enrol_front *front)
{
	struct tasking *t = arena_new(e->arena, struct tasking);

	*t = (struct tasking){ .exchange = e, .front = front, .proof = { .code = e->segment, .now = clock_now() } };
	return t;
}

/* The text */

static on_card_task_text on_text;

void
show_card_task(struct exchange *e, void *front)
{
	struct tasking *t = tasking_new(e, front);

	exchange_hold(e, card_task_text(t->front->store, e->arena, t->front->settings, t->proof.code, t->proof.now,
	    on_text, t));
}

static void
on_text(void *arg, enum err err, const struct proofing_challenge *challenge, const struct problem *why)
{
	struct tasking *t = arg;
	struct buffer b;

	exchange_hold(t->exchange, NULL);
	if (err != OK) {
		exchange_refuse_failure(t->exchange, err, why);
		return;
	}
	b = buffer_init(TEXT_ANSWER_LARGEST);
	buffer_byte(&b, '{');
	json_write_member(&b, "text", challenge->text);
	json_write_member(&b, "purpose", span_text(jpki_purpose_name(challenge->purpose)));
	json_write_time(&b, "until", challenge->expires);
	json_write_member(&b, "asker", challenge->relying_party);
	enrol_write_words(&b, "asker_name", challenge->name);
	buffer_byte(&b, '}');
	exchange_reply_json(t->exchange, 200, buffer_span(&b));
	buffer_release(&b);
}

/* The proof: a terminal says which it is; a person's own computer says nothing. */

static on_caller on_terminal_known;
static on_card_task_proved on_proved;

static void
prove(struct tasking *t)
{
	exchange_hold(t->exchange, card_task_prove(t->front->store, t->exchange->arena, t->front->settings, &t->proof,
	    on_proved, t));
}

void
prove_card_task(struct exchange *e, void *front)
{
	struct tasking *t = tasking_new(e, front);
	struct span origin;

	if (proofing_submission_read(e->arena, e->body, &t->proof.submission, &origin, &t->why) != OK) {
		exchange_refuse_failure(e, t->why.code, &t->why);
	} else if (message_header(e->request, "Authorization").size) {
		const struct credentials credentials = caller_credentials(e);

		exchange_hold(e, caller_identify(t->front->store, e->arena, &credentials, t->proof.now,
		    on_terminal_known, t));
	} else {
		prove(t);
	}
}

static void
on_terminal_known(void *arg, enum err err, const struct caller *caller, const struct problem *why)
{
	struct tasking *t = arg;

	exchange_hold(t->exchange, NULL);
	if (err != OK) {
		caller_refuse(t->exchange, "", err, why);
		return;
	}
	if (!(caller->rights & CALLER_TERMINAL)) {
		problem_set(&t->why, ERR_DENIED, "", "this caller is no registered terminal: it lacks that right");
		exchange_refuse_failure(t->exchange, ERR_DENIED, &t->why);
		return;
	}
	t->proof.terminal = caller->name;
	prove(t);
}

static void
on_proved(void *arg, enum err err, const struct card_task *task, const struct problem *why)
{
	struct tasking *t = arg;
	struct buffer b;

	exchange_hold(t->exchange, NULL);
	if (err != OK) {
		exchange_refuse_failure(t->exchange, err, why);
		return;
	}
	b = buffer_init(8 * KIB);
	buffer_byte(&b, '{');
	json_write_member(&b, "outcome", span_text(outcome_name(task->outcome)));
	json_write_name(&b, "failed");
	if (task->outcome == ESTABLISHED) {
		buffer_text(&b, "null");
	} else {
		buffer_byte(&b, '{');
		json_write_member(&b, "step", task->failed_step);
		enrol_write_words(&b, "why", (struct localized){ task->why_ja, task->why_en });
		buffer_byte(&b, '}');
	}
	buffer_byte(&b, '}');
	exchange_reply_json(t->exchange, 200, buffer_span(&b));
	buffer_release(&b);
}
