/* registry/assemble.c - the canonical bytes of documents to be published. */
#include "registry/assemble.h"

#include <assert.h>
#include <stdio.h>

#include "base/random.h"
#include "codec/text.h"
#include "codec/xml.h"
#include "crypto/digest.h"

#define CONTENT_ROOM (64 * KIB) /* what may be added to a fragment: the root's start tag and the registration */

/* Attributes */

struct own_attribute {
	const char *name;
	struct span value;
};

/* Canonical order: namespace declarations, attributes without prefix, attributes with one (Canonical XML 1.0 s2.2). */
static int
rank_of(struct span name)
{
	if (span_starts(name, "xmlns:"))
		return 0;
	return memchr(name.data, ':', name.size) ? 2 : 1;
}

static int
compare_names(struct span a, struct span b)
{
	int order = rank_of(a) - rank_of(b);

	return order ? order : span_compare(a, b);
}

/* ` name="value"` from the front of a fragment's attributes, where no value holds a bare quote. */
static struct span
cut_attribute(struct span *rest, struct span *name)
{
	struct span whole = *rest;
	const uint8_t *end;

	*name = span_skip(whole, 1);
	*name = span_cut(name, '=');
	*rest = span_skip(whole, name->size + 3);
	end = rest->size ? memchr(rest->data, '"', rest->size) : NULL;
	*rest = end ? span_skip(*rest, (size_t)(end - rest->data) + 1) : (struct span){ 0 };
	return span_first(whole, whole.size - rest->size);
}

static void
write_own(struct buffer *b, const struct own_attribute *own)
{
	buffer_byte(b, ' ');
	buffer_text(b, own->name);
	buffer_text(b, "=\"");
	xml_write_attribute_value(b, own->value);
	buffer_byte(b, '"');
}

/* Ours and the fragment's, each sorted already, merged. Attributes with prefix are all the fragment's. */
static void
write_attributes(struct buffer *b, const struct own_attribute *own, size_t count, struct span rest)
{
	while (rest.size) {
		struct span name, theirs = cut_attribute(&rest, &name);

		for (; count && compare_names(span_text(own->name), name) < 0; own++, count--)
			write_own(b, own);
		buffer_add(b, theirs);
	}
	for (; count; own++, count--)
		write_own(b, own);
}

/* The root of a document declares the whole context. */
#define CONTEXT_LARGEST 32
#define OWN_LARGEST 8

struct root {
	struct own_attribute own[CONTEXT_LARGEST + OWN_LARGEST];
	char declared[CONTEXT_LARGEST][16];
	size_t count;
};

static void
root_init(struct root *r)
{
	r->count = 0;
	for (const struct context_namespace *n = metadata_context; n->prefix; n++) {
		char *name = r->declared[r->count];

		assert(r->count < CONTEXT_LARGEST);
		snprintf(name, sizeof(r->declared[0]), "xmlns:%s", n->prefix);
		r->own[r->count++] = (struct own_attribute){ name, span_text(n->uri) };
	}
}

static void
root_add(struct root *r, const char *name, struct span value)
{
	r->own[r->count++] = (struct own_attribute){ name, value };
}

/* Content */

static void
write_policy(struct buffer *b, const char *language, struct span url)
{
	if (!url.size)
		return;
	buffer_print(b, "<mdrpi:RegistrationPolicy xml:lang=\"%s\">", language);
	xml_write_text(b, url);
	buffer_text(b, "</mdrpi:RegistrationPolicy>");
}

static void
write_registration(struct buffer *b, const struct publish_settings *s, const struct entity *e)
{
	char text[INSTANT_TEXT];

	buffer_text(b, "<mdrpi:RegistrationInfo registrationAuthority=\"");
	xml_write_attribute_value(b, span_text(s->registration_authority));
	buffer_text(b, "\" registrationInstant=\"");
	buffer_text(b, instant_text(e->registered, text));
	buffer_text(b, "\">");
	write_policy(b, "ja", e->policy_ja);
	write_policy(b, "en", e->policy_en);
	if (!e->policy_ja.size && !e->policy_en.size)
		write_policy(b, "en", span_text(s->registration_policy));
	buffer_text(b, "</mdrpi:RegistrationInfo>");
}

/* What the registry states of it: beside what the entity says of itself, where it says something (MDATTR 1.0 s2.1 knows
 * the element once). */
static void
write_stated(struct buffer *b, const struct entity *e)
{
	if (!e->stated.size)
		return;
	buffer_text(b, "<mdattr:EntityAttributes>");
	buffer_add(b, e->stated);
	buffer_text(b, "</mdattr:EntityAttributes>");
}

/* Whoever fetches one entity sees who registered it (MDRPI 1.0 s2.1). A registration that stands in the fragment is one
 * that was believed. */
static void
write_words(struct buffer *b, const struct publish_settings *s, const struct entity *e, const struct fragment *f)
{
	if (s->registration_authority && f->registration != REGISTRATION_PRESENT)
		write_registration(b, s, e);
	if (!f->attributes_at)
		write_stated(b, e);
}

static void
write_content(struct buffer *b, const struct publish_settings *s, const struct entity *e, const struct fragment *f)
{
	size_t at = f->attributes_at ? f->attributes_at : f->extensions;

	if (f->registration != REGISTRATION_HOMELESS) {
		buffer_add(b, span_first(f->content, f->extensions));
		write_words(b, s, e, f);
		buffer_add(b, span_of(f->content.data + f->extensions, at - f->extensions));
		if (f->attributes_at)
			buffer_add(b, e->stated);
	} else if (s->registration_authority || e->stated.size) {
		buffer_text(b, "<md:Extensions>");
		write_words(b, s, e, f);
		buffer_text(b, "</md:Extensions>");
	}
	buffer_add(b, span_skip(f->content, at));
	buffer_text(b, "</md:EntityDescriptor>");
}

void
assemble_member(struct buffer *b, const struct publish_settings *s, const struct entity *e, const struct fragment *f)
{
	const struct own_attribute own = { "entityID", e->entity_id };

	buffer_text(b, "<md:EntityDescriptor");
	write_attributes(b, &own, 1, f->attributes);
	buffer_byte(b, '>');
	write_content(b, s, e, f);
	buffer_byte(b, '\n');
}

/* Documents */

void
assemble_alone(struct buffer *b, const struct publish_settings *s, const struct entity *e, const struct fragment *f)
{
	struct root root;

	root_init(&root);
	root_add(&root, "entityID", e->entity_id);
	buffer_text(b, "<md:EntityDescriptor");
	write_attributes(b, root.own, root.count, f->attributes);
	buffer_byte(b, '>');
	write_content(b, s, e, f);
}

static void
assembly_begin(struct arena *arena, const struct publish_settings *s, struct instant now, struct assembly *a)
{
	uint8_t random[20];

	random_bytes(random, sizeof(random));
	*a = (struct assembly){ .modified = { now.us - now.us % SECONDS(1) } };
	a->valid_until = instant_after(a->modified, s->valid_for);
	a->info.reference = span_text(arena_print(arena, "_%s", hex_write(arena, span_of(random, sizeof(random)))));
}

static struct span
buffer_keep(struct arena *arena, struct buffer *b)
{
	struct span kept = arena_copy(arena, buffer_span(b));

	assert(!b->overflowed);
	buffer_release(b);
	return kept;
}

enum err
assemble_entity(struct arena *arena, const struct publish_settings *s, const struct entity *e, const struct fragment *f,
    struct instant now, struct assembly *a, struct problem *why)
{
	struct buffer b = buffer_init(f->attributes.size + CONTENT_ROOM);
	char until[INSTANT_TEXT], duration[INSTANT_TEXT];
	struct digest_stream *stream;
	uint8_t sum[32];
	struct root root;

	assembly_begin(arena, s, now, a);
	root_init(&root);
	root_add(&root, "ID", a->info.reference);
	root_add(&root, "cacheDuration", span_text(duration_text(s->cache_for, duration)));
	root_add(&root, "entityID", e->entity_id);
	root_add(&root, "validUntil", span_text(instant_text(a->valid_until, until)));
	buffer_text(&b, "<md:EntityDescriptor");
	write_attributes(&b, root.own, root.count, f->attributes);
	buffer_byte(&b, '>');
	a->head = buffer_keep(arena, &b);
	b = buffer_init(f->content.size + e->stated.size + CONTENT_ROOM);
	write_content(&b, s, e, f);
	a->content = buffer_keep(arena, &b);

	stream = digest_stream_new(DIGEST_SHA256);
	digest_stream_add(stream, a->head);
	digest_stream_add(stream, a->content);
	digest_stream_end(stream, sum);
	digest_stream_free(stream);
	return assembly_close(arena, s, a, e->prefixes, sum, why);
}

void
assemble_set(struct arena *arena, const struct publish_settings *s, struct instant now, struct assembly *a)
{
	struct buffer b = buffer_init(CONTENT_ROOM);
	char until[INSTANT_TEXT], duration[INSTANT_TEXT], created[INSTANT_TEXT];
	struct root root;

	assembly_begin(arena, s, now, a);
	root_init(&root);
	root_add(&root, "ID", a->info.reference);
	root_add(&root, "Name", span_text(s->publisher));
	root_add(&root, "cacheDuration", span_text(duration_text(s->cache_for, duration)));
	root_add(&root, "validUntil", span_text(instant_text(a->valid_until, until)));
	buffer_text(&b, "<md:EntitiesDescriptor");
	write_attributes(&b, root.own, root.count, (struct span){ 0 });
	buffer_byte(&b, '>');
	a->head = buffer_keep(arena, &b);
	/* MDRPI 1.0 s2.2: who published this, and when. */
	b = buffer_init(CONTENT_ROOM);
	buffer_text(&b, "<md:Extensions><mdrpi:PublicationInfo creationInstant=\"");
	buffer_text(&b, instant_text(a->modified, created));
	buffer_text(&b, "\" publisher=\"");
	xml_write_attribute_value(&b, span_text(s->publisher));
	buffer_text(&b, "\"></mdrpi:PublicationInfo></md:Extensions>\n");
	a->content = buffer_keep(arena, &b);
}

/* The context's prefixes and the further ones, in one ascending list. */
static struct span
prefix_list(struct arena *arena, struct span further)
{
	struct buffer b = buffer_init(4 * KIB);
	const struct context_namespace *n = metadata_context;

	while (n->prefix || further.size) {
		struct span rest = further, next = span_cut(&rest, ' ');
		bool ours = n->prefix && (next.size == 0 || span_compare(span_text(n->prefix), next) < 0);

		if (buffer_span(&b).size)
			buffer_byte(&b, ' ');
		buffer_add(&b, ours ? span_text(n->prefix) : next);
		if (ours)
			n++;
		else
			further = rest;
	}
	return buffer_keep(arena, &b);
}

enum err
assembly_close(struct arena *arena, const struct publish_settings *s, struct assembly *a, struct span prefixes,
    const uint8_t sum[32], struct problem *why)
{
	a->info.key = s->key_type;
	a->info.prefixes = prefix_list(arena, prefixes);
	memcpy(a->info.digest, sum, sizeof(a->info.digest));
	return signed_info_write(&a->info, arena, &a->signed_info, why);
}

void
settings_digest(const struct publish_settings *s, uint8_t out[32])
{
	struct buffer b = buffer_init(1 * MIB);

	buffer_u8(&b, 1); /* of the form of our documents: raised when a change here must sign everything anew */
	buffer_block(&b, span_text(s->registration_authority));
	buffer_block(&b, span_text(s->registration_policy));
	buffer_block(&b, span_text(s->publisher));
	buffer_u64(&b, (uint64_t)s->valid_for);
	buffer_u64(&b, (uint64_t)s->cache_for);
	buffer_block(&b, span_text(s->key));
	buffer_u8(&b, (uint8_t)s->key_type);
	buffer_block(&b, s->certificate);
	assert(!b.overflowed);
	digest(DIGEST_SHA256, buffer_span(&b), out);
	buffer_release(&b);
}
