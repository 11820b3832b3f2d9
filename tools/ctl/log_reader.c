/* tools/ctl/log_reader.c - a log elsewhere, read over HTTP. */
#include "ctl/log_reader.h"

#include <assert.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "crypto/note.h"
#include "ctl/web.h"

#define LOOK_LARGEST (4 * MIB) /* a checkpoint, and the tiles of a root, two proofs and an older root */
#define TILES_MOST 128
#define WAIT_AT_MOST 60L /* seconds */

struct log_reader {
	struct web *web;
	char *base;              /* the URL without slashes at its end */
	const char *authorities;
	struct arena arena;      /* of one look */
	struct got {
		const char *name;
		unsigned level;
		uint64_t number;
		struct span bytes;
	} got[TILES_MOST];
	size_t count;
};

enum err
log_reader_open(const char *url, const char *authorities, struct log_reader **out, struct problem *why)
{
	struct log_reader *r;
	size_t size = strlen(url);

	*out = NULL;
	while (size && url[size - 1] == '/')
		size--;
	if (strncmp(url, "https://", 8) != 0 && strncmp(url, "http://", 7) != 0)
		return problem_set(
		    why, ERR_INVALID, "", "the log's URL: expected https://… or http://…, found \"%s\"", url);
	r = calloc(1, sizeof(*r));
	if (!r || !(r->base = strndup(url, size)))
		abort();
	r->web = web_new();
	r->authorities = authorities;
	r->arena = arena_init(LOOK_LARGEST);
	*out = r;
	return OK;
}

void
log_reader_close(struct log_reader *r)
{
	if (!r)
		return;
	web_free(r->web);
	arena_release(&r->arena);
	free(r->base);
	free(r);
}

/* ERR_NOT_FOUND: 404 or 410. */
static enum err
get(struct log_reader *r, const char *path, size_t limit, struct span *out, struct problem *why)
{
	const char *url = arena_print(&r->arena, "%s/%s", r->base, path);
	struct buffer body = buffer_init(limit);
	const struct web_request request = { .url = url, .authorities = r->authorities, .wait = WAIT_AT_MOST };
	struct web_answer got;
	enum err err;

	err = web_ask(r->web, &request, &got, &body, why);
	if (err != OK)
		problem_within(why, "%s", url);
	else if (got.status == 404 || got.status == 410)
		err = problem_set(why, ERR_NOT_FOUND, "", "%s: status %ld", url, got.status);
	else if (got.status != 200)
		err = problem_set(why, ERR_UNAVAILABLE, "", "%s: expected status 200, found %ld", url, got.status);
	else
		*out = arena_copy(&r->arena, buffer_span(&body));
	buffer_release(&body);
	return err;
}

enum err
log_reader_checkpoint(struct log_reader *r, struct span *note, struct problem *why)
{
	enum err err;

	arena_reset(&r->arena);
	r->count = 0;
	err = get(r, "checkpoint", NOTE_LARGEST, note, why);
	/* A log that has begun has one; before, there is nothing to watch yet. */
	if (err == ERR_NOT_FOUND)
		return why->code = ERR_UNAVAILABLE;
	return err;
}

static const struct got *
got_find(const struct log_reader *r, const struct tile *tile)
{
	for (size_t i = 0; i < r->count; i++)
		if (r->got[i].level == tile->level && r->got[i].number == tile->number)
			return &r->got[i];
	return NULL;
}

/* A partial tile may have gone when the log has filled it since (C2SP tlog-tiles): then the full one begins with it. */
static enum err
tile_get(struct log_reader *r, const struct tile *tile, struct problem *why)
{
	struct tile_name name = { .level = tile->level, .number = tile->number, .width = (unsigned)tile->count };
	struct got *got = &r->got[r->count];
	enum err err;

	assert(r->count < TILES_MOST);
	*got = (struct got){ tile_name_write(&r->arena, &name), tile->level, tile->number, { 0 } };
	err = get(r, arena_print(&r->arena, "tile/%s", got->name), (size_t)TILE_WIDTH * HASH_SIZE, &got->bytes, why);
	if (err == ERR_NOT_FOUND && name.width < TILE_WIDTH) {
		name.width = TILE_WIDTH;
		got->name = tile_name_write(&r->arena, &name);
		err = get(
		    r, arena_print(&r->arena, "tile/%s", got->name), (size_t)TILE_WIDTH * HASH_SIZE, &got->bytes, why);
	}
	if (err == ERR_NOT_FOUND || err == ERR_LIMIT)
		return why->code = ERR_INVALID;
	if (err != OK)
		return err;
	r->count++;
	if (got->bytes.size != name.width * (size_t)HASH_SIZE)
		return problem_set(why, ERR_INVALID, "C2SP tlog-tiles", "%s/tile/%s: expected %zu bytes, found %zu",
		    r->base, got->name, name.width * (size_t)HASH_SIZE, got->bytes.size);
	return OK;
}

enum err
log_reader_tiles(struct log_reader *r, uint64_t size, struct tile_set *set, struct problem *why)
{
	for (size_t i = 0; i < set->count; i++) {
		struct tile *tile = &set->items[i];
		const struct got *got;

		tile->count = tile_width(tile->level, tile->number, size);
		got = got_find(r, tile);
		if (!got) {
			if (tile_get(r, tile, why) != OK)
				return why->code;
			got = &r->got[r->count - 1];
		}
		tile->hashes = got->bytes.data;
		tile->count = got->bytes.size / HASH_SIZE;
	}
	return OK;
}

size_t
log_reader_count(const struct log_reader *r)
{
	return r->count;
}

const char *
log_reader_name(const struct log_reader *r, size_t which)
{
	return r->got[which].name;
}

struct span
log_reader_bytes(const struct log_reader *r, size_t which)
{
	return r->got[which].bytes;
}
