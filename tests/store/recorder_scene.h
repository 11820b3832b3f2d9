/* tests/store/recorder_scene.h - a recorder in a directory of its own, what it says, and units for it.
 *
 *     set_scene -> take, commit, put … hear_answers -> clear_scene
 */
#pragma once

#include "stage.h"

#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <lmdb.h>

#include "base/buffer.h"
#include "store/format.h"
#include "store/reader.h"
#include "store/wire.h"

struct scene {
	char directory[64];
	struct recorder_settings settings;
	struct recorder *recorder;
	struct post_box said;
	struct arena arena;
	struct instant now;
};

static inline int
set_scene(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));

	s->arena = arena_init(256 * MIB);
	s->now.us = SECONDS(1000000);
	s->settings = stage_settings(directory_make(s->directory));
	s->recorder = stage_recorder(&s->settings, &s->said);
	*state = s;
	return 0;
}

static inline int
clear_scene(void **state)
{
	struct scene *s = *state;

	recorder_free(s->recorder);
	post_box_empty(&s->said);
	directory_remove(s->directory);
	arena_release(&s->arena);
	free(s);
	return 0;
}

static inline void
close_recorder(struct scene *s)
{
	recorder_free(s->recorder);
	s->recorder = NULL;
}

static inline void
replace_recorder(struct scene *s)
{
	close_recorder(s);
	s->recorder = stage_recorder(&s->settings, &s->said);
}

static inline struct unit *
unit(struct scene *s)
{
	return unit_new(&s->arena, stage_tables, id_new(s->now));
}

static inline void
take(struct scene *s, unsigned peer, const struct unit *u)
{
	struct problem why;

	expect_ok("taken", recorder_take(s->recorder, peer, ROLE_WORKER, unit_bytes(u), &why), &why);
}

/* The next message must be answers: the first `count` of them, and no more. */
static inline void
hear_answers(struct scene *s, struct answer *answers, size_t count)
{
	struct letter *l = post_box_take(&s->said);
	struct record r;
	uint64_t generation;

	expect_true("a message came", l != NULL);
	expect_number("it is of answers", said_read(span_of(l->bytes, l->size), &r, &generation), SAID_ANSWERS);
	for (size_t i = 0; i < count; i++)
		expect_true("one answer more", answers_next(&r, &answers[i]));
	expect_true("and no further", record_whole(&r));
	free(l);
}

static inline struct committed
commit(struct scene *s, const struct unit *u)
{
	struct answer answer;
	struct problem why;
	struct id id = unit_id(u);

	take(s, 1, u);
	expect_ok("committed", recorder_commit(s->recorder, s->now, &why), &why);
	while (s->said.first && s->said.first->bytes[0] == SAID_NOTICES)
		free(post_box_take(&s->said));
	hear_answers(s, &answer, 1);
	expect_true("under its id", memcmp(answer.id.bytes, id.bytes, sizeof(id.bytes)) == 0);
	return answer.committed;
}

static inline struct committed
put(struct scene *s, const struct table *table, const char *key, struct span value)
{
	struct unit *u = unit(s);

	unit_put(u, table, span_text(key), value);
	return commit(s, u);
}

/* Rows of a table, expired ones included: what is on the disk. */
static inline size_t
count_rows(struct scene *s, const struct table *table)
{
	struct ask ask = { .table = table, .limit = UINT32_MAX };
	struct arena a = arena_init(64 * MIB);
	struct map_reader *reader;
	struct problem why;

	expect_ok("readable", map_reader_open(s->directory, stage_tables, &reader, &why), &why);
	expect_ok("begun", map_reader_begin(reader, &why), &why);
	expect_ok("read", map_reader_answer(reader, &a, &ask, 1, (struct instant){ 0 }, &why), &why);
	map_reader_end(reader);
	map_reader_free(reader);
	arena_release(&a);
	return ask.count;
}

/* The number put under this key, with nothing behind it. */
static inline uint64_t
number_put(struct scene *s, const char *key)
{
	struct ask ask = { .table = &logins, .from = span_text(key) };
	struct arena a = arena_init(1 * MIB);
	struct map_reader *reader;
	struct problem why;
	struct record r;
	uint64_t number;

	expect_ok("readable", map_reader_open(s->directory, stage_tables, &reader, &why), &why);
	expect_ok("begun", map_reader_begin(reader, &why), &why);
	expect_ok("read", map_reader_answer(reader, &a, &ask, 1, s->now, &why), &why);
	expect_number("it is there", ask.count, 1);
	r = record_of(ask.rows[0].value);
	number = record_u64(&r);
	expect_true("the number and no more", record_whole(&r));
	map_reader_end(reader);
	map_reader_free(reader);
	arena_release(&a);
	return number;
}

#define SCENE(name) cmocka_unit_test_setup_teardown(name, set_scene, clear_scene)
