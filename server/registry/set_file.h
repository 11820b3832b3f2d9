/* registry/set_file.h - writing an aggregate as a stream: memory does not grow with the federation.
 *
 *     open -> add … add -> close (digest known) -> sign -> finish -> two immutable files
 *
 * The signature stands near the front but depends on everything behind it. So the members are digested while they
 * are written to a working file; once signed, the front and a copy of them make the document. Its gzip twin is one
 * member (browsers stop at the end of the first), compressed from mapped file to mapped file: the pages belong to
 * the files.
 */
#pragma once

#include "registry/representation.h"

#define SET_FILE_NAME 96

struct set_file;

/* `name` is the set's word. */
enum err set_file_open(const char *directory, struct span name, uint64_t generation, const struct publish_settings *,
    struct arena *, struct instant now, struct set_file **out, struct problem *why);

/* Members, in the order they stand; failures are told by set_file_close(). */
void set_file_add(struct set_file *, struct span member);

/* After the last member: what is to be signed. `prefixes` beyond the context's, sorted. */
enum err set_file_close(struct set_file *, struct arena *, struct span prefixes, struct span *signed_info,
    struct problem *why);

/* Both files are durable under their final names when this returns OK. */
enum err set_file_finish(struct set_file *, struct arena *, struct libdeflate_compressor *, struct span signature,
    struct published *out, struct problem *why);

/* Removes what was not finished. */
void set_file_free(struct set_file *);

/* Removes every file of ours in the directory that is not in `names`. */
enum err set_files_sweep(const char *directory, const struct span *names, size_t count, struct problem *why);
