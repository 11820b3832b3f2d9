/* tests/transaction/test_client.c - clients of OpenID Connect found by their names: in the registry, as it is now. */
#include "transaction/client_stage.h"

#define PRIVACY(level, from, until) "{\"framework\":\"jp-idtf\",\"area\":\"privacy\",\"level\":\"" level "\"," \
	"\"uri\":\"https://f.example/p" level "\",\"assessor\":\"A\",\"from\":\"" from "\",\"until\":\"" until "\"}"

static void
what_the_registry_says_is_found(void **state)
{
	struct client_book *book = client_book_new();
	const struct client *c;
	struct stage s;

	(void)state;
	stage_open_shop(&s, 1, STANDING_APPLIED, "{}");
	stage_member_as(&s, "shop", STANDING_APPROVED, stage_shop(&s, "\"sector\":\"shop.example\","
	    "\"personas\":[\"business\",\"administrative\"],"
	    "\"requires\":{\"framework\":\"jp-idtf\",\"profile\":\"p\"},", "",
	    PRIVACY("2", "2026-01-01", "2026-11-22T12:00:01Z") "," PRIVACY("3", "2026-11-22T12:00:01Z", "2027-01-01")));
	c = stage_find_client(&s, book, SHOP);
	assert_non_null(c);
	expect_span("by its entity's ID", c->id, SHOP);
	expect_span("of its member", c->rp.member, "shop");
	expect_span("by its own name", c->rp.name.en, "Shop");
	expect_span("and its member's", c->rp.member_name.en, "Shop Inc.");
	expect_number("approved", c->rp.standing, STANDING_APPROVED);
	expect_span("what a login must reach", c->rp.requires.profile, "p");
	expect_number("as whom it meets people", c->rp.personas,
	    PERSONA_BIT(PERSONA_BUSINESS) | PERSONA_BIT(PERSONA_ADMINISTRATIVE));
	expect_number("the first of them before the others", c->rp.preferred, PERSONA_BUSINESS);
	expect_span("its record's sector", c->rp.sector, "shop.example");
	expect_span("which is its client's, too", c->metadata.sector, "shop.example");
	expect_number("what it may ask for", c->rp.attribute_count, 1);
	expect_span("for this", c->rp.attributes[0].purpose.en, "Receipts");
	expect_true("where it returns", oidc_client_redirects(&c->metadata, span_text("https://www.shop.example/cb")));
	expect_span("how far it is certified", c->rp.privacy_level, "2");
	s.now = instant_after(s.now, SECONDS(1));
	expect_span("and a second later", stage_find_client(&s, book, SHOP)->rp.privacy_level, "3");
	expect_span("what was handed out stays what it was", c->rp.privacy_level, "2");
	client_book_free(book);
	stage_close(&s);
}

static void
what_is_not_said_has_its_default(void **state)
{
	struct client_book *book = client_book_new();
	const struct client *c;
	struct stage s;

	(void)state;
	stage_open(&s, 2);
	stage_member_as(&s, "shop", STANDING_APPROVED, stage_shop(&s, "", "", ""));
	stage_claim(&s, SHOP, "shop");
	c = stage_find_client(&s, book, SHOP);
	assert_non_null(c);
	expect_number("private and business", c->rp.personas,
	    PERSONA_BIT(PERSONA_BUSINESS) | PERSONA_BIT(PERSONA_PRIVATE));
	expect_number("private first", c->rp.preferred, PERSONA_PRIVATE);
	expect_span("the host it returns to", c->rp.sector, "www.shop.example");
	expect_number("nothing is required", c->rp.requires.framework.size, 0);
	expect_number("no certification", c->rp.privacy_level.size, 0);
	client_book_free(book);
	stage_close(&s);
}

static void
who_is_no_client_is_not_found(void **state)
{
	static const struct {
		const char *title, *id;
		enum standing standing;
		enum err err;
	} cases[] = {
		{ "nobody's name", "https://nobody.example/", STANDING_APPROVED, ERR_NOT_FOUND },
		{ "no name at all", "", STANDING_APPROVED, ERR_NOT_FOUND },
		{ "a relying party without a client", "https://app.shop.example/", STANDING_APPROVED, ERR_NOT_FOUND },
		{ "what relies on nobody", "https://idp.shop.example/", STANDING_APPROVED, ERR_NOT_FOUND },
		{ "one that registered itself, perhaps", "c_AAAAAAAAAAAAAAAAAAAAAQ", STANDING_APPROVED, ERR_NOT_FOUND },
		{ "almost such a name", "c_AAAAAAAAAAAAAAAAAAAAA", STANDING_APPROVED, ERR_NOT_FOUND },
		{ "its member has applied", SHOP, STANDING_APPLIED, ERR_DENIED },
		{ "is suspended", SHOP, STANDING_SUSPENDED, ERR_DENIED },
		{ "has withdrawn", SHOP, STANDING_WITHDRAWN, ERR_DENIED },
		{ "is approved", SHOP, STANDING_APPROVED, OK },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct client_book *book = client_book_new();
		struct stage s;

		stage_open_shop(&s, i, cases[i].standing, "{}");
		stage_member_as(&s, "shop", cases[i].standing, stage_shop(&s, "", "", ""));
		expect_true(cases[i].title, (stage_find_client(&s, book, cases[i].id) != NULL) == (cases[i].err == OK));
		expect_number(cases[i].title, s.err, cases[i].err);
		client_book_free(book);
		stage_close(&s);
	}
}

/* How many answers of the store it took. */
static int
steps_to_find(struct stage *s, struct client_book *book)
{
	struct stage_client found = { .stage = s };
	int steps = 0;

	s->done = false;
	client_find(s->store, book, &s->arena, span_text(SHOP), s->now, stage_on_client, &found);
	expect_true("never before it returns", !s->done);
	for (; !s->done; steps++)
		assert_true(store_memory_step(s->store, s->now));
	s->done = false;
	return steps;
}

static void
what_was_read_is_read_again_only_when_it_changes(void **state)
{
	struct client_book *book = client_book_new();
	struct stage s;

	(void)state;
	stage_open(&s, 5);
	stage_member_as(&s, "shop", STANDING_APPROVED, stage_shop(&s, "", "", ""));
	stage_claim(&s, SHOP, "shop");
	expect_number("whose it is, then its member", steps_to_find(&s, book), 2);
	expect_number("both at a time", steps_to_find(&s, book), 1);
	stage_member_as(&s, "shop", STANDING_SUSPENDED, stage_shop(&s, "", "", ""));
	expect_true("its member is suspended", !stage_find_client(&s, book, SHOP) && s.err == ERR_DENIED);
	stage_member_as(&s, "shop", STANDING_APPROVED, stage_shop(&s, "\"sector\":\"new.example\",", "", ""));
	expect_span("another record", stage_find_client(&s, book, SHOP)->rp.sector, "new.example");
	stage_member_as(&s, "other", STANDING_APPROVED, "{}");
	stage_claim(&s, SHOP, "other");
	expect_true("another's now, whose record cannot be read", !stage_find_client(&s, book, SHOP));
	expect_number("that is no refusal", s.err, ERR_UNAVAILABLE);
	stage_claim(&s, SHOP, "shop");
	expect_true("its own again", stage_find_client(&s, book, SHOP) != NULL);
	stage_delete(&s, &member_claim_table, span_of(entity_key_of(span_text(SHOP)).bytes, 20));
	expect_true("nobody's", !stage_find_client(&s, book, SHOP) && s.err == ERR_NOT_FOUND);
	client_book_free(book);
	stage_close(&s);
}

static void
whoever_cancels_is_not_called(void **state)
{
	(void)state;
	for (int steps = 0; steps < 2; steps++) {
		struct client_book *book = client_book_new();
		struct stage s;
		struct stage_client found = { .stage = &s };

		stage_open(&s, 6);
		stage_member_as(&s, "shop", STANDING_APPROVED, stage_shop(&s, "", "", ""));
		stage_claim(&s, SHOP, "shop");
		stage_cancel(&s, client_find(s.store, book, &s.arena, span_text(SHOP), s.now, stage_on_client, &found),
		    steps);
		client_book_free(book);
		stage_close(&s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_registry_says_is_found),
		cmocka_unit_test(what_is_not_said_has_its_default),
		cmocka_unit_test(who_is_no_client_is_not_found),
		cmocka_unit_test(what_was_read_is_read_again_only_when_it_changes),
		cmocka_unit_test(whoever_cancels_is_not_called),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
