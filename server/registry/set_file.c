/* registry/set_file.c - an aggregate as it is written. */
#include "registry/set_file.h"

#include <stdlib.h>

#include "crypto/digest.h"

struct set_file {
	const struct publish_settings *settings;
	struct span prefixes;
	struct assembly assembly;
	struct digest_stream *stream;
	struct generation_file *file;
	uint64_t room_at;                /* where the signature goes */
	size_t room;
};

/* Of a signature value: key_sign() makes no other. */
static const size_t signature_sizes[] = {
	[KEY_RSA_2048] = 256, [KEY_RSA_3072] = 384, [KEY_RSA_4096] = 512, [KEY_P256] = 64, [KEY_P384] = 96,
};

/* The element with a digest and a value of zeros: as long as the one to come. */
static enum err
leave_room(struct set_file *f, struct arena *arena, struct problem *why)
{
	static const uint8_t zeros[512];
	struct assembly a = f->assembly;
	struct span element;

	if (assembly_close(arena, f->settings, &a, f->prefixes, zeros, why) != OK)
		return why->code;
	element = signature_element(&a.info, span_of(zeros, signature_sizes[f->settings->key_type]),
	    f->settings->certificate, arena);
	f->room_at = generation_file_size(f->file);
	f->room = element.size;
	generation_file_add(f->file, element);
	return OK;
}

enum err
set_file_open(struct loop *loop, struct arena *arena, const struct publish_settings *settings, struct span name,
    uint64_t generation, struct span prefixes, struct instant now, struct set_file **out, struct problem *why)
{
	struct set_file *f = calloc(1, sizeof(*f));

	if (!f)
		abort();
	*f = (struct set_file){ .settings = settings, .prefixes = prefixes };
	f->stream = digest_stream_new(DIGEST_SHA256);
	assemble_set(arena, settings, now, &f->assembly);
	if (generation_file_open(loop, settings->directory, name, generation, "xml", &f->file, why) == OK) {
		generation_file_add(f->file, span_text(XML_DECLARATION));
		generation_file_add(f->file, f->assembly.head);
		digest_stream_add(f->stream, f->assembly.head);
	}
	if (!f->file || leave_room(f, arena, why) != OK) {
		set_file_free(f);
		return why->code;
	}
	set_file_add(f, f->assembly.content);
	*out = f;
	return OK;
}

void
set_file_add(struct set_file *f, struct span member)
{
	digest_stream_add(f->stream, member);
	generation_file_add(f->file, member);
}

enum err
set_file_close(struct set_file *f, struct arena *arena, struct span *signed_info, struct problem *why)
{
	uint8_t sum[32];

	digest_stream_add(f->stream, span_of(SET_END, SET_END_SIZE));
	digest_stream_end(f->stream, sum);
	generation_file_add(f->file, span_text(SET_END));
	if (assembly_close(arena, f->settings, &f->assembly, f->prefixes, sum, why) != OK)
		return why->code;
	*signed_info = f->assembly.signed_info;
	return OK;
}

enum err
set_file_finish(struct set_file *f, struct arena *arena, struct span signature, struct published *out,
    struct problem *why)
{
	struct span element = signature_element(&f->assembly.info, signature, f->settings->certificate, arena);
	struct content_tag tag = content_tag_of(&f->assembly, signature);

	if (element.size != f->room)
		return problem_set(why, ERR_CRYPTO, "XML Signature s6.4",
		    "the signature has %zu bytes; expected %zu of a key of type %s", signature.size,
		    signature_sizes[f->settings->key_type], key_type_name(f->settings->key_type));
	*out = (struct published){ .modified = f->assembly.modified, .valid_until = f->assembly.valid_until };
	representations_describe(arena, MEDIA_METADATA, f->settings->cache_for, &tag, out);
	return generation_file_fill(f->file, f->room_at, element, why);
}

struct generation_file *
set_file_bytes(struct set_file *f)
{
	return f->file;
}

void
set_file_free(struct set_file *f)
{
	if (!f)
		return;
	generation_file_free(f->file);
	digest_stream_free(f->stream);
	free(f);
}
