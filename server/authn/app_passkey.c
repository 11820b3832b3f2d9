/* authn/app_passkey.c - a phone's own passkey instead of a PIN. */
#include "authn/app_passkey.h"

#include "crypto/digest.h"

enum err
app_passkey_challenge(struct arena *arena, const struct app_message *m, uint8_t out[APP_PASSKEY_CHALLENGE],
    struct problem *why)
{
	struct span text;

	if (app_message_text(arena, m, &text, why) != OK)
		return why->code;
	digest(DIGEST_SHA256, text, out);
	return OK;
}

/* Lines that cannot be signed leave no challenge, and none is met by any. */
static struct webauthn_expectation
expectation_of(struct arena *arena, const struct app_passkey_expectation *expected)
{
	uint8_t *challenge = arena_take(arena, APP_PASSKEY_CHALLENGE);
	struct problem why;
	bool good = app_passkey_challenge(arena, expected->message, challenge, &why) == OK;

	return (struct webauthn_expectation){ .site = expected->site, .user_verified = true,
		.challenge = span_of(challenge, good ? APP_PASSKEY_CHALLENGE : 0) };
}

bool
app_passkey_register(struct arena *arena, const struct webauthn_response *response,
    const struct app_passkey_expectation *expected, const struct attestation_policy *policy, struct examination *e,
    struct webauthn_registered *made)
{
	const struct webauthn_expectation own = expectation_of(arena, expected);

	return webauthn_register(arena, response, &own, policy, e, made);
}

bool
app_passkey_assert(struct arena *arena, const struct webauthn_response *response,
    const struct app_passkey_expectation *expected, const struct credential_passkey *kept, struct examination *e,
    struct webauthn_asserted *out)
{
	const struct webauthn_expectation own = expectation_of(arena, expected);
	const struct webauthn_credential known = { .id = kept->id, .key = kept->key, .sign_count = kept->sign_count,
		.user_handle = expected->device, .backup_eligible = kept->backup_eligible };

	if (!webauthn_assert(response, &own, &known, e, out))
		return false;
	return examination_note(e, "counter", out->counter_back ? REFUTED : ESTABLISHED, "WebAuthn L3 s7.2 step 22",
	    "expected the counter to go on");
}
