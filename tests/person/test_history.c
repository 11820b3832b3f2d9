/* tests/person/test_history.c - an account's history: rows, order, pages. */
#include "person/rows.h"
#include "person/stage.h"

#include "model/entity.h"
#include "person/history.h"

static const struct table *const tables[] = { &history_table, NULL };

static const struct history_event event = {
	.id = { { 1, 2 } },
	.kind = HISTORY_LOGIN,
	.at = { 77 },
	.actor = { (const uint8_t *)"person", 6 },
	.credential = { { 3, 4 } },
	.name = { (const uint8_t *)"phone", 5 },
	.detail = { (const uint8_t *)"good", 4 },
	.where = { (const uint8_t *)"Firefox", 7 },
	.decision = { { 5, [15] = 6 } },
};

static bool
reads(struct span row)
{
	struct history_event e;

	return history_read(row, &e);
}

static void
a_row_says_all_there_is(void **state)
{
	struct buffer b = buffer_init(4 * KIB);
	struct history_event e;

	(void)state;
	history_write(&b, &event);
	expect_only_whole("an event's row", buffer_span(&b), reads);
	expect_true("read", history_read(buffer_span(&b), &e));
	expect_number("id", memcmp(&e.id, &event.id, sizeof(e.id)), 0);
	expect_text("kind", history_kind_name(e.kind), "login");
	expect_number("at", e.at.us, 77);
	expect_span("actor", e.actor, "person");
	expect_number("credential", memcmp(&e.credential, &event.credential, sizeof(e.id)), 0);
	expect_span("name", e.name, "phone");
	expect_span("detail", e.detail, "good");
	expect_span("where", e.where, "Firefox");
	expect_number("decision", memcmp(&e.decision, &event.decision, sizeof(e.id)), 0);
	b.data[17] = HISTORY_KINDS;
	expect_true("a kind of a later build", !reads(buffer_span(&b)));
	b.data[17] = HISTORY_NOTHING;
	expect_true("no kind", !reads(buffer_span(&b)));
	buffer_release(&b);
}

static void
a_release_says_who_got_what(void **state)
{
	struct buffer b = buffer_init(4 * KIB);
	struct history_event e = event, again;

	(void)state;
	e.kind = HISTORY_RELEASED;
	e.relying_party = span_text("https://shop.example/");
	e.items = span_text("name,age_over_20");
	e.consent = (struct id){ { 9 } };
	history_write(&b, &e);
	expect_only_whole("its row", buffer_span(&b), reads);
	expect_true("read", history_read(buffer_span(&b), &again));
	expect_text("kind", history_kind_name(again.kind), "released");
	expect_span("who", again.relying_party, "https://shop.example/");
	expect_span("what", again.items, "name,age_over_20");
	expect_true("by which consent", id_equal(&again.consent, &e.consent));
	b.data[17] = HISTORY_LOGIN;
	expect_true("nothing else has that form", !reads(buffer_span(&b)));
	buffer_release(&b);
}

static void
names_are_never_cut(void **state)
{
	struct buffer entity = buffer_init(4 * KIB), items = buffer_init(4 * KIB), b = buffer_init(4 * KIB);
	struct history_event e = event, again;

	(void)state;
	e.kind = HISTORY_RELEASED;
	buffer_text(&entity, "https://shop.example/");
	while (buffer_span(&entity).size < ENTITY_ID_LARGEST)
		buffer_byte(&entity, 'x');
	buffer_text(&items, "name");
	for (int i = 0; buffer_span(&items).size + sizeof(",age_over_100") - 1 <= HISTORY_NAMES_LARGEST; i++)
		buffer_print(&items, ",age_over_%d", 100 + i);
	e.relying_party = buffer_span(&entity);
	e.items = buffer_span(&items);
	history_write(&b, &e);
	expect_true("read", history_read(buffer_span(&b), &again));
	expect_true("the longest entity ID there is", span_equal(again.relying_party, buffer_span(&entity)));
	expect_true("and all that was told", span_equal(again.items, buffer_span(&items)));
	buffer_release(&entity);
	buffer_release(&items);
	buffer_release(&b);
}

static void
long_texts_are_cut_between_characters(void **state)
{
	struct buffer text = buffer_init(4 * KIB), b = buffer_init(4 * KIB);
	struct history_event e = event;

	(void)state;
	buffer_byte(&text, 'a');
	for (int i = 0; i < 100; i++)
		buffer_text(&text, "山");
	e.where = buffer_span(&text);
	history_write(&b, &e);
	expect_true("read", history_read(buffer_span(&b), &e));
	expect_number("a letter, and as many characters as have room", e.where.size, 199);
	buffer_release(&text);
	buffer_release(&b);
}

static void
every_kind_has_a_word(void **state)
{
	(void)state;
	for (int i = 0; i < HISTORY_KINDS; i++) {
		const char *word = history_kind_name((enum history_kind)i);

		expect_true("a word", word && *word);
		for (int k = 0; k < i; k++)
			expect_true(word, strcmp(word, history_kind_name((enum history_kind)k)) != 0);
	}
}

static void
the_newest_comes_first_page_by_page_and_nobody_else_s(void **state)
{
	struct stage s;
	const struct id one = { { 1, [15] = 0xff } }, other = { { 2 } };
	struct history_event e = event, last;
	struct unit *unit;
	struct ask ask;

	(void)state;
	stage_open(&s, tables);
	unit = stage_unit(&s);
	for (int i = 0; i < 5; i++) {
		e.at = instant_after(s.now, SECONDS(i));
		history_add(unit, &one, &e);
		e.at = instant_after(s.now, SECONDS(100 + i));
		history_add(unit, &other, &e);
	}
	expect_number("put", stage_commit(&s, unit), OK);
	ask = history_ask(&s.arena, &one, 2);
	stage_load(&s, &ask, 1);
	expect_number("a page", ask.count, 2);
	expect_true("there are more", ask.more);
	for (size_t i = 0; i < 2; i++) {
		expect_true("read", history_read(ask.rows[i].value, &last));
		expect_number("the newest first", last.at.us, instant_after(s.now, SECONDS((int64_t)(4 - i))).us);
		expect_true("its id is its key's", memcmp(ask.rows[i].key.data + 16, last.id.bytes, 16) == 0);
	}
	ask = history_ask_before(&s.arena, &one, &last.id, 10);
	stage_load(&s, &ask, 1);
	expect_number("the rest", ask.count, 3);
	expect_true("no more", !ask.more);
	expect_true("read", history_read(ask.rows[0].value, &last));
	expect_number("the next", last.at.us, instant_after(s.now, SECONDS(2)).us);
	stage_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_says_all_there_is),
		cmocka_unit_test(a_release_says_who_got_what),
		cmocka_unit_test(names_are_never_cut),
		cmocka_unit_test(long_texts_are_cut_between_characters),
		cmocka_unit_test(every_kind_has_a_word),
		cmocka_unit_test(the_newest_comes_first_page_by_page_and_nobody_else_s),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
