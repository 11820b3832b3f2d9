/* front/control/caller.c - one machine caller over the control socket: made, given keys, ended; and what waits for
 * operators approved or taken back.
 *
 *     callers_create, caller_step -> parse -> load caller, what waits -> load member -> decide -> commit -> answer
 *                                                   ^                                     |
 *                                                   `---------- conflict, once -----------'
 *
 * A token's text leaves in the answer to whoever created or proposed it, once; no log and no row has it.
 */
#include "base/log.h"
#include "codec/reader.h"
#include "codec/text.h"
#include "crypto/public_key.h"
#include "front/control/request.h"
#include "front/control/routes.h"
#include "http/exchange.h"
#include "registry/journal.h"
#include "registry/standing.h"
#include "transaction/caller_proposal.h"

#define KEY_TEXT (64 * KIB)
#define RATE_LARGEST 1000000
#define YEARS SECONDS(10LL * 366 * 86400)
#define PROPOSAL_LARGEST 80 /* "sha256:" and 64 digits */

enum changing_part { CHANGING_CALLER, CHANGING_PROPOSAL, CHANGING_PARTS };
struct changing {
	struct control *control;
	struct exchange *exchange;
	struct caller_step step;
	struct ask asks[CHANGING_PARTS], member;
	unsigned attempt;

	/* What was loaded, and what became of it. */
	struct caller caller;
	struct caller_proposal waiting;
	uint64_t caller_generation, proposal_generation; /* 0: there is no such row */
	struct caller_verdict verdict;
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
			reader_fail(r, "audit, decide, proofing or vouch", "another word");
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

/* Committing and answering */

static void
write_journal(struct changing *g, struct unit *unit)
{
	const struct caller_verdict *v = &g->verdict;
	const struct caller *c = &v->outcome.after;
	const char *rights[CALLER_RIGHTS];

	journal_caller(unit, request_actor(g->exchange), g->step.change.now, &(struct caller_news){
		.step = caller_action_name(v->change.action),
		.approvers = v->proposal.agreement.approvers,
		.caller = c->name,
		.member = c->member,
		.rights = rights,
		.right_count = caller_right_names(c->rights, rights),
		.expires = c->expires,
		.fingerprint = v->outcome.key_changed ? v->outcome.fingerprint : NULL,
	});
}

/* What was asked, or that it is proposed only. */
static const char *
done_name(const struct changing *g)
{
	if (g->verdict.fate == CALLER_WAITS && g->step.change.action != CALLER_APPROVE)
		return "propose";
	return caller_action_name(g->step.change.action);
}

static void
answer(struct changing *g)
{
	static const char *const fates[] = {
		[CALLER_UNDECIDED] = "undecided", [CALLER_WAITS] = "waiting", [CALLER_EFFECTIVE] = "effective",
		[CALLER_TAKEN_BACK] = "withdrawn",
	};
	const struct caller_verdict *v = &g->verdict;
	struct arena *a = g->exchange->arena;
	struct buffer b = buffer_init(64 * KIB);
	uint8_t sum[32];

	log_info("caller.changed", "uid=%d caller=%s step=%s outcome=%s", g->exchange->peer_uid,
	    LOG_SPAN(g->step.change.name), done_name(g), fates[v->fate]);
	buffer_text(&b, "{\"name\":");
	json_write_string(&b, g->step.change.name);
	buffer_print(&b, ",\"done\":\"%s\"", done_name(g));
	if (v->outcome.token.text[0])
		buffer_print(&b, ",\"token\":\"%s\"", v->outcome.token.text);
	if (v->outcome.key_changed)
		buffer_print(&b, ",\"key\":\"%s\"", hex_write(a, span_of(v->outcome.fingerprint, 32)));
	buffer_print(&b, ",\"outcome\":\"%s\"", fates[v->fate]);
	if (v->fate == CALLER_WAITS) {
		caller_proposal_digest(&v->proposal, sum);
		buffer_print(&b, ",\"proposal\":\"sha256:%s\",\"approvals\":{\"had\":%u,\"needed\":%u}",
		    hex_write(a, span_of(sum, sizeof(sum))), agreement_had(&v->proposal.agreement),
		    g->step.by.approvals);
	}
	buffer_text(&b, "}");
	request_answer(g->exchange, &b);
}

static void ask_again(struct changing *);

static void
on_change_committed(void *arg, const struct committed *done)
{
	struct changing *g = arg;
	bool raced = done->code == ERR_CONFLICT && done->operation < CALLER_STEP_EXPECTATIONS;
	struct problem why;

	exchange_hold(g->exchange, NULL);
	if (done->code == OK) {
		answer(g);
		return;
	}
	if (raced && g->attempt++ == 0) {
		ask_again(g);
		return;
	}
	if (done->code == ERR_CONFLICT && !raced)
		problem_set(&why, ERR_CONFLICT, "", "that key is registered with another caller");
	else
		problem_set(&why, done->code, "", "the change of caller \"%.*s\" could not be written: %s",
		    SPAN_ARGS(g->step.change.name), err_name(done->code));
	exchange_refuse(g->exchange, status_of(done->code), &why);
}

/* Deciding */

static enum err
decide(struct changing *g, struct problem *why)
{
	return caller_step_decide(g->exchange->arena, g->proposal_generation ? &g->waiting : NULL,
	    g->caller_generation ? &g->caller : NULL, &g->member, &g->step, &g->verdict, why);
}

static void
on_member_loaded(void *arg, enum err err, const struct problem *why)
{
	struct changing *g = arg;
	struct problem mine;
	struct unit *unit;

	exchange_hold(g->exchange, NULL);
	if (err == OK) {
		err = decide(g, &mine);
		why = &mine;
	}
	if (err != OK) {
		exchange_refuse(g->exchange, status_of(err), why);
		return;
	}
	unit = unit_new(g->exchange->arena, store_tables(g->control->store), id_new(g->step.change.now));
	caller_step_write(unit, &g->step, &g->verdict, g->proposal_generation, g->caller_generation);
	if (g->verdict.fate == CALLER_EFFECTIVE)
		write_journal(g, unit);
	exchange_hold(g->exchange, store_commit(g->control->store, unit, on_change_committed, g));
}

/* Loading: what is there but cannot be read is never taken for absent. */

static enum err
caller_take(struct changing *g, struct problem *why)
{
	const struct ask *own = &g->asks[CHANGING_CALLER], *waiting = &g->asks[CHANGING_PROPOSAL];
	struct arena *a = g->exchange->arena;
	enum err err = caller_loaded(a, own, &g->caller, why);

	if (err != OK && err != ERR_NOT_FOUND)
		return err;
	g->caller_generation = err == OK ? own->rows[0].generation : 0;
	g->proposal_generation = waiting->count ? waiting->rows[0].generation : 0;
	if (waiting->count && !caller_proposal_read(arena_copy(a, waiting->rows[0].value), &g->waiting))
		return problem_set(why, ERR_UNSUPPORTED, "",
		    "what waits for the caller \"%.*s\" is of a form this build does not know",
		    SPAN_ARGS(g->step.change.name));
	return OK;
}

/* Of a caller that is there already its member is not asked. */
static struct span
member_of(const struct changing *g)
{
	if (g->step.change.action == CALLER_CREATE)
		return g->step.change.member;
	if (g->step.change.action == CALLER_APPROVE && g->proposal_generation)
		return g->waiting.change.member;
	return (struct span){ 0 };
}

static void
on_caller_loaded(void *arg, enum err err, const struct problem *why)
{
	struct changing *g = arg;
	struct problem mine;
	struct span member;

	exchange_hold(g->exchange, NULL);
	if (err == OK) {
		err = caller_take(g, &mine);
		why = &mine;
	}
	if (err != OK) {
		exchange_refuse(g->exchange, status_of(err), why);
		return;
	}
	member = member_of(g);
	g->member = (struct ask){ .table = &member_table, .from = member };
	exchange_hold(g->exchange, store_load(g->control->store, &g->member, member.size ? 1 : 0, on_member_loaded, g));
}

static void
ask_again(struct changing *g)
{
	g->asks[CHANGING_CALLER] = (struct ask){ .table = &caller_table, .from = g->step.change.name };
	g->asks[CHANGING_PROPOSAL] = (struct ask){ .table = &caller_proposal_table, .from = g->step.change.name };
	exchange_hold(g->exchange, store_load(g->control->store, g->asks, CHANGING_PARTS, on_caller_loaded, g));
}

static void
change(struct exchange *e, struct control *c, enum err (*parse)(struct changing *, struct problem *))
{
	struct changing *g = arena_new(e->arena, struct changing);
	struct problem why;

	if (!request_allowed(e, c))
		return;
	*g = (struct changing){ .control = c, .exchange = e, .step = { .change.now = clock_now(),
	    .by = { .actor = span_text(request_actor(e)), .counts = control_names(c, e->peer_uid),
		.approvals = c->settings.approvals > 1 ? c->settings.approvals : 1 } } };
	if (parse(g, &why) != OK)
		exchange_refuse(e, status_of(why.code), &why);
	else
		ask_again(g);
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
