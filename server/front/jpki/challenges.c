/* front/jpki/challenges.c - POST /v1/jpki/challenges: what a person is to sign. */
#include "codec/reader.h"
#include "codec/text.h"
#include "front/jpki/front.h"

#define ANSWER_LARGEST (2 * PROOFING_TEXT_LARGEST + 16 * KIB) /* escaped, a character is two at most */
#define ENTITY_LARGEST 1024

struct beginning {
	struct inquiry inquiry;
	struct proofing_begin asked;
};

static void
read_earlier(struct reader *r, struct proofing_earlier *out)
{
	struct span name, word;

	reader_object(r);
	while (reader_member(r, &name)) {
		if (span_is(name, "handle")) {
			out->handle = reader_string(r, PROOFING_HANDLE, PROOFING_HANDLE);
		} else if (span_is(name, "purpose")) {
			word = reader_string(r, 1, 64);
			out->kind.purpose = jpki_purpose_read(word);
			if (!out->kind.purpose)
				reader_fail_word(r, "signature or authentication", word);
		} else if (span_is(name, "medium")) {
			word = reader_string(r, 1, 64);
			out->kind.medium = jpki_medium_read(word);
			if (!out->kind.medium)
				reader_fail_word(r, "card or phone", word);
		}
	}
	if (out->handle.size == 0)
		reader_fail(r, "a handle", "none");
}

static enum err
read_request(struct exchange *e, struct proofing_begin *out, struct problem *why)
{
	struct reader r = reader_json(e->arena, e->body, (struct limits){ .bytes = 8 * KIB, .depth = 2 });
	struct span name, purpose = { 0 };

	*out = (struct proofing_begin){ 0 };
	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "purpose")) {
			purpose = reader_string(&r, 1, 64);
			out->purpose = jpki_purpose_read(purpose);
			if (!out->purpose)
				reader_fail_word(&r, "signature or authentication", purpose);
		} else if (span_is(name, "relying_party")) {
			out->relying_party = reader_string(&r, 1, ENTITY_LARGEST);
		} else if (span_is(name, "origin")) {
			out->origin = reader_string(&r, 1, PROOFING_ORIGIN_LARGEST);
		} else if (span_is(name, "reference")) {
			out->reference = reader_string(&r, 1, PROOFING_REFERENCE_LARGEST);
		} else if (span_is(name, "continues")) {
			read_earlier(&r, &out->continues);
		} else if (span_is(name, "what")) {
			out->what = reader_string(&r, 1, PROOFING_WHAT_LARGEST);
		}
	}
	if (reader_end(&r, why) != OK)
		return why->code;
	if (!out->purpose)
		return problem_set(why, ERR_INVALID, "",
		    "/purpose: expected signature or authentication, found nothing");
	return OK;
}

static on_proofing_begun on_begun;

static void
begin(struct inquiry *q)
{
	struct beginning *b = (struct beginning *)q;
	struct problem why;

	if (read_request(q->exchange, &b->asked, &why) != OK) {
		inquiry_refuse(q, why.code, &why);
		return;
	}
	b->asked.caller = q->caller;
	b->asked.member = q->member;
	b->asked.now = q->now;
	exchange_hold(q->exchange, proofing_begin(q->front->store, q->exchange->arena, &q->front->settings.proofing,
	    &b->asked, on_begun, b));
}

static void
on_begun(void *arg, enum err err, const struct proofing_challenge *challenge, const struct problem *why)
{
	struct beginning *b = arg;
	struct exchange *e = b->inquiry.exchange;
	struct buffer out;
	char id[LEDGER_ID_TEXT], until[INSTANT_TEXT];

	exchange_hold(e, NULL);
	if (err != OK) {
		inquiry_refuse(&b->inquiry, err, why);
		return;
	}
	out = buffer_init(ANSWER_LARGEST);
	buffer_print(&out, "{\"id\":\"%s\",\"purpose\":\"%s\",\"expires_at\":\"%s\",\"text\":",
	    ledger_id_text(&challenge->id, id), jpki_purpose_name(challenge->purpose),
	    instant_text(challenge->expires, until));
	json_write_string(&out, challenge->text);
	buffer_byte(&out, '}');
	exchange_reply_json(e, 201, buffer_span(&out));
	buffer_release(&out);
}

void
begin_proofing(struct exchange *e, void *front)
{
	struct beginning *b = arena_new(e->arena, struct beginning);

	inquiry_begin(&b->inquiry, e, front, begin);
}
