/* tests/transaction/test_login_ways.c - the ways to authenticate in a login: what each takes, and everything that is
 * not what it should be.
 */
#include "transaction/login_stage.h"

#include <endian.h>

#include <openssl/hmac.h>

#include "base/log.h"
#include "transaction/card/task_row.h"

/* Passkeys */

static void
each_wrong_answer_names_its_step(void **state)
{
	static const struct {
		const char *title;
		struct ceremony wrong;
		const char *outcome;
	} cases[] = {
		{ "as it should be", { .type = NULL }, "" },
		{ "of another ceremony", { .type = "webauthn.create" }, "type" },
		{ "for another challenge", { .challenge = "another challenge of 32 bytes ..." }, "challenge" },
		{ "on another site", { .origin = "https://watashi.example.evil.example" }, "origin" },
		{ "in a frame", { .cross_origin = 1 }, "cross-origin" },
		{ "of another domain", { .rp_id = "evil.example" }, "rp-id" },
		{ "nobody was there", { .without = 0x01 }, "user-present" },
		{ "by whom it did not see, though it can", { .without = 0x04 }, "user-verified" },
		{ "backed up, but not eligible", { .with = 0x10 }, "backup-flags" },
		{ "eligible all of a sudden", { .with = 0x08 }, "backup-eligible" },
		{ "signed by somebody else", { .bogus_signature = true }, "signature" },
		{ "with another account's handle", { .user_handle = "sixteen letters!" }, "user-handle" },
		{ "its counter as it was", { .sign_count = 10 }, "counter" },
		{ "its counter back", { .sign_count = 9 }, "counter" },
		{ "of a passkey of nobody's", { .id = "nobody's" }, "credential" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		login_stage_open(i + 1);
		stage_begin(LOGIN_TO_LOOK);
		expect_ok("a challenge", stage_ask_passkey(), &stage.why);
		expect_text(cases[i].title, stage_answer_passkey(stage_assertion(&stage.person, cases[i].wrong)),
		    cases[i].outcome);
		expect_number("joined or not", stage_login().authentication_count, *cases[i].outcome ? 0 : 1);
		if (*cases[i].outcome)
			expect_true("with a sentence", stage.refusal.text.size > 0);
		login_stage_close();
	}
}

/* It stands under its id, and is no way to log in: whoever holds it holds no phone. */
static void
a_passkey_that_unlocks_an_app_logs_nobody_in(void **state)
{
	struct buffer key = buffer_init(256);
	struct credential phone;
	struct unit *unit;

	(void)state;
	login_stage_open(1);
	phone = stage_credential(&stage.person, CREDENTIAL_APP, "telephone");
	software_key = stage.person.key;
	software_cose_key(&key);
	phone.app = (struct credential_app){ .key = span_text("a device key"), .passkey = {
	    .id = span_text("the phone's own"), .key = kept(&stage.arena, &key), .user_verified = true } };
	unit = stage_unit();
	credential_put(unit, &stage.arena, &phone);
	stage_commit(unit);
	stage_begin(LOGIN_TO_LOOK);
	expect_ok("a challenge", stage_ask_passkey(), &stage.why);
	expect_text("good as it is", stage_answer_passkey(stage_assertion(&stage.person, (struct ceremony){
	    .id = "the phone's own", .sign_count = 1 })), "app-passkey");
	expect_number("it joins nothing", stage_login().authentication_count, 0);
	login_stage_close();
}

static void
what_is_no_answer_uses_the_challenge_up_too(void **state)
{
	static const char *const bodies[] = { "", "{}", "[]", "{\"id\":\"AAAA\"}", "\xff", "{\"rawId\":1}" };

	(void)state;
	login_stage_open(1);
	stage_begin(LOGIN_TO_LOOK);
	for (size_t i = 0; i < COUNT(bodies); i++) {
		expect_ok("a challenge", stage_ask_passkey(), &stage.why);
		stage_answer_passkey(span_text(bodies[i]));
		expect_true("it is none", stage.err == ERR_SYNTAX || stage.err == ERR_INVALID);
		expect_text("and nothing waits any more",
		    stage_answer_passkey(stage_assertion(&stage.person, (struct ceremony){ .type = NULL })),
		    "!conflict");
	}
	login_stage_close();
}

static void
a_challenge_is_good_once_and_soon_and_here(void **state)
{
	struct login_request first;
	struct span body, late;

	(void)state;
	login_stage_open(2);
	stage_begin(LOGIN_TO_LOOK);
	expect_text("none was asked for", stage_answer_passkey(stage_assertion(&stage.person,
	    (struct ceremony){ .type = NULL })), "!conflict");
	expect_ok("a challenge", stage_ask_passkey(), &stage.why);
	body = stage_assertion(&stage.person, (struct ceremony){ .type = NULL });
	first = stage.at;
	stage_begin(LOGIN_TO_LOOK);
	expect_ok("another login's", stage_ask_passkey(), &stage.why);
	expect_text("is not answered by the first one's", stage_answer_passkey(body), "challenge");
	stage.at = first;
	expect_text("in its own it is good", stage_answer_passkey(body), "");
	expect_text("once", stage_answer_passkey(body), "!conflict");
	expect_ok("a new one", stage_ask_passkey(), &stage.why);
	expect_text("is not answered by the old", stage_answer_passkey(body), "challenge");
	expect_ok("a new one", stage_ask_passkey(), &stage.why);
	late = stage_assertion(&stage.person, (struct ceremony){ .sign_count = 30 });
	expect_ok("which a newer one ends", stage_ask_passkey(), &stage.why);
	expect_text("its answer comes too late", stage_answer_passkey(late), "challenge");
	expect_ok("a new one", stage_ask_passkey(), &stage.why);
	late = stage_assertion(&stage.person, (struct ceremony){ .sign_count = 30 });
	stage.now = instant_after(stage.now, LOGIN_CEREMONY_FOR);
	expect_text("after five minutes", stage_answer_passkey(late), "!conflict");
	login_stage_close();
}

/* Its own result of two that are on their way at one time. */
struct outcome_of {
	bool done, joined;
	enum err err;
};

static void
on_one_answered(void *arg, enum err err, const struct login_refusal *refusal, const struct problem *why)
{
	struct outcome_of *o = arg;

	(void)why;
	o->done = true;
	o->err = err;
	o->joined = err == OK && !refusal;
}

static void
of_two_answers_at_one_time_one_counts(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 12; seed++) {
		struct outcome_of one = { .done = false }, two = one;
		struct span body;

		login_stage_open(seed);
		stage_begin(LOGIN_TO_LOOK);
		expect_ok("a challenge", stage_ask_passkey(), &stage.why);
		body = stage_assertion(&stage.person, (struct ceremony){ .type = NULL });
		stage_send_passkey(body, on_one_answered, &one);
		stage_send_passkey(body, on_one_answered, &two);
		while (store_memory_step(stage.store, stage.now))
			continue;
		expect_true("both are answered", one.done && two.done);
		expect_number("one joined", one.joined + two.joined, 1);
		expect_true("the other is told", one.err == ERR_CONFLICT || two.err == ERR_CONFLICT);
		login_stage_close();
	}
}

/* One passkey, two logins, one counter (A20). */
static void
a_counter_is_not_lost_between_two_logins(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 12; seed++) {
		struct outcome_of one = { .done = false }, two = one;
		struct login_request first;
		struct span body, other;

		login_stage_open(seed);
		stage_begin(LOGIN_TO_LOOK);
		expect_ok("a challenge", stage_ask_passkey(), &stage.why);
		body = stage_assertion(&stage.person, (struct ceremony){ .sign_count = 11 });
		first = *stage_at();
		stage_begin(LOGIN_TO_LOOK);
		expect_ok("another", stage_ask_passkey(), &stage.why);
		other = stage_assertion(&stage.person, (struct ceremony){ .sign_count = 12 });
		stage_send_passkey(other, on_one_answered, &one);
		login_passkey_finish(stage.store, &stage.arena, &stage.settings, &first, body, on_one_answered, &two);
		while (store_memory_step(stage.store, stage.now))
			continue;
		expect_true("both are answered", one.done && two.done);
		if (one.joined && two.joined)
			expect_number("one after the other", stage_stored(&stage.person.passkey).passkey.sign_count,
			    12);
		else
			expect_true("or one of them", one.joined + two.joined == 1);
		login_stage_close();
	}
}

static void
a_copied_passkey_is_suspended_and_told(void **state)
{
	struct stage_look look;
	struct notice notice;

	(void)state;
	login_stage_open(3);
	stage_begin(LOGIN_TO_LOOK);
	expect_ok("a challenge", stage_ask_passkey(), &stage.why);
	expect_text("the counter went back", stage_answer_passkey(stage_assertion(&stage.person,
	    (struct ceremony){ .sign_count = 5 })), "counter");
	expect_number("suspended", stage_stored(&stage.person.passkey).state, CREDENTIAL_SUSPENDED);
	expect_span("for that reason", stage_stored(&stage.person.passkey).reason, "counter-back");
	expect_span("by nobody", stage_stored(&stage.person.passkey).actor, "system");
	look = stage_load((struct ask){ .table = &notice_table, .limit = 9 });
	expect_number("the person is told", look.count, 1);
	expect_true("is read", notice_read(look.rows[0].value, &notice));
	expect_number("of a suspension", notice.kind, NOTICE_CREDENTIAL_SUSPENDED);
	expect_number("it is in the history", stage_history(&stage.person).kind, HISTORY_CREDENTIAL_CHANGED);
	expect_number("and in the ledger", stage_count(&ledger_leaf_table), 1);
	expect_text("neither goes on", (stage.person.passkey.passkey.sign_count = 40, stage_passkey(&stage.person)),
	    "state suspended");
	login_stage_close();
}

static void
only_what_is_in_force_logs_in(void **state)
{
	static const struct {
		enum credential_state state;
		const char *outcome;
	} cases[] = {
		{ CREDENTIAL_ACTIVE, "" },
		{ CREDENTIAL_ISSUED, "state issued" },
		{ CREDENTIAL_SUSPENDED, "state suspended" },
		{ CREDENTIAL_LOCKED, "state locked" },
		{ CREDENTIAL_REVOKED, "state revoked" },
		{ CREDENTIAL_EXPIRED, "state expired" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *title = credential_state_name(cases[i].state);

		login_stage_open(i + 1);
		stage_state(&stage.person.passkey, cases[i].state);
		stage_begin(LOGIN_TO_LOOK);
		expect_text(title, stage_passkey(&stage.person), cases[i].outcome);
		if (*cases[i].outcome) {
			expect_ok("a challenge", stage_ask_passkey(), &stage.why);
			expect_text("of which only its holder learns", stage_answer_passkey(stage_assertion(
			    &stage.person, (struct ceremony){ .bogus_signature = true })), "signature");
			expect_ok("a challenge", stage_ask_passkey(), &stage.why);
			expect_true("nor by its id alone", strncmp("state", stage_answer_passkey(stage_assertion(
			    &stage.person, (struct ceremony){ .user_handle = "nobody" })), 5) != 0);
		}
		login_stage_close();
	}
	login_stage_open(9);
	stage.person.passkey = stage_stored(&stage.person.passkey);
	stage.person.passkey.expires = stage.now;
	{
		struct unit *unit = stage_unit();

		credential_put(unit, &stage.arena, &stage.person.passkey);
		stage_commit(unit);
	}
	stage_begin(LOGIN_TO_LOOK);
	expect_text("past its end, though nobody wrote so", stage_passkey(&stage.person), "state expired");
	login_stage_close();
}

static void
another_accounts_passkey_stays_the_others(void **state)
{
	(void)state;
	login_stage_open(4);
	stage_begin(LOGIN_TO_LOOK);
	stage_claim(stage.person.account.number);
	expect_text("a name binds nobody", stage_passkey(&stage.other), "");
	expect_true("it is whose the passkey is", memcmp(&(struct login){ .account = stage_login().account }.account,
	    &stage.other.account.id, sizeof(struct id)) == 0);
	expect_text("then it is nobody else's", stage_passkey(&stage.person), "account");
	expect_number("one is named to the browser", stage.options.allowed_count, 1);
	expect_span("its own", stage.options.allowed[0].passkey.id, "the passkey of somebody else");
	login_stage_close();
}

/* Codes */

/* RFC 4226 s5.3, with RFC 6238's moving factor: the code of that moment. */
static const char *
code_at(int64_t seconds_off)
{
	uint64_t counter = htobe64((uint64_t)((stage.now.us / SECONDS(1) + seconds_off) / 30));
	uint8_t sum[EVP_MAX_MD_SIZE];
	unsigned size = 0, at;
	uint32_t value;

	assert_non_null(HMAC(EVP_sha1(), TOTP_SECRET, (int)strlen(TOTP_SECRET), (const uint8_t *)&counter,
	    sizeof(counter), sum, &size));
	at = sum[size - 1] & 0xf;
	value = (uint32_t)(sum[at] & 0x7f) << 24 | (uint32_t)sum[at + 1] << 16 | (uint32_t)sum[at + 2] << 8 |
	    sum[at + 3];
	return arena_print(&stage.arena, "%06u", value % 1000000);
}

static void
a_code_counts_once(void **state)
{
	const char *code, *next, *far, *further;

	(void)state;
	login_stage_open(5);
	code = code_at(0);
	next = code_at(30);
	far = code_at(600);
	further = code_at(630);
	stage_begin(LOGIN_TO_LOOK);
	stage_claim(stage.person.account.number);
	expect_text("its code", stage_try(LOGIN_BY_CODE, code, ""), "");
	expect_text("once", stage_try(LOGIN_BY_CODE, code, ""), "code");
	expect_number("a failure", stage_stored(&stage.person.totp).failures, 1);
	stage_begin(LOGIN_TO_LOOK);
	stage_claim(stage.person.account.number);
	expect_text("nor in another login", stage_try(LOGIN_BY_CODE, code, ""), "code");
	expect_text("the next is another", stage_try(LOGIN_BY_CODE, next, ""), "");
	expect_number("and forgives", stage_stored(&stage.person.totp).failures, 0);
	expect_text("too far off", stage_try(LOGIN_BY_CODE, far, ""), "code");
	expect_text("but not where two in a row are", stage_try(LOGIN_BY_CODE, far, further), "");
	expect_text("of other digits", stage_try(LOGIN_BY_CODE, "12345", ""), "code");
	expect_text("of none", stage_try(LOGIN_BY_CODE, "abcdef", ""), "code");
	login_stage_close();
}

static void
a_code_from_paper_counts_once(void **state)
{
	(void)state;
	login_stage_open(6);
	stage_begin(LOGIN_TO_LOOK);
	stage_claim(stage.person.account.number);
	expect_text("one", stage_try(LOGIN_BY_RECOVERY, stage.person.codes[0], ""), "");
	expect_text("once", stage_try(LOGIN_BY_RECOVERY, stage.person.codes[0], ""), "recovery");
	expect_text("another", stage_try(LOGIN_BY_RECOVERY, stage.person.codes[9], ""), "");
	expect_text("another's", stage_try(LOGIN_BY_RECOVERY, stage.other.codes[1], ""), "recovery");
	expect_number("paper is not locked for it", stage_stored(&stage.person.paper).state, CREDENTIAL_ACTIVE);
	login_stage_close();
}

/* However often somebody who knows a number or an address mistypes: it is a way in of the person's still. */
static void
wrong_codes_of_strangers_take_nobodys_way_in(void **state)
{
	unsigned looked_at = 0;

	(void)state;
	login_stage_open(7);
	for (int hour = 0; hour < 24 * 30; hour++) {
		stage.now = instant_after(stage.now, SECONDS(3600));
		stage_begin(LOGIN_TO_LOOK);
		stage_claim(stage.person.account.number);
		looked_at += strcmp(stage_try(LOGIN_BY_CODE, "000000", ""), "wait") != 0;
	}
	expect_true("guessing is hopeless: so few are looked at in a month", looked_at > 5 && looked_at < 50);
	expect_number("the seed is in force", stage_stored(&stage.person.totp).state, CREDENTIAL_ACTIVE);
	expect_number("it tells how often", stage_stored(&stage.person.totp).failures, looked_at);
	expect_number("nothing changed that the person need be told", stage_count(&notice_table), 0);
	expect_text("another way does not wait", (stage_begin(LOGIN_TO_LOOK), stage_passkey(&stage.person)), "");
	stage.now = instant_after(stage.now, SECONDS(86400));
	stage_begin(LOGIN_TO_LOOK);
	stage_claim(stage.person.account.number);
	expect_text("and the right code logs in, once it is looked at", stage_try(LOGIN_BY_CODE, code_at(0), ""), "");
	expect_number("which ends what was in a row", stage_stored(&stage.person.totp).failures, 0);
	login_stage_close();
}

/* What the account has beside is the same fact, whichever way is used. */
static const char *
offered_after(const char *outcome)
{
	static const char offered[] = "\"token.phishing_resistant_offered\":true";
	static const char not_offered[] = "\"token.phishing_resistant_offered\":false";
	struct span facts;
	struct login l;

	expect_text("joined", outcome, "");
	l = stage_login();
	facts = l.authentications[l.authentication_count - 1].facts;
	if (memmem(facts.data, facts.size, offered, sizeof(offered) - 1))
		return "true";
	return memmem(facts.data, facts.size, not_offered, sizeof(not_offered) - 1) ? "false" : "unstated";
}

/* Whoever has two may mistype one for years: that does not add up against the other. */
static void
a_right_code_ends_what_was_in_a_row_for_each_seed(void **state)
{
	struct credential other;
	struct unit *unit;

	(void)state;
	login_stage_open(14);
	other = stage_credential(&stage.person, CREDENTIAL_ONE_TIME, "another");
	other.one_time = (struct credential_one_time){ .kind = CODE_HOTP, .digest = CODE_SHA1, .digits = 6,
		.secret = code_secret_wrap(&stage.arena, &stage.settings.wrapping, &other.id,
		    span_text("a counter's seed, as long as it takes")) };
	unit = stage_unit();
	credential_put(unit, &stage.arena, &other);
	stage_commit(unit);
	for (int i = 0; i < 3; i++) {
		stage_begin(LOGIN_TO_LOOK);
		stage_claim(stage.person.account.number);
		expect_text("wrong", stage_try(LOGIN_BY_CODE, "000000", ""), "code");
	}
	expect_number("which seed was meant nobody knows", stage_stored(&other).failures, 3);
	expect_text("right", stage_try(LOGIN_BY_CODE, code_at(0), ""), "");
	expect_number("for it", stage_stored(&stage.person.totp).failures, 0);
	expect_number("and for the other", stage_stored(&other).failures, 0);
	login_stage_close();
}

static void
guesses_spread_over_logins_end_at_the_accounts_limit(void **state)
{
	unsigned looked_at = 0;

	(void)state;
	login_stage_open(8);
	for (int i = 0; i < 200; i++) {
		stage_begin(LOGIN_TO_LOOK);
		stage_claim(stage.person.account.number);
		/* However patient: an hour between two of them. */
		stage.now = instant_after(stage.now, SECONDS(3600));
		stage_begin(LOGIN_TO_LOOK);
		stage_claim(arena_text(&stage.arena, stage.person.account.contacts[0].address));
		if (strcmp(stage_try(LOGIN_BY_CODE, "000000", ""), "wait") != 0)
			looked_at++;
	}
	expect_true("fifty at most in eight days", looked_at <= 50);
	expect_true("some at all", looked_at > 5);
	expect_text("then not even the right one", stage_try(LOGIN_BY_CODE, code_at(0), ""), "wait");
	expect_true("until a time that is told", instant_before(stage.now, stage.refusal.until));
	for (int i = 0; i < 100; i++)
		expect_text("wrong paper", stage_try(LOGIN_BY_RECOVERY, "AAAA-AAAA-AAAA-AAAA", ""), "recovery");
	expect_text("keeps nobody waiting", stage_try(LOGIN_BY_RECOVERY, stage.person.codes[0], ""), "");
	stage_begin(LOGIN_TO_LOOK);
	expect_text("another way is open", stage_passkey(&stage.person), "");
	login_stage_close();
}

static void
tries_at_one_time_are_not_all_looked_at(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 8; seed++) {
		struct outcome_of tries[8] = { { .done = false } };
		struct stage_look counted;
		struct attempts attempts;
		size_t conflicts = 0;

		login_stage_open(seed);
		stage_begin(LOGIN_TO_LOOK);
		stage_claim(stage.person.account.number);
		for (size_t i = 0; i < COUNT(tries); i++)
			login_code_check(stage.store, &stage.arena, &stage.settings, &(struct login_code){
			    .request = *stage_at(), .way = LOGIN_BY_CODE, .code = span_text("000000") },
			    on_one_answered, &tries[i]);
		while (store_memory_step(stage.store, stage.now))
			continue;
		for (size_t i = 0; i < COUNT(tries); i++) {
			expect_true("each is answered, and none joined", tries[i].done && !tries[i].joined);
			conflicts += tries[i].err == ERR_CONFLICT;
		}
		counted = stage_load(attempts_ask(&stage.arena, ATTEMPTS_CODE, span_of(
		    stage.person.account.id.bytes, sizeof(struct id))));
		expect_number("counted", counted.count, 1);
		counted.ask.rows = counted.rows;
		expect_ok("read", attempts_loaded(&counted.ask, &attempts, &stage.why), &stage.why);
		expect_number("as many as were looked at", attempts.failures + conflicts, COUNT(tries));
		login_stage_close();
	}
}

/* Cards */

/* The task of the login at hand, as the card's client leaves it. */
static struct card_task
put_task(enum outcome outcome, bool answered, const char *handle)
{
	struct card_task task = { .id = id_new(stage.now), .owner = stage.at.id, .purpose = JPKI_AUTHENTICATION,
		.until = instant_after(stage.now, SECONDS(300)), .answered = answered, .outcome = outcome,
		.handle = span_text(handle), .at = stage.now,
		.facts = span_text("{\"process.age\":0,\"token.attested\":true,\"token.certificate_status\":\"good\","
		    "\"token.factors\":[\"know\",\"have\"],\"token.hardware\":true,\"token.key_exportable\":false,"
		    "\"token.kinds\":[\"jpki-authentication\"],\"token.user_verification\":\"in-authenticator\"}"),
		.failed_step = span_text(outcome == ESTABLISHED ? "" : "revocation"),
		.why_ja = span_text("失効"), .why_en = span_text("revoked") };
	struct login l = stage_login();
	struct unit *unit = stage_unit();

	l.generation = stage_load(login_ask(&stage.at.id)).rows[0].generation;
	l.card = (struct login_card){ .task = task.id, .until = task.until };
	card_task_put(unit, &task, task.until);
	login_put(unit, &l);
	stage_commit(unit);
	return task;
}

static void
on_card_answered(void *arg, enum err err, bool waiting, const struct login_refusal *refusal,
    const struct problem *why)
{
	stage.waiting = waiting;
	stage_on_answered(arg, err, refusal, why);
}

static const char *
finish_card(void)
{
	login_card_finish(stage.store, &stage.arena, &stage.settings, stage_at(), on_card_answered, NULL);
	expect_true("nothing is answered before the call returns", !stage.done);
	stage_run();
	return stage_outcome();
}

static void
each_way_tells_the_same_of_what_else_there_is(void **state)
{
	static const struct { enum credential_state passkey; const char *offered; } cases[] = {
		{ CREDENTIAL_ACTIVE, "true" }, { CREDENTIAL_SUSPENDED, "false" }, { CREDENTIAL_REVOKED, "false" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		login_stage_open(30 + i);
		stage_state(&stage.person.passkey, cases[i].passkey);
		stage_begin(LOGIN_TO_LOOK);
		put_task(ESTABLISHED, true, CARD_HANDLE);
		expect_text("a card", offered_after(finish_card()), cases[i].offered);
		stage_begin(LOGIN_TO_LOOK);
		stage_claim(stage.person.account.number);
		expect_text("a code", offered_after(stage_try(LOGIN_BY_CODE, code_at(0), "")), cases[i].offered);
		expect_text("paper", offered_after(stage_try(LOGIN_BY_RECOVERY, stage.person.codes[0], "")),
		    cases[i].offered);
		if (cases[i].passkey == CREDENTIAL_ACTIVE) {
			stage_begin(LOGIN_TO_LOOK);
			expect_text("a passkey", offered_after(stage_passkey(&stage.person)), "true");
		}
		login_stage_close();
	}
}

static void
a_card_logs_in(void **state)
{
	(void)state;
	login_stage_open(20);
	stage.settings.account = stage_least("token", "4");
	stage_begin(LOGIN_TO_LOOK);
	expect_text("none was asked for", finish_card(), "!conflict");
	expect_true("so none is waited for", !stage.waiting);
	put_task(NOT_CHECKED, false, "");
	expect_text("none has answered", finish_card(), "!conflict");
	expect_true("and it is waited for", stage.waiting);
	put_task(ESTABLISHED, true, CARD_HANDLE);
	expect_text("it has", finish_card(), "");
	expect_true("as whose it is",
	    memcmp(&stage.person.card.account, (struct login[]){ stage_login() }[0].account.bytes, 16) == 0);
	expect_number("its result is used up", stage_count(&card_task_table), 1); /* the one nobody answered */
	expect_text("once", finish_card(), "!conflict");
	expect_ok("the login ends", stage_finish(), &stage.why);
	expect_true("at level 4", stage.finished.enough);
	login_stage_close();
}

/* A card of which nobody said whose it is: when it has been shown, showing it again is no way on. */
static void
what_was_shown_to_no_avail_is_not_offered_again(void **state)
{
	struct credential card;
	struct unit *unit;

	(void)state;
	login_stage_open(21);
	stage.settings.account = stage_least("credential-management", "2");
	card = stage_stored(&stage.person.card);
	card.binding = BINDING_UNCONFIRMED;
	unit = stage_unit();
	credential_put(unit, &stage.arena, &card);
	stage_commit(unit);
	stage_begin(LOGIN_TO_LOOK);
	put_task(ESTABLISHED, true, CARD_HANDLE);
	expect_text("the card", finish_card(), "");
	expect_text("leads on no more", stage_ways(), "passkey- code- recovery-");
	login_stage_close();
}

static void
a_card_that_is_not_good_is_told_why(void **state)
{
	static const struct {
		const char *title;
		enum outcome outcome;
		const char *handle;
		enum credential_state state;
		const char *expected;
	} cases[] = {
		{ "revoked by its issuer", REFUTED, CARD_HANDLE, CREDENTIAL_ACTIVE, "revocation" },
		{ "nobody could say", UNDETERMINED, CARD_HANDLE, CREDENTIAL_ACTIVE, "revocation" },
		{ "of no account", ESTABLISHED, "00000000000000000000000000000000", CREDENTIAL_ACTIVE, "credential" },
		{ "suspended here", ESTABLISHED, CARD_HANDLE, CREDENTIAL_SUSPENDED, "state suspended" },
		{ "taken from the account", ESTABLISHED, CARD_HANDLE, CREDENTIAL_REVOKED, "credential" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		login_stage_open(i + 1);
		stage_state(&stage.person.card, cases[i].state);
		stage_begin(LOGIN_TO_LOOK);
		put_task(cases[i].outcome, true, cases[i].handle);
		expect_text(cases[i].title, finish_card(), cases[i].expected);
		expect_number("it did not join", stage_login().authentication_count, 0);
		expect_number("and is used up", stage_count(&card_task_table), 0);
		if (cases[i].outcome != ESTABLISHED)
			expect_span("in the person's words", stage.refusal.why.en, "revoked");
		login_stage_close();
	}
	login_stage_open(9);
	stage_begin(LOGIN_TO_LOOK);
	stage_passkey(&stage.other);
	put_task(ESTABLISHED, true, CARD_HANDLE);
	expect_text("of another account than the login is", finish_card(), "account");
	login_stage_close();
}

/* Its certificate has ended: the name stays, so whoever tries it is told. */
static void
a_card_that_has_expired_logs_nobody_in(void **state)
{
	static const struct { const char *title; bool stepped; } cases[] = {
		{ "the steward has written so", true }, { "past its end, though nobody wrote so", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct credential c;
		struct unit *unit;
		bool changed = false;

		login_stage_open(50 + i);
		c = stage_stored(&stage.person.card);
		if (cases[i].stepped)
			expect_ok(cases[i].title, credential_take(&c, CREDENTIAL_EXPIRE,
			    &(struct credential_because){ .actor = span_text("system"), .reason = span_text("end"),
			    .now = stage.now }, &changed, &stage.why), &stage.why);
		else
			c.expires = stage.now;
		expect_number(cases[i].title, changed, cases[i].stepped);
		unit = stage_unit();
		credential_put(unit, &stage.arena, &c);
		stage_commit(unit);
		stage_begin(LOGIN_TO_LOOK);
		put_task(ESTABLISHED, true, CARD_HANDLE);
		expect_text(cases[i].title, finish_card(), "state expired");
		expect_number("it did not join", stage_login().authentication_count, 0);
		expect_number("and is used up", stage_count(&card_task_table), 0);
		expect_problem("nobody is logged in", stage_finish(), &stage.why, ERR_DENIED,
		    "nobody has authenticated");
		login_stage_close();
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_wrong_answer_names_its_step),
		cmocka_unit_test(a_passkey_that_unlocks_an_app_logs_nobody_in),
		cmocka_unit_test(what_is_no_answer_uses_the_challenge_up_too),
		cmocka_unit_test(a_challenge_is_good_once_and_soon_and_here),
		cmocka_unit_test(of_two_answers_at_one_time_one_counts),
		cmocka_unit_test(a_counter_is_not_lost_between_two_logins),
		cmocka_unit_test(a_copied_passkey_is_suspended_and_told),
		cmocka_unit_test(only_what_is_in_force_logs_in),
		cmocka_unit_test(another_accounts_passkey_stays_the_others),
		cmocka_unit_test(a_code_counts_once),
		cmocka_unit_test(a_code_from_paper_counts_once),
		cmocka_unit_test(wrong_codes_of_strangers_take_nobodys_way_in),
		cmocka_unit_test(each_way_tells_the_same_of_what_else_there_is),
		cmocka_unit_test(a_right_code_ends_what_was_in_a_row_for_each_seed),
		cmocka_unit_test(guesses_spread_over_logins_end_at_the_accounts_limit),
		cmocka_unit_test(tries_at_one_time_are_not_all_looked_at),
		cmocka_unit_test(a_card_logs_in),
		cmocka_unit_test(what_was_shown_to_no_avail_is_not_offered_again),
		cmocka_unit_test(a_card_that_is_not_good_is_told_why),
		cmocka_unit_test(a_card_that_has_expired_logs_nobody_in),
	};

	log_open("test", LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
