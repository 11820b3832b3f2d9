/* registry/generation_file.h - a document too large for the store as two immutable files: written as a stream, so that
 * memory does not grow with it, and its gzip twin compressed beside the loop.
 *
 *     open -> add … add -> [fill the room left] -> pack (a thread of its own) -> on_packed -> kept
 *
 * Both have temporary names until both are whole and durable; nobody looks for them before a row of the store names
 * them. The twin is one gzip member (browsers stop at the end of the first), compressed from mapped file to mapped
 * file: the pages belong to the files. The thread shares nothing with the loop but its result.
 */
#pragma once

#include "base/arena.h"
#include "base/problem.h"
#include "net/loop.h"
#include "registry/document.h"

struct generation_file;

/* `name` is the document's word, `extension` of the plain file: "xml". */
enum err generation_file_open(struct loop *, const char *directory, struct span name, uint64_t generation,
    const char *extension, struct generation_file **out, struct problem *why);

/* Pieces of any size. Failures are remembered and told by the functions that return one. */
void generation_file_add(struct generation_file *, struct span);
uint64_t generation_file_size(const struct generation_file *);

/* Writes over what stands at `at`: room left for what is known last. */
enum err generation_file_fill(struct generation_file *, uint64_t at, struct span, struct problem *why);

/* All that has been added, mapped; until the file is freed. */
enum err generation_file_map(struct generation_file *, struct span *out, struct problem *why);

/* Both are durable under their final names when this is called with OK. */
typedef void on_packed(void *arg, enum err, const struct problem *why);
void generation_file_pack(struct generation_file *, on_packed *, void *arg);

/* Names and sizes of what was packed; in the arena. */
void generation_file_describe(const struct generation_file *, struct arena *, struct published *);

/* What was not packed is removed, and nobody is called back any more: a thread under way is waited for. */
void generation_file_free(struct generation_file *);

/* The newest generation that files of ours in the directory tell of; 0: none does. A store put back from a copy knows
 * of fewer than were published. */
uint64_t generation_files_newest(const char *directory);

/* Removes every file of ours in the directory that is not in `names`. */
enum err generation_files_sweep(const char *directory, const struct span *names, size_t count, struct problem *why);
