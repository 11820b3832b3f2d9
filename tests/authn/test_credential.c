/* tests/authn/test_credential.c - an authenticator's row, its index rows, and every step of its life. */
#include "authn/store_stage.h"

#include "authn/attestation.h"
#include "base/file.h"

#define SPAN(text) { (const uint8_t *)(text), sizeof(text) - 1 }

static const struct id account = { "account of a man" };
static const struct id session = { "a session of one" };

static const struct credential *
one_of(enum credential_kind kind)
{
	static struct credential c;

	c = (struct credential){
		.account = account, .id = { { 1, (uint8_t)kind } }, .kind = kind, .state = CREDENTIAL_ACTIVE,
		.name = SPAN("私の鍵"), .issued = { 1 }, .activated = { 2 }, .changed = { 3 }, .used = { 4 },
		.expires = { SECONDS(4000000000) }, .actor = SPAN("person"), .reason = SPAN("added"),
		    .evidence = session,
		.replaces = { { 9 } }, .binding = BINDING_EXISTING, .binding_record = { { 8 } },
		.parent = PARENT_GOOD, .parent_handle = SPAN("handle of the parent"), .parent_checked = { 5 },
		.failures = 3,
	};
	switch (kind) {
	case CREDENTIAL_PASSKEY:
		c.passkey = (struct credential_passkey){
			.id = SPAN("passkey's id"), .key = SPAN("cose"), .sign_count = 0xfffffffe,
			    .user_verified = true,
			.backup_eligible = true, .backed_up = false, .resident = true, .aaguid = "a model's name..",
			.format = SPAN("packed"), .attestation = ATTESTATION_ANONYMOUS_CA, .trusted = true,
			.certified_level = 6, .protection = 12, .model = SPAN("Key"), .transports = SPAN("usb,nfc"),
			.key_ids = SPAN("twenty bytes of keyid, twenty bytes of ano"),
		};
		c.passkey.key_ids.size = 40;
		break;
	case CREDENTIAL_CARD:
		c.card = (struct credential_card){ .handle = SPAN("a handle"), .mobile = true };
		break;
	case CREDENTIAL_APP:
		c.app = (struct credential_app){
			.key = SPAN("spki"), .platform = SPAN("Android"), .pin = "digest",
			.pin_drawn = true, .push_endpoint = SPAN("https://push.example/1"), .push_key = SPAN("p256dh"),
			.push_secret = SPAN("auth"),
			.passkey = { .id = SPAN("the phone's own"), .key = SPAN("cose"), .sign_count = 7,
			    .user_verified = true, .aaguid = "the phone's make", .format = SPAN("none") },
		};
		break;
	case CREDENTIAL_ONE_TIME:
		c.one_time = (struct credential_one_time){
			.kind = 2, .digest = 1, .digits = 8, .period = 60, .secret = SPAN("wrapped"),
			    .next = UINT64_MAX,
			.drift = -3,
		};
		break;
	default:
		memset(c.recovery.digests[9], 7, 32);
		break;
	}
	return &c;
}

static struct span
written(const struct credential *c)
{
	struct buffer b = buffer_init(64 * KIB);
	struct span copy;

	credential_write(&b, c);
	copy = arena_copy(&stage.arena, buffer_span(&b));
	buffer_release(&b);
	return copy;
}

static struct span
name_of(const struct credential *c)
{
	return c->kind == CREDENTIAL_PASSKEY ? c->passkey.id : c->kind == CREDENTIAL_APP ? c->app.key
	    : c->kind == CREDENTIAL_CARD ? c->card.handle : (struct span){ 0 };
}

static void
a_row_says_what_was_written(void **state)
{
	(void)state;
	for (enum credential_kind kind = CREDENTIAL_PASSKEY; kind < CREDENTIAL_KINDS; kind++) {
		const struct credential *c = one_of(kind);
		const char *title = credential_kind_name(kind);
		struct span row = written(c);
		struct credential back;

		expect_true(title, credential_read(row, &back));
		expect_true(title, span_equal(written(&back), row));
		expect_number(title, back.kind, kind);
		expect_span(title, back.name, "私の鍵");
		expect_number(title, back.parent, PARENT_GOOD);
		expect_number(title, back.failures, 3);
		expect_true(title, back.indexed);
		for (size_t cut = 0; cut < row.size; cut++)
			expect_true("a row that was cut is none", !credential_read(span_first(row, cut), &back));
	}
}

static void
a_row_that_is_none_of_ours_is_told(void **state)
{
	static const struct { const char *title; size_t at; uint8_t byte; } altered[] = {
		{ "another form", 0, 2 },
		{ "no kind", 1, 0 },
		{ "a kind that nobody knows", 1, CREDENTIAL_KINDS },
		{ "no state", 2, 0 },
		{ "a state that nobody knows", 2, CREDENTIAL_EXPIRED + 1 },
		{ "a flag that is none", 3, 2 },
	};
	struct credential back;
	struct problem why;

	(void)state;
	for (size_t i = 0; i < COUNT(altered); i++) {
		struct span row = written(one_of(CREDENTIAL_PASSKEY));
		struct row loaded = { .value = row, .generation = 1 };
		uint8_t *bytes = arena_take(&stage.arena, row.size);

		memcpy(bytes, row.data, row.size);
		bytes[altered[i].at] = altered[i].byte;
		loaded.value.data = bytes;
		expect_problem(altered[i].title, credential_loaded(&stage.arena, &loaded, &back, &why), &why,
		    ERR_UNAVAILABLE, "a form this build does not know");
	}
	expect_problem("no row", credential_loaded(&stage.arena, NULL, &back, &why), &why, ERR_NOT_FOUND,
	    "no such authenticator");
}

/* Every state and every step: where it leads, "-" nowhere, "=" it is there already. */
static void
every_step_from_every_state(void **state)
{
	static const char *const step_names[] = {
		[CREDENTIAL_ACTIVATE] = "activate", [CREDENTIAL_SUSPEND] = "suspend", [CREDENTIAL_RESUME] = "resume",
		[CREDENTIAL_LOCK] = "lock", [CREDENTIAL_UNLOCK] = "unlock", [CREDENTIAL_REVOKE] = "revoke",
		[CREDENTIAL_EXPIRE] = "expire",
	};
	static const struct { enum credential_state from; const char *to; } life[] = {
		/*                        activate  suspend    resume  lock    unlock  revoke  expire */
		{ CREDENTIAL_ISSUED,    "active    -         -       -       -       revoked expired" },
		{ CREDENTIAL_ACTIVE,    "=         suspended =       locked  =       revoked expired" },
		{ CREDENTIAL_SUSPENDED, "-         =         active  -       -       revoked expired" },
		{ CREDENTIAL_LOCKED,    "-         -         -       =       active  revoked expired" },
		{ CREDENTIAL_REVOKED,   "-         -         -       -       -       =       -" },
		{ CREDENTIAL_EXPIRED,   "-         -         -       -       -       -       =" },
	};
	const struct credential_because because = {
		.actor = SPAN("system"), .reason = SPAN("model-revoked"), .evidence = session, .now = { 77 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(life); i++) {
		struct span words = span_text(life[i].to);

		for (enum credential_step step = CREDENTIAL_ACTIVATE; step <= CREDENTIAL_EXPIRE; step++) {
			struct credential c = *one_of(CREDENTIAL_APP);
			struct problem why;
			bool changed = true;
			struct span to;
			enum err err;
			const char *title = arena_print(&stage.arena, "%s of one %s", step_names[step],
			    credential_state_name(life[i].from));

			while ((to = span_cut(&words, ' ')).size == 0)
				continue;
			c.state = life[i].from;
			err = credential_take(&c, step, &because, &changed, &why);
			if (span_is(to, "-")) {
				expect_problem(title, err, &why, ERR_CONFLICT, credential_state_name(life[i].from));
				expect_true(title, !changed && c.state == life[i].from && c.changed.us == 3);
			} else if (span_is(to, "=")) {
				expect_ok(title, err, &why);
				expect_true(title, !changed && c.changed.us == 3);
				expect_span(title, c.reason, "added");
			} else {
				expect_ok(title, err, &why);
				expect_true(title, changed && c.changed.us == 77);
				expect_number(title, c.activated.us, c.state == CREDENTIAL_ACTIVE ? 77 : 2);
				expect_span(title, to, credential_state_name(c.state));
				expect_span(title, c.actor, "system");
				expect_span(title, c.reason, "model-revoked");
				expect_ok("twice", credential_take(&c, step, &because, &changed, &why), &why);
				expect_true("twice is once", !changed);
			}
		}
	}
}

static void
only_an_active_one_is_usable(void **state)
{
	static const struct {
		const char *title;
		enum credential_state in;
		int64_t expires; /* seconds from now; 0: never */
		const char *why;
	} cases[] = {
		{ "issued, not yet taken into use", CREDENTIAL_ISSUED, 0, "issued" },
		{ "active", CREDENTIAL_ACTIVE, 0, NULL },
		{ "active until later", CREDENTIAL_ACTIVE, 1, NULL },
		{ "its end is now", CREDENTIAL_ACTIVE, -1, "expired" },
		{ "suspended", CREDENTIAL_SUSPENDED, 0, "suspended" },
		{ "locked", CREDENTIAL_LOCKED, 0, "locked" },
		{ "suspended, and its end has come", CREDENTIAL_SUSPENDED, -1, "expired" },
		{ "revoked", CREDENTIAL_REVOKED, 0, "revoked" },
		{ "revoked, and its end has come", CREDENTIAL_REVOKED, -1, "revoked" },
		{ "expired", CREDENTIAL_EXPIRED, 0, "expired" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct credential c = *one_of(CREDENTIAL_CARD);
		const char *why;

		c.state = cases[i].in;
		c.expires = cases[i].expires ? instant_after(stage.now, SECONDS(cases[i].expires))
		    : (struct instant){ 0 };
		expect_true(cases[i].title, credential_usable(&c, stage.now, &why) == !cases[i].why);
		expect_text(cases[i].title, why ? why : "", cases[i].why ? cases[i].why : "");
		expect_text(cases[i].title, credential_state_name(credential_state_at(&c, stage.now)),
		    cases[i].why ? cases[i].why : "active");
		expect_true(cases[i].title, credential_ended(&c, stage.now) ==
		    (cases[i].why && (!strcmp(cases[i].why, "revoked") || !strcmp(cases[i].why, "expired"))));
	}
}

/* The answer, copied. */
static struct credential
loaded(const struct id *credential)
{
	struct ask ask = credential_ask(&stage.arena, &account, credential);
	struct credential c;
	struct problem why;

	stage_load(&ask);
	expect_ok("loaded", credential_loaded(&stage.arena, ask.count ? ask.rows : NULL, &c, &why), &why);
	return c;
}

static void
put(const struct credential *c, enum err expected)
{
	struct unit *unit = stage_unit();

	credential_put(unit, &stage.arena, c);
	expect_number("put", stage_commit(unit), expected);
}

static struct ask
found_by_name(const struct credential *c)
{
	struct ask ask = { .table = &credential_name_table,
		.from = credential_name_key(&stage.arena, c->kind, name_of(c)) };

	stage_load(&ask);
	return ask;
}

static void
revoked_one_can_be_enrolled_again(enum credential_kind kind)
{
	const struct credential_because because = { .actor = SPAN("person"), .reason = SPAN("lost"), .now = { 99 } };
	struct credential first = *one_of(kind), again = *one_of(kind);
	struct id of, credential;
	struct problem why;
	struct ask found;
	bool changed;

	again.id.bytes[15] = 2;
	put(&first, OK);
	found = found_by_name(&first);
	expect_true("found by its name",
	    found.count == 1 && credential_name_read(found.rows[0].value, &of, &credential));
	expect_true("of its account", memcmp(&of, &account, sizeof(of)) == 0 &&
	    memcmp(&credential, &first.id, sizeof(credential)) == 0);
	expect_number("by its model", stage_count(&credential_model_table), credential_passkey_of(&first) != NULL);
	put(&again, ERR_CONFLICT);
	put(&first, ERR_CONFLICT);

	first = loaded(&first.id);
	expect_ok("revoked", credential_take(&first, CREDENTIAL_REVOKE, &because, &changed, &why), &why);
	put(&first, OK);
	expect_number("no name any more", stage_count(&credential_name_table), 0);
	expect_number("no model any more", stage_count(&credential_model_table), 0);
	put(&first, ERR_CONFLICT); /* it was loaded before */

	put(&again, OK);
	expect_number("enrolled again", found_by_name(&again).count, 1);
	first = loaded(&first.id);
	first.name = span_text("the old one");
	put(&first, OK);
	expect_number("the old one's row takes nothing from the new", found_by_name(&again).count, 1);
}

static void
a_revoked_passkey_can_be_enrolled_again(void **state)
{
	(void)state;
	revoked_one_can_be_enrolled_again(CREDENTIAL_PASSKEY);
}

static void
a_revoked_app_can_be_enrolled_again(void **state)
{
	(void)state;
	revoked_one_can_be_enrolled_again(CREDENTIAL_APP);
}

/* WebAuthn L3 s7.1 step 26: whether it unlocks an app or logs in by itself, it is enrolled once. */
static void
an_apps_own_passkey_is_nobody_elses(void **state)
{
	struct credential app = *one_of(CREDENTIAL_APP), passkey = *one_of(CREDENTIAL_PASSKEY), other = app;
	struct ask found = { .table = &credential_name_table };
	struct id of, credential;

	(void)state;
	put(&app, OK);
	found.from = credential_name_key(&stage.arena, CREDENTIAL_PASSKEY, app.app.passkey.id);
	stage_load(&found);
	expect_true("found by it", found.count == 1 &&
	    credential_name_read(found.rows[0].value, &of, &credential) &&
	    memcmp(&credential, &app.id, sizeof(credential)) == 0);
	passkey.id.bytes[15] = 2;
	passkey.passkey.id = app.app.passkey.id;
	put(&passkey, ERR_CONFLICT);
	other.id.bytes[15] = 3;
	other.app.key = span_text("another phone's key");
	put(&other, ERR_CONFLICT);
	other.app.passkey = (struct credential_passkey){ .id = { 0 } };
	put(&other, OK);
	expect_number("of one that asks a PIN there is one name", stage_count(&credential_name_table), 3);
	expect_true("and nothing of WebAuthn's", !credential_passkey_of(&other));
	expect_true("as its row says", !loaded(&other.id).app.passkey.id.size);
}

static void
a_revoked_card_can_be_enrolled_again(void **state)
{
	(void)state;
	revoked_one_can_be_enrolled_again(CREDENTIAL_CARD);
}

static void
an_expired_one_is_still_found_to_be_told_so(void **state)
{
	const struct credential_because because = { .actor = SPAN("system"), .reason = SPAN("end"), .now = { 99 } };
	struct credential c = *one_of(CREDENTIAL_CARD), next = *one_of(CREDENTIAL_CARD);
	struct problem why;
	struct unit *unit;
	struct ask found;
	bool changed;

	(void)state;
	put(&c, OK);
	c = loaded(&c.id);
	expect_ok("expired", credential_take(&c, CREDENTIAL_EXPIRE, &because, &changed, &why), &why);
	put(&c, OK);
	found = found_by_name(&c);
	expect_number("its name stands", found.count, 1);
	next.id.bytes[15] = 3;
	put(&next, ERR_CONFLICT);
	c = loaded(&c.id);
	unit = stage_unit();
	credential_remove(unit, &stage.arena, &c);
	expect_number("gone", stage_commit(unit), OK);
	expect_number("with its name", found_by_name(&c).count, 0);
	put(&next, OK);
}

static void
one_of_u2f_is_indexed_by_its_attestations_keys(void **state)
{
	struct credential c = *one_of(CREDENTIAL_PASSKEY);

	(void)state;
	memset(c.passkey.aaguid, 0, sizeof(c.passkey.aaguid));
	put(&c, OK);
	expect_number("each of them", stage_count(&credential_model_table), 2);
}

static void
one_time_codes_have_no_name_and_recovery_codes_their_accounts(void **state)
{
	struct credential second = *one_of(CREDENTIAL_RECOVERY);

	(void)state;
	put(one_of(CREDENTIAL_ONE_TIME), OK);
	expect_number("nobody finds them", stage_count(&credential_name_table), 0);
	put(one_of(CREDENTIAL_RECOVERY), OK);
	expect_number("by the account", stage_count(&credential_name_table), 1);
	second.id.bytes[15] = 2;
	put(&second, ERR_CONFLICT);
	expect_number("one set for each", stage_count(&credential_table), 2);
}

static void
a_page_goes_on_where_the_last_ended(void **state)
{
	struct ask page;
	struct credential c;

	(void)state;
	for (uint8_t i = 0; i < 10; i++) {
		c = *one_of(CREDENTIAL_ONE_TIME);
		c.id.bytes[15] = i;
		put(&c, OK);
		c.account.bytes[0]++;
		put(&c, OK);
	}
	page = credentials_ask(&stage.arena, &account, 4);
	stage_load(&page);
	expect_number("a page", page.count, 4);
	expect_true("there is more", page.more);
	assert_true(credential_read(page.rows[3].value, &c));
	expect_number("the newest first", c.id.bytes[15], 6);
	page = credentials_before_ask(&stage.arena, &account, &c.id, 10);
	stage_load(&page);
	expect_number("the rest, and nobody else's", page.count, 6);
	assert_true(credential_read(page.rows[0].value, &c));
	expect_number("where the last ended", c.id.bytes[15], 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_row_says_what_was_written, stage_open, stage_close),
		cmocka_unit_test_setup_teardown(a_row_that_is_none_of_ours_is_told, stage_open, stage_close),
		cmocka_unit_test_setup_teardown(every_step_from_every_state, stage_open, stage_close),
		cmocka_unit_test_setup_teardown(only_an_active_one_is_usable, stage_open, stage_close),
		cmocka_unit_test_setup_teardown(a_revoked_passkey_can_be_enrolled_again, stage_open, stage_close),
		cmocka_unit_test_setup_teardown(a_revoked_app_can_be_enrolled_again, stage_open, stage_close),
		cmocka_unit_test_setup_teardown(an_apps_own_passkey_is_nobody_elses, stage_open, stage_close),
		cmocka_unit_test_setup_teardown(a_revoked_card_can_be_enrolled_again, stage_open, stage_close),
		cmocka_unit_test_setup_teardown(an_expired_one_is_still_found_to_be_told_so, stage_open, stage_close),
		cmocka_unit_test_setup_teardown(one_of_u2f_is_indexed_by_its_attestations_keys, stage_open,
		    stage_close),
		cmocka_unit_test_setup_teardown(one_time_codes_have_no_name_and_recovery_codes_their_accounts,
		    stage_open, stage_close),
		cmocka_unit_test_setup_teardown(a_page_goes_on_where_the_last_ended, stage_open, stage_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
