/* front/control/caller.c - one machine caller over the control socket: made, given keys, ended; and what waits for
 * operators approved or taken back.
 *
 *     callers_create, caller_step -> parse -> caller_registration_start … on_step_done -> what became of it
 *
 * A token's text leaves in the answer to whoever created or proposed it, once; no log and no row has it.
 */
#include "base/log.h"
#include "codec/json_writer.h"
#include "codec/reader.h"
#include "codec/text.h"
#include "crypto/public_key.h"
#include "front/control/request.h"
#include "front/control/routes.h"
#include "http/exchange.h"
#include "registry/member.h"
#include "transaction/caller/registration.h"

#define KEY_TEXT (64 * KIB)
#define RATE_LARGEST 1000000
#define YEARS SECONDS(10LL * 366 * 86400)
#define PROPOSAL_LARGEST 80 /* "sha256:" and 64 digits */

struct changing {
	struct exchange *exchange;
	struct caller_step step;
};

/* Parsing */

static void
read_key(struct reader *r, struct changing *g)
{
	struct span file = reader_string(r, 1, KEY_TEXT);
	struct problem why;

	if (r->problem.code == OK && public_key_extract(file, r->arena, &g->step.change.key, &why) != OK)
		reader_fail(r, "a certificate or a public key in PEM", "another text");
}

static void
read_rights(struct reader *r, struct changing *g)
{
	reader_array(r);
	while (reader_element(r)) {
		unsigned right = caller_right_read(reader_string(r, 1, 32));

		if (!right)
			reader_fail(r, "audit, client, decide, proofing, register, terminal or vouch", "another word");
		g->step.change.rights |= right;
	}
}

static void
read_life(struct reader *r, struct changing *g)
{
	struct span text = reader_string(r, 1, 64);
	int64_t life = 0;

	if (r->problem.code != OK)
		return;
	if (!duration_read(text, &life) || life <= 0 || life > YEARS)
		reader_fail(r, "a duration such as P90D, of ten years at most", "another text");
	else
		g->step.change.expires = instant_after(g->step.change.now, life);
}

static enum err
parse_new(struct changing *g, struct problem *why)
{
	struct exchange *e = g->exchange;
	struct reader r = reader_json(e->arena, e->body, (struct limits){ .bytes = CALLER_BODY, .depth = 3,
	    .members = 32 });
	struct span name;

	g->step.change.action = CALLER_CREATE;
	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "name"))
			g->step.change.name = reader_string(&r, 1, CALLER_NAME_LARGEST);
		else if (span_is(name, "member"))
			g->step.change.member = reader_string(&r, 1, MEMBER_ID_LARGEST);
		else if (span_is(name, "rights"))
			read_rights(&r, g);
		else if (span_is(name, "for"))
			read_life(&r, g);
		else if (span_is(name, "rate"))
			g->step.change.rate = (unsigned)reader_integer(&r, 1, RATE_LARGEST);
		else if (span_is(name, "key"))
			read_key(&r, g);
		else if (span_is(name, "token"))
			g->step.change.tokenless = !reader_boolean(&r);
	}
	if (reader_end(&r, why) != OK)
		return why->code;
	if (!g->step.change.name.size || !g->step.change.member.size)
		return problem_set(why, ERR_SYNTAX, "", "/%s: expected one, found none",
		    g->step.change.name.size ? "member" : "name");
	if (!caller_name_valid(g->step.change.name))
		return problem_set(why, ERR_INVALID, "", "/name: expected 1 to %d of a-z, 0-9 and -",
		    CALLER_NAME_LARGEST);
	return OK;
}

#define STEP_ACTIONS "add-key, remove-key, revoke, approve or withdraw-proposal"

/* What an action needs beside the name must be there, and nothing else. */
static enum err
check_step(const struct caller_step *s, bool fingerprint, struct problem *why)
{
	const struct caller_change *c = &s->change;

	if (c->action == CALLER_NO_ACTION)
		return problem_set(why, ERR_SYNTAX, "", "/action: expected " STEP_ACTIONS);
	if (s->proposal.size && c->action != CALLER_APPROVE)
		return problem_set(why, ERR_SYNTAX, "", "/proposal: expected none to %s",
		    caller_action_name(c->action));
	if ((c->action == CALLER_ADD_KEY) != (c->key.size > 0))
		return problem_set(why, ERR_SYNTAX, "", "/key: expected %s to %s", c->key.size ? "none" : "one",
		    caller_action_name(c->action));
	if ((c->action == CALLER_REMOVE_KEY) != fingerprint)
		return problem_set(why, ERR_SYNTAX, "", "/fingerprint: expected %s to %s", fingerprint ? "none" : "one",
		    caller_action_name(c->action));
	return OK;
}

static enum err
parse_step(struct changing *g, struct problem *why)
{
	struct exchange *e = g->exchange;
	struct reader r = reader_json(e->arena, e->body, (struct limits){ .bytes = CALLER_BODY, .depth = 2,
	    .members = 8 });
	bool fingerprint = false;
	struct span name;

	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "action")) {
			g->step.change.action = caller_action_read(reader_string(&r, 1, 20));
			if (g->step.change.action == CALLER_NO_ACTION || g->step.change.action == CALLER_CREATE)
				reader_fail(&r, STEP_ACTIONS, "another word");
		} else if (span_is(name, "key")) {
			read_key(&r, g);
		} else if (span_is(name, "proposal")) {
			g->step.proposal = reader_string(&r, 1, PROPOSAL_LARGEST);
		} else if (span_is(name, "fingerprint")) {
			fingerprint = true;
			if (!hex_read(reader_string(&r, 1, 64), g->step.change.fingerprint,
				sizeof(g->step.change.fingerprint)))
				reader_fail(&r, "64 hexadecimal digits", "another text");
		}
	}
	if (reader_end(&r, why) != OK || check_step(&g->step, fingerprint, why) != OK)
		return why->code;
	if (!percent_read(e->arena, e->segment, &g->step.change.name) || !caller_name_valid(g->step.change.name))
		return problem_set(why, ERR_INVALID, "", "a caller's name is 1 to %d of a-z, 0-9 and -",
		    CALLER_NAME_LARGEST);
	return OK;
}

/* Answering */

static const char *const fates[] = {
	[CALLER_UNDECIDED] = "undecided",
	[CALLER_WAITS] = "waiting",
	[CALLER_EFFECTIVE] = "effective",
	[CALLER_TAKEN_BACK] = "withdrawn",
};

/* What was asked, or that it is proposed only. */
static const char *
done_name(const struct changing *g, const struct caller_verdict *v)
{
	if (v->fate == CALLER_WAITS && g->step.change.action != CALLER_APPROVE)
		return "propose";
	return caller_action_name(g->step.change.action);
}

static void
write_verdict(const struct changing *g, const struct caller_verdict *v, struct buffer *b)
{
	struct arena *a = g->exchange->arena;
	uint8_t sum[32];

	buffer_byte(b, '{');
	json_write_member(b, "name", g->step.change.name);
	buffer_print(b, ",\"done\":\"%s\"", done_name(g, v));
	if (v->outcome.token.text[0])
		buffer_print(b, ",\"token\":\"%s\"", v->outcome.token.text);
	if (v->outcome.key_changed)
		buffer_print(b, ",\"key\":\"%s\"", hex_write(a, span_of(v->outcome.fingerprint, 32)));
	buffer_print(b, ",\"outcome\":\"%s\"", fates[v->fate]);
	if (v->fate == CALLER_WAITS) {
		caller_proposal_digest(&v->proposal, sum);
		buffer_print(b, ",\"proposal\":\"sha256:%s\",\"approvals\":{\"had\":%u,\"needed\":%u}",
		    hex_write(a, span_of(sum, sizeof(sum))), agreement_had(&v->proposal.agreement, &g->step.by.quorum),
		    quorum_needed(&g->step.by.quorum));
	}
	buffer_text(b, "}");
}

static void
on_step_done(void *arg, enum err err, const struct caller_verdict *v, const struct problem *why)
{
	struct changing *g = arg;
	struct buffer b;

	exchange_hold(g->exchange, NULL);
	if (err != OK) {
		exchange_refuse(g->exchange, status_of(err), why);
		return;
	}
	log_info("caller.changed", "uid=%d caller=%s step=%s outcome=%s", g->exchange->peer_uid,
	    LOG_SPAN(g->step.change.name), done_name(g, v), fates[v->fate]);
	b = buffer_init(64 * KIB);
	write_verdict(g, v, &b);
	request_answer(g->exchange, &b);
}

static void
change(struct exchange *e, struct control *c, enum err (*parse)(struct changing *, struct problem *))
{
	struct changing *g = arena_new(e->arena, struct changing);
	struct problem why;

	if (!request_allowed(e, c))
		return;
	*g = (struct changing){ .exchange = e, .step = { .change.now = clock_now(),
	    .by = request_agreeing(e, c) } };
	if (parse(g, &why) != OK)
		exchange_refuse(e, status_of(why.code), &why);
	else
		exchange_hold(e, caller_registration_start(c->store, &g->step, on_step_done, g));
}

void
callers_create(struct exchange *e, void *front)
{
	change(e, front, parse_new);
}

void
caller_step(struct exchange *e, void *front)
{
	change(e, front, parse_step);
}
