/* transaction/phone/app_person.c - whether it is the person who holds the phone. */
#include "transaction/phone/app_person.h"

#include "authn/app_passkey.h"
#include "authn/app_pin.h"

enum err
app_person_expect(const struct app_unlocking *u, struct problem *why)
{
	const bool has_passkey = credential_passkey_of(u->phone);

	if (has_passkey && !u->passkey)
		return problem_set(why, ERR_INVALID, "",
		    "/passkey: expected what unlocking this phone gives, for it was paired without a PIN");
	if (!has_passkey && !u->pin.size)
		return problem_set(why, ERR_INVALID, "", "/pin: expected the PIN that this phone was paired with");
	return OK;
}

static bool
is_pin(const struct person_settings *settings, const struct app_unlocking *u)
{
	return app_pin_is(&settings->wrapping, &u->phone->account, &u->phone->id, u->pin, u->phone->app.pin);
}

static bool
is_unlocked(struct arena *arena, const struct person_settings *settings, const struct app_unlocking *u,
    const struct app_message *message, struct app_checked *out)
{
	struct examination *e = arena_new(arena, struct examination);
	const struct app_passkey_expectation expected = { .site = &settings->site, .message = message,
		.device = credential_name_key(arena, CREDENTIAL_APP, u->phone->app.key) };

	*e = (struct examination){ .arena = arena };
	if (app_passkey_assert(arena, u->passkey, &expected, &u->phone->app.passkey, e, &out->asserted))
		return true;
	out->reason = examination_cause(e)->step;
	out->copied = out->asserted.counter_back;
	return false;
}

void
app_person_check(struct arena *arena, const struct person_settings *settings, const struct app_unlocking *u,
    const struct app_message *message, struct app_checked *out)
{
	*out = (struct app_checked){ .failed = APP_STEP_NONE };
	if (credential_passkey_of(u->phone) && !is_unlocked(arena, settings, u, message, out))
		out->failed = APP_STEP_PASSKEY;
	else if (!credential_passkey_of(u->phone) && !is_pin(settings, u))
		out->failed = APP_STEP_PIN;
}
