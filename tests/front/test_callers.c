/* tests/front/test_callers.c - machine callers over the control socket: created, given keys, listed, revoked. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <openssl/pem.h>

#include "crypto/jwt_maker.h"

#include "codec/text.h"
#include "crypto/digest.h"
#include "front/control/control.h"
#include "http/server.h"
#include "net/address.h"
#include "registry/document.h"
#include "registry/standing.h"
#include "store/memory.h"
#include "transaction/caller/proposal.h"

#define ROUNDS 20000

static const struct table *const tables[] = {
	&member_table, &journal_table, &caller_table, &caller_secret_table, &caller_proposal_table,
	&access_token_table, NULL,
};

struct scene {
	struct arena arena;
	struct loop *loop;
	struct store *store;
	struct control *control;
	struct router *router;
	struct http_server *server;
	struct maker_key key, other;
	const char *pem, *other_pem, *fingerprint; /* as JSON has it, without its quotes */
	char socket[64];
	int fd;
	char answer[64 * 1024];
};

static void
no_reload(void *arg)
{
	(void)arg;
}

static void
no_status(void *arg, struct buffer *json)
{
	(void)arg;
	buffer_text(json, "\"processes\":[]");
}

/* PEM with its line ends as JSON writes them. */
static const char *
pem_of(struct arena *a, const struct maker_key *k)
{
	BIO *bio = BIO_new(BIO_s_mem());
	struct buffer b = buffer_init(16 * KIB);
	const char *text;
	char *data;
	long size;

	assert_int_equal(PEM_write_bio_PUBKEY(bio, k->pkey), 1);
	size = BIO_get_mem_data(bio, &data);
	for (long i = 0; i < size; i++) {
		if (data[i] == '\n')
			buffer_text(&b, "\\n");
		else
			buffer_byte(&b, (uint8_t)data[i]);
	}
	text = arena_text(a, buffer_span(&b));
	buffer_release(&b);
	BIO_free(bio);
	return text;
}

static void
on_committed_here(void *arg, const struct committed *c)
{
	*(enum err *)arg = c->code;
}

static void
put_member(struct scene *s, const char *id, enum standing standing)
{
	struct unit *unit = unit_new(&s->arena, tables, id_new(clock_now()));
	struct member m = { .id = span_text(id), .standing = standing, .record = span_text("{}") };
	struct buffer b = buffer_init(4 * KIB);
	enum err code = ERR_UNAVAILABLE;

	member_write(&b, &m);
	unit_put(unit, &member_table, m.id, buffer_span(&b));
	store_commit(s->store, unit, on_committed_here, &code);
	while (store_memory_step(s->store, clock_now()))
		continue;
	expect_number("a member is stored", code, OK);
	buffer_release(&b);
}

static void
scene_open(struct scene *s, uint64_t seed, unsigned approvals)
{
	const struct http_settings http = { .limits = http_limits_default };
	const unsigned operator = geteuid();
	const struct control_settings settings = { .keys = "/nowhere",
	    .registration_authority = "https://authority.example/",
		.approvals = approvals, .operators = &operator, .operator_count = 1 };
	const struct control_actions actions = { .reload = no_reload, .status = no_status };
	struct problem why;
	uint8_t sum[32];

	*s = (struct scene){ .arena = arena_init(64 * MIB), .loop = loop_new() };
	s->store = store_memory_new(tables, ROLE_STEWARD, seed);
	s->key = maker_key_new(&s->arena, "ED25519");
	s->other = maker_key_new(&s->arena, "P-256");
	s->pem = pem_of(&s->arena, &s->key);
	s->other_pem = pem_of(&s->arena, &s->other);
	digest(DIGEST_SHA256, s->key.spki, sum);
	s->fingerprint = hex_write(&s->arena, span_of(sum, sizeof(sum)));
	put_member(s, "bank", STANDING_APPROVED);
	put_member(s, "shop", STANDING_APPLIED);
	s->control = control_new(s->loop, s->store, &settings, &actions);
	s->router = router_new(&(struct mount){ control_routes, s->control }, 1);
	s->server = http_server_new(s->loop, &http);
	snprintf(s->socket, sizeof(s->socket), "/tmp/watashi-callers-%d", (int)getpid());
	expect_ok("a socket", listen_on(arena_print(&s->arena, "unix:%s", s->socket), &s->fd, &why), &why);
	http_server_listen(s->server, s->fd, s->router, NULL);
}

static void
scene_close(struct scene *s)
{
	http_server_free(s->server);
	router_free(s->router);
	control_free(s->control);
	store_free(s->store);
	loop_free(s->loop);
	maker_key_free(&s->key);
	maker_key_free(&s->other);
	close(s->fd);
	unlink(s->socket);
	arena_release(&s->arena);
}

/* A body NULL: GET. The status; the whole answer stands in s->answer. */
static int
ask(struct scene *s, const char *path, const char *body)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0), status = 0;
	struct buffer b = buffer_init(256 * KIB);
	size_t used = 0;

	buffer_print(&b, "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n", body ? "POST" : "GET", path);
	if (body)
		buffer_print(&b, "Content-Type: application/json\r\nContent-Length: %zu\r\n", strlen(body));
	buffer_print(&b, "\r\n%s", body ? body : "");
	snprintf(to.sun_path, sizeof(to.sun_path), "%s", s->socket);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	assert_int_equal(write(fd, buffer_span(&b).data, buffer_span(&b).size), buffer_span(&b).size);
	for (int round = 0; round < ROUNDS; round++) {
		ssize_t n = read(fd, s->answer + used, sizeof(s->answer) - 1 - used);

		if (n == 0)
			break;
		used += n > 0 ? (size_t)n : 0;
		loop_step(s->loop, 0);
		store_memory_step(s->store, clock_now());
	}
	close(fd);
	buffer_release(&b);
	s->answer[used] = '\0';
	sscanf(s->answer, "HTTP/1.1 %d", &status);
	return status;
}

static void
expect_answer(struct scene *s, const char *title, int status, int wanted, const char *part)
{
	if (status == wanted && strstr(s->answer, part))
		return;
	print_error("  found    %s\n  expected %d … %s …\n", s->answer, wanted, part);
	expect_fail(__FILE__, __LINE__, title);
}

struct look {
	struct ask ask;
	struct buffer bytes;   /* all values, one after another */
	size_t count;
};

static void
on_looked(void *arg, enum err err, const struct problem *why)
{
	struct look *l = arg;

	expect_ok("the store answers", err, why);
	l->count = l->ask.count;
	for (size_t i = 0; i < l->count; i++)
		buffer_add(&l->bytes, l->ask.rows[i].value);
}

static size_t
rows(struct scene *s, const struct table *table, struct span *values)
{
	struct look l = { .ask = { .table = table, .limit = 100 }, .bytes = buffer_init(1 * MIB) };

	store_load(s->store, &l.ask, 1, on_looked, &l);
	while (store_memory_step(s->store, clock_now()))
		continue;
	if (values)
		*values = arena_copy(&s->arena, buffer_span(&l.bytes));
	buffer_release(&l.bytes);
	return l.count;
}

static bool
has(struct span bytes, const char *text)
{
	return memmem(bytes.data, bytes.size, text, strlen(text)) != NULL;
}

static void
requests_are_read_strictly(void **state)
{
	static const struct {
		const char *title, *path, *body;
		int status;
		const char *part;
	} cases[] = {
		{ "no name", "", "{\"member\":\"bank\",\"rights\":[\"decide\"]}", 400, "/name: expected one" },
		{ "no member", "", "{\"name\":\"a\",\"rights\":[\"decide\"]}", 400, "/member: expected one" },
		{ "a name that is none", "", "{\"name\":\"A\",\"member\":\"bank\",\"rights\":[\"decide\"]}", 400,
		    "a-z, 0-9 and -" },
		{ "no right", "", "{\"name\":\"a\",\"member\":\"bank\",\"rights\":[]}", 400,
		    "rights: expected at least one" },
		{ "a right nobody has", "", "{\"name\":\"a\",\"member\":\"bank\",\"rights\":[\"root\"]}", 400,
		    "/rights/0" },
		{ "a life that is none", "",
		    "{\"name\":\"a\",\"member\":\"bank\",\"rights\":[\"decide\"],\"for\":\"90\"}", 400, "/for" },
		{ "a life beyond ten years", "",
		    "{\"name\":\"a\",\"member\":\"bank\",\"rights\":[\"decide\"],\"for\":\"P9999D\"}", 400,
		    "ten years" },
		{ "a rate of nothing", "", "{\"name\":\"a\",\"member\":\"bank\",\"rights\":[\"decide\"],\"rate\":0}",
		    400, "/rate" },
		{ "a key that is none", "",
		    "{\"name\":\"a\",\"member\":\"bank\",\"rights\":[\"decide\"],\"key\":\"x\"}", 400, "/key" },
		{ "neither token nor key", "",
		    "{\"name\":\"a\",\"member\":\"bank\",\"rights\":[\"decide\"],\"token\":false}", 400,
		    "must show something" },
		{ "a member nobody knows", "", "{\"name\":\"a\",\"member\":\"city\",\"rights\":[\"decide\"]}", 404,
		    "no member" },
		{ "a member that is not approved", "", "{\"name\":\"a\",\"member\":\"shop\",\"rights\":[\"decide\"]}",
		    400, "is applied; only an approved one" },
		{ "a wish nobody grants", "",
		    "{\"name\":\"a\",\"member\":\"bank\",\"rights\":[\"decide\"],\"secret\":\"x\"}", 400,
		    "/secret: unknown member" },
		{ "no action", "/a", "{}", 400, "/action: expected" },
		{ "another action", "/a", "{\"action\":\"create\"}", 400, "/action: expected" },
		{ "adding no key", "/a", "{\"action\":\"add-key\"}", 400, "/key: expected one" },
		{ "removing no key", "/a", "{\"action\":\"remove-key\"}", 400, "/fingerprint: expected one" },
		{ "half a fingerprint", "/a", "{\"action\":\"remove-key\",\"fingerprint\":\"abcd\"}", 400,
		    "/fingerprint: expected 64" },
		{ "what was looked at, to revoke", "/a", "{\"action\":\"revoke\",\"proposal\":\"sha256:0\"}", 400,
		    "/proposal: expected none to revoke" },
		{ "nothing that waits", "/a", "{\"action\":\"approve\"}", 404,
		    "no change of a caller \\\"a\\\" waits" },
		{ "nothing to take back", "/a", "{\"action\":\"withdraw-proposal\"}", 404, "waits for operators" },
		{ "a caller nobody knows", "/a", "{\"action\":\"revoke\"}", 404, "there is no caller" },
		{ "a name that is none, in the path", "/A%2F", "{\"action\":\"revoke\"}", 400, "a-z, 0-9 and -" },
	};
	static struct scene s;

	(void)state;
	scene_open(&s, 1, 2);
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_answer(&s, cases[i].title, ask(&s, arena_print(&s.arena, "/v1/control/callers%s", cases[i].path),
		    cases[i].body), cases[i].status, cases[i].part);
	expect_answer(&s, "nobody was made", ask(&s, "/v1/control/callers", NULL), 200,
	    "{\"callers\":[],\"more\":false,\"proposals\":[]}");
	expect_number("nor written down", rows(&s, &journal_table, NULL), 0);
	scene_close(&s);
}

static void
a_caller_lives_from_its_token_to_its_revocation(void **state)
{
	static struct scene s;
	char token[CALLER_TOKEN_TEXT];
	struct span journal, callers, secrets;

	(void)state;
	scene_open(&s, 2, 1);
	expect_answer(&s, "created", ask(&s, "/v1/control/callers", "{\"name\":\"bank-1\",\"member\":\"bank\","
	    "\"rights\":[\"vouch\",\"decide\"],\"for\":\"P90D\",\"rate\":7}"), 200,
	    "{\"name\":\"bank-1\",\"done\":\"create\",\"token\":\"wt_");
	snprintf(token, sizeof(token), "%.46s", strstr(s.answer, "wt_"));
	expect_number("callers", rows(&s, &caller_table, &callers), 1);
	expect_number("and what points to them", rows(&s, &caller_secret_table, &secrets), 1);
	expect_true("know the name, and not the token", has(callers, "bank-1") && has(secrets, "bank-1") &&
	    !has(callers, token + 3) && !has(secrets, token + 3));
	expect_answer(&s, "no second of its name", ask(&s, "/v1/control/callers",
	    "{\"name\":\"bank-1\",\"member\":\"bank\",\"rights\":[\"decide\"]}"), 409, "already");
	expect_answer(&s, "given a key", ask(&s, "/v1/control/callers/bank-1",
	    arena_print(&s.arena, "{\"action\":\"add-key\",\"key\":\"%s\"}", s.pem)), 200, s.fingerprint);
	expect_answer(&s, "not twice", ask(&s, "/v1/control/callers/bank-1",
	    arena_print(&s.arena, "{\"action\":\"add-key\",\"key\":\"%s\"}", s.pem)), 409, "has that key already");
	expect_answer(&s, "listed", ask(&s, "/v1/control/callers", NULL), 200, arena_print(&s.arena,
	    "\"expired\":false,\"rate\":7,\"token\":true,\"keys\":[\"%s\"]}]", s.fingerprint));
	expect_answer(&s, "with its rights and its member's standing", 0, 0,
	    "{\"name\":\"bank-1\",\"member\":\"bank\",\"standing\":\"approved\",\"rights\":[\"decide\","
	    "\"vouch\"],\"created\":\"");
	expect_true("the list has no secret", !strstr(s.answer, token));
	expect_number("token and key point to it", rows(&s, &caller_secret_table, NULL), 2);

	expect_answer(&s, "a key has one caller", ask(&s, "/v1/control/callers", arena_print(&s.arena,
	    "{\"name\":\"bank-2\",\"member\":\"bank\",\"rights\":[\"decide\"],\"token\":false,\"key\":\"%s\"}", s.pem)),
	    409, "registered with another caller");
	expect_answer(&s, "another shows a key only", ask(&s, "/v1/control/callers", arena_print(&s.arena,
	    "{\"name\":\"bank-2\",\"member\":\"bank\",\"rights\":[\"decide\"],\"token\":false,\"key\":\"%s\"}",
	    s.other_pem)), 200, "\"done\":\"create\",\"key\":\"");
	expect_true("and gets no token", !strstr(s.answer, "wt_"));
	expect_answer(&s, "a key that is not its own", ask(&s, "/v1/control/callers/bank-2", arena_print(&s.arena,
	    "{\"action\":\"remove-key\",\"fingerprint\":\"%s\"}", s.fingerprint)), 404, "no key of that fingerprint");
	expect_answer(&s, "taken away", ask(&s, "/v1/control/callers/bank-1", arena_print(&s.arena,
	    "{\"action\":\"remove-key\",\"fingerprint\":\"%s\"}", s.fingerprint)), 200, "\"done\":\"remove-key\"");
	expect_number("and points to nobody", rows(&s, &caller_secret_table, NULL), 2);
	expect_answer(&s, "revoked", ask(&s, "/v1/control/callers/bank-1", "{\"action\":\"revoke\"}"), 200,
	    "\"done\":\"revoke\"");
	expect_number("with its token", rows(&s, &caller_secret_table, NULL), 1);
	expect_answer(&s, "once", ask(&s, "/v1/control/callers/bank-1", "{\"action\":\"revoke\"}"), 404,
	    "there is no caller");

	expect_number("each step is an entry", rows(&s, &journal_table, &journal), 5);
	expect_true("who, what, whose", has(journal, "\"event\":\"caller.changed\",\"expires\":\"20") &&
	    has(journal, "\"key\":null,\"member\":\"bank\",\"rights\":[\"decide\",\"vouch\"],\"step\":\"create\"}") &&
	    has(journal, arena_print(&s.arena, "\"key\":\"sha256:%s\",\"member\":\"bank\"", s.fingerprint)));
	expect_true("and no token", !has(journal, token + 3));
	scene_close(&s);
}

/* The kernel says who asks, and here that is one operator only; with the second one: tests/transaction. */
static void
what_raises_trust_waits_for_another_operator(void **state)
{
	static struct scene s;
	const char *proposal;
	struct span waiting;

	(void)state;
	scene_open(&s, 4, 2);
	expect_answer(&s, "proposed, and its token told", ask(&s, "/v1/control/callers",
	    "{\"name\":\"bank-1\",\"member\":\"bank\",\"rights\":[\"audit\"],\"for\":\"P90D\"}"), 200,
	    "{\"name\":\"bank-1\",\"done\":\"propose\",\"token\":\"wt_");
	expect_answer(&s, "it waits", 0, 0, "\"outcome\":\"waiting\",\"proposal\":\"sha256:");
	expect_answer(&s, "for one more", 0, 0, "\"approvals\":{\"had\":1,\"needed\":2}}");
	proposal = arena_print(&s.arena, "%.71s", strstr(s.answer, "sha256:"));
	expect_number("there is no caller", rows(&s, &caller_table, NULL), 0);
	expect_number("and nobody its token stands for", rows(&s, &caller_secret_table, NULL), 0);
	expect_number("but a proposal", rows(&s, &caller_proposal_table, &waiting), 1);
	expect_true("without its token", !has(waiting, strstr(s.answer, "wt_") ? arena_print(&s.arena, "%.46s",
	    strstr(s.answer, "wt_")) : "wt_"));
	expect_answer(&s, "which is listed", ask(&s, "/v1/control/callers", NULL), 200,
	    "{\"callers\":[],\"more\":false,\"proposals\":[{\"name\":\"bank-1\",\"action\":\"create\","
	    "\"member\":\"bank\",\"rights\":[\"audit\"],");
	expect_answer(&s, "with its digest", 0, 0, proposal);
	expect_answer(&s, "one at a time", ask(&s, "/v1/control/callers", "{\"name\":\"bank-1\",\"member\":\"bank\","
	    "\"rights\":[\"vouch\"]}"), 409, "waits for operators");
	expect_answer(&s, "an approval names what was looked at", ask(&s, "/v1/control/callers/bank-1",
	    "{\"action\":\"approve\"}"), 400, "expected the digest of what is approved");
	expect_answer(&s, "and nothing else", ask(&s, "/v1/control/callers/bank-1",
	    "{\"action\":\"approve\","
	    "\"proposal\":\"sha256:0000000000000000000000000000000000000000000000000000000000000000\"}"), 409,
	    "another one now");
	expect_answer(&s, "who proposed cannot be the other", ask(&s, "/v1/control/callers/bank-1",
	    arena_print(&s.arena, "{\"action\":\"approve\",\"proposal\":\"%s\"}", proposal)), 403,
	    "proposed this; expected another operator");
	expect_number("nothing is written down yet", rows(&s, &journal_table, NULL), 0);
	expect_answer(&s, "taken back", ask(&s, "/v1/control/callers/bank-1", "{\"action\":\"withdraw-proposal\"}"),
	    200, "\"outcome\":\"withdrawn\"");
	expect_number("it is gone", rows(&s, &caller_proposal_table, NULL), 0);
	expect_answer(&s, "what raises nothing takes one", ask(&s, "/v1/control/callers", "{\"name\":\"bank-1\","
	    "\"member\":\"bank\",\"rights\":[\"decide\",\"proofing\"]}"), 200, "\"outcome\":\"effective\"");
	expect_answer(&s, "nor does a key of its", ask(&s, "/v1/control/callers/bank-1",
	    arena_print(&s.arena, "{\"action\":\"add-key\",\"key\":\"%s\"}", s.pem)), 200, "\"outcome\":\"effective\"");
	scene_close(&s);
}

static void
put_row(struct scene *s, const struct table *table, const char *key, const char *value)
{
	struct unit *unit = unit_new(&s->arena, tables, id_new(clock_now()));
	enum err code = ERR_UNAVAILABLE;

	unit_put(unit, table, span_text(key), span_text(value));
	store_commit(s->store, unit, on_committed_here, &code);
	while (store_memory_step(s->store, clock_now()))
		continue;
	expect_number("a row is stored", code, OK);
}

static void
what_cannot_be_read_is_never_taken_for_absent(void **state)
{
	static const char *const bodies[] = { "{\"action\":\"revoke\"}", "{\"action\":\"withdraw-proposal\"}" };
	static const char create[] = "{\"name\":\"bank-1\",\"member\":\"bank\",\"rights\":[\"decide\"]}";
	static struct scene s;
	struct span kept;

	(void)state;
	scene_open(&s, 5, 1);
	put_row(&s, &caller_table, "bank-1", "\x7f newer");
	expect_answer(&s, "listed", ask(&s, "/v1/control/callers", NULL), 200,
	    "{\"callers\":[{\"name\":\"bank-1\",\"unreadable\":true}],");
	expect_answer(&s, "not made again", ask(&s, "/v1/control/callers", create), 503,
	    "the caller \\\"bank-1\\\": its row in the store is of a form this build does not know");
	for (size_t i = 0; i < COUNT(bodies); i++)
		expect_answer(&s, "nor ended", ask(&s, "/v1/control/callers/bank-1", bodies[i]), 503, "does not know");
	expect_number("it stays", rows(&s, &caller_table, &kept), 1);
	expect_span("as it was", kept, "\x7f newer");
	put_row(&s, &caller_proposal_table, "bank-2", "\x7f newer");
	expect_answer(&s, "a proposal is there too", ask(&s, "/v1/control/callers", NULL), 200,
	    "\"proposals\":[{\"name\":\"bank-2\",\"unreadable\":true}]");
	expect_answer(&s, "and stays", ask(&s, "/v1/control/callers/bank-2", bodies[1]), 400,
	    "is of a form this build");
	put_row(&s, &member_table, "bank", "\x7f newer");
	expect_answer(&s, "nor is a member nobody", ask(&s, "/v1/control/callers",
	    "{\"name\":\"bank-3\",\"member\":\"bank\",\"rights\":[\"decide\"]}"), 400,
	    "the member \\\"bank\\\": its row");
	scene_close(&s);
}

static void
the_last_thing_it_can_show_is_not_taken_away(void **state)
{
	static struct scene s;

	(void)state;
	scene_open(&s, 3, 1);
	expect_answer(&s, "with a key only", ask(&s, "/v1/control/callers", arena_print(&s.arena,
	    "{\"name\":\"bank-1\",\"member\":\"bank\",\"rights\":[\"vouch\"],\"token\":false,\"key\":\"%s\"}", s.pem)),
	    200, s.fingerprint);
	expect_answer(&s, "it stays", ask(&s, "/v1/control/callers/bank-1", arena_print(&s.arena,
	    "{\"action\":\"remove-key\",\"fingerprint\":\"%s\"}", s.fingerprint)), 400, "all the caller");
	expect_answer(&s, "until there is another", ask(&s, "/v1/control/callers/bank-1", arena_print(&s.arena,
	    "{\"action\":\"add-key\",\"key\":\"%s\"}", s.other_pem)), 200, "add-key");
	expect_answer(&s, "then it goes", ask(&s, "/v1/control/callers/bank-1", arena_print(&s.arena,
	    "{\"action\":\"remove-key\",\"fingerprint\":\"%s\"}", s.fingerprint)), 200, "remove-key");
	scene_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_read_strictly),
		cmocka_unit_test(a_caller_lives_from_its_token_to_its_revocation),
		cmocka_unit_test(what_raises_trust_waits_for_another_operator),
		cmocka_unit_test(what_cannot_be_read_is_never_taken_for_absent),
		cmocka_unit_test(the_last_thing_it_can_show_is_not_taken_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
