/* transaction/phone/app_tries.h - wrong tries on a phone: counted on the credential and the account, whatever they were
 * for, so that no other session, request or purpose begins at nought.
 *
 *     asked, loaded -> [too many: wait] -> checked -> wrong: counted, and the phone perhaps locked or suspended
 */
#pragma once

#include "authn/attempts.h"
#include "transaction/authenticator/credential_change.h"
#include "transaction/phone/app_person.h"

enum { APP_TRIES_PINS, APP_TRIES_NUMBERS, APP_TRIES_FAILURES, APP_TRIES };

struct app_tries {
	struct attempts pins, numbers, failures;
};
void app_tries_ask(struct arena *, const struct credential *phone, struct ask asks[APP_TRIES]);
enum err app_tries_loaded(const struct ask asks[APP_TRIES], struct app_tries *out, struct problem *why);
/* ERR_LIMIT: the next is looked at after `until`. */
enum err app_tries_wait(const struct app_tries *, struct instant now, struct instant *until, struct problem *why);

struct app_failing {
	struct arena *arena;
	const struct account *account;
	struct credential *phone;    /* as it will be */
	const struct app_tries *tries;
	struct id evidence;          /* the request; zero: none was answered */
	struct instant now;
};
/* The person is not shown (APP_STEP_PIN, APP_STEP_PASSKEY), or the signature is wrong. Where the phone is locked or
 * suspended by it, `change` says so, for the log once it is durable; else it stays as it was. Both expect the account
 * as it was loaded. */
void app_person_failed(struct unit *, const struct app_failing *, const struct app_checked *, struct app_answered *,
    struct credential_change *change);
void app_number_failed(struct unit *, const struct app_failing *);
/* A try that is right competes with the wrong ones of its time: all counts as they were loaded, or it is not taken. */
void app_tries_expect(struct unit *, struct arena *, const struct credential *phone, const struct app_tries *);
/* A PIN or number that was right begins anew. */
void app_tries_forget(struct unit *, struct arena *, const struct credential *phone, const struct app_tries *);
