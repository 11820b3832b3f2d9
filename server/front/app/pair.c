/* front/app/pair.c - POST /v1/app/pair: a phone with a code. */
#include "authn/app_pin.h"
#include "codec/json_writer.h"
#include "codec/reader.h"
#include "front/app/front.h"
#include "transaction/phone/pairing.h"

#include <openssl/crypto.h>

#define BODY_LARGEST (4 * KIB)
#define ANSWER_LARGEST (2 * KIB)
#define CODE_LARGEST 64
#define KEY_TEXT_LARGEST 1024
#define SIGNATURE_TEXT 86
#define DRAWN "drawn"

struct pairing_call {
	struct exchange *exchange;
	struct app_front *front;
	struct pairing_pair asked;
};

static void
read_pin(struct reader *r, struct pairing_pair *out)
{
	struct span pin = reader_string(r, 1, APP_PIN_LARGEST);

	out->pin_kind = span_is(pin, DRAWN) ? PAIRING_PIN_DRAWN : PAIRING_PIN_CHOSEN;
	out->pin = pin;
}

static void
read_bytes(struct reader *r, size_t least, size_t most, struct span *text, struct span *out)
{
	*text = reader_string(r, least, most);
	if (text->size && !base64url_read(r->arena, *text, out))
		reader_fail(r, "bytes in base64url without padding", "another text");
}

static enum err
read_request(struct exchange *e, struct pairing_pair *out, struct problem *why)
{
	struct reader r = reader_json(e->arena, e->body, (struct limits){ .bytes = BODY_LARGEST, .depth = 1 });
	struct span name, text;

	reader_object(&r);
	while (reader_member(&r, &name))
		if (span_is(name, "code"))
			out->code = reader_string(&r, 1, CODE_LARGEST);
		else if (span_is(name, "key"))
			read_bytes(&r, 1, KEY_TEXT_LARGEST, &out->key_text, &out->key);
		else if (span_is(name, "platform"))
			out->platform = reader_string(&r, 1, PAIRING_PLATFORM_LARGEST);
		else if (span_is(name, "name"))
			out->name = reader_string(&r, 1, CREDENTIAL_NAME_LARGEST);
		else if (span_is(name, "pin"))
			read_pin(&r, out);
		else if (span_is(name, "signature"))
			read_bytes(&r, SIGNATURE_TEXT, SIGNATURE_TEXT, &text, &out->signature);
	if (reader_end(&r, why) != OK)
		return why->code;
	if (!out->code.size || !out->key.size || !out->platform.size || !out->name.size || !out->pin.size ||
	    !out->signature.size)
		return problem_set(why, ERR_INVALID, "",
		    "expected code, key, platform, name, pin and signature, found not all");
	return OK;
}

static on_paired on_phone_paired;

void
pair_phone(struct exchange *e, void *front)
{
	struct pairing_call *c = arena_new(e->arena, struct pairing_call);
	struct problem why;

	c->exchange = e;
	c->front = front;
	if (read_request(e, &c->asked, &why) != OK) {
		app_refuse_error(e, why.code, (struct instant){ 0 }, &why);
		return;
	}
	c->asked.address = e->peer;
	c->asked.now = clock_now();
	exchange_hold(e, pairing_pair(c->front->store, e->arena, c->front->settings, &c->asked, on_phone_paired, c));
}

static void
write_paired(struct buffer *b, struct arena *arena, const struct person_settings *settings,
    const struct pairing_paired *paired)
{
	buffer_byte(b, '{');
	json_write_member(b, "device", base64url_write(arena, paired->device));
	json_write_member(b, "number", span_text(paired->number));
	json_write_member_or_null(b, "pin", span_text(paired->pin));
	json_write_member_or_null(b, "push_key",
	    base64url_write(arena, span_of(settings->push_public, settings->push_public_size)));
	buffer_byte(b, '}');
}

static void
on_phone_paired(void *arg, enum err err, const struct pairing_paired *paired, const struct problem *why)
{
	struct pairing_call *c = arg;
	struct exchange *e = c->exchange;
	struct buffer b;

	exchange_hold(e, NULL);
	if (err == ERR_DENIED) {
		app_refuse_step(e, "signature", why->text, 0, false);
		return;
	}
	if (err != OK) {
		app_refuse_error(e, err, paired->until, why);
		return;
	}
	b = buffer_init(ANSWER_LARGEST);
	write_paired(&b, e->arena, c->front->settings, paired);
	exchange_reply_json(e, 201, buffer_span(&b));
	OPENSSL_cleanse(b.data, b.room);
	buffer_release(&b);
}
