/* transaction/sign_on/methods.c - by which methods somebody authenticated. */
#include "transaction/sign_on/methods.h"

#include "base/buffer.h"
#include "codec/reader.h"

#define SHOWN_LARGEST (16 * KIB)
#define METHODS_LARGEST 128

struct seen {
	bool held, hardware, software; /* a key: where it is, if that is known */
	bool verified;               /* the person was, by the authenticator or by this server */
	bool pin, card, another_channel, code;
};

static void
read_kinds(struct reader *r, struct seen *s)
{
	reader_array(r);
	while (reader_element(r)) {
		struct span kind = reader_string(r, 1, 64);

		s->held = s->held || span_is(kind, "passkey") || span_is(kind, "app-key") || span_is(kind, "ic-card") ||
		    span_starts(kind, "jpki-");
		s->card = s->card || span_is(kind, "jpki-authentication") || span_is(kind, "ic-card");
		s->pin = s->pin || span_is(kind, "pin");
		s->code = s->code || span_is(kind, "otp-app") || span_is(kind, "lookup-card");
	}
}

static void
read_facts(struct arena *arena, struct span json, struct seen *s)
{
	struct reader r = reader_json(arena, json, (struct limits){ .bytes = SHOWN_LARGEST, .depth = 4 });
	struct span name;

	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "token.kinds")) {
			read_kinds(&r, s);
		} else if (span_is(name, "token.hardware")) {
			s->hardware = reader_boolean(&r);
			s->software = !s->hardware;
		} else if (span_is(name, "token.user_verification")) {
			s->verified = !span_is(reader_string(&r, 1, 64), "none");
		} else if (span_is(name, "token.separate_channel")) {
			s->another_channel = reader_boolean(&r);
		} else {
			reader_raw(&r);
		}
	}
	if (reader_end(&r, NULL) != OK)
		*s = (struct seen){ .held = false }; /* of what cannot be read nothing is told */
}

static void
add(struct buffer *b, const char *word, bool is_so)
{
	if (!is_so)
		return;
	if (buffer_span(b).size)
		buffer_byte(b, ' ');
	buffer_text(b, word);
}

struct span
methods_of(struct arena *arena, const struct authentication *a)
{
	struct buffer b = buffer_init(METHODS_LARGEST);
	struct seen s = { .held = false };
	struct span words;

	read_facts(arena, a->facts, &s);
	add(&b, "hwk", s.held && s.hardware);
	add(&b, "mca", s.another_channel);
	add(&b, "mfa", s.held && s.verified);
	add(&b, "otp", s.code);
	add(&b, "pin", s.pin || (s.card && s.verified));
	add(&b, "pop", s.held);
	add(&b, "sc", s.card);
	add(&b, "swk", s.held && s.software);
	add(&b, "user", s.held && s.verified && !s.card);
	words = arena_copy(arena, buffer_span(&b));
	buffer_release(&b);
	return words;
}
