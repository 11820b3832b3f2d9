/* tests/bench/login.c - what a whole login with a passkey costs, and whether that grows with the people there are.
 *
 *     login POLICY DIRECTORY SMALL LARGE SECONDS PAIRS
 *
 * Two stores are filled, of SMALL and LARGE people: each has an account, a proofing, a passkey and its name, two lines
 * of history. For each pair a line: logins for a second of CPU in SMALL, in LARGE.
 *
 * A login is the four requests of /login/ as their flows do them, from the store's questions to the last commit: begun;
 * a challenge; the passkey's answer (used up, examined, counter and use written); assessed by the shipped policy,
 * decision, history and session recorded. Five units, each durable before the next request. As many go on at one
 * time as the store benchmark's 64 connections bring together, so a commit has as many units. Not counted: HTTP, and
 * the browser's signing.
 */
#include "passkeys.h"

#include "assurance/published_policy.h"
#include "base/file.h"
#include "base/log.h"
#include "base/record.h"
#include "daemon/tables.h"
#include "ledger/entry.h"
#include "person/account.h"
#include "person/history.h"
#include "store/lmdb.h"
#include "store/recorder.h"
#include "transaction/decision/party.h"
#include "transaction/login/look.h"
#include "transaction/login/way.h"

#define AT_ONCE 32
#define PART 8192            /* rows of one commit while a store is filled */
#define WARMED 64            /* of so many people one logs in before anything is measured */
#define NOON "2027-01-01T12:00:00Z" /* the shipped policy is in force */
#define PACE (AT_ONCE * 500LL) /* microseconds: so time, and ids with it, goes on for a core that is busy with logins */
#define FACTS "{\"proofing.government_ids\":1}"
#define WHERE "Firefox (Linux), 203.0.113.7"

/* One person's login. */
struct visit {
	struct world *world;
	struct arena arena;
	uint32_t index;
	struct id account;
	struct login_request at;
	uint8_t challenge[WEBAUTHN_CHALLENGE];
	struct span answer;
	bool done;
};

struct world {
	uint32_t count;
	struct recorder *recorder;
	struct turn turn;
	struct store *store;
	struct buffer posted, taken; /* units on their way to the recorder: size (u32), bytes */
	struct person_settings settings;
	uint64_t drawn;              /* by chance, so far */
	uint32_t counter;
	struct visit visits[AT_ONCE];
};

static struct bench {
	struct arena arena, step;
	struct instant now;
	table_list tables;
	struct passkey_key keys[KEYS];
} b;

static struct instant
bench_now(void)
{
	return b.now;
}

/* Filling */

static void
commit(struct world *w, enum role role, struct unit *unit)
{
	struct problem why;

	must(recorder_take(w->recorder, 1, role, unit_bytes(unit), &why) == OK, "a unit is taken");
	must(recorder_commit(w->recorder, b.now, &why) == OK, "it is committed");
	arena_reset(&b.step);
}

typedef void put_one(struct unit *, uint32_t index, struct buffer *row);

static void
put_account(struct unit *unit, uint32_t index, struct buffer *row)
{
	struct account a = account_new(b.now);

	a.id = id_of(index, 1);
	a.standing = ACCOUNT_FULL;
	a.contact_count = 1;
	a.contacts[0] = (struct contact){ .address = span_text(arena_print(&b.step, "%s@person.example", a.number)),
		.added = b.now, .confirmed = b.now };
	account_write(row, &a);
	unit_put(unit, &account_table, id_span(&a.id), buffer_span(row));
}

static void
put_passkey(struct unit *unit, uint32_t index, struct buffer *row)
{
	struct id account = id_of(index, 1);

	passkey_put(unit, &b.step, row, b.keys, index, &account, b.now);
}

static void
put_proofing(struct unit *unit, uint32_t index, struct buffer *row)
{
	struct id account = id_of(index, 1);
	struct proofing_record record = { .id = id_of(index, 3), .method = PROOFING_BY_CARD, .at = b.now,
		.facts = span_text(FACTS) };

	proofing_record_write(row, &record);
	unit_put(unit, &proofing_record_table, id_pair(&b.step, &account, &record.id), buffer_span(row));
}

static void
put_history(struct unit *unit, uint32_t index, struct buffer *row)
{
	struct id account = id_of(index, 1);

	(void)row;
	history_add(unit, &account, &(struct history_event){ .kind = HISTORY_PROOFED, .at = b.now,
		.actor = span_text("person"), .detail = span_text("card") });
}

static void
fill_table(struct world *w, put_one *put)
{
	struct buffer row = buffer_init(4 * KIB);

	for (uint32_t i = 0; i < w->count;) {
		struct unit *unit = unit_new(&b.step, b.tables, id_new(b.now));

		for (uint32_t n = 0; n < PART && i < w->count; n++, i++) {
			buffer_clear(&row);
			put(unit, i, &row);
		}
		commit(w, ROLE_WORKER, unit);
	}
	buffer_release(&row);
}

static void
fill_names(struct world *w)
{
	struct passkey_name *names = passkey_names_make(&b.step, w->count);

	for (uint32_t i = 0; i < w->count;) {
		struct unit *unit = unit_new(&b.step, b.tables, id_new(b.now));

		for (uint32_t n = 0; n < PART && i < w->count; n++, i++) {
			struct id account = id_of(names[i].index, 1), id = id_of(names[i].index, 2);

			unit_put(unit, &credential_name_table, span_of(names[i].key, NAME_SIZE),
			    id_pair(&b.step, &account, &id));
		}
		commit(w, ROLE_WORKER, unit);
	}
	free(names);
}

/* The framework that is shipped, as the steward publishes it. */
static void
fill_policy(struct world *w, const char *policy)
{
	struct buffer text = buffer_init(DICTIONARY_LARGEST), pack = buffer_init(POLICY_PACK_LARGEST);
	struct buffer row = buffer_init(2 * POLICY_PACK_LARGEST);
	struct published_policy p = { .number = 7, .published = b.now, .note = span_text("note") };
	const struct dictionary *dictionary;
	const struct framework *framework = NULL;
	struct policy_files files;
	struct problem why;
	struct unit *unit;

	must(file_read(arena_print(&b.arena, "%s/facts.json", policy), &text, &why) == OK &&
	    dictionary_read(&b.arena, "facts.json", buffer_span(&text), &dictionary, &why) == OK &&
	    policy_files_read(&b.arena, arena_print(&b.arena, "%s/jp-idtf/1.0", policy), &files, &why) == OK &&
	    framework_read(&b.arena, &files, dictionary, true, &framework, &why) == OK, why.text);
	policy_files_pack(&pack, &files);
	p.files = buffer_span(&pack);
	p.valid_from = framework->valid_from;
	memcpy(p.digest, framework->digest.data, sizeof(p.digest));
	published_policy_write(&row, &p);
	unit = unit_new(&b.step, b.tables, id_new(b.now));
	unit_put(unit, &dictionary_table, span_text(DICTIONARY_KEY), buffer_span(&text));
	unit_put(unit, &policy_table, policy_key(&b.arena, framework->id, framework->version), buffer_span(&row));
	commit(w, ROLE_STEWARD, unit);
	buffer_release(&text);
	buffer_release(&pack);
	buffer_release(&row);
}

/* The second line of each history comes when the first all stand, so that its pages are as full as those of years are:
 * not to the last byte. */
static void
fill(struct world *w, const char *policy)
{
	fill_table(w, put_account);
	fill_table(w, put_proofing);
	fill_table(w, put_passkey);
	fill_names(w);
	fill_table(w, put_history);
	fill_table(w, put_history);
	fill_policy(w, policy);
}

/* The store, and what goes between it and the recorder once a turn */

static void
hear(void *arg, struct span message)
{
	struct world *w = arg;

	if (w->store)
		store_lmdb_recorder_said(w->store, message);
}

static void
hear_answer(void *arg, unsigned peer, struct span message)
{
	(void)peer;
	hear(arg, message);
}

static bool
post(void *arg, struct span message)
{
	struct world *w = arg;

	buffer_u32(&w->posted, (uint32_t)message.size);
	buffer_add(&w->posted, message);
	return true;
}

static void
turn(struct world *w)
{
	struct buffer posted;
	struct problem why;
	struct record r;

	turn_run(&w->turn);
	posted = w->posted;
	w->posted = w->taken;
	w->taken = posted;
	buffer_clear(&w->posted);
	r = record_of(buffer_span(&w->taken));
	while (r.rest.size) {
		struct span message = record_block(&r);

		must(!r.broken && recorder_take(w->recorder, 1, ROLE_WORKER, message, &why) == OK, "a unit is taken");
	}
	must(recorder_commit(w->recorder, b.now, &why) == OK, "a commit");
}

static struct requirement_name
least(const char *area, const char *level)
{
	return (struct requirement_name){ .framework = span_text("jp-idtf"), .area_count = 1,
		.areas = { { span_text(area), span_text(level) } } };
}

static struct person_settings
settings_of(struct store *store)
{
	static const struct span origin = { (const uint8_t *)ORIGIN, sizeof(ORIGIN) - 1 };

	return (struct person_settings){
		.base_url = span_text(ORIGIN "/"), .origin = origin,
		.name = { span_text("わたし"), span_text("Watashi") },
		.site = { .rp_id = span_text(SITE), .origins = &origin, .origin_count = 1, .rsa_least = 2048 },
		.wrapping = { .secret = "thirty-two bytes of a secret..." },
		.session = { .lasts = SECONDS(12 * 3600), .idle = SECONDS(1800) },
		.login_for = SECONDS(600), .parent_age = SECONDS(86400),
		.relying_party = span_text(ORIGIN "/account"), .identity_provider = span_text(ORIGIN "/idp"),
		.operator = span_text("operator"),
		.account = least("token", "2"), .change = least("token", "3"),
		.roll = roll_new(), .shelf = policy_shelf_new(store),
	};
}

static struct world *
world_open(const char *policy, const char *directory, const char *count)
{
	struct world *w = calloc(1, sizeof(*w));
	const struct recorder_outlets outlets = { .arg = w, .answer = hear_answer, .notice = hear };
	const struct recorder_settings recorder = { .directory = directory, .tables = b.tables,
		.map_bytes = 256 * GIB };
	const struct store_lmdb_settings store = { .directory = directory, .tables = b.tables,
		.commit_timeout = SECONDS(3600), .in_flight = 4 * AT_ONCE, .now = bench_now };
	struct policy_snapshot *snapshot;
	struct problem why;

	must(w != NULL, "memory");
	w->count = (uint32_t)strtoul(count, NULL, 10);
	must(w->count >= 1000, "a store has a thousand people at least");
	w->posted = buffer_init(GIB);
	w->taken = buffer_init(GIB);
	must(recorder_open(&recorder, &outlets, &w->recorder, &why) == OK, why.text);
	fill(w, policy);
	must(store_lmdb_open(&w->turn, &store, post, w, &w->store, &why) == OK, why.text);
	store_lmdb_recorder_ready(w->store);
	w->settings = settings_of(w->store);
	for (int i = 0; i < 4; i++)
		turn(w);
	snapshot = policy_shelf_take(w->settings.shelf);
	must(snapshot && snapshot->count == 1, "the policy is in force");
	policy_snapshot_unref(snapshot);
	for (size_t i = 0; i < AT_ONCE; i++) {
		w->visits[i].world = w;
		w->visits[i].arena = arena_init(16 * MIB);
	}
	return w;
}

static void
world_close(struct world *w)
{
	policy_shelf_free(w->settings.shelf);
	roll_free(w->settings.roll);
	store_free(w->store);
	recorder_free(w->recorder);
	for (size_t i = 0; i < AT_ONCE; i++)
		arena_release(&w->visits[i].arena);
	buffer_release(&w->posted);
	buffer_release(&w->taken);
	free(w);
}

/* A login */

static on_login_begun on_begun;
static on_login_options on_options;
static on_login_answered on_answered;
static on_login_finished on_finished;

static void
begin(struct visit *v)
{
	struct world *w = v->world;
	const struct person_settings *s = &w->settings;

	v->done = false;
	login_begin(w->store, &v->arena, s, &(struct login_begin){ .front = LOGIN_FOR_ACCOUNT,
		.reference = span_text("/account/"), .relying_party = s->relying_party, .name = s->name,
		.why = LOGIN_TO_LOOK, .wanted = *login_requirement(s, LOGIN_TO_LOOK), .where = span_text(WHERE),
		.persona = PERSONA_NONE, .now = b.now }, on_begun, v);
}

static void
on_begun(void *arg, enum err err, const struct login_begun *begun, const struct problem *why)
{
	struct visit *v = arg;

	must(err == OK, err == OK ? "" : why->text);
	v->at = (struct login_request){ .id = begun->login.id, .now = b.now };
	memcpy(v->at.browser, begun->cookie.digest, sizeof(v->at.browser));
	login_passkey_begin(v->world->store, &v->arena, &v->at, on_options, v);
}

static void
on_options(void *arg, enum err err, const struct login_passkey_options *options, const struct problem *why)
{
	struct visit *v = arg;

	must(err == OK, err == OK ? "" : why->text);
	memcpy(v->challenge, options->challenge.data, sizeof(v->challenge));
	v->done = true;
}

static void
sign(struct visit *v)
{
	v->answer = passkey_assert(&v->arena, b.keys, v->index, &v->account, span_of(v->challenge,
	    sizeof(v->challenge)), v->world->counter).json;
}

static void
show(struct visit *v)
{
	v->done = false;
	login_passkey_finish(v->world->store, &v->arena, &v->world->settings, &v->at, v->answer, on_answered, v);
}

static void
on_answered(void *arg, enum err err, const struct login_refusal *refusal, const struct problem *why)
{
	struct visit *v = arg;

	must(err == OK, err == OK ? "" : why->text);
	must(!refusal, refusal ? refusal->step : "");
	login_finish(v->world->store, &v->arena, &v->world->settings, &v->at, on_finished, v);
}

static void
on_finished(void *arg, enum err err, const struct login_finished *finished, const struct problem *why)
{
	struct visit *v = arg;

	must(err == OK, err == OK ? "" : why->text);
	must(finished->enough && id_equal(&finished->session.account, &v->account), "a session of that person's");
	v->done = true;
}

static bool
all_done(const struct world *w)
{
	for (size_t i = 0; i < AT_ONCE; i++)
		if (!w->visits[i].done)
			return false;
	return true;
}

/* By chance, but none twice at one time. */
static uint32_t
anybody(struct world *w, size_t already)
{
	for (;;) {
		uint32_t index = (uint32_t)(mixed(++w->drawn) % w->count);
		bool again = false;

		for (size_t i = 0; i < already && !again; i++)
			again = w->visits[i].index == index;
		if (!again)
			return index;
	}
}

/* CPU seconds of a step of all that log in. */
static double
step(struct world *w, void (*each)(struct visit *))
{
	double start = cpu_now();

	for (size_t i = 0; i < AT_ONCE; i++)
		each(&w->visits[i]);
	while (!all_done(w))
		turn(w);
	return cpu_now() - start;
}

static double
log_in(struct world *w)
{
	double spent;

	w->counter++;
	b.now = instant_after(b.now, PACE);
	for (size_t i = 0; i < AT_ONCE; i++) {
		arena_reset(&w->visits[i].arena);
		w->visits[i].index = anybody(w, i);
		w->visits[i].account = id_of(w->visits[i].index, 1);
	}
	spent = step(w, begin);
	for (size_t i = 0; i < AT_ONCE; i++)
		sign(&w->visits[i]);
	return spent + step(w, show);
}

static double
login_rate(struct world *w, double seconds)
{
	unsigned long done = 0;
	double spent = 0;

	for (; spent < seconds; done += AT_ONCE)
		spent += log_in(w);
	return (double)done / spent;
}

/* A server that has been up for a while has the store's map at hand: its pages are the system's cache, but each takes a
 * fault when a process comes to it for the first time. */
static void
world_warm(struct world *w)
{
	for (uint32_t done = 0; done < w->count / WARMED; done += AT_ONCE)
		log_in(w);
}

int
main(int argc, char **argv)
{
	struct world *worlds[2];
	double rates[2], seconds;

	if (argc != 7) {
		fputs("usage: login POLICY DIRECTORY SMALL LARGE SECONDS PAIRS\n", stderr);
		return 2;
	}
	log_open("bench", LOG_LEVEL_ERROR);
	b.arena = arena_init(256 * MIB);
	b.step = arena_init(256 * MIB);
	must(instant_read(span_text(NOON), &b.now), "a time");
	b.tables = tables_with(NULL);
	seconds = strtod(argv[5], NULL);
	passkey_keys_make(b.keys);
	for (int i = 0; i < 2; i++) {
		worlds[i] = world_open(argv[1], arena_print(&b.arena, "%s/people-%s", argv[2], argv[3 + i]),
		    argv[3 + i]);
		world_warm(worlds[i]);
	}
	/* A B B A: what else runs on the machine meets both. */
	for (long i = 0; i < strtol(argv[6], NULL, 10); i++) {
		for (long j = 0; j < 2; j++)
			rates[(i + j) % 2] = login_rate(worlds[(i + j) % 2], seconds);
		printf("login %.1f %.1f\n", rates[0], rates[1]);
		fflush(stdout);
	}
	for (int i = 0; i < 2; i++)
		world_close(worlds[i]);
	free((void *)(uintptr_t)b.tables);
	return 0;
}
