/* registry/set_file.h - an aggregate as it is written: a stream into a generation file.
 *
 *     open -> add … add -> close (digest known) -> sign -> finish -> generation_file_pack()
 *
 * The signature stands near the front but depends on everything behind it. Its size is known before, though: so room is
 * left for it, the members are digested while they are written, and the signature is filled in at the end.
 */
#pragma once

#include "registry/generation_file.h"
#include "registry/representation.h"

struct set_file;

/* `name` is the set's word; `prefixes` are those of its members beyond the context's, sorted. */
enum err set_file_open(struct loop *, struct arena *, const struct publish_settings *, struct span name,
    uint64_t generation, struct span prefixes, struct instant now, struct set_file **out, struct problem *why);

/* Members, in the order they stand. */
void set_file_add(struct set_file *, struct span member);

/* After the last member: what is to be signed. */
enum err set_file_close(struct set_file *, struct arena *, struct span *signed_info, struct problem *why);

/* Fills in the signature; header fields and times of the document go to `out`. */
enum err set_file_finish(struct set_file *, struct arena *, struct span signature, struct published *out,
    struct problem *why);

/* What is to be packed. */
struct generation_file *set_file_bytes(struct set_file *);

/* Removes what was not packed. */
void set_file_free(struct set_file *);
