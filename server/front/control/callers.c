/* front/control/callers.c - machine callers over the control socket: all there are, with what waits for operators. */
#include "codec/json_writer.h"
#include "codec/text.h"
#include "crypto/digest.h"
#include "front/control/request.h"
#include "front/control/routes.h"
#include "http/exchange.h"
#include "registry/standing.h"
#include "transaction/caller/proposal.h"

#define CALLERS_LARGEST 100000
#define ANSWER_LARGEST (64 * MIB)

enum listed { LISTED_CALLERS, LISTED_PROPOSALS, LISTED_MEMBERS, LISTED };
struct listing {
	struct control *control;
	struct exchange *exchange;
	struct ask asks[LISTED];
};

static void
write_rights(struct buffer *b, unsigned rights)
{
	const char *names[CALLER_RIGHTS];
	size_t count = caller_right_names(rights, names);

	buffer_text(b, ",\"rights\":[");
	for (size_t i = 0; i < count; i++)
		buffer_print(b, "%s\"%s\"", i ? "," : "", names[i]);
	buffer_text(b, "]");
}

static void
write_keys(struct buffer *b, const struct caller *c)
{
	struct arena a = arena_init(4 * KIB);

	buffer_text(b, ",\"keys\":[");
	for (size_t i = 0; i < c->key_count; i++) {
		uint8_t sum[32];

		digest(DIGEST_SHA256, c->keys[i], sum);
		buffer_print(b, "%s\"%s\"", i ? "," : "", hex_write(&a, span_of(sum, sizeof(sum))));
	}
	buffer_text(b, "]");
	arena_release(&a);
}

struct ask
caller_proposals_ask(void)
{
	return (struct ask){ .table = &caller_proposal_table, .limit = CALLERS_LARGEST };
}

void
callers_write_summary(struct buffer *b, const struct ask *ask)
{
	buffer_text(b, "{\"waiting\":[");
	for (size_t i = 0; i < ask->count; i++) {
		buffer_text(b, i ? "," : "");
		json_write_string(b, ask->rows[i].key);
	}
	buffer_text(b, "]}");
}

/* Rows of members come in order. */
static enum standing
standing_of(const struct ask *members, struct span id)
{
	size_t low = 0, high = members->count;
	struct member m;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (span_compare(members->rows[middle].key, id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < members->count && span_equal(members->rows[low].key, id) && member_read(members->rows[low].value, &m))
		return m.standing;
	return STANDING_UNKNOWN;
}

static void
write_caller(struct buffer *b, const struct caller *c, enum standing standing, struct instant now)
{
	buffer_byte(b, '{');
	json_write_member(b, "name", c->name);
	json_write_member(b, "member", c->member);
	buffer_print(b, ",\"standing\":\"%s\"", standing_name(standing));
	write_rights(b, c->rights);
	json_write_time(b, "created", c->created);
	json_write_time(b, "expires", c->expires);
	buffer_print(b, ",\"expired\":%s,\"rate\":%u,\"token\":%s",
	    c->expires.us && !instant_before(now, c->expires) ? "true" : "false", c->rate,
	    c->token.size ? "true" : "false");
	write_keys(b, c);
	buffer_text(b, "}");
}

/* What this build cannot read is there all the same. */
static void
write_strange(struct buffer *b, struct span name)
{
	buffer_byte(b, '{');
	json_write_member(b, "name", name);
	buffer_text(b, ",\"unreadable\":true}");
}

static void
write_proposal(struct buffer *b, const struct caller_proposal *p, const struct quorum *q)
{
	struct arena a = arena_init(4 * KIB);
	const struct caller_change *c = &p->change;
	uint8_t sum[32];

	buffer_byte(b, '{');
	json_write_member(b, "name", c->name);
	buffer_print(b, ",\"action\":\"%s\"", caller_action_name(c->action));
	if (c->action == CALLER_CREATE) {
		json_write_member(b, "member", c->member);
		write_rights(b, c->rights);
		json_write_time(b, "expires", c->expires);
		buffer_print(b, ",\"rate\":%u,\"token\":%s", c->rate, c->tokenless ? "false" : "true");
	}
	if (c->key.size) {
		digest(DIGEST_SHA256, c->key, sum);
		buffer_print(b, ",\"key\":\"%s\"", hex_write(&a, span_of(sum, sizeof(sum))));
	}
	json_write_time(b, "proposed", c->now);
	json_write_member(b, "actor", p->agreement.proposer);
	buffer_text(b, ",\"approvers\":");
	json_write_lines(b, p->agreement.approvers);
	caller_proposal_digest(p, sum);
	buffer_print(b, ",\"proposal\":\"sha256:%s\",\"approvals\":{\"had\":%u,\"needed\":%u}}",
	    hex_write(&a, span_of(sum, sizeof(sum))), agreement_had(&p->agreement, q),
	    quorum_needed(q));
	arena_release(&a);
}

static void
write_proposals(struct buffer *b, const struct ask *ask, const struct quorum *q)
{
	buffer_text(b, ",\"proposals\":[");
	for (size_t i = 0; i < ask->count; i++) {
		struct caller_proposal p;

		buffer_text(b, i ? "," : "");
		if (caller_proposal_read(ask->rows[i].value, &p))
			write_proposal(b, &p, q);
		else
			write_strange(b, ask->rows[i].key);
	}
	buffer_text(b, "]");
}

static void
on_listed(void *arg, enum err err, const struct problem *why)
{
	struct listing *l = arg;
	const struct ask *callers = &l->asks[LISTED_CALLERS];
	struct instant now = clock_now();
	struct buffer b;

	exchange_hold(l->exchange, NULL);
	if (err != OK) {
		exchange_refuse(l->exchange, status_of(err), why);
		return;
	}
	b = buffer_init(ANSWER_LARGEST);
	buffer_text(&b, "{\"callers\":[");
	for (size_t i = 0; i < callers->count; i++) {
		struct caller c;

		buffer_text(&b, i ? "," : "");
		if (caller_read(callers->rows[i].value, &c))
			write_caller(&b, &c, standing_of(&l->asks[LISTED_MEMBERS], c.member), now);
		else
			write_strange(&b, callers->rows[i].key);
	}
	buffer_print(&b, "],\"more\":%s", callers->more ? "true" : "false");
	write_proposals(&b, &l->asks[LISTED_PROPOSALS], &l->control->quorum);
	buffer_text(&b, "}");
	request_answer(l->exchange, &b);
}

void
callers_list(struct exchange *e, void *front)
{
	struct control *c = front;
	struct listing *l = arena_new(e->arena, struct listing);

	if (!request_allowed(e, c))
		return;
	*l = (struct listing){ .control = c, .exchange = e };
	l->asks[LISTED_CALLERS] = (struct ask){ .table = &caller_table, .limit = CALLERS_LARGEST };
	l->asks[LISTED_PROPOSALS] = caller_proposals_ask();
	l->asks[LISTED_MEMBERS] = members_ask();
	exchange_hold(e, store_load(c->store, l->asks, LISTED, on_listed, l));
}
