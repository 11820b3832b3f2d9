/* registry/warning.c - what of a member runs out soon. */
#include "registry/warning.h"

#include "codec/text.h"
#include "codec/xml.h"
#include "crypto/certificate.h"
#include "crypto/digest.h"

#define MD "urn:oasis:names:tc:SAML:2.0:metadata"
#define DS "http://www.w3.org/2000/09/xmldsig#"
#define CERTIFICATE_LARGEST (64 * KIB)
#define CERTIFICATES 64   /* of one entity; more are not looked at */

struct finding_warnings {
	struct arena *arena;
	const struct warning_terms *terms;
	struct warning *list;
	size_t count, room;
	struct instant next;
};

static void
note_next(struct finding_warnings *f, struct instant at)
{
	if (instant_before(f->terms->now, at) && (f->next.us == 0 || instant_before(at, f->next)))
		f->next = at;
}

static void
add(struct finding_warnings *f, const char *event, struct span entity_id, const char *text)
{
	struct warning *w;
	struct buffer b = buffer_init(MIB);
	uint8_t sum[32];

	if (f->count == f->room) {
		struct warning *old = f->list;

		f->room = f->room ? 2 * f->room : 8;
		f->list = arena_array(f->arena, struct warning, f->room);
		if (f->count)
			memcpy(f->list, old, f->count * sizeof(*old));
	}
	w = &f->list[f->count++];
	*w = (struct warning){ .event = event, .entity_id = entity_id, .text = text };
	/* The sentence names the subject and its end. */
	buffer_print(&b, "%s\n", event);
	buffer_block(&b, entity_id);
	buffer_text(&b, text);
	digest(DIGEST_SHA256, buffer_span(&b), sum);
	memcpy(w->mark, sum, sizeof(w->mark));
	buffer_release(&b);
}

/* Whether it ends so soon that it is time to warn; otherwise it will be. */
static bool
ends_soon(struct finding_warnings *f, struct instant end)
{
	struct instant from = instant_after(end, -f->terms->warn_before);

	if (!instant_before(f->terms->now, from))
		return true;
	note_next(f, from);
	return false;
}

/* Confirmation */

static void
look_at_confirmation(struct finding_warnings *f, const struct member *m)
{
	struct instant due = instant_after(m->confirmed, f->terms->confirm_every);
	char text[INSTANT_TEXT];

	if (f->terms->confirm_every && m->confirmed.us && ends_soon(f, due))
		add(f, "member.confirmation-due", (struct span){ 0 }, arena_print(f->arena,
		    "the record is to be confirmed by %s", instant_text(due, text)));
}

/* Certifications */

/* Another one of the same level goes on where it ends. */
static bool
is_continued(const struct member_record *m, const struct member_certification *c)
{
	for (size_t i = 0; i < m->certification_count; i++) {
		const struct member_certification *o = &m->certifications[i];

		if (span_equal(o->framework, c->framework) && span_equal(o->area, c->area) &&
		    span_equal(o->level, c->level) && span_equal(o->entity_id, c->entity_id) &&
		    !instant_before(c->until, o->from) && instant_before(c->until, o->until))
			return true;
	}
	return false;
}

static void
look_at_certifications(struct finding_warnings *f, const struct member_record *m)
{
	for (size_t i = 0; i < m->certification_count; i++) {
		const struct member_certification *c = &m->certifications[i];
		char text[INSTANT_TEXT];

		if (!instant_before(f->terms->now, c->until) || is_continued(m, c))
			continue;
		note_next(f, c->until);
		if (ends_soon(f, c->until))
			add(f, "member.certification-expires", c->entity_id, arena_print(f->arena,
			    "the certification %.*s %.*s of %.*s ends at %s", SPAN_ARGS(c->area), SPAN_ARGS(c->level),
			    SPAN_ARGS(c->framework), instant_text(c->until, text)));
	}
}

/* Certificates */

struct certificates {
	struct finding_warnings *warnings;
	struct span entity_id;
	unsigned key_descriptors; /* open */
	bool reading;
	size_t count;
	struct buffer text;
};

static enum err
on_start(void *arg, const struct xml_element *element, struct problem *why)
{
	struct certificates *c = arg;

	(void)why;
	c->key_descriptors += xml_name_is(&element->name, MD, "KeyDescriptor");
	c->reading = c->key_descriptors && xml_name_is(&element->name, DS, "X509Certificate");
	if (c->reading)
		buffer_clear(&c->text);
	return OK;
}

static enum err
on_text(void *arg, struct span text, struct problem *why)
{
	struct certificates *c = arg;

	(void)why;
	for (size_t i = 0; c->reading && i < text.size; i++)
		if (!xml_is_space(text.data[i]))
			buffer_byte(&c->text, text.data[i]);
	return OK;
}

/* What is no certificate, the rules tell. The same one in two places is one. */
static void
look_at_certificate(struct certificates *c)
{
	struct finding_warnings *f = c->warnings;
	struct certificate_facts facts;
	struct problem why;
	struct span der;
	char text[INSTANT_TEXT];
	struct warning *last;

	if (c->count++ >= CERTIFICATES || !base64_read(f->arena, buffer_span(&c->text), &der) ||
	    certificate_read(der, f->arena, &facts, &why) != OK)
		return;
	note_next(f, facts.until);
	if (!ends_soon(f, facts.until))
		return;
	add(f, "member.certificate-expires", c->entity_id, arena_print(f->arena,
	    "the certificate with the SHA-256 %s ends at %s", hex_write(f->arena, span_of(facts.sha256, 32)),
	    instant_text(facts.until, text)));
	last = &f->list[f->count - 1];
	for (const struct warning *w = f->list; w < last; w++)
		if (memcmp(w->mark, last->mark, sizeof(w->mark)) == 0) {
			f->count--;
			return;
		}
}

static enum err
on_end(void *arg, const struct xml_name *name, struct problem *why)
{
	struct certificates *c = arg;

	(void)why;
	if (c->reading)
		look_at_certificate(c);
	c->reading = false;
	c->key_descriptors -= xml_name_is(name, MD, "KeyDescriptor");
	return OK;
}

static void
look_at_certificates(struct finding_warnings *f, const struct member_record *m)
{
	static const struct xml_limits limits = { .bytes = MEMBER_RECORD_LARGEST, .depth = 64, .attributes = 128,
		.text = MEMBER_RECORD_LARGEST };
	static const struct xml_handler handler = { on_start, on_end, on_text };

	for (size_t i = 0; i < m->entity_count; i++) {
		struct certificates c = { .warnings = f, .entity_id = m->entities[i].entity_id,
			.text = buffer_init(CERTIFICATE_LARGEST) };
		struct problem why;

		/* The record's reader has read it before. */
		if (m->entities[i].saml.size)
			xml_read(m->entities[i].saml, &limits, &handler, &c, &why);
		buffer_release(&c.text);
	}
}

void
warnings_find(struct arena *arena, const struct member *member, const struct member_record *record,
    const struct warning_terms *terms, struct warning **out, size_t *count, struct instant *next)
{
	struct finding_warnings f = { .arena = arena, .terms = terms };

	look_at_confirmation(&f, member);
	look_at_certifications(&f, record);
	look_at_certificates(&f, record);
	*out = f.list;
	*count = f.count;
	*next = f.next;
}

bool
warning_known(const struct warning *w, struct span warned)
{
	for (size_t at = 0; at + WARNING_MARK <= warned.size; at += WARNING_MARK)
		if (memcmp(warned.data + at, w->mark, WARNING_MARK) == 0)
			return true;
	return false;
}

struct span
warnings_mark(struct arena *arena, const struct warning *list, size_t count)
{
	uint8_t *marks = arena_take(arena, count * WARNING_MARK);

	for (size_t i = 0; i < count; i++)
		memcpy(marks + i * WARNING_MARK, list[i].mark, WARNING_MARK);
	return span_of(marks, count * WARNING_MARK);
}
