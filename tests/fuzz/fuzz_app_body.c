/* tests/fuzz/fuzz_app_body.c - what a phone sends is read within its bounds, by exactly one of PIN and passkey, and
 * says the same when it is written down again and read once more.
 */
#include <assert.h>

#include "authn/app_pin.h"
#include "codec/json_writer.h"
#include "codec/text.h"
#include "front/app/app_body.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* `passkey` stands in the body as it came. */
static struct span
passkey_of(struct arena *a, struct span body)
{
	struct reader r = reader_json(a, body, (struct limits){ .bytes = APP_BODY_LARGEST, .depth = 8 });
	struct span name, passkey = { 0 };

	reader_object(&r);
	while (reader_member(&r, &name))
		if (span_is(name, "passkey"))
			passkey = reader_raw(&r);
		else
			reader_raw(&r);
	assert(reader_end(&r, NULL) == OK);
	return passkey;
}

static void
write_unlocking(struct buffer *b, struct arena *a, struct span body, struct span pin, bool has_passkey)
{
	json_write_member_or_null(b, "pin", pin);
	json_write_name(b, "passkey");
	if (has_passkey)
		buffer_add(b, passkey_of(a, body));
	else
		buffer_text(b, "null");
}

static void
check_passkey(const struct webauthn_response *p, enum webauthn_ceremony ceremony)
{
	assert(p->ceremony == ceremony && p->id.size && p->id.size <= CREDENTIAL_ID_LARGEST && p->client_data.size);
	assert(p->client.challenge.size && p->client.challenge.size <= 128);
	assert(ceremony == WEBAUTHN_GET || p->attestation_object.size);
	assert(ceremony == WEBAUTHN_CREATE || (p->authenticator_data.size && p->signature.size));
	assert(p->transport_count <= WEBAUTHN_TRANSPORTS);
}

static bool
same_passkey(const struct webauthn_response *a, const struct webauthn_response *b)
{
	return (!a && !b) || (a && b && span_equal(a->id, b->id) && span_equal(a->client_data, b->client_data) &&
	    span_equal(a->attestation_object, b->attestation_object) && span_equal(a->signature, b->signature) &&
	    span_equal(a->authenticator_data, b->authenticator_data) && a->resident == b->resident);
}

static void
check_pair(struct arena *a, struct span body)
{
	struct pairing_pair p = { .way = PAIRING_PIN_DRAWN }, again = { .way = PAIRING_PIN_DRAWN };
	struct problem why;
	struct buffer b;

	if (app_pair_read(a, body, &p, &why) != OK) {
		assert(why.text[0]);
		return;
	}
	assert(p.code.size && p.code.size <= 64 && p.key.size && p.platform.size <= PAIRING_PLATFORM_LARGEST);
	assert(p.name.size && p.name.size <= CREDENTIAL_NAME_LARGEST && p.signature.size == APP_SIGNATURE);
	assert(!p.pin.size == (p.passkey != NULL) && (p.way == PAIRING_SCREEN_LOCK) == (p.passkey != NULL));
	assert((p.way == PAIRING_PIN_DRAWN) == span_is(p.pin, "drawn") && p.pin.size <= APP_PIN_LARGEST);
	if (p.passkey)
		check_passkey(p.passkey, WEBAUTHN_CREATE);
	b = buffer_init(4 * APP_BODY_LARGEST);
	buffer_byte(&b, '{');
	json_write_member(&b, "code", p.code);
	json_write_member(&b, "key", p.key_text);
	json_write_member(&b, "platform", p.platform);
	json_write_member(&b, "name", p.name);
	write_unlocking(&b, a, body, p.pin, p.passkey);
	json_write_member(&b, "signature", base64url_write(a, p.signature));
	buffer_byte(&b, '}');
	if (buffer_span(&b).size <= APP_BODY_LARGEST) {
		assert(app_pair_read(a, buffer_span(&b), &again, &why) == OK && again.way == p.way);
		assert(span_equal(again.code, p.code) && span_equal(again.key, p.key) && span_equal(again.pin, p.pin));
		assert(span_equal(again.name, p.name) && span_equal(again.platform, p.platform));
		assert(same_passkey(again.passkey, p.passkey));
	}
	buffer_release(&b);
}

static void
check_answer(struct arena *a, struct span body)
{
	struct app_answer said = { .now = { 1 } }, again = { .now = { 1 } };
	struct problem why;
	struct buffer b;

	if (app_answer_read(a, body, &said, &why) != OK) {
		assert(why.text[0]);
		return;
	}
	assert(said.now.us == 1 && !said.caller && !said.browser);
	assert((!said.code.size || said.code.size == 6) && said.signature.size == APP_SIGNATURE);
	for (size_t i = 0; i < said.code.size; i++)
		assert(said.code.data[i] >= '0' && said.code.data[i] <= '9');
	assert(!said.pin.size == (said.passkey != NULL) && said.pin.size <= APP_PIN_LARGEST);
	if (said.passkey)
		check_passkey(said.passkey, WEBAUTHN_GET);
	b = buffer_init(4 * APP_BODY_LARGEST);
	buffer_byte(&b, '{');
	json_write_member_or_null(&b, "code", said.code);
	write_unlocking(&b, a, body, said.pin, said.passkey);
	json_write_member(&b, "signature", base64url_write(a, said.signature));
	buffer_byte(&b, '}');
	if (buffer_span(&b).size <= APP_BODY_LARGEST) {
		assert(app_answer_read(a, buffer_span(&b), &again, &why) == OK);
		assert(span_equal(again.code, said.code) && span_equal(again.pin, said.pin));
		assert(span_equal(again.signature, said.signature) && same_passkey(again.passkey, said.passkey));
	}
	buffer_release(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = arena_init(16 * MIB);
	const struct span body = span_of(data, size);
	struct pairing_options_asked options = { .code = { 0 } };
	struct app_refusal refusal = { .not_me = false };
	struct problem why;

	check_pair(&a, body);
	check_answer(&a, body);
	if (app_options_read(&a, body, &options, &why) == OK)
		assert(options.code.size && options.code.size <= 64 && options.key.size &&
		    options.key_text.size <= 1024);
	if (app_refusal_read(&a, body, &refusal, &why) == OK)
		assert(size >= 2);
	arena_release(&a);
	return 0;
}
