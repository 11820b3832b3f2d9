/* tests/transaction/test_sign_on_parts.c - the parts of a sign-on's judgement: what was chosen, by which methods, which
 * acr, what is stated of the assertion.
 */
#include "transaction/sign_on_stage.h"

#include "transaction/sign_on/acr.h"
#include "transaction/sign_on/assertion.h"
#include "transaction/sign_on/choice.h"
#include "transaction/sign_on/methods.h"

#define ACR "urn:watashi:jp-idtf:1.0:authentication:"

static void
methods_are_those_that_were_seen(void **state)
{
	static const struct { const char *title, *facts, *methods; } cases[] = {
		{ "a passkey", "{\"token.kinds\":[\"passkey\"],\"token.user_verification\":\"by-platform\"}",
		  "mfa pop user" },
		{ "that did not verify the person", "{\"token.kinds\":[\"passkey\"],"
		  "\"token.user_verification\":\"none\"}", "pop" },
		{ "in hardware", "{\"token.hardware\":true,\"token.kinds\":[\"passkey\"],"
		  "\"token.user_verification\":\"in-authenticator\"}", "hwk mfa pop user" },
		{ "synced", "{\"token.hardware\":false,\"token.kinds\":[\"passkey\"],"
		  "\"token.user_verification\":\"by-platform\"}", "mfa pop swk user" },
		{ "a card and its PIN", "{\"token.hardware\":true,\"token.kinds\":[\"jpki-authentication\"],"
		  "\"token.user_verification\":\"in-authenticator\"}", "hwk mfa pin pop sc" },
		{ "an app with a PIN, on another channel", "{\"token.kinds\":[\"pin\",\"app-key\"],"
		  "\"token.separate_channel\":true,\"token.user_verification\":\"by-server\"}",
		  "mca mfa pin pop user" },
		{ "a one-time code", "{\"token.kinds\":[\"otp-app\"],\"token.user_verification\":\"none\"}", "otp" },
		{ "a code from paper", "{\"token.kinds\":[\"lookup-card\"]}", "otp" },
		{ "what is not ours", "{\"token.kinds\":[\"passkey\"]", "" },
		{ "nothing", "{}", "" },
	};

	(void)state;
	sign_on_stage_open(1);
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_span(cases[i].title, methods_of(&stage.arena, &(struct authentication){
		    .facts = span_text(cases[i].facts) }), cases[i].methods);
	sign_on_stage_close();
}

static void
values_are_levels_of_what_is_in_force(void **state)
{
	static const struct { const char *title, *words, *found; } cases[] = {
		{ "one", ACR "3", "authentication 3" },
		{ "two, in their order", ACR "3 " ACR "1", "authentication 3, authentication 1" },
		{ "unknown ones are passed over", "a " ACR "2 b", "authentication 2" },
		{ "blanks are no values", "  " ACR "2  ", "authentication 2" },
		{ "nor is a part of one", "urn:watashi:jp-idtf:1.0:authentication", "" },
		{ "of levels that are not of a login there are none", "registration 3", "" },
		{ "more than are looked at",
		  ACR "1 " ACR "1 " ACR "1 " ACR "1 " ACR "1 " ACR "1 " ACR "1 " ACR "1 " ACR "2",
		  "authentication 1, authentication 1, authentication 1, authentication 1, authentication 1, "
		  "authentication 1, authentication 1, authentication 1" },
	};
	struct policy_snapshot *snapshot;

	(void)state;
	sign_on_stage_open(2);
	snapshot = policy_shelf_take(stage.settings.shelf);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct acr found[ACR_VALUES];
		size_t count = acr_read(snapshot, span_text(cases[i].words), stage.now, found);
		const char *text = "";

		for (size_t n = 0; n < count; n++)
			text = arena_print(&stage.arena, "%s%s%.*s %.*s", text, n ? ", " : "",
			    SPAN_ARGS(found[n].requires.areas[0].area), SPAN_ARGS(found[n].requires.areas[0].level));
		expect_text(cases[i].title, text, cases[i].found);
	}
	expect_number("without policies none", acr_read(NULL, span_text(ACR "1"), stage.now,
	    (struct acr[ACR_VALUES]){ { .area = NULL } }), 0);
	policy_snapshot_unref(snapshot);
	sign_on_stage_close();
}

static void
the_level_that_is_told_was_reached(void **state)
{
	struct policy_snapshot *snapshot;
	struct assessed a = { .enough = true };
	int area;

	(void)state;
	sign_on_stage_open(3);
	snapshot = policy_shelf_take(stage.settings.shelf);
	expect_number("by no policy none", acr_reached(&a).size, 0);
	a.policy = shelf_policy_find(snapshot, span_text("jp-idtf"), (struct span){ 0 }, stage.now);
	area = area_find(a.policy->framework, span_text("authentication"));
	expect_number("below the lowest none", acr_reached(&a).size, 0);
	a.decision.evaluation.areas[area].reached = 2;
	a.decision.evaluation.areas[area].possible = 4;
	expect_span("the one that was, not what might have been", acr_reached(&a), ACR "2");
	policy_snapshot_unref(snapshot);
	sign_on_stage_close();
}

static void
all_kinds_there_are_fit(void **state)
{
	static struct release_offer offer;
	const struct sign_on s = { .offline = true, .request = { (const uint8_t *)"{}", 2 } };
	struct span names[RELEASE_KINDS], items;
	struct consent_item item;
	size_t count = 0;

	(void)state;
	sign_on_stage_open(5);
	for (const struct release_kind *kind; (kind = release_kind_at(offer.count));) {
		names[offer.count] = span_text(kind->name);
		offer.items[offer.count++] = (struct release_item){ .kind = kind, .asked = true };
	}
	expect_ok("none of them chosen", choice_of(&stage.arena, &s, &offer, names, 0, &items, &stage.why), &stage.why);
	while (consent_item_next(&items, &item))
		if (item.declined && span_equal(item.name, names[count]))
			count++;
	expect_number("each was declined", count, offer.count);
	expect_true("and what else was asked for agreed to", span_is(item.name, CHOICE_VERIFIED) && !item.declined);
	sign_on_stage_close();
}

static void
what_was_chosen_is_kept_and_joined(void **state)
{
	static const struct { const char *items, *before, *all; } cases[] = {
		{ "name", "", "name" },
		{ "name,-email", "email", "name,-email" },
		{ "name", "-email,birthdate", "name,-email,birthdate" },
		{ "", "name", "name" },
		{ "-name", "name,offline_access", "-name,offline_access" },
	};
	struct span items = span_text("name,-birthdate,age_over_20");

	(void)state;
	sign_on_stage_open(4);
	expect_true("named", choice_has(items, span_text("name"), false) &&
	    !choice_has(items, span_text("name"), true));
	expect_true("declined", choice_has(items, span_text("birthdate"), true) &&
	    !choice_has(items, span_text("birthdate"), false));
	expect_true("a part of a name is none", !choice_has(items, span_text("age_over"), false) &&
	    !choice_has(items, span_text("-birthdate"), false) && !choice_has(items, span_text(""), false));
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_span(cases[i].before, choice_join(&stage.arena, span_text(cases[i].items),
		    span_text(cases[i].before)), cases[i].all);
	sign_on_stage_close();
}

static void
a_purpose_is_of_what_is_asked_and_what_for(void **state)
{
	static const struct { const char *title, *attributes; bool same; } cases[] = {
		{ "as it is", SHOP_ATTRIBUTES, true },
		{ "one alone", "{\"name\":\"name\",\"required\":true,\"purpose\":{\"ja\":\"配送\",\"en\":\"Delivery\"}}",
		  false },
		{ "for something else", "{\"name\":\"name\",\"purpose\":{\"en\":\"Advertising\"}}", false },
	};
	struct span first;

	(void)state;
	sign_on_stage_open(5);
	first = choice_purpose(&stage.arena, &signing.client->rp);
	expect_number("a word, and sixteen digits", first.size, strlen("sign-on:") + 16);
	for (size_t i = 0; i < COUNT(cases); i++) {
		sign_on_shop(STANDING_APPROVED,
		    "\"requires\":{\"framework\":\"jp-idtf\",\"levels\":{\"token\":\"2\"}},", cases[i].attributes, "");
		expect_number(cases[i].title, span_equal(first, choice_purpose(&stage.arena, &sign_on_client()->rp)),
		    cases[i].same);
	}
	sign_on_stage_close();
}

static void
an_assertion_is_stated_as_it_is(void **state)
{
	struct sign_on asked;
	const char *facts;

	(void)state;
	sign_on_stage_open(6);
	asked = sign_on_asked();
	sign_on_wish(&asked, "given_name");
	sign_on_wish(&asked, "name");
	sign_on_wish(&asked, "age_over_20");
	facts = arena_text(&stage.arena, sign_on_assertion(&stage.arena, &signing.settings, &asked,
	    &signing.client->rp));
	expect_true("what is asked, of what is registered", strstr(facts,
	    "\"rp.requests\":[\"identifier\",\"name\",\"age-over\"]"));
	expect_true("who takes it is known", strstr(facts, "\"assertion.recipient_authenticated\":true"));
	expect_true("nobody puts another in its place", strstr(facts, "\"assertion.injection_protected\":true"));
	expect_true("it lies so long", strstr(facts, "\"assertion.lifetime\":300"));
	asked.recipient_known = false;
	asked.nonce = (struct span){ 0 };
	memset(asked.challenge, 0, sizeof(asked.challenge));
	asked.request = span_text("{}");
	signing.settings.assertion_for = 0;
	facts = arena_text(&stage.arena, sign_on_assertion(&stage.arena, &signing.settings, &asked,
	    &signing.client->rp));
	expect_true("a public client is nobody", strstr(facts, "\"assertion.recipient_authenticated\":false"));
	expect_true("without nonce and PKCE anybody may", strstr(facts, "\"assertion.injection_protected\":false"));
	expect_true("how one was proofed is asked", strstr(facts, "\"proofing-record\"]"));
	expect_true("how long is not said", !strstr(facts, "assertion.lifetime"));
	sign_on_stage_close();
}

static void
a_session_has_another_name_at_each_client(void **state)
{
	const struct id one = { { 1 } }, other = { { 2 } };
	struct span a, b, c, again;

	(void)state;
	sign_on_stage_open(7);
	a = pairwise_session(&stage.arena, &signing.settings.pairwise, &one, span_text("shop"));
	b = pairwise_session(&stage.arena, &signing.settings.pairwise, &one, span_text("bank"));
	c = pairwise_session(&stage.arena, &signing.settings.pairwise, &other, span_text("shop"));
	again = pairwise_session(&stage.arena, &signing.settings.pairwise, &one, span_text("shop"));
	expect_true("of 43 letters", a.size == 43 && span_equal(a, again));
	expect_true("another one for each", !span_equal(a, b) && !span_equal(a, c) && !span_equal(b, c));
	sign_on_stage_close();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(methods_are_those_that_were_seen),
		cmocka_unit_test(values_are_levels_of_what_is_in_force),
		cmocka_unit_test(the_level_that_is_told_was_reached),
		cmocka_unit_test(all_kinds_there_are_fit),
		cmocka_unit_test(what_was_chosen_is_kept_and_joined),
		cmocka_unit_test(a_purpose_is_of_what_is_asked_and_what_for),
		cmocka_unit_test(an_assertion_is_stated_as_it_is),
		cmocka_unit_test(a_session_has_another_name_at_each_client),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
