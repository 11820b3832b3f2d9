/* tests/signer/test_descriptor.c - key descriptors: made whole or not at all, read strictly. */
#include "crypto/softhsm.h"

#include "crypto/certificate.h"
#include "signer/descriptor.h"

static struct new_key
plain(const char *name)
{
	struct new_key k = { .name = name, .common_name = "test", .use = USE_METADATA, .type = KEY_P256,
		.valid_for = SECONDS(86400) };

	instant_read(span_text("2026-11-22T05:20:00Z"), &k.now);
	return k;
}

static void
a_key_is_made_with_all_that_belongs_to_it(void **state)
{
	struct scratch dir = scratch_new();
	struct arena a = arena_init(1 * MIB);
	struct new_key k = plain("fed-2026");
	struct certificate_facts facts;
	struct key_descriptor d;
	struct problem why;
	struct stat st;
	char text[1024];

	(void)state;
	expect_ok("made", key_descriptor_new(dir.path, &k, &why), &why);
	scratch_read(&dir, "fed-2026.json", text, sizeof(text));
	expect_text("the descriptor", text, "{\n\t\"name\": \"fed-2026\",\n\t\"use\": \"metadata\",\n"
	    "\t\"uri\": \"file:fed-2026.pem\",\n\t\"type\": \"p-256\",\n\t\"created\": \"2026-11-22T05:20:00Z\"\n}\n");
	expect_number("a key", stat(scratch_path(&dir, "fed-2026.pem"), &st), 0);
	expect_number("its owner's alone", st.st_mode & 07777, 0600);
	expect_number("a certificate", stat(scratch_path(&dir, "fed-2026.cer"), &st), 0);
	expect_number("everybody's", st.st_mode & 07777, 0644);
	expect_number("and nothing else", scratch_count(&dir), 3);
	expect_ok("read", key_descriptor_read(dir.path, "fed-2026", &a, &d, &why), &why);
	expect_text("name", d.name, "fed-2026");
	expect_text("uri", d.uri, "file:fed-2026.pem");
	expect_number("use", d.use, USE_METADATA);
	expect_number("type", d.type, KEY_P256);
	expect_number("created", d.created.us, k.now.us);
	expect_ok("certificate", certificate_read(d.certificate, &a, &facts, &why), &why);
	expect_text("its subject", facts.subject, "CN=test");
	expect_number("its end", facts.until.us, k.now.us + k.valid_for);
	expect_number("words", key_use_read(span_text("metadata")), USE_METADATA);
	expect_number("words", key_use_read(span_text("trusted-list")), USE_TRUSTED_LIST);
	expect_number("words", key_use_read(span_text("ledger")), USE_LEDGER);
	expect_number("words", key_use_read(span_text("push")), USE_PUSH);
	expect_number("words", key_use_read(span_text("openid")), USE_OPENID);
	expect_number("words", key_use_read(span_text("openid-rsa")), USE_OPENID_RSA);
	expect_number("other words", key_use_read(span_text("none")), USE_NONE);
	arena_release(&a);
	scratch_free(&dir);
}

/* ETSI TS 119 602 s6.8. */
static void
a_trusted_lists_key_names_its_operator(void **state)
{
	struct scratch dir = scratch_new();
	struct arena a = arena_init(1 * MIB);
	struct new_key k = plain("list-1");
	struct certificate_facts facts;
	struct key_descriptor d;
	struct problem why;

	(void)state;
	k.use = USE_TRUSTED_LIST;
	k.organization = "連携協議会";
	k.country = "JP";
	expect_ok("made", key_descriptor_new(dir.path, &k, &why), &why);
	expect_ok("read", key_descriptor_read(dir.path, "list-1", &a, &d, &why), &why);
	expect_text("its use", key_use_name(d.use), "trusted-list");
	expect_ok("certificate", certificate_read(d.certificate, &a, &facts, &why), &why);
	expect_text("its subject", facts.subject, "CN=test,O=連携協議会,C=JP");
	arena_release(&a);
	scratch_free(&dir);
}

static void
what_cannot_be_made_leaves_nothing(void **state)
{
	static const struct {
		const char *title, *name, *uri, *common_name;
		enum key_use use;
		enum key_type type;
		int64_t valid;
		enum err code;
		const char *part;
	} cases[] = {
		{ "no name", "", NULL, "x", USE_METADATA, KEY_P256, 1, ERR_INVALID,
		    "1 to 64 of a-z 0-9 -; found \"\"" },
		{ "a name with capitals", "Fed", NULL, "x", USE_METADATA, KEY_P256, 1, ERR_INVALID, "found \"Fed\"" },
		{ "a name that leaves the directory", "../fed", NULL, "x", USE_METADATA, KEY_P256, 1, ERR_INVALID,
		    "found \"../fed\"" },
		{ "a name of 65 characters", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL,
		    "x", USE_METADATA, KEY_P256, 1, ERR_INVALID, "1 to 64" },
		{ "no use", "fed", NULL, "x", USE_NONE, KEY_P256, 1, ERR_INVALID, "key fed has no use" },
		{ "Ed25519 for metadata", "fed", NULL, "x", USE_METADATA, KEY_ED25519, 1, ERR_INVALID,
		    "key fed is of type ed25519; for metadata expected rsa-2048" },
		{ "no type", "fed", NULL, "x", USE_METADATA, KEY_UNKNOWN, 1, ERR_INVALID,
		    "key fed is of type unknown" },
		{ "no time", "fed", NULL, "x", USE_METADATA, KEY_P256, 0, ERR_INVALID, "ends before it begins" },
		{ "no common name", "fed", NULL, "", USE_METADATA, KEY_P256, 1, ERR_INVALID,
		    "has 0 bytes, expected 1 to 64" },
		{ "another scheme", "fed", "https://host/", "x", USE_METADATA, KEY_P256, 1, ERR_INVALID,
		    "expected \"file:\"" },
		{ "a trusted list's key of nobody", "fed", NULL, "x", USE_TRUSTED_LIST, KEY_P256, 1, ERR_INVALID,
		    "key fed for trusted-list: its certificate needs organization and country" },
		{ "ECDSA for ledgers", "fed", NULL, "x", USE_LEDGER, KEY_P256, 1, ERR_INVALID,
		    "key fed is of type p-256; for ledger expected ed25519" },
		{ "RSA for what ES256 signs", "fed", NULL, "x", USE_OPENID, KEY_RSA_2048, 1, ERR_INVALID,
		    "key fed is of type rsa-2048; for openid expected p-256" },
		{ "a key for RS256 that takes long", "fed", NULL, "x", USE_OPENID_RSA, KEY_RSA_4096, 1, ERR_INVALID,
		    "for openid-rsa expected rsa-2048 or rsa-3072" },
		{ "Ed25519 for trusted lists", "fed", NULL, "x", USE_TRUSTED_LIST, KEY_ED25519, 1, ERR_INVALID,
		    "key fed is of type ed25519; for trusted-list expected rsa-2048" },
		{ "no directory", "fed", "file:nowhere/k.pem", "x", USE_METADATA, KEY_P256, 1, ERR_NOT_FOUND,
		    "nowhere/k.pem" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scratch dir = scratch_new();
		struct new_key k = { .name = cases[i].name, .uri = cases[i].uri, .common_name = cases[i].common_name,
			.use = cases[i].use, .type = cases[i].type, .now = { SECONDS(1) },
			    .valid_for = cases[i].valid };
		struct problem why = { 0 };

		expect_problem(cases[i].title, key_descriptor_new(dir.path, &k, &why), &why, cases[i].code,
		    cases[i].part);
		expect_number(cases[i].title, scratch_count(&dir), 0);
		scratch_free(&dir);
	}
}

static void
a_name_is_given_once(void **state)
{
	static const char *const files[] = { "fed.json", "fed.cer", "fed.pem" };
	struct new_key k = plain("fed");
	struct problem why;
	char text[64];

	(void)state;
	for (size_t i = 0; i < COUNT(files); i++) {
		struct scratch dir = scratch_new();

		scratch_write(&dir, files[i], span_text("precious"), 0600);
		expect_problem(files[i], key_descriptor_new(dir.path, &k, &why), &why, ERR_CONFLICT, files[i]);
		expect_number("nothing is added", scratch_count(&dir), 1);
		expect_span("nothing is written over", scratch_read(&dir, files[i], text, sizeof(text)), "precious");
		scratch_free(&dir);
	}
}

static void
wrong_descriptors_are_refused_precisely(void **state)
{
#define GOOD "\"name\":\"fed\",\"use\":\"metadata\",\"uri\":\"file:fed.pem\",\"type\":\"p-256\"," \
	"\"created\":\"2026-11-22T05:20:00Z\""
	static const struct { const char *title, *json; enum err code; const char *part; } cases[] = {
		{ "a good one", "{" GOOD "}", OK, "" },
		{ "with a comment", "{\"// why\":\"x\"," GOOD "}", OK, "" },
		{ "an unknown member", "{" GOOD ",\"colour\":\"red\"}", ERR_INVALID, "fed.json: /colour" },
		{ "another's name",
		    "{\"name\":\"bob\",\"use\":\"metadata\",\"uri\":\"file:fed.pem\",\"type\":\"p-256\","
		    "\"created\":\"2026-11-22T05:20:00Z\"}", ERR_INVALID, "fed.json: /name: expected fed, found " },
		{ "an unknown use", "{\"name\":\"fed\",\"use\":\"world\",\"uri\":\"file:fed.pem\",\"type\":\"p-256\","
		    "\"created\":\"2026-11-22T05:20:00Z\"}", ERR_INVALID,
		    "fed.json: /use: expected metadata, trusted-list, ledger, push, openid or openid-rsa, found " },
		{ "an unknown type", "{\"name\":\"fed\",\"use\":\"metadata\",\"uri\":\"file:fed.pem\",\"type\":\"dsa\","
		    "\"created\":\"2026-11-22T05:20:00Z\"}", ERR_INVALID, "fed.json: /type: expected rsa-2048" },
		{ "a type that the use does not allow",
		    "{\"name\":\"fed\",\"use\":\"metadata\",\"uri\":\"file:fed.pem\","
		    "\"type\":\"ed25519\",\"created\":\"2026-11-22T05:20:00Z\"}", ERR_INVALID,
		    "fed.json: /type: expected rsa-2048" },
		{ "no time", "{\"name\":\"fed\",\"use\":\"metadata\",\"uri\":\"file:fed.pem\",\"type\":\"p-256\","
		    "\"created\":\"yesterday\"}", ERR_INVALID, "fed.json: /created: expected a time" },
		{ "no URI",
		    "{\"name\":\"fed\",\"use\":\"metadata\",\"type\":\"p-256\",\"created\":\"2026-11-22T05:20:00Z\"}",
		    ERR_INVALID, "fed.json: /uri" },
		{ "nothing in it", "{}", ERR_INVALID, "fed.json: /" },
		{ "no object", "[]", ERR_INVALID, "fed.json" },
		{ "no JSON", "hello", ERR_SYNTAX, "fed.json" },
		{ "an empty file", "", ERR_SYNTAX, "fed.json" },
	};
	struct scratch dir = scratch_new();
	struct new_key k = plain("fed");
	struct problem why;

	(void)state;
	expect_ok("made", key_descriptor_new(dir.path, &k, &why), &why);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = arena_init(1 * MIB);
		struct key_descriptor d, *all;
		size_t count;

		scratch_write(&dir, "fed.json", span_text(cases[i].json), 0644);
		expect_problem(cases[i].title, key_descriptor_read(dir.path, "fed", &a, &d, &why), &why, cases[i].code,
		    cases[i].part);
		expect_problem("one that is wrong fails all", key_descriptors_read(dir.path, &a, &all, &count, &why),
		    &why, cases[i].code, cases[i].part);
		arena_release(&a);
	}
	scratch_free(&dir);
}

static void
descriptors_are_listed_by_name(void **state)
{
	static const char *const made[] = { "b", "a-b", "c", "a" }, *const listed[] = { "a", "a-b", "b", "c" };
	struct scratch dir = scratch_new();
	struct arena a = arena_init(1 * MIB);
	struct key_descriptor *all, one;
	struct problem why;
	size_t count;

	(void)state;
	expect_ok("none", key_descriptors_read(dir.path, &a, &all, &count, &why), &why);
	expect_number("none", count, 0);
	for (size_t i = 0; i < COUNT(made); i++) {
		struct new_key k = plain(made[i]);

		expect_ok(made[i], key_descriptor_new(dir.path, &k, &why), &why);
	}
	scratch_write(&dir, ".new-0123456789abcdef", span_text("{"), 0600);
	expect_ok("files being made are not looked at", key_descriptors_read(dir.path, &a, &all, &count, &why), &why);
	expect_number("all", count, COUNT(listed));
	for (size_t i = 0; i < COUNT(listed); i++)
		expect_text("by name", all[i].name, listed[i]);
	expect_problem("one that is not there", key_descriptor_read(dir.path, "z", &a, &one, &why), &why, ERR_NOT_FOUND,
	    "there is no key z");
	expect_problem("a wrong name", key_descriptor_read(dir.path, "../a", &a, &one, &why), &why, ERR_INVALID,
	    "\"../a\"");
	unlink(scratch_path(&dir, "b.cer"));
	expect_problem("no certificate", key_descriptors_read(dir.path, &a, &all, &count, &why), &why, ERR_NOT_FOUND,
	    "b.cer");
	scratch_write(&dir, "b.cer", span_text("hello"), 0644);
	expect_problem("no certificate in it", key_descriptors_read(dir.path, &a, &all, &count, &why), &why, ERR_SYNTAX,
	    "b.cer: this is no certificate in DER");
	unlink(scratch_path(&dir, "b.json"));
	scratch_write(&dir, "Upper.json", span_text("{}"), 0644);
	expect_problem("a name that is none", key_descriptors_read(dir.path, &a, &all, &count, &why), &why, ERR_INVALID,
	    "Upper.json: a key's name is");
	expect_problem("no directory", key_descriptors_read("/nowhere/keys", &a, &all, &count, &why), &why,
	    ERR_NOT_FOUND,
	    "/nowhere/keys");
	arena_release(&a);
	scratch_free(&dir);
}

static void
a_key_in_a_token_has_a_descriptor_too(void **state)
{
	struct scratch dir = scratch_new();
	struct arena a = arena_init(1 * MIB);
	struct new_key k = plain("hsm");
	char uri[SOFTHSM_URI_ROOM];
	struct key_descriptor d;
	struct problem why;
	struct key *key;

	(void)state;
	if (!softhsm_start(&dir)) {
		scratch_free(&dir);
		skip();
	}
	mkdir(scratch_path(&dir, "keys"), 0700);
	k.uri = softhsm_uri(&dir, "object=hsm", uri);
	expect_ok("made", key_descriptor_new(scratch_path(&dir, "keys"), &k, &why), &why);
	expect_ok("read", key_descriptor_read(scratch_path(&dir, "keys"), "hsm", &a, &d, &why), &why);
	expect_text("its URI", d.uri, uri);
	k.name = "other";
	expect_problem("the object is taken", key_descriptor_new(scratch_path(&dir, "keys"), &k, &why), &why,
	    ERR_CONFLICT,
	    "private key of this name already");
	/* The key is made, its certificate cannot be: the key goes again. */
	k.uri = softhsm_uri(&dir, "object=undone", uri);
	k.common_name = "";
	expect_problem("no common name", key_descriptor_new(scratch_path(&dir, "keys"), &k, &why), &why, ERR_INVALID,
	    "0 bytes");
	expect_problem("nothing is left", key_open(uri, "/", &key, &why), &why, ERR_NOT_FOUND, "no private key");
	arena_release(&a);
	scratch_free(&dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_is_made_with_all_that_belongs_to_it),
		cmocka_unit_test(a_trusted_lists_key_names_its_operator),
		cmocka_unit_test(what_cannot_be_made_leaves_nothing),
		cmocka_unit_test(a_name_is_given_once),
		cmocka_unit_test(wrong_descriptors_are_refused_precisely),
		cmocka_unit_test(descriptors_are_listed_by_name),
		cmocka_unit_test(a_key_in_a_token_has_a_descriptor_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
