/* tests/transaction/test_card_task.c - what a card signs for somebody who sits at a page: once, for this page alone. */
#include "transaction/card_stage.h"

static struct card_task_begin
page_asks(enum jpki_purpose purpose)
{
	return (struct card_task_begin){ .owner = { "the page's own" }, .purpose = purpose,
		.what = span_text("アカウントの開設"), .now = world.noon };
}

static struct card_task
load_task(const struct id *owner, enum err expected)
{
	struct card_task task = { 0 };
	struct problem why;

	looked = card_task_ask(&stage.begun.id);
	world.done = false;
	store_load(world.store, &looked, 1, on_looked, NULL);
	run();
	expect_number("the page asks", card_task_loaded(&world.arena, &looked, owner, &task, &why), expected);
	return task;
}

static void
on_taken_twice(void *arg, const struct committed *c)
{
	(void)arg;
	world.done = true;
	expect_number("nobody takes it twice", c->code, ERR_CONFLICT);
}

static void
a_card_signs_and_the_page_takes_it_once(void **state)
{
	const struct card_task_begin asked = page_asks(JPKI_SIGNATURE);
	struct id other = { "another page" };
	struct unit *unit;
	struct card_task task;
	struct span json, der;

	(void)state;
	stage_card(&asked, SIGNATURE);
	expect_ok("proved", world.err, &world.why);
	expect_true("the text says what for", memmem(stage.shown.text.data, stage.shown.text.size, "アカウントの開設",
	    strlen("アカウントの開設")) != NULL);
	load_task(&other, ERR_NOT_FOUND);
	task = load_task(&asked.owner, OK);
	expect_true("answered", task.answered);
	expect_number("established", task.outcome, ESTABLISHED);
	expect_number("a handle", task.handle.size, PROOFING_HANDLE);
	expect_true("facts", memmem(task.facts.data, task.facts.size, "\"proofing.signature_verified\":true",
	    strlen("\"proofing.signature_verified\":true")) != NULL);
	expect_true("nothing of the person in the row", !memmem(looked.rows[0].value.data, looked.rows[0].value.size,
	    "試験", strlen("試験")) && !memmem(looked.rows[0].value.data, looked.rows[0].value.size,
	    world.certificates[SIGNATURE].data + 40, 64));
	expect_true("attributes open", card_task_attributes(&world.arena, &stage.settings, &task, &json));
	expect_span("the four", json, "{\"name\":\"試験　太郎\",\"birthdate\":\"1980-02-17\",\"gender\":\"male\","
	    "\"address\":\"東京都渋谷区１－１\"}");
	expect_true("the certificate, too", card_task_certificate(&world.arena, &stage.settings, &task, &der) &&
	    span_equal(der, world.certificates[SIGNATURE]));
	task.id.bytes[0] ^= 1;
	expect_true("not for another task", !card_task_attributes(&world.arena, &stage.settings, &task, &json));
	task.id.bytes[0] ^= 1;
	for (int i = 0; i < 2; i++) {
		unit = unit_new(&world.arena, tables, id_new(instant_after(world.noon, i)));
		card_task_take(unit, &task);
		world.done = false;
		store_commit(world.store, unit, i ? on_taken_twice : on_stored, NULL);
		run();
	}
	load_task(&asked.owner, ERR_NOT_FOUND);
}

static const struct { const char *title, *code; } wrong_codes[] = {
	{ "guessed", "aaaaaaaaaaaaaaaaaaaaaaaaaa" }, { "empty", "" }, { "too short", "aaaaaaaaaaaaaaaaaaaaaaaaa" },
	{ "too long", "aaaaaaaaaaaaaaaaaaaaaaaaaaa" }, { "of other letters", "11111111111111111111111111" },
};
#define REFUSAL "no code of this kind waits"

static void
every_wrong_code_is_told_alike(void **state)
{
	const struct card_task_begin asked = page_asks(JPKI_SIGNATURE);
	struct card_task_proof proof;

	(void)state;
	stage_begin(&asked);
	stage_text(stage.begun.code);
	proof = card_says(world.certificates[SIGNATURE], world.keys[SIGNATURE]);
	for (size_t i = 0; i < COUNT(wrong_codes); i++) {
		stage_text(wrong_codes[i].code);
		expect_problem(wrong_codes[i].title, world.err, &world.why, ERR_NOT_FOUND, REFUSAL);
		proof.code = span_text(wrong_codes[i].code);
		stage_prove(&proof);
		expect_problem(wrong_codes[i].title, world.err, &world.why, ERR_NOT_FOUND, REFUSAL);
	}
	proof.code = span_text(stage.begun.code);
	stage_prove(&proof);
	expect_ok("the right one still waits", world.err, &world.why);
	stage_text(stage.begun.code);
	expect_problem("used", world.err, &world.why, ERR_NOT_FOUND, REFUSAL);
	stage_prove(&proof);
	expect_problem("used twice", world.err, &world.why, ERR_NOT_FOUND, REFUSAL);
}

static void
a_code_is_read_in_capitals_too(void **state)
{
	const struct card_task_begin asked = page_asks(JPKI_SIGNATURE);
	char capitals[CARD_CODE_TEXT];

	(void)state;
	stage_begin(&asked);
	for (size_t i = 0; i < sizeof(capitals); i++)
		capitals[i] = stage.begun.code[i] >= 'a' ? stage.begun.code[i] - 'a' + 'A' : stage.begun.code[i];
	stage_text(capitals);
	expect_ok("as a QR code has it", world.err, &world.why);
}

static void
two_at_once_are_one(void **state)
{
	const struct card_task_begin asked = page_asks(JPKI_SIGNATURE);
	struct card_task_proof proof;
	bool first = false, second = false;
	enum err results[2];

	(void)state;
	stage_begin(&asked);
	stage_text(stage.begun.code);
	proof = card_says(world.certificates[SIGNATURE], world.keys[SIGNATURE]);
	card_task_prove(world.store, &world.arena, &stage.settings, &proof, on_task_proved, &first);
	card_task_prove(world.store, &world.arena, &stage.settings, &proof, on_task_proved, &second);
	world.done = false;
	run();
	results[0] = world.err;
	world.done = false;
	run();
	results[1] = world.err;
	expect_true("both have an end", first && second);
	expect_number("one is taken", (results[0] == OK) + (results[1] == OK), 1);
	expect_problem("the other is told as ever", results[0] == OK ? results[1] : results[0], &world.why,
	    ERR_NOT_FOUND, REFUSAL);
}

static void
a_code_has_its_end(void **state)
{
	const struct card_task_begin asked = page_asks(JPKI_SIGNATURE);
	const struct instant noon = world.noon;
	struct card_task_proof proof;

	(void)state;
	stage_begin(&asked);
	stage_text(stage.begun.code);
	proof = card_says(world.certificates[SIGNATURE], world.keys[SIGNATURE]);
	world.noon = instant_after(stage.begun.until, 1);
	stage_text(stage.begun.code);
	expect_problem("too late to look", world.err, &world.why, ERR_NOT_FOUND, REFUSAL);
	stage_prove(&proof);
	expect_problem("and to sign", world.err, &world.why, ERR_NOT_FOUND, REFUSAL);
	world.noon = noon;
}

static void
what_is_not_good_tells_why(void **state)
{
	const struct card_task_begin asked = page_asks(JPKI_SIGNATURE);
	struct card_task task;

	(void)state;
	world.source.says = REVOCATION_REVOKED;
	stage_card(&asked, SIGNATURE);
	world.source.says = REVOCATION_GOOD;
	expect_ok("it is an answer", world.err, &world.why);
	task = load_task(&asked.owner, OK);
	expect_number("refuted", task.outcome, REFUTED);
	expect_span("the step", task.failed_step, "revocation");
	expect_true("in both languages", task.why_ja.size && task.why_en.size);
	expect_true("and nothing else", !task.handle.size && !task.attributes.size && !task.certificate.size);
	stage_card(&asked, AUTHENTICATION);
	expect_number("the card's other certificate is none", stage.task.outcome, REFUTED);
}

static void
a_terminal_is_named(void **state)
{
	const struct card_task_begin asked = page_asks(JPKI_AUTHENTICATION);
	struct card_task_proof proof;

	(void)state;
	stage_begin(&asked);
	stage_text(stage.begun.code);
	proof = card_says(world.certificates[AUTHENTICATION], world.keys[AUTHENTICATION]);
	proof.terminal = span_text("counter-3");
	stage_prove(&proof);
	expect_ok("proved", world.err, &world.why);
	expect_span("by whom", load_task(&asked.owner, OK).terminal, "counter-3");
	expect_number("of an authentication nothing is told", stage.task.attributes.size, 0);
}

/* Relatives */

static void
link_with(struct span certificate, unsigned relations)
{
	struct x509 x;
	struct problem why;

	expect_ok("its number", x509_read(certificate, &x, &why), &why);
	world.settings.linkage = &world.linkage.source;
	world.linkage.source.relations = relations;
	world.linkage.asked = 0;
	world.linkage.says = (struct linkage_answer){ .answered = true, .count = 1,
		.linked = { { x.authority_key_id, x.serial } } };
}

static size_t
logged_links(void)
{
	size_t rows = rows_of(&proofing_log_table), links = 0;

	for (size_t i = 0; i < rows; i++)
		links += memmem(looked.rows[i].value.data, looked.rows[i].value.size, "links", strlen("links")) != NULL;
	return links;
}

static void
relatives_are_asked_for_where_nobody_has_the_certificate(void **state)
{
	struct card_task_begin asked = page_asks(JPKI_SIGNATURE);
	struct span earlier, renewed = certificate_of(SIGNATURE, 0x5eed);
	struct card_task_proof proof;

	(void)state;
	stage_card(&asked, SIGNATURE);
	earlier = stage.task.handle;
	expect_number("nobody is asked unless wanted", stage.task.relatives.size, 0);

	asked.continues.kind = (struct linkage_kind){ JPKI_SIGNATURE, JPKI_CARD };
	link_with(world.certificates[SIGNATURE], LINKAGE_BIT(LINKAGE_RENEWAL));
	stage_begin(&asked);
	stage_text(stage.begun.code);
	expect_true("the text says so", memmem(stage.shown.text.data, stage.shown.text.size,
	    "the same person's as one they saw before", strlen("the same person's as one they saw before")) != NULL);
	proof = card_says(renewed, world.keys[SIGNATURE]);
	stage_prove(&proof);
	expect_ok("proved", world.err, &world.why);
	expect_true("the earlier one's handle", span_equal(stage.task.relatives, earlier));
	expect_true("not its own", !span_equal(stage.task.handle, earlier));
	expect_number("asked once", world.linkage.asked, 1);
	expect_number("which is in the log", logged_links(), 1);

	link_with(world.certificates[SIGNATURE], LINKAGE_BIT(LINKAGE_MEDIUM) | LINKAGE_BIT(LINKAGE_RENEWAL));
	stage_begin(&asked);
	stage_text(stage.begun.code);
	proof = card_says(renewed, world.keys[SIGNATURE]);
	stage_prove(&proof);
	expect_number("of both kinds", world.linkage.asked, 2);

	link_with(world.certificates[SIGNATURE], 0);
	stage_begin(&asked);
	stage_text(stage.begun.code);
	proof = card_says(renewed, world.keys[SIGNATURE]);
	stage_prove(&proof);
	expect_number("none where none may be", world.linkage.asked, 0);
	expect_number("and no relatives", stage.task.relatives.size, 0);
	world.settings.linkage = NULL;
}

static void
who_hangs_up_while_a_source_is_asked_has_it_in_the_log(void **state)
{
	struct card_task_begin asked = page_asks(JPKI_SIGNATURE);
	struct card_task_proof proof;
	struct pending *pending;
	bool done = false;
	size_t before;

	(void)state;
	asked.continues.kind = (struct linkage_kind){ JPKI_SIGNATURE, JPKI_CARD };
	link_with(world.certificates[SIGNATURE], LINKAGE_BIT(LINKAGE_RENEWAL));
	world.linkage.silent = true;
	stage_begin(&asked);
	stage_text(stage.begun.code);
	proof = card_says(world.certificates[SIGNATURE], world.keys[SIGNATURE]);
	pending = card_task_prove(world.store, &world.arena, &stage.settings, &proof, on_task_proved, &done);
	world.done = false;
	run();
	before = rows_of(&proofing_log_table);
	pending_cancel(&pending);
	world.done = false;
	run();
	expect_true("nobody calls", !done);
	expect_number("it was asked", rows_of(&proofing_log_table), before + 1);
	world.linkage.silent = false;
	world.settings.linkage = NULL;
}

static void
without_jpki_no_card_signs_anything(void **state)
{
	const struct card_task_begin asked = page_asks(JPKI_SIGNATURE);

	(void)state;
	stage.settings.proofing = NULL;
	stage_begin(&asked);
	expect_problem("none is begun", world.err, &world.why, ERR_UNSUPPORTED, "cards are not verified here");
	stage.settings.proofing = &world.settings;
}

static void
a_strange_row_is_never_none(void **state)
{
	const struct card_task_begin asked = page_asks(JPKI_SIGNATURE);
	struct unit *unit;

	(void)state;
	stage_begin(&asked);
	unit = unit_new(&world.arena, tables, id_new(world.noon));
	unit_put(unit, &card_task_table, span_of(stage.begun.id.bytes, 16), span_text("\x7f..."));
	world.done = false;
	store_commit(world.store, unit, on_stored, NULL);
	run();
	stage_text(stage.begun.code);
	expect_problem("a newer build's", world.err, &world.why, ERR_UNAVAILABLE, "of a form this build does not know");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_card_signs_and_the_page_takes_it_once),
		cmocka_unit_test(every_wrong_code_is_told_alike),
		cmocka_unit_test(a_code_is_read_in_capitals_too),
		cmocka_unit_test(two_at_once_are_one),
		cmocka_unit_test(a_code_has_its_end),
		cmocka_unit_test(what_is_not_good_tells_why),
		cmocka_unit_test(a_terminal_is_named),
		cmocka_unit_test(relatives_are_asked_for_where_nobody_has_the_certificate),
		cmocka_unit_test(who_hangs_up_while_a_source_is_asked_has_it_in_the_log),
		cmocka_unit_test(without_jpki_no_card_signs_anything),
		cmocka_unit_test(a_strange_row_is_never_none),
	};

	return cmocka_run_group_tests(tests, card_set_up, card_tear_down);
}
