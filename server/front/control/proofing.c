/* front/control/proofing.c - the end of proofing, and its resumption, over the control socket. */
#include "base/log.h"
#include "codec/json_writer.h"
#include "codec/reader.h"
#include "codec/text.h"
#include "front/control/request.h"
#include "front/control/routes.h"
#include "transaction/proofing/end.h"

struct stepping {
	struct exchange *exchange;
	struct control *control;
	struct proofing_end_request request;
};

void
proofing_end_write(struct buffer *b, const struct ask *ask)
{
	struct proofing_end end;
	struct problem why;
	char at[INSTANT_TEXT];

	if (proofing_end_loaded(ask, &end, &why) != OK) {
		buffer_text(b, "{\"problem\":");
		json_write_string(b, span_text(why.text));
		buffer_text(b, "}");
		return;
	}
	if (!end.at.us) {
		buffer_text(b, "null");
		return;
	}
	buffer_print(b, "{\"at\":\"%s\"", instant_text(end.at, at));
	json_write_time(b, "erased", end.erased);
	buffer_text(b, ",\"actor\":");
	json_write_string(b, end.actor);
	buffer_text(b, ",\"reason\":");
	json_write_string(b, end.reason);
	buffer_text(b, ",\"resumers\":");
	json_write_lines(b, end.resume.approvers);
	buffer_text(b, "}");
}

static const char *
outcome_of(const struct proofing_end_request *q, const struct proofing_end_report *r)
{
	if (r->waits)
		return "waits";
	if (!r->changed)
		return "unchanged";
	return q->step == PROOFING_END ? "ended" : "resumed";
}

/* What is received is erased again when an end is said again: something may have been in the way of it. */
static void
on_step_done(void *arg, enum err err, const struct proofing_end_report *r, const struct problem *why)
{
	struct stepping *s = arg;
	const struct control *c = s->control;
	const struct control_actions *actions = &c->actions;
	struct problem own = { 0 };
	struct buffer b;

	exchange_hold(s->exchange, NULL);
	if (err != OK) {
		exchange_refuse(s->exchange, status_of(err), why);
		return;
	}
	b = buffer_init(16 * KIB);
	buffer_print(&b, "{\"outcome\":\"%s\"", outcome_of(&s->request, r));
	json_write_time(&b, "ended", r->end.at);
	if (r->needed)
		buffer_print(&b, ",\"approvals\":{\"had\":%u,\"needed\":%u}", r->had, r->needed);
	if (s->request.step == PROOFING_END) {
		if (actions->erase_received)
			actions->erase_received(actions->arg, &own);
		buffer_print(&b, ",\"erased\":%s", own.code == OK ? "true" : "false");
		if (own.code != OK) {
			buffer_text(&b, ",\"problem\":");
			json_write_string(&b, span_text(own.text));
		}
		if (c->settings.lists_watched) {
			buffer_text(&b, ",\"watched\":");
			json_write_string(&b, span_text(c->settings.lists_watched));
		}
	}
	buffer_text(&b, "}");
	log_info("proofing.step", "uid=%d step=%s outcome=%s", s->exchange->peer_uid,
	    proofing_end_step_name(s->request.step), outcome_of(&s->request, r));
	request_answer(s->exchange, &b);
}

static enum err
read_step(struct exchange *e, struct proofing_end_request *out, struct problem *why)
{
	struct reader r = reader_json(e->arena, e->body, (struct limits){ .bytes = 8 * KIB, .depth = 2 });
	struct span name, word = { 0 };

	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "action")) {
			word = reader_string(&r, 1, 16);
			out->step = proofing_end_step_read(word);
			if (!out->step)
				reader_fail_word(&r, "end or resume", word);
		} else if (span_is(name, "reason")) {
			out->reason = reader_string(&r, 1, PROOFING_END_REASON);
		}
	}
	if (reader_end(&r, why) != OK)
		return why->code;
	if (!out->step)
		return problem_set(why, ERR_INVALID, "", "/action: expected end or resume, found nothing");
	return OK;
}

void
proofing_step(struct exchange *e, void *front)
{
	struct control *c = front;
	struct stepping *s = arena_new(e->arena, struct stepping);
	struct problem why;

	if (!request_allowed(e, c))
		return;
	*s = (struct stepping){ .exchange = e, .control = c };
	if (!c->settings.costs) {
		problem_set(&why, ERR_NOT_FOUND, "", "the configuration says nothing of JPKI, so nobody is proved");
		exchange_refuse(e, 404, &why);
		return;
	}
	if (read_step(e, &s->request, &why) != OK) {
		exchange_refuse(e, status_of(why.code), &why);
		return;
	}
	s->request.by = request_agreeing(e, c);
	s->request.now = clock_now();
	exchange_hold(e, proofing_end_start(c->store, &s->request, on_step_done, s));
}
