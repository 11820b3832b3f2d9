/* tests/jpki/test_linkage.c - which certificates are one person's: who may be asked, what is sent, what each answer
 * counts for; the courier is played. */
#include "jpki/answers.h"

#include "jpki/linkage_answer.h"
#include "jpki/linkage_operator.h"

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

/* Who may be asked. */

static void
the_act_links_media_and_purposes(void **state)
{
	static const struct {
		const char *title;
		struct linkage_kind a, b;
		const char *relation;
	} rows[] = {
		{ "card and phone", { JPKI_SIGNATURE, JPKI_CARD }, { JPKI_SIGNATURE, JPKI_PHONE }, "medium" },
		{ "phone and card", { JPKI_AUTHENTICATION, JPKI_PHONE }, { JPKI_AUTHENTICATION, JPKI_CARD }, "medium" },
		{ "both of one card", { JPKI_SIGNATURE, JPKI_CARD }, { JPKI_AUTHENTICATION, JPKI_CARD }, "purpose" },
		{ "the other way", { JPKI_AUTHENTICATION, JPKI_CARD }, { JPKI_SIGNATURE, JPKI_CARD }, "purpose" },
		{ "old and new", { JPKI_SIGNATURE, JPKI_CARD }, { JPKI_SIGNATURE, JPKI_CARD }, "renewal" },
		{ "both of one phone", { JPKI_SIGNATURE, JPKI_PHONE }, { JPKI_AUTHENTICATION, JPKI_PHONE }, "none" },
		{ "across both", { JPKI_SIGNATURE, JPKI_CARD }, { JPKI_AUTHENTICATION, JPKI_PHONE }, "none" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		expect_text(rows[i].title, linkage_relation_name(linkage_relation(rows[i].a, rows[i].b)),
		    rows[i].relation);
}

/* The table. */

static void
each_answer_counts_for_what_it_says(void **state)
{
	json_t *table = answers_read("linkage_cases.json"), *row;
	size_t i;

	(void)state;
	json_array_foreach(json_object_get(table, "cases"), i, row) {
		const char *title = json_string_value(json_object_get(row, "title"));
		const char *problem = json_string_value(json_object_get(row, "problem"));
		char *json = answer_of(json_object_get(table, "base"), row);
		struct arena a = arena_init(LINKAGE_ARENA);
		struct linkage_answer answer;

		linkage_answer_judge(&a, span_text(json), DAY, SKEW, noon, &answer);
		if (problem && !strstr(answer.text, problem))
			expect_text(title, answer.text, problem);
		expect_true(title, answer.answered == !problem);
		expect_number(title, answer.count,
		    (size_t)json_integer_value(json_object_get(row, "count")));
		expect_true(title, answer.complete == (answer.count == 2));
		arena_release(&a);
		free(json);
	}
	json_decref(table);
}

static void
there_are_so_many_and_no_more(void **state)
{
	struct arena a = arena_init(2 * LINKAGE_ARENA);

	(void)state;
	for (size_t count = LINKED_LARGEST; count <= LINKED_LARGEST + 1; count++) {
		struct buffer b = buffer_init(OPERATOR_ANSWER_LARGEST);
		struct linkage_answer answer;

		buffer_text(&b, "{\"this_update\":\"2026-11-21T23:50:00Z\",\"linked\":[");
		for (size_t i = 0; i < count; i++)
			buffer_print(&b, "%s{\"issuer_key_id\":\"01\",\"serial\":\"%02zx\"}", i ? "," : "", i + 1);
		buffer_text(&b, "]}");
		linkage_answer_judge(&a, buffer_span(&b), DAY, SKEW, noon, &answer);
		expect_number("those there may be", answer.count, count == LINKED_LARGEST ? count : 0);
		expect_true("one more is no answer", answer.answered == (count == LINKED_LARGEST));
		buffer_release(&b);
	}
	arena_release(&a);
}

/* The flow. */

struct heard {
	size_t times, count;
	bool answered, complete;
	char text[192], serial[64];
};

static void
on_heard(void *arg, const struct linkage_answer *answer)
{
	struct heard *h = arg;

	h->times++;
	h->count = answer->count;
	h->answered = answer->answered;
	h->complete = answer->complete;
	snprintf(h->text, sizeof(h->text), "%s", answer->text);
	if (answer->count)
		snprintf(h->serial, sizeof(h->serial), "%02x of %zu", answer->linked[0].serial.data[0],
		    answer->linked[0].serial.size);
}

static const struct jpki_anchor anchor = {
	.certificate.subject_key_id = { (const uint8_t *)"\xd2\x1e\xa5", 3 },
};
static const struct jpki_profile profile = { .purpose = JPKI_SIGNATURE, .medium = JPKI_CARD };
static const struct jpki_certificate certificate = {
	.x509.serial = { (const uint8_t *)"\x06\xbf\x00\x01", 4 }, .issuer = &anchor, .profile = &profile,
};
static const struct linkage_question question = { &certificate, { JPKI_AUTHENTICATION, JPKI_CARD },
	{ SECONDS(NOON) } };

static struct linkage_source *
open_source(const char *token_file)
{
	memset(&post, 0, sizeof(post));
	return linkage_operator_new(&courier, &(struct operator_settings){ .name = "platform",
	    .at = { "https://platform.example/v1/jpki/linkage", token_file, SECONDS(5) }, .oldest = DAY, .skew = SKEW },
	    LINKAGE_BIT(LINKAGE_PURPOSE));
}

static void
a_question_names_the_certificate_and_the_kind_that_is_wanted(void **state)
{
	struct linkage_source *source = open_source(NULL);
	struct heard h = { 0 };
	struct pending *pending = source->ask(source, &question, on_heard, &h);

	(void)state;
	expect_text("to the operator", post.url, "https://platform.example/v1/jpki/linkage");
	expect_text("this and no more", post.body,
	    "{\"issuer_key_id\":\"d21ea5\",\"serial\":\"06bf0001\",\"purpose\":\"signature\",\"medium\":\"card\","
	    "\"wanted\":{\"purpose\":\"authentication\",\"medium\":\"card\"}}");
	expect_true("it has been sent", source->sent(pending));
	post.done(post.arg, OK, 200, span_text("{\"linked\":[{\"issuer_key_id\":\"0a\",\"serial\":\"7f01\"}],"
	    "\"complete\":true,\"this_update\":\"2026-11-21T23:50:00Z\"}"), NULL);
	expect_number("told", h.times, 1);
	expect_true("answered, with all there is", h.answered && h.complete && h.count == 1);
	expect_text("which one", h.serial, "7f of 2");
	source->ask(source, &question, on_heard, &h);
	post.done(post.arg, OK, 503, span_text("later"), NULL);
	expect_text("any other status is no answer", h.text, "the operator answered with HTTP status 503");
	expect_true("and not charged", !h.answered && h.count == 0);
	linkage_source_free(source);
}

static void
without_its_token_nobody_is_asked(void **state)
{
	struct linkage_source *source = open_source("/nowhere/token");
	struct heard h = { 0 };
	struct pending *pending = source->ask(source, &question, on_heard, &h);

	(void)state;
	expect_number("not before returning", h.times, 0);
	expect_true("nothing was sent", !source->sent(pending) && post.count == 0);
	turn_run(&turn);
	expect_number("told", h.times, 1);
	expect_true("why", !h.answered && strstr(h.text, "/nowhere/token") != NULL);
	pending = source->ask(source, &question, on_heard, &h);
	pending_cancel(&pending);
	turn_run(&turn);
	expect_number("who left is not told", h.times, 1);
	linkage_source_free(source);
}

static void
who_leaves_is_not_told(void **state)
{
	struct linkage_source *source = open_source(NULL);
	struct heard h = { 0 };
	struct pending *pending = source->ask(source, &question, on_heard, &h);

	(void)state;
	pending_cancel(&pending);
	expect_number("the courier is told", post.cancelled, 1);
	expect_number("nobody heard anything", h.times, 0);
	linkage_source_free(source);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_act_links_media_and_purposes),
		cmocka_unit_test(each_answer_counts_for_what_it_says),
		cmocka_unit_test(there_are_so_many_and_no_more),
		cmocka_unit_test(a_question_names_the_certificate_and_the_kind_that_is_wanted),
		cmocka_unit_test(without_its_token_nobody_is_asked),
		cmocka_unit_test(who_leaves_is_not_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
