/* tests/transaction/test_proofing.c - a person proved by the card: who may ask, what is signed, what comes of
 * it, once. */
#include "transaction/proofing_stage.h"

static const struct {
	const char *title, *member, *relying_party, *what, *reference;
	enum jpki_purpose purpose;
	enum err err;
	const char *part;
} beginnings[] = {
	{ "entrusted to the operator", "bank", "", "口座の開設", "7", JPKI_SIGNATURE, OK, NULL },
	{ "by name", "bank", BANK, "", "", JPKI_AUTHENTICATION, OK, NULL },
	{ "accredited itself, of two by name", "shop", SHOP "2", "", "", JPKI_AUTHENTICATION, OK, NULL },
	{ "but not for signatures", "shop", SHOP, "", "", JPKI_SIGNATURE, ERR_DENIED, "neither an accreditation" },
	{ "of two none is named", "shop", "", "", "", JPKI_AUTHENTICATION, ERR_NOT_FOUND,
	    "the entity ID of one of the 2 relying parties" },
	{ "an identity provider is no relying party", "shop", SHOP "idp", "", "", JPKI_AUTHENTICATION,
	    ERR_NOT_FOUND,
	    "with the role rp" },
	{ "another's relying party", "shop", BANK, "", "", JPKI_AUTHENTICATION, ERR_NOT_FOUND, "with the role rp" },
	{ "nobody", "nobody", "", "", "", JPKI_AUTHENTICATION, ERR_NOT_FOUND, "there is no member \"nobody\"" },
	{ "two lines", "bank", "", "a\nb", "", JPKI_SIGNATURE, ERR_INVALID, "/what: expected one line" },
	{ "an individual number", "bank", "", "123456789018", "", JPKI_SIGNATURE, ERR_INVALID,
	    "/what: this looks like an individual number" },
	{ "in the reference", "bank", "", "", "1234-5678-9018", JPKI_SIGNATURE, ERR_INVALID,
	    "/reference: this looks" },
	{ "with soft hyphens", "bank", "", "1234\u00ad5678\u00ad9018", "", JPKI_SIGNATURE, ERR_INVALID,
	    "/what: expected one line without invisible characters" },
	{ "with tags", "bank", "", "口座\U000e0041", "", JPKI_SIGNATURE, ERR_INVALID,
	    "/what: expected one line without invisible characters" },
	{ "with middle dots", "bank", "", "1234・5678・9018", "", JPKI_SIGNATURE, ERR_INVALID,
	    "/what: this looks like an individual number" },
	{ "fillers", "bank", "", "\u3164", "", JPKI_SIGNATURE, ERR_INVALID, "/what: expected one line without" },
	{ "blanks alone", "bank", "", " \u3000", "", JPKI_SIGNATURE, ERR_INVALID,
	    "/what: expected a text, found blanks alone" },
	{ "a name's own spelling", "bank", "", "葛\U000e0100城市", "", JPKI_SIGNATURE, OK, NULL },
	{ "no UTF-8", "bank", "", "\xff", "", JPKI_SIGNATURE, ERR_SYNTAX, "/what: expected UTF-8" },
};

static void
who_may_ask_gets_a_challenge(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(beginnings); i++) {
		const struct proofing_begin asked = {
			.caller = span_text("c"), .member = span_text(beginnings[i].member),
			.relying_party = span_text(beginnings[i].relying_party), .what = span_text(beginnings[i].what),
			.reference = span_text(beginnings[i].reference), .purpose = beginnings[i].purpose,
			.now = world.noon,
		};
		size_t before = rows_of(&proofing_challenge_table);

		begin(&asked);
		if (beginnings[i].err == OK) {
			expect_ok(beginnings[i].title, world.err, &world.why);
			expect_true(beginnings[i].title, world.challenge.text.size > 0);
		} else {
			expect_problem(beginnings[i].title, world.err, &world.why, beginnings[i].err,
			    beginnings[i].part);
		}
		expect_number(beginnings[i].title, rows_of(&proofing_challenge_table),
		    before + (beginnings[i].err == OK));
	}
}

static void
a_good_signature_is_an_outcome_with_what_was_promised(void **state)
{
	struct proofing_begin asked = bank_asks(JPKI_SIGNATURE);
	struct proofing_prove proof;
	struct proofing_kept kept;
	struct ledger_entry entry;
	struct span handle;
	struct problem why;
	size_t entries = rows_of(&ledger_entry_table);

	(void)state;
	world.source.says = REVOCATION_GOOD;
	begin(&asked);
	expect_ok("begun", world.err, &world.why);
	expect_true("the handle is said to be the member's", memmem(world.challenge.text.data,
	    world.challenge.text.size, "one for all services of Midori Bank,",
	    strlen("one for all services of Midori Bank,")) != NULL);
	expect_number("what is promised", world.challenge.attributes, PROOFING_NAME | PROOFING_AGE_OVER_18);
	expect_true("and what for", memmem(world.challenge.text.data, world.challenge.text.size,
	    "・氏名、18歳以上かどうか：（英語だけの説明）To know\n", strlen("・氏名、18歳以上かどうか：（英語だけの説明）To know\n")) != NULL);
	proof = bank_proves(SIGNATURE);
	prove(&proof);
	expect_ok("proved", world.err, &world.why);
	expect_number("established", world.outcome.verified->outcome, ESTABLISHED);
	expect_number("what may be told", world.outcome.attributes, PROOFING_NAME | PROOFING_AGE_OVER_18);
	expect_span("his name", world.outcome.verified->attributes.name, "試験　太郎");
	expect_span("their reference", world.outcome.reference, "application 7");
	expect_number("a handle", world.outcome.handle.size, 32);
	handle = world.outcome.handle;
	check_newest_log("in the log", ESTABLISHED, REVOCATION_GOOD, true);
	expect_number("in the ledger", rows_of(&ledger_entry_table), entries + 1);
	looked = (struct ask){ .table = &ledger_entry_table, .from = id_span(&world.outcome.id) };
	world.done = false;
	store_load(world.store, &looked, 1, on_looked, NULL);
	run();
	expect_true("under its id", looked.count == 1);
	expect_ok("an entry", ledger_entry_loaded(&looked.rows[0], &entry, &why), &why);
	expect_number("of its kind", entry.kind, LEDGER_PROOFING);
	expect_true("nothing of the person", !memmem(entry.content.data, entry.content.size, "試験", strlen("試験")) &&
	    !memmem(entry.content.data, entry.content.size, handle.data, handle.size));
	expect_true("but how it came out", memmem(entry.content.data, entry.content.size,
	    "\"outcome\":\"established\"", strlen("\"outcome\":\"established\"")) != NULL);
	looked = (struct ask){ .table = &proofing_outcome_table, .from = id_span(&world.outcome.id) };
	world.done = false;
	store_load(world.store, &looked, 1, on_looked, NULL);
	run();
	expect_ok("its facts are kept", proofing_kept_loaded(&looked, span_text("bank"), true, &kept, &why), &why);
	expect_true("for decisions", memmem(kept.facts.data, kept.facts.size, "\"proofing.signature_verified\":true",
	    strlen("\"proofing.signature_verified\":true")) != NULL);
	expect_problem("of its member alone", proofing_kept_loaded(&looked, span_text("shop"), true, &kept, &why), &why,
	    ERR_NOT_FOUND, "no transaction of yours");
	expect_problem("of the test world nowhere else", proofing_kept_loaded(&looked, span_text("bank"), false, &kept,
	    &why), &why, ERR_NOT_FOUND, "no transaction of yours");

	begin(&asked);
	proof = bank_proves(SIGNATURE);
	prove(&proof);
	expect_true("the same certificate, the same handle", span_equal(world.outcome.handle, handle));
}

static void
an_authentication_tells_nothing(void **state)
{
	struct proofing_begin asked = bank_asks(JPKI_AUTHENTICATION);
	struct proofing_prove proof;

	(void)state;
	world.source.says = REVOCATION_GOOD;
	begin(&asked);
	proof = bank_proves(AUTHENTICATION);
	prove(&proof);
	expect_ok("proved", world.err, &world.why);
	expect_number("established", world.outcome.verified->outcome, ESTABLISHED);
	expect_number("nothing is told", world.outcome.attributes, 0);
	begin(&asked);
	proof = bank_proves(SIGNATURE);
	prove(&proof);
	expect_ok("the other certificate is an outcome", world.err, &world.why);
	expect_number("refuted", world.outcome.verified->outcome, REFUTED);
}

static void
the_longest_of_each_is_recorded_whole(void **state)
{
	struct proofing_begin asked = bank_asks(JPKI_SIGNATURE);
	struct proofing_prove proof;
	char what[PROOFING_WHAT_LARGEST + 1], reference[PROOFING_REFERENCE_LARGEST], origin[PROOFING_ORIGIN_LARGEST];

	(void)state;
	world.source.says = REVOCATION_GOOD;
	memset(what, '"', sizeof(what));
	memset(reference, '"', sizeof(reference));
	memset(origin, 'a', sizeof(origin));
	memcpy(origin, "https://", strlen("https://"));
	for (size_t i = 40; i < sizeof(origin); i += 60)
		origin[i] = '.';
	asked.what = span_of(what, PROOFING_WHAT_LARGEST);
	asked.reference = span_of(reference, sizeof(reference));
	asked.origin = span_of(origin, sizeof(origin));
	begin(&asked);
	expect_ok("begun", world.err, &world.why);
	proof = bank_proves(SIGNATURE);
	proof.origin = asked.origin;
	prove(&proof);
	expect_ok("proved", world.err, &world.why);
	expect_true("the reference comes back", span_equal(world.outcome.reference, asked.reference));
	expect_true("the entry has its end", entry_says("\"outcome\":\"established\",\"step\":\"revocation\"}]}"));
	origin[sizeof(origin) - 1] = '/';
	begin(&asked);
	expect_problem("an origin has no path", world.err, &world.why, ERR_INVALID,
	    "/origin: expected an origin such as");
	origin[sizeof(origin) - 1] = 'a';
	what[0] = '\n';
	begin(&asked);
	expect_problem("but not two lines", world.err, &world.why, ERR_INVALID, "/what");
	what[0] = 'a';
	asked.what.size++;
	begin(&asked);
	expect_problem("nor a byte more", world.err, &world.why, ERR_LIMIT, "at most 400 bytes");
}

static void
what_is_not_good_is_recorded_too(void **state)
{
	static const struct { enum revocation_status says; enum outcome outcome; } cases[] = {
		{ REVOCATION_REVOKED, REFUTED }, { REVOCATION_UNKNOWN, UNDETERMINED },
		{ REVOCATION_UNAVAILABLE, UNDETERMINED },
	};
	struct proofing_begin asked = bank_asks(JPKI_SIGNATURE);
	struct proofing_prove proof;
	unsigned questions;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *title = revocation_status_name(cases[i].says);

		world.source.says = cases[i].says;
		begin(&asked);
		proof = bank_proves(SIGNATURE);
		prove(&proof);
		expect_ok(title, world.err, &world.why);
		expect_number(title, world.outcome.verified->outcome, cases[i].outcome);
		expect_number("nothing is told", world.outcome.attributes, 0);
		expect_number("nor a handle", world.outcome.handle.size, 0);
		check_newest_log(title, cases[i].outcome, cases[i].says, true);
	}
	begin(&asked);
	proof = bank_proves(SIGNATURE);
	proof.submission.signature = signed_by_card(SIGNATURE, span_text("another text"));
	questions = world.source.asked;
	prove(&proof);
	expect_ok("another text was signed", world.err, &world.why);
	expect_number("refuted", world.outcome.verified->outcome, REFUTED);
	expect_number("and nobody is asked, nor paid", world.source.asked, questions);
	check_newest_log("free of charge", REFUTED, REVOCATION_NOT_CHECKED, false);
}

static void
a_challenge_is_answered_once_by_who_asked(void **state)
{
	struct proofing_begin asked = bank_asks(JPKI_SIGNATURE);
	struct proofing_prove proof, wrong;

	(void)state;
	world.source.says = REVOCATION_GOOD;
	begin(&asked);
	proof = bank_proves(SIGNATURE);
	wrong = proof;
	wrong.caller = span_text("bank-2");
	prove(&wrong);
	expect_problem("another caller", world.err, &world.why, ERR_NOT_FOUND, "no challenge of yours");
	wrong = proof;
	wrong.member = span_text("shop");
	prove(&wrong);
	expect_problem("another member", world.err, &world.why, ERR_NOT_FOUND, "no challenge of yours");
	wrong = proof;
	wrong.origin = span_text("https://evil.example");
	prove(&wrong);
	expect_problem("another origin", world.err, &world.why, ERR_NOT_FOUND, "no challenge of yours");
	wrong = proof;
	wrong.challenge.bytes[0] ^= 1;
	prove(&wrong);
	expect_problem("another challenge", world.err, &world.why, ERR_NOT_FOUND, "no challenge of yours");
	prove(&proof);
	expect_ok("the first answer", world.err, &world.why);
	prove(&proof);
	expect_problem("again", world.err, &world.why, ERR_NOT_FOUND, "no challenge of yours");
}

static void
of_two_answers_at_once_one_counts(void **state)
{
	struct proofing_begin asked = bank_asks(JPKI_SIGNATURE);
	struct proofing_prove proof;
	unsigned good = 0;

	(void)state;
	world.source.says = REVOCATION_GOOD;
	begin(&asked);
	proof = bank_proves(SIGNATURE);
	world.done = false;
	proofing_prove(world.store, &world.arena, &world.settings, &proof, on_proved, NULL);
	proofing_prove(world.store, &world.arena, &world.settings, &proof, on_proved, NULL);
	for (int i = 0; i < 2; i++) {
		world.done = false;
		run();
		expect_true("each is answered", world.done);
		good += world.err == OK;
	}
	expect_number("one of them", good, 1);
}

static void
on_end_noted(void *arg, const struct committed *c)
{
	*(bool *)arg = c->code == OK;
}

/* A proof that has been looked up has its challenge used up next: whether proofing's end is noted before that. The
 * store takes what waits in any order. */
static bool
end_overtakes(const struct proofing_prove *proof)
{
	struct unit *unit = unit_new(&world.arena, tables, id_new(world.noon));
	struct proofing_end end;
	struct problem why;
	bool noted = false, first;

	looked = proofing_end_ask();
	world.done = false;
	store_load(world.store, &looked, 1, on_looked, NULL);
	run();
	expect_ok("how it stands", proofing_end_loaded(&looked, &end, &why), &why);
	end.resumed = instant_after(world.noon, -DAY); /* before all challenges here: it stands as it stood */
	proofing_end_put_erased(unit, &end, world.noon);
	world.done = false;
	proofing_prove(world.store, &world.arena, &world.settings, proof, on_proved, NULL);
	expect_true("it is looked up", store_memory_step(world.store, world.noon));
	store_memory_become(world.store, ROLE_STEWARD);
	store_commit(world.store, unit, on_end_noted, &noted);
	store_memory_step(world.store, world.noon);
	first = noted;
	while (!noted && store_memory_step(world.store, world.noon))
		turn_run(&world.turn);
	store_memory_become(world.store, ROLE_WORKER);
	run();
	return first;
}

static void
a_proof_that_proofing_s_end_overtakes_leaves_its_challenge(void **state)
{
	struct proofing_begin asked = bank_asks(JPKI_SIGNATURE);
	struct proofing_prove proof;
	bool overtaken = false;
	size_t waiting = 0;

	(void)state;
	for (size_t i = 0; i < 30 && !overtaken; i++) {
		begin(&asked);
		waiting = rows_of(&proofing_challenge_table);
		proof = bank_proves(SIGNATURE);
		overtaken = end_overtakes(&proof);
	}
	expect_true("it comes first once", overtaken);
	expect_problem("not that there is no such challenge", world.err, &world.why, ERR_UNAVAILABLE,
	    "proofing was ended or resumed while this was on its way");
	expect_number("for it waits", rows_of(&proofing_challenge_table), waiting);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_may_ask_gets_a_challenge),
		cmocka_unit_test(a_good_signature_is_an_outcome_with_what_was_promised),
		cmocka_unit_test(an_authentication_tells_nothing),
		cmocka_unit_test(the_longest_of_each_is_recorded_whole),
		cmocka_unit_test(what_is_not_good_is_recorded_too),
		cmocka_unit_test(a_challenge_is_answered_once_by_who_asked),
		cmocka_unit_test(of_two_answers_at_once_one_counts),
		cmocka_unit_test(a_proof_that_proofing_s_end_overtakes_leaves_its_challenge),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
