/* front/control/members.c - members over the control socket: the list, and changing them, one or many at once.
 *
 *     members_change -> parse -> membership_start … on_members_changed -> a result for each change
 *
 * A change that is refused is data like one that is done: the request has been answered as asked.
 */
#include "base/log.h"
#include "codec/individual_number.h"
#include "codec/json_writer.h"
#include "codec/reader.h"
#include "codec/text.h"
#include "front/control/request.h"
#include "front/control/routes.h"
#include "http/exchange.h"
#include "registry/headline.h"
#include "registry/membership.h"
#include "transaction/session/assessment.h"

#define MEMBERS_LARGEST 100000
#define CHANGE_ARENA (33 * MEMBERS_BODY) /* what codec/reader.h takes at most, and the requests */
#define ANSWER_LARGEST (64 * MIB)
#define PROPOSAL_LARGEST 80 /* "sha256:" and 64 digits */

/* Listing */

struct ask
members_ask(void)
{
	return (struct ask){ .table = &member_table, .limit = MEMBERS_LARGEST };
}

void
members_write_summary(struct buffer *b, const struct ask *ask)
{
	uint32_t counts[STANDING_WITHDRAWN + 1] = { 0 };
	size_t waiting = 0;

	buffer_text(b, "{\"waiting\":[");
	for (size_t i = 0; i < ask->count; i++) {
		struct member m;

		if (!member_read(ask->rows[i].value, &m))
			continue;
		counts[m.standing]++;
		if (m.proposed == MEMBER_NOTHING)
			continue;
		buffer_text(b, waiting++ ? "," : "");
		json_write_string(b, m.id);
	}
	buffer_text(b, "]");
	for (enum standing s = STANDING_APPLIED; s <= STANDING_WITHDRAWN; s++)
		buffer_print(b, ",\"%s\":%u", standing_name(s), counts[s]);
	buffer_text(b, "}");
}

static void
write_waiting(struct buffer *b, const struct member *m)
{
	buffer_print(b, ",\"waiting\":{\"action\":\"%s\"", member_action_name(m->proposed));
	json_write_time(b, "since", m->proposed_at);
	json_write_member(b, "reason", m->proposal_reason);
	json_write_member(b, "proposer", m->proposer);
	buffer_text(b, ",\"approvers\":[");
	for (size_t i = 0; i < m->approver_count; i++) {
		buffer_text(b, i ? "," : "");
		json_write_string(b, m->approvers[i]);
	}
	buffer_text(b, "]}");
}

static void
write_row(struct buffer *b, struct arena *a, const struct member *m)
{
	struct headline h = headline_read(a, m->record);

	buffer_byte(b, '{');
	json_write_member(b, "id", m->id);
	localized_write(b, "name", h.name);
	json_write_member(b, "kind", h.kind);
	buffer_print(b, ",\"entities\":%zu,\"standing\":\"%s\"", h.entities, standing_name(m->standing));
	json_write_time(b, "since", m->since);
	json_write_time(b, "registered", m->registered);
	json_write_time(b, "confirmed", m->confirmed);
	json_write_member(b, "reason", m->reason);
	if (m->proposed != MEMBER_NOTHING)
		write_waiting(b, m);
	buffer_text(b, "}");
}

struct listing {
	struct exchange *exchange;
	enum standing standing;     /* STANDING_UNKNOWN: any */
	struct ask ask;
};

static void
on_members_loaded(void *arg, enum err err, const struct problem *why)
{
	struct listing *l = arg;
	struct arena arena;
	size_t written = 0;
	struct buffer b;

	exchange_hold(l->exchange, NULL);
	if (err != OK) {
		exchange_refuse(l->exchange, status_of(err), why);
		return;
	}
	arena = arena_init(HEADLINE_ARENA);
	b = buffer_init(ANSWER_LARGEST);
	buffer_text(&b, "{\"members\":[");
	for (size_t i = 0; i < l->ask.count; i++) {
		struct member m;

		if (!member_read(l->ask.rows[i].value, &m) ||
		    (l->standing != STANDING_UNKNOWN && m.standing != l->standing))
			continue;
		buffer_text(&b, written++ ? "," : "");
		arena_reset(&arena);
		write_row(&b, &arena, &m);
	}
	buffer_print(&b, "],\"more\":%s}", l->ask.more ? "true" : "false");
	arena_release(&arena);
	request_answer(l->exchange, &b);
}

static enum err
standing_read(struct span word, enum standing *out, struct problem *why)
{
	if (!word.data)
		return OK;
	for (enum standing s = STANDING_APPLIED; s <= STANDING_WITHDRAWN; s++)
		if (span_is(word, standing_name(s)))
			*out = s;
	if (*out == STANDING_UNKNOWN)
		return problem_set(why, ERR_SYNTAX, "",
		    "standing: expected applied, approved, suspended or withdrawn, found \"%.*s\"",
		    SPAN_ARGS(span_first(word, 100)));
	return OK;
}

void
members_list(struct exchange *e, void *front)
{
	static const char *const names[] = { "standing" };
	struct control *c = front;
	struct listing *l = arena_new(e->arena, struct listing);
	struct span values[COUNT(names)] = { 0 };
	struct problem why;

	if (!request_allowed(e, c))
		return;
	*l = (struct listing){ .exchange = e, .ask = members_ask() };
	if (request_query(e, names, values, COUNT(names), &why) != OK ||
	    standing_read(values[0], &l->standing, &why) != OK) {
		exchange_refuse(e, status_of(why.code), &why);
		return;
	}
	exchange_hold(e, store_load(c->store, &l->ask, 1, on_members_loaded, l));
}

/* Changing */

struct changing {
	struct exchange *exchange;
	struct request_room room;  /* of a federation's records */
	struct membership_change change;
	struct membership_request *requests;
	struct policy_shelf *shelf; /* NULL: there is none */
	struct requirement_check known;
};

static void
read_request(struct reader *r, struct membership_request *out)
{
	struct span name;

	*out = (struct membership_request){ .file = "record" };
	reader_object(r);
	while (reader_member(r, &name)) {
		if (span_is(name, "action")) {
			struct span word = reader_string(r, 1, 20);

			out->action = member_action_read(word);
			if (out->action == MEMBER_NOTHING)
				reader_fail(r,
				    "apply, change, approve, reject, suspend, reinstate, withdraw or confirm",
				    arena_text(r->arena, word));
		} else if (span_is(name, "id")) {
			out->id = reader_string(r, 1, MEMBER_ID_LARGEST);
		} else if (span_is(name, "record")) {
			if (reader_peek(r) != READER_OBJECT)
				reader_fail(r, "an object: the member's record", NULL);
			out->record = reader_raw(r);
		} else if (span_is(name, "proposal")) {
			out->proposal = reader_string(r, 1, PROPOSAL_LARGEST);
		} else {
			reader_fail(r, "no member but action, id, record and proposal",
			    arena_text(r->arena, span_first(name, 100)));
			return;
		}
	}
}

/* What the parts of one change must be to each other. */
static enum err
request_check(const struct membership_request *q, size_t at, struct problem *why)
{
	bool with_record = q->action == MEMBER_APPLY || q->action == MEMBER_CHANGE;

	if (q->action == MEMBER_NOTHING)
		return problem_set(why, ERR_SYNTAX, "", "/changes/%zu/action: expected one, found none", at);
	if (with_record && !q->record.size)
		return problem_set(why, ERR_SYNTAX, "", "/changes/%zu/record: expected one to %s, found none", at,
		    member_action_name(q->action));
	if (!with_record && q->record.size)
		return problem_set(why, ERR_SYNTAX, "", "/changes/%zu/record: expected none to %s, found one", at,
		    member_action_name(q->action));
	if (!with_record && !q->id.size)
		return problem_set(why, ERR_SYNTAX, "", "/changes/%zu/id: expected one to %s, found none", at,
		    member_action_name(q->action));
	if (q->action != MEMBER_APPROVE && q->proposal.size)
		return problem_set(why, ERR_SYNTAX, "", "/changes/%zu/proposal: expected none to %s, found one", at,
		    member_action_name(q->action));
	return OK;
}

static void
read_requests(struct reader *r, struct changing *out)
{
	reader_array(r);
	while (reader_element(r)) {
		if (out->change.count == MEMBERSHIP_CHANGES) {
			reader_fail(r, arena_print(r->arena, "at most %d changes at once", MEMBERSHIP_CHANGES), "more");
			return;
		}
		read_request(r, &out->requests[out->change.count++]);
	}
}

static enum err
changing_parse(struct changing *out, struct problem *why)
{
	struct exchange *e = out->exchange;
	struct reader r = reader_json(&out->room.arena, e->body,
	    (struct limits){ .bytes = MEMBERS_BODY, .depth = READER_DEPTH, .members = MEMBERS_BODY });
	struct span name;

	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "reason"))
			out->change.reason = arena_text(&out->room.arena, reader_string(&r, 0, MEMBER_REASON_LARGEST));
		else if (span_is(name, "dry_run"))
			out->change.dry_run = reader_boolean(&r);
		else if (span_is(name, "changes"))
			read_requests(&r, out);
	}
	if (reader_end(&r, why) != OK)
		return why->code;
	if (out->change.count == 0)
		return problem_set(why, ERR_SYNTAX, "", "/changes: expected at least one, found none");
	/* Histories and pages show it for ever. */
	if (individual_number_refuse(span_text(out->change.reason), "/reason", why) != OK)
		return why->code;
	for (size_t i = 0; i < out->change.count; i++)
		if (request_check(&out->requests[i], i, why) != OK)
			return why->code;
	return OK;
}

static const char *
result_name(const struct membership_result *r)
{
	return r->code != OK ? "refused" : r->waits ? "waits" : "done";
}

static void
write_result(struct buffer *b, const struct membership_result *r)
{
	buffer_byte(b, '{');
	json_write_member(b, "id", r->id);
	buffer_print(b, ",\"outcome\":\"%s\"", result_name(r));
	json_write_member(b, "event", span_text(r->event));
	buffer_print(b,
	    ",\"standing_before\":\"%s\",\"standing_after\":\"%s\",\"approvals\":{\"had\":%u,\"needed\":%u}",
	    standing_name(r->before), standing_name(r->after), r->approvals_had, r->approvals_needed);
	if (r->code != OK) {
		buffer_print(b, ",\"code\":\"%s\"", err_name(r->code));
		json_write_member(b, "problem", span_text(r->why.text));
		json_write_member(b, "clause", span_text(r->why.clause));
	}
	buffer_text(b, ",\"differences\":");
	differences_write_json(b, r->differences, r->difference_count);
	buffer_text(b, ",\"findings\":");
	findings_write_json(b, r->findings, r->finding_count);
	buffer_text(b, "}");
}

static void
log_results(const struct changing *g, const struct membership_result *results, size_t count)
{
	size_t done = 0, waiting = 0;

	for (size_t i = 0; i < count; i++) {
		done += results[i].code == OK && !results[i].waits;
		waiting += results[i].code == OK && results[i].waits;
	}
	log_info("members.changed", "uid=%d done=%zu waiting=%zu refused=%zu dry_run=%d", g->exchange->peer_uid, done,
	    waiting, count - done - waiting, g->change.dry_run);
}

/* What relying parties need is held against the frameworks that are in force now; where none have been read, nobody
 * tells. */
static enum err
check_requirement(void *arg, const struct requirement_name *wanted, struct problem *why)
{
	const struct changing *g = arg;
	struct policy_snapshot *policies = g->shelf ? policy_shelf_take(g->shelf) : NULL;
	const struct shelf_policy *policy;
	const struct profile *profile;
	struct demand demand;
	enum err err = OK;

	if (policies)
		err = requirement_find(policies, wanted, g->change.now, &policy, &profile, &demand, why);
	policy_snapshot_unref(policies);
	return err;
}

static void
on_members_changed(void *arg, enum err err, const struct membership_result *results, size_t count,
    const struct problem *why)
{
	struct changing *g = arg;
	struct exchange *e = g->exchange;
	struct buffer b;

	exchange_hold(e, NULL);
	if (err != OK) {
		request_room_close(&g->room);
		exchange_refuse(e, status_of(err), why);
		return;
	}
	log_results(g, results, count);
	b = buffer_init(ANSWER_LARGEST);
	buffer_text(&b, "{\"results\":[");
	for (size_t i = 0; i < count; i++) {
		buffer_text(&b, i ? "," : "");
		write_result(&b, &results[i]);
	}
	buffer_text(&b, "]}");
	request_room_close(&g->room); /* ids may lie in its arena */
	request_answer(e, &b);
}

void
members_change(struct exchange *e, void *front)
{
	struct control *c = front;
	struct changing *g = arena_new(e->arena, struct changing);
	struct problem why;

	if (!request_allowed(e, c))
		return;
	*g = (struct changing){ .exchange = e, .shelf = c->settings.shelf, .known = { check_requirement, g } };
	request_room_open(&g->room, e, CHANGE_ARENA);
	g->requests = arena_array(e->arena, struct membership_request, MEMBERSHIP_CHANGES);
	g->change = (struct membership_change){ .requests = g->requests, .by = request_agreeing(e, c), .reason = "",
		.known = &g->known, .now = clock_now() };
	if (changing_parse(g, &why) != OK) {
		request_room_close(&g->room);
		exchange_refuse(e, status_of(why.code), &why);
		return;
	}
	exchange_hold(e, membership_start(c->loop, c->store, c->settings.validator, &g->change, on_members_changed, g));
}
