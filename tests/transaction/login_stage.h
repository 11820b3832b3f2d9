/* tests/transaction/login_stage.h - logins before a store in memory: a person with a passkey, codes and a card, the
 * shipped framework published, and a browser that keeps its cookies.
 *
 *     login_stage_open -> stage_begin -> stage_passkey, stage_code … -> stage_finish -> what the store has
 */
#pragma once

#include "expect.h"
#include "store/look.h"
#include "transaction/account/erasing.h"
#include "transaction/shipped_policy.h"

#include "authn/attempts.h"
#include "authn/fido_catalogue.h"
#include "authn/recovery_code.h"
#include "authn/software_authenticator.h"
#include "ledger/entry.h"
#include "person/consent.h"
#include "person/history.h"
#include "person/likeness.h"
#include "registry/standing.h"
#include "signer/rollover.h"
#include "store/memory.h"
#include "transaction/authenticator/addition.h"
#include "transaction/phone/app_request.h"
#include "transaction/card/task.h"
#include "transaction/client/client_registration.h"
#include "transaction/authenticator/code_secret.h"
#include "transaction/login/known_browser.h"
#include "transaction/login/look.h"
#include "transaction/login/way.h"
#include "transaction/logout/logout_notice.h"
#include "transaction/notice/notice.h"
#include "transaction/proofing/end.h"
#include "transaction/proofing/log.h"
#include "transaction/sign_on/sign_on.h"
#include "transaction/authenticator/parent_certificate.h"

#define NEW_YEAR "2027-01-01T12:00:00Z"
#define PASSKEY_ID "the passkey of a citizen"
#define CARD_HANDLE "0123456789abcdef0123456789abcdef"
#define TOTP_SECRET "12345678901234567890"
#define WHERE "Firefox (Linux), 203.0.113.7"

static const struct table *const stage_tables[] = {
	&session_table, &login_table, &account_table, &account_name_table, &history_table, &proofing_record_table,
	&credential_table, &credential_name_table, &credential_model_table, &attempts_table, &known_browser_table,
	&card_task_table, &card_code_table, &notice_table, &policy_table, &dictionary_table, &policy_change_table,
	&member_table, &member_claim_table, &ledger_leaf_table, &ledger_entry_table, &addition_table,
	&fido_model_table, &fido_state_table, &attribute_table, &consent_table, &likeness_table,
	&account_certificate_table, &parent_certificate_table, &parent_due_table, &app_request_table, &app_mute_table,
	&app_code_table, &key_table, &proofing_end_table, &proofing_log_table, &grant_table, &grant_of_account_table,
	    &sign_on_table, &logout_notice_table,
	&oidc_client_table, &oidc_client_count_table, &erasing_table,
	NULL,
};

struct person {
	struct account account;
	struct credential passkey, totp, paper, card;
	EVP_PKEY *key;
	char codes[RECOVERY_CODES][RECOVERY_CODE_TEXT];
};

static struct login_stage {
	struct arena arena;
	struct store *store;
	struct instant now;
	struct person_settings settings;
	struct proofing_settings proofing;
	struct person person, other;

	/* The browser. */
	struct login_request at;     /* the login at hand */
	uint8_t challenge[WEBAUTHN_CHALLENGE];
	struct login_passkey_options options;

	/* Of what was started last. */
	bool done;
	enum err err;
	struct problem why;
	bool refused, waiting;
	struct login_refusal refusal;
	struct login_finished finished;
	struct login_view view;
	struct login_case found;
	struct assessed assessed;
} stage;

static inline void
stage_run(void)
{
	while (!stage.done && store_memory_step(stage.store, stage.now))
		continue;
	expect_true("what was started has an end", stage.done);
}

static inline struct unit *
stage_unit(void)
{
	return unit_new(&stage.arena, stage_tables, id_new(stage.now));
}

static inline void
stage_on_committed(void *arg, const struct committed *c)
{
	(void)arg;
	stage.done = true;
	stage.err = c->code;
}

static inline void
stage_commit(const struct unit *unit)
{
	stage.done = false;
	store_commit(stage.store, unit, stage_on_committed, NULL);
	stage_run();
	expect_number("the rows are stored", stage.err, OK);
}

static inline struct stage_look
stage_load(struct ask ask)
{
	struct stage_look look;

	stage_look_start(&look, stage.store, &stage.arena, ask);
	while (!look.done)
		store_memory_step(stage.store, stage.now);
	return look;
}

static inline size_t
stage_count(const struct table *table)
{
	return stage_load((struct ask){ .table = table, .limit = 1000 }).count;
}

/* Policy */

static inline void
stage_publish_framework(const char *name)
{
	struct unit *unit = stage_unit();

	shipped_framework_put(&stage.arena, unit, name, stage.now);
	store_memory_become(stage.store, ROLE_STEWARD);
	stage_commit(unit);
	store_memory_become(stage.store, ROLE_WORKER);
	while (store_memory_step(stage.store, stage.now))
		continue;
}

static inline void
stage_publish(void)
{
	stage_publish_framework("jp-idtf");
	stage.settings.shelf = policy_shelf_new(stage.store);
	while (store_memory_step(stage.store, stage.now))
		continue;
}

static inline struct requirement_name
stage_least(const char *area, const char *level)
{
	return (struct requirement_name){ .framework = span_text("jp-idtf"), .area_count = 1,
		.areas = { { span_text(area), span_text(level) } } };
}

/* Persons */

static inline struct credential
stage_credential(const struct person *p, enum credential_kind kind, const char *name)
{
	/* Active for long: a front's clock is the machine's, and the stage's another. */
	return (struct credential){ .account = p->account.id, .id = id_new(stage.now), .kind = kind,
		.state = CREDENTIAL_ACTIVE, .name = span_text(name), .issued = stage.now, .activated = { 1 },
		.binding = BINDING_IN_PROOFING };
}

/* Somebody proofed by the card, with an authenticator of each kind. */
static inline struct person
stage_person(const char *passkey_id, const char *handle)
{
	struct person p = { .account = account_new(stage.now) };
	struct buffer key = buffer_init(256);
	struct recovery_codes paper;
	struct unit *unit = stage_unit();

	software_start();
	p.key = software_key;
	p.account.standing = ACCOUNT_FULL;
	p.account.contact_count = 1;
	p.account.contacts[0] = (struct contact){ .address = span_text(arena_print(&stage.arena, "%s@person.example",
	    p.account.number)), .added = stage.now, .confirmed = stage.now };
	software_cose_key(&key);
	p.passkey = stage_credential(&p, CREDENTIAL_PASSKEY, "telephone");
	p.passkey.passkey = (struct credential_passkey){ .id = span_text(passkey_id), .key = kept(&stage.arena, &key),
		.sign_count = 10, .user_verified = true, .resident = true, .format = span_text("none") };
	p.totp = stage_credential(&p, CREDENTIAL_ONE_TIME, "codes");
	p.totp.one_time = (struct credential_one_time){ .kind = CODE_TOTP, .digest = CODE_SHA1, .digits = 6,
		.period = 30, .secret = code_secret_wrap(&stage.arena, &stage.settings.wrapping, &p.totp.id,
		    span_text(TOTP_SECRET)) };
	p.paper = stage_credential(&p, CREDENTIAL_RECOVERY, "paper");
	recovery_codes_make(&paper, p.codes);
	memcpy(p.paper.recovery.digests, paper.digests, sizeof(paper.digests));
	p.card = stage_credential(&p, CREDENTIAL_CARD, "card");
	p.card.card.handle = span_text(handle);
	account_put(unit, &stage.arena, &p.account);
	credential_put(unit, &stage.arena, &p.passkey);
	credential_put(unit, &stage.arena, &p.totp);
	credential_put(unit, &stage.arena, &p.paper);
	credential_put(unit, &stage.arena, &p.card);
	account_name_put(unit, account_name_key(&stage.arena, p.account.contacts[0].address), &p.account.id, 0);
	proofing_record_put(unit, &stage.arena, &p.account.id, &(struct proofing_record){ .id = id_new(stage.now),
		.method = PROOFING_BY_CARD, .at = stage.now, .facts = span_text("{\"proofing.government_ids\":1}") });
	stage_commit(unit);
	return p;
}

/* As the store has it now. */
static inline struct credential
stage_stored(const struct credential *c)
{
	struct stage_look look = stage_load(credential_ask(&stage.arena, &c->account, &c->id));
	struct credential found;
	struct problem why;

	expect_number("it is there", look.count, 1);
	expect_ok("and is read", credential_loaded(&stage.arena, look.rows, &found, &why), &why);
	return found;
}

static inline void
stage_state(const struct credential *c, enum credential_state state)
{
	struct credential now = stage_stored(c);
	struct unit *unit = stage_unit();

	now.state = state;
	credential_put(unit, &stage.arena, &now);
	stage_commit(unit);
}

static inline void
login_stage_open_at(uint64_t seed, struct instant now)
{
	static const struct span origins[] = { { (const uint8_t *)"https://watashi.example", 23 } };

	stage = (struct login_stage){ .arena = arena_init(GIB), .now = now };
	stage.store = store_memory_new(stage_tables, ROLE_WORKER, seed);
	stage.settings = (struct person_settings){
		.base_url = span_text("https://watashi.example/"), .origin = origins[0],
		.name = { span_text("わたし"), span_text("Watashi") },
		.site = { .rp_id = span_text("watashi.example"), .origins = origins, .origin_count = 1,
		    .rsa_least = 2048 },
		.windows = { .ahead = 10, .around = 1, .resynchronising = 100 },
		.wrapping = { .secret = "thirty-two bytes of a secret..." },
		.session = { .lasts = SECONDS(12 * 3600), .idle = SECONDS(1800) },
		.login_for = SECONDS(600), .parent_age = SECONDS(86400),
		.relying_party = span_text("https://watashi.example/account"),
		.identity_provider = span_text("https://watashi.example/idp"),
		.operator = span_text("operator"),
		.account = stage_least("token", "2"), .change = stage_least("token", "3"),
		.proofing = &stage.proofing,
		.roll = roll_new(),
	};
	stage_publish();
	stage.person = stage_person(PASSKEY_ID, CARD_HANDLE);
	stage.other = stage_person("the passkey of somebody else", "ffffffffffffffffffffffffffffffff");
}

static inline void
login_stage_open(uint64_t seed)
{
	struct instant now;

	assert_true(instant_read(span_text(NEW_YEAR), &now));
	login_stage_open_at(seed, now);
}

static inline void
login_stage_close(void)
{
	policy_shelf_free(stage.settings.shelf);
	roll_free(stage.settings.roll);
	store_free(stage.store);
	EVP_PKEY_free(stage.person.key);
	EVP_PKEY_free(stage.other.key);
	arena_release(&stage.arena);
}

/* A login */

static inline void
stage_on_begun(void *arg, enum err err, const struct login_begun *begun, const struct problem *why)
{
	(void)arg;
	stage.done = true;
	stage.err = err;
	if (why)
		stage.why = *why;
	if (err != OK)
		return;
	stage.at.id = begun->login.id;
	memcpy(stage.at.browser, begun->cookie.digest, sizeof(stage.at.browser));
}

static inline enum err
stage_begin_with(enum login_why why, const struct session *session, const uint8_t *known)
{
	const struct requirement_name *wanted = login_requirement(&stage.settings, why);

	stage.done = false;
	login_begin(stage.store, &stage.arena, &stage.settings, &(struct login_begin){ .front = LOGIN_FOR_ACCOUNT,
		.reference = span_text("/account/"), .relying_party = stage.settings.relying_party,
		.name = stage.settings.name, .why = why, .wanted = *wanted, .where = span_text(WHERE),
		.persona = why == LOGIN_AS_ADMINISTRATIVE ? PERSONA_ADMINISTRATIVE : PERSONA_NONE,
		.session = session, .known = known, .now = stage.now }, stage_on_begun, NULL);
	expect_true("nothing is answered before the call returns", !stage.done);
	stage_run();
	return stage.err;
}

static inline void
stage_begin(enum login_why why)
{
	expect_ok("a login begins", stage_begin_with(why, NULL, NULL), &stage.why);
}

static inline struct login_request *
stage_at(void)
{
	stage.at.now = stage.now;
	stage.done = false;
	return &stage.at;
}

static inline struct login
stage_login(void)
{
	struct stage_look look = stage_load(login_ask(&stage.at.id));
	struct login l;

	expect_number("the login is there", look.count, 1);
	expect_true("and is read", login_read(look.rows[0].value, &l));
	return l;
}

static inline void
stage_on_changed(void *arg, enum err err, const struct problem *why)
{
	(void)arg;
	stage.done = true;
	stage.err = err;
	if (why)
		stage.why = *why;
}

static inline enum err
stage_claim_to(const char *who, bool remember)
{
	login_claim(stage.store, &stage.arena, &(struct login_claim){ .request = *stage_at(), .who = span_text(who),
		.remember = remember }, stage_on_changed, NULL);
	stage_run();
	return stage.err;
}

static inline void
stage_claim(const char *who)
{
	expect_ok("said", stage_claim_to(who, false), &stage.why);
}

static inline void
stage_on_answered(void *arg, enum err err, const struct login_refusal *refusal, const struct problem *why)
{
	(void)arg;
	stage.done = true;
	stage.err = err;
	stage.refused = refusal != NULL;
	stage.refusal = refusal ? *refusal : (struct login_refusal){ .step = "" };
	if (why)
		stage.why = *why;
}

/* "": it joined; the refusal's step, and "STEP REASON" where there is one; "!CODE" where it failed. */
static inline const char *
stage_outcome(void)
{
	if (stage.err != OK)
		return arena_print(&stage.arena, "!%s", err_name(stage.err));
	if (!stage.refused)
		return "";
	return stage.refusal.reason ? arena_print(&stage.arena, "%s %s", stage.refusal.step, stage.refusal.reason)
	                            : stage.refusal.step;
}

/* Passkeys */

static inline void
stage_on_options(void *arg, enum err err, const struct login_passkey_options *options, const struct problem *why)
{
	(void)arg;
	stage.done = true;
	stage.err = err;
	if (why)
		stage.why = *why;
	if (err != OK)
		return;
	stage.options = *options;
	memcpy(stage.challenge, options->challenge.data, sizeof(stage.challenge));
}

static inline enum err
stage_ask_passkey(void)
{
	login_passkey_begin(stage.store, &stage.arena, stage_at(), stage_on_options, NULL);
	stage_run();
	return stage.err;
}

/* What the browser of this person sends for the challenge at hand, with what a test wants wrong about it. */
static inline struct span
stage_assertion(const struct person *p, struct ceremony wrong)
{
	software_key = p->key;
	if (!wrong.id)
		wrong.id = arena_text(&stage.arena, p->passkey.passkey.id);
	if (!wrong.challenge && !wrong.challenge_bytes.size)
		wrong.challenge_bytes = arena_copy(&stage.arena, span_of(stage.challenge, sizeof(stage.challenge)));
	if (!wrong.user_handle && !wrong.user_handle_bytes.size)
		wrong.user_handle_bytes = span_of(p->account.id.bytes, sizeof(struct id));
	if (!wrong.sign_count)
		wrong.sign_count = p->passkey.passkey.sign_count + 1;
	return software_get(&stage.arena, &wrong);
}

static inline struct pending *
stage_send_passkey(struct span body, on_login_answered *done, void *arg)
{
	return login_passkey_finish(stage.store, &stage.arena, &stage.settings, stage_at(), body, done, arg);
}

static inline const char *
stage_answer_passkey(struct span body)
{
	stage_send_passkey(body, stage_on_answered, NULL);
	expect_true("nothing is answered before the call returns", !stage.done);
	stage_run();
	return stage_outcome();
}

static inline const char *
stage_passkey(const struct person *p)
{
	expect_ok("a challenge", stage_ask_passkey(), &stage.why);
	return stage_answer_passkey(stage_assertion(p, (struct ceremony){ .type = NULL }));
}

/* Codes */

static inline const char *
stage_try(enum login_way way, const char *code, const char *second)
{
	login_code_check(stage.store, &stage.arena, &stage.settings, &(struct login_code){ .request = *stage_at(),
		.way = way, .code = span_text(code), .second = span_text(second) }, stage_on_answered, NULL);
	expect_true("nothing is answered before the call returns", !stage.done);
	stage_run();
	return stage_outcome();
}

/* Finishing */

static inline void
stage_on_finished(void *arg, enum err err, const struct login_finished *finished, const struct problem *why)
{
	(void)arg;
	stage.done = true;
	stage.err = err;
	if (why)
		stage.why = *why;
	if (err == OK)
		stage.finished = *finished;
}

static inline enum err
stage_finish(void)
{
	stage.finished = (struct login_finished){ .login = NULL };
	login_finish(stage.store, &stage.arena, &stage.settings, stage_at(), stage_on_finished, NULL);
	stage_run();
	return stage.err;
}

/* Looking */

static inline void
stage_on_found(void *arg, enum err err, const struct login_case *found, const struct problem *why)
{
	(void)arg;
	stage.done = true;
	stage.err = err;
	if (why)
		stage.why = *why;
	if (err != OK)
		return;
	stage.found = *found;
	expect_ok("it is looked at", login_look(&stage.arena, found, &stage.view, &stage.why), &stage.why);
}

static inline enum err
stage_look(void)
{
	login_case_load(stage.store, &stage.arena, &stage.settings, stage_at(), stage_on_found, NULL);
	stage_run();
	return stage.err;
}

/* "passkey+ app?": enough, perhaps, (-) not; the recommended one in brackets. */
static inline const char *
stage_ways(void)
{
	static const char marks[] = { [LOGIN_PERHAPS] = '?', [LOGIN_NOT_ENOUGH] = '-', [LOGIN_ENOUGH] = '+' };
	const char *text = "";

	expect_ok("it is looked at", stage_look(), &stage.why);
	for (size_t i = 0; i < stage.view.offer_count; i++) {
		const struct login_offer *o = &stage.view.offers[i];

		text = arena_print(&stage.arena, "%s%s%s%s%c%s", text, i ? " " : "", o->recommended ? "[" : "",
		    login_way_name(o->way), marks[o->enough], o->recommended ? "]" : "");
	}
	return text;
}

/* The newest line of somebody's history. */
static inline struct history_event
stage_history(const struct person *p)
{
	struct stage_look look = stage_load(history_ask(&stage.arena, &p->account.id, 1));
	struct history_event e = { .kind = HISTORY_NOTHING };

	if (look.count)
		expect_true("it is read", history_read(look.rows[0].value, &e));
	return e;
}
