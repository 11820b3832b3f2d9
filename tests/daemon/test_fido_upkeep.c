/* tests/daemon/test_fido_upkeep.c - a BLOB that somebody puts there is taken in, and a model that it calls revoked
 * takes people's passkeys along; one that is not believed changes nothing.
 */
#include "authn/fido_blob_maker.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "daemon/fido_upkeep.h"
#include "ledger/entry.h"
#include "person/history.h"
#include "store/look.h"
#include "store/memory.h"
#include "transaction/authenticator/credential_change.h"
#include "transaction/authenticator/fido_switch.h"

#define HOST "mds.example"
#define SCAN_MS 1000

static const struct table *const tables[] = {
	&credential_table, &credential_name_table, &credential_model_table, &history_table, &notice_table,
	&account_table, &account_name_table, &fido_model_table, &fido_state_table, &ledger_leaf_table,
	&ledger_entry_table, NULL,
};

static struct world {
	struct arena arena;
	struct loop *loop;
	struct store *store;
	struct authority root, leaf, stranger;
	struct credential passkey;
	struct fido_upkeep *upkeep;
	char directory[64], file[96];
	struct span roots[1];
	bool done;
} world;

/* Their certificates hold from yesterday to tomorrow, for the clock here is everybody's. */
static void
hold_now(struct authority *a, const struct authority *issuer)
{
	X509_gmtime_adj(X509_getm_notBefore(a->certificate), -86400);
	X509_gmtime_adj(X509_getm_notAfter(a->certificate), 86400);
	assert_true(X509_sign(a->certificate, issuer->key, EVP_sha256()) > 0);
}

static void
on_put(void *arg, const struct committed *c)
{
	(void)arg;
	expect_number("put", c->code, OK);
	world.done = true;
}

static void
turn(void)
{
	turn_run(loop_turn(world.loop));
	if (!store_memory_step(world.store, clock_now()))
		loop_step(world.loop, SCAN_MS);
}

static int
set_up(void **state)
{
	struct account account = account_new(clock_now());
	struct unit *unit;

	(void)state;
	log_open("test", LOG_LEVEL_ERROR);
	world = (struct world){ .arena = arena_init(64 * MIB), .loop = loop_new(),
	    .directory = "/tmp/watashi-fido-XXXXXX" };
	assert_non_null(mkdtemp(world.directory));
	snprintf(world.file, sizeof(world.file), "%s/mds.jwt", world.directory);
	world.store = store_memory_new(tables, ROLE_STEWARD, 4);
	world.root = authority_new(NULL, "Root", NULL);
	hold_now(&world.root, &world.root);
	world.leaf = authority_new(&world.root, "Service", HOST);
	hold_now(&world.leaf, &world.root);
	world.stranger = authority_new(NULL, "Stranger", HOST);
	hold_now(&world.stranger, &world.stranger);
	world.roots[0] = authority_der(&world.arena, &world.root);
	world.passkey = (struct credential){ .account = account.id, .id = { { 2 } }, .kind = CREDENTIAL_PASSKEY,
		.state = CREDENTIAL_ACTIVE, .name = span_text("my key"), .actor = span_text("person"),
		.passkey = { .id = span_text("id"), .key = span_text("key"), .format = span_text("packed"),
		    .aaguid = { 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8 } } };
	unit = unit_new(&world.arena, tables, id_new(clock_now()));
	account_put(unit, &world.arena, &account);
	credential_put(unit, &world.arena, &world.passkey);
	store_commit(world.store, unit, on_put, NULL);
	while (!world.done)
		turn();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	fido_upkeep_free(world.upkeep);
	store_free(world.store);
	loop_free(world.loop);
	authority_free(&world.root);
	authority_free(&world.leaf);
	authority_free(&world.stranger);
	unlink(world.file);
	rmdir(world.directory);
	arena_release(&world.arena);
	return 0;
}

/* Put there by renaming, as the manual asks. */
static void
publish(unsigned number, const char *status, const struct authority *by)
{
	const char *payload = arena_print(&world.arena,
	    "{\"legalHeader\":\"Terms\",\"no\":%u,\"nextUpdate\":\"2999-12-01\","
	    "\"entries\":[{\"aaguid\":\"01020304-0506-0708-0102-030405060708\",\"metadataStatement\":"
	    "{\"description\":\"A key\"},\"statusReports\":[{\"status\":\"%s\"}],"
	    "\"timeOfLastStatusChange\":\"2026-01-01\"}]}", number, status);
	struct span text = fido_blob_text(&world.arena, fido_blob_header(&world.arena, by), payload, by->key);
	const char *fresh = arena_print(&world.arena, "%s.new", world.file);
	FILE *f = fopen(fresh, "w");

	assert_true(f && fwrite(text.data, 1, text.size, f) == text.size && fclose(f) == 0);
	assert_int_equal(rename(fresh, world.file), 0);
}

static void
start(void)
{
	world.upkeep = fido_upkeep_new(world.loop, world.store, NULL, &(struct fido_upkeep_settings){
		.file = world.file, .refresh = SECONDS(86400), .scan = SCAN_MS,
		.blob = { .roots = world.roots, .root_count = 1, .host = span_text(HOST) } });
}

static const char *
status(void)
{
	struct buffer b = buffer_init(4 * KIB);
	const char *text;

	fido_upkeep_write(world.upkeep, &b);
	text = arena_text(&world.arena, buffer_span(&b));
	buffer_release(&b);
	return text;
}

static void
until_status(const char *part)
{
	while (!strstr(status(), part))
		turn();
}

static struct credential
stored(void)
{
	struct stage_look l;
	struct credential found;
	struct problem why;

	stage_look_start(&l, world.store, &world.arena, credential_ask(&world.arena, &world.passkey.account,
	    &world.passkey.id));
	while (!l.done)
		turn();
	expect_ok("it is there", credential_loaded(&world.arena, l.count ? l.rows : NULL, &found, &why), &why);
	return found;
}

static void
a_model_that_turns_revoked_suspends_what_people_have_of_it(void **state)
{
	struct credential now;

	(void)state;
	publish(1, "FIDO_CERTIFIED_L1", &world.leaf);
	start();
	until_status("\"number\":1,\"models\":1");
	expect_text("nothing is amiss", credential_state_name(stored().state), "active");
	publish(2, "REVOKED", &world.leaf);
	until_status("\"suspended\":1");
	now = stored();
	expect_text("it is suspended", credential_state_name(now.state), "suspended");
	expect_span("by this server", now.actor, "system");
	expect_span("and says why", now.reason, "model-revoked");
	expect_true("of the second", strstr(status(), "\"number\":2,") != NULL);
}

static void
nobody_elses_word_is_taken(void **state)
{
	(void)state;
	publish(1, "FIDO_CERTIFIED_L1", &world.leaf);
	start();
	until_status("\"number\":1,\"models\":1");
	publish(2, "REVOKED", &world.stranger);
	until_status("\"failures\":1");
	expect_true("and why is told", strstr(status(), "\"problem\":\"chain: ") != NULL);
	expect_text("nothing changes", credential_state_name(stored().state), "active");
	publish(3, "REVOKED", &world.leaf);
	until_status("\"suspended\":1");
	expect_true("until one comes that is believed", strstr(status(), "\"number\":3,\"models\":1,\"suspended\":1,"
	    "\"failures\":0") != NULL);
}

/* Taken in before by a steward that died before it looked at the passkeys. */
static void
what_was_not_looked_at_is_looked_at_by_the_next(void **state)
{
	struct unit *unit = unit_new(&world.arena, tables, id_new(clock_now()));
	const struct fido_model model = { .aaguid = span_of(world.passkey.passkey.aaguid, 16),
	    .status = MODEL_REVOKED };

	(void)state;
	fido_model_put(unit, &world.arena, 5, &model);
	fido_state_put(unit, &(struct fido_state){ .number = 5, .models = 1 });
	world.done = false;
	store_commit(world.store, unit, on_put, NULL);
	while (!world.done)
		turn();
	start();
	until_status("\"suspended\":1");
	expect_text("suspended, though there is no file", credential_state_name(stored().state), "suspended");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_model_that_turns_revoked_suspends_what_people_have_of_it, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(nobody_elses_word_is_taken, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_was_not_looked_at_is_looked_at_by_the_next, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
