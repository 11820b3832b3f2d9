/* registry/list_file.c - a list as it is written. */
#include "registry/list_file.h"

#include <stdlib.h>

#include "codec/text.h"
#include "crypto/digest.h"

#define GROUP 3                     /* bytes that base64url writes as four letters */
#define PIECE (GROUP * 32 * KIB)

struct list_file {
	struct generation_file *file;
	struct digest_stream *stream;
	struct arena arena;         /* of one piece */
	uint8_t carried[GROUP];     /* of the payload, not yet a whole group */
	size_t carried_count;
};

enum err
list_file_open(struct loop *loop, const char *directory, struct span name, uint64_t generation, const char *extension,
    struct list_file **out, struct problem *why)
{
	struct list_file *f = calloc(1, sizeof(*f));

	if (!f)
		abort();
	f->arena = arena_init(4 * PIECE);
	f->stream = digest_stream_new(DIGEST_SHA256);
	if (generation_file_open(loop, directory, name, generation, extension, &f->file, why) != OK) {
		list_file_free(f);
		return why->code;
	}
	*out = f;
	return OK;
}

void
list_file_add(struct list_file *f, struct span bytes)
{
	digest_stream_add(f->stream, bytes);
	generation_file_add(f->file, bytes);
}

static void
add_letters(struct list_file *f, struct span bytes)
{
	list_file_add(f, base64url_write(&f->arena, bytes));
	arena_reset(&f->arena);
}

/* Whole groups: base64url of the pieces is then that of the whole. */
void
list_file_add_payload(struct list_file *f, struct span bytes)
{
	size_t whole;

	while (bytes.size && f->carried_count % GROUP) {
		f->carried[f->carried_count++] = bytes.data[0];
		bytes = span_skip(bytes, 1);
	}
	if (f->carried_count == GROUP) {
		add_letters(f, span_of(f->carried, GROUP));
		f->carried_count = 0;
	}
	for (; bytes.size >= GROUP; bytes = span_skip(bytes, whole)) {
		whole = bytes.size < PIECE ? bytes.size - bytes.size % GROUP : PIECE;
		add_letters(f, span_first(bytes, whole));
	}
	if (bytes.size) {
		memcpy(f->carried, bytes.data, bytes.size);
		f->carried_count = bytes.size;
	}
}

void
list_file_end_payload(struct list_file *f)
{
	add_letters(f, span_of(f->carried, f->carried_count));
	f->carried_count = 0;
}

void
list_file_close(struct list_file *f, uint8_t digest[32])
{
	digest_stream_end(f->stream, digest);
}

struct generation_file *
list_file_bytes(struct list_file *f)
{
	return f->file;
}

void
list_file_free(struct list_file *f)
{
	if (!f)
		return;
	generation_file_free(f->file);
	digest_stream_free(f->stream);
	arena_release(&f->arena);
	free(f);
}
