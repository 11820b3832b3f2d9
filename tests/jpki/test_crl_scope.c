/* tests/jpki/test_crl_scope.c - which lists tell about a certificate, and what they tell together. */
#include "expect.h"

#include "crypto/digest.h"
#include "crypto/scratch.h"
#include "jpki/crl_signer.h"
#include "list_maker.h"

#define AUTHORITY "C=JP/O=JPKI-TEST/OU=JPKI for digital signature"
#define LISTS_MOST 6

static struct arena arena;
static struct scratch scratch;
static struct maker authority, next_generation, outsider;

/* A municipality's distribution point, as jpki.md 1.3 has it. */
#define MUNICIPALITY(name) "C=JP\nO=JPKI-TEST\n1.OU=JPKI for digital signature\n2.OU=CRL Distribution Points\n" \
	"3.OU=Tokyo-to\nCN=" name " CRLDP\n"
#define USER(points) "[x]\nkeyUsage=critical,digitalSignature\nauthorityKeyIdentifier=keyid\n" points
#define SHIBUYA_USER USER("crlDistributionPoints=p\n[p]\nfullname=dirName:d\n[d]\n" MUNICIPALITY("Shibuya-ku"))
#define LIST(scope) "[x]\nauthorityKeyIdentifier=keyid\nissuingDistributionPoint=critical,@p\n[p]\n" scope
#define SHIBUYA LIST("fullname=dirName:d\n[d]\n" MUNICIPALITY("Shibuya-ku"))
#define MINATO LIST("fullname=dirName:d\n[d]\n" MUNICIPALITY("Minato-ku"))
#define SHIBUYA_DELTA(base) "[x]\nauthorityKeyIdentifier=keyid\n2.5.29.27=critical,DER:02:01:" base "\n" \
	"issuingDistributionPoint=critical,@p\n[p]\nfullname=dirName:d\n[d]\n" MUNICIPALITY("Shibuya-ku")
#define SOME_REASONS(reasons) LIST("onlysomereasons=" reasons "\n")
#define EARLY "keyCompromise,CACompromise,affiliationChanged,superseded"
#define LATE "cessationOfOperation,certificateHold,privilegeWithdrawn,AACompromise"
#define PLAIN "[x]\nauthorityKeyIdentifier=keyid\n"

enum entry_set { NOBODY, ME, ON_HOLD, REMOVED, SOMEBODY, MINE_ELSEWHERE, MINE_OF_OUTSIDER, STRANGE };
static const struct {
	struct made_entry entry;
	size_t count;
} sets[] = {
	[NOBODY] = { .count = 0 },
	[ME] = { { .serial = "1234", .reason = 1 }, 1 },
	[ON_HOLD] = { { .serial = "1234", .reason = 6 }, 1 },
	[REMOVED] = { { .serial = "1234", .reason = 8 }, 1 },
	[SOMEBODY] = { { .serial = "1235", .reason = 1 }, 1 },
	[MINE_ELSEWHERE] = { { .serial = "1234", .issuer = "C=JP/O=elsewhere" }, 1 },
	[MINE_OF_OUTSIDER] = { { .serial = "1234", .issuer = AUTHORITY, .reason = 4 }, 1 },
	[STRANGE] = { { .serial = "1235", .unknown = "critical" }, 1 },
};

enum signer { ITSELF, NEXT_GENERATION, OUTSIDER };
struct told {
	const char *extensions;
	enum entry_set entries;
	const char *number, *this_update, *next_update;
	enum signer signer;
};

static const struct scene {
	const char *title, *user;
	struct told lists[LISTS_MOST];
	struct crl_policy policy;
	const char *now; /* NULL: noon */
	const char *status, *text;
} scenes[] = {
	{ "no list at all", SHIBUYA_USER, { { 0 } }, { 0 }, NULL, "unavailable", "no revocation list about it" },
	{ "its municipality's list does not name it", SHIBUYA_USER, { { SHIBUYA, .entries = SOMEBODY } }, { 0 }, NULL,
	    "good", "" },
	{ "its municipality's list names it", SHIBUYA_USER, { { SHIBUYA, .entries = ME } }, { 0 }, NULL, "revoked",
	    "keyCompromise" },
	{ "a hold is revoked for now", SHIBUYA_USER, { { SHIBUYA, .entries = ON_HOLD } }, { 0 }, NULL, "revoked",
	    "certificateHold" },
	{ "another municipality's list says nothing of it", SHIBUYA_USER, { { MINATO, .entries = ME } }, { 0 }, NULL,
	    "unavailable", "no revocation list" },
	{ "both: its own counts", SHIBUYA_USER, { { MINATO, .entries = ME }, { SHIBUYA, .entries = NOBODY } }, { 0 },
	    NULL, "good", "" },
	{ "a list without a point is about all", SHIBUYA_USER, { { PLAIN, .entries = NOBODY } }, { 0 }, NULL, "good",
	    "" },
	{ "and names all", SHIBUYA_USER, { { PLAIN, .entries = ME } }, { 0 }, NULL, "revoked", "" },
	{ "the list at the authority's own name", SHIBUYA_USER,
	    { { LIST("fullname=dirName:d\n[d]\nC=JP\nO=JPKI-TEST\n"
		     "OU=JPKI for digital signature\n"),
		.entries = ME } },
	    { 0 }, NULL, "revoked", "" },
	{ "a name in another case is the same name", SHIBUYA_USER,
	    { { LIST("fullname=dirName:d\n[d]\n" MUNICIPALITY("SHIBUYA-ku")), .entries = ME } }, { 0 }, NULL, "revoked",
	    "" },

	{ "a point by URI", USER("crlDistributionPoints=URI:http://x.example/a.crl\n"),
	    { { LIST("fullname=URI:http://x.example/a.crl\n"), .entries = ME } }, { 0 }, NULL, "revoked", "" },
	{ "another URI", USER("crlDistributionPoints=URI:http://x.example/a.crl\n"),
	    { { LIST("fullname=URI:http://x.example/b.crl\n"), .entries = ME } }, { 0 }, NULL, "unavailable", "" },
	{ "one of several names is enough", USER("crlDistributionPoints=URI:http://x.example/a.crl\n"),
	    { { LIST("fullname=URI:http://x.example/b.crl,URI:http://x.example/a.crl\n"), .entries = ME } }, { 0 },
	    NULL, "revoked", "" },
	{ "one of several points is enough",
	    USER("crlDistributionPoints=URI:http://x.example/b.crl,URI:http://x.example/a.crl\n"),
	    { { LIST("fullname=URI:http://x.example/a.crl\n"), .entries = ME } }, { 0 }, NULL, "revoked", "" },
	{ "a relative name", USER("crlDistributionPoints=p\n[p]\nrelativename=r\n[r]\nCN=part 1\n"),
	    { { LIST("relativename=r\n[r]\nCN=part 1\n"), .entries = ME } }, { 0 }, NULL, "revoked", "" },
	{ "a relative name is the same as the full one",
	    USER("crlDistributionPoints=p\n[p]\nrelativename=r\n[r]\nCN=part 1\n"),
	    { { LIST("fullname=dirName:d\n[d]\nC=JP\nO=JPKI-TEST\nOU=JPKI for digital signature\nCN=part 1\n"),
		.entries = ME } },
	    { 0 }, NULL, "revoked", "" },
	{ "another relative name", USER("crlDistributionPoints=p\n[p]\nrelativename=r\n[r]\nCN=part 1\n"),
	    { { LIST("relativename=r\n[r]\nCN=part 2\n"), .entries = ME } }, { 0 }, NULL, "unavailable", "" },
	{ "no point in the certificate", USER(""), { { PLAIN, .entries = ME } }, { 0 }, NULL, "revoked", "" },
	{ "no point in the certificate, and a list of one part", USER(""), { { SHIBUYA, .entries = NOBODY } }, { 0 },
	    NULL, "unavailable", "" },

	{ "a list of users", SHIBUYA_USER, { { LIST("onlyuser=TRUE\n"), .entries = ME } }, { 0 }, NULL, "revoked", "" },
	{ "a list of authorities says nothing of a user", SHIBUYA_USER,
	    { { LIST("onlyCA=TRUE\n"), .entries = NOBODY } }, { 0 }, NULL, "unavailable", "" },
	{ "a list of users says nothing of an authority",
	    "[x]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\n",
	    { { LIST("onlyuser=TRUE\n"), .entries = NOBODY } }, { 0 }, NULL, "unavailable", "" },
	{ "a list of authorities", "[x]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\n",
	    { { LIST("onlyCA=TRUE\n"), .entries = NOBODY } }, { 0 }, NULL, "good", "" },
	{ "a list of attribute certificates", SHIBUYA_USER, { { LIST("onlyAA=TRUE\n"), .entries = NOBODY } }, { 0 },
	    NULL, "unavailable", "" },

	{ "some reasons are not all", SHIBUYA_USER, { { SOME_REASONS(EARLY), .entries = NOBODY } }, { 0 }, NULL,
	    "unavailable", "other lists do not cover all reasons" },
	{ "all reasons by two lists", SHIBUYA_USER,
	    { { SOME_REASONS(EARLY), .entries = NOBODY }, { SOME_REASONS(LATE), .entries = NOBODY } }, { 0 }, NULL,
	    "good", "" },
	{ "the second names it", SHIBUYA_USER,
	    { { SOME_REASONS(EARLY), .entries = NOBODY }, { SOME_REASONS(LATE), .entries = ON_HOLD } }, { 0 }, NULL,
	    "revoked", "certificateHold" },
	{ "some reasons name it", SHIBUYA_USER, { { SOME_REASONS(EARLY), .entries = ME } }, { 0 }, NULL, "revoked",
	    "" },
	{ "one for the rest is too old", SHIBUYA_USER,
	    { { SOME_REASONS(EARLY), .entries = NOBODY },
		{ SOME_REASONS(LATE), .entries = NOBODY, .next_update = "2026-11-22T11:00:00Z" } },
	    { 0 }, NULL, "unavailable", "too old" },

	{ "in force from its first moment", SHIBUYA_USER, { { SHIBUYA, .entries = NOBODY } }, { 0 }, MADE_MIDNIGHT,
	    "good", "" },
	{ "and not before", SHIBUYA_USER, { { SHIBUYA, .entries = NOBODY } }, { 0 }, "2026-11-21T23:59:59Z",
	    "unavailable", "not in force yet" },
	{ "to its last moment", SHIBUYA_USER, { { SHIBUYA, .entries = NOBODY } }, { 0 }, MADE_NEXT, "good", "" },
	{ "and not after", SHIBUYA_USER, { { SHIBUYA, .entries = NOBODY } }, { 0 }, "2026-11-23T12:00:01Z",
	    "unavailable", "too old" },
	{ "a grace that was granted", SHIBUYA_USER, { { SHIBUYA, .entries = NOBODY } }, { .grace = SECONDS(60) },
	    "2026-11-23T12:01:00Z", "good", "" },
	{ "and not after that", SHIBUYA_USER, { { SHIBUYA, .entries = NOBODY } }, { .grace = SECONDS(60) },
	    "2026-11-23T12:01:01Z", "unavailable", "too old" },
	{ "a list without nextUpdate never counts", SHIBUYA_USER, { { SHIBUYA, .entries = NOBODY, .next_update = "" } },
	    { 0 }, NULL, "unavailable", "too old" },
	{ "of two in force the newer number counts", SHIBUYA_USER,
	    { { SHIBUYA, .entries = ON_HOLD, .number = "09" }, { SHIBUYA, .entries = NOBODY, .number = "0A" } }, { 0 },
	    NULL, "good", "" },
	{ "numbers are compared by value", SHIBUYA_USER,
	    { { SHIBUYA, .entries = ME, .number = "0100" }, { SHIBUYA, .entries = NOBODY, .number = "FF" } }, { 0 },
	    NULL, "revoked", "" },
	{ "a certificate that has ended may have left the list", SHIBUYA_USER,
	    { { SHIBUYA, .entries = NOBODY, .this_update = "2035-06-01T00:00:00Z",
		.next_update = "2035-07-01T00:00:00Z" } },
	    { 0 }, "2035-06-02T00:00:00Z", "expired", "ended" },
	{ "one that is still listed stays revoked", SHIBUYA_USER,
	    { { SHIBUYA, .entries = ME, .this_update = "2035-06-01T00:00:00Z",
		.next_update = "2035-07-01T00:00:00Z" } },
	    { 0 }, "2035-06-02T00:00:00Z", "revoked", "" },

	{ "a list that must be understood and is not", SHIBUYA_USER,
	    { { "[x]\n1.2.392.200149.99.2=critical,DER:05:00\n", .entries = NOBODY } }, { 0 }, NULL, "unknown",
	    "critical extension" },
	{ "an entry that is not understood spoils its list", SHIBUYA_USER, { { SHIBUYA, .entries = STRANGE } }, { 0 },
	    NULL, "unknown", "critical extension" },
	{ "an issuer in a list of one issuer spoils it", SHIBUYA_USER, { { SHIBUYA, .entries = MINE_ELSEWHERE } },
	    { 0 }, NULL, "unknown", "" },
	{ "a list of several issuers: mine elsewhere is not mine", SHIBUYA_USER,
	    { { LIST("indirectCRL=TRUE\n"), .entries = MINE_ELSEWHERE } }, { 0 }, NULL, "good", "" },
	{ "another issuer's list, which the point names",
	    USER("crlDistributionPoints=p\n[p]\nCRLissuer=dirName:d\n[d]\nC=JP\nO=outsider\n"),
	    { { LIST("indirectCRL=TRUE\n"), .entries = MINE_OF_OUTSIDER, .signer = OUTSIDER } },
	    { .across_generations = true }, NULL, "revoked", "superseded" },
	{ "is not about it when it is not indirect",
	    USER("crlDistributionPoints=p\n[p]\nCRLissuer=dirName:d\n[d]\nC=JP\nO=outsider\n"),
	    { { PLAIN, .entries = NOBODY, .signer = OUTSIDER } }, { .across_generations = true }, NULL, "unavailable",
	    "" },
	{ "nor when the point does not name it", SHIBUYA_USER,
	    { { LIST("indirectCRL=TRUE\n"), .entries = MINE_OF_OUTSIDER, .signer = OUTSIDER } },
	    { .across_generations = true }, NULL, "unavailable", "no revocation list" },

	{ "another generation's list", SHIBUYA_USER, { { SHIBUYA, .entries = NOBODY, .signer = NEXT_GENERATION } },
	    { 0 }, NULL, "unavailable", "another generation" },
	{ "where generations count as one", SHIBUYA_USER, { { SHIBUYA, .entries = ME, .signer = NEXT_GENERATION } },
	    { .across_generations = true }, NULL, "revoked", "" },

	{ "a delta that names it", SHIBUYA_USER,
	    { { SHIBUYA, .entries = NOBODY, .number = "05" }, { SHIBUYA_DELTA("05"), .entries = ME, .number = "06" } },
	    { 0 }, NULL, "revoked", "" },
	{ "a delta that removes it", SHIBUYA_USER,
	    { { SHIBUYA, .entries = ON_HOLD, .number = "05" },
		{ SHIBUYA_DELTA("05"), .entries = REMOVED, .number = "06" } },
	    { 0 }, NULL, "good", "" },
	{ "a delta that says nothing of it", SHIBUYA_USER,
	    { { SHIBUYA, .entries = ON_HOLD, .number = "05" },
		{ SHIBUYA_DELTA("05"), .entries = NOBODY, .number = "06" } },
	    { 0 }, NULL, "revoked", "" },
	{ "a delta alone", SHIBUYA_USER, { { SHIBUYA_DELTA("05"), .entries = NOBODY, .number = "06" } }, { 0 }, NULL,
	    "unavailable", "" },
	{ "a delta to a later base", SHIBUYA_USER,
	    { { SHIBUYA, .entries = ON_HOLD, .number = "04" },
		{ SHIBUYA_DELTA("05"), .entries = REMOVED, .number = "06" } },
	    { 0 }, NULL, "revoked", "" },
	{ "a delta to an earlier base", SHIBUYA_USER,
	    { { SHIBUYA, .entries = ON_HOLD, .number = "05" },
		{ SHIBUYA_DELTA("04"), .entries = REMOVED, .number = "06" } },
	    { 0 }, NULL, "good", "" },
	{ "a delta no newer than the list", SHIBUYA_USER,
	    { { SHIBUYA, .entries = ON_HOLD, .number = "06" },
		{ SHIBUYA_DELTA("05"), .entries = REMOVED, .number = "06" } },
	    { 0 }, NULL, "revoked", "" },
	{ "an expired delta", SHIBUYA_USER,
	    { { SHIBUYA, .entries = ON_HOLD, .number = "05" },
		{ SHIBUYA_DELTA("05"), .entries = REMOVED, .number = "06", .next_update = "2026-11-22T11:59:59Z" } },
	    { 0 }, NULL, "revoked", "" },
	{ "a delta of tomorrow", SHIBUYA_USER,
	    { { SHIBUYA, .entries = ON_HOLD, .number = "05" },
		{ SHIBUYA_DELTA("05"), .entries = REMOVED, .number = "06", .this_update = "2026-11-22T12:00:01Z" } },
	    { 0 }, NULL, "revoked", "" },
	{ "a delta of another scope", SHIBUYA_USER,
	    { { PLAIN, .entries = ON_HOLD, .number = "05" },
		{ SHIBUYA_DELTA("05"), .entries = REMOVED, .number = "06" } },
	    { 0 }, NULL, "revoked", "" },
	{ "a delta of another key", SHIBUYA_USER,
	    { { SHIBUYA, .entries = ON_HOLD, .number = "05" },
		{ SHIBUYA_DELTA("05"), .entries = REMOVED, .number = "06", .signer = NEXT_GENERATION } },
	    { .across_generations = true }, NULL, "revoked", "" },
	{ "the newest of several deltas", SHIBUYA_USER,
	    { { SHIBUYA, .entries = ON_HOLD, .number = "05" },
		{ SHIBUYA_DELTA("05"), .entries = ON_HOLD, .number = "06" },
		{ SHIBUYA_DELTA("05"), .entries = REMOVED, .number = "07" } },
	    { 0 }, NULL, "good", "" },
	{ "a list without a number has no deltas", SHIBUYA_USER,
	    { { SHIBUYA, .entries = ON_HOLD }, { SHIBUYA_DELTA("05"), .entries = REMOVED, .number = "06" } }, { 0 },
	    NULL, "revoked", "" },
	{ "removal stands in deltas only", SHIBUYA_USER, { { SHIBUYA, .entries = REMOVED, .number = "05" } }, { 0 },
	    NULL, "revoked", "" },
};

static struct crl_held
held_list(const struct told *told)
{
	static uint8_t fingerprints[3][32];
	const struct maker *signers[] = { &authority, &next_generation, &outsider };
	const struct maker *by = signers[told->signer];
	struct made_list made = {
		.this_update = told->this_update,
		.next_update = told->next_update,
		.number = told->number,
		.extensions = told->extensions,
		.entries = &sets[told->entries].entry,
		.count = sets[told->entries].count,
	};
	struct crl_import import = {
		.der = maker_list(&arena, by, &made), .keys = &by->spki, .key_count = 1, .switches = SIGNATURES_RSA,
	};
	struct crl_index *index;
	struct problem why;

	expect_ok("the index is made", crl_index_make(&import, scratch_path(&scratch, "index"), &why), &why);
	expect_ok("and opened", crl_index_open(scratch_path(&scratch, "index"), &index, &why), &why);
	digest(DIGEST_SHA256, by->der, fingerprints[told->signer]);
	return (struct crl_held){ .index = index, .anchor = fingerprints[told->signer] };
}

static void
lists_tell_together_what_is_to_be_believed(void **state)
{
	uint8_t fingerprint[32];
	struct problem why;

	(void)state;
	digest(DIGEST_SHA256, authority.der, fingerprint);
	for (size_t s = 0; s < COUNT(scenes); s++) {
		const struct scene *scene = &scenes[s];
		struct crl_held held[LISTS_MOST];
		struct revocation_answer answer, turned;
		struct crl_place places[64];
		struct x509 x;
		size_t count = 0;
		struct crl_question question = { &x, fingerprint, made_instant(scene->now ? scene->now : MADE_NOON) };

		expect_ok(scene->title,
		    x509_read(maker_certificate(&arena, &authority, "CN=user", "1234", scene->user), &x, &why), &why);
		for (; count < LISTS_MOST && scene->lists[count].extensions; count++)
			held[count] = held_list(&scene->lists[count]);
		crl_status(held, count, &question, &scene->policy, &answer);
		expect_text(scene->title, revocation_status_name(answer.status), scene->status);
		if (!strstr(answer.text, scene->text))
			expect_text(scene->title, answer.text, scene->text);
		expect_true("what is told with it fits",
		    answer.kind == REVOCATION_BY_CRL && answer.asked_at.us == question.now.us &&
			(answer.status != REVOCATION_GOOD ||
			    (answer.this_update.us && answer.next_update.us && answer.reference[0])) &&
			(answer.status != REVOCATION_REVOKED ||
			    answer.revoked_at.us == made_instant(MADE_MIDNIGHT).us));
		/* The order in which lists are at hand makes no difference. */
		for (size_t i = 0; i < count / 2; i++) {
			struct crl_held swapped = held[i];

			held[i] = held[count - 1 - i];
			held[count - 1 - i] = swapped;
		}
		crl_status(held, count, &question, &scene->policy, &turned);
		expect_text(scene->title, revocation_status_name(turned.status), scene->status);
		expect_true("a certificate has places", crl_places_of(&x, places, COUNT(places)) >= 2);
		for (size_t i = 0; i < count; i++)
			crl_index_close((struct crl_index *)(uintptr_t)held[i].index);
		arena_reset(&arena);
	}
}

static void
a_named_delta_can_be_demanded(void **state)
{
	static const struct crl_policy demanding = { .require_delta = true };
	struct told base = { .extensions = SHIBUYA, .number = "05" };
	struct told delta = { .extensions = SHIBUYA_DELTA("05"), .number = "06" };
	struct crl_held held[2] = { held_list(&base), held_list(&delta) };
	struct revocation_answer answer;
	uint8_t fingerprint[32];
	struct x509 plain, naming;
	struct problem why;

	(void)state;
	digest(DIGEST_SHA256, authority.der, fingerprint);
	expect_ok("one that names no delta",
	    x509_read(maker_certificate(&arena, &authority, "CN=user", "1234", SHIBUYA_USER), &plain, &why), &why);
	expect_ok("one that does", x509_read(maker_certificate(&arena, &authority, "CN=user", "1234",
	    USER("freshestCRL=URI:http://x.example/d\ncrlDistributionPoints=p\n[p]\nfullname=dirName:d\n[d]\n"
	    MUNICIPALITY("Shibuya-ku"))), &naming, &why), &why);
	crl_status(
	    held, 1, &(struct crl_question){ &plain, fingerprint, made_instant(MADE_NOON) }, &demanding, &answer);
	expect_number("none is named", answer.status, REVOCATION_GOOD);
	crl_status(
	    held, 1, &(struct crl_question){ &naming, fingerprint, made_instant(MADE_NOON) }, &demanding, &answer);
	expect_number("one is named, none at hand", answer.status, REVOCATION_UNAVAILABLE);
	expect_true("the sentence tells", strstr(answer.text, "delta"));
	crl_status(
	    held, 2, &(struct crl_question){ &naming, fingerprint, made_instant(MADE_NOON) }, &demanding, &answer);
	expect_number("one is at hand", answer.status, REVOCATION_GOOD);
	held[0].until = made_instant("2026-11-22T11:00:00Z");
	crl_status(
	    held, 1, &(struct crl_question){ &plain, fingerprint, made_instant(MADE_NOON) }, &demanding, &answer);
	expect_true(
	    "nor one whose signer has ended", answer.status == REVOCATION_UNAVAILABLE && strstr(answer.text, "ended"));
	for (size_t i = 0; i < 2; i++)
		crl_index_close((struct crl_index *)(uintptr_t)held[i].index);
}

static void
points_that_cannot_be_read_cover_nothing(void **state)
{
	struct told base = { .extensions = PLAIN, .number = "05" };
	struct crl_held held = held_list(&base);
	struct revocation_answer answer;
	uint8_t fingerprint[32];
	struct x509 x;
	struct problem why;

	(void)state;
	digest(DIGEST_SHA256, authority.der, fingerprint);
	expect_ok("a certificate with a broken point",
	    x509_read(
		maker_certificate(&arena, &authority, "CN=user", "1234", "[x]\n2.5.29.31=DER:30:04:30:02:a0:05\n"), &x,
		&why),
	    &why);
	crl_status(&held, 1, &(struct crl_question){ &x, fingerprint, made_instant(MADE_NOON) },
	    &(struct crl_policy){ 0 }, &answer);
	expect_true("is not good", answer.status == REVOCATION_UNAVAILABLE && strstr(answer.text, "cannot be read"));
	crl_index_close((struct crl_index *)(uintptr_t)held.index);
}

/* For who has to find out which list is missing. */
static void
the_point_is_told_in_words(void **state)
{
	static const struct { const char *title, *user, *text; } cases[] = {
		{ "a municipality's", SHIBUYA_USER, "Shibuya-ku" },
		{ "a place in the network", USER("crlDistributionPoints=URI:http://x.example/c\n"),
		    "http://x.example/c" },
		{ "none", USER(""), "" },
		{ "one that cannot be read", "[x]\n2.5.29.31=DER:30:04:30:02:a0:05\n", "" },
	};
	struct problem why;
	struct x509 x;
	char text[192], small[8];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		expect_ok(cases[i].title, x509_read(maker_certificate(&arena, &authority, "CN=user", "1234",
		    cases[i].user), &x, &why), &why);
		crl_place_text(&x, text, sizeof(text));
		expect_true(cases[i].title, cases[i].text[0] ? strstr(text, cases[i].text) != NULL : !text[0]);
		crl_place_text(&x, small, sizeof(small));
		expect_true("however little room there is", strlen(small) < sizeof(small));
	}
}

/* Somebody whom the authority certified for signing lists, and somebody it did not. */
static void
who_may_sign_is_whom_a_path_leads_to(void **state)
{
	struct maker good = maker_new(&arena, &authority, AUTHORITY, "0A", "[x]\nbasicConstraints=critical,CA:false\n"
	    "keyUsage=critical,cRLSign\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n");
	struct maker unable = maker_new(&arena, &authority, AUTHORITY, "0B", "[x]\nbasicConstraints=critical,CA:false\n"
	    "keyUsage=critical,digitalSignature\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n");
	struct maker stranger = maker_new(&arena, NULL, AUTHORITY, "0C", MAKER_AUTHORITY);
	const struct span others[] = { good.der, unable.der, stranger.der };
	struct crl_signers who = {
		.anchors = &authority.der,
		.anchor_count = 1,
		.others = others,
		.other_count = 3,
		.at = made_instant(MADE_NOON),
	};
	struct made_list unnamed = { .number = "01" }, named = { .number = "01", .extensions = PLAIN };
	struct crl_signer found[CRL_SIGNERS];
	struct revocation_answer answer;
	struct crl_list list;

	(void)state;
	crl_list_read(maker_list(&arena, &good, &unnamed), &list, NULL);
	expect_number(
	    "the anchor, and whom it certified for it", (int64_t)crl_signers_of(&arena, &list, &who, found), 2);
	expect_true("the anchor first", found[0].length == 1 && found[0].until.us == 0);
	expect_true("the other until its certificate ends", found[1].length == 2 && found[1].until.us &&
	    span_equal(found[1].spki, good.spki));
	crl_list_read(maker_list(&arena, &good, &named), &list, NULL);
	expect_number("a key identifier tells which", (int64_t)crl_signers_of(&arena, &list, &who, found), 1);
	crl_path_status(NULL, 0, found[0].path, found[0].length, &(struct crl_policy){ 0 }, who.at, &answer);
	expect_number("without a list about it it does not count", answer.status, REVOCATION_UNAVAILABLE);
	crl_path_status(NULL, 0, &authority.der, 1, &(struct crl_policy){ 0 }, who.at, &answer);
	expect_number("an anchor is believed as it is", answer.status, REVOCATION_GOOD);
	crl_list_read(maker_list(&arena, &outsider, &unnamed), &list, NULL);
	expect_number("of another name nobody", (int64_t)crl_signers_of(&arena, &list, &who, found), 0);
	maker_free(&good);
	maker_free(&unable);
	maker_free(&stranger);
}

static int
prepare(void **state)
{
	static struct arena kept;

	(void)state;
	arena = arena_init(64 * MIB);
	kept = arena_init(4 * MIB);
	scratch = scratch_new();
	authority = maker_new(&kept, NULL, AUTHORITY, "01", MAKER_AUTHORITY);
	next_generation = maker_new(&kept, NULL, AUTHORITY, "02", MAKER_AUTHORITY);
	outsider = maker_new(&kept, NULL, "C=JP/O=outsider", "03", MAKER_AUTHORITY);
	*state = &kept;
	return 0;
}

static int
clean(void **state)
{
	maker_free(&authority);
	maker_free(&next_generation);
	maker_free(&outsider);
	scratch_free(&scratch);
	arena_release(*state);
	arena_release(&arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_tell_together_what_is_to_be_believed),
		cmocka_unit_test(a_named_delta_can_be_demanded),
		cmocka_unit_test(points_that_cannot_be_read_cover_nothing),
		cmocka_unit_test(the_point_is_told_in_words),
		cmocka_unit_test(who_may_sign_is_whom_a_path_leads_to),
	};
	return cmocka_run_group_tests(tests, prepare, clean);
}
