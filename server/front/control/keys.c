/* front/control/keys.c - the federation's keys over the control socket: listing, and one step of a key's life.
 *
 *     key_change -> load -> key_life_act -> commit -> answer
 *                    ^                        |
 *                    `--- conflict, once -----'
 */
#include "front/control/keys.h"

#include "base/log.h"
#include "codec/json_writer.h"
#include "codec/reader.h"
#include "codec/text.h"
#include "crypto/digest.h"
#include "front/control/request.h"
#include "http/exchange.h"
#include "registry/journal.h"
#include "signer/openid_token.h"
#include "signer/rollover.h"

static void
write_life(struct buffer *b, const struct key_life *life)
{
	struct arena a = arena_init(64 * KIB);

	buffer_byte(b, '{');
	json_write_member(b, "name", life->name);
	buffer_print(b, ",\"use\":\"%s\",\"state\":\"%s\"", key_use_name(life->use), key_state_name(life->state));
	json_write_time(b, "created", life->created);
	json_write_time(b, "announced", life->announced);
	json_write_time(b, "activated", life->activated);
	json_write_time(b, "retiring", life->retiring);
	json_write_time(b, "retired", life->retired);
	buffer_print(b, ",\"certificate_sha256\":\"%s\"}",
	    hex_write(&a, span_of(life->certificate, sizeof(life->certificate))));
	arena_release(&a);
}

void
keys_write(struct buffer *b, const struct ask *ask)
{
	size_t written = 0;

	buffer_text(b, "[");
	for (size_t i = 0; i < ask->count; i++) {
		struct key_life life;

		if (!key_life_read(ask->rows[i].value, &life))
			continue;
		buffer_text(b, written++ ? "," : "");
		write_life(b, &life);
	}
	buffer_text(b, "]");
}

static void
write_keys(struct buffer *b, const struct control *c, const struct ask *ask)
{
	(void)c;
	buffer_text(b, "{\"keys\":");
	keys_write(b, ask);
	buffer_text(b, "}");
}

void
keys_list(struct exchange *e, void *front)
{
	request_list(e, front, key_lives_ask(), 1 * MIB, write_keys);
}

/* One step of a key's life. */

struct change {
	struct control *control;
	struct exchange *exchange;
	struct span name;
	enum key_action action;
	bool force;
	unsigned attempt;
	struct ask ask;
	struct key_life *lives;
	uint64_t *generations; /* of their rows; 0: none yet */
	bool *changed;
	size_t count;
};

static enum err
change_parse(struct exchange *e, struct change *out, struct problem *why)
{
	struct reader r = reader_json(e->arena, e->body, (struct limits){ .bytes = 4 * KIB, .depth = 2, .members = 8 });
	struct span name;

	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "action")) {
			struct span word = reader_string(&r, 1, 20);

			out->action = key_action_read(word);
			if (out->action == KEY_NO_ACTION)
				reader_fail(&r, "adopt, announce, activate or retire", arena_text(e->arena, word));
		} else if (span_is(name, "force")) {
			out->force = reader_boolean(&r);
		} else {
			reader_fail(&r, "no member but action and force", arena_text(e->arena, span_first(name, 100)));
			break;
		}
	}
	if (reader_end(&r, why) != OK)
		return why->code;
	if (out->action == KEY_NO_ACTION)
		return problem_set(why, ERR_SYNTAX, "",
		    "/action: expected adopt, announce, activate or retire, found none");
	if (!percent_read(e->arena, e->segment, &out->name))
		return problem_set(why, ERR_SYNTAX, "RFC 3986 s2.1", "the key's name is not percent-encoded");
	return key_name_check(out->name, why);
}

/* A key that is adopted has no life yet; its file says what it is, and its certificate is pinned from here on. */
static enum err
life_begin(struct change *g, struct problem *why)
{
	struct arena *a = g->exchange->arena;
	struct key_life *life = &g->lives[g->count];
	struct key_descriptor file;

	if (key_descriptor_read(g->control->settings.keys, arena_text(a, g->name), a, &file, why) != OK)
		return why->code;
	*life = (struct key_life){ .name = g->name, .use = file.use, .state = KEY_ABSENT, .created = file.created };
	digest(DIGEST_SHA256, file.certificate, life->certificate);
	g->generations[g->count++] = 0;
	return OK;
}

static enum err
lives_read(struct change *g, struct problem *why)
{
	struct arena *a = g->exchange->arena;
	bool known = false;

	if (key_lives_read(&g->ask, a, &g->lives, why) != OK)
		return why->code;
	g->count = g->ask.count;
	g->generations = arena_array(a, uint64_t, g->count + 1);
	g->changed = arena_array(a, bool, g->count + 1);
	for (size_t i = 0; i < g->count; i++) {
		known = known || span_equal(g->lives[i].name, g->name);
		g->generations[i] = g->ask.rows[i].generation;
	}
	if (!known && g->action == KEY_ADOPT)
		return life_begin(g, why);
	return OK;
}

/* Every row looked at must still be as it was: of two keys activated at once each would have seen the other idle. */
static struct unit *
change_unit(struct change *g, struct instant now)
{
	struct arena *a = g->exchange->arena;
	struct unit *unit = unit_new(a, store_tables(g->control->store), id_new(now));
	struct buffer b = buffer_init(64 * KIB);

	for (size_t i = 0; i < g->count; i++) {
		unit_expect(unit, &key_table, g->lives[i].name, g->generations[i]);
		if (!g->changed[i])
			continue;
		buffer_clear(&b);
		key_life_write(&b, &g->lives[i]);
		unit_put(unit, &key_table, g->lives[i].name, buffer_span(&b));
		journal_key_changed(unit, request_actor(g->exchange), now, &g->lives[i], g->force);
	}
	buffer_release(&b);
	return unit;
}

static void
change_answer(struct change *g)
{
	struct buffer b = buffer_init(1 * MIB);
	size_t written = 0;

	buffer_text(&b, "{\"changed\":[");
	for (size_t i = 0; i < g->count; i++) {
		if (!g->changed[i])
			continue;
		buffer_text(&b, written++ ? "," : "");
		write_life(&b, &g->lives[i]);
	}
	buffer_text(&b, "]}");
	request_answer(g->exchange, &b);
}

/* Documents from before the announcement have all expired after their lifetime: everybody has seen the key. What an
 * OpenID Provider signs lives shorter, and whoever checks it looks for new keys more often. */
static struct rollover_times
times_of(const struct change *g, int64_t document_life)
{
	for (size_t i = 0; i < g->count; i++)
		if (span_equal(g->lives[i].name, g->name) &&
		    (g->lives[i].use == USE_OPENID || g->lives[i].use == USE_OPENID_RSA))
			return (struct rollover_times){ .announce_for = OPENID_KEYS_SEEN,
			    .document_life = OPENID_ID_TOKEN_LONGEST };
	return (struct rollover_times){ .announce_for = document_life, .document_life = document_life };
}

static on_loaded on_lives_loaded;

static void
on_change_committed(void *arg, const struct committed *done)
{
	struct change *g = arg;
	struct problem why;

	exchange_hold(g->exchange, NULL);
	if (done->code == OK) {
		log_info("key.changed", "uid=%d key=%s action=%s", g->exchange->peer_uid, LOG_SPAN(g->name),
		    key_action_name(g->action));
		change_answer(g);
		return;
	}
	if (done->code == ERR_CONFLICT && g->attempt++ == 0) {
		exchange_hold(g->exchange, store_load(g->control->store, &g->ask, 1, on_lives_loaded, g));
		return;
	}
	problem_set(&why, done->code, "", "the change of key \"%.*s\" could not be written: %s", SPAN_ARGS(g->name),
	    err_name(done->code));
	exchange_refuse(g->exchange, status_of(done->code), &why);
}

static void
on_lives_loaded(void *arg, enum err err, const struct problem *problem)
{
	struct change *g = arg;
	struct control *c = g->control;
	struct rollover_times times;
	struct instant now = clock_now();
	struct problem why;

	exchange_hold(g->exchange, NULL);
	if (err != OK) {
		exchange_refuse(g->exchange, status_of(err), problem);
		return;
	}
	err = lives_read(g, &why);
	times = times_of(g, c->settings.document_life);
	if (err != OK ||
	    key_life_act(g->lives, g->count, g->changed, g->name, g->action, &times, now, g->force, &why) != OK) {
		exchange_refuse(g->exchange, status_of(why.code), &why);
		return;
	}
	exchange_hold(g->exchange, store_commit(c->store, change_unit(g, now), on_change_committed, g));
}

void
key_change(struct exchange *e, void *front)
{
	struct control *c = front;
	struct change *g = arena_new(e->arena, struct change);
	struct problem why;

	if (!request_allowed(e, c))
		return;
	*g = (struct change){ .control = c, .exchange = e, .ask = key_lives_ask() };
	if (change_parse(e, g, &why) != OK) {
		exchange_refuse(e, status_of(why.code), &why);
		return;
	}
	exchange_hold(e, store_load(c->store, &g->ask, 1, on_lives_loaded, g));
}
