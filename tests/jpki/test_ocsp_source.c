/* tests/jpki/test_ocsp_source.c - asking responders: where, how often, and for how long an answer is kept; the courier
 * is played. */
#include "expect.h"

#include <stdio.h>

#include "crypto/x509_signature.h"
#include "jpki/ocsp_maker.h"
#include "jpki/ocsp_source.h"

#define POSTS 16

/* The courier: it remembers what it was given, and answers when it is told to. */
static struct post {
	struct pending pending;
	char url[256];
	uint8_t body[KIB];
	size_t size;
	bool cancelled;
	on_delivered *done;
	void *arg;
} posts[POSTS];
static size_t post_count;
static struct turn turn;

static void
cancel_post(struct pending *pending)
{
	((struct post *)pending)->cancelled = true;
}

static struct pending *
send_post(struct courier *c, const struct courier_post *post, on_delivered *done, void *arg)
{
	struct post *p = &posts[post_count++];

	(void)c;
	assert_true(post_count <= POSTS && post->body.size <= sizeof(p->body));
	*p = (struct post){ .pending = { cancel_post }, .size = post->body.size, .done = done, .arg = arg };
	snprintf(p->url, sizeof(p->url), "%s", post->url);
	memcpy(p->body, post->body.data, post->body.size);
	return &p->pending;
}

static struct courier courier = { .turn = &turn, .send = send_post };

static struct {
	struct made_certificate authority, leaf, sibling, bare, evil;
	struct jpki_anchor anchor;
	struct jpki_certificate judged, sibling_judged, bare_judged, evil_judged;
	struct revocation_source *source;
} here;

static const char *const hosts[] = { "ocsp.example", "ocsp.example:8080" };

static int
prepare(void **state)
{
	struct certificate_wish leaf = { .name = "Leaf", .serial = 0x123456, .issuer = &here.authority };

	(void)state;
	here.authority =
	    certificate_make(&(struct certificate_wish){ .name = "Authority", .serial = 1, .authority = true });
	leaf.key = here.authority.key;
	leaf.access = "caIssuers;URI:http://ocsp.example/no,OCSP;URI:http://elsewhere.example/,"
	              "OCSP;URI:http://ocsp.example/q";
	here.leaf = certificate_make(&leaf);
	leaf.access = "OCSP;URI:http://OCSP.example:8080";
	leaf.serial++;
	here.sibling = certificate_make(&leaf);
	leaf.access = NULL;
	here.bare = certificate_make(&leaf);
	leaf.access = "OCSP;URI:http://ocsp.example@elsewhere.example/,OCSP;URI:http://ocsp.example.elsewhere.example/,"
	              "OCSP;URI:ldap://ocsp.example/,OCSP;URI:http://ocsp.example:81/";
	here.evil = certificate_make(&leaf);
	here.anchor.certificate = here.authority.x509;
	here.judged = (struct jpki_certificate){ .x509 = here.leaf.x509, .issuer = &here.anchor };
	here.sibling_judged = (struct jpki_certificate){ .x509 = here.sibling.x509, .issuer = &here.anchor };
	here.bare_judged = (struct jpki_certificate){ .x509 = here.bare.x509, .issuer = &here.anchor };
	here.evil_judged = (struct jpki_certificate){ .x509 = here.evil.x509, .issuer = &here.anchor };
	return 0;
}

static int
clear(void **state)
{
	(void)state;
	made_free(&here.authority);
	made_free(&here.leaf);
	made_free(&here.sibling);
	made_free(&here.bare);
	made_free(&here.evil);
	return 0;
}

static struct ocsp_settings
usual(void)
{
	return (struct ocsp_settings){
		.name = "responder",
		.hosts = hosts,
		.host_count = COUNT(hosts),
		.rules = { .nonce = OCSP_NONCE_TRY, .skew = SECONDS(60), .oldest = SECONDS(OCSP_DAY),
		    .switches = SIGNATURES_RSA },
		.time = SECONDS(5),
		.cache = SECONDS(600),
		.cached = 2,
	};
}

static void
open_source(const struct ocsp_settings *settings)
{
	post_count = 0;
	here.source = ocsp_source_new(&courier, settings);
}

static int
close_source(void **state)
{
	(void)state;
	revocation_source_free(here.source);
	here.source = NULL;
	return 0;
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

static struct pending *
ask_for(const char *party, const struct jpki_certificate *certificate, long seconds, struct heard *h)
{
	struct revocation_question question = { certificate, { SECONDS(OCSP_NOON + seconds) }, span_text(party) };

	return here.source->ask(here.source, &question, on_heard, h);
}

static struct pending *
ask(const struct jpki_certificate *certificate, long seconds, struct heard *h)
{
	return ask_for("https://bank.example/", certificate, seconds, h);
}

/* The responder's answer to a post, and its coming back. */
static void
answer(size_t post, const struct made_certificate *about, long seconds, int status, int reason)
{
	struct span der = response_make(&(struct response_wish){
	    .signer = &here.authority, .about = about, .about_issuer = &here.authority, .status = status,
	    .reason = reason, .this_update = seconds, .produced = seconds, .next_update = seconds + 300 });

	assert_true(post < post_count);
	posts[post].done(posts[post].arg, OK, 200, der, NULL);
	OPENSSL_free((void *)der.data);
	turn_run(&turn);
}

static void
a_certificate_leads_only_to_configured_hosts(void **state)
{
	struct ocsp_settings settings = usual();
	struct heard h = { 0 };

	(void)state;
	open_source(&settings);
	ask(&here.judged, 0, &h);
	expect_number("asked at once", post_count, 1);
	expect_text("of the first that is known", posts[0].url, "http://ocsp.example/q");
	ask(&here.sibling_judged, 0, &h);
	expect_text("with its port, in any letters", posts[1].url, "http://OCSP.example:8080");
	ask(&here.bare_judged, 0, &h);
	expect_number("nobody is told before asking returns", h.times, 0);
	turn_run(&turn);
	expect_text("none named", h.answer.text, "the certificate names no responder that the configuration knows");
	ask(&here.evil_judged, 0, &h);
	turn_run(&turn);
	expect_number("all others lead nowhere", h.times, 2);
	expect_number("nobody was asked", post_count, 2);
	expect_true("and nobody is charged", !h.answer.fresh);
	close_source(NULL);

	settings.url = "http://own.example/ocsp";
	open_source(&settings);
	ask(&here.evil_judged, 0, &h);
	expect_text("a configured address is asked whatever the certificate says", posts[0].url,
	    "http://own.example/ocsp");
}

static void
an_answer_is_kept_for_a_short_while(void **state)
{
	struct ocsp_settings settings = usual();
	struct heard h = { 0 };

	(void)state;
	open_source(&settings);
	ask(&here.judged, 0, &h);
	answer(0, &here.leaf, 0, V_OCSP_CERTSTATUS_GOOD, 0);
	expect_number("good", h.answer.status, REVOCATION_GOOD);
	expect_true("just now", h.answer.fresh);
	expect_text("of this source", h.answer.source, "responder");
	ask(&here.judged, 299, &h);
	expect_number("a kept one comes later, too", h.times, 1);
	turn_run(&turn);
	expect_number("good again", h.answer.status, REVOCATION_GOOD);
	expect_true("of before", !h.answer.fresh);
	expect_number("asked then", h.answer.asked_at.us, SECONDS(OCSP_NOON));
	expect_number("nobody was asked again", post_count, 1);
	ask(&here.judged, 300, &h);
	expect_number("not past its nextUpdate", post_count, 2);
	answer(1, &here.leaf, 300, V_OCSP_CERTSTATUS_GOOD, 0);
	ask(&here.judged, 200, &h);
	expect_number("nor when the clock was set back", post_count, 3);
}

static void
what_one_party_learns_no_other_is_told(void **state)
{
	struct ocsp_settings settings = usual();
	struct heard bank = { 0 }, shop = { 0 };

	(void)state;
	open_source(&settings);
	ask_for("https://bank.example/", &here.judged, 0, &bank);
	ask_for("https://shop.example/", &here.judged, 0, &shop);
	expect_number("of one certificate, at one time, each has it asked", post_count, 2);
	answer(0, &here.leaf, 0, V_OCSP_CERTSTATUS_GOOD, 0);
	expect_number("one is told", bank.times, 1);
	expect_number("the other waits for its own", shop.times, 0);
	answer(1, &here.leaf, 0, V_OCSP_CERTSTATUS_GOOD, 0);
	expect_true("and both are charged", bank.answer.fresh && shop.answer.fresh);
	ask_for("https://clinic.example/", &here.judged, 1, &shop);
	expect_number("nor is what was kept for another", post_count, 3);
}

/* CRLReason (RFC 5280 s5.3.1); -1: the responder tells none. */
static const struct {
	const char *title;
	int reason;
	bool for_good;
} reasons[] = {
	{ "a key that leaked", 1, true },
	{ "one that another stands for", 4, true },
	{ "rights that were withdrawn", 9, true },
	{ "on hold", 6, false },
	{ "let go again", 8, false },
	{ "no reason told", -1, false },
	{ "a reason that tells none", 0, false },
};

static void
a_revoked_one_is_kept_until_the_certificate_ends_when_that_is_for_good(void **state)
{
	struct ocsp_settings settings = usual();

	(void)state;
	for (size_t i = 0; i < COUNT(reasons); i++) {
		struct heard h = { 0 };

		open_source(&settings);
		ask(&here.judged, 0, &h);
		answer(0, &here.leaf, 0, V_OCSP_CERTSTATUS_REVOKED, reasons[i].reason);
		expect_number(reasons[i].title, h.answer.status, REVOCATION_REVOKED);
		ask(&here.judged, 299, &h);
		turn_run(&turn);
		expect_number(reasons[i].title, post_count, 1);
		ask(&here.judged, reasons[i].for_good ? 364 * OCSP_DAY : 301, &h);
		turn_run(&turn);
		expect_number(reasons[i].title, post_count, reasons[i].for_good ? 1 : 2);
		close_source(NULL);
	}
}

static void
what_says_nothing_is_not_kept(void **state)
{
	struct ocsp_settings settings = usual();
	struct heard h = { 0 };
	struct problem why;

	(void)state;
	open_source(&settings);
	ask(&here.judged, 0, &h);
	answer(0, &here.leaf, 0, V_OCSP_CERTSTATUS_UNKNOWN, 0);
	expect_number("unknown", h.answer.status, REVOCATION_UNKNOWN);
	ask(&here.judged, 0, &h);
	posts[1].done(posts[1].arg, OK, 503, span_text("busy"), NULL);
	turn_run(&turn);
	expect_text("a status that is none", h.answer.text, "the responder answered with HTTP status 503");
	expect_true("is no answer, and nobody pays for it", !h.answer.fresh);
	ask(&here.judged, 0, &h);
	problem_set(&why, ERR_UNAVAILABLE, "", "http://ocsp.example/q: no whole answer within PT5S");
	posts[2].done(posts[2].arg, why.code, 0, (struct span){ 0 }, &why);
	turn_run(&turn);
	expect_text("nobody there", h.answer.text, "http://ocsp.example/q: no whole answer within PT5S");
	expect_number("is no answer", h.answer.status, REVOCATION_UNAVAILABLE);
	ask(&here.judged, 0, &h);
	answer(3, &here.sibling, 0, V_OCSP_CERTSTATUS_GOOD, 0);
	expect_number("nor is one about another", h.answer.status, REVOCATION_UNAVAILABLE);
	ask(&here.judged, 0, &h);
	expect_number("each time it is asked anew", post_count, 5);
}

static void
without_a_cache_each_question_is_asked(void **state)
{
	struct ocsp_settings settings = usual();
	struct heard h = { 0 };

	(void)state;
	settings.cache = 0;
	open_source(&settings);
	for (size_t i = 0; i < 3; i++) {
		ask(&here.judged, 0, &h);
		answer(i, &here.leaf, 0, V_OCSP_CERTSTATUS_REVOKED, 4);
	}
	expect_number("three times", post_count, 3);
	expect_number("three answers", h.times, 3);
}

static void
only_so_many_answers_are_kept(void **state)
{
	struct ocsp_settings settings = usual();
	struct heard h = { 0 };

	(void)state;
	settings.url = "http://own.example/";
	open_source(&settings);
	ask(&here.judged, 0, &h);
	answer(0, &here.leaf, 0, V_OCSP_CERTSTATUS_GOOD, 0);
	ask(&here.sibling_judged, 0, &h);
	answer(1, &here.sibling, 0, V_OCSP_CERTSTATUS_GOOD, 0);
	ask(&here.judged, 0, &h);
	turn_run(&turn);
	ask(&here.evil_judged, 0, &h);
	answer(2, &here.evil, 0, V_OCSP_CERTSTATUS_GOOD, 0);
	ask(&here.judged, 0, &h);
	turn_run(&turn);
	expect_number("what was used is still there", post_count, 3);
	ask(&here.sibling_judged, 0, &h);
	expect_number("what was not has given way", post_count, 4);
}

static void
several_questions_at_once_are_one_request(void **state)
{
	struct ocsp_settings settings = usual();
	struct heard first = { 0 }, second = { 0 }, gone = { 0 };
	struct pending *pending, *waiting;

	(void)state;
	open_source(&settings);
	pending = ask(&here.judged, 0, &gone);
	waiting = ask(&here.judged, 0, &first);
	ask(&here.judged, 0, &second);
	expect_number("one request", post_count, 1);
	pending_cancel(&pending);
	expect_true("goes on for the others", !posts[0].cancelled);
	expect_true("who pay for it", !here.source->sent(waiting));
	answer(0, &here.leaf, 0, V_OCSP_CERTSTATUS_GOOD, 0);
	expect_number("the first is told", first.times, 1);
	expect_number("and the second", second.times, 1);
	expect_number("not who has gone", gone.times, 0);
	expect_number("one of them is charged", first.answer.fresh + second.answer.fresh, 1);

	pending = ask(&here.sibling_judged, 0, &gone);
	expect_true("who waits alone has had it asked", here.source->sent(pending));
	pending_cancel(&pending);
	expect_true("when all have gone it is given up", posts[1].cancelled);
	pending = ask(&here.judged, 1, &gone);
	expect_true("but nobody was for a kept answer", !here.source->sent(pending));
	pending_cancel(&pending);
	turn_run(&turn);
	expect_number("nor is told who leaves a kept answer", gone.times, 0);
	ask(&here.sibling_judged, 0, &gone);
	expect_number("a source that goes tells nobody", post_count, 3);
}

static void
each_request_has_its_own_nonce(void **state)
{
	struct ocsp_settings settings = usual();
	struct heard h = { 0 };

	(void)state;
	settings.cache = 0;
	open_source(&settings);
	ask(&here.judged, 0, &h);
	answer(0, &here.leaf, 0, V_OCSP_CERTSTATUS_GOOD, 0);
	ask(&here.judged, 0, &h);
	expect_true("another one", !span_equal(span_of(posts[0].body, posts[0].size),
	    span_of(posts[1].body, posts[1].size)));
	close_source(NULL);
	settings.rules.nonce = OCSP_NONCE_OFF;
	open_source(&settings);
	ask(&here.judged, 0, &h);
	answer(0, &here.leaf, 0, V_OCSP_CERTSTATUS_GOOD, 0);
	ask(&here.judged, 0, &h);
	expect_true("or none", span_equal(span_of(posts[0].body, posts[0].size),
	    span_of(posts[1].body, posts[1].size)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_certificate_leads_only_to_configured_hosts, close_source),
		cmocka_unit_test_teardown(an_answer_is_kept_for_a_short_while, close_source),
		cmocka_unit_test_teardown(what_one_party_learns_no_other_is_told, close_source),
		cmocka_unit_test_teardown(a_revoked_one_is_kept_until_the_certificate_ends_when_that_is_for_good,
		    close_source),
		cmocka_unit_test_teardown(what_says_nothing_is_not_kept, close_source),
		cmocka_unit_test_teardown(without_a_cache_each_question_is_asked, close_source),
		cmocka_unit_test_teardown(only_so_many_answers_are_kept, close_source),
		cmocka_unit_test_teardown(several_questions_at_once_are_one_request, close_source),
		cmocka_unit_test_teardown(each_request_has_its_own_nonce, close_source),
	};

	return cmocka_run_group_tests(tests, prepare, clear);
}
