/* jpki/crl_shelf.c - a store as it is read: the rows its manifest names, mapped, and where each is found. */
#include "jpki/crl_shelf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"

#define MANIFEST_LARGEST (3 * MIB)
#define PLACES 64       /* of one certificate */
#define AGAIN SECONDS(60)
#define RELOADS 8       /* a file may be gone since its manifest was read: then there is a newer manifest */

const char *
crl_shelf_path(const char *directory, const char *name, char out[PATH_MAX])
{
	snprintf(out, PATH_MAX, "%s/%s", directory, name);
	return out;
}

struct crl_held
crl_shelf_held(const struct crl_shelf_row *row)
{
	return (struct crl_held){
		.index = row->index, .anchor = row->line.anchor, .until = row->line.until,
		    .delta_lost = row->delta_lost,
	};
}

/* Places */

static uint64_t
place_key(const struct name_key *issuer, const struct name_key *name)
{
	uint64_t a, b = 0;

	memcpy(&a, issuer->bytes, sizeof(a));
	if (name)
		memcpy(&b, name->bytes, sizeof(b));
	return a * 3 + b;
}

static int
compare_places(const void *a, const void *b)
{
	const struct crl_shelf_place *x = a, *y = b;

	return x->key != y->key ? (x->key < y->key ? -1 : 1) : (x->row > y->row) - (x->row < y->row);
}

static void
index_places(struct crl_store *store)
{
	size_t count = 0, names;

	for (size_t i = 0; i < store->count; i++) {
		crl_index_points(store->rows[i].index, &names);
		count += names ? names : 1;
	}
	free(store->places);
	store->places = calloc(count ? count : 1, sizeof(*store->places));
	if (!store->places)
		abort();
	store->place_count = 0;
	for (size_t i = 0; i < store->count; i++) {
		const struct crl_index *index = store->rows[i].index;
		const struct name_key *points = crl_index_points(index, &names), *issuer = crl_index_issuer(index);

		for (size_t n = 0; n < (names ? names : 1); n++)
			store->places[store->place_count++] = (struct crl_shelf_place){
				.key = place_key(issuer, names ? &points[n] : NULL), .row = (uint32_t)i,
			};
	}
	qsort(store->places, store->place_count, sizeof(*store->places), compare_places);
}

static size_t
first_place(const struct crl_store *store, uint64_t key)
{
	size_t low = 0, high = store->place_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (store->places[middle].key < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
is_held(const struct crl_held *held, size_t count, const struct crl_index *index)
{
	for (size_t i = 0; i < count; i++)
		if (held[i].index == index)
			return true;
	return false;
}

size_t
crl_shelf_find(const struct crl_store *store, const struct x509 *certificate, struct crl_held *out, size_t room)
{
	struct crl_place places[PLACES];
	size_t place_count = crl_places_of(certificate, places, COUNT(places)), count = 0;

	for (size_t p = 0; p < place_count && p < COUNT(places); p++) {
		uint64_t key = place_key(&places[p].issuer, places[p].named ? &places[p].name : NULL);

		for (size_t i = first_place(store, key); i < store->place_count && store->places[i].key == key; i++) {
			const struct crl_shelf_row *row = &store->rows[store->places[i].row];

			if (count < room && !is_held(out, count, row->index))
				out[count++] = crl_shelf_held(row);
		}
	}
	return count;
}

/* Loading */

static const struct jpki_anchor *
anchor_of(const struct jpki_trust *trust, const uint8_t *fingerprint)
{
	for (size_t i = 0; i < jpki_anchor_count(trust->anchors); i++) {
		const struct jpki_anchor *anchor = jpki_anchor_at(trust->anchors, i);

		if (memcmp(anchor->sha256, fingerprint, sizeof(anchor->sha256)) == 0 &&
		    (trust->test || anchor->world != JPKI_TEST))
			return anchor;
	}
	return NULL;
}

static void
rows_free(struct crl_shelf_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		crl_index_close(rows[i].index);
	free(rows);
}

/* A file that is open already is the same: files never change, and no name is used twice. */
static enum err
open_row(struct crl_store *store, struct crl_shelf_row *row, struct problem *why)
{
	char path[PATH_MAX];

	for (size_t i = 0; i < store->count; i++)
		if (store->rows[i].index && strcmp(store->rows[i].line.file, row->line.file) == 0) {
			row->index = store->rows[i].index;
			store->rows[i].index = NULL;
			return OK;
		}
	return crl_index_open(crl_shelf_path(store->directory, row->line.file, path), &row->index, why);
}

static void
note_damage(struct crl_store *store, const struct crl_shelf_row *row, const struct problem *why)
{
	size_t size = (store->damage_count + 1) * sizeof(*store->damages);
	struct crl_shelf_damage *damages = realloc(store->damages, size);

	if (!damages)
		abort();
	damages[store->damage_count++] = (struct crl_shelf_damage){ row->line, row->anchor, *why };
	store->damages = damages;
}

/* Whether a delta of this list, newer than it is, is among what cannot be opened. */
static bool
is_delta_lost(const struct crl_store *store, const struct crl_shelf_row *row)
{
	const struct crl_list *list = crl_index_list(row->index);
	uint8_t key[sizeof(row->line.scope)];

	if (list->base_number.size)
		return false;
	crl_delta_key(row->index, key);
	for (size_t i = 0; i < store->damage_count; i++) {
		const struct crl_manifest_line *lost = &store->damages[i].line;

		if (memcmp(lost->anchor, row->line.anchor, sizeof(lost->anchor)) == 0 &&
		    memcmp(lost->scope, key, sizeof(key)) == 0 && instant_before(list->this_update, lost->this_update))
			return true;
	}
	return false;
}

/* Lists of anchors that are not believed any more are left away. One that cannot be opened takes none of the others
 * with it. */
static void
take_lines(struct crl_store *store, const struct crl_manifest_line *lines, size_t count)
{
	struct crl_shelf_row *rows = calloc(count ? count : 1, sizeof(*rows));
	struct problem why;
	size_t taken = 0;

	if (!rows)
		abort();
	store->damage_count = 0;
	for (size_t i = 0; i < count; i++) {
		rows[taken] = (struct crl_shelf_row){ .line = lines[i],
			.anchor = anchor_of(store->trust, lines[i].anchor) };
		if (!rows[taken].anchor)
			continue;
		if (open_row(store, &rows[taken], &why) == OK)
			taken++;
		else
			note_damage(store, &rows[taken], &why);
	}
	for (size_t i = 0; store->damage_count && i < taken; i++)
		rows[i].delta_lost = is_delta_lost(store, &rows[i]);
	rows_free(store->rows, store->count);
	store->rows = rows;
	store->count = taken;
	store->again = instant_after(clock_now(), AGAIN);
	index_places(store);
}

enum err
crl_shelf_manifest(const char *directory, struct crl_manifest_line *out, size_t *count, struct problem *why)
{
	struct buffer text = buffer_init(MANIFEST_LARGEST);
	char path[PATH_MAX];
	enum err err = file_read(crl_shelf_path(directory, CRL_MANIFEST, path), &text, why);

	*count = 0;
	if (err == OK && crl_manifest_read(buffer_span(&text), out, CRL_STORE_LISTS, count, why) != OK) {
		err = problem_within(why, "%s is damaged: erase the lists, then take them in anew", path);
		*count = 0;
	}
	buffer_release(&text);
	return err;
}

static enum err
load(struct crl_store *store, const struct stat *st, struct problem *why)
{
	struct crl_manifest_line *lines = calloc(CRL_STORE_LISTS, sizeof(*lines));
	size_t count = 0;
	enum err err = OK;

	if (!lines)
		abort();
	if (st->st_ino)
		err = crl_shelf_manifest(store->directory, lines, &count, why);
	if (err == OK) {
		take_lines(store, lines, count);
		store->seen = *st;
	}
	free(lines);
	return err;
}

static bool
is_seen(const struct crl_store *store, const struct stat *st)
{
	if (store->damage_count && !instant_before(clock_now(), store->again))
		return false;
	return st->st_ino == store->seen.st_ino && st->st_dev == store->seen.st_dev &&
	    st->st_size == store->seen.st_size && st->st_mtim.tv_sec == store->seen.st_mtim.tv_sec &&
	    st->st_mtim.tv_nsec == store->seen.st_mtim.tv_nsec;
}

enum err
crl_store_refresh(struct crl_store *store, struct problem *why)
{
	enum err err = OK;

	for (int i = 0; i < RELOADS; i++) {
		struct stat st = { 0 };
		char path[PATH_MAX];

		if (stat(crl_shelf_path(store->directory, CRL_MANIFEST, path), &st) != 0) {
			if (errno != ENOENT)
				return problem_errno(why, errno, "%s", path);
			st = (struct stat){ 0 };
		}
		if (store->rows && is_seen(store, &st))
			return OK;
		err = load(store, &st, why);
		/* What is damaged stays so when the manifest is still the same. */
		if (err != ERR_NOT_FOUND && (err != OK || store->damage_count == 0))
			return err;
	}
	return err;
}

enum err
crl_store_open(const char *directory, const struct jpki_trust *trust, struct crl_store **out, struct problem *why)
{
	struct crl_store *store = calloc(1, sizeof(*store));
	enum err err;

	if (!store)
		abort();
	store->trust = trust;
	store->directory = strdup(directory);
	if (!store->directory)
		abort();
	*out = NULL;
	if (strlen(directory) > PATH_MAX - 64)
		err = problem_set(why, ERR_LIMIT, "", "%s: the path is too long", directory);
	else if (access(directory, X_OK) != 0)
		err = problem_errno(why, errno, "the directory of revocation lists %s", directory);
	else
		err = crl_store_refresh(store, why);
	if (err != OK) {
		crl_store_close(store);
		return err;
	}
	*out = store;
	return OK;
}

void
crl_store_close(struct crl_store *store)
{
	if (!store)
		return;
	rows_free(store->rows, store->count);
	free(store->damages);
	free(store->places);
	free(store->directory);
	free(store);
}

bool
crl_store_row(const struct crl_store *store, size_t n, struct crl_row *out)
{
	if (n >= store->count)
		return false;
	*out = (struct crl_row){ store->rows[n].line.file, store->rows[n].index, store->rows[n].anchor };
	return true;
}

bool
crl_store_damage(const struct crl_store *store, size_t n, struct crl_damage *out)
{
	if (n >= store->damage_count)
		return false;
	*out = (struct crl_damage){ store->damages[n].line.file, store->damages[n].anchor,
		store->damages[n].why.text };
	return true;
}
