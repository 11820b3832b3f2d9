/* front/control/proofing_log.c - the operation log of verifications (Rule 82(6)), a part for each request, over the
 * control socket. */
#include "base/log.h"
#include "codec/text.h"
#include "front/control/request.h"
#include "front/control/routes.h"
#include "ledger/entry.h"
#include "registry/member.h"
#include "registry/standing.h"
#include "transaction/proofing/log.h"

#define CHECKS_AT_ONCE 1000
#define ANSWER_LARGEST (16 * MIB) /* names are 1 kB at most, and escaped */

struct reading {
	struct exchange *exchange;
	struct instant from, until;
	struct span member;          /* empty: of all */
	enum outcome outcome;
	bool any_outcome;
	struct ask asks[2];          /* the log's part; the member, where one is named */
};

enum { ASK_LOG, ASK_MEMBER };

static void
write_text(struct buffer *b, const char *name, struct span text)
{
	buffer_print(b, ",\"%s\":", name);
	json_write_string(b, text);
}

static void
write_check(struct buffer *b, const struct proofing_check *c)
{
	char at[INSTANT_TEXT];

	buffer_print(b, "{\"at\":\"%s\"", instant_text(c->at, at));
	write_text(b, "member", c->member);
	write_text(b, "relying_party", c->relying_party);
	write_text(b, "operator", c->operator);
	buffer_print(b, ",\"purpose\":\"%s\"", jpki_purpose_name(c->purpose));
	if (c->medium)
		buffer_print(b, ",\"medium\":\"%s\"", jpki_medium_name(c->medium));
	buffer_print(b, ",\"outcome\":\"%s\",\"revocation\":{\"status\":\"%s\"", outcome_name(c->outcome),
	    revocation_status_name(c->status));
	if (c->kind)
		buffer_print(b, ",\"kind\":\"%s\"", revocation_kind_name(c->kind));
	if (c->source.size)
		write_text(b, "source", c->source);
	buffer_text(b, "}");
	if (c->continuity)
		buffer_print(b, ",\"continuity\":\"%s\"", continuity_name(c->continuity));
	buffer_print(b, ",\"charged\":%s,\"further\":%s", c->charged ? "true" : "false", c->further ? "true" :
	    "false");
	if (c->priced)
		buffer_print(b, ",\"yen\":%lld", (long long)c->yen);
	buffer_byte(b, '}');
}

static bool
is_asked_for(const struct reading *r, const struct proofing_check *c)
{
	return !instant_before(c->at, r->from) && instant_before(c->at, r->until) &&
	    (!r->member.size || span_equal(c->member, r->member)) && (r->any_outcome || c->outcome == r->outcome);
}

static enum err
write_part(struct buffer *b, const struct reading *r, struct problem *why)
{
	const struct ask *part = &r->asks[ASK_LOG];
	char from[INSTANT_TEXT], until[INSTANT_TEXT], last[LEDGER_ID_TEXT];
	struct proofing_check check;
	const char *before = "";
	struct id id;

	buffer_print(b, "{\"from\":\"%s\",\"until\":\"%s\",\"checks\":[", instant_text(r->from, from),
	    instant_text(r->until, until));
	for (size_t i = 0; i < part->count; i++) {
		if (!proofing_check_read(part->rows[i].value, &check))
			return problem_set(why, ERR_UNAVAILABLE, "",
			    "the log of verifications: a row in the store is of a form this build does not know");
		if (!is_asked_for(r, &check))
			continue;
		buffer_text(b, before);
		write_check(b, &check);
		before = ",";
	}
	buffer_print(b, "],\"searched\":%zu,\"next\":", part->count);
	if (part->more) {
		memcpy(id.bytes, part->rows[part->count - 1].key.data, sizeof(id.bytes));
		buffer_print(b, "\"%s\"}", ledger_id_text(&id, last));
	} else {
		buffer_text(b, "null}");
	}
	return OK;
}

static void
on_part_loaded(void *arg, enum err err, const struct problem *why)
{
	struct reading *r = arg;
	struct problem own;
	struct buffer b;

	exchange_hold(r->exchange, NULL);
	b = buffer_init(ANSWER_LARGEST);
	/* Whoever mistypes an id is not told that nothing was ever checked for it. */
	if (err == OK && r->member.size && !r->asks[ASK_MEMBER].count)
		err = (why = &own, problem_set(&own, ERR_NOT_FOUND, "", "member: expected a member of the registry, "
		    "there is no \"%.*s\"", SPAN_ARGS(r->member)));
	if (err == OK && (err = write_part(&b, r, &own)) != OK)
		why = &own;
	if (err == OK) {
		request_answer(r->exchange, &b);
		return;
	}
	buffer_release(&b);
	exchange_refuse(r->exchange, status_of(err), why);
}

static enum err
read_time(const char *name, struct span text, struct instant *out, struct problem *why)
{
	if (!text.data || instant_read(text, out))
		return OK;
	return problem_set(why, ERR_SYNTAX, "", "%s: expected a time such as 2026-11-01T00:00:00Z, found \"%.*s\"",
	    name, SPAN_ARGS(span_first(text, 40)));
}

static bool
read_outcome(struct span word, enum outcome *out)
{
	for (int i = NOT_CHECKED; i <= ESTABLISHED; i++)
		if (span_is(word, outcome_name((enum outcome)i))) {
			*out = (enum outcome)i;
			return true;
		}
	return false;
}

static enum err
read_query(struct exchange *e, struct reading *r, struct problem *why)
{
	enum { FROM, UNTIL, MEMBER, OUTCOME, AFTER };
	static const char *const names[] = { "from", "until", "member", "outcome", "after" };
	struct span values[COUNT(names)] = { { 0 } };
	struct id after;

	if (request_query(e, names, values, COUNT(names), why) != OK ||
	    read_time("from", values[FROM], &r->from, why) != OK ||
	    read_time("until", values[UNTIL], &r->until, why) != OK)
		return why->code;
	if (!instant_before(r->from, r->until))
		return values[UNTIL].data ? problem_set(why, ERR_INVALID, "", "until: expected a time after from")
		    : problem_set(why, ERR_INVALID, "", "from: expected a time that is past");
	r->member = values[MEMBER];
	if (r->member.data && !member_id_valid(r->member))
		return problem_set(why, ERR_SYNTAX, "", "member: expected a member's id, found another text");
	r->any_outcome = !values[OUTCOME].data;
	if (!r->any_outcome && !read_outcome(values[OUTCOME], &r->outcome))
		return problem_set(why, ERR_SYNTAX, "",
		    "outcome: expected established, refuted or undetermined, found \"%.*s\"",
		    SPAN_ARGS(span_first(values[OUTCOME], 40)));
	if (values[AFTER].data && !ledger_id_read(values[AFTER], &after))
		return problem_set(why, ERR_SYNTAX, "",
		    "after: expected an ID, as \"next\" was answered, found another text");
	r->asks[ASK_MEMBER] = (struct ask){ .table = &member_table, .from = r->member };
	r->asks[ASK_LOG] = proofing_log_ask(e->arena, r->from, r->until, values[AFTER].data ? &after : NULL,
	    CHECKS_AT_ONCE);
	return OK;
}

void
proofing_log_show(struct exchange *e, void *front)
{
	struct control *c = front;
	struct reading *r = arena_new(e->arena, struct reading);
	struct problem why;

	if (!request_allowed(e, c))
		return;
	*r = (struct reading){ .exchange = e, .until = clock_now() };
	if (read_query(e, r, &why) != OK) {
		exchange_refuse(e, status_of(why.code), &why);
		return;
	}
	log_info("proofing.log-read", "uid=%d member=%s", e->peer_uid, LOG_SPAN(r->member));
	exchange_hold(e, store_load(c->store, r->asks, r->member.size ? 2 : 1, on_part_loaded, r));
}
