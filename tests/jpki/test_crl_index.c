/* tests/jpki/test_crl_index.c - index files answer as a plain scan of their list does, or say that they are damaged. */
#include <fcntl.h>

#include "expect.h"

#include "crypto/scratch.h"
#include "crypto/x509_path.h"
#include "jpki/crl_index.h"
#include "jpki/crl_layout.h"
#include "jpki/crl_sort.h"
#include "list_maker.h"

#define MOST 2500
#define INDIRECT "[x]\nissuingDistributionPoint=critical,@p\n[p]\nindirectCRL=TRUE\n"

static struct arena arena, kept;
static struct maker authority, stranger;
static struct scratch scratch;
static uint64_t state_of_chance = 20261122;

static uint64_t
chance(uint64_t below)
{
	state_of_chance ^= state_of_chance << 13;
	state_of_chance ^= state_of_chance >> 7;
	state_of_chance ^= state_of_chance << 17;
	return state_of_chance % below;
}

static struct crl_index *
indexed(struct span der)
{
	struct crl_import import = { .der = der, .keys = &authority.spki, .key_count = 1, .switches = SIGNATURES_RSA };
	struct crl_index *index = NULL;
	struct problem why;

	expect_ok("the index is made", crl_index_make(&import, scratch_path(&scratch, "index"), &why), &why);
	expect_ok("and opened", crl_index_open(scratch_path(&scratch, "index"), &index, &why), &why);
	return index;
}

/* What the index should say, by walking all of the list. */
static bool
scan(struct span der, const struct name_key *issuer, struct span serial, struct crl_entry *out)
{
	struct crl_list list;
	struct crl_walk walk;
	struct crl_entry e;
	struct name_key current;
	bool found = false;

	crl_list_read(der, &list, NULL);
	walk = crl_walk_of(&list);
	current = name_key_of(list.issuer);
	while (crl_walk_next(&walk, &e, NULL)) {
		if (e.issuer.size)
			current = name_key_of(e.issuer);
		if (!span_equal(e.serial, serial) || !name_key_equal(&current, issuer))
			continue;
		if (found && (out->reason == 8) == (e.reason == 8) && out->revoked_at.us <= e.revoked_at.us)
			continue;
		if (found && out->reason != 8 && e.reason == 8)
			continue;
		*out = e;
		found = true;
	}
	return found;
}

/* Entries of one serial and date may differ otherwise; what counts is which certificate, when, and whether it removes.
 */
static void
expect_same(struct crl_index *index, struct span der, const struct name_key *issuer, struct span serial)
{
	struct crl_entry ours, theirs;
	bool listed = scan(der, issuer, serial, &theirs);
	enum crl_found found = crl_index_find(index, issuer, serial, &ours);
	struct name_key whose = *crl_index_issuer(index);

	expect_number("the index finds what the scan finds", found, listed ? CRL_LISTED : CRL_ABSENT);
	if (!listed)
		return;
	expect_number("since the same time", ours.revoked_at.us, theirs.revoked_at.us);
	expect_true("removed or not", (ours.reason == 8) == (theirs.reason == 8));
	if (ours.issuer.size)
		whose = name_key_of(ours.issuer);
	expect_true("of that issuer", name_key_equal(&whose, issuer));
}

static struct name_key issuer_keys[3];
static const char *const issuers[] = { "C=JP/O=one", "C=JP/O=two", "C=JP/O=JPKI-TEST/OU=lists" };
static const char *const dates[] = {
	"1969-07-20T20:17:40Z", "1970-01-01T00:00:00Z", "2001-09-09T01:46:40Z", "2026-11-22T00:00:00Z",
	"2106-02-07T06:28:14Z", "2106-02-07T06:28:15Z", "2106-02-07T06:28:16Z", "2500-01-01T00:00:00Z",
};

static char serials[MOST][64];
static struct made_entry entries[MOST];

/* Serials of up to `longest` bytes, the first of few values, so that some are the same. */
static void
fill(size_t count, size_t longest, bool indirect, bool sorted)
{
	for (size_t i = 0; i < count; i++) {
		size_t size = 1 + chance(longest), at = 0;

		if (sorted)
			snprintf(serials[i], sizeof(serials[i]), "%08zx", i * 7 + 1);
		else
			for (at += (size_t)snprintf(serials[i], sizeof(serials[i]), "%s%02x", chance(20) ? "" : "-",
			    (unsigned)(1 + chance(126))); size > 1; size--)
				at += (size_t)snprintf(serials[i] + at, sizeof(serials[i]) - at, "%02x",
				    (unsigned)chance(longest > 2 ? 256 : 3));
		entries[i] = (struct made_entry){
			.serial = serials[i],
			.revoked_at = chance(4) ? NULL : dates[1 + chance(COUNT(dates) - 1)],
			.reason = (int[]){ 0, 1, 4, 6, 8 }[chance(5)],
			.invalid_from = chance(10) ? NULL : "20200101000000Z",
			.issuer = indirect && chance(3) == 0 ? issuers[chance(COUNT(issuers))] : NULL,
		};
	}
}

static void
an_index_answers_as_a_scan_does(void **state)
{
	static const struct {
		const char *title;
		size_t count, longest;
		bool indirect, sorted;
	} cases[] = {
		{ "nobody", 0, 1, false, false },
		{ "one", 1, 4, false, false },
		{ "few serials, many times", 300, 1, false, false },
		{ "few serials of several issuers, over several blocks", 1500, 1, true, false },
		{ "serials of two bytes", 700, 2, true, false },
		{ "a JPKI list", 900, 4, false, false },
		{ "a sorted one", 900, 4, false, true },
		{ "exactly one block", 204, 4, false, true },
		{ "one more than a block", 205, 4, false, true },
		{ "serials of every length", 1200, 24, false, false },
		{ "serials of every length and issuer", 1200, 24, true, false },
	};

	(void)state;
	for (size_t c = 0; c < COUNT(cases); c++) {
		struct made_list made = {
			.number = "07", .extensions = cases[c].indirect ? INDIRECT : NULL, .entries = entries
		};
		struct crl_index *index;
		struct crl_list list;
		struct crl_walk walk;
		struct crl_entry e;
		struct span der;

		fill(cases[c].count, cases[c].longest, cases[c].indirect, cases[c].sorted);
		made.count = cases[c].count;
		der = maker_list(&arena, &authority, &made);
		index = indexed(der);
		expect_number(cases[c].title, (int64_t)crl_index_count(index), (int64_t)cases[c].count);
		expect_true("its blocks are whole", crl_index_sound(index));
		crl_list_read(der, &list, NULL);
		expect_true("what it says of itself", span_equal(crl_index_list(index)->number, list.number) &&
		    span_equal(crl_index_list(index)->issuer, list.issuer) && crl_index_list(index)->this_update.us ==
		    list.this_update.us && crl_index_list(index)->entries.size == 0);
		walk = crl_walk_of(&list);
		for (size_t i = 0; crl_walk_next(&walk, &e, NULL); i++) {
			uint8_t near[CRL_SERIAL_LARGEST];

			/* Of many, only some are looked for under every issuer: the scan is slow. */
			for (size_t n = 0; n < COUNT(issuers) && i % 16 == 0; n++)
				expect_same(index, der, &issuer_keys[n], e.serial);
			expect_same(index, der, crl_index_issuer(index), e.serial);
			memcpy(near, e.serial.data, e.serial.size);
			near[e.serial.size - 1] ^= 1;
			expect_same(index, der, crl_index_issuer(index), span_of(near, e.serial.size));
		}
		crl_index_close(index);
		arena_reset(&arena);
	}
}

static void
rows_are_sorted_where_they_lie(void **state)
{
	static uint8_t rows[4000 * 32], before[4000 * 32];

	(void)state;
	for (size_t size = 20; size <= 32; size += 12)
		for (size_t values = 1; values <= 256; values *= 4) {
			uint64_t sum = 0, sum_after = 0;

			for (size_t i = 0; i < sizeof(rows); i++)
				rows[i] = i % size < 6 ? 0 : (uint8_t)chance(values);
			memcpy(before, rows, sizeof(rows));
			crl_sort(rows, 4000, size, 3);
			for (size_t i = 1; i < 4000; i++)
				expect_true("each row is not below the one before it",
				    memcmp(rows + (i - 1) * size, rows + i * size, size) <= 0);
			for (size_t i = 0; i < 4000; i++)
				for (size_t b = 0; b < size; b++) {
					sum += (uint64_t)before[i * size + b] * (b + 1) * (b + 3);
					sum_after += (uint64_t)rows[i * size + b] * (b + 1) * (b + 3);
				}
			expect_number("and none is lost", (int64_t)sum_after, (int64_t)sum);
		}
}

static size_t
file_size(struct span *bytes)
{
	static char text[256 * KIB];

	*bytes = scratch_read(&scratch, "index", text, sizeof(text));
	return bytes->size;
}

/* Whatever byte of a file turns over, the answer is the same as before, or that the file is damaged. */
static void
damage_never_becomes_an_answer(void **state)
{
	struct made_list made = { .number = "07", .extensions = INDIRECT, .entries = entries, .count = 40 };
	struct span der, bytes;
	struct crl_list list;
	struct crl_index *index;
	struct problem why;
	size_t refused = 0, damaged = 0;

	(void)state;
	fill(40, 20, true, false);
	der = maker_list(&arena, &authority, &made);
	crl_index_close(indexed(der));
	crl_list_read(der, &list, NULL);
	for (size_t at = 0; at < file_size(&bytes); at++) {
		uint8_t *copy = (uint8_t *)(uintptr_t)arena_copy(&arena, bytes).data;
		struct crl_walk walk = crl_walk_of(&list);
		struct crl_entry e, ours, theirs;

		/* Nothing reads the head's unused rest, but the digest covers it. */
		if (at > 512 && at < 4000)
			continue;
		copy[at] ^= (uint8_t)(1u << chance(8));
		if (crl_index_of(span_of(copy, bytes.size), &index, &why) != OK) {
			refused++;
			continue;
		}
		while (crl_walk_next(&walk, &e, NULL)) {
			bool listed = scan(der, crl_index_issuer(index), e.serial, &theirs);
			enum crl_found found = crl_index_find(index, crl_index_issuer(index), e.serial, &ours);

			damaged += found == CRL_DAMAGED;
			expect_true("damage is told, or does not matter", found == CRL_DAMAGED ||
			    found == (listed ? CRL_LISTED : CRL_ABSENT));
			if (found == CRL_LISTED)
				expect_number("the time is right", ours.revoked_at.us, theirs.revoked_at.us);
		}
		expect_true("and found by looking at all of it", !crl_index_sound(index));
		crl_index_close(index);
	}
	expect_true("some damage is found on opening, some on looking", refused > 500 && damaged > 500);
	for (size_t cut = 0; cut < bytes.size; cut += 7)
		expect_true(
		    "a file cut short is refused", crl_index_of(span_first(bytes, cut), &index, &why) == ERR_SYNTAX);
}

static bool
stop(void *arg, uint64_t done, uint64_t all)
{
	expect_true("no more is done than all", done <= all);
	return --*(int *)arg > 0;
}

static void
a_list_that_is_not_taken_leaves_nothing(void **state)
{
	struct made_list made = { .number = "07", .entries = entries, .count = 10 };
	struct span der, wrong;
	const struct span both[] = { stranger.spki, authority.spki };
	struct crl_import import = { .switches = SIGNATURES_RSA };
	struct problem why;
	char path[128];

	(void)state;
	fill(10, 4, false, false);
	der = maker_list(&arena, &authority, &made);
	snprintf(path, sizeof(path), "%s/other", scratch.path);
	size_t before = scratch_count(&scratch);
	import.der = der;
	expect_problem("without a key", crl_index_make(&import, path, &why), &why, ERR_CRYPTO, "nobody");
	import.keys = &stranger.spki;
	import.key_count = 1;
	expect_problem("signed by another key", crl_index_make(&import, path, &why), &why, ERR_CRYPTO, "");
	import.keys = both;
	import.key_count = 2;
	import.switches = 0;
	expect_problem(
	    "by an algorithm we do not take", crl_index_make(&import, path, &why), &why, ERR_UNSUPPORTED, "");
	import.switches = SIGNATURES_RSA;
	wrong = arena_copy(&arena, der);
	((uint8_t *)(uintptr_t)wrong.data)[wrong.size / 2] ^= 1;
	import.der = wrong;
	expect_true("changed on its way", crl_index_make(&import, path, &why) != OK);
	import.der = span_first(der, der.size - 1);
	expect_problem("cut short", crl_index_make(&import, path, &why), &why, ERR_SYNTAX, "cut short");
	import.der = der;
	for (int steps = 1; steps <= 2; steps++) {
		int left = steps;

		import.progress = stop;
		import.arg = &left;
		expect_problem("stopped", crl_index_make(&import, path, &why), &why, ERR_UNAVAILABLE, "stopped");
	}
	import.progress = NULL;
	expect_problem(
	    "into no directory", crl_index_make(&import, "/nowhere/index", &why), &why, ERR_NOT_FOUND, "cannot");
	expect_number("no file is left over", (int64_t)scratch_count(&scratch), (int64_t)before);
	expect_ok("the second key is its signer's", crl_index_make(&import, path, &why), &why);
	unlink(path);
}

/* An entry in an unsound list is found only after its signature was found good: nothing is kept of it. */
static void
an_unsound_entry_refuses_the_list(void **state)
{
	static const struct made_entry too_long[] = {
		{ .serial = "0102030405060708091011121314151617181920212223242526" }
	};
	struct made_list made = { .number = "07", .entries = too_long, .count = 1 };
	struct crl_import import = { .keys = &authority.spki, .key_count = 1, .switches = SIGNATURES_RSA };
	struct problem why;
	size_t before = scratch_count(&scratch);

	(void)state;
	import.der = maker_list(&arena, &authority, &made);
	expect_problem("the list is refused", crl_index_make(&import, scratch_path(&scratch, "other"), &why), &why,
	    ERR_LIMIT, "at most 24");
	expect_number("no file is left over", (int64_t)scratch_count(&scratch), (int64_t)before);
}

static void
an_open_index_answers_whatever_replaces_it(void **state)
{
	static const struct made_entry one[] = { { .serial = "05" } };
	struct made_list full = { .number = "01", .entries = one, .count = 1 }, empty = { .number = "02" };
	struct crl_index *old = indexed(maker_list(&arena, &authority, &full)), *new =
	    indexed(maker_list(&arena, &authority, &empty));
	struct crl_entry e;
	struct span five = span_of("\x05", 1);

	(void)state;
	expect_number("the old one", crl_index_find(old, crl_index_issuer(old), five, &e), CRL_LISTED);
	expect_number("the new one", crl_index_find(new, crl_index_issuer(new), five, &e), CRL_ABSENT);
	expect_number(
	    "no serial is nobody's", crl_index_find(old, crl_index_issuer(old), (struct span){ 0 }, &e), CRL_ABSENT);
	crl_index_close(old);
	crl_index_close(new);
}

static void
other_files_are_refused(void **state)
{
	struct crl_index *index;
	struct problem why;

	(void)state;
	scratch_write(&scratch, "text", span_text("not an index"), 0600);
	scratch_write(&scratch, "empty", span_text(""), 0600);
	expect_problem(
	    "a text", crl_index_open(scratch_path(&scratch, "text"), &index, &why), &why, ERR_SYNTAX, "text: ");
	expect_problem(
	    "nothing", crl_index_open(scratch_path(&scratch, "empty"), &index, &why), &why, ERR_SYNTAX, "empty: ");
	expect_problem("a directory", crl_index_open(scratch.path, &index, &why), &why, ERR_SYNTAX, "");
	expect_problem(
	    "no file", crl_index_open(scratch_path(&scratch, "none"), &index, &why), &why, ERR_NOT_FOUND, "none");
}

static struct span
name_bytes(const char *text)
{
	X509_NAME *name = maker_name(text);
	unsigned char *der = NULL;
	int size = i2d_X509_NAME(name, &der);

	X509_NAME_free(name);
	return maker_bytes(&kept, der, size);
}

static void
names_that_say_the_same_have_one_key(void **state)
{
	static const struct {
		const char *title, *a, *b;
	} cases[] = {
		{ "itself", "C=JP/O=JPKI", "C=JP/O=JPKI" },
		{ "another case", "C=JP/O=JPKI/CN=Shibuya-ku CRLDP", "C=JP/O=jpki/CN=SHIBUYA-KU crldp" },
		{ "other blanks", "C=JP/CN=Shibuya-ku CRLDP", "C=JP/CN= Shibuya-ku   CRLDP " },
		{ "Japanese", "C=JP/O=公的個人認証サービス", "C=JP/O=公的個人認証サービス" },
		{ "other Japanese", "C=JP/O=公的個人認証サービス", "C=JP/O=公的個人認証サーピス" },
		{ "another order", "C=JP/O=a/OU=b", "C=JP/OU=b/O=a" },
		{ "a part more", "C=JP/O=a", "C=JP/O=a/OU=b" },
		{ "another type", "C=JP/O=a", "C=JP/OU=a" },
		{ "blanks that divide", "C=JP/CN=ab", "C=JP/CN=a b" },
		{ "nothing", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		X509_NAME *a = maker_name(cases[i].a), *b = maker_name(cases[i].b);
		struct name_key x = name_key_of(name_bytes(cases[i].a)), y = name_key_of(name_bytes(cases[i].b));

		expect_number(cases[i].title, name_key_equal(&x, &y), X509_NAME_cmp(a, b) == 0);
		X509_NAME_free(a);
		X509_NAME_free(b);
	}
}

static void
strings_of_several_kinds_have_one_key(void **state)
{
	static const uint8_t rdn[] = "\x30\x0a\x06\x03\x55\x04\x03\x13\x03" "A b";
	static const uint8_t printable[] = "\x30\x0e\x31\x0c\x30\x0a\x06\x03\x55\x04\x03\x13\x03" "A b";
	static const uint8_t utf8[] = "\x30\x0e\x31\x0c\x30\x0a\x06\x03\x55\x04\x03\x0c\x03" "a B";
	static const uint8_t octets[] = "\x30\x0e\x31\x0c\x30\x0a\x06\x03\x55\x04\x03\x04\x03" "a B";
	static const uint8_t two[] = "\x30\x1a\x31\x18\x30\x0a\x06\x03\x55\x04\x03\x0c\x03" "a b"
	    "\x30\x0a\x06\x03\x55\x04\x0a\x0c\x03" "x y";
	static const uint8_t turned[] = "\x30\x1a\x31\x18\x30\x0a\x06\x03\x55\x04\x0a\x13\x03" "X Y"
	    "\x30\x0a\x06\x03\x55\x04\x03\x13\x03" "A B";
	struct name_key a = name_key_of(span_of(printable, sizeof(printable) - 1));
	struct name_key b = name_key_of(span_of(utf8, sizeof(utf8) - 1));
	struct name_key c = name_key_of(span_of(octets, sizeof(octets) - 1));
	struct name_key d = name_key_relative(span_of("\x30\x00", 2), span_of(rdn, sizeof(rdn) - 1));
	struct name_key e = name_key_of(span_of(two, sizeof(two) - 1)),
			f = name_key_of(span_of(turned, sizeof(turned) - 1));
	struct name_key all[2];

	(void)state;
	expect_true("PrintableString and UTF8String", name_key_equal(&a, &b));
	expect_true("but no other type", !name_key_equal(&a, &c));
	expect_true("a relative name is whole", name_key_equal(&a, &d));
	expect_true("the values of one RDN are a set", name_key_equal(&e, &f));
	expect_number("names are counted", (int64_t)name_keys_of(span_of("\x86\x01x\x82\x01x", 6), all, 2), 2);
	expect_true("by kind", !name_key_equal(&all[0], &all[1]));
	expect_number("what are none are not", (int64_t)name_keys_of(span_of("\x86\x05x", 3), all, 2), 0);
}

static int
prepare(void **state)
{
	(void)state;
	arena = arena_init(512 * MIB);
	kept = arena_init(64 * MIB);
	scratch = scratch_new();
	authority = maker_new(&kept, NULL, "C=JP/O=JPKI-TEST/OU=lists", "01", MAKER_AUTHORITY);
	stranger = maker_new(&kept, NULL, "C=JP/O=JPKI-TEST/OU=lists", "02", MAKER_AUTHORITY);
	for (size_t i = 0; i < COUNT(issuers); i++)
		issuer_keys[i] = name_key_of(name_bytes(issuers[i]));
	return 0;
}

static int
clean(void **state)
{
	(void)state;
	maker_free(&authority);
	maker_free(&stranger);
	scratch_free(&scratch);
	arena_release(&arena);
	arena_release(&kept);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_index_answers_as_a_scan_does),
		cmocka_unit_test(rows_are_sorted_where_they_lie),
		cmocka_unit_test(damage_never_becomes_an_answer),
		cmocka_unit_test(a_list_that_is_not_taken_leaves_nothing),
		cmocka_unit_test(an_unsound_entry_refuses_the_list),
		cmocka_unit_test(an_open_index_answers_whatever_replaces_it),
		cmocka_unit_test(other_files_are_refused),
		cmocka_unit_test(names_that_say_the_same_have_one_key),
		cmocka_unit_test(strings_of_several_kinds_have_one_key),
	};
	return cmocka_run_group_tests(tests, prepare, clean);
}
