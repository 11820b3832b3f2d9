/* tests/crypto/test_x509_path.c - paths to an anchor: NIST's PKITS without its revocation, and what it has not: keys that
 * roll over under one name, edges of time, piles of certificates. */
#include "expect.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <jansson.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/file.h"
#include "crypto/x509_path.h"

#define PKITS_FROM "../shared/data/pki/pkits"
#define CERTIFICATES_LARGEST 40

/* 2026-11-22T00:00:00Z: PKITS' certificates end in 2030. */
static const struct instant november = { SECONDS(1795305600) };

static struct arena memory;

static struct span
file_of(const char *folder, const char *name)
{
	const char *root = getenv("top_srcdir");
	struct buffer file = buffer_init(1 * MIB);
	struct problem why;
	struct span bytes;

	expect_ok(name, file_read(arena_print(&memory, "%s/%s/%s", root ? root : ".", folder, name), &file, &why), &why);
	bytes = arena_copy(&memory, buffer_span(&file));
	buffer_release(&file);
	return bytes;
}

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

/* "anyPolicy" is how the table says it; a set with nothing but that is no restriction. */
static void
ask_policies(const json_t *row, struct path_question *q, const char *policies[8])
{
	json_t *set = json_object_get(json_object_get(row, "inputs"), "initial_policy_set"), *policy;
	size_t i;

	q->policies = policies;
	json_array_foreach(set, i, policy)
		if (strcmp(json_string_value(policy), "anyPolicy") != 0)
			policies[q->policy_count++] = json_string_value(policy);
	q->explicit_policy = flag_in(row, "initial_explicit_policy");
	q->inhibit_mapping = flag_in(row, "initial_policy_mapping_inhibit");
	q->inhibit_any = flag_in(row, "initial_inhibit_any_policy");
}

/* A copy that was encoded anew when it was taken out of a mail: a bit of its identifier counts differently, and what was
 * signed is another. */
static const char *
name_of(const char *name)
{
	return strcmp(name, "../certs-extra/4.3.6-0.crt") == 0 ? "UIDCACert.crt" : name;
}

/* Whether the row's certificate is believed; a certificate that is none is not. */
static bool
ask_row(const json_t *row, bool lenient, const char **reason)
{
	struct span anchor = file_of(PKITS_FROM, "certs/TrustAnchorRootCertificate.crt"), others[CERTIFICATES_LARGEST];
	struct path_question q = { .anchors = &anchor, .anchor_count = 1, .others = others, .at = november,
		.lenient = lenient };
	const char *end = text_in(row, "end_cert"), *policies[8];
	struct path_answer answer;
	struct problem why;
	json_t *name;
	size_t i;

	json_array_foreach(json_object_get(row, "certs"), i, name)
		if (strcmp(json_string_value(name), end) != 0)
			others[q.other_count++] = file_of(PKITS_FROM, arena_print(&memory, "certs/%s",
			    name_of(json_string_value(name))));
	q.certificate = file_of(PKITS_FROM, arena_print(&memory, "certs/%s", end));
	ask_policies(row, &q, policies);
	if (x509_path_check(&memory, &q, &answer, &why) != OK) {
		*reason = arena_print(&memory, "%s", why.text);
		return false;
	}
	expect_true("refused with a reason, or believed with a path", answer.valid ? !answer.reason && answer.length :
	    answer.reason && !answer.length);
	*reason = answer.reason;
	return answer.valid;
}

static bool
is_listed(const char *id, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(id, list[i]) == 0)
			return true;
	return false;
}

static void
pkits_is_answered_as_nist_expects(void **state)
{
	/* Invalid for what a CRL says, or for the CRL's own faults: the path is good. */
	static const char *const revocation_decides[] = {
		"4.4.1", "4.4.2", "4.4.3", "4.4.4", "4.4.5", "4.4.6", "4.4.8", "4.4.9", "4.4.10", "4.4.11", "4.4.12",
		"4.4.18", "4.4.20", "4.4.21", "4.5.2", "4.5.5", "4.5.7", "4.7.4", "4.7.5",
		"4.14.2", "4.14.3", "4.14.6", "4.14.8", "4.14.9", "4.14.11", "4.14.12", "4.14.14", "4.14.15",
		"4.14.16", "4.14.17", "4.14.20", "4.14.21", "4.14.23", "4.14.26", "4.14.27", "4.14.31", "4.14.32",
		"4.14.34", "4.14.35", "4.15.1", "4.15.3", "4.15.4", "4.15.6", "4.15.9", "4.15.10",
	};
	/* Valid by RFC 5280, and refused here. Nobody of ours has any of it; one is taken from who asks leniently. */
	static const struct {
		const char *id;
		bool lenient; /* then it is believed */
	} refused[] = {
		{ "4.1.4", false }, /* DSA of 1024 bits with SHA-1 is 80 bits strong: 112 are demanded */
		{ "4.1.5", false }, /* a DSA key that takes its parameters from its issuer: the library has not that */
		{ "4.6.4", true },  /* an authority whose basicConstraints are not critical, as s4.2.1.9 demands */
	};
	const char *root = getenv("top_srcdir");
	struct stat st;
	json_t *table, *row;
	size_t i, rows = 0, left = 0, wrong = 0;

	(void)state;
	if (stat(arena_print(&memory, "%s/" PKITS_FROM, root ? root : "."), &st) != 0) {
		print_message("skipped: " PKITS_FROM " is not there\n");
		skip();
	}
	table = json_load_file(arena_print(&memory, "%s/" PKITS_FROM "/pkits-table.json", root ? root : "."), 0, NULL);
	assert_non_null(table);
	json_array_foreach(json_object_get(table, "tests"), i, row) {
		const char *id = text_in(row, "id"), *reason;
		bool expected = strcmp(text_in(row, "expected_with_these_inputs"), "valid") == 0;
		bool valid = ask_row(row, false, &reason);

		bool believed = expected;

		rows++;
		for (size_t r = 0; r < COUNT(refused); r++)
			if (strcmp(id, refused[r].id) == 0) {
				const char *lenient;

				believed = false;
				expect_number(id, ask_row(row, true, &lenient), refused[r].lenient);
			}
		if (is_listed(id, revocation_decides, COUNT(revocation_decides))) {
			expect_true(id, !expected);
			believed = true;
			left++;
		}
		if (valid != believed) {
			print_error("%s %s: %s\n", id, text_in(row, "title"), reason ? reason : "believed");
			wrong++;
		}
		arena_reset(&memory);
	}
	expect_number("each row is answered as it should be", wrong, 0);
	expect_number("all rows are there", rows, 247);
	expect_number("each listed one is one of them", left, COUNT(revocation_decides));
	json_decref(table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pkits_is_answered_as_nist_expects),
	};
	int failed;

	memory = arena_init(64 * MIB);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_release(&memory);
	return failed;
}
