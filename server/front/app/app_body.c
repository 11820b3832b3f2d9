/* front/app/app_body.c - what a phone sends, as JSON. */
#include "front/app/app_body.h"

#include "authn/app_pin.h"
#include "codec/reader.h"
#include "codec/text.h"
#include "transaction/notice/push_message.h"

#define CODE_LARGEST 64
#define CODE_DIGITS 6
#define KEY_TEXT_LARGEST 1024
#define SIGNATURE_TEXT 86
#define DRAWN "drawn"
#define SUBSCRIPTION_LARGEST (4 * KIB)
#define DEPTH 8              /* of a passkey's extensions */

static struct reader
body_reader(struct arena *arena, struct span body)
{
	return reader_json(arena, body, (struct limits){ .bytes = APP_BODY_LARGEST, .depth = DEPTH });
}

static void
read_bytes(struct reader *r, size_t least, size_t most, struct span *text, struct span *out)
{
	*text = reader_string(r, least, most);
	if (text->size && !base64url_read(r->arena, *text, out))
		reader_fail(r, "bytes in base64url without padding", "another text");
}

static void
read_signature(struct reader *r, struct span *out)
{
	struct span text;

	read_bytes(r, SIGNATURE_TEXT, SIGNATURE_TEXT, &text, out);
}

/* Where there may be none: it is absent, or null. */
static bool
read_null(struct reader *r)
{
	if (reader_peek(r) != READER_NULL)
		return false;
	reader_null(r);
	return true;
}

static void
read_pin(struct reader *r, struct span *out)
{
	if (!read_null(r))
		*out = reader_string(r, 1, APP_PIN_LARGEST);
}

static struct span
read_object(struct reader *r)
{
	if (read_null(r))
		return (struct span){ 0 };
	if (reader_peek(r) != READER_OBJECT)
		reader_fail(r, "a PublicKeyCredential, or null", "another value");
	return reader_raw(r);
}

/* The browser's own JSON, by its own rules: members nobody knows are passed over (webauthn_response_read()). */
static enum err
read_passkey(struct arena *arena, struct span json, enum webauthn_ceremony ceremony,
    const struct webauthn_response **out, struct problem *why)
{
	struct webauthn_response *response = arena_new(arena, struct webauthn_response);
	struct problem inner = { 0 };

	if (webauthn_response_read(json, ceremony, arena, response, &inner) != OK)
		return problem_set(why, inner.code, inner.clause, "/passkey: within it: %s", inner.text);
	*out = response;
	return OK;
}

enum err
app_options_read(struct arena *arena, struct span body, struct pairing_options_asked *out, struct problem *why)
{
	struct reader r = body_reader(arena, body);
	struct span name;

	reader_object(&r);
	while (reader_member(&r, &name))
		if (span_is(name, "code"))
			out->code = reader_string(&r, 1, CODE_LARGEST);
		else if (span_is(name, "key"))
			read_bytes(&r, 1, KEY_TEXT_LARGEST, &out->key_text, &out->key);
	if (reader_end(&r, why) != OK)
		return why->code;
	if (!out->code.size || !out->key.size)
		return problem_set(why, ERR_INVALID, "", "expected code and key, found not both");
	return OK;
}

/* Which of both ways it is to be. */
static enum err
settle_way(struct arena *arena, struct span passkey, struct pairing_pair *out, struct problem *why)
{
	if (out->pin.size && passkey.size)
		return problem_set(why, ERR_INVALID, "", "/pin: expected null beside a passkey, found both");
	if (out->pin.size) {
		out->way = span_is(out->pin, DRAWN) ? PAIRING_PIN_DRAWN : PAIRING_PIN_CHOSEN;
		return OK;
	}
	out->way = PAIRING_SCREEN_LOCK;
	return read_passkey(arena, passkey, WEBAUTHN_CREATE, &out->passkey, why);
}

enum err
app_pair_read(struct arena *arena, struct span body, struct pairing_pair *out, struct problem *why)
{
	struct reader r = body_reader(arena, body);
	struct span name, passkey = { 0 };

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
			read_pin(&r, &out->pin);
		else if (span_is(name, "passkey"))
			passkey = read_object(&r);
		else if (span_is(name, "signature"))
			read_signature(&r, &out->signature);
	if (reader_end(&r, why) != OK)
		return why->code;
	if (!out->code.size || !out->key.size || !out->platform.size || !out->name.size ||
	    (!out->pin.size && !passkey.size) || !out->signature.size)
		return problem_set(why, ERR_INVALID, "",
		    "expected code, key, platform, name, pin or passkey, and signature, found not all");
	return settle_way(arena, passkey, out, why);
}

/* Yes */

static struct span
read_code(struct reader *r)
{
	struct span code;
	uint64_t number;

	if (read_null(r))
		return (struct span){ 0 };
	code = reader_string(r, CODE_DIGITS, CODE_DIGITS);
	if (code.size && !span_number(code, &number))
		reader_fail(r, "six digits, or null", "another text");
	return code;
}

/* PIN or passkey: one of both, whichever this phone was paired with. */
static enum err
settle_shown(struct arena *arena, struct span pin, struct span passkey, const struct webauthn_response **out,
    struct problem *why)
{
	if (!pin.size && !passkey.size)
		return problem_set(why, ERR_INVALID, "", "/pin: expected a PIN, or a passkey, found nothing");
	if (pin.size && passkey.size)
		return problem_set(why, ERR_INVALID, "", "/pin: expected null beside a passkey, found both");
	return passkey.size ? read_passkey(arena, passkey, WEBAUTHN_GET, out, why) : OK;
}

enum err
app_answer_read(struct arena *arena, struct span body, struct app_answer *out, struct problem *why)
{
	struct reader r = body_reader(arena, body);
	struct span name, passkey = { 0 };
	bool coded = false;

	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "code")) {
			out->code = read_code(&r);
			coded = true;
		} else if (span_is(name, "pin")) {
			read_pin(&r, &out->pin);
		} else if (span_is(name, "passkey")) {
			passkey = read_object(&r);
		} else if (span_is(name, "signature")) {
			read_signature(&r, &out->signature);
		}
	}
	if (reader_end(&r, why) != OK)
		return why->code;
	if (!coded || !out->signature.size)
		return problem_set(why, ERR_INVALID, "", "%s, found nothing",
		    !coded ? "/code: expected a number or null" : "/signature: expected a signature");
	return settle_shown(arena, out->pin, passkey, &out->passkey, why);
}

/* No */

enum err
app_refusal_read(struct arena *arena, struct span body, struct app_refusal *out, struct problem *why)
{
	struct reader r = body_reader(arena, body);
	struct span name;

	reader_object(&r);
	while (reader_member(&r, &name))
		if (span_is(name, "not_me"))
			out->not_me = reader_boolean(&r);
	return reader_end(&r, why);
}

/* Something else, by the same person */

enum err
app_find_read(struct arena *arena, struct span body, struct app_find *out, struct problem *why)
{
	struct reader r = body_reader(arena, body);
	struct span name, passkey = { 0 };

	reader_object(&r);
	while (reader_member(&r, &name))
		if (span_is(name, "code"))
			out->code = read_code(&r);
		else if (span_is(name, "pin"))
			read_pin(&r, &out->pin);
		else if (span_is(name, "passkey"))
			passkey = read_object(&r);
	if (reader_end(&r, why) != OK)
		return why->code;
	if (!out->code.size)
		return problem_set(why, ERR_INVALID, "", "/code: expected six digits, found nothing");
	return settle_shown(arena, out->pin, passkey, &out->passkey, why);
}

enum err
app_unmute_read(struct arena *arena, struct span body, struct app_unmute *out, struct problem *why)
{
	struct reader r = body_reader(arena, body);
	struct span name, passkey = { 0 };

	reader_object(&r);
	while (reader_member(&r, &name))
		if (span_is(name, "since"))
			out->since = reader_string(&r, 1, INSTANT_TEXT);
		else if (span_is(name, "pin"))
			read_pin(&r, &out->pin);
		else if (span_is(name, "passkey"))
			passkey = read_object(&r);
	if (reader_end(&r, why) != OK)
		return why->code;
	if (!out->since.size)
		return problem_set(why, ERR_INVALID, "", "/since: expected the time as it was told, found nothing");
	return settle_shown(arena, out->pin, passkey, &out->passkey, why);
}

/* Where it is woken */

static void
read_bytes_of(struct reader *r, size_t size, struct span *out)
{
	const size_t length = (size * 4 + 2) / 3;
	struct span text;

	read_bytes(r, length, length, &text, out);
	if (text.size && out->size != size)
		reader_fail(r, "bytes in base64url without padding", "others than are asked for");
}

/* Of the push service nothing is asked here; who sends to it looks where the name leads (net/fetch.h). */
enum err
app_subscription_read(struct arena *arena, struct span body, struct push_subscription *out, struct problem *why)
{
	struct reader r = reader_json(arena, body, (struct limits){ .bytes = SUBSCRIPTION_LARGEST, .depth = 1 });
	struct span name;

	reader_object(&r);
	while (reader_member(&r, &name))
		if (span_is(name, "endpoint"))
			out->endpoint = reader_string(&r, 1, PUSH_ENDPOINT_LARGEST);
		else if (span_is(name, "key"))
			read_bytes_of(&r, PUSH_KEY, &out->key);
		else if (span_is(name, "secret"))
			read_bytes_of(&r, PUSH_SECRET, &out->secret);
	if (reader_end(&r, why) != OK)
		return why->code;
	if (!out->endpoint.size || !out->key.size || !out->secret.size)
		return problem_set(why, ERR_INVALID, "RFC 8291 s2", "expected endpoint, key and secret, found not all");
	return push_subscription_check(out, why);
}
