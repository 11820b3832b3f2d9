/* tests/ledger/stage.h - a log on stage: a store that answers late and out of order, a real signer behind a real
 * channel, and a keeper that can be killed between any two steps.
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "crypto/naive_tree.h"
#include "crypto/scratch.h"
#include "store/look.h"

#include "base/log.h"
#include "crypto/certificate.h"
#include "ledger/ledger.h"
#include "net/channel.h"
#include "net/loop.h"
#include "signer/wire.h"
#include "store/memory.h"

#define STAGE_ORIGIN "watashi.example/ledger"

static const struct table stage_journal = { "journal", ROLE_BIT(ROLE_STEWARD), TABLE_APPEND_ONLY | TABLE_NOTICED };
static const struct table *const stage_tables[] = {
	&stage_journal, &ledger_leaf_table, &ledger_entry_table, &ledger_tile_table, &ledger_checkpoint_table,
	&ledger_state_table, NULL,
};

struct stage {
	struct arena arena;
	struct scratch keys;     /* two of them, and the head */
	struct loop *loop;
	struct store *store;
	struct signer *signer;
	struct signer_client *client;
	struct channel *signing; /* NULL: the signer is lost */
	struct ledger_keeper *keeper;
	const char *key;         /* NULL: none is active */
	struct span spki[2];
	enum err code;
};

static struct instant stage_now = { SECONDS(1795324800) };

static inline struct instant
stage_clock(void)
{
	return stage_now;
}

static inline const char *
stage_key(void *arg)
{
	return ((const struct stage *)arg)->key;
}

static inline struct span
stage_spki(void *arg)
{
	const struct stage *s = arg;

	return s->spki[s->key && strcmp(s->key, "second") == 0];
}

/* The signer */

static inline void
stage_on_request(void *arg, struct span message, int fd)
{
	struct stage *s = arg;
	struct arena a = arena_init(1 * MIB);
	struct problem why;
	struct span answer;

	(void)fd;
	expect_ok("the signer answers", signer_answer(s->signer, ROLE_STEWARD, message, &a, &answer, &why), &why);
	channel_post(s->signing, answer);
	arena_release(&a);
}

static inline void
stage_on_closed(void *arg)
{
	(void)arg;
}

static inline void
stage_lose_signer(struct stage *s)
{
	channel_free(s->signing);
	s->signing = NULL;
	signer_free(s->signer);
	s->signer = NULL;
}

static inline void
stage_link_signer(struct stage *s)
{
	struct problem why;
	int fds[2];

	stage_lose_signer(s);
	expect_ok("a signer", signer_open(s->keys.path, &s->signer, &why), &why);
	expect_ok("a pair of channels", channel_pair(fds, &why), &why);
	signer_client_link(s->client, fds[0]);
	s->signing = channel_new(s->loop, fds[1], (struct channel_limits){ 64 * KIB, 1 * MIB }, stage_on_request,
	    stage_on_closed, s);
}

static inline struct span
stage_make_key(struct stage *s, const char *name)
{
	struct new_key k = { .name = name, .common_name = name, .use = USE_LEDGER, .type = KEY_ED25519,
		.now = { SECONDS(1) }, .valid_for = SECONDS(86400) };
	struct certificate_facts facts;
	struct key_descriptor d;
	struct problem why;

	expect_ok(name, key_descriptor_new(s->keys.path, &k, &why), &why);
	expect_ok(name, key_descriptor_read(s->keys.path, name, &s->arena, &d, &why), &why);
	expect_ok(name, certificate_read(d.certificate, &s->arena, &facts, &why), &why);
	return arena_copy(&s->arena, facts.spki);
}

/* The keeper */

static inline void
stage_start_keeper(struct stage *s)
{
	const struct ledger_keeper_settings settings = { .origin = STAGE_ORIGIN, .journal = &stage_journal,
		.key = stage_key, .spki = stage_spki, .arg = s, .now = stage_clock, .every = 0 };

	s->keeper = ledger_keeper_new(s->loop, s->store, s->client, &settings);
	ledger_keeper_look(s->keeper);
}

/* It watches as long as the store is there: whoever replaces a keeper replaces the store with it (stage_reopen()). */
static inline void
stage_stop_keeper(struct stage *s)
{
	ledger_keeper_free(s->keeper);
	s->keeper = NULL;
}

static inline void
stage_open(struct stage *s, uint64_t seed)
{
	log_open("test", LOG_LEVEL_ERROR);
	*s = (struct stage){ .arena = arena_init(1 * GIB), .keys = scratch_new(), .loop = loop_new(), .key = "first" };
	s->store = store_memory_new(stage_tables, ROLE_STEWARD, seed);
	s->client = signer_client_new(s->loop);
	s->spki[0] = stage_make_key(s, "first");
	s->spki[1] = stage_make_key(s, "second");
	stage_link_signer(s);
	stage_start_keeper(s);
}

static inline void
stage_close(struct stage *s)
{
	stage_stop_keeper(s);
	stage_lose_signer(s);
	signer_client_free(s->client);
	store_free(s->store);
	loop_free(s->loop);
	scratch_free(&s->keys);
	arena_release(&s->arena);
}

/* One thing happens: an answer of the store, or a round of the loop. */
static inline void
stage_step(struct stage *s)
{
	if (!store_memory_step(s->store, stage_now))
		loop_step(s->loop, 1000);
	else
		loop_step(s->loop, 0);
}

/* Rows */

static inline void
stage_on_committed(void *arg, const struct committed *c)
{
	((struct stage *)arg)->code = c->code;
}

static inline void
stage_commit(struct stage *s, const struct unit *unit)
{
	s->code = ERR_UNSUPPORTED;
	store_commit(s->store, unit, stage_on_committed, s);
	while (s->code == ERR_UNSUPPORTED)
		stage_step(s);
	expect_number("committed", s->code, OK);
}

/* The n-th leaf of this test, whoever writes it. */
static inline struct hash
stage_commitment(uint64_t n)
{
	static const uint8_t salt[LEDGER_SALT];

	return ledger_commitment(salt, span_of(&n, sizeof(n)));
}

#define STAGE_AT_ONCE 500 /* each is a notice to be told */

static inline void
stage_append(struct stage *s, uint64_t from, uint64_t until)
{
	while (from < until) {
		struct arena a = arena_init(64 * MIB);
		struct unit *unit = unit_new(&a, stage_tables, id_new(stage_now));

		for (unsigned i = 0; i < STAGE_AT_ONCE && from < until; i++, from++) {
			struct hash commitment = stage_commitment(from);
			uint8_t leaf[48] = { 0 };

			memcpy(leaf, commitment.bytes, HASH_SIZE);
			unit_append(unit, &ledger_leaf_table, span_of(leaf, sizeof(leaf)));
		}
		stage_commit(s, unit);
		arena_release(&a);
	}
}

static inline struct stage_look
stage_load(struct stage *s, struct ask ask)
{
	struct stage_look look;

	stage_look_start(&look, s->store, &s->arena, ask);
	while (!look.done)
		stage_step(s);
	return look;
}

static inline struct ledger_state
stage_state(struct stage *s)
{
	struct stage_look look = stage_load(s, ledger_state_ask());
	struct ledger_state state = { 0 };

	if (look.count)
		expect_true("a state of ours", ledger_state_read(&s->arena, look.rows[0].value, &state));
	return state;
}

/* Until there is a checkpoint of this size, signed with the key that is active. */
static inline struct ledger_state
stage_await(struct stage *s, uint64_t size)
{
	for (int i = 0; i < 4000; i++) {
		struct ledger_state state = stage_state(s);

		if (state.newest.size == size && !state.halted.size)
			return state;
		for (int n = 0; n < 20; n++)
			stage_step(s);
	}
	fail_msg("there is no checkpoint of %llu leaves", (unsigned long long)size);
	return (struct ledger_state){ 0 };
}

/* What proves the log to others. */

static inline struct note_key
stage_note_key(struct stage *s, const char *name)
{
	struct note_key key;
	struct problem why;

	expect_ok("the verifier key", note_key_of(&s->arena, span_text(STAGE_ORIGIN), s->spki[strcmp(name,
	    "second") == 0], &key, &why), &why);
	return key;
}

static inline struct checkpoint
stage_verify(struct stage *s, struct span text, const char *key)
{
	struct note_key by = stage_note_key(s, key);
	struct checkpoint checkpoint;
	struct problem why;
	struct note note;
	uint64_t good;

	expect_ok("a note", note_read(&s->arena, text, &note, &why), &why);
	expect_ok("signed", note_verify(&note, &by, 1, &good, &why), &why);
	expect_ok("a checkpoint", checkpoint_read(&s->arena, note.text, &checkpoint, &why), &why);
	expect_span("of this log", checkpoint.origin, STAGE_ORIGIN);
	return checkpoint;
}

/* The tree of all leaves as they are recorded. */
static inline struct naive_tree
stage_tree(struct stage *s)
{
	struct stage_look look = stage_load(s, (struct ask){ .table = &ledger_leaf_table, .limit = 1000000 });
	struct hash *leaves = calloc(look.count + 1, sizeof(*leaves));
	struct naive_tree tree;

	for (size_t i = 0; i < look.count; i++)
		leaves[i] = merkle_leaf(span_first(look.rows[i].value, HASH_SIZE));
	tree = naive_tree_new(leaves, look.count);
	free(leaves);
	return tree;
}
