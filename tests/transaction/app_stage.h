/* tests/transaction/app_stage.h - a person with a phone before a store in memory that answers late and out of order: an
 * account, its session, the app's key in software, logins that ask.
 *
 *     stage_open -> stage_pair -> stage_login, stage_ask -> stage_answer … -> what the store has
 */
#pragma once

#include "authn/phone.h"
#include "authn/software_authenticator.h"
#include "transaction/shipped_policy.h"

#include "authn/app_pin.h"
#include "authn/attempts.h"
#include "authn/fido_catalogue.h"
#include "ledger/entry.h"
#include "person/history.h"
#include "person/proofing_record.h"
#include "registry/standing.h"
#include "store/memory.h"
#include "transaction/authenticator/addition.h"
#include "transaction/phone/app_answer.h"
#include "transaction/notice/notice.h"
#include "transaction/phone/pairing.h"

#define NOON "2026-11-22T12:00:00Z"
#define ORIGIN "https://watashi.example"
#define BANK "https://bank.example/"
/* What is seen of a card in a login: level 4. */
#define BY_CARD "{\"credential.active\":true,\"token.attested\":true,\"token.certificate_status\":\"good\"," \
	"\"token.factors\":[\"know\",\"have\"],\"token.hardware\":true,\"token.key_exportable\":false," \
	"\"token.kinds\":[\"jpki-authentication\"],\"token.replay_resistant\":true," \
	"\"token.user_verification\":\"in-authenticator\"}"

static const struct table *const tables[] = {
	&account_table, &account_name_table, &credential_table, &credential_name_table, &credential_model_table,
	&attempts_table, &login_table, &session_table, &history_table, &notice_table, &proofing_record_table,
	&account_certificate_table, &ledger_leaf_table, &ledger_entry_table, &app_request_table, &app_code_table,
	&app_mute_table, &app_nonce_table, &pairing_table, &pairing_code_table, &dictionary_table, &policy_table,
	&policy_change_table, &member_table, &member_claim_table, &fido_model_table, &fido_state_table, NULL,
};

static struct stage {
	struct arena arena;
	struct store *store;
	struct policy_shelf *shelf;
	struct person_settings settings;
	struct instant now;
	struct account account;
	struct session session;
	struct assessing assessing;
	struct phone phone, other;
	struct app_caller caller;    /* the phone, as it would be identified now */

	/* Of what was started last. */
	bool done;
	enum err err;
	struct problem why;
	struct pairing_begun begun;
	struct pairing_paired paired;
	struct login login;
	struct address address;      /* of who logs in */
	char code[APP_CODE_TEXT];
	enum app_denial denial;
	struct app_answered answered;
} stage;

static inline void
stage_run(void)
{
	while (!stage.done && store_memory_step(stage.store, stage.now))
		continue;
	expect_true("what was started has an end", stage.done);
	stage.done = false;
}

static inline void
stage_tell(enum err err, const struct problem *why)
{
	stage.done = true;
	stage.err = err;
	if (err != OK && why)
		stage.why = *why;
}

static inline struct unit *
stage_unit(void)
{
	return unit_new(&stage.arena, tables, id_new(stage.now));
}

static inline void
stage_on_committed(void *arg, const struct committed *c)
{
	(void)arg;
	stage_tell(c->code, NULL);
}

static inline void
stage_commit(const struct unit *unit)
{
	store_commit(stage.store, unit, stage_on_committed, NULL);
	stage_run();
	expect_number("it is stored", stage.err, OK);
}

static inline void
stage_on_loaded(void *arg, enum err err, const struct problem *why)
{
	struct ask *ask = arg;
	struct row *rows = arena_array(&stage.arena, struct row, ask->count);

	stage_tell(err, why);
	for (size_t i = 0; i < ask->count; i++) {
		rows[i] = ask->rows[i];
		rows[i].key = arena_copy(&stage.arena, rows[i].key);
		rows[i].value = arena_copy(&stage.arena, rows[i].value);
	}
	ask->rows = rows;
}

/* What is there now; its rows are copies. */
static inline struct ask
stage_look(struct ask ask)
{
	struct ask asked = ask;

	store_load(stage.store, &asked, 1, stage_on_loaded, &asked);
	stage_run();
	expect_number("the store answers", stage.err, OK);
	return asked;
}

static inline size_t
stage_count(const struct table *table)
{
	return stage_look((struct ask){ .table = table, .limit = 1000 }).count;
}

static inline void
stage_publish(void)
{
	struct unit *unit = stage_unit();

	store_memory_become(stage.store, ROLE_STEWARD);
	shipped_framework_put(&stage.arena, unit, "jp-idtf", stage.now);
	stage_commit(unit);
	store_memory_become(stage.store, ROLE_WORKER);
	stage.shelf = policy_shelf_new(stage.store);
	while (store_memory_step(stage.store, stage.now))
		continue;
}

/* Somebody with a confirmed address, logged in. */
static inline void
stage_person(void)
{
	struct unit *unit = stage_unit();

	stage.account = account_new(stage.now);
	stage.account.standing = ACCOUNT_FULL;
	stage.account.contacts[0] = (struct contact){ .address = span_text("taro@example.org"), .added = stage.now,
		.confirmed = stage.now };
	stage.account.contact_count = 1;
	stage.session = (struct session){ .id = id_new(stage.now), .key = { 7 }, .account = stage.account.id,
		.begun = stage.now, .seen = stage.now, .expires = instant_after(stage.now, SECONDS(3600)),
		.where = span_text("Firefox, 203.0.113.7") };
	account_put(unit, &stage.arena, &stage.account);
	session_put(unit, &stage.session);
	stage_commit(unit);
	expect_ok("the account", account_loaded(&stage.arena, (struct ask[]){ stage_look(
	    account_ask(&stage.account.id)) }, &stage.account, &stage.why), &stage.why);
}

static inline int
stage_open_at(struct instant now)
{
	static const struct span origins[] = { { (const uint8_t *)ORIGIN, sizeof(ORIGIN) - 1 } };

	stage = (struct stage){ .arena = arena_init(256 * MIB), .now = now };
	software_start();
	stage.store = store_memory_new(tables, ROLE_WORKER, 5);
	stage_publish();
	stage.settings = (struct person_settings){ .base_url = span_text(ORIGIN "/"), .origin = span_text(ORIGIN),
		.site = { .rp_id = span_text("watashi.example"), .origins = origins, .origin_count = 1,
		    .rsa_least = 2048 },
		.wrapping = { { 9 } }, .session = { .lasts = SECONDS(3600), .idle = SECONDS(3600) },
		.shelf = stage.shelf, .roll = roll_new(), .operator = span_text("operator"),
		.relying_party = span_text(ORIGIN "/account"), .identity_provider = span_text(ORIGIN "/idp"),
		/* That version, whether or not it is in force at the stage's noon. */
		.change = { .framework = span_text("jp-idtf"), .version = span_text("1.0"), .area_count = 1,
		    .areas = { { span_text("token"), span_text("3") } } } };
	stage.phone = phone_new(&stage.arena);
	stage.other = phone_new(&stage.arena);
	stage_person();
	return 0;
}

static inline int
stage_open(void **state)
{
	struct instant noon;

	(void)state;
	return instant_read(span_text(NOON), &noon) ? stage_open_at(noon) : -1;
}

static inline int
stage_close(void **state)
{
	(void)state;
	EVP_PKEY_free(stage.phone.key);
	EVP_PKEY_free(stage.other.key);
	EVP_PKEY_free(software_key);
	policy_shelf_free(stage.shelf);
	roll_free(stage.settings.roll);
	store_free(stage.store);
	arena_release(&stage.arena);
	return 0;
}

/* Pairing */

static inline void
stage_on_begun(void *arg, enum err err, const struct pairing_begun *begun, const struct problem *why)
{
	(void)arg;
	stage_tell(err, why);
	if (err == OK)
		stage.begun = *begun;
}

/* A proofing joined the session a moment ago, or (without) an authentication is in it, or neither is. */
static inline void
stage_begin(bool just_proofed)
{
	struct account_access access = { .session = &stage.session, .account = &stage.account, .now = stage.now,
		.just_proofed = just_proofed, .unconfirmed = !just_proofed && !stage.session.authentication_count,
		.enough = true, .assessing = &stage.assessing };

	stage.assessing.now = stage.now;
	pairing_begin(stage.store, &stage.arena, &stage.settings, &access, stage_on_begun, NULL);
	stage_run();
}

static inline void
stage_on_paired(void *arg, enum err err, const struct pairing_paired *paired, const struct problem *why)
{
	(void)arg;
	stage_tell(err, why);
	stage.paired = *paired;
}

/* What a phone sends that has this code. */
static inline struct pairing_pair
stage_pair_of(const struct phone *phone, const char *code, const char *pin)
{
	struct arena *a = &stage.arena;
	struct pairing_pair asked = { .code = span_text(code), .key = phone->spki,
		.key_text = base64url_write(a, phone->spki), .platform = span_text("Android"),
		.name = span_text("わたしのスマートフォン"),
		.way = pin ? PAIRING_PIN_CHOSEN : PAIRING_PIN_DRAWN, .pin = span_text(pin), .now = stage.now };

	asked.signature = phone_sign(a, phone, span_text(arena_print(a, "watashi-app-1\npair\n" ORIGIN "\n%s\n%.*s",
	    code, SPAN_ARGS(asked.key_text))));
	return asked;
}

/* The digest of what the phone signs: what its passkey is made, and unlocked for. */
static inline struct span
stage_challenge(const char *text)
{
	uint8_t *sum = arena_take(&stage.arena, 32);

	digest(DIGEST_SHA256, span_text(text), sum);
	return span_of(sum, 32);
}

static inline const struct webauthn_response *
stage_response(enum webauthn_ceremony kind, const struct ceremony *c)
{
	struct webauthn_response *response = arena_new(&stage.arena, struct webauthn_response);
	struct span json = kind == WEBAUTHN_CREATE ? software_create(&stage.arena, c) : software_get(&stage.arena, c);

	expect_ok("a browser's JSON", webauthn_response_read(json, kind, &stage.arena, response, &stage.why),
	    &stage.why);
	return response;
}

/* A phone that is to be unlocked by its own screen lock; `c` is what is otherwise about it. */
static inline struct pairing_pair
stage_pair_with_lock(const struct phone *phone, const char *code, struct ceremony c)
{
	struct pairing_pair asked = stage_pair_of(phone, code, NULL);

	asked.way = PAIRING_SCREEN_LOCK;
	if (!c.challenge_bytes.size)
		c.challenge_bytes = stage_challenge(arena_print(&stage.arena,
		    "watashi-app-1\npair\n" ORIGIN "\n%s\n%.*s", code, SPAN_ARGS(asked.key_text)));
	asked.passkey = stage_response(WEBAUTHN_CREATE, &c);
	return asked;
}

static inline void
stage_pair_as(const struct pairing_pair *asked)
{
	pairing_pair(stage.store, &stage.arena, &stage.settings, asked, stage_on_paired, NULL);
	stage_run();
}

/* The phone as app_identify() would find it now. */
static inline void
stage_identify(const struct phone *phone)
{
	struct ask name = stage_look((struct ask){ .table = &credential_name_table,
		.from = phone_device(&stage.arena, phone) });
	struct id account, credential;
	struct ask row;

	expect_number("the phone is known", name.count, 1);
	expect_true("by name", credential_name_read(name.rows[0].value, &account, &credential));
	row = stage_look(credential_ask(&stage.arena, &account, &credential));
	expect_ok("its credential", credential_loaded(&stage.arena, row.rows, &stage.caller.credential, &stage.why),
	    &stage.why);
	stage.caller.account = stage.account;
	stage.caller.nonce = span_text("bm9uY2U");
}

/* From the code to the credential. */
static inline void
stage_pair(const struct phone *phone, const char *pin)
{
	struct pairing_pair asked;

	stage_begin(true);
	expect_ok("a code", stage.err, &stage.why);
	asked = stage_pair_of(phone, stage.begun.code, pin);
	stage_pair_as(&asked);
	expect_ok("paired", stage.err, &stage.why);
	stage_identify(phone);
}

/* A login */

static const uint8_t stage_browser[32] = { 3 };

static inline void
stage_login(const struct id *claimed)
{
	struct unit *unit = stage_unit();

	stage.login = (struct login){ .id = id_new(stage.now), .state = LOGIN_WAITING, .front = LOGIN_FOR_ACCOUNT,
		.reference = span_text("/account/"), .relying_party = span_text(BANK),
		.name = { span_text("みどり銀行"), span_text("Midori Bank") }, .where = span_text("Chrome, 203.0.113.9"),
		.said = true, .claimed = *claimed, .made = stage.now,
		.expires = instant_after(stage.now, SECONDS(600)) };
	memcpy(stage.login.browser, stage_browser, sizeof(stage.login.browser));
	login_put(unit, &stage.login);
	stage_commit(unit);
	stage.login.generation = stage_look(login_ask(&stage.login.id)).rows[0].generation;
}

static inline void
stage_on_asked(void *arg, enum err err, const struct app_request_begun *begun, const struct problem *why)
{
	(void)arg;
	stage_tell(err, why);
	if (err != OK)
		return;
	stage.login = begun->login;
	memcpy(stage.code, begun->code, sizeof(stage.code));
}

static inline void
stage_ask(void)
{
	const struct app_request_begin asked = { .login = &stage.login, .address = stage.address, .now = stage.now };

	app_request_begin(stage.store, &stage.arena, &stage.settings, &asked, stage_on_asked, NULL);
	stage_run();
}

static inline struct app_request
stage_request(void)
{
	struct ask asked = stage_look(app_request_ask(&stage.arena, &stage.account.id, &stage.login.app.request));
	struct app_request q;

	expect_ok("the request", app_request_loaded(&stage.arena, asked.count ? asked.rows : NULL, &q, &stage.why),
	    &stage.why);
	return q;
}

/* What the phone signs. */
static inline const char *
stage_answer_text(const struct phone *phone, const char *code)
{
	struct arena *a = &stage.arena;
	struct app_request q = stage_request();
	char id[33];

	return arena_print(a, "watashi-app-1\nanswer\n" ORIGIN "\n%s\n%s\n%s\n%.*s\n%s",
	    arena_text(a, base64url_write(a, phone_device(a, phone))),
	    hex_text(id_span(&q.id), id),
	    arena_text(a, base64url_write(a, span_of(q.challenge, sizeof(q.challenge)))),
	    SPAN_ARGS(q.relying_party), *code ? code : "-");
}

/* What the phone sends: this number, this PIN, all of it signed. */
static inline struct app_answer
stage_answer_of(const struct phone *phone, const char *code, const char *pin)
{
	struct app_request q = stage_request();

	return (struct app_answer){ .caller = &stage.caller, .request = q.id, .code = span_text(code),
		.pin = span_text(pin), .now = stage.now,
		.signature = phone_sign(&stage.arena, phone, span_text(stage_answer_text(phone, code))) };
}

/* What unlocking this phone for a text gives; `c` is what is otherwise about it. */
static inline const struct webauthn_response *
stage_unlocked(const struct phone *phone, const char *text, struct ceremony c)
{
	if (!c.challenge_bytes.size)
		c.challenge_bytes = stage_challenge(text);
	if (!c.user_handle_bytes.size && !c.user_handle)
		c.user_handle_bytes = phone_device(&stage.arena, phone);
	return stage_response(WEBAUTHN_GET, &c);
}

/* The same of a phone that its screen lock opens. */
static inline struct app_answer
stage_answer_with_lock(const struct phone *phone, const char *code, struct ceremony c)
{
	struct app_answer asked = stage_answer_of(phone, code, "");

	asked.passkey = stage_unlocked(phone, stage_answer_text(phone, code), c);
	return asked;
}

static inline void
stage_on_answered(void *arg, enum err err, const struct app_answered *answered, const struct problem *why)
{
	(void)arg;
	stage_tell(err, why);
	stage.answered = *answered;
}

static inline void
stage_answer_as(const struct app_answer *asked)
{
	app_answer(stage.store, &stage.arena, &stage.settings, asked, stage_on_answered, NULL);
	stage_run();
}

static inline void
stage_answer(const char *code, const char *pin)
{
	struct app_answer asked = stage_answer_of(&stage.phone, code, pin);

	stage_answer_as(&asked);
}

/* The login as the store has it. */
static inline struct login
stage_login_now(void)
{
	struct ask asked = stage_look(login_ask(&stage.login.id));
	struct login login;

	expect_ok("the login", login_loaded(&stage.arena, &asked, NULL, &login, &stage.why), &stage.why);
	return login;
}

/* How many notices of a kind wait. */
static inline size_t
stage_notices(enum notice_kind kind)
{
	struct ask asked = stage_look((struct ask){ .table = &notice_table, .limit = 1000 });
	size_t count = 0;

	for (size_t i = 0; i < asked.count; i++) {
		struct notice n;

		expect_true("a notice", notice_read(asked.rows[i].value, &n));
		count += n.kind == kind;
	}
	return count;
}
