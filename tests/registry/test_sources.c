/* tests/registry/test_sources.c - all sources of a registry: each in its turn, operators first, what is no longer
 * configured withdrawn. The clock is the machine's: the runner's timers are real.
 */
#include "stage.h"

#include "crypto/signed_xml.h"
#include "registry/source.h"

#define MD "urn:oasis:names:tc:SAML:2.0:metadata"

static struct {
	struct stage stage;
	struct signing_key key;
	struct source_settings settings[3];
	struct sources *sources;
	unsigned asked;
	enum err err;
	struct problem why;
	bool held;
} here;

/* A file with the entities NAME-1 … NAME-count, valid for a week. */
static void
write_feed(const char *name, unsigned count)
{
	struct instant until = instant_after(clock_now(), SECONDS(7 * 86400LL));
	struct buffer b = buffer_init(1 * MIB);
	char text[INSTANT_TEXT], path[160], temporary[176];
	struct span signed_text;
	FILE *f;

	buffer_print(&b, "<md:EntitiesDescriptor xmlns:md=\"" MD "\" ID=\"_root\" validUntil=\"%s\">" T_USUAL(XML_EC),
	    instant_text(until, text));
	for (unsigned i = 1; i <= count; i++)
		buffer_print(&b, "<md:EntityDescriptor entityID=\"urn:%s-%u\"><md:SPSSODescriptor"
		    " protocolSupportEnumeration=\"urn:p\"/></md:EntityDescriptor>", name, i);
	buffer_print(&b, "</md:EntitiesDescriptor>");
	buffer_byte(&b, '\0');
	signed_text = xml_sign(&here.stage.arena, (const char *)b.data, &here.key);
	buffer_release(&b);
	snprintf(path, sizeof(path), "%s/%s.xml", here.stage.directory, name);
	snprintf(temporary, sizeof(temporary), "%s.new", path);
	f = fopen(temporary, "wb");
	assert_true(f && fwrite(signed_text.data, 1, signed_text.size, f) == signed_text.size && !fclose(f));
	assert_int_equal(rename(temporary, path), 0);
}

static struct source_settings
settings_of(const char *name)
{
	return (struct source_settings){ .name = name,
		.file = arena_print(&here.stage.arena, "%s/%s.xml", here.stage.directory, name), .key = here.key.spki,
		.refresh = SECONDS(3600), .max_loss = 10, .longest_validity = SECONDS(30 * 86400LL) };
}

static void
start(size_t count)
{
	sources_free(here.sources);
	here.sources = sources_new(here.stage.loop, here.stage.store, NULL, NULL, here.settings, count);
}

/* Until nothing happens any more for a while. */
static void
settle(void)
{
	for (unsigned idle = 0; idle < 3;) {
		here.stage.now = clock_now();
		if (store_memory_step(here.stage.store, here.stage.now)) {
			idle = 0;
		} else {
			idle++;
			loop_step(here.stage.loop, SECONDS(1) / 100);
		}
		turn_run(loop_turn(here.stage.loop));
	}
}

static struct source_state
state_of(const char *name)
{
	struct stage_look look =
	    stage_load(&here.stage, (struct ask){ .table = &source_table, .from = span_text(name) });
	struct source_state s = { .code = OK };

	if (look.count)
		expect_true("the state is of our form", source_state_read(look.rows[0].value, &s));
	return s;
}

/* How often an event of a source stands in the journal. */
static unsigned
entries_of(const char *event, const char *name)
{
	struct stage_look look = stage_load(&here.stage, (struct ask){ .table = &journal_table, .limit = 1000 });
	const char *e = arena_print(&here.stage.arena, "\"event\":\"%s\"", event),
	           *n = arena_print(&here.stage.arena, "\"source\":\"%s\"", name);
	unsigned count = 0;

	for (size_t i = 0; i < look.count; i++) {
		const char *entry = arena_text(&here.stage.arena, look.rows[i].value);

		count += strstr(entry, e) && strstr(entry, n);
	}
	return count;
}

static int
prepare(void **state)
{
	(void)state;
	memset(&here, 0, sizeof(here));
	stage_open(&here.stage, 99);
	here.key = signing_key_new(&here.stage.arena, EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256"));
	here.settings[0] = settings_of("one");
	here.settings[1] = settings_of("two");
	here.settings[2] = settings_of("three");
	write_feed("one", 3);
	write_feed("two", 20);
	return 0;
}

static int
clean(void **state)
{
	(void)state;
	sources_free(here.sources);
	EVP_PKEY_free(here.key.key);
	stage_close(&here.stage);
	return 0;
}

static void
on_refreshed_one(void *arg, enum err err, const struct source_report *report, const struct problem *why)
{
	(void)arg;
	here.asked++;
	here.err = err;
	here.held = report && report->state.held;
	if (err != OK)
		here.why = *why;
}

static struct pending *
ask(const char *name, bool accept_loss)
{
	return sources_refresh(here.sources, name, "uid:7", accept_loss, false, on_refreshed_one, NULL);
}

static void
all_are_refreshed_when_they_are_due(void **state)
{
	(void)state;
	start(3);
	settle();
	expect_number("both that are there", stage_count(&here.stage, &entity_table), 23);
	expect_number("the third has no file", state_of("three").code, ERR_NOT_FOUND);
	write_feed("three", 2);
	write_feed("one", 4);
	settle();
	expect_number("nobody is asked before the time", stage_count(&here.stage, &entity_table), 23);
	start(3);
	settle();
	expect_number("nor after a new beginning", stage_count(&here.stage, &entity_table), 23);
	here.settings[0].longest_validity += SECONDS(1);
	start(3);
	settle();
	expect_number("but for one whose settings are others", stage_count(&here.stage, &entity_table), 24);
}

static void
operators_go_first(void **state)
{
	struct pending *cancelled;

	(void)state;
	start(2);
	settle();
	write_feed("one", 4);
	write_feed("two", 2);
	ask("one", false);
	ask("none", false);
	expect_number("nobody is called before the call returns", here.asked, 0);
	settle();
	expect_number("both are answered", here.asked, 2);
	expect_problem(
	    "the last did not exist", here.err, &here.why, ERR_NOT_FOUND, "no source of that name is configured");
	expect_number("the first is refreshed", state_of("one").entities, 4);
	expect_number("by the operator", entries_of("source.refreshed", "one"), 2);

	ask("two", false);
	settle();
	expect_true("one shrank", here.err == ERR_DENIED && here.held && state_of("two").held);
	cancelled = ask("two", true);
	pending_cancel(&cancelled);
	settle();
	expect_number("nobody hears of what was cancelled", here.asked, 3);
	expect_number("nor does it happen before it began", state_of("two").entities, 20);
	ask("two", true);
	settle();
	expect_true("accepted", here.err == OK && !state_of("two").held && state_of("two").entities == 2);

	cancelled = ask("one", false);
	turn_run(loop_turn(here.stage.loop));
	pending_cancel(&cancelled);
	settle();
	expect_number("cancelled under way, nobody hears of it", here.asked, 4);
	cancelled = ask("one", false);
	sources_free(here.sources);
	here.sources = NULL;
	pending_cancel(&cancelled);
	expect_number("nor of what ended with the sources", here.asked, 4);
}

static void
what_is_no_longer_configured_is_withdrawn(void **state)
{
	(void)state;
	stage_import(&here.stage, "by-hand",
	    span_text("<EntityDescriptor xmlns='" MD "' entityID='urn:hand'><SPSSODescriptor"
		      " protocolSupportEnumeration='urn:p'/></EntityDescriptor>"));
	start(2);
	settle();
	expect_number("all are there", stage_count(&here.stage, &entity_table), 24);
	start(1);
	settle();
	expect_number("one source's are gone", stage_count(&here.stage, &entity_table), 4);
	expect_number("with its state", state_of("two").attempted.us, 0);
	expect_number("and the journal says so, once", entries_of("source.removed", "two"), 1);
	start(0);
	settle();
	expect_number("what was imported by hand has no state and stays", stage_count(&here.stage, &entity_table), 1);
	start(2);
	settle();
	expect_number("configured again they come again", stage_count(&here.stage, &entity_table), 24);
}

static void
what_cannot_be_withdrawn_holds_nobody_up(void **state)
{
	(void)state;
	start(3);
	settle();
	write_feed("one", 4);
	here.settings[0].longest_validity += SECONDS(1);
	store_memory_fail_commits(here.stage.store, 1, ERR_LIMIT);
	start(1);
	settle();
	expect_number("the other one's leftovers are gone, the failed one's stay", stage_count(&here.stage,
	    &entity_table), 24);
	expect_number("of two one was withdrawn", entries_of("source.removed", "two") + entries_of("source.removed",
	    "three"), 1);
	expect_number("and what was due was refreshed", state_of("one").entities, 4);
	write_feed("one", 5);
	ask("one", false);
	settle();
	expect_number("an operator is served", here.asked, 1);
	expect_ok("as ever", here.err, &here.why);
	expect_number("his source is refreshed", state_of("one").entities, 5);
	expect_number("nothing is tried again before its time", stage_count(&here.stage, &source_table), 2);
	start(1);
	settle();
	expect_number("a new beginning tries again", stage_count(&here.stage, &source_table), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(all_are_refreshed_when_they_are_due, prepare, clean),
		cmocka_unit_test_setup_teardown(operators_go_first, prepare, clean),
		cmocka_unit_test_setup_teardown(what_is_no_longer_configured_is_withdrawn, prepare, clean),
		cmocka_unit_test_setup_teardown(what_cannot_be_withdrawn_holds_nobody_up, prepare, clean),
	};

	return cmocka_run_group_tests_name("sources", tests, NULL, stage_clean);
}
