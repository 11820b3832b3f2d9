/* tests/transaction/test_enrolment.c - a person enrolled by the card: a new account, the same one again, another's. */
#include "transaction/enrolment_stage.h"

#define ADDRESS "東京都渋谷区１－１"

static const char *
changes_text(void)
{
	const char *text = "";

	for (size_t i = 0; i < enrolling.view.change_count; i++) {
		const struct attribute_change *c = &enrolling.view.changes[i];

		text = arena_print(&world.arena, "%s%s%s:%.*s>%.*s", text, i ? " " : "", c->kind->name,
		    SPAN_ARGS(c->before), SPAN_ARGS(c->after));
	}
	return text;
}

static const char *
history_text(const struct account *account)
{
	struct history_event event;
	const char *text = "";

	looked = history_ask(&world.arena, &account->id, 50);
	world.done = false;
	store_load(world.store, &looked, 1, on_looked, NULL);
	run();
	for (size_t i = looked.count; i-- > 0;) {
		expect_true("history", history_read(looked.rows[i].value, &event));
		text = arena_print(&world.arena, "%s%s%s", text, *text ? " " : "", history_kind_name(event.kind));
	}
	return text;
}

static struct proofing_record
newest_record(const struct account *account)
{
	struct proofing_record *records;
	struct problem why;
	size_t count;

	looked = proofing_record_ask(&world.arena, &account->id);
	world.done = false;
	store_load(world.store, &looked, 1, on_looked, NULL);
	run();
	expect_ok("records", proofing_records_loaded(&world.arena, &looked, &records, &count, &why), &why);
	expect_true("a proofing", count > 0);
	return records[0];
}

static void
somebody_new_has_an_account(void **state)
{
	struct person hanako = person("番号　花子", "319900401", "2", ADDRESS);
	struct proofing_record record;
	struct account account;
	size_t accounts = rows_of(&account_table);

	(void)state;
	log_out();
	enrol_begin(false);
	enrol_look();
	expect_text("begun", enrolment_state_name(enrolling.view.state), "begun");
	enrol_card_begin(JPKI_SIGNATURE);
	enrol_look();
	expect_text("the card is waited for", enrolment_state_name(enrolling.view.state), "waiting");
	enrol_card(&hanako);
	enrol_look();
	expect_text("it has answered", enrolment_state_name(enrolling.view.state), "answered");
	expect_text("what would be taken over", changes_text(), "name:>番号　花子 birthdate:>1990-04-01 gender:>female "
	    "address:>" ADDRESS);
	expect_text("into a new account", enrolment_account_name(enrolling.view.account), "new");
	expect_true("until then nothing of the person lies open anywhere", !store_holds("花子") &&
	    !store_holds("1990-04-01"));
	expect_number("and there is none", rows_of(&account_table), accounts);
	enrol_accept();
	expect_ok("accepted", world.err, &world.why);
	account = enrolling.view.found;
	expect_text("a full one", account_standing_name(account.standing), "full");
	expect_number("one more", rows_of(&account_table), accounts + 1);
	expect_text("what happened", history_text(&account), "opened proofed consent-given");
	record = newest_record(&account);
	expect_text("by the card", proofing_method_name(record.method), "card");
	expect_true("with its facts", memmem(record.facts.data, record.facts.size, "proofing.", 9) != NULL);
	log_in_as_begun();
	expect_true("a session that was just proofed", session_just_proofed(&enrolling.session, enrol_now()));
	expect_number("which is no authentication", enrolling.session.authentication_count, 0);
	expect_true("of that proofing", memcmp(&enrolling.session.proofed.record, &record.id, sizeof(record.id)) == 0);
	enrol_accept();
	expect_problem("taken over once", world.err, &world.why, ERR_CONFLICT, "nothing here to be accepted");
}

static void
a_preview_that_nobody_accepts_leaves_nothing(void **state)
{
	struct person taro = person("残さない　太郎", "319700505", "1", ADDRESS);
	const struct instant noon = world.noon;
	size_t accounts = rows_of(&account_table);

	(void)state;
	log_out();
	enrol_begin(false);
	enrol_card(&taro);
	enrol_look();
	expect_text("shown", enrolment_state_name(enrolling.view.state), "answered");
	world.noon = instant_after(noon, 3 * stage.settings.login_for);
	expect_number("no account", rows_of(&account_table), accounts);
	expect_number("no task", rows_of(&card_task_table), 0);
	expect_number("no enrolment", rows_of(&enrolment_table), 0);
	world.noon = noon;
}

static const struct {
	const char *title, *account, *failed;
	bool renewed, linked, here, other_here, moved, reissue;
} again[] = {
	{ "the same card finds its account", "existing", NULL, .renewed = false },
	{ "in its session it is this one", "this", NULL, .here = true },
	{ "for a re-issue, too", "existing", NULL, .reissue = true },
	{ "a renewed one that is linked", "existing", NULL, .renewed = true, .linked = true },
	{ "a renewed one of which nobody tells looks like somebody known", "similar", "similar", .renewed = true },
	{ "and is nobody's for a re-issue", "similar", "similar", .renewed = true, .reissue = true },
	{ "which who is logged in settles", "this", NULL, .renewed = true, .here = true },
	{ "whoever moved and is not linked is somebody new", "new", NULL, .renewed = true, .moved = true },
	{ "but not in a re-issue", "new", "no-account", .renewed = true, .moved = true, .reissue = true },
	{ "nor where he is logged in", "this", NULL, .renewed = true, .moved = true, .here = true },
	{ "a card that is another account's is refused", "existing", "other-account", .other_here = true },
	{ "linked ones, too", "existing", "other-account", .renewed = true, .linked = true, .other_here = true },
	{ "and one that is nobody's, in another's account", "this", "other-person", .renewed = true, .moved = true,
	    .other_here = true },
};

static void
link_with(struct span certificate)
{
	struct x509 x;
	struct problem why;

	expect_ok("its number", x509_read(certificate, &x, &why), &why);
	world.settings.linkage = &world.linkage.source;
	world.linkage.source.relations = LINKAGE_BIT(LINKAGE_RENEWAL);
	world.linkage.says = (struct linkage_answer){ .answered = true, .count = 1,
		.linked = { { x.authority_key_id, x.serial } } };
}

static void
the_same_person_again(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(again); i++) {
		const char *name = arena_print(&world.arena, "同一　人物%zu", i);
		struct person first = person(name, "319800217", "1", ADDRESS), other, now = first;
		struct session here = { .generation = 0 };
		struct account account, others;
		size_t accounts;

		other = person(arena_print(&world.arena, "別人%zu", i), "319851231", "2", "大阪府大阪市１－１");
		account = enrolled(&first);
		if (again[i].here) {
			log_in_as_begun();
			here = enrolling.session;
		}
		others = enrolled(&other);
		if (again[i].other_here) {
			log_in_as_begun();
			here = enrolling.session;
		}
		if (again[i].renewed)
			now = person(name, "319800217", "1", again[i].moved ? "北海道札幌市２－２" : ADDRESS);
		if (again[i].linked)
			link_with(first.certificate);
		accounts = rows_of(&account_table);
		enrol_begin(again[i].reissue);
		enrolling.session = here;
		enrol_card(&now);
		enrol_look();
		expect_ok(again[i].title, world.err, &world.why);
		expect_text(again[i].title, enrolment_account_name(enrolling.view.account), again[i].account);
		if (again[i].moved && again[i].here)
			expect_text("what changed", changes_text(), "address:" ADDRESS ">北海道札幌市２－２");
		enrol_accept();
		expect_ok(again[i].title, world.err, &world.why);
		expect_text(again[i].title, enrolling.view.failed ? enrolling.view.failed : "",
		    again[i].failed ? again[i].failed : "");
		if (again[i].failed && strcmp(again[i].failed, "similar") != 0)
			expect_true("told in both languages", enrolling.view.why.ja.size && enrolling.view.why.en.size);
		expect_number(again[i].title, rows_of(&account_table),
		    accounts + (!again[i].failed && strcmp(again[i].account, "new") == 0));
		if (!again[i].failed && strcmp(again[i].account, "new") != 0)
			expect_text("whose it is", enrolling.view.found.number, account.number);
		expect_true("never the other's",
		    again[i].failed || strcmp(enrolling.view.found.number, others.number) != 0);
		world.settings.linkage = NULL;
		log_out();
	}
}

static void
a_provisional_account_is_finished_at_a_terminal(void **state)
{
	struct person jiro = person("仮登録　次郎", "320000101", "1", ADDRESS);
	struct proofing_record record;
	struct account account;
	struct id session;

	(void)state;
	log_out();
	enrol_begin(false);
	enrol_open();
	expect_ok("opened", world.err, &world.why);
	account = enrolling.view.found;
	expect_text("provisional", account_standing_name(account.standing), "provisional");
	log_in_as_begun();
	expect_true("nobody was proofed", !session_just_proofed(&enrolling.session, enrol_now()));
	session = enrolling.session.id;
	enrol_open();
	expect_problem("once", world.err, &world.why, ERR_CONFLICT, "somebody is logged in here");
	enrol_card_at(&jiro, SIGNATURE, "counter-3");
	enrol_look();
	expect_text("it is this one's", enrolment_account_name(enrolling.view.account), "this");
	enrol_accept();
	expect_ok("finished", world.err, &world.why);
	expect_text("the same account", enrolling.view.found.number, account.number);
	expect_text("full", account_standing_name(enrolling.view.found.standing), "full");
	record = newest_record(&account);
	expect_text("at a terminal", proofing_method_name(record.method), "terminal");
	expect_span("named", record.by[0], "counter-3");
	looked = session_ask(enrolling.session.key);
	world.done = false;
	store_load(world.store, &looked, 1, on_looked, NULL);
	run();
	expect_number("its cookie before is none any more", looked.count, 0);
	log_in_as_begun();
	expect_true("and the session the same", id_equal(&enrolling.session.id, &session));
	log_out();
}

static void
an_address_told_at_the_opening_gets_a_code_alone(void **state)
{
	struct notice notice;
	size_t notices = rows_of(&notice_table);

	(void)state;
	log_out();
	enrol_begin(false);
	enrolling.contact = "no address";
	enrol_open();
	expect_problem("it must be one", world.err, &world.why, ERR_INVALID, "/contact: expected a mail address");
	enrolling.contact = "hanako@mail.example";
	enrol_open();
	enrolling.contact = NULL;
	expect_ok("opened", world.err, &world.why);
	expect_number("one address", enrolling.view.found.contact_count, 1);
	expect_number("not confirmed", enrolling.view.found.contacts[0].confirmed.us, 0);
	expect_number("one notice", rows_of(&notice_table), notices + 1);
	expect_true("to read", notice_read(looked.rows[looked.count - 1].value, &notice));
	expect_text("the code", notice_kind_name(notice.kind), "contact-code");
	expect_number("of six digits", notice.code.size, 6);
}

/* Each from a browser of its own, as whoever has somebody mailed would do it. */
static void
accounts_that_come_and_go_do_not_have_one_address_mailed_again_and_again(void **state)
{
	static const struct { const char *title, *contact; bool sent; } openings[] = {
		{ "a first", "jiro@mail.example", true },
		{ "a second, written otherwise", "JIRO@MAIL.example", true },
		{ "a third", "jiro@mail.example", true },
		{ "a fourth", "jiro@mail.example", true },
		{ "another address", "saburo@mail.example", true },
		{ "no address", "", true },
		{ "none any more", "jiro@mail.example", false },
		{ "however it is written", "jiro@MAIL.example", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(openings); i++) {
		const size_t notices = rows_of(&notice_table), accounts = rows_of(&account_table);

		log_out();
		enrol_begin(false);
		enrolling.contact = openings[i].contact;
		enrol_open();
		expect_ok(openings[i].title, world.err, &world.why);
		expect_number(openings[i].title, !enrolling.until.us, openings[i].sent);
		expect_number("codes", rows_of(&notice_table), notices + (openings[i].sent && *openings[i].contact));
		expect_number("accounts", rows_of(&account_table), accounts + openings[i].sent);
	}
	enrolling.later += 40000; /* 80 seconds */
	enrol_open();
	enrolling.contact = NULL;
	expect_ok("a while later", world.err, &world.why);
	expect_number("in the same enrolment", enrolling.until.us, 0);
}

static void
a_card_asked_for_again_leaves_one_task_and_one_code(void **state)
{
	const size_t tasks = rows_of(&card_task_table), codes = rows_of(&card_code_table);
	char first[CARD_CODE_TEXT];

	(void)state;
	log_out();
	enrol_begin(false);
	for (int i = 0; i < 3; i++) {
		enrol_card_begin(JPKI_SIGNATURE);
		expect_ok("asked for", world.err, &world.why);
		if (i == 0)
			memcpy(first, stage.begun.code, sizeof(first));
	}
	expect_number("one task", rows_of(&card_task_table), tasks + 1);
	expect_number("one code", rows_of(&card_code_table), codes + 1);
	stage_text(first);
	expect_problem("the first is nobody's", world.err, &world.why, ERR_NOT_FOUND, "");
	stage_text(stage.begun.code);
	expect_ok("the last is read", world.err, &world.why);
}

static void
an_opened_account_is_finished_without_its_session_too(void **state)
{
	struct person saburo = person("仮登録　三郎", "320000102", "1", ADDRESS);
	struct account account;

	(void)state;
	log_out();
	enrol_begin(false);
	enrol_open();
	account = enrolling.view.found;
	enrol_card(&saburo);
	enrol_accept();
	expect_ok("finished", world.err, &world.why);
	expect_text("the same account", enrolling.view.found.number, account.number);
}

static void
a_revoked_certificate_is_refused_and_told_why(void **state)
{
	struct person p = person("失効　花子", "319900402", "2", ADDRESS);

	(void)state;
	log_out();
	enrol_begin(false);
	world.source.says = REVOCATION_REVOKED;
	enrol_card(&p);
	world.source.says = REVOCATION_GOOD;
	enrol_look();
	expect_text("refused", enrolment_state_name(enrolling.view.state), "refused");
	expect_text("by the card", enrolling.view.failed, "card");
	expect_true("why", enrolling.view.why.ja.size && enrolling.view.why.en.size);
	enrol_accept();
	expect_text("and is not accepted", enrolling.view.failed, "card");
	enrol_card(&p);
	enrol_look();
	expect_text("another try is a new one", enrolment_state_name(enrolling.view.state), "answered");
}

static void
another_browser_sees_nothing(void **state)
{
	struct person p = person("閲覧　花子", "319900403", "2", ADDRESS);

	(void)state;
	log_out();
	enrol_begin(false);
	enrol_card(&p);
	enrolling.browser[31] ^= 1;
	enrol_look();
	expect_problem("not there", world.err, &world.why, ERR_NOT_FOUND, "no enrolment of this browser's");
	enrol_accept();
	expect_problem("nor accepted", world.err, &world.why, ERR_NOT_FOUND, "no enrolment of this browser's");
}

static void
who_accepts_twice_at_once_does_it_once(void **state)
{
	struct person p = person("競争　花子", "319900404", "2", ADDRESS);
	struct enrolment_accept accepts[2];
	struct cookie_secret cookies[2];
	enum err results[2];
	size_t accounts;

	(void)state;
	log_out();
	enrol_begin(false);
	enrol_card(&p);
	accounts = rows_of(&account_table);
	for (size_t i = 0; i < 2; i++) {
		cookies[i] = cookie_secret_new();
		accepts[i] = (struct enrolment_accept){ .asked = enrol_asked(), .cookie = &cookies[i] };
		enrolment_accept(world.store, &world.arena, &stage.settings, &accepts[i], on_view, NULL);
	}
	for (size_t i = 0; i < 2; i++) {
		world.done = false;
		run();
		expect_true("each has an end", world.done);
		results[i] = world.err;
	}
	expect_number("one of them", (results[0] == OK) + (results[1] == OK), 1);
	expect_number("one account", rows_of(&account_table), accounts + 1);
}

/* The card as an authenticator, and the phone that was lost */

static void
the_card_is_bound_and_reissue_replaces_it(void **state)
{
	struct person p = person("再発行　花子", "319900405", "2", ADDRESS);
	struct account account = enrolled(&p);
	struct id nobody = { { 1 } };
	struct credential first;

	(void)state;
	enrol_card_begin(JPKI_AUTHENTICATION);
	expect_problem("not without the session", world.err, &world.why, ERR_DENIED, "in the session of the proofing");
	log_in_as_begun();
	enrol_card_begin(JPKI_AUTHENTICATION);
	enrol_bind();
	expect_problem("not before a card answers", world.err, &world.why, ERR_CONFLICT, "waiting");
	enrol_card_at(&p, AUTHENTICATION, "");
	enrol_bind();
	expect_ok("bound", world.err, &world.why);
	first = enrolling.bound;
	expect_text("on the session's word", credential_binding_word(first.binding), "unconfirmed");
	expect_text("its parent is itself", parent_status_name(first.parent), "good");
	expect_true("the same handle", span_equal(first.parent_handle, first.card.handle));
	enrol_card_at(&p, AUTHENTICATION, "");
	enrol_bind();
	expect_problem("once", world.err, &world.why, ERR_CONFLICT, "an authenticator already");
	expect_text("what happened", history_text(&account), "opened proofed consent-given credential-added");

	log_out();
	enrol_begin(true);
	enrol_card(&p);
	enrol_look();
	expect_text("the account is found", enrolment_account_name(enrolling.view.account), "existing");
	expect_number("with its authenticators", enrolling.view.credential_count, 1);
	enrol_accept_revoking(&nobody, 1);
	expect_problem("another's is none", world.err, &world.why, ERR_CONFLICT, "is not there");
	enrol_accept_revoking(&first.id, 1);
	expect_ok("re-issued", world.err, &world.why);
	log_in_as_begun();
	expect_number("one place is free", enrolling.session.proofed.replaced_count, 1);
	enrol_card_at(&p, AUTHENTICATION, "");
	enrol_bind();
	expect_ok("the same card again", world.err, &world.why);
	expect_true("in the first one's place", memcmp(&enrolling.bound.replaces, &first.id, sizeof(first.id)) == 0);
	log_in_as_begun();
	expect_number("which is taken now", enrolling.session.proofed.replaced_count, 0);
	expect_text("all of it is told", history_text(&account),
	    "opened proofed consent-given credential-added proofed consent-given credential-changed credential-added");
	log_out();
}

/* The browser is logged in by nothing but what it gives up: that is forgotten, and the proofing is what it goes on
 * with. */
static void
a_reissue_outlives_what_it_revokes(void **state)
{
	struct person p = person("存続　花子", "319900408", "2", ADDRESS);
	struct credential first;

	(void)state;
	enrolled(&p);
	log_in_as_begun();
	enrol_card_at(&p, AUTHENTICATION, "");
	enrol_bind();
	expect_ok("bound", world.err, &world.why);
	first = enrolling.bound;
	log_in_as_begun();
	enrolling.session.authentications[0] = (struct authentication){ .credential = first.id,
		.kind = CREDENTIAL_CARD, .at = enrol_now(), .facts = span_text("{}") };
	enrolling.session.authentication_count = 1;
	enrol_begin(true);
	enrol_card(&p);
	enrol_accept_revoking(&first.id, 1);
	expect_ok("re-issued", world.err, &world.why);
	log_in_as_begun();
	expect_number("nothing is counted that is revoked", enrolling.session.authentication_count, 0);
	expect_true("and the person is in", session_just_proofed(&enrolling.session, enrol_now()));
	log_out();
}

static void
a_card_that_is_told_to_be_another_s_is_not_bound(void **state)
{
	struct person p = person("束縛　花子", "319900406", "2", ADDRESS);

	(void)state;
	enrolled(&p);
	log_in_as_begun();
	world.settings.linkage = &world.linkage.source;
	world.linkage.source.relations = LINKAGE_BIT(LINKAGE_PURPOSE);
	world.linkage.says = (struct linkage_answer){ .answered = true, .complete = true };
	enrol_card_at(&p, AUTHENTICATION, "");
	enrol_bind();
	expect_problem("refused", world.err, &world.why, ERR_DENIED, "told to be different persons'");
	world.settings.linkage = NULL;
	enrol_card_at(&p, AUTHENTICATION, "");
	enrol_bind();
	expect_ok("where nobody tells, the session's word counts", world.err, &world.why);
	expect_text("and no more than that", credential_binding_word(enrolling.bound.binding), "unconfirmed");
	log_out();
}

/* Who links certificates says that the card at hand is this person's. */
static void
linked_to(const struct person *signer)
{
	link_with(signer->certificate);
	world.linkage.source.relations = LINKAGE_BIT(LINKAGE_PURPOSE);
}

static struct credential
credential_now(const struct credential *c)
{
	struct credential now = { 0 };
	struct problem why;

	looked = credential_ask(&world.arena, &c->account, &c->id);
	world.done = false;
	store_load(world.store, &looked, 1, on_looked, NULL);
	run();
	expect_ok("it is there", credential_loaded(&world.arena, looked.count ? looked.rows : NULL, &now, &why), &why);
	return now;
}

static void
what_nobody_vouched_for_yields_to_the_card_s_owner(void **state)
{
	struct person thief = person("借用　太郎", "319900409", "1", ADDRESS);
	struct person owner = person("所有　花子", "319900410", "2", ADDRESS);
	struct account other = enrolled(&thief), own;
	struct credential taken;

	(void)state;
	log_in_as_begun();
	enrol_card_at(&owner, AUTHENTICATION, "");
	enrol_bind();
	expect_ok("somebody binds another's card", world.err, &world.why);
	expect_text("which nobody vouches for", credential_binding_word(enrolling.bound.binding), "unconfirmed");
	taken = enrolling.bound;

	own = enrolled(&owner);
	log_in_as_begun();
	linked_to(&owner);
	enrol_card_at(&owner, AUTHENTICATION, "");
	enrol_bind();
	expect_ok("its owner binds it", world.err, &world.why);
	expect_text("as the owner's", credential_binding_word(enrolling.bound.binding), "proofing-session");
	expect_true("in the owner's account", id_equal(&enrolling.bound.account, &own.id));
	expect_text("the other has it no more", credential_state_name(credential_now(&taken).state), "revoked");
	expect_span("why", credential_now(&taken).reason, "reclaimed");
	expect_text("and reads so", history_text(&other),
	    "opened proofed consent-given credential-added credential-changed");
	world.settings.linkage = NULL;

	log_out();
	enrol_begin(true);
	enrol_card(&thief);
	enrol_accept();
	expect_ok("the first one again", world.err, &world.why);
	log_in_as_begun();
	enrol_card_at(&owner, AUTHENTICATION, "");
	enrol_bind();
	expect_problem("what is confirmed stays", world.err, &world.why, ERR_CONFLICT, "an authenticator already");
	log_out();
}

static void
a_card_of_which_nobody_knew_is_confirmed_once_somebody_does(void **state)
{
	struct person p = person("後日　花子", "319900411", "2", ADDRESS);
	struct credential first;

	(void)state;
	enrolled(&p);
	log_in_as_begun();
	enrol_card_at(&p, AUTHENTICATION, "");
	enrol_bind();
	expect_ok("bound", world.err, &world.why);
	first = enrolling.bound;
	log_in_as_begun();
	linked_to(&p);
	enrol_card_at(&p, AUTHENTICATION, "");
	enrol_bind();
	world.settings.linkage = NULL;
	expect_ok("bound anew", world.err, &world.why);
	expect_text("on the linker's word", credential_binding_word(enrolling.bound.binding), "proofing-session");
	expect_true("in the first one's place", id_equal(&enrolling.bound.replaces, &first.id));
	expect_text("which is over", credential_state_name(credential_now(&first).state), "revoked");
	log_out();
}

/* What was there before the proofing */

static struct credential
added_before(const struct account *account, const char *name)
{
	struct credential c = { .account = account->id, .id = id_new(enrol_now()), .kind = CREDENTIAL_ONE_TIME,
		.state = CREDENTIAL_ACTIVE, .name = span_text(name), .issued = enrol_now(), .activated = enrol_now(),
		.changed = enrol_now(), .actor = span_text("person"), .reason = span_text("added"),
		.binding = BINDING_UNCONFIRMED,
		.one_time = { .kind = 1, .digest = 1, .digits = 6, .period = 30, .secret = span_text("wrapped") } };
	struct unit *unit = unit_new(&world.arena, tables, id_new(enrol_now()));

	credential_put(unit, &world.arena, &c);
	world.done = false;
	store_commit(world.store, unit, on_stored, NULL);
	run();
	return c;
}

static void
accept_naming(const struct id *keep, const struct id *revoke)
{
	struct enrolment_accept accept = { .asked = enrol_asked(), .cookie = &enrolling.cookie };

	if (keep)
		accept.keep[accept.keep_count++] = *keep;
	if (revoke)
		accept.revoke[accept.revoke_count++] = *revoke;
	enrolling.cookie = cookie_secret_new();
	world.done = false;
	enrolment_accept(world.store, &world.arena, &stage.settings, &accept, on_view, NULL);
	run();
}

static void
of_what_was_there_before_the_proofing_each_is_named(void **state)
{
	struct person p = person("共用　花子", "319900412", "2", ADDRESS);
	struct credential own, stranger;
	struct account account;

	(void)state;
	log_out();
	enrol_begin(false);
	enrol_open();
	account = enrolling.view.found;
	own = added_before(&account, "own");
	stranger = added_before(&account, "stranger's");
	log_in_as_begun();
	enrol_card(&p);
	enrol_look();
	expect_text("it is this one's", enrolment_account_name(enrolling.view.account), "this");
	expect_number("with what it has", enrolling.view.credential_count, 2);
	accept_naming(NULL, NULL);
	expect_problem("none is kept unseen", world.err, &world.why, ERR_CONFLICT, "/keep or /revoke has to name it");
	accept_naming(&own.id, NULL);
	expect_problem("nor one of two", world.err, &world.why, ERR_CONFLICT, "/keep or /revoke has to name it");
	accept_naming(&own.id, &own.id);
	expect_problem("nor both at once", world.err, &world.why, ERR_INVALID, "/keep names it, too");
	accept_naming(&own.id, &stranger.id);
	expect_ok("finished", world.err, &world.why);
	own = credential_now(&own);
	expect_text("what was kept is confirmed", credential_binding_word(own.binding), "proofing-session");
	expect_true("by this proofing", id_equal(&own.binding_record, &own.evidence) && id_given(&own.evidence));
	stranger = credential_now(&stranger);
	expect_text("the other is over", credential_state_name(stranger.state), "revoked");
	expect_span("why", stranger.reason, "not-kept");
	expect_text("all of it is told", history_text(&account),
	    "opened proofed attribute-changed consent-given credential-changed credential-changed");
	log_out();
}

static void
revoking_takes_an_account_that_is_there(void **state)
{
	struct person p = person("取消　花子", "319900407", "2", ADDRESS);
	struct id some = { { 7 } };

	(void)state;
	enrolled(&p);
	enrol_begin(false);
	enrol_card(&p);
	enrol_accept_revoking(&some, 1);
	expect_true("not in an enrolment", world.err == ERR_CONFLICT || world.err == ERR_INVALID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(somebody_new_has_an_account),
		cmocka_unit_test(a_preview_that_nobody_accepts_leaves_nothing),
		cmocka_unit_test(the_same_person_again),
		cmocka_unit_test(a_provisional_account_is_finished_at_a_terminal),
		cmocka_unit_test(an_address_told_at_the_opening_gets_a_code_alone),
		cmocka_unit_test(accounts_that_come_and_go_do_not_have_one_address_mailed_again_and_again),
		cmocka_unit_test(a_card_asked_for_again_leaves_one_task_and_one_code),
		cmocka_unit_test(an_opened_account_is_finished_without_its_session_too),
		cmocka_unit_test(a_revoked_certificate_is_refused_and_told_why),
		cmocka_unit_test(another_browser_sees_nothing),
		cmocka_unit_test(who_accepts_twice_at_once_does_it_once),
		cmocka_unit_test(the_card_is_bound_and_reissue_replaces_it),
		cmocka_unit_test(a_reissue_outlives_what_it_revokes),
		cmocka_unit_test(a_card_that_is_told_to_be_another_s_is_not_bound),
		cmocka_unit_test(what_nobody_vouched_for_yields_to_the_card_s_owner),
		cmocka_unit_test(a_card_of_which_nobody_knew_is_confirmed_once_somebody_does),
		cmocka_unit_test(of_what_was_there_before_the_proofing_each_is_named),
		cmocka_unit_test(revoking_takes_an_account_that_is_there),
	};

	return cmocka_run_group_tests(tests, card_set_up, card_tear_down);
}
