/* front/control/costs.c - what verifications of certificates cost in a period, over the control socket. */
#include "codec/json_writer.h"
#include "front/control/request.h"
#include "front/control/routes.h"
#include "transaction/proofing/report.h"

#define ANSWER_LARGEST (16 * MIB)
#define LINES_LARGEST (64 * MIB)

struct costing {
	struct exchange *exchange;
	struct proofing_report asked;
};

static void
write_counts(struct buffer *b, uint64_t checks, uint64_t charged, uint64_t linkages, uint64_t unpriced,
    uint64_t by_phone)
{
	buffer_print(b, ",\"checks\":%llu,\"charged\":%llu,\"linkages\":%llu,\"unpriced\":%llu,\"by_phone\":%llu",
	    (unsigned long long)checks, (unsigned long long)charged, (unsigned long long)linkages,
	    (unsigned long long)unpriced, (unsigned long long)by_phone);
}

static void
write_line(struct buffer *b, const struct cost_line *l)
{
	buffer_byte(b, '{');
	json_write_member(b, "member", l->member);
	buffer_print(b, ",\"entrusted\":%s", l->entrusted ? "true" : "false");
	write_counts(b, l->checks, l->charged, l->linkages, l->unpriced, l->by_phone);
	buffer_print(b, ",\"yen_checks\":%lld,\"yen_share\":%lld,\"yen\":%lld,\"yen_saved\":%lld}",
	    (long long)l->yen_checks, (long long)l->yen_share, (long long)l->yen_checks + (long long)l->yen_share,
	    (long long)l->yen_saved);
}

static void
write_row(struct buffer *b, const struct cost_row *r)
{
	buffer_byte(b, '{');
	json_write_member(b, "member", r->member);
	json_write_member(b, "relying_party", r->relying_party);
	json_write_member(b, "kind", span_text(r->kind));
	json_write_member(b, "source", r->source);
	write_counts(b, r->checks, r->charged, r->linkages, r->unpriced, r->by_phone);
	buffer_print(b, ",\"yen\":%lld,\"yen_saved\":%lld}", (long long)r->yen, (long long)r->yen_saved);
}

static void
on_report(void *arg, enum err err, const struct costs *costs, const struct problem *why)
{
	struct costing *c = arg;
	const struct cost_settings *settings = &c->asked.settings;
	char from[INSTANT_TEXT], until[INSTANT_TEXT];
	const struct cost_line *lines;
	const struct cost_row *rows;
	struct arena arena;
	struct buffer b;
	size_t count;

	exchange_hold(c->exchange, NULL);
	if (err != OK) {
		exchange_refuse(c->exchange, status_of(err), why);
		return;
	}
	arena = arena_init(LINES_LARGEST);
	lines = costs_lines(costs, &arena, &count);
	b = buffer_init(ANSWER_LARGEST);
	buffer_print(&b, "{\"from\":\"%s\",\"until\":\"%s\",\"running_cost\":%lld,\"share\":\"%s\",\"members\":[",
	    instant_text(c->asked.from, from), instant_text(c->asked.until, until), (long long)settings->running_cost,
	    cost_share_name(settings->share));
	for (size_t i = 0; i < count; i++) {
		if (i)
			buffer_byte(&b, ',');
		write_line(&b, &lines[i]);
	}
	rows = costs_rows(costs, &arena, &count);
	buffer_text(&b, "],\"rows\":[");
	for (size_t i = 0; i < count; i++) {
		if (i)
			buffer_byte(&b, ',');
		write_row(&b, &rows[i]);
	}
	buffer_text(&b, "]}");
	arena_release(&arena);
	request_answer(c->exchange, &b);
}

static enum err
read_period(struct exchange *e, struct proofing_report *out, struct problem *why)
{
	static const char *const names[] = { "from", "until" };
	struct span values[COUNT(names)] = { { 0 } };
	struct instant *const times[] = { &out->from, &out->until };

	if (request_query(e, names, values, COUNT(names), why) != OK)
		return why->code;
	for (size_t i = 0; i < COUNT(names); i++)
		if (!instant_read(values[i], times[i]))
			return problem_set(why, ERR_SYNTAX, "",
			    "%s: expected a time such as 2026-11-01T00:00:00Z, found \"%.*s\"",
			    names[i], SPAN_ARGS(span_first(values[i], 40)));
	if (!instant_before(out->from, out->until))
		return problem_set(why, ERR_INVALID, "", "until: expected a time after from");
	if (instant_before(clock_now(), out->from))
		return problem_set(why, ERR_INVALID, "", "from: expected a period that has begun: what it costs is not "
		    "known before");
	return OK;
}

void
costs_show(struct exchange *e, void *front)
{
	struct control *control = front;
	struct costing *c = arena_new(e->arena, struct costing);
	struct problem why;

	if (!request_allowed(e, control))
		return;
	c->exchange = e;
	if (!control->settings.costs) {
		problem_set(&why, ERR_NOT_FOUND, "", "the configuration says nothing of JPKI, so nothing is checked");
		exchange_refuse(e, 404, &why);
		return;
	}
	c->asked.settings = *control->settings.costs;
	c->asked.operator = control->settings.jpki_operator;
	if (read_period(e, &c->asked, &why) != OK)
		exchange_refuse(e, status_of(why.code), &why);
	else
		exchange_hold(e, proofing_report_start(control->store, &c->asked, on_report, c));
}
