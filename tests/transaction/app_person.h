/* tests/transaction/app_person.h - what persons and strangers do on app_stage.h: pair a phone that its screen lock
 * opens, mistype, refuse, ask from elsewhere.
 */
#pragma once

#include "transaction/app_stage.h"

static inline void
ask(void)
{
	stage_login(&stage.account.id);
	stage_ask();
	expect_ok("asked", stage.err, &stage.why);
}

/* Another number than the page shows. */
static inline const char *
wrong_number(void)
{
	char *code = arena_print(&stage.arena, "%s", stage.code);

	code[5] = code[5] == '9' ? '0' : (char)(code[5] + 1);
	return code;
}

static inline const char *
wrong_pin(void)
{
	return strcmp(stage.paired.pin, "000000") == 0 ? "000001" : "000000";
}

#define RIGHT ((struct ceremony){ .sign_count = 0 })

/* A phone that was paired so, its passkey not copied and without a counter. */
static inline void
pair_with_lock(const struct phone *phone, struct ceremony c)
{
	stage_begin(true);
	stage_pair_as((struct pairing_pair[]){ stage_pair_with_lock(phone, stage.begun.code, c) });
	expect_ok("paired", stage.err, &stage.why);
	stage_identify(phone);
}

static inline void
refuse(bool not_me)
{
	const struct app_refusal asked = { .caller = &stage.caller, .request = stage.login.app.request,
		.not_me = not_me, .now = stage.now };

	app_refuse(stage.store, &stage.arena, &asked, stage_on_answered, NULL);
	stage_run();
}

/* Another login, of another browser. */
static inline struct login
ask_elsewhere(const char *address, uint8_t browser)
{
	struct unit *unit = stage_unit();

	expect_true("an address", address_read(span_text(address), &stage.address));
	stage_login(&stage.account.id);
	memset(stage.login.browser, browser, sizeof(stage.login.browser));
	login_put(unit, &stage.login);
	stage_commit(unit);
	stage.login.generation = stage_look(login_ask(&stage.login.id)).rows[0].generation;
	stage_ask();
	expect_ok("asked", stage.err, &stage.why);
	return stage.login;
}
