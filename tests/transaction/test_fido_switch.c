/* tests/transaction/test_fido_switch.c - a catalogue of models is switched whole, and those that people have of a model
 * that is not trusted any more are suspended, with the reason told; kept over what dies in between.
 */
#include "expect.h"
#include "store/look.h"

#include "base/log.h"
#include "ledger/entry.h"
#include "person/history.h"
#include "store/memory.h"
#include "transaction/authenticator/credential_change.h"
#include "transaction/authenticator/fido_effect.h"
#include "transaction/authenticator/fido_switch.h"

#define GOOD "a sound model..."
#define BROKEN "a broken model.."
#define MANY 100

static const struct table *const tables[] = {
	&credential_table, &credential_name_table, &credential_model_table, &history_table, &notice_table,
	&account_table, &account_name_table, &fido_model_table, &fido_state_table, &ledger_leaf_table,
	&ledger_entry_table, NULL,
};

static struct world {
	struct arena arena;
	struct store *store;
	struct instant now;
	struct account account;
	bool done;
	enum err err;
	struct problem why;
	struct fido_reviewed report;
} world;

static int
tear_down(void **state)
{
	(void)state;
	store_free(world.store);
	arena_release(&world.arena);
	return 0;
}

static void
run(void)
{
	while (!world.done && store_memory_step(world.store, world.now))
		continue;
	expect_true("what was started has an end", world.done);
	world.done = false;
}

static void
on_put(void *arg, const struct committed *c)
{
	(void)arg;
	world.done = true;
	world.err = c->code;
}

static void
commit(struct unit *unit)
{
	store_commit(world.store, unit, on_put, NULL);
	run();
	expect_number("put", world.err, OK);
}

static int
set_up(void **state)
{
	struct unit *unit;

	(void)state;
	log_open("test", LOG_LEVEL_ERROR);
	world = (struct world){ .arena = arena_init(256 * MIB) };
	assert_true(instant_read(span_text("2026-11-23T12:00:00Z"), &world.now));
	world.store = store_memory_new(tables, ROLE_WORKER, 4);
	world.account = account_new(world.now);
	world.account.standing = ACCOUNT_FULL;
	world.account.contact_count = 1;
	world.account.contacts[0] = (struct contact){ .address = span_text("hanako@example.jp"), .confirmed = { 1 } };
	unit = unit_new(&world.arena, tables, id_new(world.now));
	account_put(unit, &world.arena, &world.account);
	commit(unit);
	return 0;
}

static struct stage_look
look(struct ask ask)
{
	struct stage_look l;

	stage_look_start(&l, world.store, &world.arena, ask);
	while (!l.done)
		store_memory_step(world.store, world.now);
	return l;
}

static size_t
count(const struct table *table)
{
	return look((struct ask){ .table = table, .limit = 10000 }).count;
}

static struct credential
passkey(const char *model, uint8_t number, enum credential_state state, const char *reason)
{
	struct credential c = { .account = world.account.id, .id = { { number, 1 } }, .kind = CREDENTIAL_PASSKEY,
		.state = state, .name = span_text("my key"), .actor = span_text("person"), .reason = span_text(reason),
		.passkey = { .key = span_text("key"), .format = span_text("packed"), .trusted = true } };
	struct unit *unit = unit_new(&world.arena, tables, id_new(world.now));

	c.passkey.id = span_text(arena_print(&world.arena, "passkey %u", number));
	if (model)
		memcpy(c.passkey.aaguid, model, sizeof(c.passkey.aaguid));
	else
		c.passkey.key_ids = span_text("the id of this key..");
	credential_put(unit, &world.arena, &c);
	commit(unit);
	return c;
}

static struct credential
stored(const struct credential *c)
{
	struct stage_look l = look(credential_ask(&world.arena, &c->account, &c->id));
	struct credential found;
	struct problem why;

	expect_ok("it is there", credential_loaded(&world.arena, l.count ? l.rows : NULL, &found, &why), &why);
	return found;
}

static void
on_switched(void *arg, enum err err, const struct problem *why)
{
	(void)arg;
	world.done = true;
	world.err = err;
	if (why)
		world.why = *why;
}

static void
on_seen(void *arg, enum err err, const struct fido_reviewed *report, const struct problem *why)
{
	(void)arg;
	world.done = true;
	world.err = err;
	if (report)
		world.report = *report;
	if (why)
		world.why = *why;
}

/* A BLOB of that number: the two models, and `more` that nobody has. */
static struct pending *
start_switch(uint64_t number, enum model_status broken, const char *u2f_key, size_t more)
{
	struct fido_model *models = arena_array(&world.arena, struct fido_model, more + 3);
	const struct fido_model **list = arena_array(&world.arena, const struct fido_model *, more + 3);
	struct fido_blob *blob = arena_new(&world.arena, struct fido_blob);
	static const uint8_t header[32];

	models[0] = (struct fido_model){ .aaguid = span_text(GOOD), .status = MODEL_CERTIFIED };
	models[1] = (struct fido_model){ .aaguid = span_text(BROKEN), .status = broken,
		.status_word = span_text("REVOKED") };
	models[2] = (struct fido_model){ .status = broken, .key_id_count = 1 };
	models[2].key_ids[0] = span_text(u2f_key);
	for (size_t i = 0; i < more; i++)
		models[3 + i] = (struct fido_model){ .aaguid = span_text(arena_print(&world.arena, "model %010zu", i)),
			.status = MODEL_REVOKED };
	for (size_t i = 0; i < more + 3; i++)
		list[i] = &models[i];
	*blob = (struct fido_blob){ .number = number, .next_update = instant_after(world.now, SECONDS(86400)),
		.models = list, .count = more + 3 };
	store_memory_become(world.store, ROLE_STEWARD);
	return fido_switch(world.store, blob, header, world.now, on_switched, NULL);
}

static void
switch_to(uint64_t number, enum model_status broken, const char *u2f_key, size_t more)
{
	start_switch(number, broken, u2f_key, more);
	run();
	expect_ok("switched", world.err, &world.why);
}

static void
review(void)
{
	store_memory_become(world.store, ROLE_STEWARD);
	fido_review(world.store, world.now, on_seen, NULL);
	run();
	expect_ok("reviewed", world.err, &world.why);
	store_memory_become(world.store, ROLE_WORKER);
}

static void
a_model_that_turns_revoked_takes_its_passkeys_along(void **state)
{
	struct credential broken = passkey(BROKEN, 1, CREDENTIAL_ACTIVE, "added");
	struct credential lost = passkey(BROKEN, 2, CREDENTIAL_SUSPENDED, "lost");
	struct credential gone = passkey(BROKEN, 3, CREDENTIAL_REVOKED, "stolen");
	struct credential good = passkey(GOOD, 4, CREDENTIAL_ACTIVE, "added"), now;
	struct history_event event;
	struct notice notice;
	struct stage_look l;

	(void)state;
	switch_to(1, MODEL_CERTIFIED, "another key entirely", 0);
	review();
	expect_number("nothing is amiss", world.report.suspended, 0);
	expect_text("yet", credential_state_name(stored(&broken).state), "active");

	switch_to(2, MODEL_REVOKED, "another key entirely", 0);
	review();
	expect_number("suspended", world.report.suspended, 2);
	now = stored(&broken);
	expect_text("it is", credential_state_name(now.state), "suspended");
	expect_span("by this server", now.actor, "system");
	expect_span("and why", now.reason, CREDENTIAL_MODEL_REVOKED);
	now = stored(&lost);
	expect_span("what was suspended before nobody takes back now", now.reason, CREDENTIAL_MODEL_REVOKED);
	expect_span("what is final stays", stored(&gone).reason, "stolen");
	expect_text("the others stay", credential_state_name(stored(&good).state), "active");
	l = look((struct ask){ .table = &history_table, .limit = 10 });
	assert_true(l.count == 2 && history_read(l.rows[0].value, &event));
	expect_span("the person reads why", event.detail, "suspended model-revoked");
	l = look((struct ask){ .table = &notice_table, .limit = 10 });
	assert_true(l.count == 2 && notice_read(l.rows[0].value, &notice));
	expect_text("and is told", notice_kind_name(notice.kind), "model-withdrawn");

	review();
	expect_number("once", world.report.suspended, 0);
	expect_number("told once", count(&notice_table), 2);
}

/* A phone's own, behind its screen lock: it is the phone that is suspended. */
static void
a_phone_with_such_a_passkey_goes_along(void **state)
{
	struct credential phone = { .account = world.account.id, .id = { { 1, 1 } }, .kind = CREDENTIAL_APP,
		.state = CREDENTIAL_ACTIVE, .name = span_text("my phone"), .actor = span_text("person"),
		.reason = span_text("paired"), .app = { .key = span_text("device key"), .passkey = {
		    .id = span_text("the phone's own"), .key = span_text("key"), .format = span_text("none") } } };
	struct credential with_pin = phone;
	struct unit *unit = unit_new(&world.arena, tables, id_new(world.now));

	(void)state;
	memcpy(phone.app.passkey.aaguid, BROKEN, sizeof(phone.app.passkey.aaguid));
	with_pin.id.bytes[0] = 2;
	with_pin.app = (struct credential_app){ .key = span_text("another") };
	credential_put(unit, &world.arena, &phone);
	credential_put(unit, &world.arena, &with_pin);
	commit(unit);
	switch_to(1, MODEL_REVOKED, "another key entirely", 0);
	review();
	expect_number("one", world.report.suspended, 1);
	expect_text("it is", credential_state_name(stored(&phone).state), "suspended");
	expect_span("and why", stored(&phone).reason, CREDENTIAL_MODEL_REVOKED);
	expect_text("one with a PIN has no model", credential_state_name(stored(&with_pin).state), "active");
	expect_number("the person is told", count(&notice_table), 1);
	switch_to(2, MODEL_CERTIFIED, "another key entirely", 0);
	review();
	expect_span("until it is good again", stored(&phone).reason, CREDENTIAL_MODEL_RESTORED);
	expect_number("nothing else is said of it: no attestation vouches", world.report.carried, 0);
}

static void
one_that_is_good_again_is_its_persons_to_take_back(void **state)
{
	struct credential ours = passkey(BROKEN, 1, CREDENTIAL_ACTIVE, "added");
	struct credential lost = passkey(BROKEN, 2, CREDENTIAL_SUSPENDED, "counter-back");
	struct credential gone = passkey(BROKEN, 3, CREDENTIAL_REVOKED, "stolen"), now;
	struct history_event event;
	struct notice notice;
	struct stage_look l;
	size_t read = 0, told = 0;

	(void)state;
	switch_to(1, MODEL_REVOKED, "another key entirely", 0);
	review();
	switch_to(2, MODEL_REVOKED, "another key entirely", 0);
	review();
	expect_number("revoked still, nothing is told again", count(&notice_table), 2);

	switch_to(3, MODEL_CERTIFIED, "another key entirely", 0);
	review();
	expect_number("both", world.report.restored, 2);
	expect_number("none is suspended anew", world.report.suspended, 0);
	now = stored(&ours);
	expect_text("it is not active by itself", credential_state_name(now.state), "suspended");
	expect_span("and nothing keeps its person from taking it back", now.reason, CREDENTIAL_MODEL_RESTORED);
	expect_span("by this server", now.actor, "system");
	expect_span("nor the one that was suspended before", stored(&lost).reason, CREDENTIAL_MODEL_RESTORED);
	expect_span("what is final stays", stored(&gone).reason, "stolen");
	l = look((struct ask){ .table = &history_table, .limit = 10 });
	for (size_t i = 0; i < l.count; i++)
		read += history_read(l.rows[i].value, &event) && span_is(event.detail, "suspended model-restored");
	expect_number("the person reads it", read, 2);
	l = look((struct ask){ .table = &notice_table, .limit = 10 });
	for (size_t i = 0; i < l.count; i++)
		told += notice_read(l.rows[i].value, &notice) && notice.kind == NOTICE_MODEL_RESTORED;
	expect_number("and is told of both", told, 2);

	switch_to(4, MODEL_COMPROMISED, "another key entirely", 0);
	review();
	expect_span("until the next alarm", stored(&ours).reason, CREDENTIAL_MODEL_REVOKED);
	expect_number("which is told", world.report.suspended, 2);
}

/* A BLOB with GOOD alone, certified so and keeping keys there; a protection of 0: without it. */
static void
certify(uint64_t number, unsigned level, unsigned protection, const char *text)
{
	static const uint8_t header[32];
	struct fido_model good = { .aaguid = span_text(GOOD), .status = MODEL_CERTIFIED, .certified_level = level,
		.protection = protection, .description = span_text(text) };
	const struct fido_model *list[] = { &good };
	struct fido_blob blob = { .number = number, .models = list, .count = protection ? 1 : 0 };

	store_memory_become(world.store, ROLE_STEWARD);
	fido_switch(world.store, &blob, header, world.now, on_switched, NULL);
	run();
	expect_ok("switched", world.err, &world.why);
}

static void
what_a_model_is_certified_for_is_of_today(void **state)
{
	static const struct {
		const char *title;
		unsigned level, protection;
		const char *text;
		unsigned kept_level, kept_protection;
		const char *kept_text;
		uint32_t carried;
	} cases[] = {
		{ "the first catalogue", 1, PROTECTION_HARDWARE, "A key", 1, PROTECTION_HARDWARE, "A key", 1 },
		{ "the same again is nobody's business", 1, PROTECTION_HARDWARE, "A key", 1, PROTECTION_HARDWARE,
		    "A key", 0 },
		{ "more", 5, PROTECTION_HARDWARE, "A key", 5, PROTECTION_HARDWARE, "A key", 1 },
		{ "less, and in software", 1, PROTECTION_SOFTWARE, "A key", 1, PROTECTION_SOFTWARE, "A key", 1 },
		{ "nothing at all", 0, PROTECTION_SOFTWARE, "A key", 0, PROTECTION_SOFTWARE, "A key", 1 },
		{ "under another name", 3, PROTECTION_TEE, "The key", 3, PROTECTION_TEE, "The key", 1 },
		{ "one that the catalogue has no more is certified for nothing", 0, 0, "", 0, 0, "The key", 1 },
		{ "until it has it again", 2, PROTECTION_TEE, "A key", 2, PROTECTION_TEE, "A key", 1 },
	};
	struct credential ours = passkey(GOOD, 1, CREDENTIAL_ACTIVE, "added"), unvouched, now;
	struct unit *unit = unit_new(&world.arena, tables, id_new(world.now));

	(void)state;
	unvouched = stored(&ours);
	unvouched.id.bytes[0] = 2;
	unvouched.passkey.id = span_text("of no attestation");
	unvouched.passkey.trusted = false;
	unvouched.generation = 0;
	unvouched.indexed = false;
	credential_put(unit, &world.arena, &unvouched);
	store_memory_become(world.store, ROLE_WORKER);
	commit(unit);
	for (size_t i = 0; i < COUNT(cases); i++) {
		certify(i + 1, cases[i].level, cases[i].protection, cases[i].text);
		review();
		now = stored(&ours);
		expect_number(cases[i].title, now.passkey.certified_level, cases[i].kept_level);
		expect_number(cases[i].title, now.passkey.protection, cases[i].kept_protection);
		expect_span(cases[i].title, now.passkey.model, cases[i].kept_text);
		expect_number(cases[i].title, world.report.carried, cases[i].carried);
		expect_text(cases[i].title, credential_state_name(now.state), "active");
		expect_number("nothing is said of what no attestation vouches for",
		    stored(&unvouched).passkey.certified_level, 0);
	}
	expect_number("and nobody is told of it", count(&notice_table) + count(&history_table), 0);
}

static void
keys_of_u2f_are_found_by_their_attestation(void **state)
{
	struct credential c = passkey(NULL, 1, CREDENTIAL_ACTIVE, "added");

	(void)state;
	switch_to(1, MODEL_COMPROMISED, "the id of this key..", 0);
	review();
	expect_text("suspended", credential_state_name(stored(&c).state), "suspended");
}

static void
however_many_there_are(void **state)
{
	(void)state;
	for (uint8_t i = 0; i < MANY; i++)
		passkey(BROKEN, i, CREDENTIAL_ACTIVE, "added");
	switch_to(1, MODEL_REVOKED, "another key entirely", 200);
	expect_number("models", count(&fido_model_table), 203);
	review();
	expect_number("all of them", world.report.suspended, MANY);
	expect_number("models that are not trusted", world.report.models, 202);
}

static void
those_before_are_gone_and_older_ones_are_not_taken(void **state)
{
	struct fido_state known;
	struct problem why;
	struct stage_look l;

	(void)state;
	switch_to(7, MODEL_CERTIFIED, "another key entirely", 150);
	expect_number("models", count(&fido_model_table), 153);
	switch_to(9, MODEL_CERTIFIED, "another key entirely", 0);
	expect_number("those of the newer alone", count(&fido_model_table), 3);
	review();
	switch_to(10, MODEL_CERTIFIED, "another key entirely", 1);
	expect_number("and of the one by which all were looked at last", count(&fido_model_table), 3 + 4);
	review();
	switch_to(11, MODEL_CERTIFIED, "another key entirely", 0);
	expect_number("that one alone", count(&fido_model_table), 4 + 3);
	l = look(fido_state_ask());
	l.ask.rows = l.rows;
	l.ask.count = l.count;
	expect_ok("the state", fido_state_loaded(&l.ask, &known, &why), &why);
	expect_number("names it", known.number, 11);
	expect_number("and how many", known.models, 3);
	start_switch(8, MODEL_CERTIFIED, "another key entirely", 0);
	run();
	expect_problem("an older one", world.err, &world.why, ERR_CONFLICT, "number 11 is in force");
	expect_number("leaves nothing", count(&fido_model_table), 7);
}

/* Cut off after so many steps of the store, again and again: then done whole. */
static void
what_dies_halfway_is_done_anew(void **state)
{
	struct credential c = passkey(BROKEN, 1, CREDENTIAL_ACTIVE, "added");

	(void)state;
	for (int steps = 0; steps < 4; steps++) {
		struct pending *pending = start_switch(3, MODEL_REVOKED, "another key entirely", 150);

		for (int i = 0; i < steps; i++)
			store_memory_step(world.store, world.now);
		pending_cancel(&pending);
		while (store_memory_step(world.store, world.now))
			continue;
		expect_true("not yet", !world.done && look(fido_state_ask()).count == 0);
	}
	switch_to(4, MODEL_REVOKED, "another key entirely", 10);
	expect_number("nothing of the other is left", count(&fido_model_table), 13);
	for (int steps = 0; steps < 4; steps++) {
		struct pending *pending = fido_review(world.store, world.now, on_seen, NULL);

		for (int i = 0; i < steps; i++)
			store_memory_step(world.store, world.now);
		pending_cancel(&pending);
		while (store_memory_step(world.store, world.now))
			continue;
	}
	review();
	expect_text("and the credential is suspended", credential_state_name(stored(&c).state), "suspended");
	expect_number("told once", count(&notice_table), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_model_that_turns_revoked_takes_its_passkeys_along, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_phone_with_such_a_passkey_goes_along, set_up, tear_down),
		cmocka_unit_test_setup_teardown(one_that_is_good_again_is_its_persons_to_take_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_a_model_is_certified_for_is_of_today, set_up, tear_down),
		cmocka_unit_test_setup_teardown(keys_of_u2f_are_found_by_their_attestation, set_up, tear_down),
		cmocka_unit_test_setup_teardown(however_many_there_are, set_up, tear_down),
		cmocka_unit_test_setup_teardown(those_before_are_gone_and_older_ones_are_not_taken, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_dies_halfway_is_done_anew, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
