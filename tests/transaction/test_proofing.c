/* tests/transaction/test_proofing.c - a person proved by the card: who may ask, what is signed, what comes of it,
 * once. */
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
#include "transaction/proofing.h"
#include "transaction/proofing_end.h"
#include "transaction/proofing_log.h"

#define NOON "2026-11-22T12:00:00Z"
#define DAY SECONDS(86400)
#define BANK "https://bank.example/"
#define SHOP "https://shop.example/"
#define ORIGIN "https://www.bank.example"

static const struct table *const tables[] = {
	&member_table, &proofing_challenge_table, &proofing_outcome_table, &proofing_log_table, &proofing_end_table,
	&journal_table, &ledger_leaf_table, &ledger_entry_table, NULL,
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
	struct instant noon;
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

static void
cancel_speaking(struct pending *pending)
{
	struct speaking *s = (struct speaking *)((char *)pending - offsetof(struct speaking, pending));

	turn_cancel(s->turn, &s->later);
}

static void
speak(void *arg)
{
	struct speaking *s = arg;
	struct revocation_answer answer;

	revocation_answer_set(&answer, s->says, "said by the test");
	answer.fresh = !s->kept;
	s->done(s->arg, &answer);
}

static bool
has_sent(const struct pending *pending)
{
	return !((const struct speaking *)((const char *)pending - offsetof(struct speaking, pending)))->kept;
}

static struct pending *
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

static void
cancel_telling(struct pending *pending)
{
	(void)pending;
	turn_cancel(&world.turn, &world.linkage.later);
}

static void
tell(void *arg)
{
	struct telling *t = arg;

	t->done(t->arg, &t->says);
}

static struct pending *
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

static bool
has_told(const struct pending *pending)
{
	(void)pending;
	return true;
}

/* The stage */

static void
run(void)
{
	bool moved = true;

	while (!world.done && moved) {
		moved = store_memory_step(world.store, world.noon) || world.turn.first;
		turn_run(&world.turn);
	}
}

static void
on_stored(void *arg, const struct committed *c)
{
	(void)arg;
	world.done = true;
	expect_number("it is stored", c->code, OK);
}

static void
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

static void
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

static struct span
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

static void
make_card(enum purpose purpose)
{
	world.keys[purpose] = key_rsa(2048, 65537);
	world.certificates[purpose] = certificate_of(purpose, 0x0ac91af8);
}

static void
source_init(struct speaking *s, const char *name, enum revocation_kind kind)
{
	*s = (struct speaking){ .source = { .name = name, .kind = kind, .ask = ask_speaking, .sent = has_sent },
		.pending = { cancel_speaking }, .turn = &world.turn, .later = { .run = speak, .arg = s } };
}

static int
set_up(void **state)
{
	const char *top = getenv("top_srcdir") ? getenv("top_srcdir") : ".";
	struct buffer facts = buffer_init(DICTIONARY_LARGEST);
	struct problem why = { 0 };

	(void)state;
	world.arena = arena_init(256 * MIB);
	world.anchors = jpki_anchors_new();
	if (!instant_read(span_text(NOON), &world.noon))
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
		.trust = { jpki_profiles_known(), world.anchors, true },
		.sources = { &world.source.source, &world.second.source },
		.source_count = 1 };
	world.settings = (struct proofing_settings){ &world.verifier, span_text("platform"), SECONDS(300),
	    SECONDS(3600),
		span_text("0123456789abcdef0123456789abcdef"), 400 * DAY, NULL, NULL };
	world.linkage = (struct telling){ .source = { .name = "links", .ask = ask_telling, .sent = has_told },
		.pending = { cancel_telling }, .later = { .run = tell, .arg = &world.linkage } };
	put_member("bank", STANDING_APPROVED, bank);
	put_member("shop", STANDING_APPROVED, shop);
	put_member("platform", STANDING_APPROVED, platform);
	return 0;
}

static int
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
static struct span
signed_by_card(enum purpose purpose, struct span text)
{
	return signature_make(&world.arena, text, world.keys[purpose], EVP_sha256());
}

static void
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

static void
begin(const struct proofing_begin *asked)
{
	world.done = false;
	proofing_begin(world.store, &world.arena, &world.settings, asked, on_begun, NULL);
	run();
	expect_true("beginning has an end", world.done);
}

static struct proofing_begin
bank_asks(enum proofing_purpose purpose)
{
	return (struct proofing_begin){ .caller = span_text("bank-1"), .member = span_text("bank"),
		.origin = span_text(ORIGIN), .reference = span_text("application 7"), .what = span_text("口座の開設"),
		.purpose = purpose, .now = world.noon };
}

static void
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

static struct proofing_prove
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

static void
prove(const struct proofing_prove *asked)
{
	world.done = false;
	proofing_prove(world.store, &world.arena, &world.settings, asked, on_proved, NULL);
	run();
}

/* Looking into the store */

/* What was found, in the arena. */
static struct ask looked;

static void
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

static size_t
rows_of(const struct table *table)
{
	looked = (struct ask){ .table = table, .limit = 1000 };
	world.done = false;
	store_load(world.store, &looked, 1, on_looked, NULL);
	run();
	return looked.count;
}

static void
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
static void
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

static bool
entry_says(const char *text)
{
	struct ledger_entry entry;
	struct problem why;

	looked = (struct ask){ .table = &ledger_entry_table,
		.from = span_of(world.outcome.id.bytes, sizeof(world.outcome.id.bytes)) };
	world.done = false;
	store_load(world.store, &looked, 1, on_looked, NULL);
	run();
	return looked.count == 1 && ledger_entry_loaded(&looked.rows[0], &entry, &why) == OK &&
	    memmem(entry.content.data, entry.content.size, text, strlen(text));
}

/* Tests */

static const struct {
	const char *title, *member, *relying_party, *what, *reference;
	enum proofing_purpose purpose;
	enum err err;
	const char *part;
} beginnings[] = {
	{ "entrusted to the operator", "bank", "", "口座の開設", "7", PROOFING_SIGNATURE, OK, NULL },
	{ "by name", "bank", BANK, "", "", PROOFING_AUTHENTICATION, OK, NULL },
	{ "accredited itself, of two by name", "shop", SHOP "2", "", "", PROOFING_AUTHENTICATION, OK, NULL },
	{ "but not for signatures", "shop", SHOP, "", "", PROOFING_SIGNATURE, ERR_DENIED, "neither an accreditation" },
	{ "of two none is named", "shop", "", "", "", PROOFING_AUTHENTICATION, ERR_NOT_FOUND,
	    "the entity ID of one of the 2 relying parties" },
	{ "an identity provider is no relying party", "shop", SHOP "idp", "", "", PROOFING_AUTHENTICATION,
	    ERR_NOT_FOUND,
	    "with the role rp" },
	{ "another's relying party", "shop", BANK, "", "", PROOFING_AUTHENTICATION, ERR_NOT_FOUND, "with the role rp" },
	{ "nobody", "nobody", "", "", "", PROOFING_AUTHENTICATION, ERR_NOT_FOUND, "there is no member \"nobody\"" },
	{ "two lines", "bank", "", "a\nb", "", PROOFING_SIGNATURE, ERR_INVALID, "/what: expected one line" },
	{ "an individual number", "bank", "", "123456789018", "", PROOFING_SIGNATURE, ERR_INVALID,
	    "/what: this looks like an individual number" },
	{ "in the reference", "bank", "", "", "1234-5678-9018", PROOFING_SIGNATURE, ERR_INVALID,
	    "/reference: this looks" },
	{ "no UTF-8", "bank", "", "\xff", "", PROOFING_SIGNATURE, ERR_SYNTAX, "/what: expected UTF-8" },
};

static void
who_may_ask_gets_a_challenge(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(beginnings); i++) {
		const struct proofing_begin asked = {
			.caller = span_text("c"), .member = span_text(beginnings[i].member),
			.relying_party = span_text(beginnings[i].relying_party), .what = span_text(beginnings[i].what),
			.reference = span_text(beginnings[i].reference), .purpose = beginnings[i].purpose,
			.now = world.noon,
		};
		size_t before = rows_of(&proofing_challenge_table);

		begin(&asked);
		if (beginnings[i].err == OK) {
			expect_ok(beginnings[i].title, world.err, &world.why);
			expect_true(beginnings[i].title, world.challenge.text.size > 0);
		} else {
			expect_problem(beginnings[i].title, world.err, &world.why, beginnings[i].err,
			    beginnings[i].part);
		}
		expect_number(beginnings[i].title, rows_of(&proofing_challenge_table),
		    before + (beginnings[i].err == OK));
	}
}

static void
a_good_signature_is_an_outcome_with_what_was_promised(void **state)
{
	struct proofing_begin asked = bank_asks(PROOFING_SIGNATURE);
	struct proofing_prove proof;
	struct proofing_kept kept;
	struct ledger_entry entry;
	struct span handle;
	struct problem why;
	size_t entries = rows_of(&ledger_entry_table);

	(void)state;
	world.source.says = REVOCATION_GOOD;
	begin(&asked);
	expect_ok("begun", world.err, &world.why);
	expect_number("what is promised", world.challenge.attributes, PROOFING_NAME | PROOFING_AGE_OVER_18);
	expect_true("and what for", memmem(world.challenge.text.data, world.challenge.text.size,
	    "・氏名、18歳以上かどうか：To know\n", strlen("・氏名、18歳以上かどうか：To know\n")) != NULL);
	proof = bank_proves(SIGNATURE);
	prove(&proof);
	expect_ok("proved", world.err, &world.why);
	expect_number("established", world.outcome.verified->outcome, ESTABLISHED);
	expect_number("what may be told", world.outcome.attributes, PROOFING_NAME | PROOFING_AGE_OVER_18);
	expect_span("his name", world.outcome.verified->attributes.name, "試験　太郎");
	expect_span("their reference", world.outcome.reference, "application 7");
	expect_number("a handle", world.outcome.handle.size, 32);
	handle = world.outcome.handle;
	check_newest_log("in the log", ESTABLISHED, REVOCATION_GOOD, true);
	expect_number("in the ledger", rows_of(&ledger_entry_table), entries + 1);
	looked = (struct ask){ .table = &ledger_entry_table,
		.from = span_of(world.outcome.id.bytes, sizeof(world.outcome.id.bytes)) };
	world.done = false;
	store_load(world.store, &looked, 1, on_looked, NULL);
	run();
	expect_true("under its id", looked.count == 1);
	expect_ok("an entry", ledger_entry_loaded(&looked.rows[0], &entry, &why), &why);
	expect_number("of its kind", entry.kind, LEDGER_PROOFING);
	expect_true("nothing of the person", !memmem(entry.content.data, entry.content.size, "試験", strlen("試験")) &&
	    !memmem(entry.content.data, entry.content.size, handle.data, handle.size));
	expect_true("but how it came out", memmem(entry.content.data, entry.content.size,
	    "\"outcome\":\"established\"", strlen("\"outcome\":\"established\"")) != NULL);
	looked = (struct ask){ .table = &proofing_outcome_table,
		.from = span_of(world.outcome.id.bytes, sizeof(world.outcome.id.bytes)) };
	world.done = false;
	store_load(world.store, &looked, 1, on_looked, NULL);
	run();
	expect_ok("its facts are kept", proofing_kept_loaded(&looked, span_text("bank"), &kept, &why), &why);
	expect_true("for decisions", memmem(kept.facts.data, kept.facts.size, "\"proofing.signature_verified\":true",
	    strlen("\"proofing.signature_verified\":true")) != NULL);
	expect_problem("of its member alone", proofing_kept_loaded(&looked, span_text("shop"), &kept, &why), &why,
	    ERR_NOT_FOUND, "no transaction of yours");

	begin(&asked);
	proof = bank_proves(SIGNATURE);
	prove(&proof);
	expect_true("the same certificate, the same handle", span_equal(world.outcome.handle, handle));
}

static void
an_authentication_tells_nothing(void **state)
{
	struct proofing_begin asked = bank_asks(PROOFING_AUTHENTICATION);
	struct proofing_prove proof;

	(void)state;
	world.source.says = REVOCATION_GOOD;
	begin(&asked);
	proof = bank_proves(AUTHENTICATION);
	prove(&proof);
	expect_ok("proved", world.err, &world.why);
	expect_number("established", world.outcome.verified->outcome, ESTABLISHED);
	expect_number("nothing is told", world.outcome.attributes, 0);
	begin(&asked);
	proof = bank_proves(SIGNATURE);
	prove(&proof);
	expect_ok("the other certificate is an outcome", world.err, &world.why);
	expect_number("refuted", world.outcome.verified->outcome, REFUTED);
}

static void
the_longest_of_each_is_recorded_whole(void **state)
{
	struct proofing_begin asked = bank_asks(PROOFING_SIGNATURE);
	struct proofing_prove proof;
	char what[PROOFING_WHAT_LARGEST + 1], reference[PROOFING_REFERENCE_LARGEST], origin[PROOFING_ORIGIN_LARGEST];

	(void)state;
	world.source.says = REVOCATION_GOOD;
	memset(what, '"', sizeof(what));
	memset(reference, '"', sizeof(reference));
	memset(origin, 'a', sizeof(origin));
	memcpy(origin, "https://", strlen("https://"));
	for (size_t i = 40; i < sizeof(origin); i += 60)
		origin[i] = '.';
	asked.what = span_of(what, PROOFING_WHAT_LARGEST);
	asked.reference = span_of(reference, sizeof(reference));
	asked.origin = span_of(origin, sizeof(origin));
	begin(&asked);
	expect_ok("begun", world.err, &world.why);
	proof = bank_proves(SIGNATURE);
	proof.origin = asked.origin;
	prove(&proof);
	expect_ok("proved", world.err, &world.why);
	expect_true("the reference comes back", span_equal(world.outcome.reference, asked.reference));
	expect_true("the entry has its end", entry_says("\"outcome\":\"established\",\"step\":\"revocation\"}]}"));
	origin[sizeof(origin) - 1] = '/';
	begin(&asked);
	expect_problem("an origin has no path", world.err, &world.why, ERR_INVALID,
	    "/origin: expected an origin such as");
	origin[sizeof(origin) - 1] = 'a';
	what[0] = '\n';
	begin(&asked);
	expect_problem("but not two lines", world.err, &world.why, ERR_INVALID, "/what");
	what[0] = 'a';
	asked.what.size++;
	begin(&asked);
	expect_problem("nor a byte more", world.err, &world.why, ERR_LIMIT, "at most 400 bytes");
}

static void
what_is_not_good_is_recorded_too(void **state)
{
	static const struct { enum revocation_status says; enum outcome outcome; } cases[] = {
		{ REVOCATION_REVOKED, REFUTED }, { REVOCATION_UNKNOWN, UNDETERMINED },
		{ REVOCATION_UNAVAILABLE, UNDETERMINED },
	};
	struct proofing_begin asked = bank_asks(PROOFING_SIGNATURE);
	struct proofing_prove proof;
	unsigned questions;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *title = revocation_status_name(cases[i].says);

		world.source.says = cases[i].says;
		begin(&asked);
		proof = bank_proves(SIGNATURE);
		prove(&proof);
		expect_ok(title, world.err, &world.why);
		expect_number(title, world.outcome.verified->outcome, cases[i].outcome);
		expect_number("nothing is told", world.outcome.attributes, 0);
		expect_number("nor a handle", world.outcome.handle.size, 0);
		check_newest_log(title, cases[i].outcome, cases[i].says, true);
	}
	begin(&asked);
	proof = bank_proves(SIGNATURE);
	proof.submission.signature = signed_by_card(SIGNATURE, span_text("another text"));
	questions = world.source.asked;
	prove(&proof);
	expect_ok("another text was signed", world.err, &world.why);
	expect_number("refuted", world.outcome.verified->outcome, REFUTED);
	expect_number("and nobody is asked, nor paid", world.source.asked, questions);
	check_newest_log("free of charge", REFUTED, REVOCATION_NOT_CHECKED, false);
}

static void
a_challenge_is_answered_once_by_who_asked(void **state)
{
	struct proofing_begin asked = bank_asks(PROOFING_SIGNATURE);
	struct proofing_prove proof, wrong;

	(void)state;
	world.source.says = REVOCATION_GOOD;
	begin(&asked);
	proof = bank_proves(SIGNATURE);
	wrong = proof;
	wrong.caller = span_text("bank-2");
	prove(&wrong);
	expect_problem("another caller", world.err, &world.why, ERR_NOT_FOUND, "no challenge of yours");
	wrong = proof;
	wrong.member = span_text("shop");
	prove(&wrong);
	expect_problem("another member", world.err, &world.why, ERR_NOT_FOUND, "no challenge of yours");
	wrong = proof;
	wrong.origin = span_text("https://evil.example");
	prove(&wrong);
	expect_problem("another origin", world.err, &world.why, ERR_NOT_FOUND, "no challenge of yours");
	wrong = proof;
	wrong.challenge.bytes[0] ^= 1;
	prove(&wrong);
	expect_problem("another challenge", world.err, &world.why, ERR_NOT_FOUND, "no challenge of yours");
	prove(&proof);
	expect_ok("the first answer", world.err, &world.why);
	prove(&proof);
	expect_problem("again", world.err, &world.why, ERR_NOT_FOUND, "no challenge of yours");
}

static void
of_two_answers_at_once_one_counts(void **state)
{
	struct proofing_begin asked = bank_asks(PROOFING_SIGNATURE);
	struct proofing_prove proof;
	unsigned good = 0;

	(void)state;
	world.source.says = REVOCATION_GOOD;
	begin(&asked);
	proof = bank_proves(SIGNATURE);
	world.done = false;
	proofing_prove(world.store, &world.arena, &world.settings, &proof, on_proved, NULL);
	proofing_prove(world.store, &world.arena, &world.settings, &proof, on_proved, NULL);
	for (int i = 0; i < 2; i++) {
		world.done = false;
		run();
		expect_true("each is answered", world.done);
		good += world.err == OK;
	}
	expect_number("one of them", good, 1);
}

static void
what_ends_in_the_registry_ends_here(void **state)
{
	struct proofing_begin asked = bank_asks(PROOFING_SIGNATURE);
	struct proofing_prove proof;

	(void)state;
	begin(&asked);
	proof = bank_proves(SIGNATURE);
	put_member("platform", STANDING_SUSPENDED, platform);
	prove(&proof);
	expect_problem("the operator is suspended", world.err, &world.why, ERR_DENIED,
	    "the platform operator platform, to whom bank entrusted it, is suspended");
	put_member("platform", STANDING_APPROVED, platform);
	put_member("bank", STANDING_SUSPENDED, bank);
	prove(&proof);
	expect_problem("the member is", world.err, &world.why, ERR_DENIED, "only an approved one");
	put_member("bank", STANDING_APPROVED, bank);
	prove(&proof);
	expect_ok("the challenge still waited", world.err, &world.why);
}

static void
on_end_step(void *arg, enum err err, const struct proofing_end_report *report, const struct problem *why)
{
	(void)arg;
	(void)report;
	world.done = true;
	expect_ok("a step", err, why);
}

static void
end_proofing(enum proofing_end_step step)
{
	const struct proofing_end_request request = { .step = step, .reason = span_text("test"), .now = world.noon,
		.by = { span_text("uid:1"), { span_text("uid:1"), 1 } } };

	store_memory_become(world.store, ROLE_STEWARD);
	world.done = false;
	proofing_end_start(world.store, &request, on_end_step, NULL);
	run();
	store_memory_become(world.store, ROLE_WORKER);
}

static void
on_ended_noted(void *arg, const struct committed *done)
{
	(void)arg;
	world.done = true;
	expect_number("it is noted", done->code, OK);
}

static void
note_erased(void)
{
	struct unit *unit = unit_new(&world.arena, tables, id_new(world.noon));
	struct proofing_end end;
	struct problem why;

	looked = proofing_end_ask();
	world.done = false;
	store_load(world.store, &looked, 1, on_looked, NULL);
	run();
	expect_ok("ended", proofing_end_loaded(&looked, &end, &why), &why);
	store_memory_become(world.store, ROLE_STEWARD);
	proofing_end_put_erased(unit, &end, world.noon);
	world.done = false;
	store_commit(world.store, unit, on_ended_noted, NULL);
	run();
	store_memory_become(world.store, ROLE_WORKER);
}

static void
after_the_end_nobody_is_proved(void **state)
{
	struct proofing_begin asked = bank_asks(PROOFING_SIGNATURE);
	struct proofing_prove proof;
	size_t logged;
	unsigned questions;

	(void)state;
	world.source.says = REVOCATION_GOOD;
	begin(&asked);
	proof = bank_proves(SIGNATURE);
	logged = rows_of(&proofing_log_table);
	questions = world.source.asked;
	end_proofing(PROOFING_END);
	prove(&proof);
	expect_problem("what was signed before", world.err, &world.why, ERR_DENIED, "this service ended proofing at");
	begin(&asked);
	expect_problem("nor is anybody asked", world.err, &world.why, ERR_DENIED, "this service ended proofing at");
	expect_number("no source is", world.source.asked, questions);
	expect_number("the log is kept", rows_of(&proofing_log_table), logged);
	note_erased();
	end_proofing(PROOFING_RESUME);
	prove(&proof);
	expect_ok("resumed, the challenge still waits", world.err, &world.why);
}

static void
who_hangs_up_while_a_source_is_asked_pays(void **state)
{
	struct proofing_begin asked = bank_asks(PROOFING_SIGNATURE);
	struct proofing_prove proof;
	struct pending *pending;

	(void)state;
	begin(&asked);
	proof = bank_proves(SIGNATURE);
	world.source.silent = true;
	world.done = false;
	pending = proofing_prove(world.store, &world.arena, &world.settings, &proof, on_proved, NULL);
	run();
	expect_true("it waits for the source", !world.done);
	pending_cancel(&pending);
	world.source.silent = false;
	run();
	expect_true("nobody is called", !world.done);
	check_newest_log("it was asked", UNDETERMINED, REVOCATION_UNAVAILABLE, true);
	expect_logged("as of the certificate at hand", "card test unavailable charged");
	prove(&proof);
	expect_problem("and the challenge is used up", world.err, &world.why, ERR_NOT_FOUND, "no challenge of yours");
}

static void
who_hangs_up_before_anybody_is_asked_pays_nothing(void **state)
{
	static const struct { const char *title; bool wrong, kept; } cases[] = {
		{ "the document is refuted", true, false }, { "its answer is kept from before", false, true },
	};
	struct proofing_begin asked = bank_asks(PROOFING_SIGNATURE);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct proofing_prove proof;
		unsigned questions = world.source.asked;
		struct pending *pending;
		size_t rows;

		begin(&asked);
		proof = bank_proves(SIGNATURE);
		if (cases[i].wrong)
			proof.submission.signature = signed_by_card(SIGNATURE, span_text("another text"));
		world.source.silent = true;
		world.source.kept = cases[i].kept;
		rows = rows_of(&proofing_log_table);
		world.done = false;
		pending = proofing_prove(world.store, &world.arena, &world.settings, &proof, on_proved, NULL);
		/* A refusal is told in the next turn, which does not come. */
		while (cases[i].wrong && store_memory_step(world.store, world.noon))
			;
		if (!cases[i].wrong)
			run();
		expect_true("it waits", !world.done && (world.turn.first || world.source.asked > questions));
		pending_cancel(&pending);
		world.source.silent = world.source.kept = false;
		run();
		expect_number(cases[i].title, rows_of(&proofing_log_table), rows);
	}
}

static const struct {
	const char *title;
	enum revocation_status says[2];
	bool kept[2];
	const char *logged, *entry;
} questions[] = {
	{ "one answers, and is enough", { REVOCATION_GOOD }, { false },
	    "card test good charged", "[{\"kind\":\"ocsp\",\"source\":\"test\",\"status\":\"good\"}]" },
	{ "one does not know, another does: both are paid", { REVOCATION_UNKNOWN, REVOCATION_GOOD }, { false, false },
	    "card second good charged, card test unknown charged further",
	    "[{\"kind\":\"ocsp\",\"source\":\"test\",\"status\":\"unknown\"},"
	    "{\"kind\":\"operator\",\"source\":\"second\",\"status\":\"good\"}]" },
	{ "the one that does not know is paid, though what counts is free", { REVOCATION_UNKNOWN, REVOCATION_GOOD },
	    { false, true }, "card second good, card test unknown charged further",
	    "[{\"kind\":\"ocsp\",\"source\":\"test\",\"status\":\"unknown\"}]" },
	{ "what was known before is not paid again", { REVOCATION_UNKNOWN, REVOCATION_GOOD }, { true, false },
	    "card second good charged", "[{\"kind\":\"operator\",\"source\":\"second\",\"status\":\"good\"}]" },
	{ "nothing is paid, and it is one check", { REVOCATION_UNKNOWN, REVOCATION_UNKNOWN }, { true, true },
	    "card test unknown", "[]" },
};

static void
each_source_that_answers_is_paid(void **state)
{
	struct proofing_begin asked = bank_asks(PROOFING_SIGNATURE);

	(void)state;
	world.verifier.source_count = 2;
	for (size_t i = 0; i < COUNT(questions); i++) {
		struct proofing_prove proof;

		world.source.says = questions[i].says[0];
		world.second.says = questions[i].says[1];
		world.source.kept = questions[i].kept[0];
		world.second.kept = questions[i].kept[1];
		begin(&asked);
		proof = bank_proves(SIGNATURE);
		prove(&proof);
		expect_ok(questions[i].title, world.err, &world.why);
		expect_logged(questions[i].title, questions[i].logged);
		expect_true(questions[i].title, entry_says(arena_print(&world.arena, "\"revocation\":{\"asked\":%s,",
		    questions[i].entry)));
	}
	world.verifier.source_count = 1;
	world.source.kept = world.second.kept = false;
}

/* Whether it is the same person as before. */

static const struct { const char *title; const char *handle; struct linkage_kind kind; const char *part; } handles[] = {
	{ "a handle too short", "0123", { JPKI_SIGNATURE, JPKI_CARD }, "/continues/handle: expected" },
	{ "no hexadecimal digits", "0123456789abcdef0123456789abcdeg", { JPKI_SIGNATURE, JPKI_CARD },
	    "/continues/handle: expected" },
	{ "capitals, which no handle has", "0123456789ABCDEF0123456789ABCDEF", { JPKI_SIGNATURE, JPKI_CARD },
	    "/continues/handle: expected" },
	{ "of no purpose", "0123456789abcdef0123456789abcdef", { JPKI_NO_PURPOSE, JPKI_CARD },
	    "/continues: expected the purpose and medium" },
	{ "in no medium", "0123456789abcdef0123456789abcdef", { JPKI_SIGNATURE, JPKI_NO_MEDIUM },
	    "/continues: expected the purpose and medium" },
};

static void
what_is_continued_must_be_an_outcome(void **state)
{
	struct proofing_begin asked = bank_asks(PROOFING_SIGNATURE);

	(void)state;
	for (size_t i = 0; i < COUNT(handles); i++) {
		asked.continues = (struct proofing_earlier){ span_text(handles[i].handle), handles[i].kind };
		begin(&asked);
		expect_problem(handles[i].title, world.err, &world.why, ERR_INVALID, handles[i].part);
	}
	asked = (struct proofing_begin){ .caller = span_text("c"), .member = span_text("shop"),
		.relying_party = span_text(SHOP), .purpose = PROOFING_AUTHENTICATION, .now = world.noon,
		.continues = { span_text("0123456789abcdef0123456789abcdef"), { JPKI_SIGNATURE, JPKI_CARD } } };
	begin(&asked);
	expect_problem("who may not check signatures links none", world.err, &world.why, ERR_DENIED,
	    "/continues: certificates for both purposes");
	asked.continues.kind.purpose = JPKI_AUTHENTICATION;
	begin(&asked);
	expect_ok("but others of its own purpose", world.err, &world.why);
}

/* Which authority's, and which number, an answer names. */
enum named { NOBODY, OLD_AUTHENTICATION, OLD_SIGNATURE, OTHER, STRANGER };
#define BOTH_CARD { JPKI_AUTHENTICATION, JPKI_CARD }
#define SAME_CARD { JPKI_SIGNATURE, JPKI_CARD }
#define RELATIONS (LINKAGE_BIT(LINKAGE_MEDIUM) | LINKAGE_BIT(LINKAGE_PURPOSE))
#define ALL_RELATIONS (RELATIONS | LINKAGE_BIT(LINKAGE_RENEWAL))
static const struct {
	const char *title;
	bool renewed;                /* another certificate than that of the signature's handle is shown */
	struct linkage_kind kind;    /* of the earlier one, whose handle it is */
	unsigned relations;
	bool silent;
	enum named named;
	bool complete;
	const char *continuity, *logged, *entry;
} continuities[] = {
	{ "the very same certificate: nobody is asked", false, SAME_CARD, ALL_RELATIONS, false, NOBODY, false, "same",
	    "card test good charged", "{\"asked\":false,\"relation\":\"renewal\",\"status\":\"same\"}" },
	{ "and none need be there", false, SAME_CARD, 0, false, NOBODY, false, "same", "card test good charged",
	    "{\"asked\":false,\"relation\":\"renewal\",\"status\":\"same\"}" },
	{ "the card's other certificate is named", true, BOTH_CARD, RELATIONS, false, OLD_AUTHENTICATION, false, "same",
	    "card test good charged, card links same charged further",
	    "{\"asked\":true,\"relation\":\"purpose\",\"source\":\"links\",\"status\":\"same\"}" },
	{ "others are named, and that is all there is", true, BOTH_CARD, RELATIONS, false, OTHER, true, "other",
	    "card test good charged, card links other charged further", "\"status\":\"other\"}" },
	{ "others are named, and there may be more", true, BOTH_CARD, RELATIONS, false, OTHER, false, "unknown",
	    "card test good charged, card links unknown charged further", "\"status\":\"unknown\"}" },
	{ "none is, and there never was one", true, BOTH_CARD, RELATIONS, false, NOBODY, true, "other",
	    "card test good charged, card links other charged further", "\"status\":\"other\"}" },
	{ "none is known", true, BOTH_CARD, RELATIONS, false, NOBODY, false, "unknown",
	    "card test good charged, card links unknown charged further", "\"status\":\"unknown\"}" },
	{ "its number under an authority that is none of ours", true, BOTH_CARD, RELATIONS, false, STRANGER, true,
	    "unknown", "card test good charged, card links unknown charged further", "\"status\":\"unknown\"}" },
	{ "its number under the other purpose's authority", true, BOTH_CARD, RELATIONS, false, OLD_SIGNATURE, true,
	    "unknown", "card test good charged, card links unknown charged further", "\"status\":\"unknown\"}" },
	{ "nobody answers: nobody is paid", true, BOTH_CARD, RELATIONS, true, NOBODY, false, "unavailable",
	    "card test good charged", "{\"asked\":false,\"relation\":\"purpose\",\"status\":\"unavailable\"}" },
	{ "renewed, and who is asked knows of no renewals", true, SAME_CARD, RELATIONS, false, OLD_SIGNATURE, false,
	    "unavailable", "card test good charged", "\"relation\":\"renewal\",\"status\":\"unavailable\"}" },
	{ "renewed, and who is asked knows of it", true, SAME_CARD, ALL_RELATIONS, false, OLD_SIGNATURE, false, "same",
	    "card test good charged, card links same charged further",
	    "{\"asked\":true,\"relation\":\"renewal\",\"source\":\"links\",\"status\":\"same\"}" },
	{ "a phone's other certificate, which no service links", true, { JPKI_AUTHENTICATION, JPKI_PHONE },
	    ALL_RELATIONS, false, OLD_AUTHENTICATION, true, "unknown", "card test good charged",
	    "{\"asked\":false,\"relation\":\"none\",\"status\":\"unknown\"}" },
	{ "a phone's of the same purpose, but it is not named", true, { JPKI_SIGNATURE, JPKI_PHONE }, RELATIONS, false,
	    OTHER, false, "unknown", "card test good charged, card links unknown charged further",
	    "\"relation\":\"medium\",\"source\":\"links\",\"status\":\"unknown\"}" },
	{ "nobody is configured", true, BOTH_CARD, 0, false, OLD_AUTHENTICATION, false, "unavailable",
	    "card test good charged", "\"relation\":\"purpose\",\"status\":\"unavailable\"}" },
};

static struct span
handle_told(enum proofing_purpose purpose)
{
	struct proofing_begin asked = bank_asks(purpose);
	struct proofing_prove proof;

	begin(&asked);
	proof = bank_proves(purpose == PROOFING_SIGNATURE ? SIGNATURE : AUTHENTICATION);
	prove(&proof);
	expect_true("an earlier outcome", world.outcome.handle.size == PROOFING_HANDLE);
	return world.outcome.handle;
}

static struct linked
linked_of(enum named named)
{
	const enum jpki_purpose purpose = named == OLD_SIGNATURE ? JPKI_SIGNATURE : JPKI_AUTHENTICATION;
	struct linked l = { span_text("stranger"), span_text("\x0a\xc9\x1a\xf8") };

	for (size_t i = 0; named != STRANGER && i < jpki_anchor_count(world.anchors); i++)
		if (jpki_anchor_at(world.anchors, i)->purpose == purpose)
			l.issuer_key_id = jpki_anchor_at(world.anchors, i)->certificate.subject_key_id;
	if (named == OTHER)
		l.serial = span_text("\x0a");
	return l;
}

static void
prove_continued(const struct proofing_earlier *earlier, struct span certificate)
{
	struct proofing_begin asked = bank_asks(PROOFING_SIGNATURE);
	struct proofing_prove proof;

	asked.continues = *earlier;
	begin(&asked);
	expect_ok("begun", world.err, &world.why);
	proof = bank_proves(SIGNATURE);
	proof.submission.certificate = certificate;
	prove(&proof);
	expect_ok("proved", world.err, &world.why);
}

static void
whether_it_is_the_same_person_is_for_the_operator_to_say(void **state)
{
	struct span by[PURPOSES + 1], renewed = certificate_of(SIGNATURE, 0x0ac91af9);

	(void)state;
	world.source.says = REVOCATION_GOOD;
	by[JPKI_SIGNATURE] = handle_told(PROOFING_SIGNATURE);
	by[JPKI_AUTHENTICATION] = handle_told(PROOFING_AUTHENTICATION);
	for (size_t i = 0; i < COUNT(continuities); i++) {
		const struct proofing_earlier earlier = { by[continuities[i].kind.purpose], continuities[i].kind };
		const enum named named = continuities[i].named;
		const unsigned asked = world.linkage.asked;
		const bool expected = strstr(continuities[i].logged, "links") || continuities[i].silent;

		world.settings.linkage = continuities[i].relations ? &world.linkage.source : NULL;
		world.linkage.source.relations = continuities[i].relations;
		world.linkage.says = (struct linkage_answer){ .answered = !continuities[i].silent,
			.complete = continuities[i].complete, .count = named != NOBODY,
			.linked = { linked_of(named) } };
		prove_continued(&earlier, continuities[i].renewed ? renewed : world.certificates[SIGNATURE]);
		expect_text(continuities[i].title, continuity_name(world.outcome.continuity),
		    continuities[i].continuity);
		expect_number(continuities[i].title, world.linkage.asked - asked, expected);
		expect_logged(continuities[i].title, continuities[i].logged);
		expect_true(continuities[i].title, entry_says(continuities[i].entry));
		expect_true("the earlier handle stays here", !entry_says(arena_print(&world.arena, "%.*s",
		    SPAN_ARGS(earlier.handle))));
	}
	expect_true("and the person was told", memmem(world.challenge.text.data, world.challenge.text.size,
	    "the same person's", strlen("the same person's")) != NULL);
	world.settings.linkage = NULL;
}

static void
what_comes_of_it_is_counted(void **state)
{
	const struct proofing_earlier earlier = { span_text("0123456789abcdef0123456789abcdef"), BOTH_CARD };
	struct figures figures = { 0 };
	uint64_t sum = 0;

	(void)state;
	world.settings.figures = &figures;
	world.settings.linkage = &world.linkage.source;
	world.linkage.source.relations = RELATIONS;
	world.linkage.says = (struct linkage_answer){ .answered = true };
	world.source.says = REVOCATION_GOOD;
	prove_continued(&earlier, world.certificates[SIGNATURE]);
	world.settings.linkage = NULL;
	world.settings.figures = NULL;
	for (size_t i = 0; i < FIGURE_COUNT; i++)
		sum += figures.value[i];
	expect_number("a proof, an answer of a source, a linkage", sum, 3);
	for (int i = FIGURE_PROOFS; i < FIGURE_REVOCATION_ANSWERS; i++)
		expect_number("an established signature", figures.value[i], i == FIGURE_PROOFS);
}

static void
of_a_certificate_that_does_not_count_nobody_is_asked(void **state)
{
	const struct proofing_earlier earlier = { span_text("0123456789abcdef0123456789abcdef"), BOTH_CARD };
	const unsigned asked = world.linkage.asked;

	(void)state;
	world.settings.linkage = &world.linkage.source;
	world.linkage.source.relations = RELATIONS;
	world.source.says = REVOCATION_REVOKED;
	prove_continued(&earlier, world.certificates[SIGNATURE]);
	world.settings.linkage = NULL;
	expect_number("refuted", world.outcome.verified->outcome, REFUTED);
	expect_number("nothing is told of whose it is", world.outcome.continuity, CONTINUITY_NOT_ASKED);
	expect_number("nobody was asked", world.linkage.asked, asked);
	expect_true("nor does the ledger tell", !entry_says("continuity"));
}

static void
who_hangs_up_while_certificates_are_linked_pays_for_both(void **state)
{
	struct proofing_begin asked = bank_asks(PROOFING_SIGNATURE);
	struct proofing_prove proof;
	struct pending *pending;

	(void)state;
	world.source.says = REVOCATION_GOOD;
	world.settings.linkage = &world.linkage.source;
	world.linkage.source.relations = RELATIONS;
	world.linkage.silent = true;
	asked.continues = (struct proofing_earlier){ span_text("0123456789abcdef0123456789abcdef"), BOTH_CARD };
	begin(&asked);
	proof = bank_proves(SIGNATURE);
	world.done = false;
	pending = proofing_prove(world.store, &world.arena, &world.settings, &proof, on_proved, NULL);
	run();
	expect_true("it waits for who links", !world.done && world.linkage.asked > 0);
	pending_cancel(&pending);
	run();
	expect_true("nobody is called", !world.done);
	world.linkage.silent = false;
	world.settings.linkage = NULL;
	expect_logged("both were asked", "card test good charged, card links unavailable charged further");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_may_ask_gets_a_challenge),
		cmocka_unit_test(a_good_signature_is_an_outcome_with_what_was_promised),
		cmocka_unit_test(an_authentication_tells_nothing),
		cmocka_unit_test(the_longest_of_each_is_recorded_whole),
		cmocka_unit_test(what_is_not_good_is_recorded_too),
		cmocka_unit_test(a_challenge_is_answered_once_by_who_asked),
		cmocka_unit_test(of_two_answers_at_once_one_counts),
		cmocka_unit_test(what_ends_in_the_registry_ends_here),
		cmocka_unit_test(after_the_end_nobody_is_proved),
		cmocka_unit_test(who_hangs_up_while_a_source_is_asked_pays),
		cmocka_unit_test(who_hangs_up_before_anybody_is_asked_pays_nothing),
		cmocka_unit_test(each_source_that_answers_is_paid),
		cmocka_unit_test(what_is_continued_must_be_an_outcome),
		cmocka_unit_test(whether_it_is_the_same_person_is_for_the_operator_to_say),
		cmocka_unit_test(what_comes_of_it_is_counted),
		cmocka_unit_test(of_a_certificate_that_does_not_count_nobody_is_asked),
		cmocka_unit_test(who_hangs_up_while_certificates_are_linked_pays_for_both),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
