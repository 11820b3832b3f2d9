/* front/app/device.c - a call of a phone: who it is, and what it hears. */
#include "front/app/front.h"

#include <stdio.h>

#include "codec/json_writer.h"

#define ANSWER_LARGEST (8 * KIB)
#define RETRY_LARGEST 64

static const char *const titles[] = {
	[400 - 400] = "Bad Request", [401 - 400] = "Unauthorized", [403 - 400] = "Forbidden",
	[429 - 400] = "Too Many Requests",
};

static void
reply_problem(struct exchange *e, int status, const char *fields, const char *code, const char *detail,
    const char *clause, struct span more)
{
	struct buffer b = buffer_init(ANSWER_LARGEST);
	const char *all = arena_print(e->arena,
	    "Content-Type: application/problem+json\r\nCache-Control: no-store\r\n%s", fields);

	buffer_print(&b, "{\"status\":%d", status);
	json_write_member(&b, "title", span_text(titles[status - 400]));
	json_write_member(&b, "detail", span_text(detail));
	json_write_member(&b, "clause", span_text(clause));
	json_write_member(&b, "code", span_text(code));
	buffer_add(&b, more);
	buffer_byte(&b, '}');
	exchange_reply(e, &(struct reply){ .status = status, .fields = span_text(all), .body = buffer_span(&b) });
	buffer_release(&b);
}

void
app_refuse_with(struct exchange *e, int status, const char *code, const char *detail, struct span more)
{
	const char *fields = status == 401 ? "WWW-Authenticate: " APP_SCHEME "\r\n" : "";

	reply_problem(e, status, fields, code, detail, "", more);
}

void
app_refuse_error(struct exchange *e, enum err err, struct instant until, const struct problem *why)
{
	struct buffer more = buffer_init(RETRY_LARGEST);
	char fields[RETRY_LARGEST];
	int64_t wait;

	if (err != ERR_LIMIT || !until.us) {
		exchange_refuse_with(e, err == ERR_LIMIT ? 400 : status_of(err),
		    span_text(err == ERR_UNAVAILABLE ? "Retry-After: 2\r\n" : ""), why);
		return;
	}
	wait = (until.us - clock_now().us) / SECONDS(1) + 1;
	snprintf(fields, sizeof(fields), "Retry-After: %lld\r\n", (long long)(wait < 1 ? 1 : wait));
	json_write_time(&more, "until", until);
	reply_problem(e, 429, fields, "limit", why->text, why->clause,
	    span_text(arena_print(e->arena, ",%.*s", SPAN_ARGS(buffer_span(&more)))));
	buffer_release(&more);
}

void
app_refuse_step(struct exchange *e, const char *step, const char *reason, unsigned left, bool counted)
{
	struct buffer more = buffer_init(ANSWER_LARGEST);

	buffer_text(&more, ",\"step\":");
	json_write_string(&more, span_text(step));
	if (reason) {
		buffer_text(&more, ",\"reason\":");
		json_write_string(&more, span_text(reason));
	}
	if (counted)
		buffer_print(&more, ",\"left\":%u", left);
	app_refuse_with(e, 403, "denied", arena_print(e->arena, "the step \"%s\" failed", step), buffer_span(&more));
	buffer_release(&more);
}

void
app_refuse_answer(struct exchange *e, enum err err, const struct app_answered *answered, bool counted,
    const struct problem *why)
{
	if (err != OK)
		app_refuse_error(e, err, answered->until, why);
	else
		app_refuse_step(e, app_step_word(answered->failed), answered->reason, answered->left, counted);
}

static on_app_caller on_caller;

void
device_begin(struct device_call *call, struct exchange *e, struct app_front *front,
    void (*go_on)(struct device_call *))
{
	static const char *const methods[] = { [GET] = "GET", [HEAD] = "HEAD", [POST] = "POST", [DELETE] = "DELETE" };
	struct app_calling asked;

	call->exchange = e;
	call->front = front;
	call->now = clock_now();
	call->go_on = go_on;
	asked = (struct app_calling){ .header = message_header(e->request, "Authorization"),
		.method = methods[e->request->method], .target = e->request->target, .body = e->body,
		.now = call->now };
	exchange_hold(e, app_identify(front->store, e->arena, front->settings, &asked, on_caller, call));
}

/* A phone whose clock is off learns ours, and can say so to the person, or do the sum. */
static void
refuse_caller(struct device_call *call, enum app_denial denial, const struct problem *why)
{
	struct exchange *e = call->exchange;
	const char *more = "";

	if (denial == APP_CLOCK)
		more = arena_print(e->arena, ",\"now\":%lld", (long long)(call->now.us / 1000));
	app_refuse_with(e, 401, app_denial_word(denial), why->text, span_text(more));
}

static void
on_caller(void *arg, enum err err, const struct app_caller *caller, const struct problem *why)
{
	struct device_call *call = arg;
	const char *reason;

	exchange_hold(call->exchange, NULL);
	if (err == ERR_DENIED) {
		refuse_caller(call, caller->denial, why);
	} else if (err != OK) {
		app_refuse_error(call->exchange, err, (struct instant){ 0 }, why);
	} else if (!call->any_state && !credential_usable(&caller->credential, call->now, &reason)) {
		app_refuse_step(call->exchange, "usable", reason, 0, false);
	} else {
		call->caller = caller;
		call->go_on(call);
	}
}

/* What it hears */

static void
follow(struct device_call *call)
{
	const struct id *account = &call->caller->account.id;

	events_follow(call->front->requests, call->exchange, id_span(account));
}

void
serve_app_events(struct exchange *e, void *front)
{
	device_begin(arena_new(e->arena, struct device_call), e, front, follow);
}
