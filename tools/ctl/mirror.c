/* tools/ctl/mirror.c - what is published, as files.
 *
 *     check the target -> DIR.new-… beside it -> one state of the store, document by document -> in DIR's place
 */
#include "ctl/mirror.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/random.h"
#include "base/record.h"
#include "codec/text.h"
#include "crypto/new_file.h"
#include "ctl/command.h"
#include "daemon/tables.h"
#include "registry/document.h"
#include "store/reader.h"

#define LOOKS 3           /* the files of a generation are swept two generations later: then look again */
#define ROWS_AT_ONCE 64
#define STEP_LARGEST (4 * GIB)
#define HEADERS "headers.json"
#define HEADERS_BEGIN "{\"watashi\":\"mirror\","
#define TWIN ".gz"
#define PIECE (256 * KIB)

static const char *const folders[] = { "entities", "metadata", "v1" };

struct mirror {
	const struct config *config;
	char fresh[PATH_MAX];        /* the new directory */
	int to, from;                /* it, and the generations' */
	table_list tables;
	struct map_reader *reader;
	struct arena arena;          /* of some rows */
	struct publication publication;
	struct buffer headers;       /* waits to be written */
	int headers_fd;
	bool swept;                  /* a file of the generation is gone */
	struct mirror_report report;
};

/* The target */

static bool
is_mirror(const char *directory)
{
	char path[PATH_MAX], found[sizeof(HEADERS_BEGIN)];
	ssize_t size = 0;
	int fd = -1;

	if (snprintf(path, sizeof(path), "%s/" HEADERS, directory) < (int)sizeof(path))
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd >= 0) {
		size = read(fd, found, sizeof(found) - 1);
		close(fd);
	}
	return size == (ssize_t)sizeof(found) - 1 && memcmp(found, HEADERS_BEGIN, (size_t)size) == 0;
}

/* What a mirror replaces is removed: only what nobody can miss. */
static enum err
check_target(const char *directory, struct problem *why)
{
	const struct dirent *entry;
	bool empty = true;
	DIR *dir = opendir(directory);

	if (!dir)
		return errno == ENOENT ? OK : problem_errno(why, errno, "%s", directory);
	while ((entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			empty = false;
	closedir(dir);
	if (empty || is_mirror(directory))
		return OK;
	return problem_set(why, ERR_CONFLICT, "",
	    "%s: expected a new directory, an empty one, or a mirror made before; found one with other files",
	    directory);
}

static enum err
make_fresh(struct mirror *m, const char *directory, struct problem *why)
{
	uint64_t random;

	random_bytes(&random, sizeof(random));
	if (snprintf(m->fresh, sizeof(m->fresh), "%s.new-%016" PRIx64, directory, random) >= (int)sizeof(m->fresh))
		return problem_set(why, ERR_LIMIT, "", "%s: the path is longer than %d bytes", directory, PATH_MAX);
	if (mkdir(m->fresh, 0755))
		return problem_errno(why, errno, "%s", m->fresh);
	m->to = open(m->fresh, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (m->to < 0)
		return problem_errno(why, errno, "%s", m->fresh);
	for (size_t i = 0; i < COUNT(folders); i++)
		if (mkdirat(m->to, folders[i], 0755))
			return problem_errno(why, errno, "%s/%s", m->fresh, folders[i]);
	m->headers_fd = openat(m->to, HEADERS, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	return m->headers_fd < 0 ? problem_errno(why, errno, "%s/" HEADERS, m->fresh) : OK;
}

/* One representation */

static enum err
flush_headers(struct mirror *m, struct problem *why)
{
	bool written = file_write(m->headers_fd, buffer_span(&m->headers));

	buffer_clear(&m->headers);
	return written ? OK : problem_errno(why, errno, "%s/" HEADERS, m->fresh);
}

/* `fields` are "Name: value" lines, each ended by CRLF. */
static enum err
add_headers(struct mirror *m, const char *path, struct span fields, struct problem *why)
{
	struct buffer *b = &m->headers;

	buffer_text(b, m->report.files ? ",\n" : "\n");
	json_write_string(b, span_text(path));
	buffer_text(b, ":{");
	for (bool first = true; fields.size; first = false) {
		struct span line = span_cut(&fields, '\n');
		struct span name = span_cut(&line, ':');

		buffer_text(b, first ? "" : ",");
		json_write_string(b, name);
		buffer_byte(b, ':');
		json_write_string(b, span_trim(span_first(line, line.size ? line.size - 1 : 0)));
	}
	buffer_byte(b, '}');
	m->report.files++;
	return buffer_span(b).size > PIECE ? flush_headers(m, why) : OK;
}

static enum err
copy_file(struct mirror *m, struct span name, int to, const char *path, struct problem *why)
{
	const char *text = arena_text(&m->arena, name);
	uint8_t *piece = arena_take(&m->arena, PIECE);
	enum err err = OK;
	ssize_t got = 0;
	int fd = openat(m->from, text, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0) {
		m->swept = errno == ENOENT;
		return problem_errno(why, errno, "%s/%s", m->config->generations, text);
	}
	while (err == OK && (got = read(fd, piece, PIECE)) > 0)
		if (!file_write(to, span_of(piece, (size_t)got)))
			err = problem_errno(why, errno, "%s/%s", m->fresh, path);
	if (got < 0)
		err = problem_errno(why, errno, "%s/%s", m->config->generations, text);
	close(fd);
	return err;
}

static enum err
write_representation(struct mirror *m, const char *path, const struct representation *r, struct problem *why)
{
	enum err err = OK;
	struct stat st;
	int fd = openat(m->to, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

	if (fd < 0)
		return problem_errno(why, errno, "%s/%s", m->fresh, path);
	if (r->file.size)
		err = copy_file(m, r->file, fd, path, why);
	else if (!file_write(fd, r->body))
		err = problem_errno(why, errno, "%s/%s", m->fresh, path);
	if (err == OK && (fstat(fd, &st) || (uint64_t)st.st_size != r->size))
		err = problem_set(why, ERR_INVALID, "", "%s/%s: expected %llu bytes of the publication, found others",
		    m->fresh, path, (unsigned long long)r->size);
	close(fd);
	m->report.bytes += r->size;
	return err == OK ? add_headers(m, path, r->fields, why) : err;
}

/* One document */

static enum err
write_document(struct mirror *m, const char *path, const struct published *d, struct problem *why)
{
	const char *twin = arena_print(&m->arena, "%s" TWIN, path);

	if (write_representation(m, path, &d->plain, why) != OK)
		return why->code;
	return d->gzip.size ? write_representation(m, twin, &d->gzip, why) : OK;
}

/* The same file under another name. */
static enum err
link_document(struct mirror *m, const char *path, const char *name, const struct published *d, struct problem *why)
{
	const char *const ends[] = { "", TWIN };
	const struct representation *const representations[] = { &d->plain, &d->gzip };

	for (size_t i = 0; i < COUNT(ends); i++) {
		const char *from = arena_print(&m->arena, "%s%s", path, ends[i]);
		const char *to = arena_print(&m->arena, "%s%s", name, ends[i]);

		if (representations[i]->size == 0)
			continue;
		if (linkat(m->to, from, m->to, to, 0))
			return problem_errno(why, errno, "%s/%s", m->fresh, to);
		if (add_headers(m, to, representations[i]->fields, why) != OK)
			return why->code;
	}
	return OK;
}

/* Whether a file can have that name, which is no other file's: x.gz is the twin of x, be that there or not. */
static bool
is_own_name(struct span name)
{
	const size_t end = strlen(TWIN);

	return name.size + end <= NAME_MAX && !(name.size >= end && span_is(span_skip(name, name.size - end), TWIN));
}

static enum err
write_entity(struct mirror *m, struct span key, const struct published *d, struct problem *why)
{
	const char *path = arena_print(&m->arena, "entities/%%7Bsha1%%7D%s", hex_write(&m->arena, key));
	struct span name = percent_write(&m->arena, d->entity_id);

	if (write_document(m, path, d, why) != OK)
		return why->code;
	if (!is_own_name(name)) {
		m->report.unnamed++;
		return OK;
	}
	return link_document(m, path, arena_print(&m->arena, "entities/%.*s", SPAN_ARGS(name)), d, why);
}

static enum err
write_named(struct mirror *m, struct span name, const struct published *d, struct problem *why)
{
	for (size_t i = 0; i < DOCUMENT_PLACES; i++)
		if (span_is(name, document_places[i].name))
			return write_document(m, document_places[i].path, d, why);
	return name.size == sizeof(struct entity_key) ? write_entity(m, name, d, why) : OK;
}

/* All documents */

static enum err
read_publication(struct mirror *m, struct problem *why)
{
	struct ask ask = publication_ask();
	char published[INSTANT_TEXT];
	bool broken;

	if (map_reader_answer(m->reader, &m->arena, &ask, 1, clock_now(), why) != OK)
		return why->code;
	if (!publication_found(&ask, &m->publication, &broken))
		return broken ? problem_set(why, ERR_SYNTAX, "", "the publication in force is not of our form") :
		    problem_set(why, ERR_NOT_FOUND, "", "nothing has been published yet");
	m->report.generation = m->publication.generation;
	buffer_print(&m->headers, HEADERS_BEGIN "\"generation\":%llu,\"published\":\"%s\",\"paths\":{",
	    (unsigned long long)m->publication.generation, instant_text(m->publication.published, published));
	return OK;
}

/* The rows of one name stand together, the oldest first; in force is the newest that is not newer than the
 * publication. */
static bool
is_in_force(const struct mirror *m, const struct row *row, const struct row *next)
{
	struct record generation = record_of(span_skip(row->key, row->key.size - 8));
	bool follows = next && next->key.size == row->key.size &&
	    memcmp(next->key.data, row->key.data, row->key.size - 8) == 0;

	if (record_u64(&generation) > m->publication.generation)
		return false;
	generation = record_of(follows ? span_skip(next->key, next->key.size - 8) : (struct span){ 0 });
	return !follows || record_u64(&generation) > m->publication.generation;
}

static enum err
write_row(struct mirror *m, const struct row *row, const struct row *next, struct problem *why)
{
	struct published document;

	if (row->key.size <= 8 || !is_in_force(m, row, next))
		return OK;
	if (!published_read(row->value, &document))
		return problem_set(why, ERR_SYNTAX, "", "a row of document is not of our form");
	return document.gone ? OK : write_named(m, span_first(row->key, row->key.size - 8), &document, why);
}

/* The last row of each answer is the first of the next, for it is judged by what follows it. */
static enum err
write_documents(struct mirror *m, struct problem *why)
{
	struct ask ask = { .table = &document_table, .limit = ROWS_AT_ONCE };
	uint8_t from[KEY_LARGEST];
	bool more = true;

	while (more) {
		arena_reset(&m->arena);
		if (map_reader_answer(m->reader, &m->arena, &ask, 1, clock_now(), why) != OK)
			return why->code;
		more = ask.more;
		for (size_t i = 0; i + more < ask.count; i++)
			if (write_row(m, &ask.rows[i], i + 1 < ask.count ? &ask.rows[i + 1] : NULL, why) != OK)
				return why->code;
		if (more) {
			struct span last = ask.rows[ask.count - 1].key;

			memcpy(from, last.data, last.size);
			ask.from = span_of(from, last.size);
		}
		progress_show("writing files", m->report.files, 4ULL * m->publication.entities);
	}
	buffer_text(&m->headers, "\n}}\n");
	return flush_headers(m, why);
}

static enum err
write_all(struct mirror *m, struct problem *why)
{
	enum err err;

	m->from = open(m->config->generations, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (m->from < 0)
		return problem_errno(why, errno, "%s", m->config->generations);
	m->tables = tables_with(NULL);
	if (map_reader_open(m->config->store.directory, m->tables, &m->reader, why) != OK ||
	    map_reader_begin(m->reader, why) != OK)
		return why->code;
	err = read_publication(m, why);
	if (err == OK)
		err = write_documents(m, why);
	map_reader_end(m->reader);
	/* A power failure must not leave empty files behind a name that says they are a mirror. */
	if (err == OK && syncfs(m->to))
		err = problem_errno(why, errno, "%s", m->fresh);
	return err;
}

/* In its place */

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *walk)
{
	(void)st;
	(void)kind;
	(void)walk;
	return remove(path);
}

static void
remove_tree(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* Whoever reads from it finds one mirror or the other, whole. What was there is then under the new one's name. */
static enum err
take_place(struct mirror *m, const char *directory, struct problem *why)
{
	if (rename(m->fresh, directory) == 0)
		return OK;
	if (errno != ENOTEMPTY && errno != EEXIST)
		return problem_errno(why, errno, "%s", directory);
	if (renameat2(AT_FDCWD, m->fresh, AT_FDCWD, directory, RENAME_EXCHANGE))
		return problem_errno(why, errno, "%s cannot change places with %s", m->fresh, directory);
	remove_tree(m->fresh);
	return OK;
}

static void
mirror_release(struct mirror *m)
{
	const int fds[] = { m->to, m->from, m->headers_fd };

	for (size_t i = 0; i < COUNT(fds); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	map_reader_free(m->reader);
	free((void *)(uintptr_t)m->tables);
	arena_release(&m->arena);
	buffer_release(&m->headers);
}

enum err
mirror_write(const struct config *config, const char *directory, struct mirror_report *report, struct problem *why)
{
	char target[PATH_MAX];
	bool again = true;
	enum err err = OK;

	/* "mirror/" is "mirror": what stands beside it is not to be within it. */
	if (snprintf(target, sizeof(target), "%s", directory) >= (int)sizeof(target))
		return problem_set(why, ERR_LIMIT, "", "%s: the path is longer than %d bytes", directory, PATH_MAX);
	for (size_t n = strlen(target); n > 1 && target[n - 1] == '/'; n--)
		target[n - 1] = '\0';
	if (check_target(target, why) != OK)
		return why->code;
	for (int looks = 0; looks < LOOKS && again; looks++) {
		struct mirror m = { .config = config, .to = -1, .from = -1, .headers_fd = -1,
			.arena = arena_init(STEP_LARGEST), .headers = buffer_init(PIECE + 64 * KIB) };

		err = make_fresh(&m, target, why);
		if (err == OK)
			err = write_all(&m, why);
		if (err == OK)
			err = take_place(&m, target, why);
		if (err != OK && m.fresh[0])
			remove_tree(m.fresh);
		again = m.swept;
		*report = m.report;
		mirror_release(&m);
	}
	progress_end();
	return err;
}
