/* tests/crypto/test_pkcs11.c - keys in a SoftHSM2 token: made, found, signing, lost and found again, refused. */
#include "crypto/softhsm.h"

#include <dlfcn.h>
#include <pthread.h>

#include <p11-kit/pkcs11.h>

#include "crypto/certificate.h"
#include "crypto/key.h"

static const struct {
	enum key_type type;
	const char *names;
} keys[] = {
	{ KEY_ED25519, "object=edwards;id=%04" }, /* first: its being there must not hide the others */
	{ KEY_RSA_2048, "object=rsa;id=%01" },
	{ KEY_P256, "object=p256;id=%02" },
	{ KEY_P384, "object=p384" },
};

static struct scratch dir;
static bool present;

static int
start(void **state)
{
	(void)state;
	dir = scratch_new();
	present = softhsm_start(&dir);
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	scratch_free(&dir);
	return 0;
}

static struct key *
opened(const char *names)
{
	char uri[SOFTHSM_URI_ROOM];
	struct problem why = { 0 };
	struct key *key = NULL;

	expect_ok(names, key_open(softhsm_uri(&dir, names, uri), "/nowhere", &key, &why), &why);
	return key;
}

static void
every_type_is_made_found_and_signs(void **state)
{
	struct arena a = arena_init(256 * KIB);
	struct span message = span_text("what is signed"), signature, der;
	struct certificate_facts facts;
	struct problem why = { 0 };
	char uri[SOFTHSM_URI_ROOM];

	(void)state;
	if (!present)
		skip();
	for (size_t i = 0; i < COUNT(keys); i++)
		expect_ok(keys[i].names, key_generate(softhsm_uri(&dir, keys[i].names, uri), "/", keys[i].type, &why),
		    &why);
	for (size_t i = 0; i < COUNT(keys); i++) {
		struct key *key = opened(keys[i].names);
		bool good = false;

		expect_number(keys[i].names, key_type(key), keys[i].type);
		for (int round = 0; round < 3; round++) {
			expect_ok(keys[i].names, key_sign(key, message, &a, &signature, &why), &why);
			expect_ok(keys[i].names, public_key_verify(key_public(key), message, signature, &good, &why),
			    &why);
			expect_true("the public half verifies it", good);
		}
		expect_ok(keys[i].names, certificate_self_signed(key,
		    &(struct certificate_name){ .common_name = "in a token" },
		    (struct instant){ 0 }, (struct instant){ SECONDS(86400) }, &a, &der, &why), &why);
		expect_ok(keys[i].names, certificate_read(der, &a, &facts, &why), &why);
		expect_true("its certificate holds it", span_equal(facts.spki, key_public(key)));
		key_free(key);
	}
	arena_release(&a);
}

static void
several_keys_of_a_token_are_open_at_once(void **state)
{
	struct arena a = arena_init(256 * KIB);
	struct key *open[COUNT(keys)];
	struct problem why = { 0 };
	struct span signature;

	(void)state;
	if (!present)
		skip();
	for (size_t i = 0; i < COUNT(keys); i++)
		open[i] = opened(keys[i].names);
	for (size_t i = 0; i < COUNT(keys); i++) {
		expect_ok("all sign", key_sign(open[i], span_text("m"), &a, &signature, &why), &why);
		key_free(open[i]);
		if (i + 1 < COUNT(keys))
			expect_ok("one that is closed takes no other along", key_sign(open[i + 1], span_text("m"), &a,
			    &signature, &why), &why);
	}
	arena_release(&a);
}

/* SoftHSM2 itself, behind p11-kit's back: closing all sessions is what pulling a card looks like. */
static CK_FUNCTION_LIST *
softhsm_itself(void)
{
	CK_FUNCTION_LIST *functions = NULL;
	void *library = dlopen(softhsm_module(), RTLD_NOW | RTLD_NOLOAD);
	CK_C_GetFunctionList get;

	if (!library)
		fail_msg("SoftHSM2 is not loaded");
	*(void **)&get = dlsym(library, "C_GetFunctionList");
	if (!get || get(&functions) != CKR_OK)
		fail_msg("SoftHSM2 has no functions");
	dlclose(library);
	return functions;
}

static void
pull(CK_FUNCTION_LIST *softhsm)
{
	CK_SLOT_ID slots[8];
	CK_ULONG count = COUNT(slots);

	expect_number("slots", softhsm->C_GetSlotList(CK_TRUE, slots, &count), CKR_OK);
	for (CK_ULONG i = 0; i < count; i++)
		softhsm->C_CloseAllSessions(slots[i]);
}

static CK_RV
attribute_of(CK_FUNCTION_LIST *softhsm, CK_OBJECT_CLASS class, const char *label, CK_ATTRIBUTE_TYPE type, CK_BBOOL *out)
{
	CK_ATTRIBUTE wanted[] = {
		{ CKA_CLASS, &class, sizeof(class) }, { CKA_LABEL, (void *)(uintptr_t)label, strlen(label) },
	};
	CK_ATTRIBUTE asked = { type, out, sizeof(*out) };
	CK_SESSION_HANDLE session;
	CK_OBJECT_HANDLE object;
	CK_ULONG count = 8;
	CK_SLOT_ID slots[8];
	CK_RV rv;

	expect_number("slots", softhsm->C_GetSlotList(CK_TRUE, slots, &count), CKR_OK);
	expect_number("the token comes first", softhsm->C_OpenSession(slots[0], CKF_SERIAL_SESSION, NULL, NULL,
	    &session), CKR_OK);
	softhsm->C_FindObjectsInit(session, wanted, COUNT(wanted));
	softhsm->C_FindObjects(session, &object, 1, &count);
	softhsm->C_FindObjectsFinal(session);
	expect_number(label, count, 1);
	rv = softhsm->C_GetAttributeValue(session, object, &asked, 1);
	softhsm->C_CloseSession(session);
	return rv;
}

/* What each of several threads does at the same time, with two keys of one token. */
static void *
sign_and_verify(void *arg)
{
	struct key *const *two = arg;
	struct arena a = arena_init(256 * KIB);
	size_t good_ones = 0;

	for (size_t i = 0; i < 50; i++) {
		const struct key *key = two[i % 2];
		struct span message = span_text(arena_print(&a, "message %zu of %p", i, (void *)&a)), signature;
		bool good = false;

		if (key_sign(key, message, &a, &signature, NULL) == OK &&
		    public_key_verify(key_public(key), message, signature, &good, NULL) == OK && good)
			good_ones++;
	}
	arena_release(&a);
	return (void *)(uintptr_t)good_ones;
}

static void
several_threads_sign_with_keys_of_one_token(void **state)
{
	struct key *two[2];
	pthread_t threads[4];

	(void)state;
	if (!present)
		skip();
	for (size_t i = 0; i < COUNT(two); i++)
		two[i] = opened(keys[i].names);
	for (size_t i = 0; i < COUNT(threads); i++)
		expect_number("a thread", pthread_create(&threads[i], NULL, sign_and_verify, two), 0);
	for (size_t i = 0; i < COUNT(threads); i++) {
		void *good_ones;

		pthread_join(threads[i], &good_ones);
		expect_number("each has the signatures of its own messages", (uintptr_t)good_ones, 50);
	}
	for (size_t i = 0; i < COUNT(two); i++)
		key_free(two[i]);
}

static void
a_private_key_never_leaves(void **state)
{
	static const char *const labels[] = { "rsa", "p256", "p384", "edwards" };

	(void)state;
	if (!present)
		skip();
	for (size_t i = 0; i < COUNT(labels); i++) {
		char names[64];
		CK_BBOOL yes = CK_FALSE, no = CK_TRUE, secret[512];
		CK_ATTRIBUTE_TYPE part = i == 0 ? CKA_PRIVATE_EXPONENT : CKA_VALUE;
		struct key *key;

		snprintf(names, sizeof(names), "object=%s", labels[i]);
		key = opened(names); /* logged in */
		expect_number(labels[i], attribute_of(softhsm_itself(), CKO_PRIVATE_KEY, labels[i], CKA_SENSITIVE,
		    &yes), CKR_OK);
		expect_number(labels[i], attribute_of(softhsm_itself(), CKO_PRIVATE_KEY, labels[i], CKA_EXTRACTABLE,
		    &no), CKR_OK);
		expect_true("sensitive, and not to be extracted", yes == CK_TRUE && no == CK_FALSE);
		expect_number("its value is not told", attribute_of(softhsm_itself(), CKO_PRIVATE_KEY, labels[i], part,
		    secret), CKR_ATTRIBUTE_SENSITIVE);
		key_free(key);
	}
}

static void
wrong_uris_are_refused_precisely(void **state)
{
	static const struct { const char *title, *before, *after; enum err code; const char *part; } cases[] = {
		{ "a PIN in the URI", "token=watashi-test;object=rsa", "&pin-value=1234", ERR_INVALID,
		    "has pin-value, which others could read; expected pin-source=file:/PATH" },
		{ "a PIN from a program", "token=watashi-test;object=rsa", "&pin-source=%7Ccat", ERR_INVALID,
		    "pin-source that is no file" },
		{ "a PIN from a relative path", "token=watashi-test;object=rsa", "&pin-source=file:pin", ERR_INVALID,
		    "pin-source that is no file" },
		{ "a missing PIN file", "token=watashi-test;object=rsa", "&pin-source=file:/nowhere/pin", ERR_NOT_FOUND,
		    "PIN file /nowhere/pin" },
		{ "no PIN", "token=watashi-test;object=rsa", "", ERR_DENIED, "token \"watashi-test\" wants a PIN" },
		{ "no token", "object=rsa", "&pin-source=file:PIN", ERR_INVALID, "names no token" },
		{ "no key", "token=watashi-test", "&pin-source=file:PIN", ERR_INVALID, "names no key" },
		{ "a public key", "token=watashi-test;object=rsa;type=public", "&pin-source=file:PIN", ERR_INVALID,
		    "type other than private" },
		{ "an unknown attribute", "token=watashi-test;object=rsa;colour=red", "&pin-source=file:PIN",
		    ERR_INVALID,
		    "attribute that is not known" },
		{ "a broken escape", "token=watashi-test;object=%zz", "&pin-source=file:PIN", ERR_SYNTAX,
		    "URI cannot be read" },
		{ "another token", "token=elsewhere;object=rsa", "&pin-source=file:PIN", ERR_UNAVAILABLE,
		    "no token present" },
		{ "another key", "token=watashi-test;object=nobody", "&pin-source=file:PIN", ERR_NOT_FOUND,
		    "has no private key as the URI names it" },
		{ "another key's id", "token=watashi-test;object=rsa;id=%02", "&pin-source=file:PIN", ERR_NOT_FOUND,
		    "has no private key as the URI names it" },
		{ "type private is fine", "token=watashi-test;object=rsa;type=private", "&pin-source=file:PIN", OK,
		    "" },
		{ "the id alone is fine", "token=watashi-test;id=%01", "&pin-source=file:PIN", OK, "" },
		{ "an empty host before the PIN's path is fine", "token=watashi-test;object=rsa",
		    "&pin-source=file://PIN", OK, "" },
	};
	struct problem why = { 0 };

	(void)state;
	if (!present)
		skip();
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *pin = strstr(cases[i].after, "PIN");
		struct key *key = NULL;
		char uri[1024];

		snprintf(uri, sizeof(uri), "pkcs11:%s?module-path=%s%.*s%s", cases[i].before, softhsm_module(),
		    pin ? (int)(pin - cases[i].after) : (int)strlen(cases[i].after), cases[i].after,
		    pin ? scratch_path(&dir, "pin") : "");
		expect_problem(cases[i].title, key_open(uri, "/", &key, &why), &why, cases[i].code, cases[i].part);
		expect_true("a PIN is never shown", cases[i].code == OK || !strstr(why.text, "1234"));
		key_free(key);
	}
	expect_problem("a missing module", key_open("pkcs11:token=x;object=y?module-path=/nowhere/p.so", "/",
	    &(struct key *){ 0 }, &why), &why, ERR_CRYPTO, "cannot load the module /nowhere/p.so");
}

static void
without_a_module_those_of_p11_kit_are_asked(void **state)
{
	struct arena a = arena_init(64 * KIB);
	struct problem why = { 0 };
	struct span signature;
	struct key *key;
	char uri[256];

	(void)state;
	if (!present)
		skip();
	if (access("/usr/share/p11-kit/modules/softhsm2.module", R_OK)) {
		print_message("p11-kit is not configured with SoftHSM2: a URI without module-path is not tried\n");
		skip();
	}
	snprintf(uri, sizeof(uri), "pkcs11:token=watashi-test;object=p256?pin-source=file:%s/pin", dir.path);
	expect_ok("found", key_open(uri, "/", &key, &why), &why);
	expect_ok("signs", key_sign(key, span_text("m"), &a, &signature, &why), &why);
	key_free(key);
	snprintf(uri, sizeof(uri), "pkcs11:token=elsewhere;object=p256?pin-source=file:%s/pin", dir.path);
	expect_problem("another token", key_open(uri, "/", &key, &why), &why, ERR_UNAVAILABLE, "no token present");
	arena_release(&a);
}

static void
a_pin_that_others_could_read_is_refused(void **state)
{
	char uri[SOFTHSM_URI_ROOM];
	struct problem why = { 0 };
	struct key *key = NULL;

	(void)state;
	if (!present)
		skip();
	softhsm_uri(&dir, "object=rsa", uri);
	chmod(scratch_path(&dir, "pin"), 0644);
	expect_problem("all may read", key_open(uri, "/", &key, &why), &why, ERR_DENIED,
	    "pin has mode 0644, expected 0600");
	scratch_write(&dir, "pin", span_text("\n"), 0600);
	expect_problem("an empty line", key_open(uri, "/", &key, &why), &why, ERR_SYNTAX, "holds no PIN");
	scratch_write(&dir, "pin", span_text("4321"), 0600);
	expect_problem("a wrong PIN", key_open(uri, "/", &key, &why), &why, ERR_DENIED, "cannot log in: ");
	scratch_write(&dir, "pin", span_text("1234"), 0600);
	expect_ok("without a line end", key_open(uri, "/", &key, &why), &why);
	key_free(key);
	scratch_write(&dir, "pin", span_text("1234\n"), 0600);
}

static void
a_name_serves_once(void **state)
{
	char uri[SOFTHSM_URI_ROOM];
	struct problem why = { 0 };
	struct key *key = NULL;

	(void)state;
	if (!present)
		skip();
	softhsm_uri(&dir, "object=once", uri);
	expect_ok("made", key_generate(uri, "/", KEY_P256, &why), &why);
	expect_problem("taken", key_generate(uri, "/", KEY_P256, &why), &why, ERR_CONFLICT,
	    "has a private key of this name already");
	expect_ok("undone", key_destroy(uri, "/", &why), &why);
	expect_problem("gone", key_open(uri, "/", &key, &why), &why, ERR_NOT_FOUND, "no private key");
	expect_ok("free again", key_generate(uri, "/", KEY_P256, &why), &why);
	expect_ok("undone", key_destroy(uri, "/", &why), &why);
}

static void
a_lost_session_is_opened_again(void **state)
{
	struct arena a = arena_init(256 * KIB);
	struct problem why = { 0 };
	char uri[SOFTHSM_URI_ROOM];
	struct span signature;

	(void)state;
	if (!present)
		skip();
	for (size_t i = 0; i < COUNT(keys); i++) {
		struct key *key = opened(keys[i].names);
		bool good = false;

		pull(softhsm_itself());
		/* Privileges may be gone by then: the PIN is not read again. */
		chmod(scratch_path(&dir, "pin"), 0644);
		expect_ok(keys[i].names, key_sign(key, span_text("m"), &a, &signature, &why), &why);
		expect_ok(keys[i].names, public_key_verify(key_public(key), span_text("m"), signature, &good, &why),
		    &why);
		expect_true("the same key signs", good);
		chmod(scratch_path(&dir, "pin"), 0600);
		key_free(key);
	}
	softhsm_uri(&dir, "object=lost", uri);
	for (int round = 0; round < 2; round++) {
		struct key *key;

		expect_ok("made", key_generate(uri, "/", KEY_P256, &why), &why);
		key = opened("object=lost");
		expect_ok("removed under us", key_destroy(uri, "/", &why), &why);
		if (round == 0) {
			pull(softhsm_itself());
			expect_problem("a key that is gone is told", key_sign(key, span_text("m"), &a, &signature,
			    &why), &why, ERR_NOT_FOUND, "token \"watashi-test\" has no private key");
			expect_problem("and stays gone", key_sign(key, span_text("m"), &a, &signature, &why), &why,
			    ERR_NOT_FOUND,
			    "no private key");
		}
		if (round == 1) {
			expect_ok("another is made in its place", key_generate(uri, "/", KEY_P256, &why), &why);
			pull(softhsm_itself());
			expect_problem("another key is not taken for it", key_sign(key, span_text("m"), &a, &signature,
			    &why), &why, ERR_INVALID, "came back with another key");
			expect_problem("nor the second time", key_sign(key, span_text("m"), &a, &signature, &why), &why,
			    ERR_INVALID, "came back with another key");
			expect_ok("removed", key_destroy(uri, "/", &why), &why);
		}
		key_free(key);
	}
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_is_made_found_and_signs),
		cmocka_unit_test(several_keys_of_a_token_are_open_at_once),
		cmocka_unit_test(several_threads_sign_with_keys_of_one_token),
		cmocka_unit_test(a_private_key_never_leaves),
		cmocka_unit_test(wrong_uris_are_refused_precisely),
		cmocka_unit_test(without_a_module_those_of_p11_kit_are_asked),
		cmocka_unit_test(a_pin_that_others_could_read_is_refused),
		cmocka_unit_test(a_name_serves_once),
		cmocka_unit_test(a_lost_session_is_opened_again),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
