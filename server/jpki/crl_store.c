/* jpki/crl_store.c - the lists at hand in one directory. */
#include "jpki/crl_store.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/random.h"
#include "crypto/digest.h"
#include "crypto/new_file.h"
#include "jpki/crl_manifest.h"
#include "jpki/crl_pem.h"
#include "jpki/crl_signer.h"
#include "jpki/crl_text.h"

#define LOCK "lock"
#define MANIFEST_LARGEST (2 * MIB)
#define CANDIDATES 64   /* lists that are looked at for one certificate */
#define RELOADS 8       /* a file may be gone since its manifest was read: then there is a newer manifest */
#define CLAUSE "RFC 5280 s6.3.3"

struct row {
	struct crl_manifest_line line;
	struct crl_index *index;
	const struct jpki_anchor *anchor;
};

/* Where a row is found: issuer, or issuer and one name of its point, cut down to a number. */
struct place {
	uint64_t key;
	uint32_t row;
};

struct crl_store {
	char *directory;
	const struct jpki_trust *trust;
	struct row *rows;
	size_t count;
	struct place *places;    /* by key */
	size_t place_count;
	struct stat seen;        /* of the manifest; zero: there was none */
};

static const char *
path_of(const struct crl_store *store, const char *name, char out[PATH_MAX])
{
	snprintf(out, PATH_MAX, "%s/%s", store->directory, name);
	return out;
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
	const struct place *x = a, *y = b;

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
			store->places[store->place_count++] = (struct place){
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
rows_free(struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		crl_index_close(rows[i].index);
	free(rows);
}

/* A file that is open already is the same: files never change, and no name is used twice. */
static enum err
open_row(struct crl_store *store, struct row *row, struct problem *why)
{
	char path[PATH_MAX];

	for (size_t i = 0; i < store->count; i++)
		if (store->rows[i].index && strcmp(store->rows[i].line.file, row->line.file) == 0) {
			row->index = store->rows[i].index;
			store->rows[i].index = NULL;
			return OK;
		}
	return crl_index_open(path_of(store, row->line.file, path), &row->index, why);
}

/* Lists of anchors that are not believed any more are left away. On failure what was there stays. */
static enum err
take_lines(struct crl_store *store, const struct crl_manifest_line *lines, size_t count, struct problem *why)
{
	struct row *rows = calloc(count ? count : 1, sizeof(*rows));
	size_t taken = 0;
	enum err err = OK;

	if (!rows)
		abort();
	for (size_t i = 0; i < count && err == OK; i++) {
		rows[taken] = (struct row){ .line = lines[i], .anchor = anchor_of(store->trust, lines[i].anchor) };
		if (!rows[taken].anchor)
			continue;
		err = open_row(store, &rows[taken], why);
		taken += err == OK;
	}
	if (err != OK) {
		/* What was borrowed goes back to where it was. */
		for (size_t i = 0; i < taken; i++)
			for (size_t n = 0; n < store->count && rows[i].index; n++)
				if (!store->rows[n].index && strcmp(store->rows[n].line.file, rows[i].line.file) == 0) {
					store->rows[n].index = rows[i].index;
					rows[i].index = NULL;
				}
		rows_free(rows, taken);
		return err;
	}
	rows_free(store->rows, store->count);
	store->rows = rows;
	store->count = taken;
	index_places(store);
	return OK;
}

static enum err
load(struct crl_store *store, const struct stat *st, struct problem *why)
{
	struct crl_manifest_line *lines = calloc(CRL_STORE_LISTS, sizeof(*lines));
	struct buffer text = buffer_init(MANIFEST_LARGEST);
	char path[PATH_MAX];
	size_t count = 0;
	enum err err = OK;

	if (!lines)
		abort();
	if (st->st_ino) {
		err = file_read(path_of(store, CRL_MANIFEST, path), &text, why);
		if (err == OK)
			err = crl_manifest_read(buffer_span(&text), lines, CRL_STORE_LISTS, &count, why);
	}
	if (err == OK)
		err = take_lines(store, lines, count, why);
	if (err == OK)
		store->seen = *st;
	buffer_release(&text);
	free(lines);
	return err;
}

static bool
is_seen(const struct crl_store *store, const struct stat *st)
{
	return st->st_ino == store->seen.st_ino && st->st_dev == store->seen.st_dev && st->st_size == store->seen.st_size &&
	    st->st_mtim.tv_sec == store->seen.st_mtim.tv_sec && st->st_mtim.tv_nsec == store->seen.st_mtim.tv_nsec;
}

enum err
crl_store_refresh(struct crl_store *store, struct problem *why)
{
	enum err err = OK;

	for (int i = 0; i < RELOADS; i++) {
		struct stat st = { 0 };
		char path[PATH_MAX];

		if (stat(path_of(store, CRL_MANIFEST, path), &st) != 0) {
			if (errno != ENOENT)
				return problem_errno(why, errno, "%s", path);
			st = (struct stat){ 0 };
		}
		if (store->rows && is_seen(store, &st))
			return OK;
		err = load(store, &st, why);
		if (err != ERR_NOT_FOUND)
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

/* Changing, by one process at a time */

static enum err
lock(const struct crl_store *store, int *fd, struct problem *why)
{
	char path[PATH_MAX];

	*fd = open(path_of(store, LOCK, path), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (*fd < 0)
		return problem_errno(why, errno, "%s", path);
	if (flock(*fd, LOCK_EX | LOCK_NB) == 0)
		return OK;
	close(*fd);
	return errno == EWOULDBLOCK ?
	    problem_set(why, ERR_UNAVAILABLE, "", "%s: another process takes a revocation list in", store->directory) :
	    problem_errno(why, errno, "%s", path);
}

static enum err
sync_directory(const struct crl_store *store, struct problem *why)
{
	int fd = open(store->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum err err = OK;

	if (fd < 0 || fsync(fd) != 0)
		err = problem_errno(why, errno, "cannot make the directory %s durable", store->directory);
	if (fd >= 0)
		close(fd);
	return err;
}

static enum err
write_manifest(const struct crl_store *store, const struct crl_manifest_line *lines, size_t count, struct problem *why)
{
	struct arena a = arena_init(2 * MANIFEST_LARGEST);
	char path[PATH_MAX], beside[PATH_MAX], name[CRL_FILE_NAME + 8];
	enum err err = OK;
	uint64_t number;
	int fd;

	random_bytes(&number, sizeof(number));
	snprintf(name, sizeof(name), ".new-%016" PRIx64, number);
	fd = open(path_of(store, name, beside), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (fd < 0) {
		err = problem_errno(why, errno, "cannot make %s", beside);
	} else {
		if (!file_write(fd, crl_manifest_write(&a, lines, count)) || fsync(fd) != 0 ||
		    rename(beside, path_of(store, CRL_MANIFEST, path)) != 0) {
			err = problem_errno(why, errno, "cannot write %s", beside);
			unlink(beside);
		}
		close(fd);
	}
	arena_release(&a);
	return err == OK ? sync_directory(store, why) : err;
}

/* Removes index files the manifest does not name, and what was never finished. Only who holds the lock may. */
static void
sweep(const struct crl_store *store)
{
	DIR *directory = opendir(store->directory);
	struct dirent *entry;
	char path[PATH_MAX];

	while (directory && (entry = readdir(directory))) {
		bool ours = crl_file_named(entry->d_name) || strncmp(entry->d_name, ".new-", 5) == 0;

		for (size_t i = 0; ours && i < store->count; i++)
			ours = strcmp(entry->d_name, store->rows[i].line.file) != 0;
		if (ours && strlen(entry->d_name) < CRL_FILE_NAME)
			unlink(path_of(store, entry->d_name, path));
	}
	if (directory)
		closedir(directory);
}

/* Taking a list in */

static enum err
check_times(const struct crl_list *list, struct instant now, struct problem *why)
{
	char text[INSTANT_TEXT];

	if (list->next_update.us == 0)
		return problem_set(why, ERR_INVALID, "RFC 5280 s5.1.2.5", "the list has no nextUpdate");
	if (now.us < list->this_update.us)
		return problem_set(why, ERR_INVALID, CLAUSE, "the list is not in force before %s",
		    instant_text(list->this_update, text));
	if (now.us > list->next_update.us)
		return problem_set(why, ERR_INVALID, CLAUSE, "the list was to be replaced by %s",
		    instant_text(list->next_update, text));
	return OK;
}

static enum err
check_kind(const struct crl_list *list, struct problem *why)
{
	if (list->unknown_critical.size)
		return problem_set(why, ERR_UNSUPPORTED, "RFC 5280 s5.2", "the list has a critical extension that is not known here");
	if (list->scope.only_attributes)
		return problem_set(why, ERR_UNSUPPORTED, "RFC 5280 s5.2.5", "the list is of attribute certificates");
	return OK;
}

/* One purpose and world after the other: their anchors never vouch together. */
static size_t
signers_in(const struct crl_store *store, const struct crl_list *list, const struct crl_taking *taking,
    enum jpki_purpose purpose, enum jpki_world world, struct arena *a, struct crl_signer *out)
{
	struct span anchors[JPKI_ANCHORS];
	struct crl_signers who = {
		.anchors = anchors, .others = taking->others, .other_count = taking->other_count, .at = taking->now,
	};

	if (world == JPKI_TEST && !store->trust->test)
		return 0;
	for (size_t i = 0; i < jpki_anchor_count(store->trust->anchors); i++) {
		const struct jpki_anchor *anchor = jpki_anchor_at(store->trust->anchors, i);

		if (anchor->purpose == purpose && anchor->world == world && taking->now.us >= anchor->certificate.not_before.us &&
		    taking->now.us <= anchor->certificate.not_after.us)
			anchors[who.anchor_count++] = anchor->certificate.der;
	}
	return who.anchor_count ? crl_signers_of(a, list, &who, out) : 0;
}

/* What is at hand, for the path of a signer who is no anchor. */
static bool
is_signer_good(const struct crl_store *store, const struct crl_signer *signer, struct instant now)
{
	struct crl_held *held = calloc(store->count + 1, sizeof(*held));
	struct revocation_answer answer;

	if (!held)
		abort();
	for (size_t i = 0; i < store->count; i++)
		held[i] = (struct crl_held){ store->rows[i].index, store->rows[i].line.anchor, store->rows[i].line.until };
	crl_path_status(held, store->count, signer->path, signer->length, &(struct crl_policy){ .grace = 0 }, now, &answer);
	free(held);
	return answer.status == REVOCATION_GOOD;
}

struct taken {
	struct crl_manifest_line line;
	struct crl_index *index;
};

/* The index file, under the name of whoever of them signed it. */
static enum err
make_file(const struct crl_store *store, const struct crl_taking *taking, struct span der, const struct crl_list *list,
    struct arena *a, struct taken *out, struct problem *why)
{
	struct crl_signer *signers = arena_array(a, struct crl_signer, CRL_SIGNERS);
	struct crl_import import = {
		.der = der, .key_count = 1, .switches = store->trust->profiles.switches, .progress = taking->progress,
		.arg = taking->arg,
	};
	enum err err = problem_set(why, ERR_DENIED, CLAUSE, "nobody we believe may have signed a list of %s",
	    x509_name_text(a, list->issuer));
	char path[PATH_MAX];

	crl_file_name(out->line.file);
	path_of(store, out->line.file, path);
	for (enum jpki_purpose purpose = JPKI_SIGNATURE; purpose <= JPKI_AUTHENTICATION; purpose++)
		for (enum jpki_world world = JPKI_PRODUCTION; world <= JPKI_TEST; world++) {
			size_t count = signers_in(store, list, taking, purpose, world, a, signers);

			for (size_t i = 0; i < count; i++) {
				const struct crl_signer *signer = &signers[i];

				if (!is_signer_good(store, signer, taking->now)) {
					err = problem_set(why, ERR_DENIED, CLAUSE,
					    "no list at hand says that the certificate of who signed the list still counts");
					continue;
				}
				import.keys = &signer->spki;
				err = crl_index_make(&import, path, why);
				if (err == ERR_CRYPTO)
					continue;
				if (err != OK)
					return err;
				digest(DIGEST_SHA256, signer->path[signer->length - 1], out->line.anchor);
				out->line.until = signer->until;
				return crl_index_open(path, &out->index, why);
			}
		}
	return err;
}

/* The row whose place it takes; store->count: it is the first. */
static size_t
row_before(const struct crl_store *store, const struct taken *taken)
{
	bool delta = crl_index_list(taken->index)->base_number.size;
	size_t i = 0;

	for (; i < store->count; i++)
		if (memcmp(store->rows[i].line.anchor, taken->line.anchor, sizeof(taken->line.anchor)) == 0 &&
		    (crl_index_list(store->rows[i].index)->base_number.size > 0) == delta &&
		    crl_scope_equal(store->rows[i].index, taken->index))
			break;
	return i;
}

static enum err
check_age(const struct crl_store *store, size_t before, const struct crl_list *list, struct arena *a,
    struct problem *why)
{
	const struct crl_list *old = before < store->count ? crl_index_list(store->rows[before].index) : NULL;
	char text[INSTANT_TEXT];

	if (!old || (crl_age_compare(list, old) > 0 && !instant_before(list->this_update, old->this_update)))
		return OK;
	return problem_set(why, ERR_CONFLICT, "RFC 5280 s5.2.3",
	    "the list is no newer than the one at hand, number %s of %s", crl_number_text(a, old->number),
	    instant_text(old->this_update, text));
}

static enum err
put_in_force(struct crl_store *store, const struct taken *taken, size_t before, struct problem *why)
{
	struct crl_manifest_line *lines = calloc(store->count + 1, sizeof(*lines));
	size_t count = store->count;
	enum err err;

	if (!lines)
		abort();
	for (size_t i = 0; i < count; i++)
		lines[i] = store->rows[i].line;
	lines[before] = taken->line;
	count += before == count;
	err = count > CRL_STORE_LISTS ?
	    problem_set(why, ERR_LIMIT, "", "expected at most %d lists in %s", CRL_STORE_LISTS, store->directory) :
	    write_manifest(store, lines, count, why);
	free(lines);
	return err == OK ? crl_store_refresh(store, why) : err;
}

static enum err
take_locked(struct crl_store *store, const struct crl_taking *taking, struct span der, const struct crl_list *list,
    struct arena *a, const char **text, struct problem *why)
{
	struct taken taken = { .index = NULL };
	size_t before;
	enum err err = crl_store_refresh(store, why);

	if (err == OK)
		err = make_file(store, taking, der, list, a, &taken, why);
	if (err == OK && crl_index_critical(taken.index))
		err = problem_set(why, ERR_UNSUPPORTED, "RFC 5280 s5.3",
		    "an entry of the list has a critical extension that is not known here");
	if (err == OK) {
		before = row_before(store, &taken);
		err = check_age(store, before, list, a, why);
		if (err == OK)
			err = put_in_force(store, &taken, before, why);
	}
	if (err == OK)
		*text = arena_print(a, "number %s of %s: %" PRIu64 " entries", crl_number_text(a, list->number),
		    crl_point_text(a, list), crl_index_count(taken.index));
	crl_index_close(taken.index);
	sweep(store);
	return err;
}

enum err
crl_store_take(struct crl_store *store, const struct crl_taking *taking, struct arena *a, const char **text,
    struct problem *why)
{
	struct span der = taking->der;
	struct crl_list list;
	enum err err = OK;
	int fd;

	if (crl_is_pem(der))
		err = crl_from_pem(taking->der, a, &der, why);
	if (err == OK)
		err = crl_list_read(der, &list, why);
	if (err == OK)
		err = check_kind(&list, why);
	if (err == OK)
		err = check_times(&list, taking->now, why);
	if (err == OK)
		err = lock(store, &fd, why);
	if (err != OK)
		return err;
	err = take_locked(store, taking, der, &list, a, text, why);
	close(fd);
	return err;
}

enum err
crl_store_erase(struct crl_store *store, struct problem *why)
{
	enum err err;
	int fd;

	err = lock(store, &fd, why);
	if (err != OK)
		return err;
	err = write_manifest(store, NULL, 0, why);
	if (err == OK)
		err = crl_store_refresh(store, why);
	if (err == OK) {
		sweep(store);
		err = sync_directory(store, why);
	}
	close(fd);
	return err;
}

/* Answering */

struct crl_source {
	struct revocation_source source; /* first: it is the whole */
	struct crl_store *store;
	struct crl_policy policy;
};

static bool
is_held(const struct crl_held *held, size_t count, const struct crl_index *index)
{
	for (size_t i = 0; i < count; i++)
		if (held[i].index == index)
			return true;
	return false;
}

static void
answer_now(struct revocation_source *source, const struct revocation_question *question, struct revocation_answer *out)
{
	const struct crl_source *own = (const struct crl_source *)source;
	const struct crl_store *store = own->store;
	const struct jpki_certificate *certificate = question->certificate;
	struct crl_place places[CANDIDATES];
	struct crl_held held[CANDIDATES];
	size_t count = 0, place_count;

	/* When that fails, what was at hand ends by itself. */
	crl_store_refresh(own->store, NULL);
	place_count = crl_places_of(&certificate->x509, places, COUNT(places));
	for (size_t p = 0; p < place_count && p < COUNT(places); p++) {
		uint64_t key = place_key(&places[p].issuer, places[p].named ? &places[p].name : NULL);

		for (size_t i = first_place(store, key); i < store->place_count && store->places[i].key == key; i++) {
			const struct row *row = &store->rows[store->places[i].row];

			if (count < COUNT(held) && !is_held(held, count, row->index))
				held[count++] = (struct crl_held){ row->index, row->line.anchor, row->line.until };
		}
	}
	crl_status(held, count, &(struct crl_question){
		.certificate = &certificate->x509, .anchor = certificate->issuer ? certificate->issuer->sha256 : NULL,
		.now = question->now,
	}, &own->policy, out);
	out->source = source->name;
}

static void
source_free(struct revocation_source *source)
{
	free(source);
}

struct revocation_source *
crl_source_new(struct crl_store *store, const char *name, const struct crl_policy *policy)
{
	struct crl_source *own = calloc(1, sizeof(*own));

	if (!own)
		abort();
	*own = (struct crl_source){
		.source = { .name = name, .kind = REVOCATION_BY_CRL, .answer = answer_now, .free = source_free },
		.store = store,
		.policy = *policy,
	};
	return &own->source;
}
