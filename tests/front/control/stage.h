/* tests/front/control/stage.h - the control front behind a real socket; its store is in memory, and answers late.
 *
 *     stage_open -> expect_answer … -> stage_free
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "expect.h"

#include "base/buffer.h"
#include "front/control/control.h"
#include "http/server.h"
#include "ledger/entry.h"
#include "net/address.h"
#include "registry/document.h"
#include "signer/rollover.h"
#include "store/memory.h"
#include "transaction/decision/erasure.h"
#include "transaction/caller/proposal.h"
#include "transaction/proofing/end.h"
#include "transaction/proofing/log.h"

#define DAY SECONDS(24 * 60 * 60)
#define PLACES 8
#define STRANGER 65534
#define ROUNDS 200000 /* of the loop, before a test gives up */

#define SECOND 65533 /* an operator beside us */

#ifndef STAGE_FURTHER_TABLES
#define STAGE_FURTHER_TABLES
#endif
static const struct table *const tables[] = { &entity_table, &fragment_table, &journal_table, &document_table,
	&publication_table, &key_table, &member_table, &member_event_table, &member_claim_table, &finding_table,
	&source_table, &caller_proposal_table, &policy_table, &dictionary_table, &policy_change_table,
	&ledger_leaf_table, &ledger_entry_table, &erasure_agreement_table, &proofing_log_table, &proofing_end_table,
	STAGE_FURTHER_TABLES NULL };

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
	int published, published_all, reloaded, erased;
	bool stuck;     /* what was received cannot be erased */
	struct publishing {
		struct pending pending;
		struct later later;
		on_published *done;
		void *asker;
	} publishing;
};

static inline void
on_publish(void *arg)
{
	static const struct publish_report report = { .generation = 7, .signed_documents = 3, .us = 12000 };
	struct stage *s = arg;

	s->publishing.done(s->publishing.asker, OK, &report, NULL);
}

static inline void
cancel_publish(struct pending *p)
{
	(void)p;
}

static inline struct pending *
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

static inline void
reload(void *arg)
{
	((struct stage *)arg)->reloaded++;
}

static inline enum err
erase_received(void *arg, struct problem *why)
{
	struct stage *s = arg;

	s->erased++;
	return s->stuck ? problem_set(why, ERR_UNAVAILABLE, "", "crl/lock: another process takes a list in") : OK;
}

static inline void
status(void *arg, struct buffer *json)
{
	(void)arg;
	buffer_text(json, "\"processes\":[],\"store\":{}");
}

static inline bool
admit(void *arg, const struct address *peer, int uid, struct problem *why)
{
	const struct stage *s = arg;

	return control_admit(s->control, peer, s->strangers ? STRANGER : uid, why);
}

static inline void
stage_open_as(struct stage *s, uint64_t seed, unsigned approvals, bool named)
{
	static const struct cost_settings costs = { 0 };
	const unsigned operators[] = { SECOND, named ? geteuid() : SECOND };
	const struct validation_settings validation = { .schemas = "/usr/share/xml" };
	const struct fetcher_settings fetching = { .at_once = 1 };
	struct http_settings http = { .limits = http_limits_default, .admit = admit, .admit_arg = s };
	struct control_settings settings = { .document_life = 14 * DAY, .approvals = approvals, .operators = operators,
		.operator_count = COUNT(operators), .registration_authority = "https://authority.example/",
		.costs = &costs, .lists_watched = "/srv/lists" };
	struct control_actions actions = { .publish = publish, .reload = reload, .status = status,
		.erase_received = erase_received, .arg = s };
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

static inline void
stage_open(struct stage *s, uint64_t seed, unsigned approvals)
{
	stage_open_as(s, seed, approvals, true);
}

static inline void
stage_new(struct stage *s, uint64_t seed)
{
	stage_open(s, seed, 1);
}

static inline void
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

static inline int
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

static inline void
request_write(struct buffer *b, const struct wanted *w)
{
	buffer_print(b, "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n", w->method, w->path);
	if (w->body)
		buffer_print(b, "Content-Type: %s\r\nContent-Length: %zu\r\n", w->type, strlen(w->body));
	buffer_print(b, "\r\n%s", w->body ? w->body : "");
}

/* Asks, lets loop and store work until the peer closes, and returns the status; the answer stands in `answer`. */
static inline int
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

static inline void
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

struct control_question {
	const char *title;
	struct wanted wanted;
	int status;
	const char *part;
};

/* Each of a new federation, which none of them changes. */
static inline void
expect_answers(const struct control_question *questions, size_t count, uint64_t seed)
{
	struct stage s;

	stage_new(&s, seed);
	for (size_t i = 0; i < count; i++)
		expect_answer(&s, questions[i].title, &questions[i].wanted, questions[i].status, questions[i].part);
	expect_number("nothing of that reached the steward", s.published + s.reloaded, 0);
	stage_free(&s);
}

static const char json[] = "application/json", xml[] = "application/samlmetadata+xml";
