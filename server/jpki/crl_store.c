/* jpki/crl_store.c - taking lists into a directory, and erasing them. */
#include "jpki/crl_store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/random.h"
#include "crypto/digest.h"
#include "crypto/new_file.h"
#include "jpki/crl_pem.h"
#include "jpki/crl_shelf.h"
#include "jpki/crl_signer.h"
#include "jpki/crl_text.h"

#define LOCK "lock"
#define PIECE (1 * MIB) /* of a file that is copied */
#define DIRECTORY_LONGEST (PATH_MAX - 64)
#define TAKING_LARGEST (4 * CRL_PEM_LARGEST)
#define LINES_ROOM (3 * MIB) /* of a manifest as it is written */
#define CLAUSE "RFC 5280 s6.3.3"

/* Changing, by one process at a time */

static enum err
lock(const char *directory, int *fd, struct problem *why)
{
	char path[PATH_MAX];

	if (strlen(directory) > DIRECTORY_LONGEST)
		return problem_set(why, ERR_LIMIT, "", "%s: the path is too long", directory);
	*fd = open(crl_shelf_path(directory, LOCK, path), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (*fd < 0)
		return problem_errno(why, errno, "%s", path);
	if (flock(*fd, LOCK_EX | LOCK_NB) == 0)
		return OK;
	close(*fd);
	return errno == EWOULDBLOCK ?
	    problem_set(why, ERR_UNAVAILABLE, "", "%s: another process takes a revocation list in", directory) :
	    problem_errno(why, errno, "%s", path);
}

static enum err
sync_directory(const char *directory, struct problem *why)
{
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum err err = OK;

	if (fd < 0 || fsync(fd) != 0)
		err = problem_errno(why, errno, "cannot make the directory %s durable", directory);
	if (fd >= 0)
		close(fd);
	return err;
}

static enum err
write_manifest(const char *directory, const struct crl_manifest_line *lines, size_t count, struct problem *why)
{
	struct arena a = arena_init(2 * LINES_ROOM);
	char path[PATH_MAX], beside[PATH_MAX], name[CRL_FILE_NAME + 8];
	enum err err = OK;
	uint64_t number;
	int fd;

	random_bytes(&number, sizeof(number));
	snprintf(name, sizeof(name), ".new-%016" PRIx64, number);
	fd = open(crl_shelf_path(directory, name, beside), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (fd < 0) {
		err = problem_errno(why, errno, "cannot make %s", beside);
	} else {
		if (!file_write(fd, crl_manifest_write(&a, lines, count)) || fsync(fd) != 0 ||
		    rename(beside, crl_shelf_path(directory, CRL_MANIFEST, path)) != 0) {
			err = problem_errno(why, errno, "cannot write %s", beside);
			unlink(beside);
		}
		close(fd);
	}
	arena_release(&a);
	return err == OK ? sync_directory(directory, why) : err;
}

static bool
is_named(const struct crl_manifest_line *lines, size_t count, const char *file)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(file, lines[i].file) == 0)
			return true;
	return false;
}

/* Removes index files that the manifest on disk does not name, and what was never finished. Only who holds the lock
 * may, and only when that manifest is durable: the one before would name what is gone. */
static void
sweep(const char *path)
{
	struct crl_manifest_line *lines = calloc(CRL_STORE_LISTS, sizeof(*lines));
	size_t count = 0;
	struct dirent *entry;
	struct problem why;
	char file[PATH_MAX];
	DIR *directory;
	enum err err;

	if (!lines)
		abort();
	err = crl_shelf_manifest(path, lines, &count, &why);
	directory = err == OK || err == ERR_NOT_FOUND ? opendir(path) : NULL;

	while (directory && (entry = readdir(directory))) {
		bool ours = crl_file_named(entry->d_name) || strncmp(entry->d_name, ".new-", 5) == 0;

		if (ours && strlen(entry->d_name) < CRL_FILE_NAME && !is_named(lines, count, entry->d_name))
			unlink(crl_shelf_path(path, entry->d_name, file));
	}
	if (directory)
		closedir(directory);
	free(lines);
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
		return problem_set(
		    why, ERR_UNSUPPORTED, "RFC 5280 s5.2", "the list has a critical extension that is not known here");
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
		.anchors = anchors, .others = store->trust->list_signers,
		.other_count = store->trust->list_signer_count, .at = taking->now,
	};

	if (world == JPKI_TEST && !store->trust->test)
		return 0;
	for (size_t i = 0; i < jpki_anchor_count(store->trust->anchors); i++) {
		const struct jpki_anchor *anchor = jpki_anchor_at(store->trust->anchors, i);

		if (anchor->purpose == purpose && anchor->world == world &&
		    taking->now.us >= anchor->certificate.not_before.us &&
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
		held[i] = crl_shelf_held(&store->rows[i]);
	crl_path_status(
	    held, store->count, signer->path, signer->length, &(struct crl_policy){ .grace = 0 }, now, &answer);
	free(held);
	return answer.status == REVOCATION_GOOD;
}

struct taken {
	struct crl_manifest_line line;
	struct crl_index *index;
};

/* The index file, when that is who signed it; ERR_CRYPTO: it is not. */
static enum err
make_signed_by(const struct crl_store *store, const struct crl_taking *taking, struct span der,
    const struct crl_list *list, const struct crl_signer *signer, struct taken *out, struct problem *why)
{
	struct crl_import import = {
		.der = der, .keys = &signer->spki, .key_count = 1, .switches = store->trust->profiles.switches,
		.progress = taking->progress, .arg = taking->arg,
	};
	char path[PATH_MAX];
	enum err err;

	if (!crl_signer_is_of(list, signer))
		return problem_set(why, ERR_DENIED, CLAUSE,
		    "who may have signed the list was certified by another authority than the one it is of");
	if (!is_signer_good(store, signer, taking->now))
		return problem_set(why, ERR_DENIED, CLAUSE,
		    "no list at hand says that the certificate of who signed the list still counts");
	crl_file_name(out->line.file);
	err = crl_index_make(&import, crl_shelf_path(store->directory, out->line.file, path), why);
	if (err != OK)
		return err;
	digest(DIGEST_SHA256, signer->path[signer->length - 1], out->line.anchor);
	out->line.until = signer->until;
	err = crl_index_open(path, &out->index, why);
	if (err != OK)
		return err;
	out->line.this_update = crl_index_list(out->index)->this_update;
	crl_scope_key(out->index, out->line.scope);
	return OK;
}

/* Several may bear the name and the key identifier; only one of them made the signature. */
static enum err
make_file(const struct crl_store *store, const struct crl_taking *taking, struct span der,
    const struct crl_list *list, struct arena *a, struct taken *out, struct problem *why)
{
	static const struct {
		enum jpki_purpose purpose;
		enum jpki_world world;
	} groups[] = {
		{ JPKI_SIGNATURE, JPKI_PRODUCTION },
		{ JPKI_AUTHENTICATION, JPKI_PRODUCTION },
		{ JPKI_SIGNATURE, JPKI_TEST },
		{ JPKI_AUTHENTICATION, JPKI_TEST },
	};
	struct crl_signer *signers = arena_array(a, struct crl_signer, CRL_SIGNERS);
	enum err err = problem_set(why, ERR_DENIED, CLAUSE, "nobody we believe may have signed a list of %s",
	    x509_name_text(a, list->issuer));

	for (size_t g = 0; g < COUNT(groups); g++) {
		size_t count = signers_in(store, list, taking, groups[g].purpose, groups[g].world, a, signers);

		for (size_t i = 0; i < count; i++) {
			err = make_signed_by(store, taking, der, list, &signers[i], out, why);
			if (err != ERR_CRYPTO && err != ERR_DENIED)
				return err;
		}
	}
	return err;
}

/* Whose place it takes. */
struct before {
	const struct crl_shelf_row *row;       /* NULL: none that can be read */
	const struct crl_shelf_damage *damage; /* NULL: none that cannot */
};

static bool
is_same_place(const struct crl_manifest_line *a, const struct crl_manifest_line *b)
{
	return memcmp(a->anchor, b->anchor, sizeof(a->anchor)) == 0 &&
	    memcmp(a->scope, b->scope, sizeof(a->scope)) == 0;
}

static struct before
find_before(const struct crl_store *store, const struct taken *taken)
{
	struct before before = { .row = NULL };

	for (size_t i = 0; i < store->count; i++)
		if (is_same_place(&store->rows[i].line, &taken->line))
			before.row = &store->rows[i];
	for (size_t i = 0; i < store->damage_count; i++)
		if (is_same_place(&store->damages[i].line, &taken->line))
			before.damage = &store->damages[i];
	return before;
}

/* The same again is taken where what there is of it is damaged; reading all of that is worth it only then. */
static enum err
check_age(const struct before *before, const struct crl_list *list, struct arena *a, struct problem *why)
{
	const struct crl_list *old = before->row ? crl_index_list(before->row->index) : NULL;
	char text[INSTANT_TEXT];
	int age;

	if (before->damage && instant_before(list->this_update, before->damage->line.this_update))
		return problem_set(why, ERR_CONFLICT, "RFC 5280 s5.2.3",
		    "the list is older than the one at hand, which is damaged, of %s",
		    instant_text(before->damage->line.this_update, text));
	if (!old)
		return OK;
	age = crl_age_compare(list, old);
	if (age >= 0 && !instant_before(list->this_update, old->this_update) &&
	    (age > 0 || !crl_index_sound(before->row->index)))
		return OK;
	return problem_set(why, ERR_CONFLICT, "RFC 5280 s5.2.3",
	    "the list is no newer than the one at hand, number %s of %s", crl_number_text(a, old->number),
	    instant_text(old->this_update, text));
}

/* All that the manifest names stays, but for what stood in this place: also what is damaged, for what is missing is to
 * be told, and what is of anchors that are not believed here, for somebody else's may be. */
static enum err
put_in_force(struct crl_store *store, const struct taken *taken, struct problem *why)
{
	struct crl_manifest_line *lines = calloc(CRL_STORE_LISTS + 1, sizeof(*lines));
	size_t named, count = 0;
	enum err err;

	if (!lines)
		abort();
	err = crl_shelf_manifest(store->directory, lines, &named, why);
	if (err == ERR_NOT_FOUND)
		err = OK;
	for (size_t i = 0; i < named; i++)
		if (!is_same_place(&lines[i], &taken->line))
			lines[count++] = lines[i];
	lines[count++] = taken->line;
	if (err == OK)
		err = count > CRL_STORE_LISTS ?
		    problem_set(why, ERR_LIMIT, "", "expected at most %d lists in %s", CRL_STORE_LISTS,
		    store->directory) :
		    write_manifest(store->directory, lines, count, why);
	free(lines);
	return err == OK ? crl_store_refresh(store, why) : err;
}

static enum err
take_locked(struct crl_store *store, const struct crl_taking *taking, struct span der, const struct crl_list *list,
    struct arena *a, const char **text, struct problem *why)
{
	struct taken taken = { .index = NULL };
	bool written = false;
	struct before before;
	enum err err = crl_store_refresh(store, why);

	if (err == OK)
		err = make_file(store, taking, der, list, a, &taken, why);
	if (err == OK && crl_index_critical(taken.index))
		err = problem_set(why, ERR_UNSUPPORTED, "RFC 5280 s5.3",
		    "an entry of the list has a critical extension that is not known here");
	if (err == OK) {
		before = find_before(store, &taken);
		err = check_age(&before, list, a, why);
	}
	if (err == OK) {
		written = true;
		err = put_in_force(store, &taken, why);
	}
	if (err == OK)
		*text = arena_print(a, "number %s of %s: %" PRIu64 " entries", crl_number_text(a, list->number),
		    crl_point_text(a, list), crl_index_count(taken.index));
	crl_index_close(taken.index);
	/* When the manifest may have been renamed and is not known to last, what the old one and the new one name
	 * stays: the next that comes in sweeps. */
	if (err == OK || !written)
		sweep(store->directory);
	return err;
}

static enum err
take_bytes(struct crl_store *store, const struct crl_taking *taking, struct arena *a, const char **text,
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
	if (taking->times)
		*taking->times = err == OK ? (struct crl_times){ list.this_update, list.next_update } :
		                             (struct crl_times){ 0 };
	if (err == OK)
		err = check_kind(&list, why);
	if (err == OK)
		err = check_times(&list, taking->now, why);
	if (err == OK)
		err = lock(store->directory, &fd, why);
	if (err != OK)
		return err;
	err = take_locked(store, taking, der, &list, a, text, why);
	close(fd);
	return err;
}

/* Text that is a list, and the paths of those who may have signed it, are of no use to the caller. */
enum err
crl_store_take(struct crl_store *store, const struct crl_taking *taking, struct arena *a, const char **text,
    struct problem *why)
{
	struct arena own = arena_init(TAKING_LARGEST);
	const char *said;
	enum err err = take_bytes(store, taking, &own, &said, why);

	if (err == OK)
		*text = arena_text(a, span_text(said));
	arena_release(&own);
	return err;
}

/* Taking a file in */

/* A file without a name: it is gone with who has it open. */
static enum err
open_nameless(const char *directory, int *fd, struct problem *why)
{
	char path[PATH_MAX], name[CRL_FILE_NAME + 8];
	uint64_t number;

	random_bytes(&number, sizeof(number));
	snprintf(name, sizeof(name), ".new-%016" PRIx64, number);
	*fd = open(crl_shelf_path(directory, name, path), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (*fd < 0)
		return problem_errno(why, errno, "cannot make %s", path);
	unlink(path);
	return OK;
}

static enum err
copy_bytes(int from, int to, size_t size, const char *path, const struct crl_taking *taking, struct problem *why)
{
	uint8_t *piece = malloc(PIECE);
	enum err err = OK;

	if (!piece)
		abort();
	for (size_t done = 0; done < size && err == OK;) {
		ssize_t found = read(from, piece, size - done < PIECE ? size - done : PIECE);

		if (found < 0 && errno == EINTR)
			continue;
		if (found < 0)
			err = problem_errno(why, errno, "%s", path);
		else if (found == 0)
			err = problem_set(why, ERR_UNAVAILABLE, "", "%s became shorter while it was read", path);
		else if (!file_write(to, span_of(piece, (size_t)found)))
			err = problem_errno(why, errno, "cannot copy %s", path);
		done += found > 0 ? (size_t)found : 0;
		if (err == OK && taking->progress && !taking->progress(taking->arg, 0, size))
			err = problem_set(why, ERR_UNAVAILABLE, "", "stopped");
	}
	free(piece);
	return err;
}

static enum err
take_copy(struct crl_store *store, int copy, size_t size, const char *path, const struct crl_taking *taking,
    struct arena *a, const char **text, struct problem *why)
{
	void *map = mmap(NULL, size, PROT_READ, MAP_PRIVATE, copy, 0);
	struct crl_taking mapped = *taking;
	enum err err;

	if (map == MAP_FAILED)
		return problem_errno(why, errno, "%s cannot be mapped", path);
	mapped.der = span_of(map, size);
	err = crl_store_take(store, &mapped, a, text, why);
	munmap(map, size);
	return err;
}

enum err
crl_store_take_file(struct crl_store *store, const char *path, const struct crl_taking *taking, struct arena *a,
    const char **text, struct problem *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY), copy = -1;
	struct stat found;
	size_t size = 0;
	enum err err = OK;

	if (fd < 0)
		return problem_errno(why, errno, "%s", path);
	if (fstat(fd, &found) != 0)
		err = problem_errno(why, errno, "%s", path);
	else if (!S_ISREG(found.st_mode) || found.st_size == 0 || (uint64_t)found.st_size > CRL_LARGEST)
		err = problem_set(why, ERR_INVALID, "", "%s: expected a file of 1 to %zu bytes", path, CRL_LARGEST);
	else
		size = (size_t)found.st_size;
	if (err == OK)
		err = open_nameless(store->directory, &copy, why);
	if (err == OK)
		err = copy_bytes(fd, copy, size, path, taking, why);
	if (err == OK)
		err = take_copy(store, copy, size, path, taking, a, text, why);
	if (copy >= 0)
		close(copy);
	close(fd);
	return err;
}

enum err
crl_store_erase(const char *directory, struct problem *why)
{
	enum err err;
	int fd;

	err = lock(directory, &fd, why);
	if (err != OK)
		return err;
	err = write_manifest(directory, NULL, 0, why);
	if (err == OK) {
		sweep(directory);
		err = sync_directory(directory, why);
	}
	close(fd);
	return err;
}
