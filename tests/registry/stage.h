/* tests/registry/stage.h - a registry on stage: a store that answers late and out of order, a real signer behind a
 * real channel, a directory of generation files, and a clock of the test's own.
 */
#pragma once

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "expect.h"
#include "store/look.h"

#include "net/channel.h"
#include "registry/import.h"
#include "registry/publish.h"
#include "registry/source.h"
#include "registry/standing.h"
#include "registry/trusted_list.h"
#include "signer/client.h"
#include "signer/wire.h"
#include "store/memory.h"

#define STAGE_NOON "2026-11-22T12:00:00Z"
#define STAGE_KEY "metadata-1"
#define STAGE_LIST_KEY "trusted-list-1"
#define STAGE_REPORT 64

static const struct table *const stage_tables[] = {
	&entity_table, &fragment_table, &journal_table, &document_table, &publication_table, &member_table,
	&member_event_table, &member_claim_table, &finding_table, &source_table, NULL,
};

struct stage {
	struct arena arena;
	struct loop *loop;
	struct store *store;
	struct signer *signer;
	struct signer_client *client;
	struct channel *signing;   /* the signer's end; NULL while there is none */
	uint32_t answered, lose_at; /* the signer is lost after so many answers; 0: never */
	char directory[64], generations[96], keys[96];
	struct publish_settings settings;
	struct instant now;
	struct key_descriptor key, list_key;

	bool done;
	enum err err;
	struct problem why;
	struct import_report imported;
	char refusals[STAGE_REPORT][512];
	struct publish_report published;
};

static inline int
stage_remove_one(const char *path, const struct stat *st, int kind, struct FTW *walk)
{
	(void)st;
	(void)kind;
	(void)walk;
	return remove(path);
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
	if (signer_answer(s->signer, ROLE_STEWARD, message, &a, &answer, &why) != OK)
		fail_msg("the signer refuses: %s", why.text);
	if (!s->lose_at || s->answered < s->lose_at)
		channel_post(s->signing, answer);
	s->answered++;
	arena_release(&a);
}

static inline void
stage_on_signing_closed(void *arg)
{
	(void)arg;
}

/* A link to a signer in this very loop. */
static inline void
stage_link(struct stage *s)
{
	static const struct channel_limits limits = { .message = TRUSTED_LIST_REQUEST_LARGEST, .waiting = 16 * MIB };
	struct problem why;
	int fds[2];

	channel_free(s->signing);
	expect_ok("a pair of channels", channel_pair(fds, &why), &why);
	signer_client_link(s->client, fds[0]);
	s->signing = channel_new(s->loop, fds[1], limits, stage_on_request, stage_on_signing_closed, s);
}

static inline void
stage_lose_signer(struct stage *s)
{
	channel_free(s->signing);
	s->signing = NULL;
}

/* One stage; its key is made once and used by every later one of the program. */
static inline void
stage_open(struct stage *s, uint64_t seed)
{
	static char keys[96];
	struct problem why;

	*s = (struct stage){ .arena = arena_init(512 * MIB), .directory = "/tmp/watashi-registry-XXXXXX" };
	assert_non_null(mkdtemp(s->directory));
	assert_true(instant_read(span_text(STAGE_NOON), &s->now));
	if (!keys[0]) {
		struct new_key key = { .name = STAGE_KEY, .common_name = "Watashi test", .use = USE_METADATA,
			.type = KEY_RSA_2048, .now = s->now, .valid_for = SECONDS(86400LL * 3650) };
		struct new_key list_key = { .name = STAGE_LIST_KEY, .common_name = "Watashi test",
			.organization = "Operator", .country = "JP", .use = USE_TRUSTED_LIST,
			.type = KEY_P256, .now = s->now, .valid_for = SECONDS(86400LL * 3650) };

		snprintf(keys, sizeof(keys), "/tmp/watashi-registry-keys-XXXXXX");
		assert_non_null(mkdtemp(keys));
		expect_ok("a key", key_descriptor_new(keys, &key, &why), &why);
		expect_ok("another", key_descriptor_new(keys, &list_key, &why), &why);
	}
	snprintf(s->keys, sizeof(s->keys), "%s", keys);
	snprintf(s->generations, sizeof(s->generations), "%s/generations", s->directory);
	assert_int_equal(mkdir(s->generations, 0755), 0);
	expect_ok("its descriptor", key_descriptor_read(keys, STAGE_KEY, &s->arena, &s->key, &why), &why);
	expect_ok("the other's", key_descriptor_read(keys, STAGE_LIST_KEY, &s->arena, &s->list_key, &why), &why);
	expect_ok("a signer", signer_open(keys, &s->signer, &why), &why);
	s->loop = loop_new();
	s->store = store_memory_new(stage_tables, ROLE_STEWARD, seed);
	s->client = signer_client_new(s->loop);
	stage_link(s);
	s->settings = (struct publish_settings){
		.directory = s->generations,
		.registration_authority = "https://federation.example/",
		.registration_policy = "https://federation.example/policy?a=1&b=2",
		.publisher = "https://federation.example/metadata",
		.valid_for = SECONDS(14 * 86400),
		.cache_for = SECONDS(6 * 3600),
		.refresh_before = SECONDS(7 * 86400),
		.key = STAGE_KEY,
		.key_type = s->key.type,
		.certificate = s->key.certificate,
		.in_flight = 8,
	};
}

/* With a trusted list, signed. */
static inline void
stage_publish_lists(struct stage *s)
{
	static const struct trusted_list_settings list = {
		.operator_name = { { (const uint8_t *)"運営", 6 }, { (const uint8_t *)"Operator", 8 } },
		.scheme_name = { { (const uint8_t *)"連合", 6 }, { (const uint8_t *)"Federation", 10 } },
		.territory = "JP",
		.base_url = "https://federation.example/",
	};

	s->settings.trusted_list = &list;
	s->settings.list_key = STAGE_LIST_KEY;
	s->settings.list_key_type = s->list_key.type;
	s->settings.list_certificate = s->list_key.certificate;
}

static inline void
stage_close(struct stage *s)
{
	signer_client_free(s->client);
	channel_free(s->signing);
	signer_free(s->signer);
	store_free(s->store);
	loop_free(s->loop);
	nftw(s->directory, stage_remove_one, 8, FTW_DEPTH | FTW_PHYS);
	arena_release(&s->arena);
}

/* To be called last: the key's directory goes. */
static inline int
stage_clean(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s, 1);
	stage_close(&s);
	nftw(s.keys, stage_remove_one, 8, FTW_DEPTH | FTW_PHYS);
	return 0;
}

/* Turns the loop until what was started is done; false after `steps` answers of the store (0: as many as it takes). */
static inline bool
stage_run(struct stage *s, size_t steps)
{
	size_t answers = 0;

	turn_run(loop_turn(s->loop));
	while (!s->done) {
		if (store_memory_step(s->store, s->now)) {
			turn_run(loop_turn(s->loop));
			if (++answers == steps)
				return s->done;
		} else {
			loop_step(s->loop, SECONDS(1) / 100);
		}
	}
	return true;
}

static inline void
stage_on_imported(void *arg, enum err err, const struct import_report *report, const struct problem *why)
{
	struct stage *s = arg;

	s->done = true;
	s->err = err;
	if (err != OK) {
		s->why = *why;
		return;
	}
	s->imported = *report;
	for (size_t i = 0; i < report->refusal_count && i < STAGE_REPORT; i++)
		snprintf(s->refusals[i], sizeof(s->refusals[i]), "%.*s: %s", SPAN_ARGS(report->refusals[i].entity_id),
		    report->refusals[i].why.text);
}

static inline struct pending *
stage_start_import(struct stage *s, const struct import *import)
{
	struct import mine = *import;

	s->done = false;
	mine.now = s->now;
	if (!mine.source)
		mine.source = "test.xml";
	mine.actor = "tester";
	return import_start(s->loop, s->store, &mine, stage_on_imported, s);
}

static inline enum err
stage_import(struct stage *s, const char *source, struct span document)
{
	stage_start_import(s, &(struct import){ .document = document, .source = source });
	stage_run(s, 0);
	return s->err;
}

static inline void
stage_on_published(void *arg, enum err err, const struct publish_report *report, const struct problem *why)
{
	struct stage *s = arg;

	s->done = true;
	s->err = err;
	if (err == OK)
		s->published = *report;
	else
		s->why = *why;
}

static inline struct pending *
stage_start_publish(struct stage *s, bool all)
{
	s->done = false;
	s->settings.now = s->now;
	return publish_start(s->loop, s->store, s->client, &s->settings, all, stage_on_published, s);
}

static inline enum err
stage_publish(struct stage *s)
{
	stage_start_publish(s, false);
	stage_run(s, 0);
	return s->err;
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
	return stage_load(s, (struct ask){ .table = table, .limit = 100000 }).count;
}

/* Rows of documents, without the publisher's claim. */
static inline size_t
stage_documents(struct stage *s)
{
	return stage_count(s, &document_table) - 1;
}

static inline struct publication
stage_publication(struct stage *s)
{
	struct stage_look look = stage_load(s, (struct ask){ .table = &publication_table, .from =
	    span_text("current") });
	struct publication p = { 0 };

	if (look.count)
		expect_true("the publication is of our form", publication_read(look.rows[0].value, &p));
	return p;
}

/* The document of that name a reader of generation `generation` sees; false: none. */
static inline bool
stage_find(struct stage *s, struct span name, uint64_t generation, struct published *out)
{
	struct stage_look look = stage_load(s, (struct ask){ .table = &document_table, .from = document_key(&s->arena,
	    name, 0),
		.until = document_key(&s->arena, name, generation + 1), .limit = 1, .backwards = true });

	if (look.count == 0)
		return false;
	expect_true("the document is of our form", published_read(look.rows[0].value, out));
	return !out->gone;
}

static inline bool
stage_document(struct stage *s, struct span name, struct published *out)
{
	return stage_find(s, name, stage_publication(s).generation, out);
}

static inline bool
stage_entity_document(struct stage *s, const char *entity_id, struct published *out)
{
	struct entity_key key = entity_key_of(span_text(entity_id));

	return stage_document(s, arena_copy(&s->arena, span_of(key.bytes, sizeof(key.bytes))), out);
}

static inline struct span
stage_read_file(struct stage *s, const char *name)
{
	char path[512];
	struct stat st;
	uint8_t *bytes;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", s->generations, name);
	f = fopen(path, "rb");
	if (!f || fstat(fileno(f), &st))
		fail_msg("%s is not there", path);
	bytes = arena_take(&s->arena, (size_t)st.st_size + 1);
	if (fread(bytes, 1, (size_t)st.st_size, f) != (size_t)st.st_size)
		fail_msg("%s cannot be read", path);
	fclose(f);
	return span_of(bytes, (size_t)st.st_size);
}

static inline struct span
stage_bytes(struct stage *s, const struct representation *r)
{
	struct span bytes = r->file.size ? stage_read_file(s, arena_text(&s->arena, r->file)) : r->body;

	expect_number("the size is the body's", bytes.size, r->size);
	return bytes;
}

static inline size_t
stage_files(struct stage *s)
{
	DIR *dir = opendir(s->generations);
	size_t count = 0;

	assert_non_null(dir);
	for (const struct dirent *e; (e = readdir(dir));)
		count += e->d_name[0] != '.';
	closedir(dir);
	return count;
}
