/* tests/bench/aggregate.c - making and signing the aggregate of all entities, by the publisher's own code and nothing
 * else of the daemon: what is to be compared with a program that signs one document.
 *
 *     aggregate CONFIG DIRECTORY       CONFIG: a daemon's; its store and keys are read. DIRECTORY: for the files
 *     prints the entities, seconds of CPU (user and system) for the plain file, for its gzip twin besides, and its name
 *
 * Counted are reading the store, assembling, digesting, writing, the signature; the twin's compression and making both
 * durable are the second figure.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "crypto/library.h"
#include "daemon/config.h"
#include "daemon/tables.h"
#include "registry/entity.h"
#include "registry/plan.h"
#include "registry/set_file.h"
#include "signer/descriptor.h"
#include "store/reader.h"

#define ENTITIES_LARGEST 300000
#define AT_ONCE 16

struct feed_member {
	struct entity entity;
};

static struct arena arena, part;
static struct problem why;
static struct feed_member *members;
static size_t member_count;

static void
check(enum err err)
{
	if (err == OK)
		return;
	fprintf(stderr, "aggregate: %s\n", why.text);
	exit(1);
}

static double
cpu(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int
by_entity_id(const void *a, const void *b)
{
	const struct feed_member *one = a, *other = b;

	return span_compare(one->entity.entity_id, other->entity.entity_id);
}

static void
read_members(struct map_reader *reader)
{
	struct ask ask = { .table = &entity_table, .limit = ENTITIES_LARGEST };

	check(map_reader_answer(reader, &part, &ask, 1, clock_now(), &why));
	members = arena_array(&arena, struct feed_member, ask.count);
	for (size_t i = 0; i < ask.count; i++)
		if (entity_read(arena_copy(&arena, ask.rows[i].value), &members[member_count].entity))
			member_count++;
	qsort(members, member_count, sizeof(*members), by_entity_id);
	arena_reset(&part);
}

/* t1 … t16 as the daemon's sets need them: all, which is harmless where they are not used. */
static struct span
prefixes(void)
{
	return span_text("t1 t10 t11 t12 t13 t14 t15 t16 t2 t3 t4 t5 t6 t7 t8 t9");
}

static void
fill(struct map_reader *reader, const struct publish_settings *settings, struct set_file *file)
{
	struct buffer b = buffer_init(4 * METADATA_FRAGMENT);

	for (size_t at = 0; at < member_count;) {
		struct ask asks[AT_ONCE] = { 0 };
		size_t count = 0;

		for (; count < AT_ONCE && at + count < member_count; count++)
			asks[count] = (struct ask){ .table = &fragment_table,
				.from = span_of(members[at + count].entity.fragment, 32) };
		check(map_reader_answer(reader, &part, asks, count, clock_now(), &why));
		for (size_t i = 0; i < count; i++, at++) {
			struct fragment fragment;

			if (asks[i].count == 0 || !fragment_read(asks[i].rows[0].value, &fragment))
				check(problem_set(&why, ERR_NOT_FOUND, "", "a fragment is missing"));
			buffer_clear(&b);
			assemble_member(&b, settings, &members[at].entity, &fragment);
			set_file_add(file, buffer_span(&b));
		}
		arena_reset(&part);
	}
	buffer_release(&b);
}

static bool packed;

static void
on_packed_here(void *arg, enum err err, const struct problem *problem)
{
	(void)arg;
	if (err != OK)
		why = *problem;
	check(err);
	packed = true;
}

int
main(int argc, char **argv)
{
	struct key_descriptor descriptor;
	struct span signed_info, signature;
	struct publish_settings settings;
	struct published document;
	struct map_reader *reader;
	struct config config;
	struct set_file *file;
	struct loop *loop = loop_new();
	struct key *key;
	double began, plain;

	if (argc != 3) {
		fprintf(stderr, "usage: aggregate CONFIG DIRECTORY\n");
		return 2;
	}
	arena = arena_init(4 * GIB);
	part = arena_init(1 * GIB);
	check(config_read(&arena, argv[1], &config, &why));
	check(key_descriptor_read(config.keys, "metadata-1", &arena, &descriptor, &why));
	check(key_open(descriptor.uri, config.keys, &key, &why));
	settings = (struct publish_settings){
		.directory = argv[2],
		.registration_authority = config.federation.registration_authority,
		.registration_policy = config.federation.registration_policy,
		.publisher = config.federation.publisher,
		.valid_for = config.publication.valid_for,
		.cache_for = config.publication.cache_for,
		.key = descriptor.name,
		.key_type = descriptor.type,
		.certificate = descriptor.certificate,
	};
	began = cpu();
	check(map_reader_open(config.store.directory, tables_with(NULL), &reader, &why));
	check(map_reader_begin(reader, &why));
	read_members(reader);
	check(set_file_open(loop, &arena, &settings, span_text("all"), 1, prefixes(), clock_now(), &file, &why));
	fill(reader, &settings, file);
	check(set_file_close(file, &arena, &signed_info, &why));
	check(key_sign(key, signed_info, &arena, &signature, &why));
	check(set_file_finish(file, &arena, signature, &document, &why));
	plain = cpu();
	generation_file_pack(set_file_bytes(file), on_packed_here, NULL);
	while (!packed)
		loop_step(loop, SECONDS(1));
	generation_file_describe(set_file_bytes(file), &arena, &document);
	printf("%zu %.3f %.3f %.*s\n", member_count, plain - began, cpu() - plain, SPAN_ARGS(document.plain.file));
	set_file_free(file);
	map_reader_end(reader);
	map_reader_free(reader);
	key_free(key);
	loop_free(loop);
	arena_release(&part);
	arena_release(&arena);
	return 0;
}
