/* tests/transaction/test_sign_on.c - sign-ons from what is asked to what the store has of them. */
#include "transaction/sign_on_stage.h"

#define SHOP_REQUIRES "\"requires\":{\"framework\":\"jp-idtf\",\"levels\":{\"token\":\"%s\"}},"

/* Commits are counted where they are made. */
static const struct store_backend *counted;
static size_t commits;

static struct pending *
count_commit(struct store *store, const struct unit *unit, on_committed *done, void *arg)
{
	commits++;
	return counted->commit(store, unit, done, arg);
}

static void
count_commits(void)
{
	static struct store_backend counting;

	counted = stage.store->backend;
	counting = *counted;
	counting.commit = count_commit;
	stage.store->backend = &counting;
	commits = 0;
}

static size_t
commits_counted(void)
{
	stage.store->backend = counted;
	return commits;
}

/* The newest line of that kind: those of one unit have one time. */
static struct history_event
history_of(enum history_kind kind)
{
	struct stage_look look = stage_load(history_ask(&stage.arena, &stage.person.account.id, 9));
	struct history_event e = { .kind = HISTORY_NOTHING };

	for (size_t i = 0; i < look.count; i++) {
		expect_true("it is read", history_read(look.rows[i].value, &e));
		if (e.kind == kind)
			return e;
	}
	return (struct history_event){ .kind = HISTORY_NOTHING };
}

/* Met once, with what was chosen. */
static void
meet(const struct sign_on *asked, const char *items)
{
	expect_text("the page", sign_on_run(asked), "consent");
	expect_ok("yes", sign_on_agreed(PERSONA_PRIVATE, items), &stage.why);
	expect_text("goes on", sign_on_go_on(), "done");
}

static void
nobody_logs_in_first(void **state)
{
	struct history_event event;
	struct sign_on asked;
	struct grant stored;
	char id[LEDGER_ID_TEXT];

	(void)state;
	sign_on_stage_open(1);
	asked = sign_on_asked();
	sign_on_wish(&asked, "name");
	sign_on_wish(&asked, "birthdate");
	asked.login_hint = span_text("hanako@person.example");
	expect_text("nobody is there", sign_on_run(&asked), "login");
	expect_number("a row waits", stage_count(&sign_on_table), 1);
	expect_span("and the login leads back to it", stage_login().reference, arena_print(&stage.arena,
	    "/oidc/continue/%s", ledger_id_text(&signing.sign_on.id, id)));
	expect_number("it is OpenID Connect's", stage_login().front, LOGIN_FOR_OIDC);
	expect_span("its page can offer who is hinted at", stage_login().hint, "hanako@person.example");
	expect_true("whom nobody looked up", !stage_login().said);
	expect_text("come back too early", sign_on_go_on(), "login");
	sign_on_by_passkey(&stage.person);
	expect_text("whom the shop has never met is asked", sign_on_go_on(), "consent");
	stage.now = instant_after(stage.now, SECONDS(1));
	expect_ok("yes, but for the birthday", sign_on_agreed(PERSONA_PRIVATE, "name,age_over_20"), &stage.why);
	expect_span("back to it", signing.location, arena_print(&stage.arena, "/oidc/continue/%s", id));
	expect_text("and there", sign_on_go_on(), "done");
	expect_number("the row is gone", stage_count(&sign_on_table), 0);
	expect_problem("it is used once", (sign_on_go_on(), stage.err), &stage.why, ERR_NOT_FOUND, "may be over");

	expect_ok("the grant is stored", grant_loaded(&stage.arena, &(struct ask){ .table = &grant_table,
	    .rows = stage_load(grant_ask(&signing.grant.id)).rows, .count = 1 }, &stored, &stage.why), &stage.why);
	expect_span("with what was chosen, and where", stored.claims, "name 2,age_over_20 2");
	expect_true("of this session", id_equal(&stored.session, &signing.session.id));
	expect_true("by this person", id_equal(&stored.account, &stage.person.account.id) &&
	    stored.persona == PERSONA_PRIVATE);
	expect_number("under a name of 43 letters", stored.subject.size, 43);
	expect_span("by these methods", stored.methods, "mfa pop user");
	expect_number("since", stored.authenticated.us, stage.now.us - SECONDS(1));
	event = history_of(HISTORY_RELEASED);
	expect_number("the history says", event.kind, HISTORY_RELEASED);
	expect_span("who", event.relying_party, SHOP);
	expect_span("what", event.items, "name,age_over_20");
	expect_true("by which decision", id_equal(&event.decision, &stored.decision) && id_given(&event.decision));
	expect_true("and which consent", id_given(&event.consent));
	sign_on_stage_close();
}

static void
who_is_known_goes_through_with_one_commit_and_no_row(void **state)
{
	struct sign_on asked;
	struct id first;

	(void)state;
	for (uint64_t seed = 1; seed <= 4; seed++) {
		sign_on_stage_open(seed);
		asked = sign_on_asked();
		sign_on_wish(&asked, "name");
		sign_on_wish(&asked, "email");
		sign_on_log_in(&stage.person);
		meet(&asked, "name,email");
		first = signing.grant.id;
		count_commits();
		expect_text("again", sign_on_run(&asked), "done");
		expect_number("it is one commit", commits_counted(), 1);
		expect_number("and no row", stage_count(&sign_on_table), 0);
		expect_true("a grant of its own", !id_equal(&first, &signing.grant.id));
		expect_span("with the same items", signing.grant.claims, "name 2,email 2");
		asked.never_ask = true;
		expect_text("asked or not", sign_on_run(&asked), "done");
		asked.consent_anew = true;
		expect_text("but for who wants it anew", sign_on_run(&asked), "refused consent_required");
		sign_on_stage_close();
	}
}

static void
what_stands_for_something_else_does_not_stay_beside_it(void **state)
{
	struct sign_on asked;

	(void)state;
	sign_on_stage_open(2);
	sign_on_log_in(&stage.person);
	asked = sign_on_asked();
	sign_on_wish(&asked, "name");
	sign_on_wish(&asked, "birthdate");
	meet(&asked, "name,age_over_20");
	asked.consent_anew = true;
	meet(&asked, "name,birthdate");
	asked.consent_anew = false;
	expect_text("nobody is asked for ever", sign_on_run(&asked), "done");
	expect_span("what was chosen last", signing.grant.claims, "name 2,birthdate 2");
	sign_on_stage_close();
}

static void
a_yes_is_to_what_was_read(void **state)
{
	struct sign_on asked;

	(void)state;
	sign_on_stage_open(2);
	sign_on_log_in(&stage.person);
	asked = sign_on_asked();
	sign_on_wish(&asked, "name");
	expect_text("the page", sign_on_run(&asked), "consent");
	expect_ok("yes", sign_on_agreed(PERSONA_PRIVATE, "name"), &stage.why);
	sign_on_shop(STANDING_APPROVED, "", "{\"name\":\"name\",\"purpose\":{\"en\":\"Advertising\"}}", "");
	expect_text("to something else than what it is for now", sign_on_go_on(), "consent");
	expect_number("nothing was granted", stage_count(&grant_table), 0);
	expect_problem("nor is a page of before agreed to", sign_on_agreed(PERSONA_PRIVATE, "name"), &stage.why,
	    ERR_CONFLICT, "/purpose");
	sign_on_client();
	expect_ok("read anew", sign_on_agreed(PERSONA_PRIVATE, "name"), &stage.why);
	expect_text("it is done", sign_on_go_on(), "done");
	sign_on_stage_close();
}

static void
what_was_declined_is_not_asked_for_again(void **state)
{
	struct sign_on asked;

	(void)state;
	sign_on_stage_open(2);
	sign_on_log_in(&stage.person);
	asked = sign_on_asked();
	sign_on_wish(&asked, "name");
	sign_on_wish(&asked, "email");
	meet(&asked, "name");
	expect_text("again", sign_on_run(&asked), "done");
	expect_span("without it", signing.grant.claims, "name 2");
	sign_on_wish(&asked, "birthdate");
	expect_text("something else is asked for", sign_on_run(&asked), "consent");
	expect_problem("what is required is no choice, and what is not offered none", sign_on_agreed(PERSONA_PRIVATE,
	    "address"), &stage.why, ERR_INVALID, "/items/0");
	expect_problem("nor a persona of others", sign_on_agreed(PERSONA_ADMINISTRATIVE, "name"), &stage.why,
	    ERR_INVALID, "/persona: expected");
	expect_problem("nor one without what the service needs", sign_on_agreed(PERSONA_BUSINESS, ""), &stage.why,
	    ERR_INVALID, "/persona: the service does not work");
	expect_ok("that, too", sign_on_agreed(PERSONA_PRIVATE, "name,birthdate"), &stage.why);
	expect_text("goes on", sign_on_go_on(), "done");
	asked.wish_count = 1;
	sign_on_wish(&asked, "birthdate");
	expect_text("both stand", sign_on_run(&asked), "done");
	expect_span("beside each other", signing.grant.claims, "name 2,birthdate 2");
	sign_on_shop(STANDING_APPROVED, "", "{\"name\":\"name\",\"purpose\":{\"en\":\"Advertising\"}}", "");
	sign_on_client();
	asked = sign_on_asked();
	sign_on_wish(&asked, "name");
	expect_text("for another purpose nobody has agreed", sign_on_run(&asked), "consent");
	sign_on_stage_close();
}

static void
who_says_no_is_left_alone(void **state)
{
	struct sign_on asked;

	(void)state;
	sign_on_stage_open(3);
	sign_on_log_in(&stage.person);
	asked = sign_on_asked();
	expect_text("the page", sign_on_run(&asked), "consent");
	expect_ok("no", sign_on_denied(), &stage.why);
	expect_text("it is told", sign_on_go_on(), "refused access_denied");
	expect_number("the row is gone", stage_count(&sign_on_table), 0);
	expect_number("nothing was granted", stage_count(&grant_table), 0);
	memset(signing.key, 0, sizeof(signing.key));
	expect_text("nobody is there", sign_on_run(&asked), "login");
	expect_text("and left the login", sign_on_go_on_as(true), "refused access_denied");
	sign_on_stage_close();
}

/* How often the store is asked for one sign-on by the session that is there, whose passkey is bound by a certificate
 * that was looked at so long ago. */
static size_t
steps_by_session(const char *level, int64_t ago)
{
	struct sign_on_visitor visitor;
	struct credential c;
	struct sign_on asked;
	struct unit *unit;
	size_t steps = 0;

	sign_on_stage_open(60);
	sign_on_shop(STANDING_APPROVED, arena_print(&stage.arena, "\"requires\":{\"framework\":\"jp-idtf\",\"levels\":{"
	    "\"token\":\"%s\"}},", level), SHOP_ATTRIBUTES, "");
	sign_on_client();
	sign_on_log_in(&stage.person);
	asked = sign_on_asked();
	meet(&asked, "");
	c = stage_stored(&stage.person.passkey);
	c.parent = PARENT_GOOD;
	c.parent_handle = span_text(CARD_HANDLE);
	c.parent_checked = instant_after(stage.now, -ago);
	unit = stage_unit();
	credential_put(unit, &stage.arena, &c);
	stage_commit(unit);
	visitor = sign_on_visitor();
	stage.done = false;
	sign_on_begin(stage.store, &stage.arena, &signing.settings, &asked, &signing.client->rp, &visitor,
	    sign_on_on_step, NULL);
	for (; !stage.done && store_memory_step(stage.store, stage.now); steps++)
		continue;
	expect_ok("it comes to an end", stage.err, &stage.why);
	expect_number("with the shop", stage_count(&grant_table), 2);
	sign_on_stage_close();
	return steps;
}

static void
an_old_certificate_is_looked_at_before_a_session_is_enough(void **state)
{
	const size_t young = steps_by_session("3", SECONDS(3600));

	(void)state;
	expect_true("where much is asked and it is old", steps_by_session("3", SECONDS(2 * 86400)) > young);
	expect_number("not where little is", steps_by_session("2", SECONDS(2 * 86400)), young);
}

static void
a_sign_on_is_its_browsers(void **state)
{
	struct sign_on asked;
	struct sign_on first;

	(void)state;
	sign_on_stage_open(4);
	sign_on_log_in(&stage.person);
	asked = sign_on_asked();
	expect_text("the page", sign_on_run(&asked), "consent");
	first = signing.sign_on;
	expect_text("a second tab", sign_on_run(&asked), "consent");
	expect_true("has the same secret, and another row",
	    memcmp(first.browser, signing.sign_on.browser, 32) == 0 && stage_count(&sign_on_table) == 2);
	signing.browser[0] ^= 1;
	expect_problem("another browser has none", (sign_on_go_on(), stage.err), &stage.why, ERR_NOT_FOUND,
	    "another browser");
	expect_problem("nor agrees", sign_on_agreed(PERSONA_PRIVATE, ""), &stage.why, ERR_NOT_FOUND, "another browser");
	expect_problem("nor says no", sign_on_denied(), &stage.why, ERR_NOT_FOUND, "another browser");
	signing.has_browser = false;
	expect_problem("without a secret neither", (sign_on_go_on(), stage.err), &stage.why, ERR_NOT_FOUND,
	    "another browser");
	signing.has_browser = true;
	signing.browser[0] ^= 1;
	stage.now = instant_after(stage.now, SIGN_ON_FOR);
	expect_problem("it ends with its time", (sign_on_go_on(), stage.err), &stage.why, ERR_NOT_FOUND, "may be over");
	sign_on_stage_close();
}

static void
what_one_person_chose_is_not_another_s(void **state)
{
	struct sign_on asked;

	(void)state;
	sign_on_stage_open(5);
	sign_on_put_attributes(&stage.other);
	asked = sign_on_asked();
	sign_on_wish(&asked, "name");
	sign_on_log_in(&stage.person);
	expect_text("the page", sign_on_run(&asked), "consent");
	expect_ok("yes", sign_on_agreed(PERSONA_PRIVATE, "name"), &stage.why);
	sign_on_log_in(&stage.other);
	expect_text("somebody else is there meanwhile", sign_on_go_on(), "consent");
	expect_number("nothing was granted", stage_count(&grant_table), 0);
	sign_on_stage_close();
}

static void
a_level_that_lacks_is_refused_with_its_decision(void **state)
{
	struct ledger_entry entry;
	struct history_event event;
	struct sign_on asked;
	struct stage_look look;
	const char *content;
	size_t before;

	(void)state;
	sign_on_stage_open(6);
	sign_on_shop(STANDING_APPROVED, arena_print(&stage.arena, SHOP_REQUIRES, "4"), SHOP_ATTRIBUTES, "");
	sign_on_client();
	sign_on_log_in(&stage.person);
	before = stage_count(&ledger_leaf_table);
	stage.now = instant_after(stage.now, SECONDS(1));
	asked = sign_on_asked();
	asked.never_ask = true;
	expect_text("nobody may be asked", sign_on_run(&asked), "refused interaction_required");
	expect_number("the decision stands", stage_count(&ledger_leaf_table), before + 1);
	look = stage_load((struct ask){ .table = &ledger_entry_table, .limit = 99 });
	expect_true("is read", ledger_entry_read(look.rows[look.count - 1].value, &entry));
	expect_span("it is the shop's", entry.party, "shop");
	content = arena_text(&stage.arena, entry.content);
	expect_true("it refuses", strstr(content, "\"permit\":false"));
	expect_true("and has no number of the account's",
	    !strstr(content, stage.person.account.number) && strstr(content, "\"type\":\"person\""));
	event = history_of(HISTORY_LOGIN_REFUSED);
	expect_number("the person can read of it", event.kind, HISTORY_LOGIN_REFUSED);
	expect_span("why", event.detail, "interaction_required");
	expect_true("and which", id_equal(&event.decision, &signing.step.decision));
	expect_number("nothing was granted", stage_count(&grant_table), 0);
	asked.never_ask = false;
	expect_text("who may be asked is", sign_on_run(&asked), "login");
	expect_span("for the registry's least", stage_login().wanted.areas[0].level, "4");
	sign_on_stage_close();
}

static void
what_ends_in_that_moment_has_ended(void **state)
{
	enum { SESSION, AUTHENTICATOR, ACCOUNT, CONSENT, WAYS };

	(void)state;
	for (int way = SESSION; way < WAYS; way++) {
		struct sign_on_visitor visitor;
		struct sign_on asked;
		struct unit *unit;
		struct consent consent;
		struct stage_look look;
		size_t grants;

		sign_on_stage_open(7);
		asked = sign_on_asked();
		sign_on_log_in(&stage.person);
		meet(&asked, "");
		grants = stage_count(&grant_table);
		visitor = sign_on_visitor();
		look = stage_load(consents_ask(&stage.arena, &stage.person.account.id));
		expect_true("a consent", consent_read(look.rows[0].value, &consent));
		consent.generation = look.rows[0].generation;
		unit = stage_unit();
		if (way == SESSION)
			unit_delete(unit, &session_table, span_of(signing.key, sizeof(signing.key)));
		if (way == AUTHENTICATOR) {
			struct credential c = stage_stored(&stage.person.passkey);

			c.state = CREDENTIAL_REVOKED;
			credential_put(unit, &stage.arena, &c);
		}
		if (way == ACCOUNT) {
			signing.account.sessions_from = instant_after(stage.now, 1);
			account_put(unit, &stage.arena, &signing.account);
		}
		if (way == CONSENT) {
			consent.withdrawn = stage.now;
			consent_put(unit, &stage.arena, &stage.person.account.id, &consent);
		}
		stage_commit(unit);
		/* It was looked at before, and is written now. */
		stage.done = false;
		sign_on_begin(stage.store, &stage.arena, &signing.settings, &asked, &signing.client->rp, &visitor,
		    sign_on_on_step, NULL);
		stage_run();
		expect_text("it does not count", sign_on_outcome(), way == CONSENT ? "consent" : "login");
		expect_number("nothing was granted", stage_count(&grant_table), grants);
		sign_on_stage_close();
	}
}

static void
a_refusal_of_an_account_that_changes_is_not_put_beneath_it(void **state)
{
	struct sign_on_visitor visitor;
	struct sign_on asked;
	struct unit *unit;
	size_t before;

	(void)state;
	sign_on_stage_open(6);
	sign_on_shop(STANDING_APPROVED, arena_print(&stage.arena, SHOP_REQUIRES, "4"), SHOP_ATTRIBUTES, "");
	sign_on_client();
	sign_on_log_in(&stage.person);
	asked = sign_on_asked();
	asked.never_ask = true;
	visitor = sign_on_visitor();
	signing.account.sessions_from = instant_after(stage.now, 1);
	unit = stage_unit();
	account_put(unit, &stage.arena, &signing.account);
	stage_commit(unit);
	before = stage_count(&history_table);
	stage.done = false;
	sign_on_begin(stage.store, &stage.arena, &signing.settings, &asked, &signing.client->rp, &visitor,
	    sign_on_on_step, NULL);
	stage_run();
	expect_text("judged anew: nobody is there", sign_on_outcome(), "refused login_required");
	expect_number("nothing was written", stage_count(&history_table), before);
	sign_on_stage_close();
}

static void
who_is_not_approved_is_not_served(void **state)
{
	struct sign_on asked;

	(void)state;
	sign_on_stage_open(8);
	sign_on_log_in(&stage.person);
	asked = sign_on_asked();
	expect_text("the page", sign_on_run(&asked), "consent");
	sign_on_shop(STANDING_SUSPENDED, "", SHOP_ATTRIBUTES, "");
	expect_text("suspended meanwhile", sign_on_go_on(), "!denied");
	expect_problem("nobody agrees any more", sign_on_agreed(PERSONA_PRIVATE, ""), &stage.why, ERR_DENIED, "");
	sign_on_stage_close();
}

static void
who_comes_back_to_a_relying_party_is_counted(void **state)
{
	static struct figures figures;
	struct person_settings person;
	struct sign_on asked;

	(void)state;
	sign_on_stage_open(11);
	person = *signing.settings.person;
	person.figures = &figures;
	signing.settings.person = &person;
	asked = sign_on_asked();
	asked.never_ask = true;
	expect_text("nobody is there", sign_on_run(&asked), "refused login_required");
	expect_number("that is one", figures.value[FIGURE_SIGN_ONS_REFUSED], 1);
	asked.never_ask = false;
	sign_on_log_in(&stage.person);
	meet(&asked, "");
	expect_number("the page is none yet", figures.value[FIGURE_SIGN_ONS_DONE], 1);
	expect_number("nothing else was refused", figures.value[FIGURE_SIGN_ONS_REFUSED], 1);
	sign_on_stage_close();
}

static void
too_much_is_refused(void **state)
{
	struct sign_on asked;

	(void)state;
	sign_on_stage_open(9);
	asked = sign_on_asked();
	asked.nonce = span_of(arena_take(&stage.arena, SIGN_ON_TEXT_LARGEST + 1), SIGN_ON_TEXT_LARGEST + 1);
	expect_text("a long nonce", sign_on_run(&asked), "!limit");
	asked.nonce.size--;
	expect_text("the longest one", sign_on_run(&asked), "login");
	asked.wish_count = SIGN_ON_WISHES + 1;
	expect_text("too many claims", sign_on_run(&asked), "!limit");
	sign_on_stage_close();
}

static void
a_row_is_read_as_it_was_written(void **state)
{
	struct buffer b = buffer_init(64 * KIB);
	struct sign_on asked, again;

	(void)state;
	sign_on_stage_open(10);
	asked = sign_on_asked();
	sign_on_wish(&asked, "name");
	asked.wishes[0].essential = true;
	asked.acr_values = span_text("one two");
	asked.acr_essential = asked.offline = asked.denied = asked.login_anew = true;
	asked.max_age = SECONDS(60);
	asked.since = asked.made = asked.expires = stage.now;
	asked.persona = PERSONA_BUSINESS;
	asked.items = span_text("name");
	asked.agreed_by = stage.person.account.id;
	sign_on_write(&b, &asked);
	expect_true("read", sign_on_read(buffer_span(&b), &again));
	expect_true("asked", again.max_age == SECONDS(60) && again.acr_essential && again.offline &&
	    again.login_anew && !again.account_anew && !again.never_ask && again.recipient_known &&
	    span_is(again.acr_values, "one two") && span_is(again.nonce, "a nonce") && again.challenge[31] == 7);
	expect_true("wished", again.wish_count == 1 && again.wishes[0].essential &&
	    again.wishes[0].places == RELEASE_AT_USERINFO && span_is(again.wishes[0].name, "name"));
	expect_true("chosen", again.denied && again.persona == PERSONA_BUSINESS && span_is(again.items, "name") &&
	    id_equal(&again.agreed_by, &stage.person.account.id));
	for (size_t cut = 0; cut < buffer_span(&b).size; cut++)
		expect_true("a part of it is none", !sign_on_read(span_first(buffer_span(&b), cut), &again));
	buffer_release(&b);
	sign_on_stage_close();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_logs_in_first),
		cmocka_unit_test(who_is_known_goes_through_with_one_commit_and_no_row),
		cmocka_unit_test(what_stands_for_something_else_does_not_stay_beside_it),
		cmocka_unit_test(a_yes_is_to_what_was_read),
		cmocka_unit_test(what_was_declined_is_not_asked_for_again),
		cmocka_unit_test(who_says_no_is_left_alone),
		cmocka_unit_test(an_old_certificate_is_looked_at_before_a_session_is_enough),
		cmocka_unit_test(a_sign_on_is_its_browsers),
		cmocka_unit_test(what_one_person_chose_is_not_another_s),
		cmocka_unit_test(a_level_that_lacks_is_refused_with_its_decision),
		cmocka_unit_test(what_ends_in_that_moment_has_ended),
		cmocka_unit_test(a_refusal_of_an_account_that_changes_is_not_put_beneath_it),
		cmocka_unit_test(who_is_not_approved_is_not_served),
		cmocka_unit_test(who_comes_back_to_a_relying_party_is_counted),
		cmocka_unit_test(too_much_is_refused),
		cmocka_unit_test(a_row_is_read_as_it_was_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
