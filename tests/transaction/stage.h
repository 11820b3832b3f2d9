/* tests/transaction/stage.h - a store in memory that answers late and out of order, with members and callers in it, and
 * a clock of the test's own.
 *
 *     stage_open -> stage_member, stage_caller … -> a flow is started -> stage_run until s->done
 */
#pragma once

#include <stdio.h>

#include "expect.h"

#include "base/turn.h"
#include "crypto/digest.h"
#include "registry/entity.h"
#include "registry/standing.h"
#include "store/memory.h"
#include "transaction/caller/proposal.h"
#include "transaction/client/client_registration.h"

#define STAGE_NOON "2026-11-22T12:00:00Z"
#define STAGE_NOON_SECONDS 1795348800

static const struct table *const stage_tables[] = {
	&member_table, &member_claim_table, &caller_table, &caller_secret_table, &access_token_table, &assertion_table,
	&caller_proposal_table, &journal_table, &oidc_client_table, &oidc_client_count_table, NULL,
};

struct stage {
	struct arena arena;
	struct store *store;
	struct instant now;
	bool done;
	enum err err;
	struct problem why;
};

static inline void
stage_open(struct stage *s, uint64_t seed)
{
	*s = (struct stage){ .arena = arena_init(64 * MIB) };
	assert_true(instant_read(span_text(STAGE_NOON), &s->now));
	s->store = store_memory_new(stage_tables, ROLE_WORKER, seed);
}

static inline void
stage_close(struct stage *s)
{
	store_free(s->store);
	arena_release(&s->arena);
}

/* Until what was started is done, or nobody asks any more. */
static inline void
stage_run(struct stage *s)
{
	while (!s->done && store_memory_step(s->store, s->now))
		continue;
	expect_true("what was started has an end", s->done);
}

/* Whoever cancels after so many steps of the store is never called back. */
static inline void
stage_cancel(struct stage *s, struct pending *pending, int steps)
{
	for (int i = 0; i < steps; i++)
		store_memory_step(s->store, s->now);
	expect_true("not yet", !s->done);
	pending_cancel(&pending);
	while (store_memory_step(s->store, s->now))
		continue;
	expect_true("nobody calls", !s->done);
}

static inline void
stage_on_committed(void *arg, const struct committed *c)
{
	struct stage *s = arg;

	s->done = true;
	s->err = c->code;
}

/* By the steward, whose tables these are. */
static inline void
stage_commit(struct stage *s, const struct unit *unit)
{
	store_memory_become(s->store, ROLE_STEWARD);
	s->done = false;
	store_commit(s->store, unit, stage_on_committed, s);
	stage_run(s);
	expect_number("the rows are stored", s->err, OK);
	store_memory_become(s->store, ROLE_WORKER);
	s->done = false;
}

static inline void
stage_member_as(struct stage *s, const char *id, enum standing standing, const char *record)
{
	struct unit *unit = unit_new(&s->arena, stage_tables, id_new(s->now));
	struct member m = { .id = span_text(id), .standing = standing, .since = s->now, .record = span_text(record) };
	struct buffer b = buffer_init(64 * KIB);

	member_write(&b, &m);
	unit_put(unit, &member_table, m.id, buffer_span(&b));
	stage_commit(s, unit);
	buffer_release(&b);
}

static inline void
stage_member(struct stage *s, const char *id, enum standing standing)
{
	stage_member_as(s, id, standing, "{}");
}

/* Whose an entity is. */
static inline void
stage_claim(struct stage *s, const char *entity_id, const char *member)
{
	struct unit *unit = unit_new(&s->arena, stage_tables, id_new(s->now));
	struct entity_key key = entity_key_of(span_text(entity_id));
	struct buffer b = buffer_init(4 * KIB);

	member_claim_write(&b, &(struct member_claim){ .member = span_text(member) });
	unit_put(unit, &member_claim_table, span_of(key.bytes, sizeof(key.bytes)), buffer_span(&b));
	stage_commit(s, unit);
	buffer_release(&b);
}

static inline void
stage_point(struct unit *unit, const struct table *table, struct span digest, const struct caller_pointer *p)
{
	struct buffer b = buffer_init(4 * KIB);

	caller_pointer_write(&b, p);
	unit_put(unit, table, digest, buffer_span(&b));
	buffer_release(&b);
}

/* The caller's row, and what points to it from its token and its keys. */
static inline void
stage_caller(struct stage *s, const struct caller *c)
{
	struct unit *unit = unit_new(&s->arena, stage_tables, id_new(s->now));
	struct caller_pointer pointer = { .name = c->name, .member = c->member };
	struct buffer b = buffer_init(CALLER_ROW_LARGEST);

	caller_write(&b, c);
	unit_put(unit, &caller_table, c->name, buffer_span(&b));
	if (c->token.size)
		stage_point(unit, &caller_secret_table, c->token, &pointer);
	for (size_t i = 0; i < c->key_count; i++) {
		uint8_t sum[32];

		digest(DIGEST_SHA256, c->keys[i], sum);
		stage_point(unit, &caller_secret_table, span_of(sum, sizeof(sum)), &pointer);
	}
	stage_commit(s, unit);
	buffer_release(&b);
}

/* What a newer build wrote, and this one cannot read. */
static inline void
stage_strange(struct stage *s, const struct table *table, struct span key)
{
	struct unit *unit = unit_new(&s->arena, stage_tables, id_new(s->now));

	unit_put(unit, table, key, span_text("\x7f..."));
	stage_commit(s, unit);
}

static inline void
stage_delete(struct stage *s, const struct table *table, struct span key)
{
	struct unit *unit = unit_new(&s->arena, stage_tables, id_new(s->now));

	unit_delete(unit, table, key);
	stage_commit(s, unit);
}

struct stage_look {
	struct ask ask;
	struct stage *stage;
	size_t count;
	struct span value;     /* of the first row, in the arena */
	struct instant expires;
};

static inline void
stage_on_loaded(void *arg, enum err err, const struct problem *why)
{
	struct stage_look *look = arg;

	expect_ok("the store answers", err, why);
	look->stage->done = true;
	look->count = look->ask.count;
	if (look->count) {
		look->value = arena_copy(&look->stage->arena, look->ask.rows[0].value);
		look->expires = look->ask.rows[0].expires;
	}
}

static inline struct stage_look
stage_load(struct stage *s, const struct table *table)
{
	struct stage_look look = { .ask = { .table = table, .limit = 1000 }, .stage = s };

	s->done = false;
	store_load(s->store, &look.ask, 1, stage_on_loaded, &look);
	stage_run(s);
	s->done = false;
	return look;
}
