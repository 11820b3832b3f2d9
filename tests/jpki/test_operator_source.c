/* tests/jpki/test_operator_source.c - asking an operator's API: what is sent, what each answer counts for; the courier
 * is played. */
#include "jpki/answers.h"

#include <unistd.h>

#include "codec/document.h"
#include "jpki/operator_answer.h"
#include "jpki/operator_source.h"

#define NOON 1795305600 /* 2026-11-22T00:00:00Z */
#define DAY SECONDS(86400)
#define SKEW SECONDS(60)

static const struct instant noon = { SECONDS(NOON) };

/* The courier. */

static struct {
	struct pending pending;
	char url[128], body[512], authorization[128];
	size_t count, cancelled;
	on_delivered *done;
	void *arg;
} post;
static struct turn turn;

static void
cancel_post(struct pending *pending)
{
	(void)pending;
	post.cancelled++;
}

static struct pending *
send_post(struct courier *c, const struct courier_post *what, on_delivered *done, void *arg)
{
	(void)c;
	post.pending = (struct pending){ cancel_post };
	post.count++;
	post.done = done;
	post.arg = arg;
	snprintf(post.url, sizeof(post.url), "%s", what->url);
	snprintf(post.body, sizeof(post.body), "%.*s", SPAN_ARGS(what->body));
	snprintf(post.authorization, sizeof(post.authorization), "%s", what->authorization ? what->authorization : "-");
	return &post.pending;
}

static struct courier courier = { .turn = &turn, .send = send_post };

/* The table. */

static void
each_answer_counts_for_what_it_says(void **state)
{
	json_t *table = answers_read("status_cases.json"), *row;
	size_t i;

	(void)state;
	json_array_foreach(json_object_get(table, "cases"), i, row) {
		const char *title = json_string_value(json_object_get(row, "title"));
		const char *problem = json_string_value(json_object_get(row, "problem"));
		const char *status = json_string_value(json_object_get(json_object_get(row, "set"), "/status"));
		char *json = answer_of(json_object_get(table, "base"), row);
		struct revocation_answer answer;

		operator_answer_judge(span_text(json), DAY, SKEW, noon, &answer);
		if (problem && !strstr(answer.text, problem))
			expect_text(title, answer.text, problem);
		expect_text(title, revocation_status_name(answer.status),
		    problem ? "unavailable" : status ? status : "good");
		expect_number("asked now", answer.asked_at.us, noon.us);
		free(json);
	}
	json_decref(table);
}

static void
what_it_tells_is_kept(void **state)
{
	struct revocation_answer answer;
	char at[INSTANT_TEXT];

	(void)state;
	operator_answer_judge(span_text("{\"status\":\"revoked\",\"reason\":\"certificateHold\",\"revoked_at\":"
	                                "\"2026-11-01T00:00:00Z\",\"this_update\":\"2026-11-21T23:50:00Z\","
	                                "\"next_update\":\"2026-11-22T00:30:00Z\",\"reference\":\"op-42/7\"}"),
	    DAY, SKEW, noon, &answer);
	expect_text("the reason", crl_reason_name(answer.reason), "certificateHold");
	expect_text("since when", instant_text(answer.revoked_at, at), "2026-11-01T00:00:00Z");
	expect_text("until when", instant_text(answer.next_update, at), "2026-11-22T00:30:00Z");
	expect_text("by what it is found", answer.reference, "op-42/7");
	expect_text("why", answer.text, "the operator says it is revoked");
	operator_answer_judge(span_text("<html>"), DAY, SKEW, noon, &answer);
	expect_number("a page is no answer", answer.status, REVOCATION_UNAVAILABLE);
	operator_answer_judge((struct span){ 0 }, DAY, SKEW, noon, &answer);
	expect_number("nor is nothing", answer.status, REVOCATION_UNAVAILABLE);
}

/* The flow. */

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

static const struct jpki_anchor anchor = {
	.certificate.subject_key_id = { (const uint8_t *)"\xd2\x1e\xa5", 3 },
};
static const struct jpki_profile profile = { .purpose = JPKI_SIGNATURE, .medium = JPKI_CARD };
static const struct jpki_certificate certificate = {
	.x509.serial = { (const uint8_t *)"\x06\xbf\x00\x01", 4 }, .issuer = &anchor, .profile = &profile,
};
static const struct revocation_question question = { .certificate = &certificate, .now = { SECONDS(NOON) } };

static struct revocation_source *
open_source(const char *token_file)
{
	memset(&post, 0, sizeof(post));
	return operator_source_new(&courier, &(struct operator_settings){ .name = "platform",
	    .at = { "https://platform.example/v1/jpki/status", token_file, SECONDS(5) },
	    .oldest = DAY, .skew = SKEW });
}

static void
a_question_names_the_certificate_and_nothing_of_the_person(void **state)
{
	struct revocation_source *source = open_source(NULL);
	struct heard h = { 0 };

	(void)state;
	source->ask(source, &question, on_heard, &h);
	expect_text("to the operator", post.url, "https://platform.example/v1/jpki/status");
	expect_text("this and no more", post.body,
	    "{\"issuer_key_id\":\"d21ea5\",\"serial\":\"06bf0001\",\"purpose\":\"signature\",\"medium\":\"card\"}");
	expect_text("without a token", post.authorization, "-");
	post.done(post.arg, OK, 200, span_text("{\"status\":\"good\",\"this_update\":\"2026-11-21T23:50:00Z\"}"), NULL);
	expect_number("told", h.times, 1);
	expect_number("good", h.answer.status, REVOCATION_GOOD);
	expect_text("by", h.answer.source, "platform");
	expect_true("just now", h.answer.fresh);
	source->ask(source, &question, on_heard, &h);
	post.done(post.arg, OK, 401, span_text("who are you"), NULL);
	expect_text("any other status is no answer", h.answer.text, "the operator answered with HTTP status 401");
	expect_number("each question is asked", post.count, 2);
	revocation_source_free(source);
}

static void
the_token_is_read_for_each_question(void **state)
{
	static const struct {
		const char *title, *token, *sent, *problem;
	} rows[] = {
		{ "a token", "abc.def-1\n", "Bearer abc.def-1", NULL },
		{ "another, without an end of line", "ghi", "Bearer ghi", NULL },
		{ "none", "\n", NULL, "expected a token on its first line" },
		{ "two words", "a b\n", NULL, "expected a token on its first line" },
		{ "no file", NULL, NULL, "No such file" },
	};
	char path[] = "/tmp/watashi-token-XXXXXX";
	int fd = mkstemp(path);
	struct revocation_source *source = open_source(path);

	(void)state;
	close(fd);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct heard h = { 0 };
		struct pending *pending;
		FILE *file;

		memset(&post, 0, sizeof(post));
		if (rows[i].token) {
			file = fopen(path, "w");
			fputs(rows[i].token, file);
			fclose(file);
		} else {
			unlink(path);
		}
		pending = source->ask(source, &question, on_heard, &h);
		if (rows[i].sent)
			expect_text(rows[i].title, post.authorization, rows[i].sent);
		expect_number("not before returning", h.times, 0);
		turn_run(&turn);
		expect_number(rows[i].title, post.count, rows[i].sent ? 1 : 0);
		expect_number(rows[i].title, h.times, rows[i].problem ? 1 : 0);
		if (rows[i].problem)
			expect_true(rows[i].title, strstr(h.answer.text, rows[i].problem) != NULL);
		else
			pending_cancel(&pending);
	}
	revocation_source_free(source);
	unlink(path);
}

static void
a_cancelled_question_is_answered_to_nobody(void **state)
{
	struct revocation_source *source = open_source(NULL);
	struct heard h = { 0 };
	struct pending *pending = source->ask(source, &question, on_heard, &h);

	(void)state;
	pending_cancel(&pending);
	expect_number("the courier is told", post.cancelled, 1);
	source->ask(source, &question, on_heard, &h);
	revocation_source_free(source);
	expect_number("and when the source goes", post.cancelled, 2);
	expect_number("nobody heard anything", h.times, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_answer_counts_for_what_it_says),
		cmocka_unit_test(what_it_tells_is_kept),
		cmocka_unit_test(a_question_names_the_certificate_and_nothing_of_the_person),
		cmocka_unit_test(the_token_is_read_for_each_question),
		cmocka_unit_test(a_cancelled_question_is_answered_to_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
