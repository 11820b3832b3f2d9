/* transaction/phone/app_check.c - whether an answer is what person and phone say together. */
#include "transaction/phone/app_check.h"

#include <openssl/crypto.h>

#include "authn/app_passkey.h"
#include "authn/app_pin.h"
#include "codec/text.h"

#define ID_TEXT 33

struct checking {
	struct arena *arena;
	const struct person_settings *settings;
	const struct app_answer *asked;
	const struct credential *credential;
	const struct app_request *request;
	const struct login *login;
	struct app_message message;
};

/* What the device's key signs, and what the passkey was unlocked for. */
static struct app_message
message_of(const struct checking *c)
{
	const struct app_request *q = c->request;
	const struct span code = c->asked->code;
	char *request = arena_take(c->arena, ID_TEXT);
	struct span device = credential_name_key(c->arena, CREDENTIAL_APP, c->credential->app.key);

	return (struct app_message){ .word = "answer", .count = 6, .parts = {
		c->settings->origin, base64url_write(c->arena, device),
		span_text(hex_text(span_of(q->id.bytes, sizeof(q->id.bytes)), request)),
		base64url_write(c->arena, span_of(q->challenge, sizeof(q->challenge))), q->relying_party,
		code.size ? code : span_text("-"),
	} };
}

/* Which of both it is was settled when the phone was paired, and is not the answer's to choose. */
static enum err
expect_parts(const struct checking *c, bool same_browser, struct problem *why)
{
	const bool has_passkey = credential_passkey_of(c->credential);

	if (!c->asked->code.size && !same_browser)
		return problem_set(why, ERR_INVALID, "NIST SP 800-63B-4 s3.1.3.1",
		    "/code: expected the number that the login's page shows, for that is another browser");
	if (has_passkey && !c->asked->passkey)
		return problem_set(why, ERR_INVALID, "",
		    "/passkey: expected what unlocking this phone gives, for it was paired without a PIN");
	if (!has_passkey && !c->asked->pin.size)
		return problem_set(why, ERR_INVALID, "", "/pin: expected the PIN that this phone was paired with");
	return OK;
}

static bool
is_pin(const struct checking *c)
{
	const struct credential *phone = c->credential;

	return app_pin_is(&c->settings->wrapping, &phone->account, &phone->id, c->asked->pin, phone->app.pin);
}

static bool
is_unlocked(const struct checking *c, struct app_checked *out)
{
	struct examination *e = arena_new(c->arena, struct examination);
	const struct app_passkey_expectation expected = { .site = &c->settings->site, .message = &c->message,
		.device = credential_name_key(c->arena, CREDENTIAL_APP, c->credential->app.key) };

	*e = (struct examination){ .arena = c->arena };
	if (app_passkey_assert(c->arena, c->asked->passkey, &expected, &c->credential->app.passkey, e, &out->asserted))
		return true;
	out->reason = examination_cause(e)->step;
	out->copied = out->asserted.counter_back;
	return false;
}

static bool
is_number(const struct checking *c)
{
	uint8_t digest[32];

	app_code_digest(&c->request->id, c->asked->code, digest);
	return CRYPTO_memcmp(digest, c->login->app.code, sizeof(digest)) == 0;
}

static bool
is_signed(const struct checking *c)
{
	struct problem why;

	return app_message_verify(c->arena, &c->message, c->credential->app.key, c->asked->signature, &why) == OK;
}

enum err
app_check(struct arena *arena, const struct person_settings *settings, const struct app_answer *asked,
    const struct app_request *request, const struct login *login, bool same_browser, struct app_checked *out,
    struct problem *why)
{
	struct checking c = { .arena = arena, .settings = settings, .asked = asked,
		.credential = &asked->caller->credential, .request = request, .login = login };

	*out = (struct app_checked){ .failed = APP_STEP_NONE };
	if (expect_parts(&c, same_browser, why) != OK)
		return why->code;
	c.message = message_of(&c);
	if (credential_passkey_of(c.credential) && !is_unlocked(&c, out))
		out->failed = APP_STEP_PASSKEY;
	else if (!credential_passkey_of(c.credential) && !is_pin(&c))
		out->failed = APP_STEP_PIN;
	else if (asked->code.size && !is_number(&c))
		out->failed = APP_STEP_NUMBER;
	else if (!is_signed(&c))
		out->failed = APP_STEP_SIGNATURE;
	return OK;
}
