/* tests/transaction/test_release.c - what may go to a relying party: what its record names, the persona shows and the
 * person chooses.
 */
#include "expect.h"

#include "transaction/release/release.h"

#define NOON INT64_C(1798804800000000) /* 2027-01-01T12:00:00Z */
#define EVERYBODY (PERSONA_BIT(PERSONA_ADMINISTRATIVE) | PERSONA_BIT(PERSONA_BUSINESS) | PERSONA_BIT(PERSONA_PRIVATE))
#define T(text) { (const uint8_t *)(text), sizeof(text) - 1 }

static struct arena arena;
static struct account person;
static struct attributes known;

static void
knows(const char *name, const char *value, unsigned personas)
{
	known.list[known.count++] = (struct attribute){ .kind = attribute_kind_find(span_text(name)),
		.value = span_text(value), .source = ATTRIBUTE_FROM_CARD, .at = { NOON - 1 }, .personas = personas };
}

static int
setup(void **state)
{
	(void)state;
	arena = arena_init(1 * MIB);
	person = account_new((struct instant){ NOON });
	person.contacts[0] = (struct contact){ .address = T("old@example.jp"), .confirmed = { NOON - 2 } };
	person.contacts[1] = (struct contact){ .address = T("new@example.jp"), .confirmed = { NOON - 1 } };
	person.contacts[2] = (struct contact){ .address = T("unconfirmed@example.jp"), .added = { NOON } };
	person.contact_count = 3;
	knows("name", "試験　太郎", EVERYBODY);
	knows("birthdate", "2007-01-02",
	    EVERYBODY); /* 20 tomorrow in UTC; in Japan it is 21 o'clock of the day before */
	knows("address", "東京都渋谷区一丁目", PERSONA_BIT(PERSONA_ADMINISTRATIVE));
	knows("phone_number", "03-1234-5678", EVERYBODY);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_release(&arena);
	return 0;
}

static const struct member_attribute registered[] = {
	{ .name = T("name"), .required = true, .purpose = { .en = T("to greet you") } },
	{ .name = T("birthdate"), .purpose = { .en = T("to know your age") } },
	{ .name = T("age_over_18"), .purpose = { .en = T("for wine") } },
	{ .name = T("age_over_20"), .purpose = { .en = T("for loans") } },
	{ .name = T("urn:oid:2.5.4.16"), .required = true, .purpose = { .en = T("to deliver") } },
	{ .name = T("address_region"), .purpose = { .en = T("for the weather") } },
	{ .name = T("email"), .purpose = { .en = T("to write to you") } },
	{ .name = T("gender"), .required = true, .purpose = { .en = T("for nothing much") } },
};

static struct release_offer
offered_to(enum persona persona, const struct release_wish *wishes, size_t count)
{
	struct release_offer offer;

	release_offer(&(struct release_asking){ .wishes = wishes, .wish_count = count, .registered = registered,
	    .registered_count = COUNT(registered), .account = &person, .attributes = &known, .persona = persona,
	    .now = { NOON } }, &offer);
	return offer;
}

/* "name birthdate(age_over_18)": those asked for, and what is offered in another's place in brackets. */
static const char *
listed(const struct release_offer *o)
{
	const char *text = "";

	for (size_t i = 0; i < o->count; i++)
		text = arena_print(&arena, o->items[i].asked ? "%s%s%s" : "%s%s(%s)", text, *text ? " " : "",
		    o->items[i].kind->name);
	return text;
}

static void
only_what_the_record_names_and_the_persona_shows_is_offered(void **state)
{
	const struct release_wish wishes[] = {
		{ .name = T("phone_number"), .places = RELEASE_AT_USERINFO },
		{ .name = T("birthdate"), .places = RELEASE_AT_USERINFO },
		{ .name = T("name"), .places = RELEASE_AT_USERINFO },
		{ .name = T("name"), .places = RELEASE_IN_ID_TOKEN },
		{ .name = T("address"), .places = RELEASE_AT_USERINFO },
		{ .name = T("gender"), .places = RELEASE_AT_USERINFO },
		{ .name = T("shoe_size"), .places = RELEASE_AT_USERINFO },
		{ .name = T("shoe_size"), .places = RELEASE_IN_ID_TOKEN },
		{ .name = T("email_verified"), .places = RELEASE_AT_USERINFO },
	};
	struct release_offer o = offered_to(PERSONA_PRIVATE, wishes, COUNT(wishes));

	(void)state;
	expect_text("in people's order, and less in the place of a date of birth", listed(&o),
	    "name birthdate (age_over_18) (age_over_20) email");
	expect_number("a name is asked for in two places", o.items[0].places, RELEASE_AT_USERINFO |
	    RELEASE_IN_ID_TOKEN);
	expect_span("for what", o.items[0].purpose.en, "to greet you");
	expect_true("it is needed", o.items[0].required && !o.items[1].required);
	expect_span("the newest address that was confirmed", o.items[4].value, "new@example.jp");
	expect_number("the rest is held back", o.withheld_count, 4);
	expect_number("not in the record", o.withheld[0].why, RELEASE_NOT_REGISTERED);
	expect_number("not of this persona", o.withheld[1].why, RELEASE_NOT_OF_PERSONA);
	expect_true("and the service needs it", o.withheld[1].required);
	expect_number("nobody knows it", o.withheld[2].why, RELEASE_NOT_KNOWN);
	expect_number("there is no such thing", o.withheld[3].why, RELEASE_NO_SUCH);
}

static void
what_follows_is_told_as_of_today_in_japan(void **state)
{
	const struct release_wish wishes[] = {
		{ .name = T("age_over_18"), .places = RELEASE_IN_ID_TOKEN },
		{ .name = T("age_over_20"), .places = RELEASE_IN_ID_TOKEN },
		{ .name = T("address_region"), .places = RELEASE_IN_ID_TOKEN },
	};
	struct release_offer o = offered_to(PERSONA_ADMINISTRATIVE, wishes, COUNT(wishes));

	(void)state;
	expect_text("each by itself", listed(&o), "age_over_18 age_over_20 address_region");
	expect_span("18 since long", o.items[0].value, "true");
	expect_span("20 in three hours", o.items[1].value, "false");
	expect_span("its prefecture", o.items[2].value, "東京都");
	known.list[1].value = span_text("2007-01-01");
	o = offered_to(PERSONA_ADMINISTRATIVE, wishes, COUNT(wishes));
	expect_span("20 today", o.items[1].value, "true");
	known.list[1].value = span_text("2007");
	known.list[2].value = span_text("Berlin");
	o = offered_to(PERSONA_ADMINISTRATIVE, wishes, COUNT(wishes));
	expect_text("nothing is guessed", listed(&o), "");
	known.list[1].value = span_text("2007-01-02");
	known.list[2].value = span_text("東京都渋谷区一丁目");
}

static void
what_is_needed_has_nothing_in_its_place(void **state)
{
	const struct release_wish wishes[] = { { .name = T("address"), .places = RELEASE_AT_USERINFO } };
	struct release_offer o = offered_to(PERSONA_ADMINISTRATIVE, wishes, COUNT(wishes));

	(void)state;
	expect_text("the address alone", listed(&o), "address");
}

static void
chosen_is_what_was_named_and_what_is_needed(void **state)
{
	const struct release_wish wishes[] = {
		{ .name = T("name"), .places = RELEASE_AT_USERINFO },
		{ .name = T("birthdate"), .places = RELEASE_AT_USERINFO },
		{ .name = T("email"), .places = RELEASE_AT_USERINFO },
	};
	const struct span less[] = { T("age_over_20") }, both[] = { T("birthdate"), T("age_over_18") },
	    strange[] = { T("email"), T("gender") };
	struct release_offer o = offered_to(PERSONA_PRIVATE, wishes, COUNT(wishes));
	const struct release_item *chosen[RELEASE_KINDS];
	struct problem why = { 0 };
	size_t count;

	(void)state;
	expect_ok("nothing", release_choose(&o, NULL, 0, chosen, &count, &why), &why);
	expect_number("is what the service needs", count, 1);
	expect_text("a name", chosen[0]->kind->name, "name");
	expect_ok("less", release_choose(&o, less, COUNT(less), chosen, &count, &why), &why);
	expect_number("with it", count, 2);
	expect_text("in the place of a date", chosen[1]->kind->name, "age_over_20");
	expect_problem("both", release_choose(&o, both, COUNT(both), chosen, &count, &why), &why, ERR_INVALID,
	    "\"birthdate\" or \"age_over_18\" in its place");
	expect_problem("what nobody asked for", release_choose(&o, strange, COUNT(strange), chosen, &count, &why), &why,
	    ERR_INVALID, "/items/1");
}

static void
claims_stand_where_they_were_asked_for(void **state)
{
	const struct release_wish wishes[] = {
		{ .name = T("name"), .places = RELEASE_AT_USERINFO },
		{ .name = T("age_over_18"), .places = RELEASE_AT_USERINFO | RELEASE_IN_ID_TOKEN },
		{ .name = T("address"), .places = RELEASE_AT_USERINFO },
		{ .name = T("address_region"), .places = RELEASE_AT_USERINFO | RELEASE_IN_ID_TOKEN },
		{ .name = T("email"), .places = RELEASE_AT_USERINFO },
	};
	const struct span all[] = { T("age_over_18"), T("address_region"), T("email") };
	struct release_offer o = offered_to(PERSONA_ADMINISTRATIVE, wishes, COUNT(wishes));
	const struct release_item *chosen[RELEASE_KINDS];
	struct buffer b = buffer_init(4 * KIB);
	struct problem why = { 0 };
	size_t count;

	(void)state;
	expect_ok("all", release_choose(&o, all, COUNT(all), chosen, &count, &why), &why);
	buffer_byte(&b, '{');
	release_write_claims(&b, chosen, count, RELEASE_AT_USERINFO);
	expect_span("userinfo", buffer_span(&b),
	    "{\"name\":\"試験　太郎\",\"age_over_18\":true,\"email\":\"new@example.jp\","
	    "\"email_verified\":true,\"address\":{\"formatted\":\"東京都渋谷区一丁目\",\"region\":\"東京都\"}");
	buffer_clear(&b);
	buffer_byte(&b, '{');
	release_write_claims(&b, chosen, count, RELEASE_IN_ID_TOKEN);
	expect_span("ID token", buffer_span(&b), "{\"age_over_18\":true,\"address\":{\"region\":\"東京都\"}");
	buffer_release(&b);
}

static void
scopes_stand_for_claims(void **state)
{
	struct release_wish wishes[8];

	(void)state;
	expect_number("openid for none", release_scope(span_text("openid"), wishes, 8), 0);
	expect_number("profile for eight", release_scope(span_text("profile"), wishes, 8), 8);
	expect_number("as many as there is room for", release_scope(span_text("profile"), wishes, 3), 3);
	expect_number("phone for one", release_scope(span_text("phone"), wishes, 8), 1);
	expect_span("the number", wishes[0].name, "phone_number");
	expect_number("at userinfo", wishes[0].places, RELEASE_AT_USERINFO);
}

static void
each_kind_has_one_name_in_each_protocol(void **state)
{
	const struct release_kind *kind;
	size_t count = 0;

	(void)state;
	for (; (kind = release_kind_at(count)); count++) {
		expect_true(kind->name, release_kind_find(span_text(kind->name)) == kind);
		if (kind->saml)
			expect_true(kind->saml, release_kind_find(span_text(kind->saml)) == kind);
		if (kind->of)
			expect_true(kind->of, attribute_kind_find(span_text(kind->of)) != NULL);
	}
	for (size_t i = 0; attribute_kind_at(i); i++)
		expect_true("each attribute can be told", release_kind_find(span_text(attribute_kind_at(i)->name)) !=
		    NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_the_record_names_and_the_persona_shows_is_offered),
		cmocka_unit_test(what_follows_is_told_as_of_today_in_japan),
		cmocka_unit_test(what_is_needed_has_nothing_in_its_place),
		cmocka_unit_test(chosen_is_what_was_named_and_what_is_needed),
		cmocka_unit_test(claims_stand_where_they_were_asked_for),
		cmocka_unit_test(scopes_stand_for_claims),
		cmocka_unit_test(each_kind_has_one_name_in_each_protocol),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
