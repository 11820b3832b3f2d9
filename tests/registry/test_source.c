/* tests/registry/test_source.c - sources: what is taken over, and what never is, with the reason and with everything in
 * the registry as it was.
 */
#include "stage.h"

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>

#include "crypto/signed_xml.h"
#include "registry/source.h"

#define MD "urn:oasis:names:tc:SAML:2.0:metadata"
#define ENTITIES 10
#define DAY SECONDS(86400LL)
#define UNTIL "validUntil=\"2026-12-01T00:00:00Z\""

/* What stands in a feed; `broken` says which entity has what in place of its role. */
struct feed {
	const char *until;        /* the root's attribute; NULL: UNTIL */
	unsigned from, to;        /* entities of these numbers */
	unsigned broken;          /* 0: none */
	const char *with;
	const char *name;         /* of the service, in all */
};

static struct {
	struct stage stage;
	struct signing_key key, other;
	struct validator *validator;
	struct fetcher *fetcher;
	struct address_set *loopback;
	struct evhttp *http;
	char url[128], file[160];
	/* What the server answers. */
	int status;
	const char *etag;
	struct span body;
	unsigned requests, conditional;

	struct source_settings settings;
	enum err err;
	struct problem why;
	struct source_report report;
	char refusals[4][512], problem[512];
	bool reported;
} here;

/* Documents */

static void
add_entity(struct buffer *b, const struct feed *f, unsigned n)
{
	buffer_print(b, "<md:EntityDescriptor entityID=\"https://sp%u.example/\">", n);
	if (n == f->broken)
		buffer_text(b, f->with);
	else
		buffer_print(b,
		    "<md:SPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">"
		    "<md:AssertionConsumerService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\""
		    " Location=\"https://sp%u.example/acs\" index=\"1\"/></md:SPSSODescriptor>"
		    "<md:Organization><md:OrganizationName xml:lang=\"en\">%s</md:OrganizationName>"
		    "<md:OrganizationDisplayName xml:lang=\"en\">%s</md:OrganizationDisplayName>"
		    "<md:OrganizationURL xml:lang=\"en\">https://sp%u.example/</md:OrganizationURL></md:Organization>",
		    n, f->name ? f->name : "Name", f->name ? f->name : "Name", n);
	buffer_text(b, "</md:EntityDescriptor>");
}

static const char *
feed_template(const struct feed *f, const char *signature)
{
	struct buffer b = buffer_init(1 * MIB);
	const char *text;

	buffer_print(&b, "<md:EntitiesDescriptor xmlns:md=\"" MD "\" ID=\"_root\" %s>%s", f->until ? f->until : UNTIL,
	    signature);
	for (unsigned n = f->from; n <= f->to; n++)
		add_entity(&b, f, n);
	buffer_text(&b, "</md:EntitiesDescriptor>");
	text = arena_text(&here.stage.arena, buffer_span(&b));
	buffer_release(&b);
	return text;
}

static struct span
signed_feed(const struct feed *f)
{
	return xml_sign(&here.stage.arena, feed_template(f, T_USUAL(XML_EC)), &here.key);
}

static struct span
good_feed(void)
{
	return signed_feed(&(struct feed){ .from = 1, .to = ENTITIES });
}

/* The server */

static void
serve(struct evhttp_request *request, void *arg)
{
	const char *known = evhttp_find_header(evhttp_request_get_input_headers(request), "If-None-Match");
	struct evbuffer *body = evbuffer_new();
	int status = here.status;

	(void)arg;
	here.requests++;
	here.conditional += known != NULL;
	if (here.etag)
		evhttp_add_header(evhttp_request_get_output_headers(request), "ETag", here.etag);
	if (known && here.etag && strcmp(known, here.etag) == 0)
		status = 304;
	else
		evbuffer_add(body, here.body.data, here.body.size);
	evhttp_send_reply(request, status, "said", body);
	evbuffer_free(body);
}

static void
offer(struct span body, const char *etag)
{
	here.status = 200;
	here.body = body;
	here.etag = etag;
}

/* Refreshing */

static void
on_done(void *arg, enum err err, const struct source_report *report, const struct problem *why)
{
	(void)arg;
	here.stage.done = true;
	here.err = err;
	here.reported = report != NULL;
	here.why = err == OK ? (struct problem){ .code = OK } : *why;
	if (!report)
		return;
	here.report = *report;
	snprintf(here.problem, sizeof(here.problem), "%.*s", SPAN_ARGS(report->state.problem));
	for (size_t i = 0; i < report->import.refusal_count && i < COUNT(here.refusals); i++)
		snprintf(here.refusals[i], sizeof(here.refusals[i]), "%.*s: %s",
		    SPAN_ARGS(report->import.refusals[i].entity_id), report->import.refusals[i].why.text);
}

static enum err
refresh_as(const struct source_refresh *how)
{
	struct source_refresh mine = *how;

	mine.source = &here.settings;
	mine.actor = mine.actor ? mine.actor : "steward";
	mine.now = here.stage.now;
	here.stage.done = false;
	source_refresh_start(here.stage.loop, here.stage.store, here.fetcher, here.validator, &mine, on_done, NULL);
	stage_run(&here.stage, 0);
	return here.err;
}

static enum err
refresh(void)
{
	return refresh_as(&(struct source_refresh){ .now = { 0 } });
}

/* The store */

static struct source_state
state(void)
{
	struct stage_look look =
	    stage_load(&here.stage, (struct ask){ .table = &source_table, .from = span_text("feed") });
	struct source_state s = { .code = OK };

	if (look.count)
		expect_true("the state is of our form", source_state_read(look.rows[0].value, &s));
	return s;
}

/* Every row of entities and fragments, with its generation: what was not written has the same. */
static struct span
rows(const struct table *table)
{
	struct stage_look look = stage_load(&here.stage, (struct ask){ .table = table, .limit = 1000 });
	struct buffer b = buffer_init(16 * MIB);
	struct span out;

	for (size_t i = 0; i < look.count; i++) {
		buffer_u64(&b, look.rows[i].generation);
		buffer_block(&b, look.rows[i].key);
		buffer_block(&b, look.rows[i].value);
	}
	out = arena_copy(&here.stage.arena, buffer_span(&b));
	buffer_release(&b);
	return out;
}

static const char *
last_entry(void)
{
	struct stage_look look = stage_load(&here.stage,
	    (struct ask){ .table = &journal_table, .limit = 1, .backwards = true });

	return look.count ? arena_text(&here.stage.arena, look.rows[0].value) : "";
}

static bool
find_entity(unsigned number, struct entity *out)
{
	struct entity_key key =
	    entity_key_of(span_text(arena_print(&here.stage.arena, "https://sp%u.example/", number)));
	struct stage_look look = stage_load(&here.stage, (struct ask){ .table = &entity_table,
		.from = arena_copy(&here.stage.arena, span_of(key.bytes, sizeof(key.bytes))) });

	return look.count && entity_read(look.rows[0].value, out);
}

static bool
find_findings(unsigned number, struct findings *out)
{
	struct entity_key key =
	    entity_key_of(span_text(arena_print(&here.stage.arena, "https://sp%u.example/", number)));
	struct stage_look look = stage_load(&here.stage, (struct ask){ .table = &finding_table,
		.from = arena_copy(&here.stage.arena, span_of(key.bytes, sizeof(key.bytes))) });

	return look.count && findings_read(&here.stage.arena, look.rows[0].value, out);
}

/* The stage */

static int
prepare(void **state_of_test)
{
	static const char *const networks[] = { "127.0.0.1" };
	const struct validation_settings rules = { .schemas = "/usr/share/xml" };
	struct evhttp_bound_socket *bound;
	struct sockaddr_in at;
	socklen_t size = sizeof(at);
	struct problem why;

	(void)state_of_test;
	memset(&here, 0, sizeof(here));
	stage_open(&here.stage, 77);
	here.key = signing_key_new(&here.stage.arena, EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256"));
	here.other = signing_key_new(&here.stage.arena, EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256"));
	if (validator_new(&rules, &here.validator, &why) != OK)
		print_message("without rules: %s\n", why.text);
	expect_ok("a network", address_set_new(networks, COUNT(networks), &here.loopback, &why), &why);
	here.fetcher = fetcher_new(
	    here.stage.loop, &(struct fetcher_settings){ .plain_http = true, .internal = here.loopback, .at_once = 2 });
	here.http = evhttp_new(loop_base(here.stage.loop));
	bound = evhttp_bind_socket_with_handle(here.http, "127.0.0.1", 0);
	assert_non_null(bound);
	evhttp_set_gencb(here.http, serve, NULL);
	assert_int_equal(getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&at, &size), 0);
	snprintf(here.url, sizeof(here.url), "http://127.0.0.1:%u/feed.xml?key=secret", ntohs(at.sin_port));
	snprintf(here.file, sizeof(here.file), "%s/feed.xml", here.stage.directory);
	here.settings = (struct source_settings){ .name = "feed", .url = here.url, .key = here.key.spki,
		.refresh = SECONDS(3600), .max_loss = 20, .longest_validity = 28 * DAY };
	offer(good_feed(), "\"one\"");
	return 0;
}

static int
clean(void **state_of_test)
{
	(void)state_of_test;
	evhttp_free(here.http);
	fetcher_free(here.fetcher);
	address_set_free(here.loopback);
	validator_free(here.validator);
	EVP_PKEY_free(here.key.key);
	EVP_PKEY_free(here.other.key);
	stage_close(&here.stage);
	return 0;
}

static void
a_good_feed_is_taken_over(void **state_of_test)
{
	struct source_state s;
	struct entity e;
	char until[INSTANT_TEXT], next[INSTANT_TEXT];

	(void)state_of_test;
	expect_ok("the first time", refresh(), &here.why);
	expect_number("all are new", here.report.import.added, ENTITIES);
	expect_true("one is there", find_entity(3, &e));
	expect_span("of the source", e.source, "feed");
	expect_span("with its name", e.name_en, "Name");
	expect_text("until the document ends", instant_text(e.valid_until, until), "2026-12-01T00:00:00Z");
	s = state();
	expect_number("the state says that it is good", s.code, OK);
	expect_number("how many there are", s.entities, ENTITIES);
	expect_text("until when", instant_text(s.valid_until, until), "2026-12-01T00:00:00Z");
	expect_text("and when it is next", instant_text(s.next, next), "2026-11-22T13:00:00Z");
	expect_span("and which it was", s.etag, "\"one\"");
	expect_true("the journal has it", strstr(last_entry(), "\"event\":\"source.refreshed\"") &&
	    strstr(last_entry(), "\"actor\":\"steward\",\"added\":10"));
}

/* Must show: each with its reason, and nothing in the registry is another than before. */
static void
what_is_wrong_is_never_taken_over(void **state_of_test)
{
	static const struct {
		const char *title;
		struct feed feed;
		enum { SIGNED, UNSIGNED, BY_ANOTHER, ALTERED, NO_XML } how;
		int status;
		enum err code;
		const char *problem;
		bool held;
	} cases[] = {
		{ "nobody signed it", { .from = 1, .to = ENTITIES }, UNSIGNED, 200, ERR_INVALID,
		    "the document is not signed: its root has no ds:Signature", false },
		{ "somebody else signed it", { .from = 1, .to = ENTITIES }, BY_ANOTHER, 200, ERR_CRYPTO,
		    "the document is signed by another key than the one given (ecdsa-sha256)", false },
		{ "it was altered", { .from = 1, .to = ENTITIES }, ALTERED, 200, ERR_CRYPTO,
		    "the document was changed after it was signed: its digest is not the one that was signed", false },
		{ "it has ended", { .until = "validUntil=\"2026-11-22T12:00:00Z\"", .from = 1, .to = ENTITIES }, SIGNED,
		    200, ERR_INVALID,
		    "the document has ended: expected a validUntil after 2026-11-22T12:01:00Z, found "
		    "2026-11-22T12:00:00Z", false },
		{ "it has no end", { .until = "cacheDuration=\"PT1H\"", .from = 1, .to = ENTITIES }, SIGNED, 200,
		    ERR_INVALID, "the source does not say until when: expected validUntil on the root, found none",
		    false },
		{ "its end is too far away",
		    { .until = "validUntil=\"2027-11-22T00:00:00Z\"", .from = 1, .to = ENTITIES }, SIGNED, 200,
		    ERR_INVALID, "expected a validUntil at most P28D away, found 2027-11-22T00:00:00Z", false },
		{ "its end is no time", { .until = "validUntil=\"soon\"", .from = 1, .to = ENTITIES }, SIGNED, 200,
		    ERR_INVALID, "the root's validUntil is not a time in UTC", false },
		{ "it shrank", { .from = 1, .to = 7 }, SIGNED, 200, ERR_DENIED,
		    "3 of 10 entities are missing; expected at most 20 %, unless an operator accepts the loss", true },
		{ "it is empty", { .from = 2, .to = 1 }, SIGNED, 200, ERR_INVALID,
		    "the document has no EntityDescriptor; expected one, or allow_empty to withdraw all of the "
		    "source's", false },
		{ "it is a page of words", { .from = 1 }, NO_XML, 200, ERR_SYNTAX, NULL, false },
		{ "the server has it no more", { .from = 1, .to = ENTITIES }, SIGNED, 404, ERR_UNAVAILABLE, NULL,
		    false },
	};

	(void)state_of_test;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct span entities, fragments, body;
		struct source_state s;

		offer(good_feed(), "\"one\"");
		expect_ok("a good one first",
		    refresh_as(&(struct source_refresh){ .actor = "uid:1", .asked_for = true, .accept_loss = true }),
		    &here.why);
		entities = rows(&entity_table);
		fragments = rows(&fragment_table);
		here.stage.now.us += SECONDS(60);

		body = cases[i].how == NO_XML  ? span_text("<html><p>Sorry</html>")
		    : cases[i].how == UNSIGNED ? span_text(feed_template(&cases[i].feed, ""))
					       : signed_feed(&cases[i].feed);
		if (cases[i].how == BY_ANOTHER)
			body = xml_sign(&here.stage.arena, feed_template(&cases[i].feed, T_USUAL(XML_EC)), &here.other);
		if (cases[i].how == ALTERED)
			memcpy(memmem((void *)(uintptr_t)body.data, body.size, "Name</", 6), "Mane</", 6);
		offer(body, NULL);
		here.status = cases[i].status;

		expect_number(cases[i].title, refresh(), cases[i].code);
		if (cases[i].problem)
			expect_text(cases[i].title, here.why.text, cases[i].problem);
		expect_true(cases[i].title, span_equal(rows(&entity_table), entities));
		expect_true(cases[i].title, span_equal(rows(&fragment_table), fragments));
		s = state();
		expect_number("the state has the code", s.code, cases[i].code);
		expect_span("and the reason", s.problem, here.why.text);
		expect_true("it says what was held", s.held == cases[i].held);
		expect_true("the last good copy is as it was", s.succeeded.us == here.stage.now.us - SECONDS(60) &&
		    s.attempted.us == here.stage.now.us && s.entities == ENTITIES && span_is(s.etag, "\"one\""));
		expect_true("and it is tried again in a minute", s.next.us == here.stage.now.us + SECONDS(60));
		expect_true("the journal has the reason", strstr(last_entry(), "\"event\":\"source.refused\"") != NULL);
		here.stage.now.us -= SECONDS(60);
	}
}

static void
what_cannot_be_reached_is_tried_again_ever_later(void **state_of_test)
{
	static const int64_t waits[] = { 60, 120, 240, 480, 960, 1920, 3600, 3600 };
	size_t entries;
	struct span entities;

	(void)state_of_test;
	expect_ok("a good one first", refresh(), &here.why);
	entities = rows(&entity_table);
	here.settings.url = "http://127.0.0.1:1/feed.xml?key=secret";
	entries = stage_count(&here.stage, &journal_table);
	for (size_t i = 0; i < COUNT(waits); i++) {
		expect_problem(
		    "nobody answers", refresh(), &here.why, ERR_UNAVAILABLE, "http://127.0.0.1:1/feed.xml: ");
		expect_true("what is behind the question mark is nobody's business", !strstr(here.why.text, "secret"));
		expect_number(
		    "seconds until the next attempt", (state().next.us - here.stage.now.us) / SECONDS(1), waits[i]);
		here.stage.now = state().next;
	}
	expect_true("all is as it was", span_equal(rows(&entity_table), entities));
	expect_number("the journal has it once", stage_count(&here.stage, &journal_table), entries + 1);
	here.settings.url = here.url;
	expect_ok("back again", refresh(), &here.why);
	expect_number("the state says so", state().code, OK);
	expect_span("without a reason", state().problem, "");
	expect_true("the next is in an hour", state().next.us == here.stage.now.us + SECONDS(3600));
}

static void
an_operator_may_accept_a_loss(void **state_of_test)
{
	struct source_state s;

	(void)state_of_test;
	expect_ok("a good one first", refresh(), &here.why);
	offer(signed_feed(&(struct feed){ .from = 1, .to = 5 }), "\"two\"");
	expect_number("half of it is missing", refresh(), ERR_DENIED);
	expect_true("the report says so", here.report.import.shrank && here.report.import.removed == 5);
	expect_number("a dry run says so too",
	    refresh_as(&(struct source_refresh){ .actor = "uid:1", .asked_for = true, .dry_run = true }), ERR_DENIED);
	here.status = 404;
	expect_number("another failure", refresh(), ERR_UNAVAILABLE);
	expect_true("lets nobody forget it", state().held);
	here.status = 200;
	expect_ok("an operator tries it", refresh_as(&(struct source_refresh){ .actor = "uid:1", .asked_for = true,
		.accept_loss = true, .dry_run = true }), &here.why);
	expect_number("nothing is gone by that", stage_count(&here.stage, &entity_table), ENTITIES);
	expect_ok("an operator accepts it",
	    refresh_as(&(struct source_refresh){ .actor = "uid:1", .asked_for = true, .accept_loss = true }),
	    &here.why);
	s = state();
	expect_true("it is no longer held", !s.held && s.code == OK);
	expect_number("the rest is there", s.entities, 5);
	expect_number("in the registry", stage_count(&here.stage, &entity_table), 5);
	expect_true("the journal names the operator", strstr(last_entry(), "\"actor\":\"uid:1\"") &&
	    strstr(last_entry(), "\"removed\":5"));
	expect_ok("and from then on it is that many", refresh(), &here.why);
}

static void
a_loss_that_was_a_mistake_mends_itself(void **state_of_test)
{
	(void)state_of_test;
	expect_ok("a good one first", refresh(), &here.why);
	offer(signed_feed(&(struct feed){ .from = 1, .to = 2 }), "\"two\"");
	expect_number("it shrank", refresh(), ERR_DENIED);
	offer(good_feed(), "\"three\"");
	expect_ok("the next is whole again", refresh(), &here.why);
	expect_true("and nobody needs to look", !state().held && state().code == OK);
	offer(signed_feed(&(struct feed){ .from = 3, .to = ENTITIES }), "\"four\"");
	expect_ok("two of ten are within the share", refresh(), &here.why);
	expect_number("they are gone", here.report.import.removed, 2);
}

/* A broken copy of one entity stops no other, and the last good one stays until it ends. */
static void
a_broken_entity_stays_as_it_was(void **state_of_test)
{
	const struct feed broken = { .until = "validUntil=\"2026-12-05T00:00:00Z\"",
		.from = 1,
		.to = ENTITIES + 1,
		.broken = 4,
		.with = "<md:IDPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">"
			"<md:SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect\""
			" Location=\"https://sp4.example/sso\"/></md:IDPSSODescriptor>" };
	struct entity before, after, other;
	struct findings findings;
	char until[INSTANT_TEXT];

	(void)state_of_test;
	if (!here.validator)
		skip();
	expect_ok("a good one first", refresh(), &here.why);
	expect_true("it is there", find_entity(4, &before));
	here.stage.now.us += SECONDS(60);
	offer(signed_feed(&broken), "\"two\"");
	expect_ok("the others are taken over", refresh(), &here.why);
	expect_number("one is new", here.report.import.added, 1);
	expect_number("the others are as they were", here.report.import.unchanged, ENTITIES - 1);
	expect_number("one is refused", here.report.import.refusal_count, 1);
	expect_true("with the rule and what would be right", strstr(here.refusals[0],
	    "https://sp4.example/: line 2: edugain.idp-key-missing at IDPSSODescriptor[1]: found \"") &&
	    strstr(here.refusals[0], "expected: A KeyDescriptor for signing"));
	expect_true("it is still there", find_entity(4, &after));
	expect_true("as it was", memcmp(before.fragment, after.fragment, 32) == 0 && after.roles == ENTITY_RP);
	expect_text("until its own document ends", instant_text(after.valid_until, until), "2026-12-01T00:00:00Z");
	expect_true("while another goes on", find_entity(5, &other));
	expect_text("with the new one", instant_text(other.valid_until, until), "2026-12-05T00:00:00Z");
	expect_true("which does not make it changed", other.imported.us == here.stage.now.us - SECONDS(60));
	expect_true("what was found is kept", find_findings(4, &findings));
	expect_true(
	    "beside what is published", findings.refused_count > 0 && findings.refused_at.us == here.stage.now.us);
	expect_number(
	    "the findings about that are the entity's", findings.published_count, after.errors + after.warnings);
	expect_number("the state counts it", state().refused, 1);

	offer(good_feed(), "\"three\"");
	expect_ok("mended", refresh(), &here.why);
	expect_true("nothing is refused any more", !find_findings(4, &findings) || findings.refused_count == 0);
}

/* What software cannot read at all is refused without a rule, and is seen on the entity all the same. */
static void
an_unsound_entity_is_noted(void **state_of_test)
{
	struct findings findings;

	(void)state_of_test;
	if (!here.validator)
		skip();
	expect_ok("a good one first", refresh(), &here.why);
	offer(signed_feed(
		  &(struct feed){ .from = 1, .to = ENTITIES, .broken = 4, .with = "<md:Extensions/><md:Extensions/>" }),
	    "\"two\"");
	expect_ok("the others are taken over", refresh(), &here.why);
	expect_number("one is refused", here.report.import.refusal_count, 1);
	expect_true("its findings", find_findings(4, &findings));
	expect_number("have one more", findings.refused_count, 1);
	expect_span("by its rule", findings.refused[0].rule, "metadata.unsound");
	expect_true("with the reason",
	    strstr(here.refusals[0], arena_text(&here.stage.arena, findings.refused[0].found)) != NULL);
}

/* What never came in leaves a note for those who look for it, for some weeks. */
static void
a_refused_newcomer_leaves_a_note_for_a_while(void **state_of_test)
{
	struct findings findings;
	struct entity e;

	(void)state_of_test;
	if (!here.validator)
		skip();
	offer(signed_feed(&(struct feed){ .from = 1, .to = 2, .broken = 2,
	    .with = "<md:RoleDescriptor protocolSupportEnumeration=\"urn:p\"/>" }), "\"one\"");
	expect_ok("the other comes", refresh(), &here.why);
	expect_true("it does not", !find_entity(2, &e));
	expect_true("its findings are there", find_findings(2, &findings));
	expect_number("nothing of it is published", findings.published_count, 0);
	here.stage.now.us += 31 * DAY;
	expect_true("and end", !find_findings(2, &findings));
}

static void
the_same_document_is_not_looked_at_twice(void **state_of_test)
{
	struct span entities;
	size_t entries;

	(void)state_of_test;
	here.status = 304;
	expect_problem("as before, says the server, when there was nothing before", refresh(), &here.why,
	    ERR_UNAVAILABLE, "/feed.xml: expected status 200, found 304");
	here.status = 200;
	expect_ok("the first time", refresh(), &here.why);
	entities = rows(&entity_table);
	entries = stage_count(&here.stage, &journal_table);
	here.stage.now.us += SECONDS(3600);
	expect_ok("304", refresh(), &here.why);
	expect_number("asked by its tag", here.conditional, 1);
	expect_true("the report says so", here.report.unchanged);
	expect_true("the state is younger", state().succeeded.us == here.stage.now.us && state().entities == ENTITIES);
	here.etag = "\"two\"";
	here.stage.now.us += SECONDS(3600);
	expect_ok("200, and the same", refresh(), &here.why);
	expect_true("the report says so", here.report.unchanged);
	expect_span("the tag is the new one", state().etag, "\"two\"");
	expect_true("all is as it was", span_equal(rows(&entity_table), entities));
	expect_number("no news", stage_count(&here.stage, &journal_table), entries);

	expect_ok("an operator's is looked at", refresh_as(&(struct source_refresh){ .actor = "uid:1",
	    .asked_for = true }), &here.why);
	expect_true("the report says so", !here.report.unchanged && here.report.import.unchanged == ENTITIES);
	here.stage.now.us += DAY;
	expect_ok("and once a day", refresh(), &here.why);
	expect_true("the report says so", !here.report.unchanged && here.report.import.unchanged == ENTITIES);
	here.settings.believe_categories = true;
	here.stage.now.us += SECONDS(3600);
	expect_ok("and when it is to be read otherwise", refresh(), &here.why);
	expect_true("the report says so", !here.report.unchanged);

	here.stage.now.us += 8 * DAY;
	expect_ok(
	    "nearly at the end", (here.stage.now.us = state().valid_until.us - SECONDS(7200), refresh()), &here.why);
	here.stage.now = state().valid_until;
	expect_number("the same for ever is not good for ever", refresh(), ERR_INVALID);
	expect_true("with the reason",
	    strstr(here.why.text, "the document has ended: it was valid until 2026-12-01T00:00:00Z") ||
		strstr(here.why.text, "the document has ended: expected a validUntil after 2026-12-01T00:00:00Z"));
	expect_true("its entities are there, and end with it", span_equal(rows(&entity_table), entities));
}

static void
a_file_is_a_source_too(void **state_of_test)
{
	FILE *f;

	(void)state_of_test;
	here.settings.url = NULL;
	here.settings.file = here.file;
	expect_problem(
	    "it is not there yet", refresh(), &here.why, ERR_NOT_FOUND, "feed.xml: No such file or directory");
	f = fopen(here.file, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(here.body.data, 1, here.body.size, f), here.body.size);
	fclose(f);
	expect_ok("it is", refresh(), &here.why);
	expect_number("all are new", here.report.import.added, ENTITIES);
	expect_ok("and the same", refresh(), &here.why);
	expect_true("is not looked at again", here.report.unchanged);
	here.settings.file = here.stage.directory;
	expect_problem("a directory is none", refresh(), &here.why, ERR_INVALID, "expected a regular file");
}

static void
on_put(void *arg, const struct committed *c)
{
	(void)arg;
	expect_number("the row is put", c->code, OK);
}

static void
a_feed_does_not_take_what_is_others(void **state_of_test)
{
	const struct entity theirs = { .entity_id = span_text("https://sp2.example/"), .member = span_text("city"),
		.roles = ENTITY_RP, .registered = here.stage.now };
	const struct member_claim suspended = { .member = span_text("town") };
	struct entity_key key = entity_key_of(theirs.entity_id),
	    claimed = entity_key_of(span_text("https://sp3.example/"));
	struct unit *unit = unit_new(&here.stage.arena, here.stage.store->tables, id_new(here.stage.now));
	struct buffer b = buffer_init(4 * KIB);
	struct entity e;

	(void)state_of_test;
	entity_write(&b, &theirs);
	unit_put(unit, &entity_table, span_of(key.bytes, sizeof(key.bytes)), buffer_span(&b));
	buffer_clear(&b);
	member_claim_write(&b, &suspended);
	unit_put(unit, &member_claim_table, span_of(claimed.bytes, sizeof(claimed.bytes)), buffer_span(&b));
	store_commit(here.stage.store, unit, on_put, NULL);
	buffer_release(&b);
	while (store_memory_step(here.stage.store, here.stage.now))
		turn_run(loop_turn(here.stage.loop));
	stage_import(&here.stage, "file", span_text(feed_template(&(struct feed){ .from = 1, .to = 1 }, "")));
	expect_ok("the rest is taken over", refresh(), &here.why);
	expect_number("three are refused", here.report.import.refusal_count, 3);
	expect_text("one that a source has", here.refusals[0],
	    "https://sp1.example/: line 2: the entity was brought by the source \"file\", not by \"feed\"");
	expect_text("one that a member has", here.refusals[1],
	    "https://sp2.example/: line 2: the entity is in the record of the member \"city\", not for the source "
	    "\"feed\" to bring");
	expect_text("one of a member that is not published now", here.refusals[2],
	    "https://sp3.example/: line 2: the entity belongs to the member \"town\", whether it is published or not; "
	    "it is not for the source \"feed\" to bring");
	expect_true("it is still the member's", find_entity(2, &e) && span_is(e.member, "city"));
	here.stage.now.us += SECONDS(3600);
	here.stage.now = (struct instant){ state().valid_until.us + 1 };
	offer(signed_feed(&(struct feed){ .until = "validUntil=\"2026-12-20T00:00:00Z\"", .from = 1, .to = ENTITIES }),
	    NULL);
	expect_ok("later", refresh(), &here.why);
	expect_true("what the file brought has ended with it", find_entity(1, &e) && span_is(e.source, "feed"));
	expect_number("and is counted", state().entities, ENTITIES - 2);
}

/* Killed after any answer of the store: entities and state change together or not at all. */
static void
a_refresh_that_dies_is_whole_or_absent(void **state_of_test)
{
	bool over = false;

	(void)state_of_test;
	here.settings.url = NULL;
	here.settings.file = here.file;
	for (size_t steps = 1; !over; steps++) {
		struct source_refresh how = { .source = &here.settings, .actor = "steward", .now = here.stage.now };
		struct feed feed = {
			.from = 1, .to = ENTITIES, .name = arena_print(&here.stage.arena, "Name %zu", steps)
		};
		struct span body = signed_feed(&feed);
		struct source_state before = state();
		struct pending *run;
		struct entity e;
		FILE *f = fopen(here.file, "wb");

		assert_true(f && fwrite(body.data, 1, body.size, f) == body.size && !fclose(f));
		here.stage.done = false;
		run = source_refresh_start(here.stage.loop, here.stage.store, here.fetcher, NULL, &how, on_done, NULL);
		over = stage_run(&here.stage, steps);
		if (!over)
			pending_cancel(&run);
		/* What was asked of the store still happens. */
		while (store_memory_step(here.stage.store, here.stage.now))
			turn_run(loop_turn(here.stage.loop));
		expect_true("the state is the new one exactly when the entities are",
		    (find_entity(1, &e) && span_is(e.name_en, feed.name)) ==
		    (memcmp(state().document, before.document, 32) != 0));
	}
}

static void
a_state_is_a_record(void **state_of_test)
{
	const struct source_state s = { .attempted = { 1 },
		.succeeded = { 2 },
		.valid_until = { 3 },
		.next = { 4 },
		.imported = { 5 },
		.entities = 6,
		.refused = 7,
		.document = { 8 },
		.settings = { 9 },
		.etag = span_text("\"e\""),
		.code = ERR_DENIED,
		.problem = span_text("p"),
		.clause = span_text("c"),
		.held = true };
	struct buffer b = buffer_init(1 * KIB);
	struct source_state read;

	(void)state_of_test;
	source_state_write(&b, &s);
	expect_true("it is read again", source_state_read(buffer_span(&b), &read));
	expect_true("as it was",
	    read.attempted.us == 1 && read.succeeded.us == 2 && read.valid_until.us == 3 && read.next.us == 4 &&
		read.imported.us == 5 && read.entities == 6 && read.refused == 7 && read.document[0] == 8 &&
		read.settings[0] == 9 && span_is(read.etag, "\"e\"") && read.code == ERR_DENIED &&
		span_is(read.problem, "p") && span_is(read.clause, "c") && read.held);
	for (size_t cut = 0; cut < buffer_span(&b).size; cut++)
		expect_true("cut short it is none", !source_state_read(span_first(buffer_span(&b), cut), &read));
	buffer_release(&b);
}

static void
shares_are_counted_exactly(void **state_of_test)
{
	static const struct { uint32_t before, kept; unsigned max_loss; bool shrank;
	} cases[] = {
		{ 0, 0, 10, false },
		{ 10, 10, 10, false },
		{ 10, 9, 10, false },
		{ 10, 8, 10, true },
		{ 1, 0, 99, true },
		{ 1, 0, 100, false },
		{ 10, 0, 0, false },
		{ 1000000, 899999, 10, true },
		{ 4000000000, 3600000000, 10, false },
	};

	(void)state_of_test;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_true(arena_print(&here.stage.arena, "%u of %u at %u %%", cases[i].kept, cases[i].before,
				cases[i].max_loss),
		    source_shrank(cases[i].before, cases[i].kept, cases[i].max_loss) == cases[i].shrank);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_good_feed_is_taken_over, prepare, clean),
		cmocka_unit_test_setup_teardown(what_is_wrong_is_never_taken_over, prepare, clean),
		cmocka_unit_test_setup_teardown(what_cannot_be_reached_is_tried_again_ever_later, prepare, clean),
		cmocka_unit_test_setup_teardown(an_operator_may_accept_a_loss, prepare, clean),
		cmocka_unit_test_setup_teardown(a_loss_that_was_a_mistake_mends_itself, prepare, clean),
		cmocka_unit_test_setup_teardown(a_broken_entity_stays_as_it_was, prepare, clean),
		cmocka_unit_test_setup_teardown(an_unsound_entity_is_noted, prepare, clean),
		cmocka_unit_test_setup_teardown(a_refused_newcomer_leaves_a_note_for_a_while, prepare, clean),
		cmocka_unit_test_setup_teardown(the_same_document_is_not_looked_at_twice, prepare, clean),
		cmocka_unit_test_setup_teardown(a_file_is_a_source_too, prepare, clean),
		cmocka_unit_test_setup_teardown(a_feed_does_not_take_what_is_others, prepare, clean),
		cmocka_unit_test_setup_teardown(a_refresh_that_dies_is_whole_or_absent, prepare, clean),
		cmocka_unit_test_setup_teardown(a_state_is_a_record, prepare, clean),
		cmocka_unit_test_setup_teardown(shares_are_counted_exactly, prepare, clean),
	};

	return cmocka_run_group_tests_name("source", tests, NULL, stage_clean);
}
