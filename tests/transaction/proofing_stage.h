/* tests/transaction/proofing_stage.h - proofing by a software card before a store in memory: authorities, a card, a
 * bank that entrusted the work to the platform, a shop accredited itself, sources that say what they are told to.
 *
 *     set_up -> begin(bank_asks()) -> prove(bank_proves()) -> world.outcome, what the store has -> tear_down
 */
#pragma once

#include <stdlib.h>

#include "expect.h"

#include "assurance/fact.h"
#include "base/file.h"
#include "base/turn.h"
#include "codec/text.h"
#include "ledger/entry.h"
#include "registry/entity.h"
#include "registry/standing.h"
#include "store/memory.h"
#include "testcard/holder.h"
#include "testcard/key.h"
#include "transaction/proofing/proofing.h"
#include "transaction/proofing/end.h"
#include "transaction/proofing/log.h"

#define NOON "2026-11-22T12:00:00Z"
#define DAY SECONDS(86400)
#define BANK "https://bank.example/"
#define SHOP "https://shop.example/"
#define ORIGIN "https://www.bank.example"

/* Those that a test has beside, each with a comma behind it. */
#ifndef FURTHER_TABLES
#define FURTHER_TABLES
#endif
static const struct table *const tables[] = {
	&member_table, &proofing_challenge_table, &proofing_outcome_table, &proofing_log_table, &proofing_end_table,
	&journal_table, &ledger_leaf_table, &ledger_entry_table, FURTHER_TABLES NULL,
};

/* Says what it is told to, in a turn of its own, and counts. */
struct speaking {
	struct revocation_source source;
	struct pending pending;
	struct later later;
	struct turn *turn;
	enum revocation_status says;
	bool silent, kept;           /* kept: says what it knew already */
	unsigned asked;
	on_revocation *done;
	void *arg;
};

/* Tells which certificates are one person's, as it is told to. */
struct telling {
	struct linkage_source source;
	struct pending pending;
	struct later later;
	struct linkage_answer says;
	bool silent;
	unsigned asked;
	struct linkage_kind wanted;
	on_linkage *done;
	void *arg;
};

static struct world {
	struct arena arena;
	struct store *store;
	struct turn turn;
	struct instant noon;         /* NOON, unless a test says when it is */
	struct authority authorities[PURPOSES];
	struct jpki_anchors *anchors;
	EVP_PKEY *keys[PURPOSES];
	struct span certificates[PURPOSES];
	struct speaking source, second; /* the second is not asked unless a test says so */
	struct telling linkage;      /* not asked unless a test says so */
	struct jpki_verifier verifier;
	struct proofing_settings settings;
	const struct dictionary *dictionary;

	/* Of what was started last. */
	bool done;
	enum err err;
	struct problem why;
	struct proofing_challenge challenge;
	struct proofing_outcome outcome;
} world;

/* The source */

static inline void
cancel_speaking(struct pending *pending)
{
	struct speaking *s = (struct speaking *)((char *)pending - offsetof(struct speaking, pending));

	turn_cancel(s->turn, &s->later);
}

static inline void
speak(void *arg)
{
	struct speaking *s = arg;
	struct revocation_answer answer;

	revocation_answer_set(&answer, s->says, "said by the test");
	answer.fresh = !s->kept;
	s->done(s->arg, &answer);
}

static inline bool
has_sent(const struct pending *pending)
{
	return !((const struct speaking *)((const char *)pending - offsetof(struct speaking, pending)))->kept;
}

static inline struct pending *
ask_speaking(struct revocation_source *source, const struct revocation_question *question, on_revocation *done,
    void *arg)
{
	struct speaking *s = (struct speaking *)source;

	(void)question;
	s->asked++;
	s->done = done;
	s->arg = arg;
	if (!s->silent)
		turn_later(s->turn, &s->later);
	return &s->pending;
}

static inline void
cancel_telling(struct pending *pending)
{
	(void)pending;
	turn_cancel(&world.turn, &world.linkage.later);
}

static inline void
tell(void *arg)
{
	struct telling *t = arg;

	t->done(t->arg, &t->says);
}

static inline struct pending *
ask_telling(struct linkage_source *source, const struct linkage_question *question, on_linkage *done, void *arg)
{
	struct telling *t = (struct telling *)source;

	t->asked++;
	t->wanted = question->wanted;
	t->done = done;
	t->arg = arg;
	if (!t->silent)
		turn_later(&world.turn, &t->later);
	return &t->pending;
}

static inline bool
has_told(const struct pending *pending)
{
	(void)pending;
	return true;
}

/* The stage */

static inline void
run(void)
{
	bool moved = true;

	while (!world.done && moved) {
		moved = store_memory_step(world.store, world.noon) || world.turn.first;
		turn_run(&world.turn);
	}
}

static inline void
on_stored(void *arg, const struct committed *c)
{
	(void)arg;
	world.done = true;
	expect_number("it is stored", c->code, OK);
}

static inline void
put_member(const char *id, enum standing standing, const char *record)
{
	struct unit *unit = unit_new(&world.arena, tables, id_new(world.noon));
	struct buffer b = buffer_init(64 * KIB);

	store_memory_become(world.store, ROLE_STEWARD);
	member_write(&b, &(struct member){ .id = span_text(id), .standing = standing, .since = world.noon,
	    .record = span_text(record) });
	unit_put(unit, &member_table, span_text(id), buffer_span(&b));
	world.done = false;
	store_commit(world.store, unit, on_stored, NULL);
	run();
	buffer_release(&b);
	store_memory_become(world.store, ROLE_WORKER);
}

static const char bank[] =
    "{\"id\":\"bank\",\"kind\":\"finance\",\"name\":{\"ja\":\"みどり銀行\",\"en\":\"Midori Bank\"},"
    "\"contacts\":[{\"type\":\"technical\",\"email\":\"a@bank.example\"}],"
    "\"entities\":[{\"entity_id\":\"" BANK "\",\"roles\":[\"rp\"],\"attributes\":[{\"name\":\"name\","
    "\"purpose\":{\"en\":\"To know\"}},{\"name\":\"age_over_18\",\"purpose\":{\"en\":\"To know\"}},{\"name\":\"email\","
    "\"purpose\":{\"en\":\"To write\"}}]}],"
    "\"jpki\":{\"entrustments\":[{\"to\":\"platform\",\"uses\":[\"signature\",\"authentication\"],"
    "\"from\":\"2026-04-01\",\"until\":\"2027-10-01\",\"reported\":\"2026-04-01\"}]}}";
static const char shop[] =
    "{\"id\":\"shop\",\"kind\":\"business\",\"name\":{\"ja\":\"店\",\"en\":\"Shop\"},"
    "\"contacts\":[{\"type\":\"technical\",\"email\":\"a@shop.example\"}],"
    "\"entities\":[{\"entity_id\":\"" SHOP "\",\"roles\":[\"rp\"]},{\"entity_id\":\"" SHOP "2\",\"roles\":[\"rp\"]},"
    "{\"entity_id\":\"" SHOP "idp\",\"roles\":[\"idp\"]}],\"jpki\":{\"accreditations\":[{\"name\":\"No. 2\","
    "\"basis\":\"accredited\",\"uses\":[\"authentication\"],\"from\":\"2026-04-01\",\"until\":\"2027-04-01\","
    "\"notified\":\"2026-04-01\"}]}}";
static const char platform[] =
    "{\"id\":\"platform\",\"kind\":\"platform\",\"name\":{\"ja\":\"基盤\",\"en\":\"Platform\"},"
    "\"contacts\":[{\"type\":\"technical\",\"email\":\"a@platform.example\"}],"
    "\"entities\":[{\"entity_id\":\"https://platform.example/\",\"roles\":[\"platform\"]}],"
    "\"jpki\":{\"accreditations\":[{\"name\":\"No. 1\",\"basis\":\"accredited\","
    "\"uses\":[\"authentication\",\"signature\"],\"from\":\"2026-04-01\","
    "\"until\":\"2027-04-01\",\"notified\":\"2026-04-01\"}]}}";

static inline void
make_authority(enum purpose purpose)
{
	struct authority *ca = &world.authorities[purpose];
	struct arena *a = &world.arena;
	struct certificate_plan plan;
	struct problem why;

	*ca = (struct authority){ .purpose = purpose, .generation = 1, .key = key_rsa(2048, 65537),
		.serial = asn_number(a, 7), .name = authority_name(a, purpose) };
	plan = authority_plan(a, purpose, ca->key, ca->serial, instant_after(world.noon, -1000 * DAY),
	    instant_after(world.noon, 1000 * DAY));
	ca->certificate = certificate_sign(a, &plan, ca->key);
	expect_ok("an authority", jpki_anchors_add(world.anchors,
	    purpose == SIGNATURE ? JPKI_SIGNATURE : JPKI_AUTHENTICATION, JPKI_TEST, ca->certificate, &why), &why);
}

static inline struct span
certificate_of(enum purpose purpose, uint64_t serial)
{
	const struct holder holder = {
		.name = "試験　太郎", .born = "319800217", .sex = "1", .address = "東京都渋谷区１－１",
		.municipality = { "Tokyo-to", "Shibuya-ku", "13113" }, .from = instant_after(world.noon, -DAY),
		.until = instant_after(world.noon, 500 * DAY),
	};
	struct certificate_plan plan;

	plan = holder_plan(&world.arena, &world.authorities[purpose], &holder, world.keys[purpose],
	    asn_number(&world.arena, serial));
	return certificate_sign(&world.arena, &plan, world.authorities[purpose].key);
}

static inline void
make_card(enum purpose purpose)
{
	world.keys[purpose] = key_rsa(2048, 65537);
	world.certificates[purpose] = certificate_of(purpose, 0x0ac91af8);
}

static inline void
source_init(struct speaking *s, const char *name, enum revocation_kind kind)
{
	*s = (struct speaking){ .source = { .name = name, .kind = kind, .ask = ask_speaking, .sent = has_sent },
		.pending = { cancel_speaking }, .turn = &world.turn, .later = { .run = speak, .arg = s } };
}

static inline int
set_up(void **state)
{
	const char *top = getenv("top_srcdir") ? getenv("top_srcdir") : ".";
	struct buffer facts = buffer_init(DICTIONARY_LARGEST);
	struct problem why = { 0 };

	(void)state;
	world.arena = arena_init(256 * MIB);
	world.anchors = jpki_anchors_new();
	if (!world.noon.us && !instant_read(span_text(NOON), &world.noon))
		return -1;
	expect_ok("a dictionary", file_read(arena_print(&world.arena, "%s/policy/facts.json", top), &facts, &why),
	    &why);
	expect_ok("of facts", dictionary_read(&world.arena, "facts", arena_copy(&world.arena, buffer_span(&facts)),
	    &world.dictionary, &why), &why);
	buffer_release(&facts);
	for (enum purpose p = SIGNATURE; p < PURPOSES; p++) {
		make_authority(p);
		make_card(p);
	}
	world.store = store_memory_new(tables, ROLE_STEWARD, 11);
	source_init(&world.source, "test", REVOCATION_BY_OCSP);
	source_init(&world.second, "second", REVOCATION_BY_OPERATOR);
	world.verifier = (struct jpki_verifier){ .turn = &world.turn,
		.trust = { .profiles = jpki_profiles_known(), .anchors = world.anchors, .test = true },
		.sources = { &world.source.source, &world.second.source },
		.source_count = 1 };
	world.settings = (struct proofing_settings){ &world.verifier, span_text("platform"), SECONDS(300),
	    SECONDS(3600),
		span_text("0123456789abcdef0123456789abcdef"), 400 * DAY, NULL, NULL, NULL };
	world.linkage = (struct telling){ .source = { .name = "links", .ask = ask_telling, .sent = has_told },
		.pending = { cancel_telling }, .later = { .run = tell, .arg = &world.linkage } };
	put_member("bank", STANDING_APPROVED, bank);
	put_member("shop", STANDING_APPROVED, shop);
	put_member("platform", STANDING_APPROVED, platform);
	return 0;
}

static inline int
tear_down(void **state)
{
	(void)state;
	for (enum purpose p = SIGNATURE; p < PURPOSES; p++) {
		EVP_PKEY_free(world.authorities[p].key);
		EVP_PKEY_free(world.keys[p]);
	}
	jpki_anchors_free(world.anchors);
	store_free(world.store);
	arena_release(&world.arena);
	return 0;
}

/* The card's part: what is in it signs whatever it is given. */
static inline struct span
signed_by_card(enum purpose purpose, struct span text)
{
	return signature_make(&world.arena, text, world.keys[purpose], EVP_sha256());
}

static inline void
on_begun(void *arg, enum err err, const struct proofing_challenge *challenge, const struct problem *why)
{
	(void)arg;
	world.done = true;
	world.err = err;
	if (err == OK)
		world.challenge = *challenge;
	else
		world.why = *why;
}

static inline void
begin(const struct proofing_begin *asked)
{
	world.done = false;
	proofing_begin(world.store, &world.arena, &world.settings, asked, on_begun, NULL);
	run();
	expect_true("beginning has an end", world.done);
}

static inline struct proofing_begin
bank_asks(enum jpki_purpose purpose)
{
	return (struct proofing_begin){ .caller = span_text("bank-1"), .member = span_text("bank"),
		.origin = span_text(ORIGIN), .reference = span_text("application 7"), .what = span_text("口座の開設"),
		.purpose = purpose, .now = world.noon };
}

static inline void
on_proved(void *arg, enum err err, const struct proofing_outcome *outcome, const struct problem *why)
{
	(void)arg;
	world.done = true;
	world.err = err;
	if (err == OK)
		world.outcome = *outcome;
	else
		world.why = *why;
}

static unsigned proofs;

static inline struct proofing_prove
bank_proves(enum purpose purpose)
{
	return (struct proofing_prove){ .challenge = world.challenge.id, .caller = span_text("bank-1"),
		.member = span_text("bank"), .origin = span_text(ORIGIN),
		.submission = { .form = JPKI_CHALLENGE, .certificate = world.certificates[purpose],
		    .signature = signed_by_card(purpose, world.challenge.text), .algorithm = "RS256" },
		.dictionary = world.dictionary,
		/* Each a millisecond later, as the log is in the order of time. */
		.now = instant_after(world.noon, SECONDS(60) + 1000 * (int64_t)++proofs) };
}

static inline void
prove(const struct proofing_prove *asked)
{
	world.done = false;
	proofing_prove(world.store, &world.arena, &world.settings, asked, on_proved, NULL);
	run();
}

/* Looking into the store */

/* What was found, in the arena. */
static struct ask looked;

static inline void
on_looked(void *arg, enum err err, const struct problem *why)
{
	struct row *rows;

	(void)arg;
	world.done = true;
	expect_ok("the store answers", err, why);
	rows = arena_array(&world.arena, struct row, looked.count);
	for (size_t i = 0; i < looked.count; i++) {
		rows[i] = looked.rows[i];
		rows[i].key = arena_copy(&world.arena, rows[i].key);
		rows[i].value = arena_copy(&world.arena, rows[i].value);
	}
	looked.rows = rows;
}

static inline size_t
rows_of(const struct table *table)
{
	looked = (struct ask){ .table = table, .limit = 1000 };
	world.done = false;
	store_load(world.store, &looked, 1, on_looked, NULL);
	run();
	return looked.count;
}

static inline void
check_newest_log(const char *title, enum outcome outcome, enum revocation_status status, bool charged)
{
	struct proofing_check check;

	looked = (struct ask){ .table = &proofing_log_table, .limit = 1, .backwards = true };
	world.done = false;
	store_load(world.store, &looked, 1, on_looked, NULL);
	run();
	expect_true(title, looked.count == 1 && proofing_check_read(looked.rows[0].value, &check));
	expect_number(title, check.outcome, outcome);
	expect_number(title, check.status, status);
	expect_true(title, check.charged == charged);
	expect_number("for so long", looked.rows[0].expires.us, check.at.us + 400 * DAY);
	expect_span("whose it is", check.member, "bank");
	expect_span("on whose accreditation", check.operator, "platform");
}

/* "medium source status[ charged][ further], …" of the last verification, its own row first. */
static inline void
expect_logged(const char *title, const char *expected)
{
	struct proofing_check check, newest = { 0 };
	const char *own = "", *others = "";

	rows_of(&proofing_log_table);
	for (size_t i = looked.count; i-- > 0;) {
		const char *text;

		expect_true(title, proofing_check_read(looked.rows[i].value, &check));
		if (i == looked.count - 1)
			newest = check;
		if (check.at.us != newest.at.us)
			break;
		text = arena_print(&world.arena, "%s %.*s %s%s%s", jpki_medium_name(check.medium),
		    SPAN_ARGS(check.source), check.continuity ? continuity_name(check.continuity)
		        : revocation_status_name(check.status), check.charged ? " charged" : "",
		    check.further ? " further" : "");
		if (check.further)
			others = arena_print(&world.arena, "%s, %s", others, text);
		else
			own = arena_print(&world.arena, "%s%s", own, text);
	}
	expect_text(title, arena_print(&world.arena, "%s%s", own, others), expected);
}

static inline bool
entry_says(const char *text)
{
	struct ledger_entry entry;
	struct problem why;

	looked = (struct ask){ .table = &ledger_entry_table, .from = id_span(&world.outcome.id) };
	world.done = false;
	store_load(world.store, &looked, 1, on_looked, NULL);
	run();
	return looked.count == 1 && ledger_entry_loaded(&looked.rows[0], &entry, &why) == OK &&
	    memmem(entry.content.data, entry.content.size, text, strlen(text));
}
