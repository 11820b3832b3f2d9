/* tests/crypto/test_key.c - keys in files: made, opened, signing, and everything that is refused. */
#include "crypto/scratch.h"

#include "crypto/key.h"

static const struct {
	enum key_type type;
	const char *name, *file;
	size_t signature;
} types[] = {
	{ KEY_RSA_2048, "rsa-2048", "file:rsa2048.pem", 256 },
	{ KEY_RSA_3072, "rsa-3072", "file:rsa3072.pem", 384 },
	{ KEY_RSA_4096, "rsa-4096", "file:rsa4096.pem", 512 },
	{ KEY_P256, "p-256", "file:p256.pem", 64 },
	{ KEY_P384, "p-384", "file:p384.pem", 96 },
	{ KEY_ED25519, "ed25519", "file:ed25519.pem", 64 },
};

static void
every_type_is_made_opened_and_signs(void **state)
{
	struct scratch dir = scratch_new();
	struct arena a = arena_init(256 * KIB);
	struct problem why = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(types); i++) {
		struct span message = span_text("what is signed"), first, second;
		struct key *key = NULL;
		struct stat st;
		bool good = false;
		uint8_t *bad;

		expect_ok(types[i].name, key_generate(types[i].file, dir.path, types[i].type, &why), &why);
		expect_number("the file is there", stat(scratch_path(&dir, types[i].file + 5), &st), 0);
		expect_number("its owner alone may read it", st.st_mode & 07777, 0600);
		expect_ok(types[i].name, key_open(types[i].file, dir.path, &key, &why), &why);
		expect_text("the type is told", key_type_name(key_type(key)), types[i].name);
		expect_number("the word is read", key_type_read(span_text(types[i].name)), types[i].type);
		for (int round = 0; round < 3; round++) {
			expect_ok(types[i].name, key_sign(key, message, &a, &first, &why), &why);
			expect_number("a signature's size is fixed", first.size, types[i].signature);
			expect_ok(types[i].name, public_key_verify(key_public(key), message, first, &good, &why), &why);
			expect_true("the public half verifies it", good);
		}
		expect_ok(types[i].name, key_sign(key, span_text("something else"), &a, &second, &why), &why);
		public_key_verify(key_public(key), message, second, &good, &why);
		expect_true("another message's signature is not good", !good);
		bad = arena_take(&a, first.size);
		memcpy(bad, first.data, first.size);
		bad[first.size - 1] ^= 1;
		expect_ok("looking is possible", public_key_verify(key_public(key), message, span_of(bad, first.size),
		    &good, &why), &why);
		expect_true("a changed signature is not good", !good);
		public_key_verify(key_public(key), message, span_first(first, first.size - 1), &good, &why);
		expect_true("a short signature is not good", !good);
		key_free(key);
	}
	expect_number("nothing else was left", scratch_count(&dir), COUNT(types));
	key_free(NULL);
	arena_release(&a);
	scratch_free(&dir);
}

static void
a_key_is_never_written_over(void **state)
{
	struct scratch dir = scratch_new();
	struct problem why = { 0 };
	char before[4096], after[4096];

	(void)state;
	expect_ok("made", key_generate("file:k.pem", dir.path, KEY_P256, &why), &why);
	scratch_read(&dir, "k.pem", before, sizeof(before));
	expect_problem("the name is taken", key_generate("file:k.pem", dir.path, KEY_P256, &why), &why, ERR_CONFLICT,
	    "k.pem exists already");
	scratch_read(&dir, "k.pem", after, sizeof(after));
	expect_text("the old key stays", after, before);
	expect_problem("no directory, no key", key_generate("file:nowhere/k.pem", dir.path, KEY_P256, &why), &why,
	    ERR_NOT_FOUND,
	    "nowhere/k.pem");
	expect_ok("undone", key_destroy("file:k.pem", dir.path, &why), &why);
	expect_number("nothing is left", scratch_count(&dir), 0);
	expect_problem("undone once", key_destroy("file:k.pem", dir.path, &why), &why, ERR_NOT_FOUND, "k.pem");
	scratch_free(&dir);
}

static void
uris_name_files(void **state)
{
	static const struct { const char *title, *format; enum err code; const char *part; } cases[] = {
		{ "a relative path starts from the directory", "file:a%%20key.pem", OK, "" },
		{ "an absolute path", "file:%s/a%%20key.pem", OK, "" },
		{ "an absolute path with an empty host", "file://%s/a%%20key.pem", OK, "" },
		{ "a host is refused", "file://host/key.pem", ERR_INVALID, "names a host" },
		{ "nothing is no file", "file:", ERR_SYNTAX, "is no file: URI" },
		{ "a broken escape is refused", "file:a%%2", ERR_SYNTAX, "is no file: URI" },
		{ "a NUL is refused", "file:a%%00", ERR_SYNTAX, "is no file: URI" },
		{ "a query is refused", "file:a?mode=0644", ERR_SYNTAX, "is no file: URI" },
		{ "another scheme is refused", "https://host/key.pem", ERR_INVALID,
		    "expected \"file:\" or \"pkcs11:\"" },
		{ "a bare path is refused", "/etc/key.pem", ERR_INVALID, "expected \"file:\" or \"pkcs11:\"" },
		{ "a missing file is named", "file:missing.pem", ERR_NOT_FOUND, "missing.pem: No such file" },
	};
	struct scratch dir = scratch_new();
	struct problem why = { 0 };

	(void)state;
	expect_ok("made", key_generate("file:a%20key.pem", dir.path, KEY_P256, &why), &why);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct key *key = NULL;
		char uri[256];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* the formats are those above */
		snprintf(uri, sizeof(uri), cases[i].format, dir.path);
#pragma GCC diagnostic pop
		expect_problem(cases[i].title, key_open(uri, dir.path, &key, &why), &why, cases[i].code, cases[i].part);
		key_free(key);
	}
	scratch_free(&dir);
}

/* Made by the openssl program, as an operator would make them. */
static void
wrong_key_files_are_refused_precisely(void **state)
{
	static const struct { const char *title, *command; enum err code; const char *part; } cases[] = {
		{ "a PKCS#8 key of openssl is taken",
		    "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out k", OK, "" },
		{ "an encrypted key", "openssl genpkey -algorithm ED25519 -aes256 -pass pass:x -out k", ERR_UNSUPPORTED,
		    "k holds an encrypted key" },
		{ "the old RSA form", "openssl genrsa -traditional -out k 2048", ERR_UNSUPPORTED,
		    "old RSA form; expected PKCS#8" },
		{ "the old EC form", "openssl ecparam -name prime256v1 -genkey -noout -out k", ERR_UNSUPPORTED,
		    "old EC form; expected PKCS#8" },
		{ "a curve before the old EC form", "openssl ecparam -name prime256v1 -genkey -out k", ERR_UNSUPPORTED,
		    "a curve and a key in the old EC form" },
		{ "a short RSA key", "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out k",
		    ERR_UNSUPPORTED,
		    "k holds RSA of 1024 bits; expected RSA of 2048" },
		{ "an RSA key of an odd size", "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2056 -out k",
		    ERR_UNSUPPORTED,
		    "RSA of 2056 bits" },
		{ "another curve", "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp521r1 -out k",
		    ERR_UNSUPPORTED,
		    "EC on the curve secp521r1; expected" },
		{ "another curve of 256 bits",
		    "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1 -out k", ERR_UNSUPPORTED,
		    "EC on the curve secp256k1; expected" },
		{ "another algorithm", "openssl genpkey -algorithm X25519 -out k", ERR_UNSUPPORTED, "X25519 of" },
		{ "a public key", "openssl genpkey -algorithm ED25519 | openssl pkey -pubout -out k", ERR_INVALID,
		    "k holds a public key; expected a private one" },
		{ "a certificate", "openssl req -x509 -newkey ed25519 -nodes -keyout /dev/null -subj /CN=x -out k",
		    ERR_INVALID,
		    "k holds a certificate; expected a private key" },
		{ "a key with a certificate behind it",
		    "openssl req -x509 -newkey ed25519 -nodes -keyout k -subj /CN=x >>k", ERR_INVALID,
		    "holds \"CERTIFICATE\" behind the key" },
		{ "something else in PEM", "printf -- '-----BEGIN X-----\\nAAAA\\n-----END X-----\\n' >k", ERR_INVALID,
		    "holds \"X\"; expected \"PRIVATE KEY\"" },
		{ "PEM around something else",
		    "printf -- '-----BEGIN PRIVATE KEY-----\\nAAAA\\n-----END PRIVATE KEY-----\\n' >k", ERR_SYNTAX,
		    "holds no PKCS#8 key" },
		{ "an empty file", ": >k", ERR_SYNTAX, "k is empty" },
		{ "text", "echo hello >k", ERR_SYNTAX, "k is not PEM" },
		{ "DER", "openssl genpkey -algorithm ED25519 -outform DER -out k", ERR_SYNTAX, "k is not PEM" },
		{ "a file cut short", "openssl genpkey -algorithm ED25519 | head -c 80 >k", ERR_SYNTAX,
		    "k is not PEM" },
		{ "a large file", "head -c 70000 /dev/zero >k", ERR_LIMIT, "has 70000 bytes, expected at most 65536" },
		{ "a directory", "mkdir k", ERR_INVALID, "k is not a regular file" },
		{ "a FIFO", "mkfifo k", ERR_INVALID, "k is not a regular file" },
	};
	struct problem why = { 0 };

	(void)state;
	if (!has_program("openssl")) {
		print_message("the openssl program is not installed: keys made by others are not tried\n");
		skip();
	}
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scratch dir = scratch_new();
		struct key *key = NULL;

		expect_number(cases[i].title, scratch_run(&dir, cases[i].command), 0);
		chmod(scratch_path(&dir, "k"), 0600);
		expect_problem(cases[i].title, key_open("file:k", dir.path, &key, &why), &why, cases[i].code,
		    cases[i].part);
		expect_true("a key comes only without a problem", (key != NULL) == (cases[i].code == OK));
		key_free(key);
		scratch_free(&dir);
	}
}

static void
a_key_that_others_could_read_is_refused(void **state)
{
	static const struct { const char *title; mode_t mode; enum err code; const char *part; } cases[] = {
		{ "its owner's", 0600, OK, "" },
		{ "its owner's to read only", 0400, OK, "" },
		{ "the group may read", 0640, ERR_DENIED, "k.pem has mode 0640, expected 0600" },
		{ "all may read", 0644, ERR_DENIED, "k.pem has mode 0644, expected 0600" },
		{ "the group may write", 0620, ERR_DENIED, "k.pem has mode 0620, expected 0600" },
	};
	struct scratch dir = scratch_new();
	struct problem why = { 0 };
	struct key *key;

	(void)state;
	expect_ok("made", key_generate("file:k.pem", dir.path, KEY_P256, &why), &why);
	for (size_t i = 0; i < COUNT(cases); i++) {
		key = NULL;
		chmod(scratch_path(&dir, "k.pem"), cases[i].mode);
		expect_problem(cases[i].title, key_open("file:k.pem", dir.path, &key, &why), &why, cases[i].code,
		    cases[i].part);
		key_free(key);
	}
	chmod(scratch_path(&dir, "k.pem"), 0600);
	if (chown(scratch_path(&dir, "k.pem"), 12345, (gid_t)-1) == 0) {
		expect_problem("another user's", key_open("file:k.pem", dir.path, &key, &why), &why, ERR_DENIED,
		    "belongs to user 12345, expected user ");
	} else {
		print_message("only root can give a file to another user: that it is refused is not tried\n");
	}
	scratch_free(&dir);
}

/* The public half within the file is the one of another key. */
static void
a_key_whose_halves_differ_is_refused(void **state)
{
	struct scratch dir = scratch_new();
	struct problem why = { 0 };
	struct key *key = NULL;

	(void)state;
	if (!has_program("openssl")) {
		print_message("the openssl program is not installed: a key of two halves is not tried\n");
		scratch_free(&dir);
		skip();
	}
	/* A PKCS#8 P-256 key ends with its public point of 64 bytes. */
	expect_number("spliced", scratch_run(&dir,
	    "for i in 1 2; do openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 |"
	    "openssl pkcs8 -topk8 -nocrypt -outform DER -out $i; done;"
	    "{ head -c -64 1; tail -c 64 2; } >der;"
	    "{ echo '-----BEGIN PRIVATE KEY-----'; base64 der; echo '-----END PRIVATE KEY-----'; } >k; chmod 600 k"),
	    0);
	expect_problem("two halves of two keys", key_open("file:k", dir.path, &key, &why), &why, ERR_CRYPTO,
	    "does not belong to its public key");
	key_free(key);
	scratch_free(&dir);
}

static void
what_is_no_public_key_is_a_problem(void **state)
{
	static const uint8_t junk[] = { 0x30, 0x03, 0x02, 0x01, 0x00 };
	struct problem why = { 0 };
	bool good = true;

	(void)state;
	expect_problem("not a key", public_key_verify(span_of(junk, sizeof(junk)), span_text("m"), span_text("s"),
	    &good, &why), &why, ERR_CRYPTO, "not a SubjectPublicKeyInfo");
	expect_true("and nothing is good", !good);
	expect_text("zero is unknown", key_type_name(KEY_UNKNOWN), "unknown");
	expect_number("other words are unknown", key_type_read(span_text("rsa-1024")), KEY_UNKNOWN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_is_made_opened_and_signs),
		cmocka_unit_test(a_key_is_never_written_over),
		cmocka_unit_test(uris_name_files),
		cmocka_unit_test(wrong_key_files_are_refused_precisely),
		cmocka_unit_test(a_key_that_others_could_read_is_refused),
		cmocka_unit_test(a_key_whose_halves_differ_is_refused),
		cmocka_unit_test(what_is_no_public_key_is_a_problem),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
