/* front/desk/cases.c - cases of the desk: listed, opened, looked at, and each step. */
#include "codec/json_writer.h"
#include "codec/reader.h"
#include "front/desk/visit.h"
#include "ledger/entry.h"

#define LISTED 64
#define CASE_LARGEST (256 * KIB) /* with a picture of its code */
#define LIST_LARGEST (1 * MIB)

/* The list: those that wait and those of the last month, of all registrars; nothing of the applications. */

static void
on_listed(void *arg, enum err err, const struct problem *why)
{
	struct desk_visit *v = arg;
	struct buffer b;

	exchange_hold(v->exchange, NULL);
	if (err != OK) {
		v->why = *why;
		desk_visit_refuse(v);
		return;
	}
	b = buffer_init(LIST_LARGEST);
	buffer_byte(&b, '{');
	json_write_member(&b, "registrar", span_text(v->registrar.number));
	json_write_name(&b, "cases");
	buffer_byte(&b, '[');
	for (size_t i = 0; i < v->ask.count; i++) {
		struct desk_result shown = { .code = { .text = "" } };

		if (desk_case_loaded(v->exchange->arena, &v->ask.rows[i], &shown.at_desk, &v->why) != OK)
			continue; /* of a form this build does not know: it stands there until that has gone by */
		json_write_element(&b);
		desk_case_tell(&b, v->exchange->arena, v->front->settings, &shown, &v->why);
	}
	buffer_print(&b, "],\"more\":%s}", v->ask.more ? "true" : "false");
	exchange_reply_json(v->exchange, 200, buffer_span(&b));
	buffer_release(&b);
}

static void
list(struct desk_visit *v)
{
	v->ask = desk_cases_ask(LISTED);
	exchange_hold(v->exchange, store_load(v->front->store, &v->ask, 1, on_listed, v));
}

void
desk_list(struct exchange *e, void *front)
{
	desk_visit_begin(e, front, list);
}

/* What came of a flow */

static void
tell(struct desk_visit *v, int status, enum err err, const struct desk_result *result, const struct problem *why)
{
	struct buffer b;

	exchange_hold(v->exchange, NULL);
	if (err != OK) {
		v->why = *why;
		desk_visit_refuse(v);
		return;
	}
	b = buffer_init(CASE_LARGEST);
	if (desk_case_tell(&b, v->exchange->arena, v->front->settings, result, &v->why) != OK)
		desk_visit_refuse(v);
	else
		exchange_reply_json(v->exchange, status, buffer_span(&b));
	buffer_release(&b);
}

void
on_desk_opened(void *arg, enum err err, const struct desk_result *result, const struct problem *why)
{
	tell(arg, 201, err, result, why);
}

void
on_desk_told(void *arg, enum err err, const struct desk_result *result, const struct problem *why)
{
	tell(arg, 200, err, result, why);
}

/* Opening */

static void
open_case(struct desk_visit *v)
{
	struct exchange *e = v->exchange;
	struct desk_open asked = { .registrar = &v->registrar, .now = v->now };

	if (desk_open_read(e, &asked, &v->why) != OK)
		desk_visit_refuse(v);
	else
		exchange_hold(e, desk_open(v->front->store, e->arena, v->front->settings, &asked, on_desk_opened, v));
}

void
desk_case_open(struct exchange *e, void *front)
{
	desk_visit_begin(e, front, open_case);
}

/* Steps */

static void
take_step(struct desk_visit *v, struct desk_step *asked)
{
	asked->registrar = &v->registrar;
	asked->now = v->now;
	if (desk_visit_case(v, &asked->of))
		exchange_hold(v->exchange, desk_step(v->front->store, v->exchange->arena, v->front->settings, asked,
		    on_desk_told, v));
}

static void
look(struct desk_visit *v)
{
	take_step(v, &(struct desk_step){ .action = DESK_LOOK });
}

void
desk_case_look(struct exchange *e, void *front)
{
	desk_visit_begin(e, front, look);
}

static void
confirm(struct desk_visit *v)
{
	if (reader_nothing(v->exchange->arena, v->exchange->body, &v->why) != OK)
		desk_visit_refuse(v);
	else
		take_step(v, &(struct desk_step){ .action = DESK_CONFIRM });
}

void
desk_case_second(struct exchange *e, void *front)
{
	desk_visit_begin(e, front, confirm);
}

static void
settle(struct desk_visit *v)
{
	struct desk_settling s;

	if (desk_settling_read(v->exchange, &s, &v->why) != OK)
		desk_visit_refuse(v);
	else
		take_step(v, &(struct desk_step){ .action = DESK_SETTLE, .similar = s.account, .settled = s.settled });
}

void
desk_case_same(struct exchange *e, void *front)
{
	desk_visit_begin(e, front, settle);
}

static void
withdraw(struct desk_visit *v)
{
	if (reader_nothing(v->exchange->arena, v->exchange->body, &v->why) != OK)
		desk_visit_refuse(v);
	else
		take_step(v, &(struct desk_step){ .action = DESK_WITHDRAW });
}

void
desk_case_take_back(struct exchange *e, void *front)
{
	desk_visit_begin(e, front, withdraw);
}

/* Completing */

static void
complete(struct desk_visit *v)
{
	struct desk_complete asked = { .registrar = &v->registrar, .now = v->now };

	if (reader_nothing(v->exchange->arena, v->exchange->body, &v->why) != OK)
		desk_visit_refuse(v);
	else if (desk_visit_case(v, &asked.of))
		exchange_hold(v->exchange, desk_complete(v->front->store, v->exchange->arena, v->front->settings,
		    &asked, on_desk_told, v));
}

void
desk_case_end(struct exchange *e, void *front)
{
	desk_visit_begin(e, front, complete);
}
