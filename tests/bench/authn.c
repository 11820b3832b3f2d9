/* tests/bench/authn.c - what a login with a passkey costs beside the bare check of its signature; whether that grows.
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
 * verified, the counter in a unit that the recorder commits, 32 at a time, durably. Bare: EVP_DigestVerify() over
 * the same bytes with the key at hand. Answers are signed beforehand, each with a counter of its own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include "authn/credential.h"
#include "authn/webauthn.h"
#include "base/arena.h"
#include "codec/text.h"
#include "crypto/digest.h"
#include "store/reader.h"
#include "store/recorder.h"

#define KEYS 256             /* drawn; credentials share them, each under an id of its own */
#define ROUND 1024           /* answers signed at a time */
#define BATCH 32             /* logins of one commit: as many as the store benchmark's 64 connections bring together */
#define PART 8192            /* rows of one commit while a store is filled */
#define CROWD 10000
#define FEW 3
#define PAGE 50
#define WARMED 64            /* of so many credentials one logs in before anything is measured */
#define SITE "watashi.example"
#define ORIGIN "https://watashi.example"
#define CHALLENGE "a challenge of thirty-two bytes!"
#define ID_SIZE 16
#define NAME_SIZE 32

static const struct table *const tables[] = {
	&credential_table, &credential_name_table, &credential_model_table, NULL,
};

struct key {
	EVP_PKEY *key;
	uint8_t cose[128];
	size_t cose_size;
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
	struct span json, data, client_data, signature;
};
struct bench {
	struct arena arena, round, step;
	struct instant now;
	struct key keys[KEYS];
	struct answer answers[ROUND];
	struct webauthn_site site;
	struct span origin;
	unsigned long confirmed;
};

static void
must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "bench: %s\n", what);
	exit(1);
}

static double
cpu_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* People and what they have: made from a number, so that nothing needs to be kept of ten million */

static uint64_t
mixed(uint64_t n)
{
	n = (n ^ n >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	n = (n ^ n >> 27) * UINT64_C(0x94d049bb133111eb);
	return n ^ n >> 31;
}

/* As ids are: the time first. */
static struct id
id_of(uint32_t index, uint64_t salt)
{
	uint64_t time = UINT64_C(1795000000000) + index, rest = mixed(index + salt);
	struct id id = { { 0 } };

	for (size_t i = 6; i-- > 0; time >>= 8)
		id.bytes[i] = (uint8_t)time;
	memcpy(id.bytes + 6, &rest, sizeof(rest));
	return id;
}

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

static void
passkey_id(uint32_t index, uint8_t out[32])
{
	for (uint64_t i = 0; i < 4; i++) {
		uint64_t word = mixed(index * UINT64_C(4) + i + 7);

		memcpy(out + 8 * i, &word, sizeof(word));
	}
}

static void
keys_make(struct bench *b)
{
	for (size_t i = 0; i < KEYS; i++) {
		struct key *k = &b->keys[i];
		struct buffer out = buffer_init(sizeof(k->cose));
		uint8_t point[65];
		size_t size = 0;

		k->key = EVP_EC_gen("P-256");
		must(k->key && EVP_PKEY_get_octet_string_param(k->key, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point),
		    &size) == 1 && size == sizeof(point), "a key");
		buffer_add(&out, span_of("\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20", 10));
		buffer_add(&out, span_of(point + 1, 32));
		buffer_add(&out, span_of("\x22\x58\x20", 3));
		buffer_add(&out, span_of(point + 33, 32));
		k->cose_size = out.end - out.start;
		memcpy(k->cose, buffer_span(&out).data, k->cose_size);
		buffer_release(&out);
	}
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
put_credential(struct bench *b, const struct world *w, uint32_t index, struct unit *unit, struct buffer *row)
{
	const struct key *key = &b->keys[index % KEYS];
	uint8_t id[32], own[2 * ID_SIZE];
	struct credential c = { .account = account_of(w, index), .id = id_of(index, 2), .kind = CREDENTIAL_PASSKEY,
		.state = CREDENTIAL_ACTIVE, .name = span_text("Phone"), .issued = b->now, .activated = b->now,
		.changed = b->now, .used = b->now, .actor = span_text("person"), .binding = BINDING_IN_PROOFING,
		.parent = PARENT_NONE };

	passkey_id(index, id);
	c.passkey = (struct credential_passkey){ .id = span_of(id, sizeof(id)),
		.key = span_of(key->cose, key->cose_size), .user_verified = true, .resident = true,
		.aaguid = "software model ", .format = span_text("packed"), .trusted = true,
		.model = span_text("Software model 1"), .transports = span_text("internal,hybrid") };
	buffer_clear(row);
	credential_write(row, &c);
	memcpy(own, c.account.bytes, ID_SIZE);
	memcpy(own + ID_SIZE, c.id.bytes, ID_SIZE);
	unit_put(unit, &credential_table, span_of(own, sizeof(own)), buffer_span(row));
}

struct name {
	uint8_t key[NAME_SIZE];
	uint32_t index;
};

static int
compare_names(const void *a, const void *b)
{
	return memcmp(a, b, NAME_SIZE);
}

static struct name *
names_make(struct bench *b, uint32_t all)
{
	struct name *names = calloc(all, sizeof(*names));

	must(names != NULL, "memory");
	for (uint32_t i = 0; i < all; i++) {
		uint8_t id[32];

		passkey_id(i, id);
		memcpy(names[i].key, credential_name_key(&b->step, CREDENTIAL_PASSKEY, span_of(id, sizeof(id))).data,
		    NAME_SIZE);
		names[i].index = i;
		if (i % PART == 0)
			arena_reset(&b->step);
	}
	qsort(names, all, sizeof(*names), compare_names);
	return names;
}

static void
put_name(const struct world *w, const struct name *name, struct unit *unit)
{
	struct id account = account_of(w, name->index), id = id_of(name->index, 2);
	uint8_t own[2 * ID_SIZE];

	memcpy(own, account.bytes, ID_SIZE);
	memcpy(own + ID_SIZE, id.bytes, ID_SIZE);
	unit_put(unit, &credential_name_table, span_of(name->key, NAME_SIZE), span_of(own, sizeof(own)));
}

/* Rows and names each in their order, so that ten million take a minute: as they lie then they would lie after years of
 * enrolments, too, only fuller. */
static void
fill(struct bench *b, struct world *w)
{
	uint32_t all = w->count + CROWD + FEW;
	struct buffer row = buffer_init(4 * KIB);
	struct name *names = names_make(b, all);

	for (uint32_t i = 0; i < all;) {
		struct unit *unit = unit_new(&b->step, tables, id_new(b->now));

		for (uint32_t n = 0; n < PART && i < all; n++, i++)
			put_credential(b, w, i, unit, &row);
		commit(b, w, unit);
	}
	for (uint32_t i = 0; i < all;) {
		struct unit *unit = unit_new(&b->step, tables, id_new(b->now));

		for (uint32_t n = 0; n < PART && i < all; n++, i++)
			put_name(w, &names[i], unit);
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

/* What browsers send */

static struct span
client_data(struct arena *a)
{
	struct span challenge = base64url_write(a, span_text(CHALLENGE));

	return span_text(arena_print(a, "{\"type\":\"webauthn.get\",\"challenge\":\"%.*s\",\"origin\":\"" ORIGIN "\","
	    "\"crossOrigin\":false}", SPAN_ARGS(challenge)));
}

static struct span
authenticator_data(struct arena *a, uint32_t counter)
{
	struct buffer out = buffer_init(64);
	struct span copy;
	uint8_t hash[32];

	digest(DIGEST_SHA256, span_text(SITE), hash);
	buffer_add(&out, span_of(hash, sizeof(hash)));
	buffer_u8(&out, 0x05); /* present, verified */
	buffer_u32(&out, counter);
	copy = arena_copy(a, buffer_span(&out));
	buffer_release(&out);
	return copy;
}

static void
sign(struct bench *b, const struct world *w, uint32_t index, uint32_t counter, struct answer *out)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	struct arena *a = &b->round;
	struct id account = account_of(w, index);
	uint8_t signature[80], hash[32], id[32];
	size_t size = sizeof(signature);
	struct span texts[4], raw;

	passkey_id(index, id);
	raw = base64url_write(a, span_of(id, sizeof(id)));
	*out = (struct answer){ .index = index, .client_data = client_data(a), .data = authenticator_data(a, counter) };
	digest(DIGEST_SHA256, out->client_data, hash);
	must(EVP_DigestSignInit_ex(context, NULL, "SHA256", NULL, NULL, b->keys[index % KEYS].key, NULL) == 1 &&
	    EVP_DigestSignUpdate(context, out->data.data, out->data.size) == 1 &&
	    EVP_DigestSignUpdate(context, hash, sizeof(hash)) == 1 &&
	    EVP_DigestSignFinal(context, signature, &size) == 1, "signing");
	EVP_MD_CTX_free(context);
	out->signature = arena_copy(a, span_of(signature, size));
	texts[0] = base64url_write(a, out->client_data);
	texts[1] = base64url_write(a, out->data);
	texts[2] = base64url_write(a, out->signature);
	texts[3] = base64url_write(a, id_span(&account));
	out->json = span_text(arena_print(a, "{\"id\":\"%.*s\",\"rawId\":\"%.*s\",\"type\":\"public-key\","
	    "\"response\":{\"clientDataJSON\":\"%.*s\",\"authenticatorData\":\"%.*s\",\"signature\":\"%.*s\","
	    "\"userHandle\":\"%.*s\"},"
	    "\"authenticatorAttachment\":\"platform\",\"clientExtensionResults\":{}}", SPAN_ARGS(raw), SPAN_ARGS(raw),
	    SPAN_ARGS(texts[0]), SPAN_ARGS(texts[1]), SPAN_ARGS(texts[2]), SPAN_ARGS(texts[3])));
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

		if (whom == ANYBODY)
			index = anybody(b, w, i);
		sign(b, w, index, w->counter, &b->answers[i]);
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

	must(webauthn_response_read(answer->json, WEBAUTHN_GET, &b->step, &response, &why) == OK, "the JSON");
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
	/* Of the few each has to be committed before it comes again, with the next counter; so the crowd's, too. */
	size_t count = whom == ANYBODY ? ROUND : FEW, batch = whom == ANYBODY ? BATCH : FEW;
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
			const struct answer *answer = &b->answers[i];
			EVP_MD_CTX *context = EVP_MD_CTX_new();
			uint8_t message[128];

			memcpy(message, answer->data.data, answer->data.size);
			digest(DIGEST_SHA256, answer->client_data, message + answer->data.size);
			must(EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL,
			    b->keys[answer->index % KEYS].key) == 1 &&
			    EVP_DigestVerify(context, answer->signature.data, answer->signature.size, message,
			    answer->data.size + 32) == 1, "a signature does not verify");
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
	keys_make(&b);
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
