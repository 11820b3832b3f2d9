/* tests/bench/authn.c - what a passkey's answer costs beside the bare check of its signature; whether that grows.
 *
 *     authn DIRECTORY SMALL LARGE SECONDS PAIRS
 *
 * Two stores are filled, of SMALL and LARGE credentials, each of an account of its own; in both one account more has
 * ten thousand, and one three. For each pair a line with two figures of each comparison:
 *
 *     verify  a login and the bare check, for a second of CPU      growth  a login in SMALL and in LARGE
 *     list    microseconds of a first page of 10,000 and of 3      account a login to 10,000 and to 3
 *
 * A login: credential found by its name, its row loaded, the browser's JSON read, every step judged, the signature
 * verified, the counter in a unit that the recorder commits, 32 at a time (to one account one at a time), durably.
 * Bare: EVP_DigestVerify() over the same bytes with the key at hand. Answers are signed beforehand, each with a counter
 * of its own. It is the narrow part of a login, the one that the store's pages weigh most in; whole ones: login.c.
 */
#include "passkeys.h"

#include "authn/webauthn.h"
#include "store/reader.h"
#include "store/recorder.h"

#define ROUND 1024           /* answers signed at a time */
#define BATCH 32             /* logins of one commit: as many as the store benchmark's 64 connections bring together */
#define PART 8192            /* rows of one commit while a store is filled */
#define CROWD 10000
#define FEW 3
#define PAGE 50
#define WARMED 64            /* of so many credentials one logs in before anything is measured */
#define CHALLENGE "a challenge of thirty-two bytes!"

static const struct table *const tables[] = {
	&credential_table, &credential_name_table, &credential_model_table, NULL,
};

struct world {
	const char *directory;
	uint32_t count;              /* credentials of accounts that have one; behind them the crowd's, and the few */
	struct recorder *recorder;
	struct map_reader *reader;
	uint64_t drawn;              /* by chance, so far */
	uint32_t counter;
};
struct answer {
	uint32_t index;
	struct assertion made;
};
struct bench {
	struct arena arena, round, step;
	struct instant now;
	struct passkey_key keys[KEYS];
	struct answer answers[ROUND];
	struct webauthn_site site;
	struct span origin;
	unsigned long confirmed;
};

static uint32_t
account_index(const struct world *w, uint32_t index)
{
	if (index < w->count)
		return index;
	return index < w->count + CROWD ? w->count : w->count + 1;
}

static struct id
account_of(const struct world *w, uint32_t index)
{
	return id_of(account_index(w, index), 1);
}

/* Filling */

static void
answer_nobody(void *arg, unsigned peer, struct span message)
{
	(void)arg;
	(void)peer;
	(void)message;
}

static void
tell_nobody(void *arg, struct span message)
{
	(void)arg;
	(void)message;
}

static void
commit(struct bench *b, struct world *w, struct unit *unit)
{
	struct problem why;

	must(recorder_take(w->recorder, 1, ROLE_WORKER, unit_bytes(unit), &why) == OK, "a unit is taken");
	must(recorder_commit(w->recorder, b->now, &why) == OK, "it is committed");
	arena_reset(&b->step);
}

static void
put_name(struct bench *b, const struct world *w, const struct passkey_name *name, struct unit *unit)
{
	struct id account = account_of(w, name->index), id = id_of(name->index, 2);

	unit_put(unit, &credential_name_table, span_of(name->key, NAME_SIZE), id_pair(&b->step, &account, &id));
}

static void
fill(struct bench *b, struct world *w)
{
	uint32_t all = w->count + CROWD + FEW;
	struct buffer row = buffer_init(4 * KIB);
	struct passkey_name *names = passkey_names_make(&b->step, all);

	for (uint32_t i = 0; i < all;) {
		struct unit *unit = unit_new(&b->step, tables, id_new(b->now));

		for (uint32_t n = 0; n < PART && i < all; n++, i++) {
			struct id account = account_of(w, i);

			passkey_put(unit, &b->step, &row, b->keys, i, &account, b->now);
		}
		commit(b, w, unit);
	}
	for (uint32_t i = 0; i < all;) {
		struct unit *unit = unit_new(&b->step, tables, id_new(b->now));

		for (uint32_t n = 0; n < PART && i < all; n++, i++)
			put_name(b, w, &names[i], unit);
		commit(b, w, unit);
	}
	free(names);
	buffer_release(&row);
}

static void
world_open(struct bench *b, struct world *w, const char *directory, const char *count)
{
	static const struct recorder_outlets outlets = { .answer = answer_nobody, .notice = tell_nobody };
	struct recorder_settings settings = { .directory = directory, .tables = tables, .map_bytes = 64 * GIB };
	struct problem why;

	*w = (struct world){ .directory = directory, .count = (uint32_t)strtoul(count, NULL, 10), .counter = 1 };
	must(w->count >= CROWD, "a store has ten thousand credentials at least");
	must(recorder_open(&settings, &outlets, &w->recorder, &why) == OK, why.text);
	fill(b, w);
	must(map_reader_open(directory, tables, &w->reader, &why) == OK, why.text);
}

/* Of which credentials a round is: of all that stand alone, the crowd's, or the few's. */
enum whom { ANYBODY, THE_CROWD, THE_FEW };

/* By chance, but none twice within a round, for of two answers with one counter the second is refused. */
static uint32_t
anybody(struct bench *b, struct world *w, size_t already)
{
	for (;;) {
		uint32_t index = (uint32_t)(mixed(++w->drawn) % w->count);
		bool again = false;

		for (size_t i = 0; i < already && !again; i++)
			again = b->answers[i].index == index;
		if (!again)
			return index;
	}
}

static void
round_make(struct bench *b, struct world *w, enum whom whom, size_t count)
{
	arena_reset(&b->round);
	for (size_t i = 0; i < count; i++) {
		uint32_t index = w->count + (whom == THE_FEW ? CROWD + (uint32_t)i % FEW :
		    (uint32_t)(i * 6181) % CROWD);
		struct id account;

		if (whom == ANYBODY)
			index = anybody(b, w, i);
		account = account_of(w, index);
		b->answers[i] = (struct answer){ index, passkey_assert(&b->round, b->keys, index, &account,
		    span_text(CHALLENGE), w->counter) };
	}
	w->counter++;
}

/* Ours */

static void
load(struct bench *b, struct world *w, const struct answer *answer, const struct webauthn_response *response,
    struct credential *out)
{
	struct ask ask = { .table = &credential_name_table };
	struct id account, credential;
	struct problem why;

	ask.from = credential_name_key(&b->step, CREDENTIAL_PASSKEY, response->id);
	must(map_reader_begin(w->reader, &why) == OK &&
	    map_reader_answer(w->reader, &b->step, &ask, 1, b->now, &why) == OK && ask.count == 1 &&
	    credential_name_read(ask.rows[0].value, &account, &credential), "a name");
	ask = credential_ask(&b->step, &account, &credential);
	must(map_reader_answer(w->reader, &b->step, &ask, 1, b->now, &why) == OK &&
	    credential_loaded(&b->step, ask.count ? &ask.rows[0] : NULL, out, &why) == OK, "a credential");
	map_reader_end(w->reader);
	(void)answer;
}

static void
login(struct bench *b, struct world *w, const struct answer *answer)
{
	struct examination examination = { .arena = &b->step };
	const struct webauthn_expectation expected = { .site = &b->site, .challenge = span_text(CHALLENGE),
		.user_verified = true };
	struct webauthn_credential kept;
	struct webauthn_response response;
	struct webauthn_asserted asserted;
	const char *unusable;
	struct credential c;
	struct problem why;
	struct unit *unit;

	must(webauthn_response_read(answer->made.json, WEBAUTHN_GET, &b->step, &response, &why) == OK, "the JSON");
	load(b, w, answer, &response, &c);
	kept = (struct webauthn_credential){ .id = c.passkey.id, .key = c.passkey.key,
		.user_handle = id_span(&c.account), .sign_count = c.passkey.sign_count,
		.backup_eligible = c.passkey.backup_eligible };
	must(credential_usable(&c, b->now, &unusable) && webauthn_assert(&response, &expected, &kept, &examination,
	    &asserted) && !asserted.counter_back, "an assertion does not verify");
	c.passkey.sign_count = asserted.sign_count;
	c.used = b->now;
	unit = unit_new(&b->step, tables, id_new(b->now));
	credential_put(unit, &b->step, &c);
	must(recorder_take(w->recorder, 1, ROLE_WORKER, unit_bytes(unit), &why) == OK, "a unit is taken");
	b->confirmed++;
}

/* As many as were taken have been committed: none was in conflict with another. */
static void
login_all(struct bench *b, struct world *w, size_t count, size_t batch)
{
	for (size_t i = 0; i < count; i += batch) {
		uint64_t before = recorder_figures(w->recorder).units;
		size_t size = i + batch < count ? batch : count - i;
		struct problem why;

		for (size_t n = 0; n < size; n++)
			login(b, w, &b->answers[i + n]);
		must(recorder_commit(w->recorder, b->now, &why) == OK, "a commit");
		must(recorder_figures(w->recorder).units == before + size, "each login is committed");
		arena_reset(&b->step);
	}
}

static double
login_rate(struct bench *b, struct world *w, enum whom whom, double seconds)
{
	/* Of one account they come one after the other, each with a commit of its own; and of the few each has to be
	 * committed before it comes again, with the next counter. */
	size_t count = whom == ANYBODY ? ROUND : FEW, batch = whom == ANYBODY ? BATCH : 1;
	double spent = 0, start;
	unsigned long done = 0;

	while (spent < seconds) {
		round_make(b, w, whom, count);
		start = cpu_now();
		login_all(b, w, count, batch);
		spent += cpu_now() - start;
		done += count;
	}
	return (double)done / spent;
}

/* Bare: what is signed lies ready, and so does the key. */
static double
bare_rate(struct bench *b, struct world *w, double seconds)
{
	double spent = 0, start;
	unsigned long done = 0;

	while (spent < seconds) {
		round_make(b, w, ANYBODY, ROUND);
		start = cpu_now();
		for (size_t i = 0; i < ROUND; i++) {
			const struct assertion *made = &b->answers[i].made;
			EVP_MD_CTX *context = EVP_MD_CTX_new();
			uint8_t message[128];

			memcpy(message, made->data.data, made->data.size);
			digest(DIGEST_SHA256, made->client_data, message + made->data.size);
			must(EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL,
			    b->keys[b->answers[i].index % KEYS].key) == 1 &&
			    EVP_DigestVerify(context, made->signature.data, made->signature.size, message,
			    made->data.size + 32) == 1, "a signature does not verify");
			EVP_MD_CTX_free(context);
		}
		spent += cpu_now() - start;
		done += ROUND;
	}
	return (double)done / spent;
}

/* Microseconds of a first page. */
static double
list_cost(struct bench *b, struct world *w, enum whom whom, double seconds)
{
	struct id account = account_of(w, w->count + (whom == THE_FEW ? CROWD : 0));
	size_t expected = whom == THE_FEW ? FEW : PAGE;
	double start = cpu_now(), spent;
	unsigned long done = 0;
	struct problem why;

	do {
		struct ask ask = credentials_ask(&b->step, &account, PAGE);

		must(map_reader_begin(w->reader, &why) == OK &&
		    map_reader_answer(w->reader, &b->step, &ask, 1, b->now, &why) == OK && ask.count == expected &&
		    ask.more == (whom == THE_CROWD), "a page");
		for (size_t i = 0; i < ask.count; i++) {
			struct credential c;

			must(credential_loaded(&b->step, &ask.rows[i], &c, &why) == OK, "a credential of the page");
		}
		map_reader_end(w->reader);
		arena_reset(&b->step);
		done++;
		spent = cpu_now() - start;
	} while (spent < seconds);
	return spent / (double)done * 1e6;
}

/* A server that has been up for a while has the store's map at hand: its pages are the system's cache, but each takes a
 * fault when a process comes to it for the first time. */
static void
world_warm(struct bench *b, struct world *w)
{
	for (uint32_t done = 0; done < w->count / WARMED; done += ROUND) {
		round_make(b, w, ANYBODY, ROUND);
		login_all(b, w, ROUND, BATCH);
	}
}

static void
world_close(struct world *w)
{
	map_reader_free(w->reader);
	recorder_free(w->recorder);
}

/* A B B A: what else runs on the machine meets both. */
static void
measure_pair(struct bench *b, struct world *small, struct world *large, double seconds, long number)
{
	double verify[2], growth[2], list[2], account[2];

	for (long j = 0; j < 2; j++) {
		long which = (number + j) % 2;

		verify[which] = which == 0 ? login_rate(b, small, ANYBODY, seconds) : bare_rate(b, small, seconds);
	}
	for (long j = 0; j < 2; j++) {
		long which = (number + j) % 2;

		growth[which] = login_rate(b, which == 0 ? small : large, ANYBODY, seconds);
	}
	for (long j = 0; j < 2; j++) {
		enum whom whom = (number + j) % 2 == 0 ? THE_CROWD : THE_FEW;

		list[whom - THE_CROWD] = list_cost(b, large, whom, seconds / 4);
		account[whom - THE_CROWD] = login_rate(b, large, whom, seconds / 4);
	}
	printf("verify %.1f %.1f\ngrowth %.1f %.1f\nlist %.3f %.3f\naccount %.1f %.1f\n", verify[0], verify[1],
	    growth[0], growth[1], list[0], list[1], account[0], account[1]);
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	static struct bench b;
	struct world small, large;
	double seconds;

	if (argc != 6) {
		fputs("usage: authn DIRECTORY SMALL LARGE SECONDS PAIRS\n", stderr);
		return 2;
	}
	b.arena = arena_init(16 * MIB);
	b.round = arena_init(64 * MIB);
	b.step = arena_init(256 * MIB);
	b.now = clock_now();
	b.origin = span_text(ORIGIN);
	b.site = (struct webauthn_site){ .rp_id = span_text(SITE), .origins = &b.origin, .origin_count = 1,
		.rsa_least = 2048 };
	seconds = strtod(argv[4], NULL);
	passkey_keys_make(b.keys);
	world_open(&b, &small, arena_print(&b.arena, "%s/small", argv[1]), argv[2]);
	world_open(&b, &large, arena_print(&b.arena, "%s/large", argv[1]), argv[3]);
	world_warm(&b, &small);
	world_warm(&b, &large);
	for (long i = 0; i < strtol(argv[5], NULL, 10); i++)
		measure_pair(&b, &small, &large, seconds, i);
	world_close(&small);
	world_close(&large);
	return 0;
}
