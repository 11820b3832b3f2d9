/* tests/jpki/test_revocation.c - several sources behind one question: order, what is final, waiting, cancelling. */
#include "expect.h"

#include <stdio.h>
#include <stdlib.h>

#include "jpki/revocation.h"

#define ASKED 4

/* A source that says what its row says: at once, in the next turn, or when it is told to. */
enum manner { AT_ONCE, LATER, SILENT };
struct fake {
	struct revocation_source source;
	struct pending pending;
	struct later later;
	struct turn *turn;
	enum revocation_status says;
	bool fresh, idle;            /* idle: has asked nobody */
	size_t asked, cancelled;
	on_revocation *done;
	void *arg;
};

static struct fake *
fake_of(struct pending *pending)
{
	return (struct fake *)((char *)pending - offsetof(struct fake, pending));
}

static void
fake_cancel(struct pending *pending)
{
	struct fake *f = fake_of(pending);

	f->cancelled++;
	turn_cancel(f->turn, &f->later);
}

static void
fake_answer(struct revocation_source *source, const struct revocation_question *question,
    struct revocation_answer *out)
{
	struct fake *f = (struct fake *)source;

	(void)question;
	f->asked++;
	revocation_answer_set(out, f->says, "said by %s", source->name);
}

static void
fake_tell(void *arg)
{
	struct fake *f = arg;
	struct revocation_answer answer;

	revocation_answer_set(&answer, f->says, "said by %s", f->source.name);
	answer.fresh = f->fresh;
	f->done(f->arg, &answer);
}

static struct pending *
fake_ask(struct revocation_source *source, const struct revocation_question *question, on_revocation *done, void *arg)
{
	struct fake *f = (struct fake *)source;

	(void)question;
	f->asked++;
	f->done = done;
	f->arg = arg;
	turn_later(f->turn, &f->later);
	return &f->pending;
}

static struct pending *
fake_keep(struct revocation_source *source, const struct revocation_question *question, on_revocation *done, void *arg)
{
	struct fake *f = (struct fake *)source;

	(void)question;
	f->asked++;
	f->done = done;
	f->arg = arg;
	return &f->pending;
}

static void
fake_init(struct fake *f, struct turn *turn, const char *name, enum manner manner, enum revocation_status says)
{
	*f = (struct fake){
		.source = { .name = name, .kind = REVOCATION_BY_OCSP },
		.pending = { fake_cancel },
		.later = { .run = fake_tell, .arg = f },
		.turn = turn,
		.says = says,
	};
	if (manner == AT_ONCE)
		f->source.answer = fake_answer;
	else
		f->source.ask = manner == LATER ? fake_ask : fake_keep;
}

struct heard {
	size_t times;
	struct revocation_answer answer;
};

static void
on_heard(void *arg, const struct revocation_answer *answer)
{
	struct heard *h = arg;

	h->times++;
	h->answer = *answer;
}

static const struct jpki_certificate certificate = { .x509.not_after = { SECONDS(2000) } };
static const struct revocation_question question = { .certificate = &certificate, .now = { SECONDS(1000) } };

/* What came, as "status by source: text, asked N N …". */
static const char *
told(const struct revocation_answer *answer, const struct fake *fakes, size_t count, char out[256])
{
	int n = snprintf(out, 256, "%s by %s, asked", revocation_status_name(answer->status), answer->source);

	for (size_t i = 0; i < count; i++)
		n += snprintf(out + n, 256 - (size_t)n, " %zu", fakes[i].asked);
	return out;
}

static const struct {
	const char *title;
	enum revocation_status says[ASKED];
	const char *expected;
} orders[] = {
	{ "the first that is good ends it", { REVOCATION_GOOD, REVOCATION_REVOKED }, "good by a, asked 1 0" },
	{ "revoked is final: no later good takes it back", { REVOCATION_REVOKED, REVOCATION_GOOD },
	    "revoked by a, asked 1 0" },
	{ "expired is final", { REVOCATION_EXPIRED, REVOCATION_GOOD }, "expired by a, asked 1 0" },
	{ "one that cannot answer leaves it to the next", { REVOCATION_UNAVAILABLE, REVOCATION_GOOD },
	    "good by b, asked 1 1" },
	{ "one that does not know it leaves it to the next", { REVOCATION_UNKNOWN, REVOCATION_REVOKED },
	    "revoked by b, asked 1 1" },
	{ "unknown says more than unavailable", { REVOCATION_UNAVAILABLE, REVOCATION_UNKNOWN, REVOCATION_UNAVAILABLE },
	    "unknown by b, asked 1 1 1" },
	{ "of several that do not know, the first", { REVOCATION_UNKNOWN, REVOCATION_UNKNOWN },
	    "unknown by a, asked 1 1" },
	{ "of several that cannot answer, the last", { REVOCATION_UNAVAILABLE, REVOCATION_UNAVAILABLE },
	    "unavailable by b, asked 1 1" },
};

static void
init_order(struct fake fakes[ASKED], struct revocation_source *sources[ASKED], struct turn *turn, enum manner manner,
    const enum revocation_status *says, size_t *count)
{
	static const char *const names[ASKED] = { "a", "b", "c", "d" };

	for (*count = 0; *count < ASKED && says[*count] != REVOCATION_NOT_CHECKED; (*count)++) {
		/* mixed: every second one of the other manner */
		fake_init(&fakes[*count], turn, names[*count], *count % 2 ? LATER : manner, says[*count]);
		sources[*count] = &fakes[*count].source;
	}
}

static void
a_source_is_told_of_its_own_certificates_alone(void **state)
{
	static const struct jpki_profile signing = { .purpose = JPKI_SIGNATURE };
	const struct jpki_certificate signer = { .x509.not_after = { SECONDS(2000) }, .profile = &signing };
	const struct revocation_question asked = { .certificate = &signer, .now = { SECONDS(1000) } };
	static const enum manner manners[] = { AT_ONCE, LATER };

	(void)state;
	for (size_t i = 0; i < COUNT(manners); i++) {
		struct turn turn = { 0 };
		struct heard heard = { 0 };
		struct revocation_answer now;
		struct fake fakes[2];
		struct revocation_source *sources[] = { &fakes[0].source, &fakes[1].source };
		char text[256];

		fake_init(&fakes[0], &turn, "authentication", manners[i], REVOCATION_REVOKED);
		fake_init(&fakes[1], &turn, "signature", manners[i], REVOCATION_GOOD);
		fakes[0].source.purpose = JPKI_AUTHENTICATION;
		fakes[1].source.purpose = JPKI_SIGNATURE;
		revocation_ask(&turn, sources, COUNT(sources), &asked, NULL, on_heard, &heard);
		turn_run(&turn);
		expect_text("the other is not asked", told(&heard.answer, fakes, COUNT(fakes), text),
		    "good by signature, asked 0 1");
		if (manners[i] == AT_ONCE) {
			revocation_answer_now(sources, COUNT(sources), &asked, &now);
			expect_text("nor at once", told(&now, fakes, COUNT(fakes), text),
			    "good by signature, asked 0 2");
		}
		heard = (struct heard){ 0 };
		revocation_ask(&turn, sources, COUNT(sources), &question, NULL, on_heard, &heard);
		turn_run(&turn);
		expect_number("of a certificate of no profile nobody is told", heard.answer.status,
		    REVOCATION_UNAVAILABLE);
	}
}

static void
sources_are_asked_in_their_order(void **state)
{
	static const enum manner manners[] = { AT_ONCE, LATER };
	struct fake fakes[ASKED];
	struct revocation_source *sources[ASKED];
	struct turn turn = { 0 };
	char text[256];
	size_t count;

	(void)state;
	for (size_t i = 0; i < COUNT(orders) * COUNT(manners); i++) {
		struct heard heard = { 0 };
		const char *title = orders[i / 2].title;

		init_order(fakes, sources, &turn, manners[i % 2], orders[i / 2].says, &count);
		revocation_ask(&turn, sources, count, &question, NULL, on_heard, &heard);
		expect_number("nobody is called back before the question is asked", heard.times, 0);
		turn_run(&turn);
		expect_number(title, heard.times, 1);
		expect_text(title, told(&heard.answer, fakes, count, text), orders[i / 2].expected);
		expect_number("when it was asked is told", heard.answer.asked_at.us, question.now.us);
		expect_number("and by what kind", heard.answer.kind, REVOCATION_BY_OCSP);
	}
}

static void
an_answer_at_once_is_of_those_that_can(void **state)
{
	struct fake fakes[3];
	struct revocation_source *sources[3];
	struct revocation_answer answer;
	struct turn turn = { 0 };
	char text[256];

	(void)state;
	fake_init(&fakes[0], &turn, "a", LATER, REVOCATION_GOOD);
	fake_init(&fakes[1], &turn, "b", AT_ONCE, REVOCATION_UNAVAILABLE);
	fake_init(&fakes[2], &turn, "c", AT_ONCE, REVOCATION_REVOKED);
	for (size_t i = 0; i < 3; i++)
		sources[i] = &fakes[i].source;
	revocation_answer_now(sources, 3, &question, &answer);
	expect_text("the network's source is left out", told(&answer, fakes, 3, text), "revoked by c, asked 0 1 1");
	revocation_answer_now(sources, 1, &question, &answer);
	expect_text("nobody else is there", answer.text, "no source can answer without the network");
	expect_number("and that is no answer", answer.status, REVOCATION_UNAVAILABLE);
}

static void
without_a_source_nothing_is_known(void **state)
{
	struct heard heard = { 0 };
	struct turn turn = { 0 };

	(void)state;
	revocation_ask(&turn, NULL, 0, &question, NULL, on_heard, &heard);
	expect_number("not before returning", heard.times, 0);
	turn_run(&turn);
	expect_number("unavailable", heard.answer.status, REVOCATION_UNAVAILABLE);
	expect_text("says why", heard.answer.text, "no source of revocation data is configured");
	revocation_answer_now(NULL, 0, &question, &heard.answer);
	expect_number("at once, too", heard.answer.status, REVOCATION_UNAVAILABLE);
}

static void
nobody_is_asked_about_a_certificate_that_has_ended(void **state)
{
	struct revocation_question late = { .certificate = &certificate, .now = { SECONDS(2000) } };
	struct revocation_source *sources[1];
	struct heard heard = { 0 };
	struct turn turn = { 0 };
	struct fake fake;

	(void)state;
	fake_init(&fake, &turn, "a", LATER, REVOCATION_GOOD);
	sources[0] = &fake.source;
	revocation_ask(&turn, sources, 1, &late, NULL, on_heard, &heard);
	turn_run(&turn);
	expect_number("the second it ends with still counts", heard.answer.status, REVOCATION_GOOD);
	late.now.us += SECONDS(1) - 1;
	revocation_ask(&turn, sources, 1, &late, NULL, on_heard, &heard);
	turn_run(&turn);
	expect_number("all of it", heard.answer.status, REVOCATION_GOOD);
	late.now.us++;
	revocation_ask(&turn, sources, 1, &late, NULL, on_heard, &heard);
	turn_run(&turn);
	expect_number("a moment later it is expired", heard.answer.status, REVOCATION_EXPIRED);
	expect_text("with its end", heard.answer.text, "it ended at 1970-01-01T00:33:20Z");
	expect_number("and nobody was asked", fake.asked, 2);
}

static void
a_cancelled_question_is_answered_to_nobody(void **state)
{
	struct revocation_source *sources[2];
	struct heard heard = { 0 };
	struct turn turn = { 0 };
	struct pending *pending;
	struct fake fakes[2];

	(void)state;
	fake_init(&fakes[0], &turn, "a", SILENT, REVOCATION_GOOD);
	fake_init(&fakes[1], &turn, "b", LATER, REVOCATION_GOOD);
	sources[0] = &fakes[0].source;
	sources[1] = &fakes[1].source;
	pending = revocation_ask(&turn, sources, 2, &question, NULL, on_heard, &heard);
	pending_cancel(&pending);
	turn_run(&turn);
	expect_number("before the first is asked", fakes[0].asked, 0);

	pending = revocation_ask(&turn, sources, 2, &question, NULL, on_heard, &heard);
	turn_run(&turn);
	pending_cancel(&pending);
	expect_number("the source that is waited for is cancelled, too", fakes[0].cancelled, 1);
	expect_number("the next is not asked", fakes[1].asked, 0);

	fakes[0].says = REVOCATION_UNAVAILABLE;
	pending = revocation_ask(&turn, sources, 2, &question, NULL, on_heard, &heard);
	turn_run(&turn);
	fake_tell(&fakes[0]);
	expect_number("the second is asked", fakes[1].asked, 1);
	pending_cancel(&pending);
	turn_run(&turn);
	expect_number("nobody heard anything", heard.times, 0);
}

static bool
fake_sent(const struct pending *pending)
{
	return !((const struct fake *)((const char *)pending - offsetof(struct fake, pending)))->idle;
}

/* "source status[ fresh][ decisive], …" */
static const char *
trail_text(const struct revocation_trail *trail, char out[256])
{
	int n = 0;

	*out = '\0';
	for (size_t i = 0; i < trail->count; i++)
		n += snprintf(out + n, 256 - (size_t)n, "%s%s %s%s%s", i ? ", " : "", trail->asked[i].source,
		    revocation_status_name(trail->asked[i].status), trail->asked[i].fresh ? " fresh" : "",
		    i == trail->decisive ? " decisive" : "");
	return out;
}

static const struct {
	const char *title;
	enum manner last;
	bool fresh[2], idle;
	enum revocation_status says[2];
	const char *expected;
} trails[] = {
	{ "one that answered and did not know is in the trail of another's answer", LATER, { true, false }, false,
	    { REVOCATION_UNKNOWN, REVOCATION_GOOD }, "a unknown fresh, b good decisive" },
	{ "both that answered are", LATER, { true, true }, false, { REVOCATION_UNKNOWN, REVOCATION_UNKNOWN },
	    "a unknown fresh decisive, b unknown fresh" },
	{ "nobody after the last that is asked", LATER, { true, true }, false, { REVOCATION_GOOD, REVOCATION_GOOD },
	    "a good fresh decisive" },
	{ "who leaves had a second asked", SILENT, { true, false }, false, { REVOCATION_UNKNOWN },
	    "a unknown fresh, b unavailable fresh decisive" },
	{ "who leaves while the second has asked nobody", SILENT, { true, false }, true, { REVOCATION_UNKNOWN },
	    "a unknown fresh decisive" },
	{ "and what the first had kept costs nothing", SILENT, { false, false }, true, { REVOCATION_UNKNOWN },
	    "a unknown decisive" },
};

static void
the_trail_tells_who_was_asked(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(trails); i++) {
		struct revocation_source *sources[2];
		struct revocation_trail trail;
		struct heard heard = { 0 };
		struct turn turn = { 0 };
		struct pending *pending;
		struct fake fakes[2];
		char text[256];

		for (size_t n = 0; n < COUNT(fakes); n++) {
			fake_init(&fakes[n], &turn, n ? "b" : "a", n ? trails[i].last : LATER, trails[i].says[n]);
			fakes[n].fresh = trails[i].fresh[n];
			sources[n] = &fakes[n].source;
		}
		fakes[1].idle = trails[i].idle;
		fakes[1].source.sent = fake_sent;
		pending = revocation_ask(&turn, sources, 2, &question, &trail, on_heard, &heard);
		turn_run(&turn);
		turn_run(&turn);
		turn_run(&turn);
		if (trails[i].last == SILENT)
			revocation_leave(&pending);
		expect_number("it has an end", heard.times, trails[i].last != SILENT);
		expect_text(trails[i].title, trail_text(&trail, text), trails[i].expected);
	}
}

static void
names_and_outcomes_are_the_tables(void **state)
{
	static const struct {
		enum revocation_status status;
		const char *name, *outcome;
	} rows[] = {
		{ REVOCATION_NOT_CHECKED, "not-checked", "not-checked" },
		{ REVOCATION_UNAVAILABLE, "unavailable", "undetermined" },
		{ REVOCATION_UNKNOWN, "unknown", "undetermined" },
		{ REVOCATION_EXPIRED, "expired", "refuted" },
		{ REVOCATION_REVOKED, "revoked", "refuted" },
		{ REVOCATION_GOOD, "good", "established" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		expect_text("a status has its name", revocation_status_name(rows[i].status), rows[i].name);
		expect_text(rows[i].name, outcome_name(revocation_outcome(rows[i].status)), rows[i].outcome);
	}
	expect_text("a kind has its name", revocation_kind_name(REVOCATION_BY_OPERATOR), "operator");
	expect_text("a reason", crl_reason_name(6), "certificateHold");
	expect_text("the last reason", crl_reason_name(10), "aACompromise");
	expect_text("a number that is none", crl_reason_name(11), "");
	expect_text("none told", crl_reason_name(-1), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_source_is_told_of_its_own_certificates_alone),
		cmocka_unit_test(sources_are_asked_in_their_order),
		cmocka_unit_test(an_answer_at_once_is_of_those_that_can),
		cmocka_unit_test(without_a_source_nothing_is_known),
		cmocka_unit_test(nobody_is_asked_about_a_certificate_that_has_ended),
		cmocka_unit_test(a_cancelled_question_is_answered_to_nobody),
		cmocka_unit_test(the_trail_tells_who_was_asked),
		cmocka_unit_test(names_and_outcomes_are_the_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
