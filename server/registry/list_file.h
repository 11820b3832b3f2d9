/* registry/list_file.h - a list as it is written: a stream into a generation file, and its digest.
 *
 *     open -> add … add -> [add_payload … end_payload -> sign -> add] -> close -> generation_file_pack()
 *
 * A signed list (compact JWS) is written as its own signing input, the payload base64url as it comes.
 */
#pragma once

#include "registry/generation_file.h"

struct list_file;

/* As generation_file_open(). */
enum err list_file_open(struct loop *, const char *directory, struct span name, uint64_t generation,
    const char *extension, struct list_file **out, struct problem *why);

void list_file_add(struct list_file *, struct span);
/* The same in base64url: pieces of any size, which together are one payload. */
void list_file_add_payload(struct list_file *, struct span);
void list_file_end_payload(struct list_file *);

/* After the last piece: the digest of all there is. */
void list_file_close(struct list_file *, uint8_t digest[32]);

/* What is to be signed, and to be packed. */
struct generation_file *list_file_bytes(struct list_file *);

/* Removes what was not packed. */
void list_file_free(struct list_file *);
