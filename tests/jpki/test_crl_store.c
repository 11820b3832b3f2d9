/* tests/jpki/test_crl_store.c - lists come in, replace one another, and answer; what must not come in leaves the last
 * good one in force.
 */
#include <openssl/pem.h>

#include "expect.h"

#include "crypto/scratch.h"
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
	expect_ok("erasing", crl_store_erase(store, &why), &why);
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
	expect_ok("erasing", crl_store_erase(store, &why), &why);
	crl_store_close(store);
	maker_free(&stranger);
	maker_free(&claimant);
}

/* Who takes in may know fewer anchors than who looks; what the manifest on disk names is not theirs to sweep. */
static void
a_refusal_removes_nothing_the_manifest_names(void **state)
{
	struct made_list good = { .number = "07", .extensions = LIST("Shibuya-ku"), .entries = me, .count = 3 };
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
	crl_store_close(other);
	crl_store_close(store);
	store = opened();
	expect_text("and the list still counts", status_of(store, &first), "revoked");
	expect_ok("erasing", crl_store_erase(store, &why), &why);
	crl_store_close(store);
	jpki_anchors_free(few);
}

static void
damage_is_refused_on_opening(void **state)
{
	static const struct {
		const char *title, *text, *part;
		bool anchored; /* a good line's end follows */
	} cases[] = {
		{ "another file", "hello\n", "first line", false },
		{ "a line of something", "watashi revocation lists 1\nx y z\n", "line 2", false },
		{ "a file outside", "watashi revocation lists 1\n../../etc/passwd ", "line 2", true },
		{ "a file that is not there", "watashi revocation lists 1\ncrl-0123456789abcdef.index ", "crl-0123",
		    true },
	};
	struct crl_store *store;
	char text[256], digits[65];
	struct problem why;

	(void)state;
	for (size_t i = 0; i < 32; i++)
		snprintf(digits + 2 * i, 3, "%02x", jpki_anchor_at(anchors, 0)->sha256[i]);
	for (size_t i = 0; i < COUNT(cases); i++) {
		snprintf(text, sizeof(text), "%s%s%s", cases[i].text, cases[i].anchored ? digits : "",
		    cases[i].anchored ? " 0\n" : "");
		scratch_write(&scratch, "manifest", span_text(text), 0600);
		expect_true(cases[i].title, crl_store_open(scratch.path, &trust, &store, &why) != OK);
		expect_true(cases[i].title, strstr(why.text, cases[i].part));
	}
	unlink(scratch_path(&scratch, "manifest"));
	expect_problem(
	    "no directory", crl_store_open("/nowhere", &trust, &store, &why), &why, ERR_NOT_FOUND, "/nowhere");
}

/* Somebody whom the authority certified for signing lists; whether that still counts another list must tell. */
static void
a_certified_signer_needs_a_list_about_itself(void **state)
{
	struct maker delegate = maker_new(&arena, &first, SIGNATURE, "0A", "[x]\nbasicConstraints=critical,CA:false\n"
	    "keyUsage=critical,cRLSign\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n");
	struct made_list full = { .number = "01", .extensions = "[x]\nauthorityKeyIdentifier=keyid\n" };
	struct made_list part = { .number = "01", .extensions = LIST("Shibuya-ku"), .entries = me, .count = 1 };
	struct crl_taking taking = { .others = &delegate.der, .other_count = 1, .now = made_instant(MADE_NOON) };
	struct crl_store *store = opened();
	struct problem why;
	const char *text;

	(void)state;
	taking.der = maker_list(&arena, &delegate, &part);
	expect_problem(
	    "not yet", crl_store_take(store, &taking, &arena, &text, &why), &why, ERR_DENIED, "still counts");
	expect_ok("the authority's list", take(store, &first, &full, &text, &why), &why);
	expect_ok("now", crl_store_take(store, &taking, &arena, &text, &why), &why);
	expect_text("and it tells", status_of(store, &first), "revoked");
	expect_ok("erasing", crl_store_erase(store, &why), &why);
	crl_store_close(store);
	maker_free(&delegate);
}

static void
lists_come_as_text_too(void **state)
{
	struct made_list made = { .number = "01", .extensions = LIST("Shibuya-ku"), .entries = me, .count = 1 };
	struct span der = maker_list(&arena, &first, &made);
	BIO *bio = BIO_new(BIO_s_mem());
	struct crl_taking taking = { .now = made_instant(MADE_NOON) };
	struct crl_store *store = opened();
	struct problem why;
	const char *text;
	char *data;
	long size;

	(void)state;
	PEM_write_bio(bio, "X509 CRL", "", der.data, (long)der.size);
	size = BIO_get_mem_data(bio, &data);
	taking.der = span_of(data, (size_t)size);
	expect_ok("PEM", crl_store_take(store, &taking, &arena, &text, &why), &why);
	expect_text("it counts", status_of(store, &first), "revoked");
	taking.der = span_text("hello");
	expect_problem(
	    "something else", crl_store_take(store, &taking, &arena, &text, &why), &why, ERR_SYNTAX, "DER or PEM");
	expect_ok("erasing", crl_store_erase(store, &why), &why);
	crl_store_close(store);
	BIO_free(bio);
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
		cmocka_unit_test(damage_is_refused_on_opening),
		cmocka_unit_test(a_certified_signer_needs_a_list_about_itself),
		cmocka_unit_test(lists_come_as_text_too),
	};
	return cmocka_run_group_tests(tests, prepare, clean);
}
