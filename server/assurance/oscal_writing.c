/* assurance/oscal_writing.c - what OSCAL catalogs and profiles are made of alike. */
#include "assurance/oscal_writing.h"

#include <stdio.h>
#include <stdlib.h>

#include "assurance/criterion_wording.h"
#include "codec/text.h"
#include "crypto/digest.h"

/* RFC 9562 5.5 and 6.6: of a name that is a URL, here a URN of ours. */
json_t *
oscal_uuid(const struct framework *f, struct arena *a, const char *thing)
{
	static const uint8_t name_space[] = { 0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0,
	    0x4f,
		0xd4, 0x30, 0xc8 };
	struct buffer name = buffer_init(KIB);
	uint8_t hash[DIGEST_LARGEST];
	const char *hex;

	buffer_add(&name, span_of(name_space, sizeof(name_space)));
	buffer_print(&name, "urn:watashi:policy:sha256:%s#%s", hex_write(a, f->digest), thing);
	digest(DIGEST_SHA1, buffer_span(&name), hash);
	buffer_release(&name);
	hash[6] = (uint8_t)((hash[6] & 0x0f) | 0x50);
	hash[8] = (uint8_t)((hash[8] & 0x3f) | 0x80);
	hex = hex_write(a, span_of(hash, 16));
	return json_string(arena_print(a, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20));
}

/* Our ids are of a-z 0-9 - . _ and +, of which + is none of a token's; nor is the slash in the name of a parameter that
 * is another criterion's. */
const char *
oscal_token(struct arena *a, const char *prefix, struct span id)
{
	struct buffer b = buffer_init(KIB);
	const char *token;

	buffer_text(&b, prefix);
	if (!prefix[0] && id.size && !(id.data[0] >= 'a' && id.data[0] <= 'z') && id.data[0] != '_')
		buffer_byte(&b, '_');
	for (size_t i = 0; i < id.size; i++) {
		if (id.data[i] == '+')
			buffer_text(&b, "plus");
		else if (id.data[i] == '/')
			buffer_text(&b, "_prm_");
		else
			buffer_byte(&b, id.data[i]);
	}
	token = arena_text(a, buffer_span(&b));
	buffer_release(&b);
	return token;
}

const char *
oscal_level_token(struct arena *a, const struct area *area, uint8_t level)
{
	const char *prefix = arena_print(a, "area-%.*s_level-", SPAN_ARGS(area->id));

	return level ? oscal_token(a, prefix, area->levels[level - 1].id) : oscal_token(a, prefix, span_text("any"));
}

const char *
oscal_parameter_token(struct arena *a, const struct criterion *c, const struct parameter *p)
{
	return oscal_token(a, arena_print(a, "%s_prm_", oscal_token(a, "", c->id)), p->id);
}

json_t *
oscal_text(struct span text)
{
	return json_stringn((const char *)text.data, text.size);
}

void
oscal_prop(json_t *props, const char *name, struct span value, bool ours)
{
	json_t *prop = json_pack("{s:s}", "name", name);

	if (ours)
		json_object_set_new(prop, "ns", json_string(OSCAL_NAMESPACE));
	json_object_set_new(prop, "value", oscal_text(value));
	json_array_append_new(props, prop);
}

/* A document of a version is as old as the version: the day it begins, not the day somebody exports it. */
json_t *
oscal_metadata(const struct framework *f, struct arena *a, struct localized title)
{
	json_t *metadata = json_object(), *props = json_array();
	char from[INSTANT_TEXT];

	instant_text(f->valid_from, from);
	json_object_set_new(metadata, "title", oscal_text(title.en));
	json_object_set_new(metadata, "published", json_string(from));
	json_object_set_new(metadata, "last-modified", json_string(from));
	json_object_set_new(metadata, "version", oscal_text(f->version));
	json_object_set_new(metadata, "oscal-version", json_string(OSCAL_VERSION));
	oscal_prop(props, "framework", f->id, true);
	oscal_prop(props, "digest", span_text(arena_print(a, "sha256:%s", hex_write(a, f->digest))), true);
	oscal_prop(props, "title-ja", title.ja, true);
	json_object_set_new(metadata, "props", props);
	json_object_set_new(metadata, "remarks",
	    json_string("Published and last-modified are when the version comes into force."));
	return metadata;
}

json_t *
oscal_parameter_value(const struct framework *f, const struct criterion *c, const struct parameter *p)
{
	struct buffer mark = buffer_init(KIB), value = buffer_init(64 * KIB);
	json_t *text;

	buffer_print(&mark, "{{%.*s}}", SPAN_ARGS(p->id));
	criterion_wording(&value, c, f->dictionary, buffer_span(&mark), LANGUAGE_EN);
	text = oscal_text(buffer_span(&value));
	buffer_release(&mark);
	buffer_release(&value);
	return text;
}

void
oscal_print(struct buffer *out, json_t *document)
{
	char *text = json_dumps(document, JSON_INDENT(2));

	if (!text)
		abort(); /* out of memory: all texts are UTF-8, as policies were read */
	buffer_text(out, text);
	buffer_byte(out, '\n');
	free(text);
	json_decref(document);
}
