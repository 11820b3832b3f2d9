/* tests/jpki/test_crl_store.c - lists come in, replace one another, and answer; what must not come in leaves the last
 * good one in force.
 */
#include <openssl/pem.h>

#include "expect.h"

#include "crypto/certificate.h"
#include "crypto/scratch.h"
#include "jpki/crl_signer.h"
#include "jpki/crl_store.h"
#include "list_maker.h"

#define SIGNATURE \
	"C=JP/O=JPKI-TEST/OU=JPKI for digital signature/OU=Japan Agency for Local Authority Information Systems"
#define AUTHENTICATION "C=JP/O=JPKI-TEST/OU=JPKI for user authentication"
#define POINT(name) \
	"C=JP\nO=JPKI-TEST\n1.OU=JPKI for digital signature\n2.OU=CRL Distribution Points\n3.OU=Tokyo-to\n" \
	"CN=" name " CRLDP\n"
#define LIST(name) "[x]\nauthorityKeyIdentifier=keyid\nissuingDistributionPoint=critical,@p\n[p]\n" \
	"fullname=dirName:d\n[d]\n" POINT(name)
#define DELTA(name) "[x]\nauthorityKeyIdentifier=keyid\n2.5.29.27=critical,DER:02:01:07\n" \
	"issuingDistributionPoint=critical,@p\n[p]\nfullname=dirName:d\n[d]\n" POINT(name)
#define USER "[x]\nkeyUsage=critical,digitalSignature,nonRepudiation\nauthorityKeyIdentifier=keyid\n" \
	"crlDistributionPoints=p\n[p]\nfullname=dirName:d\n[d]\n" POINT("Shibuya-ku")

static struct arena arena;
static struct scratch scratch;
static struct maker first, second, authentication;
static struct jpki_anchors *anchors;
static struct jpki_trust trust;
static const struct made_entry me[] = { { .serial = "1234", .reason = 1 }, { .serial = "02" }, { .serial = "03" } };
static const struct made_entry strange[] = { { .serial = "1234", .unknown = "critical" } };

static struct crl_store *
opened(void)
{
	struct crl_store *store;
	struct problem why;

	expect_ok("the store is opened", crl_store_open(scratch.path, &trust, &store, &why), &why);
	return store;
}

static enum err
take(struct crl_store *store, const struct maker *by, const struct made_list *made, const char **text,
    struct problem *why)
{
	struct crl_taking taking = { .der = maker_list(&arena, by, made), .now = made_instant(MADE_NOON) };

	return crl_store_take(store, &taking, &arena, text, why);
}

static const char *
status_of(struct crl_store *store, const struct maker *issuer)
{
	static const struct crl_policy policy = { .require_delta = false };
	struct revocation_source *source = crl_source_new(store, "lists", &policy);
	struct jpki_certificate certificate = { .issuer = NULL };
	struct revocation_question question = { .certificate = &certificate, .now = made_instant(MADE_NOON) };
	struct revocation_answer answer;
	struct problem why;

	expect_ok("the certificate",
	    x509_read(maker_certificate(&arena, issuer, "CN=user", "1234", USER), &certificate.x509, &why), &why);
	certificate.issuer = jpki_anchor_of(anchors, &certificate.x509);
	source->answer(source, &question, &answer);
	expect_text("the source tells its name", answer.source, "lists");
	revocation_source_free(source);
	return revocation_status_name(answer.status);
}

static void
lists_replace_one_another(void **state)
{
	struct crl_store *store = opened(), *reader = opened();
	struct made_list named = { .number = "07", .extensions = LIST("Shibuya-ku"), .entries = me, .count = 3 };
	struct made_list newer = { .number = "08", .extensions = LIST("Shibuya-ku") };
	struct made_list other = { .number = "07", .extensions = LIST("Minato-ku"), .entries = me, .count = 3 };
	struct crl_row row;
	struct problem why;
	const char *text = "";

	(void)state;
	expect_text("with no list nothing is known", status_of(store, &first), "unavailable");
	expect_true("there is no row", !crl_store_row(store, 0, &row));
	expect_ok("a list is taken", take(store, &first, &named, &text, &why), &why);
	expect_text("and told", text, "number 7 of CN=Shibuya-ku CRLDP,OU=Tokyo-to,OU=CRL Distribution Points,"
	    "OU=JPKI for digital signature,O=JPKI-TEST,C=JP: 3 entries");
	expect_text("it counts at once", status_of(store, &first), "revoked");
	expect_text("for other processes too", status_of(reader, &first), "revoked");
	expect_text("but not for another generation", status_of(store, &second), "unavailable");
	expect_ok("another municipality's", take(store, &first, &other, &text, &why), &why);
	expect_text("changes nothing", status_of(store, &first), "revoked");
	expect_ok("a newer one", take(store, &first, &newer, &text, &why), &why);
	expect_text("replaces the one before", status_of(reader, &first), "good");
	expect_true("two are at hand", crl_store_row(store, 1, &row) && !crl_store_row(store, 2, &row));
	/* manifest, lock, and two lists. */
	expect_number("no other file is left", (int64_t)scratch_count(&scratch), 4);
	crl_store_close(store);
	store = opened();
	expect_text("and so it is when opened anew", status_of(store, &first), "good");
	expect_ok("another generation's list", take(store, &second, &named, &text, &why), &why);
	expect_text("is about its own certificates", status_of(store, &second), "revoked");
	expect_text("alone", status_of(store, &first), "good");
	expect_ok("erasing", crl_store_erase(scratch.path, &why), &why);
	expect_text("leaves nothing", status_of(reader, &first), "unavailable");
	expect_number("but the manifest and the lock", (int64_t)scratch_count(&scratch), 2);
	crl_store_close(store);
	crl_store_close(reader);
}

static void
what_must_not_come_in_leaves_what_was_there(void **state)
{
	static const struct {
		const char *title;
		struct made_list list;
		const struct maker *by;
		enum err code;
		const char *part;
	} cases[] = {
		{ "the same again", { .number = "07", .extensions = LIST("Shibuya-ku") }, &first, ERR_CONFLICT,
		    "no newer" },
		{ "an older number", { .number = "06", .extensions = LIST("Shibuya-ku") }, &first, ERR_CONFLICT,
		    "number 7" },
		{ "a newer number of an older day",
		    { .number = "08", .extensions = LIST("Shibuya-ku"), .this_update = "2026-11-21T23:00:00Z" }, &first,
		    ERR_CONFLICT, "no newer" },
		{ "no nextUpdate", { .number = "09", .next_update = "", .extensions = LIST("Shibuya-ku") }, &first,
		    ERR_INVALID, "no nextUpdate" },
		{ "too old",
		    { .number = "09",
			.this_update = "2026-11-01T00:00:00Z",
			.next_update = "2026-11-02T00:00:00Z",
			.extensions = LIST("Shibuya-ku") },
		    &first, ERR_INVALID, "to be replaced by 2026-11-02T00:00:00Z" },
		{ "of tomorrow",
		    { .number = "09", .this_update = "2026-11-23T00:00:00Z", .extensions = LIST("Shibuya-ku") }, &first,
		    ERR_INVALID, "not in force before" },
		{ "of attribute certificates",
		    { .number = "09",
			.extensions = "[x]\nissuingDistributionPoint=critical,@p\n[p]\n"
				      "onlyAA=TRUE\n" },
		    &first, ERR_UNSUPPORTED, "attribute" },
		{ "with something that must be understood",
		    { .number = "09", .extensions = "[x]\n1.2.392.200149.99.2=critical,DER:05:00\n" }, &first,
		    ERR_UNSUPPORTED, "critical extension" },
		{ "with an entry that must be understood",
		    { .number = "09", .extensions = LIST("Shibuya-ku"), .entries = strange, .count = 1 }, &first,
		    ERR_UNSUPPORTED, "an entry" },
	};
	struct crl_store *store = opened();
	struct made_list good = { .number = "07", .extensions = LIST("Shibuya-ku"), .entries = me, .count = 3 };
	struct made_list next = { .number = "0A", .extensions = LIST("Shibuya-ku") };
	struct maker stranger = maker_new(&arena, NULL, "C=JP/O=stranger", "05", MAKER_AUTHORITY);
	struct maker claimant = maker_new(&arena, NULL, SIGNATURE, "05", MAKER_AUTHORITY);
	struct maker impostor = first;
	struct problem why;
	const char *text;
	size_t files;

	(void)state;
	expect_ok("a good list", take(store, &first, &good, &text, &why), &why);
	files = scratch_count(&scratch);
	for (size_t i = 0; i < COUNT(cases); i++) {
		expect_problem(cases[i].title, take(store, cases[i].by, &cases[i].list, &text, &why), &why,
		    cases[i].code, cases[i].part);
		expect_text("the last good one stays", status_of(store, &first), "revoked");
		expect_number("and no file is left", (int64_t)scratch_count(&scratch), (int64_t)files);
	}
	expect_problem(
	    "of a stranger", take(store, &stranger, &next, &text, &why), &why, ERR_DENIED, "nobody we believe");
	next.extensions = "[x]\nauthorityKeyIdentifier=keyid\n";
	expect_problem(
	    "of one who claims the name", take(store, &claimant, &next, &text, &why), &why, ERR_DENIED, "nobody");
	/* It names the anchor's key, and is signed by another. */
	impostor.key = stranger.key;
	next.extensions = LIST("Shibuya-ku");
	expect_problem("of one who claims the key", take(store, &impostor, &next, &text, &why), &why, ERR_CRYPTO, "");
	trust.test = false;
	expect_problem(
	    "of the test world, in production", take(store, &first, &next, &text, &why), &why, ERR_DENIED, "nobody");
	trust.test = true;
	expect_text("the last good one stays", status_of(store, &first), "revoked");
	expect_ok("a newer one may come in", take(store, &first, &next, &text, &why), &why);
	expect_text("and counts", status_of(store, &first), "good");
	expect_ok("erasing", crl_store_erase(scratch.path, &why), &why);
	crl_store_close(store);
	maker_free(&stranger);
	maker_free(&claimant);
}

/* Who takes in may know fewer anchors than who looks; what the manifest on disk names is not theirs to sweep. */
static void
a_refusal_removes_nothing_the_manifest_names(void **state)
{
	struct made_list good = { .number = "07", .extensions = LIST("Shibuya-ku"), .entries = me, .count = 3 };
	struct made_list theirs = { .number = "01", .extensions = LIST("Shibuya-ku") };
	struct jpki_anchors *few = jpki_anchors_new();
	struct jpki_trust less = { .profiles = jpki_profiles_known(), .anchors = few, .test = true };
	struct crl_store *store = opened(), *other;
	struct problem why;
	const char *text;

	(void)state;
	expect_ok("an anchor",
	    jpki_anchors_add(few, JPKI_AUTHENTICATION, JPKI_TEST, authentication.der, &why), &why);
	expect_ok("a good list", take(store, &first, &good, &text, &why), &why);
	scratch_write(&scratch, "crl-0123456789abcdef.index", span_text("unfinished"), 0600);
	expect_ok("another looks", crl_store_open(scratch.path, &less, &other, &why), &why);
	expect_problem("and is refused", take(other, &first, &good, &text, &why), &why, ERR_DENIED, "nobody");
	expect_number("only what nobody names is gone", (int64_t)scratch_count(&scratch), 3);
	expect_ok("a list of whom it believes", take(other, &authentication, &theirs, &text, &why), &why);
	expect_number("takes no other's away", (int64_t)scratch_count(&scratch), 4);
	crl_store_close(other);
	crl_store_close(store);
	store = opened();
	expect_text("and the list still counts", status_of(store, &first), "revoked");
	expect_ok("erasing", crl_store_erase(scratch.path, &why), &why);
	crl_store_close(store);
	jpki_anchors_free(few);
}

static void
a_damaged_manifest_is_refused_until_all_is_erased(void **state)
{
#define HEAD "watashi revocation lists 2\n"
#define DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	static const struct {
		const char *title, *text, *part;
	} cases[] = {
		{ "another file", "hello\n", "first line" },
		{ "nothing", "", "first line" },
		{ "a line of something", HEAD "x y z\n", "line 2" },
		{ "a file outside", HEAD "../../etc/passwd " DIGEST " 0 " DIGEST " 1\n", "line 2" },
		{ "a line without an end", HEAD "crl-0123456789abcdef.index " DIGEST " 0 " DIGEST "\n", "line 2" },
	};
	struct made_list good = { .number = "07", .extensions = LIST("Shibuya-ku"), .entries = me, .count = 3 };
	struct crl_store *store;
	struct problem why;
	const char *text;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		scratch_write(&scratch, "manifest", span_text(cases[i].text), 0600);
		scratch_write(&scratch, "crl-0123456789abcdef.index", span_text("something"), 0600);
		expect_problem(cases[i].title, crl_store_open(scratch.path, &trust, &store, &why), &why, ERR_SYNTAX,
		    cases[i].part);
		expect_true("it says what helps", strstr(why.text, "erase the lists"));
		expect_ok("erasing", crl_store_erase(scratch.path, &why), &why);
		expect_number("leaves the manifest and the lock", (int64_t)scratch_count(&scratch), 2);
		store = opened();
		expect_ok("and a list is taken", take(store, &first, &good, &text, &why), &why);
		expect_text("and counts", status_of(store, &first), "revoked");
		expect_ok("erasing", crl_store_erase(scratch.path, &why), &why);
		crl_store_close(store);
	}
	expect_problem(
	    "no directory", crl_store_open("/nowhere", &trust, &store, &why), &why, ERR_NOT_FOUND, "/nowhere");
}

/* One list's index is broken in each of these ways; the others go on, and the same list mends it. */
static void
damage_of_one_list_is_that_list_alone(void **state)
{
	enum way { GONE, EMPTIED, CUT, CHANGED };
	static const struct {
		const char *title;
		enum way way;
	} cases[] = {
		{ "gone", GONE }, { "emptied", EMPTIED }, { "cut", CUT }, { "another's bytes", CHANGED },
	};
	struct made_list shibuya = { .number = "07", .extensions = LIST("Shibuya-ku"), .entries = me, .count = 3 };
	struct made_list older = { .number = "06", .extensions = LIST("Shibuya-ku"),
		.this_update = "2026-11-21T23:00:00Z" };
	struct made_list minato = { .number = "07", .extensions = LIST("Minato-ku") };
	struct made_list chuo = { .number = "07", .extensions = LIST("Chuo-ku") };
	struct crl_store *store, *reader;
	struct crl_damage damage;
	struct crl_row row;
	struct problem why;
	const char *text;
	char file[64];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		store = opened();
		expect_ok("a list", take(store, &first, &shibuya, &text, &why), &why);
		assert_true(crl_store_row(store, 0, &row));
		snprintf(file, sizeof(file), "%s", row.file);
		expect_ok("another", take(store, &first, &minato, &text, &why), &why);
		crl_store_close(store);
		if (cases[i].way == GONE)
			unlink(scratch_path(&scratch, file));
		else if (cases[i].way == CHANGED)
			scratch_write(&scratch, file, span_text("hello, this is no index"), 0600);
		else
			assert_int_equal(truncate(scratch_path(&scratch, file), cases[i].way == CUT ? 100 : 0), 0);
		reader = opened();
		store = opened();
		expect_text(cases[i].title, status_of(reader, &first), "unavailable");
		expect_true("the other is at hand", crl_store_row(reader, 0, &row) && !crl_store_row(reader, 1, &row));
		expect_true("the damage is told", crl_store_damage(reader, 0, &damage) &&
		    strcmp(damage.file, file) == 0 && strstr(damage.problem, file));
		expect_ok("a third is taken", take(store, &first, &chuo, &text, &why), &why);
		expect_text("and changes nothing", status_of(reader, &first), "unavailable");
		expect_true("the damage is still told", crl_store_damage(reader, 0, &damage));
		expect_problem("an older list", take(store, &first, &older, &text, &why), &why, ERR_CONFLICT,
		    "damaged, of 2026-11-22T00:00:00Z");
		expect_ok("the same list again", take(store, &first, &shibuya, &text, &why), &why);
		expect_text("mends it", status_of(reader, &first), "revoked");
		expect_true("and nothing is told", !crl_store_damage(reader, 0, &damage));
		/* manifest, lock, and three lists. */
		expect_number("what was damaged is gone", (int64_t)scratch_count(&scratch), 5);
		crl_store_close(store);
		crl_store_close(reader);
		expect_ok("erasing", crl_store_erase(scratch.path, &why), &why);
	}
}

/* What the delta said is not known without it: the complete list alone would call good what it revoked. */
static void
a_delta_that_is_damaged_is_not_absent(void **state)
{
	struct made_list complete = { .number = "07", .extensions = LIST("Shibuya-ku") };
	struct made_list newer = { .number = "09", .extensions = LIST("Shibuya-ku"),
		.this_update = "2026-11-22T02:00:00Z" };
	struct made_list minato = { .number = "07", .extensions = LIST("Minato-ku") };
	struct made_list delta = { .number = "08", .this_update = "2026-11-22T01:00:00Z",
		.extensions = DELTA("Shibuya-ku"), .entries = me, .count = 3 };
	struct crl_store *store = opened();
	struct crl_damage damage;
	struct crl_row row;
	struct problem why;
	const char *text;
	char file[64] = "";

	(void)state;
	expect_ok("a complete list", take(store, &first, &complete, &text, &why), &why);
	expect_ok("and another's", take(store, &first, &minato, &text, &why), &why);
	expect_text("say that it counts", status_of(store, &first), "good");
	expect_ok("a delta", take(store, &first, &delta, &text, &why), &why);
	expect_text("says more", status_of(store, &first), "revoked");
	for (size_t n = 0; crl_store_row(store, n, &row); n++)
		if (crl_index_list(row.index)->base_number.size)
			snprintf(file, sizeof(file), "%s", row.file);
	crl_store_close(store);
	scratch_write(&scratch, file, span_text("hello, this is no index"), 0600);
	store = opened();
	expect_text("damaged, it leaves nothing known", status_of(store, &first), "unavailable");
	expect_true("the damage is told", crl_store_damage(store, 0, &damage) && strcmp(damage.file, file) == 0);
	expect_ok("the delta again", take(store, &first, &delta, &text, &why), &why);
	expect_text("mends it", status_of(store, &first), "revoked");
	for (size_t n = 0; crl_store_row(store, n, &row); n++)
		if (crl_index_list(row.index)->base_number.size)
			snprintf(file, sizeof(file), "%s", row.file);
	crl_store_close(store);
	scratch_write(&scratch, file, span_text("hello, this is no index"), 0600);
	store = opened();
	expect_text("damaged once more", status_of(store, &first), "unavailable");
	expect_ok("a newer complete list", take(store, &first, &newer, &text, &why), &why);
	expect_text("has no need of it", status_of(store, &first), "good");
	crl_store_close(store);
	expect_ok("erasing", crl_store_erase(scratch.path, &why), &why);
}

/* The entries are looked at only when somebody asks; the head of the file is as it was. */
static void
a_list_with_a_damaged_block_is_replaced_by_itself(void **state)
{
	struct made_list made = { .number = "07", .extensions = LIST("Shibuya-ku"), .entries = me, .count = 3 };
	struct crl_store *store = opened();
	char bytes[64 * 1024], file[64];
	struct crl_row row;
	struct problem why;
	const char *text;
	size_t size, at = 0;
	FILE *f;

	(void)state;
	expect_ok("a list", take(store, &first, &made, &text, &why), &why);
	assert_true(crl_store_row(store, 0, &row));
	snprintf(file, sizeof(file), "%s", row.file);
	f = fopen(scratch_path(&scratch, file), "r+");
	assert_non_null(f);
	size = fread(bytes, 1, sizeof(bytes), f);
	/* The first byte that its sum is of; the file is mapped, so that it is seen at once. */
	while (at + 1 < size && crl_index_sound(row.index)) {
		fseek(f, (long)at, SEEK_SET);
		fputc(bytes[at] ^ 1, f);
		fflush(f);
		if (crl_index_sound(row.index)) {
			fseek(f, (long)at, SEEK_SET);
			fputc(bytes[at], f);
			fflush(f);
		}
		at++;
	}
	fclose(f);
	expect_true("a block is damaged", !crl_index_sound(row.index));
	expect_ok("the same list again is taken", take(store, &first, &made, &text, &why), &why);
	expect_text("and counts", status_of(store, &first), "revoked");
	expect_problem("but once", take(store, &first, &made, &text, &why), &why, ERR_CONFLICT, "no newer");
	expect_ok("erasing", crl_store_erase(scratch.path, &why), &why);
	crl_store_close(store);
}

/* Somebody whom the authority certified for signing lists; whether that still counts another list must tell. */
#define SIGNER "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
#define LIST_SIGNER "[x]\nbasicConstraints=critical,CA:false\nkeyUsage=critical,cRLSign\n" SIGNER

static enum err
take_signed(struct crl_store *store, const struct maker *by, const struct span *given, const char **text,
    struct problem *why)
{
	struct made_list part = { .number = "01", .extensions = LIST("Shibuya-ku"), .entries = me, .count = 1 };
	enum err err;

	trust.list_signers = given;
	trust.list_signer_count = given ? 1 : 0;
	err = take(store, by, &part, text, why);
	trust.list_signer_count = 0;
	return err;
}

static void
a_certified_signer_needs_a_list_about_itself(void **state)
{
	struct maker delegate = maker_new(&arena, &first, SIGNATURE, "0A", LIST_SIGNER);
	struct made_list full = { .number = "01", .extensions = "[x]\nauthorityKeyIdentifier=keyid\n" };
	struct crl_store *store = opened();
	struct problem why;
	const char *text;

	(void)state;
	expect_problem("not yet", take_signed(store, &delegate, &delegate.der, &text, &why), &why, ERR_DENIED,
	    "still counts");
	expect_ok("the authority's list", take(store, &first, &full, &text, &why), &why);
	expect_problem("somebody nobody named", take_signed(store, &delegate, NULL, &text, &why), &why, ERR_DENIED,
	    "nobody we believe");
	expect_ok("now", take_signed(store, &delegate, &delegate.der, &text, &why), &why);
	expect_text("and it tells", status_of(store, &first), "revoked");
	expect_ok("erasing", crl_store_erase(scratch.path, &why), &why);
	crl_store_close(store);
	maker_free(&delegate);
}

/* The certificate again with another end, signed by who issued it. */
static void
end_early(struct maker *m, const struct maker *issuer, const char *until)
{
	ASN1_TIME *at = maker_time(until);
	unsigned char *der = NULL;
	int size;

	X509_set1_notAfter(m->certificate, at);
	maker_must(X509_sign(m->certificate, issuer->key, EVP_sha256()) > 0, "it cannot be signed");
	size = i2d_X509(m->certificate, &der);
	m->der = maker_bytes(&arena, der, size);
	ASN1_TIME_free(at);
}

static void
who_may_not_sign_is_not_believed(void **state)
{
	struct maker stranger = maker_new(&arena, NULL, SIGNATURE, "01", MAKER_AUTHORITY);
	const struct {
		const char *title, *extensions, *until;
		const struct maker *issuer;
		bool no_test;
		enum err err;
		const char *part;
	} cases[] = {
		{ "one with all of it", LIST_SIGNER, NULL, &first, false, OK, NULL },
		{ "one for signatures", "[x]\nkeyUsage=critical,digitalSignature\n" SIGNER, NULL, &first, false,
		    ERR_DENIED, "nobody we believe" },
		{ "one that has ended", LIST_SIGNER, "2026-11-22T00:00:00Z", &first, false, ERR_DENIED,
		    "nobody we believe" },
		{ "one of the other purpose", LIST_SIGNER, NULL, &authentication, false, ERR_DENIED,
		    "another authority" },
		{ "one of somebody with the authority's name", LIST_SIGNER, NULL, &stranger, false, ERR_DENIED,
		    "nobody we believe" },
		{ "one of a world that does not count", LIST_SIGNER, NULL, &first, true, ERR_DENIED,
		    "nobody we believe" },
	};
	struct made_list full = { .number = "01", .extensions = "[x]\nauthorityKeyIdentifier=keyid\n" };
	struct problem why;
	const char *text;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct maker delegate = maker_new(&arena, cases[i].issuer, SIGNATURE, "0A", cases[i].extensions);
		struct crl_store *store = opened();
		enum err err;

		if (cases[i].until)
			end_early(&delegate, cases[i].issuer, cases[i].until);
		expect_ok("the authority's list", take(store, &first, &full, &text, &why), &why);
		expect_ok("the other's", take(store, &authentication, &full, &text, &why), &why);
		trust.test = !cases[i].no_test;
		err = take_signed(store, &delegate, &delegate.der, &text, &why);
		trust.test = true;
		if (cases[i].part)
			expect_problem(cases[i].title, err, &why, cases[i].err, cases[i].part);
		else
			expect_ok(cases[i].title, err, &why);
		expect_ok("erasing", crl_store_erase(scratch.path, &why), &why);
		crl_store_close(store);
		maker_free(&delegate);
	}
	maker_free(&stranger);
}

static void
a_signer_is_read_from_a_file_of_either_form(void **state)
{
	struct maker delegate = maker_new(&arena, &first, SIGNATURE, "0A", LIST_SIGNER);
	struct maker user = maker_new(&arena, &first, SIGNATURE, "0B", "[x]\n" SIGNER);
	const struct {
		const char *title;
		struct span file;
		enum err err;
		const char *part;
	} cases[] = {
		{ "DER", delegate.der, OK, NULL },
		{ "PEM", span_text(certificate_to_pem(delegate.der, &arena)), OK, NULL },
		{ "one that says nothing of what for", user.der, ERR_DENIED, "cRLSign" },
		{ "something else", span_text("hello"), ERR_SYNTAX, "CERTIFICATE" },
		{ "a part of one", span_first(delegate.der, 100), ERR_SYNTAX, "" },
		{ "nothing", { 0 }, ERR_SYNTAX, "CERTIFICATE" },
	};
	struct span der;
	struct problem why;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		enum err err = crl_signer_read(&arena, cases[i].file, &der, &why);

		if (cases[i].part) {
			expect_problem(cases[i].title, err, &why, cases[i].err, cases[i].part);
		} else {
			expect_ok(cases[i].title, err, &why);
			expect_true(cases[i].title, span_equal(der, delegate.der));
		}
	}
	maker_free(&user);
	maker_free(&delegate);
}

static void
lists_come_as_text_too(void **state)
{
	struct made_list made = { .number = "01", .extensions = LIST("Shibuya-ku"), .entries = me, .count = 1 };
	struct span der = maker_list(&arena, &first, &made);
	BIO *bio = BIO_new(BIO_s_mem());
	struct crl_taking taking = { .now = made_instant(MADE_NOON) };
	struct crl_times times = { 0 };
	struct crl_store *store = opened();
	struct problem why;
	const char *text;
	char *data;
	long size;

	(void)state;
	PEM_write_bio(bio, "X509 CRL", "", der.data, (long)der.size);
	size = BIO_get_mem_data(bio, &data);
	taking.der = span_of(data, (size_t)size);
	taking.times = &times;
	expect_ok("PEM", crl_store_take(store, &taking, &arena, &text, &why), &why);
	expect_number("its thisUpdate is told", times.this_update.us, made_instant(MADE_MIDNIGHT).us);
	expect_number("and its nextUpdate", times.next_update.us, made_instant(MADE_NEXT).us);
	taking.now = made_instant("2026-11-21T12:00:00Z");
	expect_problem("before its time", crl_store_take(store, &taking, &arena, &text, &why), &why, ERR_INVALID,
	    "not in force before");
	expect_number("they are told, too", times.this_update.us, made_instant(MADE_MIDNIGHT).us);
	expect_text("it counts", status_of(store, &first), "revoked");
	taking.der = span_text("hello");
	expect_problem(
	    "something else", crl_store_take(store, &taking, &arena, &text, &why), &why, ERR_SYNTAX, "DER or PEM");
	expect_number("has no times", times.next_update.us, 0);
	expect_ok("erasing", crl_store_erase(scratch.path, &why), &why);
	crl_store_close(store);
	BIO_free(bio);
}

/* The daemon has little memory for an answer, and stops where that does not do. */
static void
the_callers_memory_is_for_the_answer_alone(void **state)
{
	static struct made_entry many[4000];
	struct maker delegate = maker_new(&arena, &first, SIGNATURE, "0A", LIST_SIGNER);
	struct made_list full = { .number = "01", .extensions = "[x]\nauthorityKeyIdentifier=keyid\n" };
	struct made_list part = { .number = "01", .extensions = LIST("Shibuya-ku"), .entries = many,
		.count = COUNT(many) };
	struct crl_taking taking = { .now = made_instant(MADE_NOON) };
	struct crl_store *store = opened();
	struct arena little = arena_init(4 * KIB);
	BIO *bio = BIO_new(BIO_s_mem());
	struct problem why;
	const char *text;
	char *data;
	struct span der;

	(void)state;
	for (size_t i = 0; i < COUNT(many); i++)
		many[i] = (struct made_entry){ .serial = arena_print(&arena, "%08zX", i + 1), .reason = 1 };
	der = maker_list(&arena, &delegate, &part);
	PEM_write_bio(bio, "X509 CRL", "", der.data, (long)der.size);
	taking.der.size = (size_t)BIO_get_mem_data(bio, &data);
	taking.der.data = (const uint8_t *)data;
	expect_ok("the authority's list", take(store, &first, &full, &text, &why), &why);
	trust.list_signers = &delegate.der;
	trust.list_signer_count = 1;
	expect_ok("a long one, as text", crl_store_take(store, &taking, &little, &text, &why), &why);
	trust.list_signer_count = 0;
	expect_true("is told", strstr(text, ": 4000 entries"));
	expect_ok("erasing", crl_store_erase(scratch.path, &why), &why);
	crl_store_close(store);
	BIO_free(bio);
	arena_release(&little);
	maker_free(&delegate);
}

static bool
empty_file(void *arg, uint64_t done, uint64_t all)
{
	unsigned *called = arg;

	(void)done;
	(void)all;
	return truncate(scratch_path(&scratch, "list.crl"), 0) == 0 && ++*called;
}

static bool
stop(void *arg, uint64_t done, uint64_t all)
{
	(void)arg;
	(void)done;
	(void)all;
	return false;
}

/* Somebody copies over the file while it is taken in: what was mapped of it would be gone. */
static void
a_file_may_change_while_it_is_taken_in(void **state)
{
	struct made_list made = { .number = "01", .extensions = LIST("Shibuya-ku"), .entries = me, .count = 1 };
	struct made_list next = { .number = "02", .extensions = LIST("Shibuya-ku") };
	unsigned called = 0;
	struct crl_taking taking = { .now = made_instant(MADE_NOON), .progress = empty_file, .arg = &called };
	struct crl_store *store = opened();
	char path[4096];
	struct problem why;
	const char *text;

	(void)state;
	snprintf(path, sizeof(path), "%s", scratch_path(&scratch, "list.crl"));
	scratch_write(&scratch, "list.crl", maker_list(&arena, &first, &made), 0600);
	expect_ok("it is taken", crl_store_take_file(store, path, &taking, &arena, &text, &why), &why);
	expect_true("though it was emptied meanwhile", called > 0);
	expect_text("and counts", status_of(store, &first), "revoked");
	expect_problem("now it is empty", crl_store_take_file(store, path, &taking, &arena, &text, &why), &why,
	    ERR_INVALID, "expected a file of 1 to");
	scratch_write(&scratch, "list.crl", maker_list(&arena, &first, &next), 0600);
	taking.progress = stop;
	expect_problem("stopping", crl_store_take_file(store, path, &taking, &arena, &text, &why), &why,
	    ERR_UNAVAILABLE, "stopped");
	expect_problem("a directory", crl_store_take_file(store, scratch.path, &taking, &arena, &text, &why), &why,
	    ERR_INVALID, "expected a file");
	assert_int_equal(truncate(path, (off_t)(3 * MIB)), 0);
	taking.progress = empty_file;
	expect_problem("emptied in the midst of it", crl_store_take_file(store, path, &taking, &arena, &text, &why),
	    &why, ERR_UNAVAILABLE, "became shorter");
	assert_int_equal(truncate(path, (off_t)CRL_LARGEST + 1), 0);
	expect_problem("one that is too large", crl_store_take_file(store, path, &taking, &arena, &text, &why), &why,
	    ERR_INVALID, "to 2147483648 bytes");
	unlink(path);
	expect_problem("one that is gone", crl_store_take_file(store, path, &taking, &arena, &text, &why), &why,
	    ERR_NOT_FOUND, "list.crl");
	/* manifest, lock, and the list. */
	expect_number("no copy is left", (int64_t)scratch_count(&scratch), 3);
	expect_ok("erasing", crl_store_erase(scratch.path, &why), &why);
	crl_store_close(store);
}

static int
prepare(void **state)
{
	static struct arena kept;
	struct problem why;

	(void)state;
	arena = arena_init(256 * MIB);
	kept = arena_init(4 * MIB);
	scratch = scratch_new();
	first = maker_new(&kept, NULL, SIGNATURE, "01", MAKER_AUTHORITY);
	second = maker_new(&kept, NULL, SIGNATURE, "02", MAKER_AUTHORITY);
	authentication = maker_new(&kept, NULL, AUTHENTICATION, "03", MAKER_AUTHORITY);
	anchors = jpki_anchors_new();
	expect_ok("the first", jpki_anchors_add(anchors, JPKI_SIGNATURE, JPKI_TEST, first.der, &why), &why);
	expect_ok("the second", jpki_anchors_add(anchors, JPKI_SIGNATURE, JPKI_TEST, second.der, &why), &why);
	expect_ok(
	    "the third", jpki_anchors_add(anchors, JPKI_AUTHENTICATION, JPKI_TEST, authentication.der, &why), &why);
	trust = (struct jpki_trust){ .profiles = jpki_profiles_known(), .anchors = anchors, .test = true };
	*state = &kept;
	return 0;
}

static int
clean(void **state)
{
	maker_free(&first);
	maker_free(&second);
	maker_free(&authentication);
	jpki_anchors_free(anchors);
	scratch_free(&scratch);
	arena_release(*state);
	arena_release(&arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_replace_one_another),
		cmocka_unit_test(what_must_not_come_in_leaves_what_was_there),
		cmocka_unit_test(a_refusal_removes_nothing_the_manifest_names),
		cmocka_unit_test(a_damaged_manifest_is_refused_until_all_is_erased),
		cmocka_unit_test(damage_of_one_list_is_that_list_alone),
		cmocka_unit_test(a_delta_that_is_damaged_is_not_absent),
		cmocka_unit_test(a_list_with_a_damaged_block_is_replaced_by_itself),
		cmocka_unit_test(a_certified_signer_needs_a_list_about_itself),
		cmocka_unit_test(who_may_not_sign_is_not_believed),
		cmocka_unit_test(a_signer_is_read_from_a_file_of_either_form),
		cmocka_unit_test(lists_come_as_text_too),
		cmocka_unit_test(the_callers_memory_is_for_the_answer_alone),
		cmocka_unit_test(a_file_may_change_while_it_is_taken_in),
	};
	return cmocka_run_group_tests(tests, prepare, clean);
}
