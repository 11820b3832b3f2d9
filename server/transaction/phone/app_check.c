/* transaction/phone/app_check.c - whether an answer is what person and phone say together. */
#include "transaction/phone/app_check.h"

#include <openssl/crypto.h>

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

static enum err
expect_parts(const struct checking *c, const struct app_unlocking *unlocking, bool same_browser, struct problem *why)
{
	if (!c->asked->code.size && !same_browser)
		return problem_set(why, ERR_INVALID, "NIST SP 800-63B-4 s3.1.3.1",
		    "/code: expected the number that the login's page shows, for that is another browser");
	return app_person_expect(unlocking, why);
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
	const struct app_unlocking unlocking = { .phone = c.credential, .pin = asked->pin, .passkey = asked->passkey };

	*out = (struct app_checked){ .failed = APP_STEP_NONE };
	if (expect_parts(&c, &unlocking, same_browser, why) != OK)
		return why->code;
	c.message = message_of(&c);
	app_person_check(arena, settings, &unlocking, &c.message, out);
	if (out->failed == APP_STEP_NONE && asked->code.size && !is_number(&c))
		out->failed = APP_STEP_NUMBER;
	else if (out->failed == APP_STEP_NONE && !is_signed(&c))
		out->failed = APP_STEP_SIGNATURE;
	return OK;
}
