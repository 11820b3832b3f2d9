/* tests/front/authzen_stage.h - the decision point as a unit: behind a real server on a socket, its store in memory and
 * answering late, with the rules of tests/e2e/authzen published, a member and its callers in it.
 *
 *     scene_open -> [scene_caller …] -> scene_front(access) -> scene_ask … -> the answer's bytes
 */
#pragma once

#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "transaction/decisions.h"

#include "crypto/digest.h"
#include "front/authzen/authzen.h"
#include "front/authzen/front.h"
#include "front/authzen/metadata.h"
#include "http/server.h"
#include "net/address.h"
#include "net/rate.h"
#include "registry/entity.h"
#include "registry/standing.h"
#include "signer/rollover.h"
#include "store/memory.h"
#include "transaction/proofing/proofing.h"
#include "transaction/proofing/end.h"
#include "transaction/proofing/log.h"

#define SCENE_BASE "https://federation.example/"
#define SCENE_ROUNDS 20000

static const struct table *const scene_tables[] = {
	&member_table, &member_claim_table, &caller_table, &caller_secret_table, &access_token_table,
	&assertion_table, &policy_table,
	&dictionary_table, &ledger_leaf_table, &ledger_entry_table, &key_table,
	&signed_metadata_table, &proofing_challenge_table, &proofing_outcome_table, &proofing_log_table,
	&proofing_end_table, NULL,
};

struct scene {
	struct arena arena;
	struct loop *loop;
	struct store *store;
	struct policy_shelf *shelf;
	struct rates *rates;
	struct authzen_front *front;
	struct mount beside[2];      /* other fronts; without routes: none */
	struct router *router;
	struct http_server *server;
	char socket[64], access[64];
	int fd;
	bool done;
	enum err err;
	char answer[1024 * 1024];
};

static inline void
scene_on_committed(void *arg, const struct committed *c)
{
	struct scene *s = arg;

	s->done = true;
	s->err = c->code;
}

static inline void
scene_commit_as(struct scene *s, const struct unit *unit, enum role role)
{
	store_memory_become(s->store, role);
	s->done = false;
	store_commit(s->store, unit, scene_on_committed, s);
	while (!s->done) {
		turn_run(loop_turn(s->loop));
		store_memory_step(s->store, clock_now());
	}
	s->done = false;
	expect_number("the rows are stored", s->err, OK);
	store_memory_become(s->store, ROLE_WORKER);
}

static inline void
scene_commit(struct scene *s, const struct unit *unit)
{
	scene_commit_as(s, unit, ROLE_STEWARD);
}

static inline void
scene_put(struct scene *s, const struct table *table, struct span key, struct span value)
{
	struct unit *unit = unit_new(&s->arena, scene_tables, id_new(clock_now()));

	unit_put(unit, table, key, value);
	scene_commit(s, unit);
}

static inline void
scene_member_as(struct scene *s, const char *id, enum standing standing, const char *record)
{
	struct member m = { .id = span_text(id), .standing = standing, .since = clock_now(),
	    .record = span_text(record) };
	struct buffer b = buffer_init(4 * KIB);

	member_write(&b, &m);
	scene_put(s, &member_table, m.id, buffer_span(&b));
	buffer_release(&b);
}

static inline void
scene_member(struct scene *s, const char *id, enum standing standing)
{
	scene_member_as(s, id, standing, "{}");
}

static inline void
scene_claim(struct scene *s, const char *entity_id, const char *member)
{
	const struct entity_key key = entity_key_of(span_text(entity_id));
	struct buffer b = buffer_init(4 * KIB);

	member_claim_write(&b, &(struct member_claim){ .member = span_text(member) });
	scene_put(s, &member_claim_table, span_of(key.bytes, sizeof(key.bytes)), buffer_span(&b));
	buffer_release(&b);
}

/* A token is 43 letters behind its prefix. */
static inline const char *
scene_token(struct scene *s, const char *caller)
{
	char letters[44];

	memset(letters, 'x', 43);
	memcpy(letters, caller, strlen(caller));
	letters[43] = '\0';
	return arena_print(&s->arena, CALLER_TOKEN_PREFIX "%s", letters);
}

static inline void
scene_caller(struct scene *s, const char *name, const char *member, unsigned rights, unsigned rate)
{
	struct unit *unit = unit_new(&s->arena, scene_tables, id_new(clock_now()));
	struct buffer b = buffer_init(CALLER_ROW_LARGEST), pointer = buffer_init(4 * KIB);
	uint8_t sum[32];
	struct caller c = { .name = span_text(name), .member = span_text(member), .rights = rights, .rate = rate,
		.token = span_of(sum, sizeof(sum)) };

	digest(DIGEST_SHA256, span_text(scene_token(s, name)), sum);
	caller_write(&b, &c);
	unit_put(unit, &caller_table, c.name, buffer_span(&b));
	caller_pointer_write(&pointer, &(struct caller_pointer){ .name = c.name, .member = c.member });
	unit_put(unit, &caller_secret_table, c.token, buffer_span(&pointer));
	scene_commit(s, unit);
	buffer_release(&b);
	buffer_release(&pointer);
}

/* A caller that vouches, with a key (its SPKI). */
static inline void
scene_voucher(struct scene *s, const char *name, const char *member, struct span key)
{
	struct caller c = { .name = span_text(name), .member = span_text(member), .rights = CALLER_VOUCH,
		.keys = { key }, .key_count = 1 };
	struct buffer b = buffer_init(CALLER_ROW_LARGEST);

	caller_write(&b, &c);
	scene_put(s, &caller_table, c.name, buffer_span(&b));
	buffer_release(&b);
}

/* A version's files, as leaf `number` of the log. */
static inline void
scene_publish(struct scene *s, const struct policy_files *files, const struct dictionary *dictionary, uint64_t number)
{
	struct published_policy p = { .number = number, .published = clock_now(), .note = span_text("note") };
	struct buffer b = buffer_init(2 * POLICY_PACK_LARGEST), pack = buffer_init(POLICY_PACK_LARGEST);
	const struct framework *framework;
	struct problem why;

	expect_ok("a framework", framework_read(&s->arena, files, dictionary, true, &framework, &why), &why);
	policy_files_pack(&pack, files);
	p.files = buffer_span(&pack);
	p.valid_from = framework->valid_from;
	memcpy(p.digest, framework->digest.data, sizeof(p.digest));
	published_policy_write(&b, &p);
	scene_put(s, &policy_table, policy_key(&s->arena, framework->id, framework->version), buffer_span(&b));
	buffer_release(&pack);
	buffer_release(&b);
}

/* A version in a directory as if it had been published, with this dictionary, and these criteria (NULL: its own). */
static inline void
scene_policy_in(struct scene *s, const char *directory, struct span facts, const char *criteria)
{
	const struct dictionary *dictionary = NULL;
	struct policy_files files;
	struct policy_file *manifest;
	struct problem why;

	expect_ok("a dictionary", dictionary_read(&s->arena, "facts.json", facts, &dictionary, &why), &why);
	expect_ok("the version's files", policy_files_read(&s->arena, directory, &files, &why), &why);
	if (criteria) {
		((struct policy_file *)policy_file_find(&files, span_text("criteria/access.json")))->text =
		    span_text(criteria);
		manifest = (struct policy_file *)policy_file_find(&files, span_text("manifest.json"));
		expect_ok("its manifest", framework_manifest(&s->arena, &files, dictionary, &manifest->text, &why),
		    &why);
	}
	scene_put(s, &dictionary_table, span_text(DICTIONARY_KEY), facts);
	scene_publish(s, &files, dictionary, 7);
}

static inline void
scene_policy_of(struct scene *s, struct span facts, const char *criteria)
{
	scene_policy_in(s, fixture_path(&s->arena, "fixture/1.0"), facts, criteria);
}

static inline struct span
scene_facts_in(struct scene *s, const char *path)
{
	struct buffer file = buffer_init(DICTIONARY_LARGEST);
	struct problem why;
	struct span facts;

	expect_ok("a dictionary's file", file_read(path, &file, &why), &why);
	facts = arena_copy(&s->arena, buffer_span(&file));
	buffer_release(&file);
	return facts;
}

static inline struct span
scene_facts(struct scene *s)
{
	return scene_facts_in(s, fixture_path(&s->arena, "facts.json"));
}

static inline void
scene_policy(struct scene *s)
{
	scene_policy_of(s, scene_facts(s), NULL);
}

static inline void
scene_settle(struct scene *s)
{
	do
		turn_run(loop_turn(s->loop));
	while (store_memory_step(s->store, clock_now()));
}

static inline void
scene_open(struct scene *s, uint64_t seed)
{
	*s = (struct scene){ .arena = arena_init(1 * GIB), .fd = -1 };
	s->loop = loop_new();
	s->store = store_memory_new(scene_tables, ROLE_WORKER, seed);
	s->rates = rates_new(64);
	scene_member(s, "records", STANDING_APPROVED);
	scene_caller(s, "point", "records", CALLER_DECIDE, 1000000);
}

/* The policies that were put, in force; scene_front() does so where nobody has. */
static inline void
scene_shelf(struct scene *s)
{
	if (s->shelf)
		return;
	s->shelf = policy_shelf_new(s->store);
	scene_settle(s);
}

/* `access`: the text of its file; NULL: it has none. */
static inline void
scene_front(struct scene *s, const char *access)
{
	struct authzen_front_settings settings = { .base_url = SCENE_BASE, .rates = s->rates, .rate = 1000000,
		.test = true };
	struct http_settings http = { .limits = http_limits_default };
	struct mount mounts[1 + COUNT(s->beside)] = { { authzen_routes, NULL } };
	size_t count = 1;
	struct problem why = { 0 };
	FILE *f;

	snprintf(s->socket, sizeof(s->socket), "/tmp/watashi-authzen-%d", (int)getpid());
	snprintf(s->access, sizeof(s->access), "/tmp/watashi-access-%d.json", (int)getpid());
	if (access) {
		f = fopen(s->access, "w");
		expect_true("the access file", f && fputs(access, f) >= 0 && fclose(f) == 0);
		settings.access = s->access;
	}
	scene_shelf(s);
	expect_ok("the front opens", authzen_front_new(s->store, s->shelf, &settings, &s->front, &why), &why);
	unlink(s->access);
	mounts[0].front = s->front;
	for (size_t i = 0; i < COUNT(s->beside) && s->beside[i].routes; i++)
		mounts[count++] = s->beside[i];
	s->router = router_new(mounts, count);
	s->server = http_server_new(s->loop, &http);
	expect_ok("a socket", listen_on(arena_print(&s->arena, "unix:%s", s->socket), &s->fd, &why), &why);
	http_server_listen(s->server, s->fd, s->router, NULL);
}

static inline void
scene_close(struct scene *s)
{
	http_server_free(s->server);
	router_free(s->router);
	authzen_front_free(s->front);
	policy_shelf_free(s->shelf);
	rates_free(s->rates);
	store_free(s->store);
	loop_free(s->loop);
	if (s->fd >= 0)
		close(s->fd);
	unlink(s->socket);
	arena_release(&s->arena);
}

/* `fields`: header lines, each ended by CRLF. The status; the whole answer stands in s->answer. */
static inline int
scene_send(struct scene *s, const char *line, const char *fields, const char *body)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0), status = 0;
	const char *text = arena_print(&s->arena, "%s HTTP/1.1\r\nHost: federation.example\r\nConnection: close\r\n%s"
	    "Content-Length: %zu\r\n\r\n%s", line, fields, strlen(body), body);
	size_t used = 0, sent = 0, size = strlen(text);

	snprintf(to.sun_path, sizeof(to.sun_path), "%s", s->socket);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	for (int round = 0; round < SCENE_ROUNDS; round++) {
		ssize_t n = sent < size ? write(fd, text + sent, size - sent) : 0;

		sent += n > 0 ? (size_t)n : 0;
		n = read(fd, s->answer + used, sizeof(s->answer) - 1 - used);
		if (n == 0)
			break;
		used += n > 0 ? (size_t)n : 0;
		loop_step(s->loop, 0);
		store_memory_step(s->store, clock_now());
	}
	close(fd);
	s->answer[used] = '\0';
	sscanf(s->answer, "HTTP/1.1 %d", &status);
	return status;
}

/* As `caller`, with its token. */
static inline int
scene_post(struct scene *s, const char *caller, const char *path, const char *body)
{
	return scene_send(s, arena_print(&s->arena, "POST %s", path), arena_print(&s->arena,
	    "Content-Type: application/json\r\nAuthorization: Bearer %s\r\n", scene_token(s, caller)), body);
}

static inline int
scene_ask(struct scene *s, const char *caller, const char *path, const char *body)
{
	return scene_post(s, caller, arena_print(&s->arena, "/access/v1/%s", path), body);
}

/* The status, and every part, separated by '|'; none behind a '!' stands in the answer. */
static inline void
expect_answer(struct scene *s, const char *title, int status, int wanted, const char *parts)
{
	struct span rest = span_text(parts);

	if (status != wanted)
		print_error("  %s\n", s->answer);
	expect_number(title, status, wanted);
	while (rest.size) {
		struct span part = span_cut(&rest, '|');
		bool absent = part.data[0] == '!';
		const char *text = arena_text(&s->arena, absent ? span_skip(part, 1) : part);

		if ((strstr(s->answer, text) != NULL) == absent)
			print_error("  %s \"%s\" in\n%s\n", absent ? "found" : "missing", text, s->answer);
		expect_true(title, (strstr(s->answer, text) != NULL) != absent);
	}
}
