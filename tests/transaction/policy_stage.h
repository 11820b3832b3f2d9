/* tests/transaction/policy_stage.h - where versions of the small framework (assurance/policy_text.h) are published: a
 * store in memory that answers late, a real signer with a ledger's key behind a real channel, a clock of the test's
 * own.
 *
 *     stage_open -> stage_sealed(version, from) -> stage_propose -> stage_run … -> stage_row
 */
#pragma once

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "assurance/policy_text.h"
#include "store/look.h"

#include "crypto/digest.h"
#include "ledger/entry.h"
#include "net/channel.h"
#include "signer/rollover.h"
#include "signer/wire.h"
#include "store/memory.h"
#include "transaction/policy/publication.h"
#include "transaction/policy/table.h"

#define STAGE_NOON "2026-11-22T12:00:00Z"
#define STAGE_FROM "2026-12-01T00:00:00Z"
#define STAGE_KEY "ledger-1"
#define STAGE_ORIGIN "watashi.example/ledger"

static const struct table *const stage_tables[] = {
	&policy_table, &dictionary_table, &policy_change_table, &key_table, &ledger_leaf_table, &ledger_entry_table,
	NULL,
};

struct stage {
	struct arena arena;
	struct loop *loop;
	struct store *store;
	struct signer *signer;
	struct signer_client *client;
	struct channel *signing;
	char keys[64];
	struct instant now;
	struct policy_publisher publisher;
	struct quorum quorum;        /* of every change */
	struct policy_change change; /* of the step that runs */
	bool done;
	enum err err;
	struct problem why;
	struct policy_report report; /* what it points to is copied, but for files */
};

static inline int
stage_remove_one(const char *path, const struct stat *st, int kind, struct FTW *walk)
{
	(void)st;
	(void)kind;
	(void)walk;
	return remove(path);
}

static inline void
stage_on_request(void *arg, struct span message, int fd)
{
	struct stage *s = arg;
	struct arena a = arena_init(1 * MIB);
	struct problem why;
	struct span answer;

	(void)fd;
	expect_ok("the signer takes it", signer_answer(s->signer, ROLE_STEWARD, message, &a, &answer, &why), &why);
	channel_post(s->signing, answer);
	arena_release(&a);
}

static inline void
stage_on_closed(void *arg)
{
	(void)arg;
}

/* Until what was started is done. */
static inline void
stage_run(struct stage *s)
{
	turn_run(loop_turn(s->loop));
	while (!s->done) {
		if (store_memory_step(s->store, s->now))
			turn_run(loop_turn(s->loop));
		else
			loop_step(s->loop, SECONDS(1) / 100);
	}
}

static inline void
stage_on_put(void *arg, const struct committed *c)
{
	struct stage *s = arg;

	s->done = true;
	s->err = c->code;
}

static inline void
stage_commit(struct stage *s, const struct unit *unit)
{
	s->done = false;
	store_commit(s->store, unit, stage_on_put, s);
	stage_run(s);
	expect_number("it is written", s->err, OK);
}

static inline void
stage_put(struct stage *s, const struct table *table, struct span key, struct span value)
{
	struct unit *unit = unit_new(&s->arena, stage_tables, id_new(s->now));

	unit_put(unit, table, key, value);
	stage_commit(s, unit);
}

static inline void
stage_key(struct stage *s)
{
	struct new_key new = { .name = STAGE_KEY, .common_name = "Watashi test", .use = USE_LEDGER, .type = KEY_ED25519,
		.now = s->now, .valid_for = SECONDS(86400LL * 3650) };
	struct key_life life = { .name = span_text(STAGE_KEY),
		.use = USE_LEDGER,
		.state = KEY_ACTIVE,
		.created = s->now,
		.announced = s->now,
		.activated = s->now };
	struct key_descriptor file;
	struct buffer b = buffer_init(4 * KIB);
	struct problem why;

	expect_ok("a key", key_descriptor_new(s->keys, &new, &why), &why);
	expect_ok("its descriptor", key_descriptor_read(s->keys, STAGE_KEY, &s->arena, &file, &why), &why);
	digest(DIGEST_SHA256, file.certificate, life.certificate);
	key_life_write(&b, &life);
	stage_put(s, &key_table, life.name, buffer_span(&b));
	buffer_release(&b);
}

static inline void
stage_open(struct stage *s, uint64_t seed, unsigned approvals)
{
	static const struct channel_limits limits = { .message = 1 * MIB, .waiting = 1 * MIB };
	struct problem why;
	int fds[2];

	*s = (struct stage){ .arena = arena_init(1 * GIB), .keys = "/tmp/watashi-policy-XXXXXX" };
	assert_non_null(mkdtemp(s->keys));
	assert_true(instant_read(span_text(STAGE_NOON), &s->now));
	s->loop = loop_new();
	s->store = store_memory_new(stage_tables, ROLE_STEWARD, seed);
	stage_key(s);
	expect_ok("a signer", signer_open(s->keys, &s->signer, &why), &why);
	s->client = signer_client_new(s->loop);
	expect_ok("a pair of channels", channel_pair(fds, &why), &why);
	signer_client_link(s->client, fds[0]);
	s->signing = channel_new(s->loop, fds[1], limits, stage_on_request, stage_on_closed, s);
	s->publisher = (struct policy_publisher){ .store = s->store, .signer = s->client, .keys = s->keys,
		.origin = span_text(STAGE_ORIGIN) };
	s->quorum = (struct quorum){ span_text("uid:1\nuid:2\nuid:3\nuid:1000"), approvals };
}

static inline void
stage_close(struct stage *s)
{
	signer_client_free(s->client);
	channel_free(s->signing);
	signer_free(s->signer);
	store_free(s->store);
	loop_free(s->loop);
	nftw(s->keys, stage_remove_one, 8, FTW_DEPTH | FTW_PHYS);
	arena_release(&s->arena);
}

/* The small framework under another name and version, from another date. */
static inline struct policy_files
stage_unsealed_of(struct stage *s, const char *framework, const char *version, const char *from)
{
	struct policy_files files = { .label = "small", .count = COUNT(policy_text_files),
		.items = arena_array(&s->arena, struct policy_file, COUNT(policy_text_files)) };

	for (size_t i = 0; i < files.count; i++) {
		files.items[i] =
		    (struct policy_file){ policy_text_files[i].name, span_text(policy_text_files[i].text) };
		if (strcmp(files.items[i].name, "tests/all.json") == 0)
			files.items[i].text = span_text(POLICY_TEXT_TESTS);
		if (strcmp(files.items[i].name, "manifest.json") == 0)
			files.items[i].text = span_text(arena_print(&s->arena,
			    "{\"framework\":\"%s\",\"version\":\"%s\"," TITLED("small") ",\"valid_from\":\"%s\"}",
			    framework, version, from));
	}
	return files;
}

static inline struct policy_files
stage_unsealed(struct stage *s, const char *version, const char *from)
{
	return stage_unsealed_of(s, "small", version, from);
}

static inline struct span *
stage_file(struct policy_files *files, const char *name)
{
	for (size_t i = 0; i < files->count; i++)
		if (strcmp(files->items[i].name, name) == 0)
			return &files->items[i].text;
	fail_msg("no file %s", name);
	return NULL;
}

static inline void
stage_seal(struct stage *s, struct policy_files *files)
{
	const struct dictionary *dictionary;
	struct span manifest;
	struct problem why;

	expect_ok("the dictionary is good",
	    dictionary_read(&s->arena, "facts.json", span_text(policy_text_facts_file), &dictionary, &why), &why);
	expect_ok("its manifest", framework_manifest(&s->arena, files, dictionary, &manifest, &why), &why);
	*stage_file(files, "manifest.json") = manifest;
}

static inline struct policy_files
stage_sealed_of(struct stage *s, const char *framework, const char *version, const char *from)
{
	struct policy_files files = stage_unsealed_of(s, framework, version, from);

	stage_seal(s, &files);
	return files;
}

static inline struct policy_files
stage_sealed(struct stage *s, const char *version, const char *from)
{
	return stage_sealed_of(s, "small", version, from);
}

/* Steps */

static inline void
stage_on_changed(void *arg, enum err err, const struct policy_report *report, const struct problem *why)
{
	struct stage *s = arg;

	s->done = true;
	s->err = err;
	if (err == OK)
		s->report = *report;
	else
		s->why = *why;
}

static inline struct pending *
stage_start(struct stage *s, const struct policy_change *change)
{
	s->done = false;
	s->change = *change;
	s->change.now = s->now;
	s->change.by.quorum = s->quorum;
	if (!s->change.by.actor.size)
		s->change.by.actor = span_text("uid:1000");
	return policy_change_start(&s->publisher, &s->change, stage_on_changed, s);
}

static inline enum err
stage_change(struct stage *s, const struct policy_change *change)
{
	stage_start(s, change);
	stage_run(s);
	return s->err;
}

static inline enum err
stage_propose(struct stage *s, const char *actor, struct policy_files files)
{
	return stage_change(s, &(struct policy_change){ .step = POLICY_PROPOSE, .files = files,
		.facts = span_text(policy_text_facts_file), .by.actor = span_text(actor) });
}

/* Looking into the store */

static inline struct stage_look
stage_load(struct stage *s, struct ask ask)
{
	struct stage_look look;

	stage_look_start(&look, s->store, &s->arena, ask);
	while (!look.done)
		if (!store_memory_step(s->store, s->now))
			turn_run(loop_turn(s->loop));
	return look;
}

static inline size_t
stage_count(struct stage *s, const struct table *table)
{
	return stage_load(s, (struct ask){ .table = table, .limit = 1000 }).count;
}

/* False: there is no such version. */
static inline bool
stage_row(struct stage *s, const char *version, struct published_policy *out)
{
	struct stage_look look = stage_load(s, (struct ask){ .table = &policy_table,
		.from = policy_key(&s->arena, span_text("small"), span_text(version)) });

	if (look.count)
		expect_true("the row is of our form", published_policy_read(look.rows[0].value, out));
	return look.count == 1;
}
