/* front/control/callers.c - machine callers over the control socket: the list, a new one, and what is done with one.
 *
 *     callers_create, caller_step -> parse -> load caller and member -> decide -> commit -> answer
 *
 * A token's text leaves in the answer to whoever created it, once; no log and no row has it.
 */
#include "base/log.h"
#include "codec/reader.h"
#include "codec/text.h"
#include "crypto/digest.h"
#include "crypto/public_key.h"
#include "front/control/request.h"
#include "front/control/routes.h"
#include "http/exchange.h"
#include "registry/journal.h"
#include "registry/standing.h"
#include "transaction/caller_change.h"

#define CALLERS_LARGEST 100000
#define ANSWER_LARGEST (64 * MIB)
#define KEY_TEXT (64 * KIB)
#define RATE_LARGEST 1000000
#define YEARS SECONDS(10LL * 366 * 86400)

/* Listing */

enum listed { LISTED_CALLERS, LISTED_MEMBERS, LISTED };
struct listing {
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
	buffer_text(b, "{\"name\":");
	json_write_string(b, c->name);
	buffer_text(b, ",\"member\":");
	json_write_string(b, c->member);
	buffer_print(b, ",\"standing\":\"%s\"", standing_name(standing));
	write_rights(b, c->rights);
	request_write_instant(b, "created", c->created);
	request_write_instant(b, "expires", c->expires);
	buffer_print(b, ",\"expired\":%s,\"rate\":%u,\"token\":%s",
	    c->expires.us && !instant_before(now, c->expires) ? "true" : "false", c->rate,
	    c->token.size ? "true" : "false");
	write_keys(b, c);
	buffer_text(b, "}");
}

static void
on_listed(void *arg, enum err err, const struct problem *why)
{
	struct listing *l = arg;
	const struct ask *callers = &l->asks[LISTED_CALLERS];
	struct instant now = clock_now();
	size_t written = 0;
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

		if (!caller_read(callers->rows[i].value, &c))
			continue;
		buffer_text(&b, written++ ? "," : "");
		write_caller(&b, &c, standing_of(&l->asks[LISTED_MEMBERS], c.member), now);
	}
	buffer_print(&b, "],\"more\":%s}", callers->more ? "true" : "false");
	request_answer(l->exchange, &b);
}

void
callers_list(struct exchange *e, void *front)
{
	struct control *c = front;
	struct listing *l = arena_new(e->arena, struct listing);

	if (!request_allowed(e, c))
		return;
	*l = (struct listing){ .exchange = e };
	l->asks[LISTED_CALLERS] = (struct ask){ .table = &caller_table, .limit = CALLERS_LARGEST };
	l->asks[LISTED_MEMBERS] = members_ask();
	exchange_hold(e, store_load(c->store, l->asks, LISTED, on_listed, l));
}

/* Changing */

enum changing_part { CHANGING_CALLER, CHANGING_MEMBER, CHANGING_PARTS };
struct changing {
	struct control *control;
	struct exchange *exchange;
	struct caller_change change;
	struct caller_outcome outcome;
	struct ask asks[CHANGING_PARTS];
	unsigned attempt;
};

static void
read_key(struct reader *r, struct changing *g)
{
	struct span file = reader_string(r, 1, KEY_TEXT);
	struct problem why;

	if (r->problem.code == OK && public_key_extract(file, r->arena, &g->change.key, &why) != OK)
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
		g->change.rights |= right;
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
		g->change.expires = instant_after(g->change.now, life);
}

static enum err
parse_new(struct changing *g, struct problem *why)
{
	struct exchange *e = g->exchange;
	struct reader r = reader_json(e->arena, e->body, (struct limits){ .bytes = CALLER_BODY, .depth = 3,
	    .members = 32 });
	struct span name;

	g->change.action = CALLER_CREATE;
	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "name"))
			g->change.name = reader_string(&r, 1, CALLER_NAME_LARGEST);
		else if (span_is(name, "member"))
			g->change.member = reader_string(&r, 1, MEMBER_ID_LARGEST);
		else if (span_is(name, "rights"))
			read_rights(&r, g);
		else if (span_is(name, "for"))
			read_life(&r, g);
		else if (span_is(name, "rate"))
			g->change.rate = (unsigned)reader_integer(&r, 1, RATE_LARGEST);
		else if (span_is(name, "key"))
			read_key(&r, g);
		else if (span_is(name, "token"))
			g->change.tokenless = !reader_boolean(&r);
	}
	if (reader_end(&r, why) != OK)
		return why->code;
	if (!g->change.name.size || !g->change.member.size)
		return problem_set(why, ERR_SYNTAX, "", "/%s: expected one, found none",
		    g->change.name.size ? "member" : "name");
	if (!caller_name_valid(g->change.name))
		return problem_set(why, ERR_INVALID, "", "/name: expected 1 to %d of a-z, 0-9 and -",
		    CALLER_NAME_LARGEST);
	return OK;
}

/* What an action needs beside the name must be there, and nothing else. */
static enum err
check_step(const struct caller_change *c, bool fingerprint, struct problem *why)
{
	if (c->action == CALLER_NO_ACTION)
		return problem_set(why, ERR_SYNTAX, "", "/action: expected add-key, remove-key or revoke");
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
			g->change.action = caller_action_read(reader_string(&r, 1, 20));
			if (g->change.action == CALLER_NO_ACTION || g->change.action == CALLER_CREATE)
				reader_fail(&r, "add-key, remove-key or revoke", "another word");
		} else if (span_is(name, "key")) {
			read_key(&r, g);
		} else if (span_is(name, "fingerprint")) {
			fingerprint = true;
			if (!hex_read(reader_string(&r, 1, 64), g->change.fingerprint, sizeof(g->change.fingerprint)))
				reader_fail(&r, "64 hexadecimal digits", "another text");
		}
	}
	if (reader_end(&r, why) != OK || check_step(&g->change, fingerprint, why) != OK)
		return why->code;
	if (!percent_read(e->arena, e->segment, &g->change.name) || !caller_name_valid(g->change.name))
		return problem_set(why, ERR_INVALID, "", "a caller's name is 1 to %d of a-z, 0-9 and -",
		    CALLER_NAME_LARGEST);
	return OK;
}

static void
write_journal(struct changing *g, struct unit *unit)
{
	const struct caller *c = &g->outcome.after;
	const char *rights[CALLER_RIGHTS];

	journal_caller(unit, request_actor(g->exchange), g->change.now, &(struct caller_news){
		.step = caller_action_name(g->change.action),
		.caller = c->name,
		.member = c->member,
		.rights = rights,
		.right_count = caller_right_names(c->rights, rights),
		.expires = c->expires,
		.fingerprint = g->outcome.key_changed ? g->outcome.fingerprint : NULL,
	});
}

static void
answer(struct changing *g)
{
	struct buffer b = buffer_init(64 * KIB);

	log_info("caller.changed", "uid=%d caller=%s step=%s", g->exchange->peer_uid, LOG_SPAN(g->change.name),
	    caller_action_name(g->change.action));
	buffer_text(&b, "{\"name\":");
	json_write_string(&b, g->change.name);
	buffer_print(&b, ",\"done\":\"%s\"", caller_action_name(g->change.action));
	if (g->outcome.token.text[0])
		buffer_print(&b, ",\"token\":\"%s\"", g->outcome.token.text);
	if (g->outcome.key_changed)
		buffer_print(&b, ",\"key\":\"%s\"", hex_write(g->exchange->arena, span_of(g->outcome.fingerprint, 32)));
	buffer_text(&b, "}");
	request_answer(g->exchange, &b);
}

static void ask_again(struct changing *);

/* The first precondition is the caller's row as it was; any other says that what is to point to it points already. */
static void
on_change_committed(void *arg, const struct committed *done)
{
	struct changing *g = arg;
	struct problem why;

	exchange_hold(g->exchange, NULL);
	if (done->code == OK) {
		answer(g);
		return;
	}
	if (done->code == ERR_CONFLICT && done->operation == 0 && g->attempt++ == 0) {
		ask_again(g);
		return;
	}
	if (done->code == ERR_CONFLICT && done->operation > 0)
		problem_set(&why, ERR_CONFLICT, "", "that key is registered with another caller");
	else
		problem_set(&why, done->code, "", "the change of caller \"%.*s\" could not be written: %s",
		    SPAN_ARGS(g->change.name), err_name(done->code));
	exchange_refuse(g->exchange, status_of(done->code), &why);
}

static void
on_changing_loaded(void *arg, enum err err, const struct problem *why)
{
	struct changing *g = arg;
	const struct ask *own = &g->asks[CHANGING_CALLER];
	struct arena *a = g->exchange->arena;
	struct caller before;
	struct problem mine;
	struct unit *unit;
	bool found = false;

	exchange_hold(g->exchange, NULL);
	if (err == OK) {
		found = own->count && caller_read(arena_copy(a, own->rows[0].value), &before);
		err = caller_decide(found ? &before : NULL, &g->asks[CHANGING_MEMBER], &g->change, &g->outcome, &mine);
		why = &mine;
	}
	if (err != OK) {
		exchange_refuse(g->exchange, status_of(err), why);
		return;
	}
	unit = unit_new(a, store_tables(g->control->store), id_new(g->change.now));
	caller_change_write(unit, &g->change, &g->outcome, own->count ? own->rows[0].generation : 0);
	write_journal(g, unit);
	exchange_hold(g->exchange, store_commit(g->control->store, unit, on_change_committed, g));
}

/* Of a caller that is there already its member is not asked. */
static void
ask_again(struct changing *g)
{
	g->asks[CHANGING_CALLER] = (struct ask){ .table = &caller_table, .from = g->change.name };
	g->asks[CHANGING_MEMBER] = (struct ask){ .table = &member_table, .from = g->change.member };
	exchange_hold(g->exchange, store_load(g->control->store, g->asks, g->change.action == CALLER_CREATE ? 2 : 1,
	    on_changing_loaded, g));
}

static void
change(struct exchange *e, struct control *c, enum err (*parse)(struct changing *, struct problem *))
{
	struct changing *g = arena_new(e->arena, struct changing);
	struct problem why;

	if (!request_allowed(e, c))
		return;
	*g = (struct changing){ .control = c, .exchange = e, .change.now = clock_now() };
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
