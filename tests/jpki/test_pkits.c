/* tests/jpki/test_pkits.c - NIST's PKITS whole: each row's path by crypto/x509_path.h, and the status of every
 * certificate on it by our own lists, indexes and scopes. And the deltas of our own: those a stock library judges
 * wrongly.
 */
#include <sys/stat.h>

#include <jansson.h>

#include "expect.h"

#include "base/file.h"
#include "crypto/certificate.h"
#include "crypto/digest.h"
#include "crypto/scratch.h"
#include "jpki/crl_pem.h"
#include "jpki/crl_signer.h"

#define PKITS "../shared/data/pki/pkits"
#define DELTAS "../shared/data/pki/delta-crl"
#define MOST 16

static struct arena arena;
static struct scratch scratch;

static const char *
below_top(const char *path)
{
	const char *top = getenv("top_srcdir");

	return arena_print(&arena, "%s/%s", top ? top : ".", path);
}

static bool
is_there(const char *path)
{
	struct stat st;

	if (stat(below_top(path), &st) == 0)
		return true;
	print_message("skipped: %s is not there\n", path);
	return false;
}

static struct span
file_of(const char *path)
{
	struct buffer file = buffer_init(1 * MIB);
	struct problem why;
	struct span bytes;

	expect_ok(path, file_read(below_top(path), &file, &why), &why);
	bytes = arena_copy(&arena, buffer_span(&file));
	buffer_release(&file);
	return bytes;
}

/* The lists of one test as they are taken: those wait whose signer's own status is not known yet. */
struct shelf {
	struct crl_held held[MOST];
	uint8_t anchors[MOST][32];
	size_t count;
	struct span waiting[MOST];
	size_t waiting_count;
};

static bool
take(struct shelf *shelf, struct span der, const struct crl_signers *who)
{
	static const struct crl_policy policy = { .require_delta = false };
	struct crl_signer signers[CRL_SIGNERS];
	struct crl_list list;
	struct revocation_answer answer;
	size_t count;

	if (crl_list_read(der, &list, NULL) != OK)
		return false;
	count = crl_signers_of(&arena, &list, who, signers);
	for (size_t i = 0; i < count; i++) {
		struct crl_import import = {
			.der = der, .keys = &signers[i].spki, .key_count = 1, .switches = SIGNATURES_RSA,
		};
		struct crl_index *index;

		crl_path_status(
		    shelf->held, shelf->count, signers[i].path, signers[i].length, &policy, who->at, &answer);
		if (answer.status != REVOCATION_GOOD ||
		    crl_index_make(&import, scratch_path(&scratch, "index"), NULL) != OK ||
		    crl_index_open(scratch_path(&scratch, "index"), &index, NULL) != OK)
			continue;
		digest(DIGEST_SHA256, who->anchors[signers[i].anchor], shelf->anchors[shelf->count]);
		shelf->held[shelf->count] = (struct crl_held){
			.index = index, .anchor = shelf->anchors[shelf->count], .until = signers[i].until,
		};
		shelf->count++;
		return true;
	}
	return false;
}

/* Until none of those that wait can be taken any more. */
static void
take_all(struct shelf *shelf, const struct crl_signers *who)
{
	for (bool more = true; more;) {
		more = false;
		for (size_t i = 0; i < shelf->waiting_count; i++) {
			if (!shelf->waiting[i].size || !take(shelf, shelf->waiting[i], who))
				continue;
			shelf->waiting[i].size = 0;
			more = true;
		}
	}
}

static void
shelf_release(struct shelf *shelf)
{
	for (size_t i = 0; i < shelf->count; i++)
		crl_index_close((struct crl_index *)(uintptr_t)shelf->held[i].index);
}

/* A row of the table */

static const char *
text_in(const json_t *row, const char *key)
{
	return json_string_value(json_object_get(row, key));
}

static bool
flag_in(const json_t *row, const char *key)
{
	return json_is_true(json_object_get(json_object_get(row, "inputs"), key));
}

/* A copy of that certificate was encoded anew when it was taken out of a mail. */
static const char *
name_of(const char *name)
{
	return strcmp(name, "../certs-extra/4.3.6-0.crt") == 0 ? "UIDCACert.crt" : name;
}

static bool
ask_row(const json_t *row, bool lenient, const char **reason)
{
	static const struct crl_policy policy = { .require_delta = false };
	struct span anchor = file_of(PKITS "/certs/TrustAnchorRootCertificate.crt"), others[MOST];
	struct crl_signers who = { .anchors = &anchor, .anchor_count = 1, .others = others, .lenient = lenient };
	struct path_question q = { .anchors = &anchor, .anchor_count = 1, .others = others, .lenient = lenient };
	json_t *set = json_object_get(json_object_get(row, "inputs"), "initial_policy_set"), *item;
	const char *end = text_in(row, "end_cert"), *policies[8];
	struct shelf shelf = { .count = 0 };
	struct revocation_answer answer;
	struct path_answer path;
	struct problem why;
	size_t i;

	instant_read(span_text("2026-11-22T12:00:00Z"), &q.at);
	who.at = q.at;
	json_array_foreach(json_object_get(row, "certs"), i, item)
		if (strcmp(json_string_value(item), end) != 0)
			others[q.other_count++] = file_of(arena_print(&arena, PKITS "/certs/%s",
			    name_of(json_string_value(item))));
	who.other_count = q.other_count;
	q.certificate = file_of(arena_print(&arena, PKITS "/certs/%s", end));
	q.policies = policies;
	json_array_foreach(set, i, item)
		if (strcmp(json_string_value(item), "anyPolicy") != 0)
			policies[q.policy_count++] = json_string_value(item);
	q.explicit_policy = flag_in(row, "initial_explicit_policy");
	q.inhibit_mapping = flag_in(row, "initial_policy_mapping_inhibit");
	q.inhibit_any = flag_in(row, "initial_inhibit_any_policy");
	if (x509_path_check(&arena, &q, &path, &why) != OK) {
		*reason = arena_print(&arena, "%s", why.text);
		return false;
	}
	*reason = path.reason;
	if (!path.valid)
		return false;
	json_array_foreach(json_object_get(row, "crls"), i, item) shelf.waiting[shelf.waiting_count++] = file_of(
	    arena_print(&arena, PKITS "/crls/%s", json_string_value(item)));
	take_all(&shelf, &who);
	crl_path_status(shelf.held, shelf.count, path.path, path.length, &policy, q.at, &answer);
	*reason = arena_print(&arena, "%s: %s", revocation_status_name(answer.status), answer.text);
	shelf_release(&shelf);
	return answer.status == REVOCATION_GOOD;
}

static void
every_row_of_pkits_is_answered_as_nist_expects(void **state)
{
	/* Valid by RFC 5280, and refused here (server/README.md has the reasons); `lenient`: believed by who asks so;
	 * `reason`: a part of the sentence, so that none is refused for something else. Nothing invalid is on this
	 * list. */
	static const struct exception {
		const char *id;
		bool lenient;
		const char *reason;
	} exceptions[] = {
		/* DSA of 1024 bits with SHA-1: the validator would have to take 80 bits and SHA-1 of anybody.
		 * x509_signature.h has no DSA at all, so there is no switch that production could leave on. */
		{ "4.1.4", false, "key too weak" },
		/* The same, with a key that takes its parameters from its issuer. */
		{ "4.1.5", false, "key too weak" },
		/* An authority whose basicConstraints are not critical, as s4.2.1.9 demands. */
		{ "4.6.4", true, "not marked critical" },
		/* The certificate of who signs the list is itself told of by that list alone: it would vouch for itself
		 * (crl_signer.h). NIST's notes let one skip it. */
		{ "4.14.30", false, "no revocation list about it" },
	};
	json_t *table, *row;
	size_t i, rows = 0, wrong = 0, excepted = 0;

	(void)state;
	if (!is_there(PKITS))
		skip();
	table = json_load_file(below_top(PKITS "/pkits-table.json"), 0, NULL);
	assert_non_null(table);
	json_array_foreach(json_object_get(table, "tests"), i, row) {
		const char *id = text_in(row, "id"), *reason = NULL;
		bool expected = strcmp(text_in(row, "expected_with_these_inputs"), "valid") == 0;

		for (size_t e = 0; e < COUNT(exceptions); e++)
			if (strcmp(id, exceptions[e].id) == 0) {
				expect_true("only what is valid may be refused as an exception", expected);
				expect_number(id, ask_row(row, true, &reason), exceptions[e].lenient);
				expect_true(id, !ask_row(row, false, &reason));
				if (!strstr(reason, exceptions[e].reason))
					expect_text(id, reason, exceptions[e].reason);
				expected = false;
				excepted++;
			}
		if (ask_row(row, false, &reason) != expected) {
			print_error("%s %s: %s\n", id, text_in(row, "title"), reason ? reason : "");
			wrong++;
		}
		rows++;
		arena_reset(&arena);
	}
	json_decref(table);
	expect_number("each row is answered as it should be", (int64_t)wrong, 0);
	expect_number("all rows are there", (int64_t)rows, 247);
	expect_number("each exception is one of them", (int64_t)excepted, COUNT(exceptions));
}

/* The deltas of our own data */

static void
an_expired_delta_is_never_current(void **state)
{
	static const struct {
		const char *title, *lists[3];
		bool require_delta;
		const char *a, *b;
	} cases[] = {
		{ "a base alone", { "base.crl" }, false, "revoked", "good" },
		{ "a base alone, where a delta is demanded", { "base.crl" }, true, "unavailable", "unavailable" },
		{ "with a delta of nobody more", { "base.crl", "delta_empty.crl" }, true, "revoked", "good" },
		{ "with a delta that names another", { "base.crl", "delta_b.crl" }, true, "revoked", "revoked" },
		{ "with an expired delta", { "base.crl", "delta_expired.crl" }, true, "unavailable", "unavailable" },
		{ "with an expired delta that names another", { "base.crl", "delta_b_expired.crl" }, false, "revoked",
		    "good" },
		{ "with a delta for one reason: another scope", { "base.crl", "delta_reasons.crl" }, true,
		    "unavailable", "unavailable" },
		{ "a delta without its base", { "delta_b.crl" }, false, "unavailable", "unavailable" },
	};
	struct span anchor, users[2];
	struct crl_signers who = { .anchors = &anchor, .anchor_count = 1 };
	struct problem why;

	(void)state;
	if (!is_there(DELTAS))
		skip();
	instant_read(span_text("2026-12-01T00:00:00Z"), &who.at);
	expect_ok("the anchor", certificate_from_pem(file_of(DELTAS "/ca.pem"), &arena, &anchor, &why), &why);
	expect_ok("a", certificate_from_pem(file_of(DELTAS "/a.pem"), &arena, &users[0], &why), &why);
	expect_ok("b", certificate_from_pem(file_of(DELTAS "/b.pem"), &arena, &users[1], &why), &why);
	for (size_t c = 0; c < COUNT(cases); c++) {
		struct crl_policy policy = { .require_delta = cases[c].require_delta };
		struct shelf shelf = { .count = 0 };
		struct revocation_answer answer;
		uint8_t fingerprint[32];
		struct x509 x;

		for (size_t i = 0; i < COUNT(cases[c].lists) && cases[c].lists[i]; i++)
			expect_ok(cases[c].title,
			    crl_from_pem(file_of(arena_print(&arena, DELTAS "/%s", cases[c].lists[i])), &arena,
				&shelf.waiting[shelf.waiting_count++], &why),
			    &why);
		take_all(&shelf, &who);
		expect_number("all lists are taken", (int64_t)shelf.count, (int64_t)shelf.waiting_count);
		digest(DIGEST_SHA256, anchor, fingerprint);
		for (size_t u = 0; u < 2; u++) {
			expect_ok("the user", x509_read(users[u], &x, &why), &why);
			crl_status(shelf.held, shelf.count, &(struct crl_question){ &x, fingerprint, who.at }, &policy,
			    &answer);
			expect_text(cases[c].title, revocation_status_name(answer.status), u ? cases[c].b : cases[c].a);
		}
		shelf_release(&shelf);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_of_pkits_is_answered_as_nist_expects),
		cmocka_unit_test(an_expired_delta_is_never_current),
	};
	int failed;

	arena = arena_init(64 * MIB);
	scratch = scratch_new();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	scratch_free(&scratch);
	arena_release(&arena);
	return failed;
}
