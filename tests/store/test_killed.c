/* tests/store/test_killed.c - a recorder killed again and again: every acknowledged unit happened, exactly once. */
#include "stage.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "store/inspect.h"
#include "store/reader.h"

#define KILLS 40
#define IN_FLIGHT 64
#define MOST 200000

struct actor {
	struct turn turn;
	struct store *store;
	struct recorder_settings settings;
	char directory[64];
	int link;
	pid_t recorder;
	struct arena arena;
	uint32_t begun, answered;
	bool stopping;
	uint8_t *acknowledged_units; /* one each */
};

struct doing {
	struct actor *actor;
	uint32_t number;
	uint8_t key[4];
	struct ask ask;
};

static void
answer_over_link(void *arg, unsigned peer, struct span message)
{
	(void)peer;
	if (send(*(int *)arg, message.data, message.size, MSG_NOSIGNAL) < 0)
		_exit(0);
}

static void
tell_over_link(void *arg, struct span message)
{
	answer_over_link(arg, 0, message);
}

/* The recorder's process: what has come, one commit, again. */
static void
be_recorder(const struct recorder_settings *settings, int link)
{
	static uint8_t message[64 * KIB];
	struct recorder_outlets outlets = { answer_over_link, tell_over_link, &link };
	struct recorder *r;
	struct problem why;

	if (recorder_open(settings, &outlets, &r, &why) != OK) {
		print_error("the store does not open again: %s\n", why.text);
		_exit(9);
	}
	for (;;) {
		ssize_t got = recv(link, message, sizeof(message), 0);

		for (; got > 0; got = recv(link, message, sizeof(message), MSG_DONTWAIT))
			if (recorder_take(r, 0, ROLE_WORKER, span_of(message, (size_t)got), NULL) != OK)
				_exit(8);
		if (got == 0)
			_exit(0);
		if (recorder_commit(r, clock_now(), &why) != OK)
			_exit(7);
	}
}

static bool
post(void *arg, struct span message)
{
	struct actor *a = arg;

	return send(a->link, message.data, message.size, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0;
}

static void
start_recorder(struct actor *a)
{
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	a->recorder = fork();
	if (a->recorder == 0) {
		close(pair[0]);
		be_recorder(&a->settings, pair[1]);
	}
	close(pair[1]);
	a->link = pair[0];
}

static void begin_unit(struct actor *);

static void
see_row(void *arg, enum err code, const struct problem *why)
{
	struct doing *d = arg;

	expect_ok("loaded", code, why);
	expect_number("what is acknowledged is seen at once", d->ask.count, 1);
	begin_unit(d->actor);
	free(d);
}

static void
note_answer(void *arg, const struct committed *c)
{
	struct doing *d = arg;

	expect_number("a unit without conflicts is committed", c->code, OK);
	d->actor->answered++;
	d->actor->acknowledged_units[d->number]++;
	d->ask = (struct ask){ .table = &logins, .from = span_of(d->key, 4) };
	store_load(d->actor->store, &d->ask, 1, see_row, d);
}

static void
begin_unit(struct actor *a)
{
	struct doing *d;
	struct unit *u;

	if (a->stopping || a->begun == MOST)
		return;
	d = calloc(1, sizeof(*d));
	d->actor = a;
	d->number = a->begun++;
	for (size_t i = 0; i < 4; i++)
		d->key[i] = (uint8_t)(d->number >> (24 - 8 * i));
	arena_reset(&a->arena);
	u = unit_new(&a->arena, stage_tables, id_new(clock_now()));
	unit_expect(u, &logins, span_of(d->key, 4), 0);
	unit_put_until(u, &logins, span_of(d->key, 4), span_text("present"), instant_after(clock_now(), SECONDS(3600)));
	unit_put(u, &members, span_text("last"), span_of(d->key, 4));
	unit_append(u, &journal, span_of(d->key, 4));
	store_commit(a->store, u, note_answer, d);
}

/* False when the recorder is gone. */
static bool
listen_to(struct actor *a, int ms)
{
	static uint8_t message[64 * KIB];
	struct pollfd wait = { .fd = a->link, .events = POLLIN };

	turn_run(&a->turn);
	store_lmdb_tick(a->store);
	if (poll(&wait, 1, ms) <= 0)
		return true;
	for (;;) {
		ssize_t got = recv(a->link, message, sizeof(message), MSG_DONTWAIT);

		if (got <= 0)
			return got < 0 && errno == EAGAIN;
		store_lmdb_recorder_said(a->store, span_of(message, (size_t)got));
		turn_run(&a->turn);
	}
}

static void
lose_recorder(struct actor *a)
{
	int status;

	kill(a->recorder, SIGKILL);
	waitpid(a->recorder, &status, 0);
	expect_true("it was we who ended it", WIFSIGNALED(status));
	while (listen_to(a, 0))
		continue;
	store_lmdb_recorder_lost(a->store);
	close(a->link);
}

/* In the journal each unit once, whatever became of the recorder that took it; its row beside it. */
static void
look_at_all(struct actor *a)
{
	uint8_t *times = calloc(a->begun, 1);
	struct ask asks[] = { { .table = &journal, .limit = UINT32_MAX }, { .table = &logins, .limit = UINT32_MAX } };
	struct arena arena = arena_init(256 * MIB);
	struct map_reader *reader;
	struct problem why;

	expect_ok("the store opens clean", map_reader_open(a->directory, stage_tables, &reader, &why), &why);
	expect_ok("begun", map_reader_begin(reader, &why), &why);
	expect_ok("read to its end", map_reader_answer(reader, &arena, asks, 2, clock_now(), &why), &why);
	expect_number("one row a unit", asks[1].count, a->begun);
	expect_number("one entry a unit", asks[0].count, a->begun);
	for (size_t i = 0; i < asks[0].count; i++) {
		const uint8_t *n = asks[0].rows[i].value.data;
		uint32_t number = (uint32_t)n[0] << 24 | (uint32_t)n[1] << 16 | (uint32_t)n[2] << 8 | n[3];

		expect_true("of a unit that was sent", number < a->begun);
		times[number]++;
	}
	for (uint32_t i = 0; i < a->begun; i++) {
		expect_number("exactly once", times[i], 1);
		expect_number("and acknowledged once", a->acknowledged_units[i], 1);
	}
	map_reader_end(reader);
	map_reader_free(reader);
	arena_release(&arena);
	free(times);
}

static void
look_at_pages(struct actor *a)
{
	char path[128];
	struct inspection seen;
	struct problem why;

	snprintf(path, sizeof(path), "%s/data.mdb", a->directory);
	expect_ok("every table is whole", store_inspect(path, &seen, &why), &why);
}

static void
acknowledged_units_happen_exactly_once(void **state)
{
	struct actor a = { .arena = arena_init(MIB), .acknowledged_units = calloc(MOST, 1) };
	struct store_lmdb_settings settings = { .tables = stage_tables, .commit_timeout = SECONDS(600),
		.in_flight = IN_FLIGHT };
	struct problem why;
	enum err code = ERR_UNAVAILABLE;

	(void)state;
	srand(20261122);
	a.settings = stage_settings(directory_make(a.directory));
	settings.directory = a.directory;
	start_recorder(&a);
	/* As a worker does that comes first. */
	for (int tries = 0; tries < 1000; tries++) {
		code = store_lmdb_open(&a.turn, &settings, post, &a, &a.store, &why);
		if (code == OK)
			break;
		expect_number("not yet made", code, ERR_UNAVAILABLE);
		usleep(10000);
	}
	expect_ok("opened", code, &why);
	store_lmdb_recorder_ready(a.store);
	for (int i = 0; i < IN_FLIGHT; i++)
		begin_unit(&a);
	for (int kills = 0; kills < KILLS; kills++) {
		int64_t until = clock_monotonic() + rand() % 60000;

		while (clock_monotonic() < until)
			listen_to(&a, 1);
		lose_recorder(&a);
		start_recorder(&a);
		store_lmdb_recorder_ready(a.store);
	}
	a.stopping = true;
	for (int64_t until = clock_monotonic() + SECONDS(60); a.answered < a.begun && clock_monotonic() < until;)
		expect_true("the last recorder lives", listen_to(&a, 10));
	turn_run(&a.turn);
	expect_number("every unit is answered in the end", a.answered, a.begun);
	expect_true("there was work to be done", a.answered > IN_FLIGHT);
	kill(a.recorder, SIGKILL);
	waitpid(a.recorder, NULL, 0);
	close(a.link);
	store_free(a.store);
	look_at_all(&a);
	look_at_pages(&a);
	directory_remove(a.directory);
	arena_release(&a.arena);
	free(a.acknowledged_units);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(acknowledged_units_happen_exactly_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
