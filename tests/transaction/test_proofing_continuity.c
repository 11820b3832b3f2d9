/* tests/transaction/test_proofing_continuity.c - whether an earlier certificate is the same person's. */
#include "transaction/proofing_stage.h"

static const struct { const char *title; const char *handle; struct linkage_kind kind; const char *part; } handles[] = {
	{ "a handle too short", "0123", { JPKI_SIGNATURE, JPKI_CARD }, "/continues/handle: expected" },
	{ "no hexadecimal digits", "0123456789abcdef0123456789abcdeg", { JPKI_SIGNATURE, JPKI_CARD },
	    "/continues/handle: expected" },
	{ "capitals, which no handle has", "0123456789ABCDEF0123456789ABCDEF", { JPKI_SIGNATURE, JPKI_CARD },
	    "/continues/handle: expected" },
	{ "of no purpose", "0123456789abcdef0123456789abcdef", { JPKI_NO_PURPOSE, JPKI_CARD },
	    "/continues: expected the purpose and medium" },
	{ "in no medium", "0123456789abcdef0123456789abcdef", { JPKI_SIGNATURE, JPKI_NO_MEDIUM },
	    "/continues: expected the purpose and medium" },
};

static void
what_is_continued_must_be_an_outcome(void **state)
{
	struct proofing_begin asked = bank_asks(JPKI_SIGNATURE);

	(void)state;
	for (size_t i = 0; i < COUNT(handles); i++) {
		asked.continues = (struct proofing_earlier){ span_text(handles[i].handle), handles[i].kind };
		begin(&asked);
		expect_problem(handles[i].title, world.err, &world.why, ERR_INVALID, handles[i].part);
	}
	asked = (struct proofing_begin){ .caller = span_text("c"), .member = span_text("shop"),
		.relying_party = span_text(SHOP), .purpose = JPKI_AUTHENTICATION, .now = world.noon,
		.continues = { span_text("0123456789abcdef0123456789abcdef"), { JPKI_SIGNATURE, JPKI_CARD } } };
	begin(&asked);
	expect_problem("who may not check signatures links none", world.err, &world.why, ERR_DENIED,
	    "/continues: certificates for both purposes");
	asked.continues.kind.purpose = JPKI_AUTHENTICATION;
	begin(&asked);
	expect_ok("but others of its own purpose", world.err, &world.why);
}

/* Which authority's, and which number, an answer names. */
enum named { NOBODY, OLD_AUTHENTICATION, OLD_SIGNATURE, OTHER, STRANGER };
#define BOTH_CARD { JPKI_AUTHENTICATION, JPKI_CARD }
#define SAME_CARD { JPKI_SIGNATURE, JPKI_CARD }
#define RELATIONS (LINKAGE_BIT(LINKAGE_MEDIUM) | LINKAGE_BIT(LINKAGE_PURPOSE))
#define ALL_RELATIONS (RELATIONS | LINKAGE_BIT(LINKAGE_RENEWAL))
static const struct {
	const char *title;
	bool renewed;                /* another certificate than that of the signature's handle is shown */
	struct linkage_kind kind;    /* of the earlier one, whose handle it is */
	unsigned relations;
	bool silent;
	enum named named;
	bool complete;
	const char *continuity, *logged, *entry;
} continuities[] = {
	{ "the very same certificate: nobody is asked", false, SAME_CARD, ALL_RELATIONS, false, NOBODY, false, "same",
	    "card test good charged", "{\"asked\":false,\"relation\":\"renewal\",\"status\":\"same\"}" },
	{ "and none need be there", false, SAME_CARD, 0, false, NOBODY, false, "same", "card test good charged",
	    "{\"asked\":false,\"relation\":\"renewal\",\"status\":\"same\"}" },
	{ "the card's other certificate is named", true, BOTH_CARD, RELATIONS, false, OLD_AUTHENTICATION, false, "same",
	    "card test good charged, card links same charged further",
	    "{\"asked\":true,\"relation\":\"purpose\",\"source\":\"links\",\"status\":\"same\"}" },
	{ "others are named, and that is all there is", true, BOTH_CARD, RELATIONS, false, OTHER, true, "other",
	    "card test good charged, card links other charged further", "\"status\":\"other\"}" },
	{ "others are named, and there may be more", true, BOTH_CARD, RELATIONS, false, OTHER, false, "unknown",
	    "card test good charged, card links unknown charged further", "\"status\":\"unknown\"}" },
	{ "none is, and there never was one", true, BOTH_CARD, RELATIONS, false, NOBODY, true, "other",
	    "card test good charged, card links other charged further", "\"status\":\"other\"}" },
	{ "none is known", true, BOTH_CARD, RELATIONS, false, NOBODY, false, "unknown",
	    "card test good charged, card links unknown charged further", "\"status\":\"unknown\"}" },
	{ "its number under an authority that is none of ours", true, BOTH_CARD, RELATIONS, false, STRANGER, true,
	    "unknown", "card test good charged, card links unknown charged further", "\"status\":\"unknown\"}" },
	{ "its number under the other purpose's authority", true, BOTH_CARD, RELATIONS, false, OLD_SIGNATURE, true,
	    "unknown", "card test good charged, card links unknown charged further", "\"status\":\"unknown\"}" },
	{ "nobody answers: nobody is paid", true, BOTH_CARD, RELATIONS, true, NOBODY, false, "unavailable",
	    "card test good charged", "{\"asked\":false,\"relation\":\"purpose\",\"status\":\"unavailable\"}" },
	{ "renewed, and who is asked knows of no renewals", true, SAME_CARD, RELATIONS, false, OLD_SIGNATURE, false,
	    "unavailable", "card test good charged", "\"relation\":\"renewal\",\"status\":\"unavailable\"}" },
	{ "renewed, and who is asked knows of it", true, SAME_CARD, ALL_RELATIONS, false, OLD_SIGNATURE, false, "same",
	    "card test good charged, card links same charged further",
	    "{\"asked\":true,\"relation\":\"renewal\",\"source\":\"links\",\"status\":\"same\"}" },
	{ "a phone's other certificate, which no service links", true, { JPKI_AUTHENTICATION, JPKI_PHONE },
	    ALL_RELATIONS, false, OLD_AUTHENTICATION, true, "unknown", "card test good charged",
	    "{\"asked\":false,\"relation\":\"none\",\"status\":\"unknown\"}" },
	{ "a phone's of the same purpose, but it is not named", true, { JPKI_SIGNATURE, JPKI_PHONE }, RELATIONS, false,
	    OTHER, false, "unknown", "card test good charged, card links unknown charged further",
	    "\"relation\":\"medium\",\"source\":\"links\",\"status\":\"unknown\"}" },
	{ "nobody is configured", true, BOTH_CARD, 0, false, OLD_AUTHENTICATION, false, "unavailable",
	    "card test good charged", "\"relation\":\"purpose\",\"status\":\"unavailable\"}" },
};

static struct span
handle_told(enum jpki_purpose purpose)
{
	struct proofing_begin asked = bank_asks(purpose);
	struct proofing_prove proof;

	begin(&asked);
	proof = bank_proves(purpose == JPKI_SIGNATURE ? SIGNATURE : AUTHENTICATION);
	prove(&proof);
	expect_true("an earlier outcome", world.outcome.handle.size == PROOFING_HANDLE);
	return world.outcome.handle;
}

static struct linked
linked_of(enum named named)
{
	const enum jpki_purpose purpose = named == OLD_SIGNATURE ? JPKI_SIGNATURE : JPKI_AUTHENTICATION;
	struct linked l = { span_text("stranger"), span_text("\x0a\xc9\x1a\xf8") };

	for (size_t i = 0; named != STRANGER && i < jpki_anchor_count(world.anchors); i++)
		if (jpki_anchor_at(world.anchors, i)->purpose == purpose)
			l.issuer_key_id = jpki_anchor_at(world.anchors, i)->certificate.subject_key_id;
	if (named == OTHER)
		l.serial = span_text("\x0a");
	return l;
}

static void
prove_continued(const struct proofing_earlier *earlier, struct span certificate)
{
	struct proofing_begin asked = bank_asks(JPKI_SIGNATURE);
	struct proofing_prove proof;

	asked.continues = *earlier;
	begin(&asked);
	expect_ok("begun", world.err, &world.why);
	proof = bank_proves(SIGNATURE);
	proof.submission.certificate = certificate;
	prove(&proof);
	expect_ok("proved", world.err, &world.why);
}

static void
whether_it_is_the_same_person_is_for_the_operator_to_say(void **state)
{
	struct span by[PURPOSES + 1], renewed = certificate_of(SIGNATURE, 0x0ac91af9);

	(void)state;
	world.source.says = REVOCATION_GOOD;
	by[JPKI_SIGNATURE] = handle_told(JPKI_SIGNATURE);
	by[JPKI_AUTHENTICATION] = handle_told(JPKI_AUTHENTICATION);
	for (size_t i = 0; i < COUNT(continuities); i++) {
		const struct proofing_earlier earlier = { by[continuities[i].kind.purpose], continuities[i].kind };
		const enum named named = continuities[i].named;
		const unsigned asked = world.linkage.asked;
		const bool expected = strstr(continuities[i].logged, "links") || continuities[i].silent;

		world.settings.linkage = continuities[i].relations ? &world.linkage.source : NULL;
		world.linkage.source.relations = continuities[i].relations;
		world.linkage.says = (struct linkage_answer){ .answered = !continuities[i].silent,
			.complete = continuities[i].complete, .count = named != NOBODY,
			.linked = { linked_of(named) } };
		prove_continued(&earlier, continuities[i].renewed ? renewed : world.certificates[SIGNATURE]);
		expect_text(continuities[i].title, continuity_name(world.outcome.continuity),
		    continuities[i].continuity);
		expect_number(continuities[i].title, world.linkage.asked - asked, expected);
		expect_logged(continuities[i].title, continuities[i].logged);
		expect_true(continuities[i].title, entry_says(continuities[i].entry));
		expect_true("the earlier handle stays here", !entry_says(arena_print(&world.arena, "%.*s",
		    SPAN_ARGS(earlier.handle))));
	}
	expect_true("and the person was told", memmem(world.challenge.text.data, world.challenge.text.size,
	    "the same person's", strlen("the same person's")) != NULL);
	world.settings.linkage = NULL;
}

static void
what_comes_of_it_is_counted(void **state)
{
	const struct proofing_earlier earlier = { span_text("0123456789abcdef0123456789abcdef"), BOTH_CARD };
	struct figures figures = { 0 };
	uint64_t sum = 0;

	(void)state;
	world.settings.figures = &figures;
	world.settings.linkage = &world.linkage.source;
	world.linkage.source.relations = RELATIONS;
	world.linkage.says = (struct linkage_answer){ .answered = true };
	world.source.says = REVOCATION_GOOD;
	prove_continued(&earlier, world.certificates[SIGNATURE]);
	world.settings.linkage = NULL;
	world.settings.figures = NULL;
	for (size_t i = 0; i < FIGURE_COUNT; i++)
		sum += figures.value[i];
	expect_number("a proof, an answer of a source, a linkage", sum, 3);
	for (int i = FIGURE_PROOFS; i < FIGURE_REVOCATION_ANSWERS; i++)
		expect_number("an established signature", figures.value[i], i == FIGURE_PROOFS);
}

static void
of_a_certificate_that_does_not_count_nobody_is_asked(void **state)
{
	const struct proofing_earlier earlier = { span_text("0123456789abcdef0123456789abcdef"), BOTH_CARD };
	const unsigned asked = world.linkage.asked;

	(void)state;
	world.settings.linkage = &world.linkage.source;
	world.linkage.source.relations = RELATIONS;
	world.source.says = REVOCATION_REVOKED;
	prove_continued(&earlier, world.certificates[SIGNATURE]);
	world.settings.linkage = NULL;
	expect_number("refuted", world.outcome.verified->outcome, REFUTED);
	expect_number("nothing is told of whose it is", world.outcome.continuity, CONTINUITY_NOT_ASKED);
	expect_number("nobody was asked", world.linkage.asked, asked);
	expect_true("nor does the ledger tell", !entry_says("continuity"));
}

static void
who_hangs_up_while_certificates_are_linked_pays_for_both(void **state)
{
	struct proofing_begin asked = bank_asks(JPKI_SIGNATURE);
	struct proofing_prove proof;
	struct pending *pending;

	(void)state;
	world.source.says = REVOCATION_GOOD;
	world.settings.linkage = &world.linkage.source;
	world.linkage.source.relations = RELATIONS;
	world.linkage.silent = true;
	asked.continues = (struct proofing_earlier){ span_text("0123456789abcdef0123456789abcdef"), BOTH_CARD };
	begin(&asked);
	proof = bank_proves(SIGNATURE);
	world.done = false;
	pending = proofing_prove(world.store, &world.arena, &world.settings, &proof, on_proved, NULL);
	run();
	expect_true("it waits for who links", !world.done && world.linkage.asked > 0);
	pending_cancel(&pending);
	run();
	expect_true("nobody is called", !world.done);
	world.linkage.silent = false;
	world.settings.linkage = NULL;
	expect_logged("both were asked", "card test good charged, card links unavailable charged further");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_continued_must_be_an_outcome),
		cmocka_unit_test(whether_it_is_the_same_person_is_for_the_operator_to_say),
		cmocka_unit_test(what_comes_of_it_is_counted),
		cmocka_unit_test(of_a_certificate_that_does_not_count_nobody_is_asked),
		cmocka_unit_test(who_hangs_up_while_certificates_are_linked_pays_for_both),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
