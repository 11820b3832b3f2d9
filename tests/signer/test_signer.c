/* tests/signer/test_signer.c - what the signer signs, for whom, and what ends the asker's link. */
#include "signer/stage.h"

static void
what_is_signed_verifies(void **state)
{
	static const struct { const char *name; enum key_type type; } keys[] = {
		{ "ec", KEY_P256 }, { "rsa", KEY_RSA_2048 }, { "ec-large", KEY_P384 },
	};
	struct arena a = arena_init(1 * MIB);

	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++) {
		struct span bytes = signed_info(&a, keys[i].type), message;
		struct certificate_facts facts;
		struct signing_answer answer;
		struct key_descriptor d;
		struct problem why;
		bool good = false;

		expect_ok(keys[i].name, signer_answer(signer, ROLE_STEWARD, request(&a, SIGN_METADATA, keys[i].name,
		    bytes), &a, &message, &why), &why);
		expect_true("an answer", signing_answer_read(message, &answer));
		expect_number("to the question", answer.id, 42);
		expect_ok(keys[i].name, answer.problem.code, &answer.problem);
		expect_ok("descriptor", key_descriptor_read(dir.path, keys[i].name, &a, &d, &why), &why);
		expect_ok("certificate", certificate_read(d.certificate, &a, &facts, &why), &why);
		expect_ok("verify", public_key_verify(facts.spki, bytes, answer.signature, &good, &why), &why);
		expect_true("the certificate's key verifies it", good);
	}
	arena_release(&a);
}

static void
each_role_asks_for_its_own_kinds(void **state)
{
	static const struct { enum role role; unsigned kind; enum err code; } rights[] = {
		{ ROLE_NONE, SIGN_METADATA, ERR_DENIED },
		{ ROLE_SUPERVISOR, SIGN_METADATA, ERR_DENIED },
		{ ROLE_WORKER, SIGN_METADATA, ERR_DENIED },
		{ ROLE_RECORDER, SIGN_METADATA, ERR_DENIED },
		{ ROLE_STEWARD, SIGN_METADATA, OK },
		{ ROLE_SIGNER, SIGN_METADATA, ERR_DENIED },
		{ ROLE_WORKER, SIGN_TRUSTED_LIST, ERR_DENIED },
		{ ROLE_WORKER, SIGN_CHECKPOINT, ERR_DENIED },
		{ ROLE_RECORDER, SIGN_CHECKPOINT, ERR_DENIED },
		{ ROLE_WORKER, SIGN_POLICY, ERR_DENIED },
		{ ROLE_WORKER, ASK_LEDGER_HEAD, ERR_DENIED },
		{ ROLE_WORKER, SIGN_VAPID, ERR_DENIED },
		{ ROLE_STEWARD, SIGN_NOTHING, ERR_SYNTAX },
		{ ROLE_STEWARD, SIGNING_KIND_COUNT, ERR_SYNTAX },
		{ ROLE_STEWARD, 255, ERR_SYNTAX },
	};
	struct arena a = arena_init(1 * MIB);

	(void)state;
	for (size_t i = 0; i < COUNT(rights); i++) {
		struct problem why = { 0 };
		struct span answer;
		enum err err = signer_answer(signer, rights[i].role, request(&a, rights[i].kind, "ec", signed_info(&a,
		    KEY_P256)), &a, &answer, &why);

		expect_problem("the table of rights", err, &why, rights[i].code, rights[i].code == ERR_DENIED ?
		    "signed" : "is no signing request");
		expect_true("no answer for whoever is cut off", (answer.size > 0) == (err == OK));
	}
	arena_release(&a);
}

static void
what_is_no_request_ends_the_link(void **state)
{
	struct arena a = arena_init(1 * MIB);
	struct span good = request(&a, SIGN_METADATA, "ec", signed_info(&a, KEY_P256)), answer;
	uint8_t *changed = arena_take(&a, good.size + 1);
	struct problem why;

	(void)state;
	for (size_t n = 0; n < good.size; n++)
		expect_problem("cut short", signer_answer(signer, ROLE_STEWARD, span_first(good, n), &a, &answer, &why),
		    &why, ERR_SYNTAX, "is no signing request");
	memcpy(changed, good.data, good.size);
	changed[good.size] = 0;
	expect_problem("longer", signer_answer(signer, ROLE_STEWARD, span_of(changed, good.size + 1), &a, &answer,
	    &why), &why, ERR_SYNTAX, "is no signing request");
	changed[0] = 2;
	expect_problem("an answer", signer_answer(signer, ROLE_STEWARD, span_of(changed, good.size), &a, &answer, &why),
	    &why, ERR_SYNTAX, "is no signing request");
	expect_problem("no key", signer_answer(signer, ROLE_STEWARD, request(&a, SIGN_METADATA, "", good), &a, &answer,
	    &why), &why, ERR_SYNTAX, "is no signing request");
	expect_problem("a long key name", signer_answer(signer, ROLE_STEWARD, request(&a, SIGN_METADATA,
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", good), &a, &answer, &why), &why,
	    ERR_SYNTAX,
	    "is no signing request");
	expect_problem("a large one", signer_answer(signer, ROLE_STEWARD, request(&a, SIGN_METADATA, "ec",
	    span_of(arena_take(&a, 20000), 20000)), &a, &answer, &why), &why, ERR_SYNTAX, "a message of 200");
	arena_release(&a);
}

static void
only_bytes_of_the_kind_are_signed(void **state)
{
	struct arena a = arena_init(1 * MIB);
	struct span good = signed_info(&a, KEY_P256), answer;
	struct { const char *title; struct span payload; } cases[] = {
		{ "nothing", { 0 } },
		{ "text", span_text("pay 1000 to bob") },
		{ "a digest", span_first(good, 32) },
		{ "a SignedInfo cut short", span_first(good, good.size - 1) },
		{ "a SignedInfo with bytes behind", span_text(arena_print(&a, "%.*s\n", SPAN_ARGS(good))) },
		{ "an assertion",
		    span_text("<saml:Assertion "
		    "xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"></saml:Assertion>") },
	};
	struct problem why;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_problem(cases[i].title, signer_answer(signer, ROLE_STEWARD, request(&a, SIGN_METADATA, "ec",
		    cases[i].payload), &a, &answer, &why), &why, ERR_DENIED,
		    "the bytes to be signed are not of kind metadata");
	arena_release(&a);
}

static void
what_the_key_cannot_do_is_answered(void **state)
{
	static const struct {
		const char *title, *key;
		enum key_type method;
		enum err code;
		const char *part;
	} cases[] = {
		{ "a key that is not there", "nobody", KEY_P256, ERR_NOT_FOUND, "no key of this name" },
		{ "the beginning of a name", "e", KEY_P256, ERR_NOT_FOUND, "no key of this name" },
		{ "another key's method", "rsa", KEY_P256, ERR_INVALID,
		    "SignatureMethod is not that of a rsa-2048 key" },
		{ "another curve's method", "ec", KEY_P384, ERR_INVALID, "SignatureMethod is not that of a p-256 key" },
		{ "one method for all sizes of RSA", "rsa", KEY_RSA_4096, OK, "" },
	};
	struct arena a = arena_init(1 * MIB);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct signing_answer answer;
		struct problem why;
		struct span message;

		expect_ok(cases[i].title, signer_answer(signer, ROLE_STEWARD, request(&a, SIGN_METADATA, cases[i].key,
		    signed_info(&a, cases[i].method)), &a, &message, &why), &why);
		expect_true("an answer", signing_answer_read(message, &answer));
		expect_number("to the question", answer.id, 42);
		expect_problem(cases[i].title, answer.problem.code, &answer.problem, cases[i].code, cases[i].part);
		for (size_t n = 0; n < message.size; n++)
			expect_true("an answer cut short is none", !signing_answer_read(span_first(message, n),
			    &answer));
	}
	arena_release(&a);
}

static void
wrong_directories_do_not_open(void **state)
{
	static const struct { const char *title, *command; enum err code; const char *part; } cases[] = {
		{ "another key's certificate", "cp a.cer b.cer", ERR_INVALID,
		    "b.cer is the certificate of another key than b" },
		{ "another type of key", "sed -i s/p-256/p-384/ b.json", ERR_INVALID,
		    "key b is of type p-256, expected p-384" },
		{ "a key that is gone", "rm b.pem", ERR_NOT_FOUND, "key b: cannot open key file " },
		{ "a key that others can read", "chmod 0644 b.pem", ERR_DENIED, "has mode 0644, expected 0600" },
		{ "a descriptor that is wrong", "echo >b.json", ERR_SYNTAX, "b.json" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scratch before = dir;
		struct signer *opened = NULL;
		struct problem why = { 0 };

		dir = scratch_new();
		make_key("a", USE_METADATA, KEY_P256);
		make_key("b", USE_METADATA, KEY_P256);
		expect_ok("good so far", signer_open(dir.path, &opened, &why), &why);
		signer_free(opened);
		expect_number("made wrong", scratch_run(&dir, cases[i].command), 0);
		expect_problem(cases[i].title, signer_open(dir.path, &opened, &why), &why, cases[i].code,
		    cases[i].part);
		scratch_free(&dir);
		dir = before;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_signed_verifies),
		cmocka_unit_test(each_role_asks_for_its_own_kinds),
		cmocka_unit_test(what_is_no_request_ends_the_link),
		cmocka_unit_test(only_bytes_of_the_kind_are_signed),
		cmocka_unit_test(what_the_key_cannot_do_is_answered),
		cmocka_unit_test(wrong_directories_do_not_open),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
