/* tests/front/test_control.c - an operator's requests over a real socket; the store answers late and out of order. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "expect.h"

#include "assurance/policy_text.h"
#include "base/buffer.h"
#include "codec/text.h"
#include "front/control/control.h"
#include "http/server.h"
#include "ledger/entry.h"
#include "net/address.h"
#include "registry/document.h"
#include "signer/rollover.h"
#include "store/memory.h"
#include "transaction/erasure.h"
#include "transaction/caller_proposal.h"

#define DAY SECONDS(24 * 60 * 60)
#define PLACES 8
#define STRANGER 65534
#define ROUNDS 200000 /* of the loop, before a test gives up */

#define SECOND 65533 /* an operator beside us */

static const struct table *const tables[] = { &entity_table, &fragment_table, &journal_table, &document_table,
	&publication_table, &key_table, &member_table, &member_event_table, &member_claim_table, &finding_table,
	&source_table, &caller_proposal_table, &policy_table, &dictionary_table, &policy_change_table,
	&ledger_leaf_table, &ledger_entry_table,
	&erasure_agreement_table, NULL };

struct stage {
	char home[64], socket[96], keys[96];
	struct loop *loop;
	struct store *store;
	struct control *control;
	struct validator *validator;
	struct fetcher *fetcher;
	struct sources *sources;
	struct router *router;
	struct http_server *server;
	int fd;
	bool strangers; /* whoever connects counts as one */
	/* What the steward would have been asked. */
	int published, published_all, reloaded;
	struct publishing {
		struct pending pending;
		struct later later;
		on_published *done;
		void *asker;
	} publishing;
};

static void
on_publish(void *arg)
{
	static const struct publish_report report = { .generation = 7, .signed_documents = 3, .us = 12000 };
	struct stage *s = arg;

	s->publishing.done(s->publishing.asker, OK, &report, NULL);
}

static void
cancel_publish(struct pending *p)
{
	(void)p;
}

static struct pending *
publish(void *arg, bool all, on_published *done, void *asker)
{
	struct stage *s = arg;

	s->published++;
	s->published_all += all;
	s->publishing = (struct publishing){ .pending = { cancel_publish }, .later = { on_publish, s, NULL, false },
		.done = done, .asker = asker };
	turn_later(loop_turn(s->loop), &s->publishing.later);
	return &s->publishing.pending;
}

static void
reload(void *arg)
{
	((struct stage *)arg)->reloaded++;
}

static void
status(void *arg, struct buffer *json)
{
	(void)arg;
	buffer_text(json, "\"processes\":[],\"store\":{}");
}

static bool
admit(void *arg, const struct address *peer, int uid, struct problem *why)
{
	const struct stage *s = arg;

	return control_admit(s->control, peer, s->strangers ? STRANGER : uid, why);
}

static void
stage_open_as(struct stage *s, uint64_t seed, unsigned approvals, bool named)
{
	const unsigned operators[] = { SECOND, named ? geteuid() : SECOND };
	const struct validation_settings validation = { .schemas = "/usr/share/xml" };
	const struct fetcher_settings fetching = { .at_once = 1 };
	struct http_settings http = { .limits = http_limits_default, .admit = admit, .admit_arg = s };
	struct control_settings settings = { .document_life = 14 * DAY, .approvals = approvals, .operators = operators,
		.operator_count = COUNT(operators), .registration_authority = "https://authority.example/" };
	struct control_actions actions = { publish, reload, status, s };
	char where[128];
	struct problem why;

	http.limits.connections = PLACES;
	memset(s, 0, sizeof(*s));
	snprintf(s->home, sizeof(s->home), "/tmp/watashi-control-XXXXXX");
	assert_non_null(mkdtemp(s->home));
	assert_int_equal(chmod(s->home, 0755), 0);
	snprintf(s->keys, sizeof(s->keys), "%s/keys", s->home);
	assert_int_equal(mkdir(s->keys, 0755), 0);
	snprintf(s->socket, sizeof(s->socket), "%s/control", s->home);
	snprintf(where, sizeof(where), "unix:%s", s->socket);
	settings.keys = s->keys;
	s->loop = loop_new();
	s->store = store_memory_new(tables, ROLE_STEWARD, seed);
	expect_ok("the rules and schemas are there", validator_new(&validation, &s->validator, &why), &why);
	s->fetcher = fetcher_new(s->loop, &fetching);
	s->sources = sources_new(s->loop, s->store, s->fetcher, s->validator, NULL, 0);
	settings.validator = s->validator;
	settings.sources = s->sources;
	s->control = control_new(s->loop, s->store, &settings, &actions);
	s->router = router_new(&(struct mount){ control_routes, s->control }, 1);
	s->server = http_server_new(s->loop, &http);
	expect_ok("a control socket is opened", listen_on(where, &s->fd, &why), &why);
	assert_int_equal(chmod(s->socket, 0666), 0);
	http_server_listen(s->server, s->fd, s->router, NULL);
}

static void
stage_open(struct stage *s, uint64_t seed, unsigned approvals)
{
	stage_open_as(s, seed, approvals, true);
}

static void
stage_new(struct stage *s, uint64_t seed)
{
	stage_open(s, seed, 1);
}

static void
stage_free(struct stage *s)
{
	char command[128];

	http_server_free(s->server);
	router_free(s->router);
	control_free(s->control);
	sources_free(s->sources);
	fetcher_free(s->fetcher);
	validator_free(s->validator);
	store_free(s->store);
	loop_free(s->loop);
	close(s->fd);
	snprintf(command, sizeof(command), "rm -r %s", s->home);
	assert_int_equal(system(command), 0);
}

static void
make_key(struct stage *s, const char *name)
{
	const struct new_key key = { .name = name, .common_name = "Test", .use = USE_METADATA, .type = KEY_P256,
		.now = clock_now(), .valid_for = 100 * DAY };
	struct problem why;

	expect_ok("a key is made", key_descriptor_new(s->keys, &key, &why), &why);
}

static int
connected(const char *path, int flags)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | flags, 0);

	snprintf(to.sun_path, sizeof(to.sun_path), "%s", path);
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0)
		return -1;
	return fd;
}

struct wanted {
	const char *method, *path, *type, *body;
};

static void
request_write(struct buffer *b, const struct wanted *w)
{
	buffer_print(b, "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n", w->method, w->path);
	if (w->body)
		buffer_print(b, "Content-Type: %s\r\nContent-Length: %zu\r\n", w->type, strlen(w->body));
	buffer_print(b, "\r\n%s", w->body ? w->body : "");
}

/* Asks, lets loop and store work until the peer closes, and returns the status; the answer stands in `answer`. */
static int
asked(struct stage *s, const struct wanted *w, struct buffer *answer)
{
	struct buffer b = buffer_init(64 * KIB);
	int fd = connected(s->socket, SOCK_NONBLOCK);
	int status = 0;

	assert_true(fd >= 0);
	request_write(&b, w);
	assert_int_equal(write(fd, buffer_span(&b).data, buffer_span(&b).size), buffer_span(&b).size);
	buffer_clear(answer);
	for (int round = 0; round < ROUNDS; round++) {
		char bytes[4096];
		ssize_t n = read(fd, bytes, sizeof(bytes));

		if (n == 0)
			break;
		if (n > 0)
			buffer_add(answer, span_of(bytes, (size_t)n));
		loop_step(s->loop, 0);
		store_memory_step(s->store, clock_now());
	}
	close(fd);
	buffer_release(&b);
	buffer_byte(answer, '\0');
	sscanf((const char *)buffer_span(answer).data, "HTTP/1.1 %d", &status);
	return status;
}

static void
expect_answer(struct stage *s, const char *title, const struct wanted *w, int status, const char *part)
{
	struct buffer answer = buffer_init(1 * MIB);
	int found = asked(s, w, &answer);
	const char *text = (const char *)buffer_span(&answer).data;

	if (found != status || !strstr(text, part)) {
		print_error("  found    %s\n  expected %d … %s\n", text, status, part);
		expect_fail(__FILE__, __LINE__, title);
	}
	buffer_release(&answer);
}

static const char json[] = "application/json", xml[] = "application/samlmetadata+xml";
#define EMPTY "<EntitiesDescriptor xmlns='urn:oasis:names:tc:SAML:2.0:metadata'/>"

#define SUBJECT_WITH(member, more) "{\"subject\":{\"type\":\"user\",\"id\":\"alice\"," member "}" more "}"
#define SUBJECT(more) "{\"subject\":{\"type\":\"user\",\"id\":\"alice\"}" more "}"

static void
requests_are_read_strictly(void **state)
{
	static const struct {
		const char *title;
		struct wanted wanted;
		int status;
		const char *part;
	} cases[] = {
		{ "a new federation has published nothing and has no keys", { "GET", "/v1/control/status", NULL, NULL },
		    200, "{\"publication\":null,\"keys\":[],\"members\":{\"waiting\":[],\"applied\":0,\"approved\":0,"
		    "\"suspended\":0,\"withdrawn\":0},\"sources\":[],\"callers\":{\"waiting\":[]},"
		    "\"policies\":{\"waiting\":[],\"published\":0,\"rejected\":null},\"processes\":[],\"store\":{}}" },
		{ "there are no members", { "GET", "/v1/control/members", NULL, NULL }, 200,
		    "{\"members\":[],\"more\":false}" },
		{ "a standing must be one", { "GET", "/v1/control/members?standing=good", NULL, NULL }, 400,
		    "standing: expected applied, approved, suspended or withdrawn, found \\\"good\\\"" },
		{ "a member that is not there is not found", { "GET", "/v1/control/members/nobody", NULL, NULL }, 404,
		    "there is no member \\\"nobody\\\"" },
		{ "a member's id is one", { "GET", "/v1/control/members/No%20body", NULL, NULL }, 400,
		    "a member's id is 2 to 64" },
		{ "changes must be named", { "POST", "/v1/control/members", json, "{}" }, 400,
		    "/changes: expected at least one, found none" },
		{ "a change is an object", { "POST", "/v1/control/members", json, "{\"changes\":[1]}" }, 400,
		    "/changes/0: expected an object, found a number" },
		{ "its action must be known", { "POST", "/v1/control/members", json,
		    "{\"changes\":[{\"action\":\"praise\"}]}" }, 400,
		    "/changes/0/action: expected apply, change, approve" },
		{ "its action must be there", { "POST", "/v1/control/members", json,
		    "{\"changes\":[{\"id\":\"ab\"}]}" }, 400, "/changes/0/action: expected one, found none" },
		{ "applying takes a record", { "POST", "/v1/control/members", json,
		    "{\"changes\":[{\"action\":\"apply\"}]}" }, 400,
		    "/changes/0/record: expected one to apply, found none" },
		{ "approving takes none", { "POST", "/v1/control/members", json,
		    "{\"changes\":[{\"action\":\"approve\",\"id\":\"ab\",\"record\":{}}]}" }, 400,
		    "/changes/0/record: expected none to approve, found one" },
		{ "approving takes an id", { "POST", "/v1/control/members", json,
		    "{\"changes\":[{\"action\":\"approve\"}]}" }, 400,
		    "/changes/0/id: expected one to approve, found none" },
		{ "a record is an object", { "POST", "/v1/control/members", json,
		    "{\"changes\":[{\"action\":\"apply\",\"record\":\"x\"}]}" }, 400,
		    "/changes/0/record: expected an object" },
		{ "a change has no further members", { "POST", "/v1/control/members", json,
		    "{\"changes\":[{\"action\":\"confirm\",\"id\":\"ab\",\"who\":1}]}" }, 400,
		    "no member but action, id, record and proposal" },
		{ "only an approval names what was looked at", { "POST", "/v1/control/members", json,
		    "{\"changes\":[{\"action\":\"confirm\",\"id\":\"ab\",\"proposal\":\"sha256:0\"}]}" }, 400,
		    "/changes/0/proposal: expected none to confirm, found one" },
		{ "nor has the request", { "POST", "/v1/control/members", json, "{\"changes\":[],\"who\":1}" }, 400,
		    "/who" },
		{ "nothing was found yet", { "GET", "/v1/control/findings", NULL, NULL }, 200,
		    "{\"published\":[],\"refused\":[],\"counts\":[]}" },
		{ "a finding's level must be one", { "GET", "/v1/control/findings?level=bad", NULL, NULL }, 400,
		    "level: expected warning or error, found \\\"bad\\\"" },
		{ "there are no sources", { "GET", "/v1/control/sources", NULL, NULL }, 200, "{\"sources\":[]}" },
		{ "a source nobody configured is not found", { "POST", "/v1/control/sources/nowhere", json, "{}" }, 404,
		    "nowhere" },
		{ "a source's name is one", { "POST", "/v1/control/sources/No", json, "{}" }, 400,
		    "a source's name is 1 to 64" },
		{ "a refresh has no further wishes", { "POST", "/v1/control/sources/nowhere", json,
		    "{\"force\":true}" }, 400, "/force" },
		{ "there are no policies", { "GET", "/v1/control/policies", NULL, NULL }, 200,
		    "{\"policies\":[],\"rejected\":null}" },
		{ "a search says for whom", { "POST", "/v1/control/erasures/search", json, "{}" }, 400,
		    "/subject: expected one with type and id, found none" },
		{ "by type and id", { "POST", "/v1/control/erasures/search", json, "{\"subject\":{\"id\":\"a\"}}" },
		    400, "/subject: expected one with type and id, found none" },
		{ "and nothing else", { "POST", "/v1/control/erasures/search", json, SUBJECT_WITH("\"name\":\"b\"",
		    "") }, 400, "/subject/name" },
		{ "it goes on from an ID", { "POST", "/v1/control/erasures/search", json, SUBJECT(",\"from\":\"0\"") },
		    400, "/from: expected an entry's ID" },
		{ "in an empty ledger nobody is found", { "POST", "/v1/control/erasures/search", json, SUBJECT("") },
		    200, "{\"searched\":0,\"size\":0,\"found\":[],\"next\":null}" },
		{ "a search has no reason", { "POST", "/v1/control/erasures/search", json,
		    SUBJECT(",\"reason\":\"x\"") }, 400, "/reason" },
		{ "erasing has one", { "POST", "/v1/control/erasures", json, SUBJECT("") }, 400,
		    "/reason: expected 1 to 1000 bytes, found 0" },
		{ "that names nobody", { "POST", "/v1/control/erasures", json, SUBJECT(",\"reason\":\"for alice\"") },
		    400, "found the subject's ID" },
		{ "and says what", { "POST", "/v1/control/erasures", json, SUBJECT(",\"reason\":\"asked for\"") }, 400,
		    "/entries: expected at least one, found none" },
		{ "by IDs", { "POST", "/v1/control/erasures", json,
		    SUBJECT(",\"reason\":\"asked for\",\"entries\":[\"AB\"]") }, 400,
		    "/entries/0: expected an entry's ID, 32 hexadecimal digits" },
		{ "each once, for how many there were is told for ever", { "POST", "/v1/control/erasures", json,
		    SUBJECT(",\"reason\":\"asked for\",\"entries\":[\"00000000000000000000000000000001\","
			"\"00000000000000000000000000000002\",\"00000000000000000000000000000001\"]") }, 400,
		    "/entries: expected each entry once, found 00000000000000000000000000000001 twice" },
		{ "that are the subject's", { "POST", "/v1/control/erasures", json,
		    SUBJECT(",\"reason\":\"asked for\",\"entries\":[\"00000000000000000000000000000001\"]") }, 400,
		    "/entries/0: expected a decision about that subject" },
		{ "a version has files", { "POST", "/v1/control/policies", json, "{}" }, 400,
		    "/files: expected the files of a version" },
		{ "each has the name of a file", { "POST", "/v1/control/policies", json,
		    "{\"files\":{\"../x\":\"\"}}" }, 400, "under the name of a file (a-z 0-9 - . _ + and /), found "
		    "another name" },
		{ "and is a text", { "POST", "/v1/control/policies", json, "{\"files\":{\"levels.json\":{}}}" }, 400,
		    "/files/levels.json: expected a" },
		{ "once", { "POST", "/v1/control/policies", json, "{\"files\":{\"a\":\"b\",\"a\":\"b\"}}" }, 400,
		    "/files" },
		{ "nothing else goes with it", { "POST", "/v1/control/policies", json,
		    "{\"files\":{\"a\":\"b\"},\"force\":1}" }, 400, "/force" },
		{ "what is wrong with them is said by the name they came under", { "POST", "/v1/control/policies", json,
		    "{\"label\":\"mine\",\"files\":{\"a.json\":\"{}\"},\"facts\":\"{}\"}" }, 400,
		    "facts.json: /facts" },
		{ "a version is named by framework and version", { "GET", "/v1/control/policies/small", NULL, NULL },
		    400, "expected a version as FRAMEWORK@VERSION, found \\\"small\\\"" },
		{ "one that is not there is not found", { "GET", "/v1/control/policies/small@1.0", NULL, NULL }, 404,
		    "there is no version 1.0 of small, published or proposed" },
		{ "nor approved", { "POST", "/v1/control/policies/small@1.0", json, "{\"action\":\"approve\"}" }, 404,
		    "there is no version 1.0 of small, published or proposed" },
		{ "a step must be named", { "POST", "/v1/control/policies/small@1.0", json, "{}" }, 400,
		    "/action: expected approve or withdraw-proposal" },
		{ "a step must be known", { "POST", "/v1/control/policies/small@1.0", json,
		    "{\"action\":\"propose\"}" }, 400, "/action: expected approve or withdraw-proposal" },
		{ "an import names its source", { "POST", "/v1/control/import", xml, "<a/>" }, 400,
		    "source: expected a name" },
		{ "a source is not empty", { "POST", "/v1/control/import?source=", xml, "<a/>" }, 400,
		    "found 0 bytes" },
		{ "a source has no control characters", { "POST", "/v1/control/import?source=a%0ab", xml, "<a/>" }, 400,
		    "found one at byte 1" },
		{ "a broken escape is refused", { "POST", "/v1/control/import?source=%zz", xml, "<a/>" }, 400,
		    "is not percent-encoded" },
		{ "a parameter stands once", { "POST", "/v1/control/import?source=a&source=b", xml, "<a/>" }, 400,
		    "\\\"source\\\" stands twice" },
		{ "a parameter nobody knows is refused", { "POST", "/v1/control/import?source=a&force=true", xml,
		    "<a/>" }, 400, "\\\"force\\\"" },
		{ "a flag is true or false", { "POST", "/v1/control/import?source=a&dry_run=maybe", xml, "<a/>" }, 400,
		    "dry_run: expected true or false, found \\\"maybe\\\"" },
		{ "a file without entities is refused",
		    { "POST", "/v1/control/import?source=a&allow_empty=false", xml, EMPTY }, 400,
		    "has no EntityDescriptor" },
		{ "unless it is meant so", { "POST", "/v1/control/import?source=a&allow_empty=true", xml, EMPTY }, 200,
		    "\"removed\":0" },
		{ "an import takes XML only", { "POST", "/v1/control/import?source=a", json, "{}" }, 415, "" },
		{ "what is no metadata is refused", { "POST", "/v1/control/import?source=a", xml, "<a/>" }, 400,
		    "EntityDescriptor" },
		{ "publishing takes no other parameter", { "POST", "/v1/control/publish?any=true", NULL, NULL }, 400,
		    "\\\"any\\\"" },
		{ "an action must be named", { "POST", "/v1/control/keys/a", json, "{}" }, 400,
		    "/action: expected adopt" },
		{ "an action must be known", { "POST", "/v1/control/keys/a", json, "{\"action\":\"dance\"}" }, 400,
		    "dance" },
		{ "force is a boolean", { "POST", "/v1/control/keys/a", json, "{\"action\":\"adopt\",\"force\":1}" },
		    400, "/force" },
		{ "an unknown member is refused", { "POST", "/v1/control/keys/a", json,
		    "{\"action\":\"adopt\",\"x\":1}" }, 400, "x" },
		{ "a key that has no descriptor is not adopted", { "POST", "/v1/control/keys/none", json,
		    "{\"action\":\"adopt\"}" }, 404, "none" },
		{ "a key's name has no slash", { "POST", "/v1/control/keys/..%2Fa", json, "{\"action\":\"adopt\"}" },
		    400, "" },
		{ "nor a zero, whatever is in front of it", { "POST", "/v1/control/keys/none%00x", json,
		    "{\"action\":\"adopt\"}" }, 400, "a key's name is 1 to 64 of a-z 0-9 -" },
		{ "nor more than 64 bytes",
		    { "POST", "/v1/control/keys/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		    "aaaaaaaaa", json, "{\"action\":\"adopt\"}" }, 400, "a key's name is 1 to 64 of a-z 0-9 -" },
		{ "a key nobody adopted is not announced", { "POST", "/v1/control/keys/none", json,
		    "{\"action\":\"announce\"}" }, 404, "adopt it first" },
	};
	struct stage s;

	(void)state;
	stage_new(&s, 1);
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_answer(&s, cases[i].title, &cases[i].wanted, cases[i].status, cases[i].part);
	expect_number("nothing of that reached the steward", s.published + s.reloaded, 0);
	stage_free(&s);
}

static void
a_key_goes_through_its_life(void **state)
{
	static const struct {
		const char *title, *name, *action, *force;
		int status;
		const char *part;
	} steps[] = {
		{ "the first key is adopted", "one", "adopt", "false", 200, "\"state\":\"created\"" },
		{ "but once", "one", "adopt", "false", 409, "known already" },
		{ "nobody relies on another, so it may sign at once", "one", "activate", "false", 200,
		    "\"state\":\"active\"" },
		{ "the second key is adopted", "two", "adopt", "false", 200, "\"name\":\"two\"" },
		{ "it is not activated unannounced", "two", "activate", "true", 409, "announce it first" },
		{ "it is announced", "two", "announce", "false", 200, "\"state\":\"announced\"" },
		{ "it waits until everybody has seen it", "two", "activate", "false", 409, "may be activated from" },
		{ "force does not wait", "two", "activate", "true", 200, "\"state\":\"retiring\"" },
		{ "the first waits for its signatures to expire", "one", "retire", "false", 409,
		    "may be retired from" },
		{ "the active one is not retired, not even by force", "two", "retire", "true", 409,
		    "activate its successor" },
	};
	static const struct wanted list = { "GET", "/v1/control/keys", NULL, NULL };
	struct stage s;

	(void)state;
	stage_new(&s, 2);
	make_key(&s, "one");
	make_key(&s, "two");
	for (size_t i = 0; i < COUNT(steps); i++) {
		char path[64], body[64];

		snprintf(path, sizeof(path), "/v1/control/keys/%s", steps[i].name);
		snprintf(body, sizeof(body), "{\"action\":\"%s\",\"force\":%s}", steps[i].action, steps[i].force);
		expect_answer(&s, steps[i].title, &(struct wanted){ "POST", path, json, body }, steps[i].status,
		    steps[i].part);
	}
	expect_answer(&s, "the list shows the first key retiring", &list, 200,
	    "{\"keys\":[{\"name\":\"one\",\"use\":\"metadata\",\"state\":\"retiring\"");
	expect_answer(&s, "and the second active", &list, 200, "{\"name\":\"two\",\"use\":\"metadata\","
	    "\"state\":\"active\"");
	stage_free(&s);
}

/* {"files":{…},"facts":…} of the small framework; `step` "": its steps.json as it is written there. */
static const char *
version_body(struct arena *a, const char *more, const char *steps)
{
	struct policy_file items[COUNT(policy_text_files)];
	struct policy_files files = { .label = "small", .items = items, .count = COUNT(items) };
	const struct dictionary *dictionary;
	struct buffer b = buffer_init(1 * MIB);
	const char *text;
	struct span manifest;
	struct problem why;

	expect_ok("the facts", dictionary_read(a, "facts.json", span_text(policy_text_facts_file), &dictionary, &why),
	    &why);
	for (size_t i = 0; i < files.count; i++)
		items[i] = (struct policy_file){ policy_text_files[i].name, span_text(policy_text_files[i].text) };
	expect_ok("the manifest", framework_manifest(a, &files, dictionary, &manifest, &why), &why);
	buffer_print(&b, "{%s\"files\":{", more);
	for (size_t i = 0; i < files.count; i++) {
		struct span file = items[i].text;

		if (strcmp(items[i].name, "manifest.json") == 0)
			file = manifest;
		else if (steps[0] && strcmp(items[i].name, "steps.json") == 0)
			file = span_text(steps);
		buffer_print(&b, "%s\"%s\":", i ? "," : "", items[i].name);
		json_write_string(&b, file);
	}
	buffer_text(&b, "},\"facts\":");
	json_write_string(&b, span_text(policy_text_facts_file));
	buffer_text(&b, "}");
	text = arena_text(a, buffer_span(&b));
	buffer_release(&b);
	return text;
}

static void
a_version_is_proposed_looked_at_and_taken_back(void **state)
{
	static const struct wanted list = { "GET", "/v1/control/policies", NULL, NULL };
	static const struct wanted files = { "GET", "/v1/control/policies/small%401.0", NULL, NULL };
	static const struct wanted status_of_all = { "GET", "/v1/control/status", NULL, NULL };
	static const struct { const char *title, *body; int status; const char *part; } steps[] = {
		{ "who proposed it cannot be the second", "{\"action\":\"approve\",\"proposal\":\"sha256:0\"}", 409,
		    "another one now" },
		{ "taking it back can be tried", "{\"action\":\"withdraw-proposal\",\"dry_run\":true}", 200,
		    "\"outcome\":\"withdrawn\",\"dry_run\":true" },
		{ "and done", "{\"action\":\"withdraw-proposal\"}", 200,
		    "\"outcome\":\"withdrawn\",\"dry_run\":false" },
		{ "once", "{\"action\":\"withdraw-proposal\"}", 404, "no version 1.0 of small" },
	};
	struct arena a = arena_init(64 * MIB);
	struct stage s;

	(void)state;
	stage_open(&s, 5, 2);
	expect_answer(&s, "a dry run says that it would wait",
	    &(struct wanted){ "POST", "/v1/control/policies", json, version_body(&a, "\"dry_run\":true,", "") }, 200,
	    "{\"framework\":\"small\",\"version\":\"1.0\",\"outcome\":\"proposed\",\"dry_run\":true,"
	    "\"valid_from\":\"2026-12-01T00:00:00Z\"");
	expect_answer(&s, "and changes nothing", &list, 200, "{\"policies\":[]");
	expect_answer(&s, "what was not sealed so is told by its file", &(struct wanted){ "POST",
	    "/v1/control/policies", json, version_body(&a, "\"label\":\"mine\",", "{\"steps\":[]}") }, 400,
	    "mine/manifest.json: /files/steps.json: expected sha256:");
	expect_answer(&s, "a version waits for a second operator",
	    &(struct wanted){ "POST", "/v1/control/policies", json, version_body(&a, "", "") }, 200,
	    "\"approvals\":{\"had\":1,\"needed\":2},\"waits\":true}");
	expect_answer(&s, "the same again changes nothing, and waits on",
	    &(struct wanted){ "POST", "/v1/control/policies", json, version_body(&a, "", "") }, 200,
	    "\"approvals\":{\"had\":1,\"needed\":2},\"waits\":true}");
	expect_answer(&s, "it is listed", &list, 200, "{\"framework\":\"small\",\"version\":\"1.0\","
	    "\"state\":\"proposed\",\"title\":{\"ja\":\"small（日）\"");
	expect_answer(&s, "with who has agreed", &list, 200, "\"approvers\":[\"uid:");
	expect_answer(&s, "status says that it waits", &status_of_all, 200,
	    "\"policies\":{\"waiting\":[{\"framework\":\"small\",\"version\":\"1.0\"}],\"published\":0");
	expect_answer(&s, "its files can be read", &files, 200, "\"files\":{\"criteria/person.json\":\"{\\\"area\\\"");
	expect_answer(&s, "and the dictionary it brings", &files, 200, "\"facts\":\"{\\\"facts\\\"");
	for (size_t i = 0; i < COUNT(steps); i++)
		expect_answer(&s, steps[i].title, &(struct wanted){ "POST", "/v1/control/policies/small@1.0", json,
		    steps[i].body }, steps[i].status, steps[i].part);
	stage_free(&s);
	arena_release(&a);
}

static void
on_entries_put(void *arg, const struct committed *c)
{
	expect_number("entries are put", c->code, OK);
	*(bool *)arg = true;
}

#define ENTRIES 5000

/* Every thousandth is about her. */
static void
put_entries(struct stage *s)
{
	struct arena a = arena_init(64 * MIB);
	struct unit *unit = unit_new(&a, tables, id_new(clock_now()));
	bool done = false;

	for (unsigned i = 0; i < ENTRIES; i++) {
		struct ledger_entry entry = { .kind = LEDGER_DECISION, .party = span_text("records") };
		struct id id = { { 1, (uint8_t)(i >> 8), (uint8_t)i } };

		entry.content = span_text(arena_print(&a, "{\"subject\":{\"id\":\"%s\",\"type\":\"user\"}}",
		    i % 1000 == 607 ? "alice" : "bob"));
		ledger_append(unit, id, &entry);
	}
	store_commit(s->store, unit, on_entries_put, &done);
	while (!done)
		store_memory_step(s->store, clock_now());
	arena_release(&a);
}

#define ALICES "\"01025f00000000000000000000000000\",\"01064700000000000000000000000000\""
#define REST "\"0111ff00000000000000000000000000\""

static void
a_person_is_looked_for_part_by_part_and_erased(void **state)
{
	static const struct wanted erase = { "POST", "/v1/control/erasures", json,
		SUBJECT(",\"reason\":\"asked for\",\"entries\":[" ALICES "," REST "]") };
	struct stage s;

	(void)state;
	stage_open(&s, 19, 1);
	put_entries(&s);
	expect_answer(&s, "a part of the ledger is looked at", &(struct wanted){ "POST", "/v1/control/erasures/search",
	    json,
	    SUBJECT("") }, 200, "{\"searched\":4096,\"size\":5000,\"found\":[" ALICES ",");
	expect_answer(&s, "and where to go on is told", &(struct wanted){ "POST", "/v1/control/erasures/search", json,
	    SUBJECT("") }, 200, "\"next\":\"010fff00000000000000000000000001\"}");
	expect_answer(&s, "to the end", &(struct wanted){ "POST", "/v1/control/erasures/search", json,
	    SUBJECT(",\"from\":\"010fff00000000000000000000000001\"") }, 200,
	    "{\"searched\":904,\"size\":5000,\"found\":[" REST "],\"next\":null}");
	expect_answer(&s, "they are erased", &erase, 200,
	    "{\"outcome\":\"erased\",\"erased\":3,\"gone\":0,\"approvals\":{\"had\":1,\"needed\":1},\"entry\":\"");
	expect_answer(&s, "once", &erase, 200, "{\"outcome\":\"erased\",\"erased\":0,\"gone\":3,");
	expect_answer(&s, "the others are left", &(struct wanted){ "POST", "/v1/control/erasures/search", json,
	    SUBJECT("") }, 200, "{\"searched\":4096,\"size\":5001,\"found\":[\"010a2f");
	stage_free(&s);

	stage_open(&s, 20, 2);
	put_entries(&s);
	expect_answer(&s, "where it takes two the first waits", &erase, 200,
	    "{\"outcome\":\"waits\",\"erased\":0,\"gone\":0,\"approvals\":{\"had\":1,\"needed\":2},\"entry\":null}");
	stage_free(&s);
	stage_open_as(&s, 21, 2, false);
	put_entries(&s);
	expect_answer(&s, "who is not named is none of them", &erase, 403, "its agreement does not count");
	stage_free(&s);
}

/* Whose decision it is nobody can say, so nobody may say that all have been found. */
static void
an_entry_that_cannot_be_read_is_never_passed_over(void **state)
{
	static const struct { const char *title, *row, *content, *told; } cases[] = {
		{ "a row of another form", "what is this?", NULL,
		    "the ledger's entry 01020300000000000000000000000000 is of a form this build does not know" },
		{ "a decision that is no JSON", NULL, "{\"subject\":{\"id\":\"alice\",\"type\":\"user\"}",
		    "the ledger's entry of leaf 0 is of a form this build does not know" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct id id = { { 1, 2, 3 } };
		struct ledger_entry entry = { .kind = LEDGER_DECISION, .content = span_text(cases[i].content) };
		struct arena a = arena_init(1 * MIB);
		struct unit *unit;
		struct stage s;
		bool done = false;

		stage_open(&s, 22 + i, 1);
		unit = unit_new(&a, tables, id_new(clock_now()));
		if (cases[i].content)
			ledger_append(unit, id, &entry);
		else
			unit_put(unit, &ledger_entry_table, span_of(id.bytes, sizeof(id.bytes)),
			    span_text(cases[i].row));
		store_commit(s.store, unit, on_entries_put, &done);
		while (!done)
			store_memory_step(s.store, clock_now());
		expect_answer(&s, cases[i].title, &(struct wanted){ "POST", "/v1/control/erasures/search", json,
		    SUBJECT("") }, 503, cases[i].told);
		expect_answer(&s, cases[i].title, &(struct wanted){ "POST", "/v1/control/erasures", json,
		    SUBJECT(",\"reason\":\"asked for\",\"entries\":[\"01020300000000000000000000000000\"]") },
		    503, cases[i].told);
		stage_free(&s);
		arena_release(&a);
	}
}

static void
a_change_that_meets_another_is_tried_once_more(void **state)
{
	static const struct wanted adopt = { "POST", "/v1/control/keys/one", json, "{\"action\":\"adopt\"}" };
	static const struct wanted list = { "GET", "/v1/control/keys", NULL, NULL };
	struct stage s;

	(void)state;
	stage_new(&s, 3);
	make_key(&s, "one");
	store_memory_fail_commits(s.store, 2, ERR_CONFLICT);
	expect_answer(&s, "two conflicts are told", &adopt, 409, "could not be written: conflict");
	store_memory_fail_commits(s.store, 1, ERR_FULL);
	expect_answer(&s, "a full disk is told", &adopt, 503, "could not be written: full");
	expect_answer(&s, "nothing was changed by them", &list, 200, "{\"keys\":[]}");
	store_memory_fail_commits(s.store, 1, ERR_CONFLICT);
	expect_answer(&s, "one conflict is overcome", &adopt, 200, "\"state\":\"created\"");
	stage_free(&s);
}

static void
what_the_steward_does_is_asked_of_it(void **state)
{
	struct stage s;

	(void)state;
	stage_new(&s, 4);
	expect_answer(&s, "publishing answers with the generation",
	    &(struct wanted){ "POST", "/v1/control/publish?all=true", NULL, NULL }, 200,
	    "{\"generation\":7,\"signed\":3,\"kept\":0,\"removed\":0,\"left_out\":0,\"milliseconds\":12}");
	expect_number("everything was asked for", s.published_all, 1);
	expect_answer(&s, "a reload is accepted", &(struct wanted){ "POST", "/v1/control/reload", NULL, NULL }, 202,
	    "{}");
	expect_number("and passed on", s.reloaded, 1);
	stage_free(&s);
}

/* Sends until nobody takes it any more; how much that was. The answer stands in `answer`. */
static size_t
poured(struct stage *s, size_t size, struct buffer *answer)
{
	static const char head[] = "POST /v1/control/import?source=a HTTP/1.1\r\nHost: a\r\nContent-Type: "
	                           "application/xml\r\nContent-Length: 104857600\r\n\r\n";
	static const char piece[64 * KIB];
	int fd = connected(s->socket, SOCK_NONBLOCK);
	size_t sent = 0;
	ssize_t n = 1;

	assert_true(fd >= 0);
	assert_int_equal(send(fd, head, sizeof(head) - 1, MSG_NOSIGNAL), sizeof(head) - 1);
	for (int round = 0; round < ROUNDS && sent < size && (n > 0 || errno == EAGAIN); round++) {
		char bytes[4096];
		ssize_t got = recv(fd, bytes, sizeof(bytes), 0);

		if (got > 0)
			buffer_add(answer, span_of(bytes, (size_t)got));
		n = send(fd, piece, sizeof(piece), MSG_NOSIGNAL);
		sent += n > 0 ? (size_t)n : 0;
		loop_step(s->loop, 0);
	}
	close(fd);
	buffer_byte(answer, '\0');
	return sent;
}

static void
a_stranger_takes_neither_memory_nor_a_place(void **state)
{
	static const struct wanted list = { "GET", "/v1/control/keys", NULL, NULL };
	struct buffer answer = buffer_init(64 * KIB);
	int fds[4 * PLACES];
	struct stage s;

	(void)state;
	stage_new(&s, 6);
	s.strangers = true;
	expect_true("a large body is not taken", poured(&s, 16 * MIB, &answer) < 2 * MIB);
	expect_true("and its sender is told why", strstr((const char *)buffer_span(&answer).data, "HTTP/1.1 403 ") &&
	    strstr((const char *)buffer_span(&answer).data, "user 65534 is no operator"));
	expect_answer(&s, "whoever asks politely is told, too", &list, 403, "user 65534 is no operator");
	for (size_t i = 0; i < COUNT(fds); i++)
		assert_true((fds[i] = connected(s.socket, SOCK_NONBLOCK)) >= 0);
	for (int i = 0; i < 20; i++)
		loop_step(s.loop, 0);
	s.strangers = false;
	expect_answer(&s, "while many strangers say nothing, an operator is answered", &list, 200, "{\"keys\":[]}");
	for (size_t i = 0; i < COUNT(fds); i++)
		close(fds[i]);
	buffer_release(&answer);
	stage_free(&s);
}

/* The kernel tells who asks: only another user's process can show that it is refused. */
static void
another_user_is_refused(void **state)
{
	struct stage s;
	pid_t child;
	int ended;

	(void)state;
	if (geteuid() != 0) {
		print_message("only root can ask as another user: refusing one is not tried\n");
		skip();
	}
	stage_new(&s, 5);
	child = fork();
	if (child == 0) {
		static const char request[] = "GET /v1/control/keys HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
		char answer[4096] = "";
		int fd;

		if (setuid(65534) != 0 || (fd = connected(s.socket, 0)) < 0 ||
		    write(fd, request, sizeof(request) - 1) != sizeof(request) - 1 || read(fd, answer, sizeof(answer) -
		    1) <= 0)
			_exit(2);
		_exit(strstr(answer, "HTTP/1.1 403 ") && strstr(answer, "user 65534 is no operator") ? 0 : 1);
	}
	for (int round = 0; round < ROUNDS && waitpid(child, &ended, WNOHANG) == 0; round++) {
		loop_step(s.loop, 100);
		store_memory_step(s.store, clock_now());
	}
	expect_number("a user who is no operator gets 403", WIFEXITED(ended) ? WEXITSTATUS(ended) : -1, 0);
	stage_free(&s);
}

/* Members: an organisation with one relying party. */

#define RECORD(id, host, about) "{\"id\":\"" id "\",\"kind\":\"business\",\"name\":{\"ja\":\"会社\"," \
	"\"en\":\"Company\"}," \
	"\"description\":{\"ja\":\"試験\"," \
	"\"en\":\"" about "\"}," \
	"\"contacts\":[{\"type\":\"technical\",\"given_name\":\"Operations\"," \
	"\"email\":\"operations@" host "\"}]," \
	"\"entities\":[{\"entity_id\":\"https://" host "/sp\",\"roles\":[\"rp\"]," \
	"\"saml\":\"<md:EntityDescriptor " \
	"xmlns:md='urn:oasis:names:tc:SAML:2.0:metadata' " \
	"entityID='https://" host "/sp'><md:SPSSODescriptor " \
	"protocolSupportEnumeration='urn:oasis:names:tc:SAML:2.0:protocol'><md:AssertionConsumerService " \
	"Binding='urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST' Location='https://" host "/acs' " \
	"index='0'/>" \
	"</md:SPSSODescriptor></md:EntityDescriptor>\"}]}"
#define APPLY(record) "{\"action\":\"apply\",\"record\":" record "}"
#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"
/* The digits become those of what waits. */
#define APPROVE(id) "{\"action\":\"approve\",\"id\":\"" id "\",\"proposal\":\"sha256:" ZEROS "\"}"
#define MEMBER_STEP(action, id) "{\"action\":\"" action "\",\"id\":\"" id "\"}"
#define CHANGES(more, changes) "{" more "\"changes\":[" changes "]}"

#define FIRST RECORD("first", "rp.first.example", "One")

/* Asks as another operator, in a process of his; the status, and the answer in `answer`. */
static int
asked_by_second(struct stage *s, const struct wanted *w, struct buffer *answer)
{
	struct buffer b = buffer_init(64 * KIB);
	int fds[2], ended, status = 0;
	pid_t child;
	ssize_t n;

	request_write(&b, w);
	assert_int_equal(pipe2(fds, O_NONBLOCK), 0);
	child = fork();
	if (child == 0) {
		static char bytes[60 * KIB];
		size_t size = 0;
		int fd;

		if (setuid(SECOND) != 0 || (fd = connected(s->socket, 0)) < 0 ||
		    write(fd, buffer_span(&b).data, buffer_span(&b).size) != (ssize_t)buffer_span(&b).size)
			_exit(2);
		while (size < sizeof(bytes) && (n = read(fd, bytes + size, sizeof(bytes) - size)) > 0)
			size += (size_t)n;
		_exit(write(fds[1], bytes, size) == (ssize_t)size ? 0 : 3);
	}
	for (int round = 0; round < ROUNDS && waitpid(child, &ended, WNOHANG) == 0; round++) {
		loop_step(s->loop, 100);
		store_memory_step(s->store, clock_now());
	}
	buffer_clear(answer);
	while ((n = read(fds[0], buffer_reserve(answer, 4 * KIB), 4 * KIB)) > 0)
		buffer_filled(answer, (size_t)n);
	buffer_byte(answer, '\0');
	close(fds[0]);
	close(fds[1]);
	buffer_release(&b);
	expect_number("the other operator was answered", WIFEXITED(ended) ? WEXITSTATUS(ended) : -1, 0);
	sscanf((const char *)buffer_span(answer).data, "HTTP/1.1 %d", &status);
	return status;
}

/* The request with the digest of what waits now. */
static struct wanted
looked_at(struct stage *s, const struct wanted *w, struct buffer *answer)
{
	static const struct wanted card = { "GET", "/v1/control/members/first", NULL, NULL };
	static char body[64 * KIB];
	struct wanted looked = *w;
	const char *found;

	if (!w->body || !strstr(w->body, ZEROS))
		return looked;
	expect_number("there is a card", asked(s, &card, answer), 200);
	found = strstr((const char *)buffer_span(answer).data, "\"proposed\":{");
	found = found ? strstr(found, "\"proposal\":\"sha256:") : NULL;
	snprintf(body, sizeof(body), "%s", w->body);
	if (found)
		memcpy(strstr(body, ZEROS), found + strlen("\"proposal\":\"sha256:"), 64);
	looked.body = body;
	return looked;
}

static void
raising_trust_takes_two(void **state)
{
	static const char change[] = CHANGES("\"reason\":\"more\",", "{\"action\":\"change\",\"record\":"
	    RECORD("first", "rp.first.example", "Another text") "}");
	static const struct {
		const char *title;
		bool second; /* asks */
		struct wanted wanted;
		const char *part;
	} steps[] = {
		{ "a dry run says that it would wait", false, { "POST", "/v1/control/members", json,
		    CHANGES("\"dry_run\":true,", APPLY(FIRST)) },
		    "\"outcome\":\"waits\",\"event\":\"member.applied\"" },
		{ "and changes nothing", false, { "GET", "/v1/control/members", NULL, NULL },
		    "{\"members\":[],\"more\":false}" },
		{ "an application waits for a second operator", false,
		    { "POST", "/v1/control/members", json, CHANGES("", APPLY(FIRST)) },
		    "\"standing_after\":\"applied\",\"approvals\":{\"had\":1,\"needed\":2}" },
		{ "it is listed with what waits", false, { "GET", "/v1/control/members?standing=applied", NULL, NULL },
		    "\"waiting\":{\"action\":\"apply\"" },
		{ "with its name", false, { "GET", "/v1/control/members", NULL, NULL },
		    "\"name\":{\"ja\":\"会社\",\"en\":\"Company\"},\"kind\":\"business\",\"entities\":1" },
		{ "status says so too", false, { "GET", "/v1/control/status", NULL, NULL },
		    "\"members\":{\"waiting\":[\"first\"],\"applied\":1" },
		{ "the operator who proposed it cannot be the second", false,
		    { "POST", "/v1/control/members", json, CHANGES("", APPROVE("first")) },
		    "proposed this; expected another operator, 1 of 2 have agreed" },
		{ "nor can anybody be without saying what he approves", true, { "POST", "/v1/control/members", json,
		    CHANGES("", MEMBER_STEP("approve", "first")) }, "expected the digest of what is approved "
		        "(proposal), as the "
		    "member's card has it, found none" },
		{ "that is a refusal", false, { "POST", "/v1/control/members", json, CHANGES("", APPROVE("first")) },
		    "\"outcome\":\"refused\",\"event\":\"member.refused\",\"standing_before\":\"applied\","
		    "\"standing_after\":\"applied\"" },
		{ "another operator approves", true, { "POST", "/v1/control/members", json,
		    CHANGES("", APPROVE("first")) }, "\"outcome\":\"done\",\"event\":\"member.approved\","
		        "\"standing_before\":\"applied\",\"standing_after\":\"approved\"" },
		{ "the card shows entity and certificates, history and record", false,
		    { "GET", "/v1/control/members/first", NULL, NULL }, "https://rp.first.example/sp" },
		{ "and who registered it, as the world sees it", false, { "GET", "/v1/control/members/first", NULL,
		    NULL }, "\"registration_authority\":\"https://authority.example/\",\"registration_instant\":\"20" },
		{ "a change that says more waits", true, { "POST", "/v1/control/members", json, change },
		    "\"pointer\":\"/description/en\"" },
		{ "the card tells what would differ", false, { "GET", "/v1/control/members/first", NULL, NULL },
		    "\"differences\":[{\"pointer\":\"/description/en\",\"before\":" },
		{ "nobody approves what is another one now", false, { "POST", "/v1/control/members", json, CHANGES("",
		    "{\"action\":\"approve\",\"id\":\"first\",\"proposal\":\"sha256:1\"}") },
		    "\"code\":\"conflict\",\"problem\":\"the proposal is another one now: look at it again\"" },
		{ "nobody approves his own change", true, { "POST", "/v1/control/members", json,
		    CHANGES("", APPROVE("first")) }, "uid:65533 proposed this; expected another operator" },
		{ "but we may", false, { "POST", "/v1/control/members", json, CHANGES("", APPROVE("first")) },
		    "\"outcome\":\"done\",\"event\":\"member.changed\"" },
		{ "lowering trust demands a reason", false,
		    { "POST", "/v1/control/members", json, CHANGES("", MEMBER_STEP("suspend", "first")) },
		    "expected a reason" },
		{ "and takes one operator", false,
		    { "POST", "/v1/control/members", json, CHANGES("\"reason\":\"a look\",", MEMBER_STEP("suspend",
		    "first")) },
		    "\"standing_after\":\"suspended\"" },
		{ "the card says why", false, { "GET", "/v1/control/members/first", NULL, NULL }, "a look" },
		{ "one of two changes may be refused", false, { "POST", "/v1/control/members", json,
		    CHANGES("\"reason\":\"over\",", MEMBER_STEP("withdraw", "first") "," MEMBER_STEP("withdraw",
		        "nobody")) },
		    "\"code\":\"not-found\",\"problem\":\"there is no member nobody\"" },
		{ "and the other is done", false, { "GET", "/v1/control/members?standing=withdrawn", NULL, NULL },
		    "\"id\":\"first\"" },
	};
	struct buffer answer = buffer_init(1 * MIB);
	struct stage s;

	(void)state;
	if (geteuid() != 0) {
		print_message("only root can ask as another user: two operators are not tried\n");
		skip();
	}
	stage_open(&s, 7, 2);
	for (size_t i = 0; i < COUNT(steps); i++) {
		const struct wanted wanted = looked_at(&s, &steps[i].wanted, &answer), *w = &wanted;
		int status = steps[i].second ? asked_by_second(&s, w, &answer) : asked(&s, w, &answer);

		if (status != 200 || !strstr((const char *)buffer_span(&answer).data, steps[i].part)) {
			print_error("  found    %s\n  expected 200 … %s\n", (const char *)buffer_span(&answer).data,
			    steps[i].part);
			expect_fail(__FILE__, __LINE__, steps[i].title);
		}
	}
	buffer_release(&answer);
	stage_free(&s);
}

static void
who_is_not_named_is_no_second_operator(void **state)
{
	static const struct wanted apply = { "POST", "/v1/control/members", json, CHANGES("", APPLY(FIRST)) };
	static const struct wanted approve = { "POST", "/v1/control/members", json, CHANGES("", APPROVE("first")) };
	struct buffer answer = buffer_init(1 * MIB);
	struct wanted looked;
	struct stage s;

	(void)state;
	stage_open_as(&s, 17, 2, false);
	expect_answer(&s, "the daemon's own user may propose", &apply, 200, "\"approvals\":{\"had\":0,\"needed\":2}");
	looked = looked_at(&s, &approve, &answer);
	expect_answer(&s, "but does not count", &looked, 200, "is not named in control/operators, so its agreement "
	    "does not count; expected an operator who is, 0 of 2 have agreed");
	buffer_release(&answer);
	stage_free(&s);
}

static void
an_unsigned_file_is_no_second_operator(void **state)
{
	static const struct wanted import = { "POST", "/v1/control/import?source=a&allow_empty=true", xml, EMPTY };
	static const struct wanted dry_run = { "POST", "/v1/control/import?source=a&allow_empty=true&dry_run=true", xml,
	    EMPTY };
	struct stage s;

	(void)state;
	stage_open(&s, 8, 2);
	expect_answer(&s, "a file nobody signed is not imported", &import, 403,
	    "an unsigned file raises trust by one operator alone; expected a source in the configuration, or approvals "
	    "1");
	expect_answer(&s, "what it would do may be seen", &dry_run, 200, "\"findings\":[]");
	stage_free(&s);
	stage_open(&s, 9, 1);
	expect_answer(&s, "where one operator is enough it is", &import, 200, "\"shrank\":false");
	stage_free(&s);
}

static void
one_operator_may_be_enough(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s, 10, 1);
	expect_answer(&s, "an application is looked at even so",
	    &(struct wanted){ "POST", "/v1/control/members", json, CHANGES("", APPLY(FIRST)) }, 200,
	    "\"outcome\":\"waits\"");
	expect_answer(&s, "by the same operator, if need be",
	    &(struct wanted){ "POST", "/v1/control/members", json, CHANGES("", MEMBER_STEP("approve", "first")) }, 200,
	    "\"standing_after\":\"approved\"");
	expect_answer(&s, "a broken record is refused and says where", &(struct wanted){ "POST", "/v1/control/members",
	    json,
	    CHANGES("", APPLY("{\"id\":\"second\"}")) }, 200, "\"problem\":\"record: /");
	expect_answer(&s, "an id may be written with escapes", &(struct wanted){ "POST", "/v1/control/members", json,
	    CHANGES("", MEMBER_STEP("confirm", "\\u0061b")) }, 200,
	        "{\"results\":[{\"id\":\"ab\",\"outcome\":\"refused\"");
	expect_answer(&s, "an entity of a member is nobody else's", &(struct wanted){ "POST", "/v1/control/members",
	    json,
	    CHANGES("", APPLY(RECORD("second", "rp.first.example", "Two"))) }, 200, "\"outcome\":\"refused\"");
	stage_free(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_read_strictly),
		cmocka_unit_test(a_key_goes_through_its_life),
		cmocka_unit_test(a_version_is_proposed_looked_at_and_taken_back),
		cmocka_unit_test(a_person_is_looked_for_part_by_part_and_erased),
		cmocka_unit_test(an_entry_that_cannot_be_read_is_never_passed_over),
		cmocka_unit_test(a_change_that_meets_another_is_tried_once_more),
		cmocka_unit_test(what_the_steward_does_is_asked_of_it),
		cmocka_unit_test(a_stranger_takes_neither_memory_nor_a_place),
		cmocka_unit_test(another_user_is_refused),
		cmocka_unit_test(raising_trust_takes_two),
		cmocka_unit_test(who_is_not_named_is_no_second_operator),
		cmocka_unit_test(an_unsigned_file_is_no_second_operator),
		cmocka_unit_test(one_operator_may_be_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
