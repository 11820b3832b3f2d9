/* tests/jpki/test_ocsp_vectors.c - responses of real responders, right and spoiled, as OpenSSL's and pyca's own tests
 * have them: the data beside the checkout, without which these tests are skipped. */
#include "expect.h"

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "codec/document.h"
#include "codec/text.h"
#include "jpki/ocsp.h"
#include "jpki/ocsp_response.h"

#define FOLDER "%s/../shared/data/pki/ocsp/%s"

static struct span
file_at(struct arena *a, const char *name)
{
	const char *top = getenv("top_srcdir");
	struct buffer b = buffer_init(MIB);
	struct span bytes = { 0 };

	if (file_read(arena_print(a, FOLDER, top ? top : ".", name), &b, NULL) == OK)
		bytes = arena_copy(a, buffer_span(&b));
	buffer_release(&b);
	return bytes;
}

static X509 *
openssl_at(struct arena *a, const char *name)
{
	struct span pem = file_at(a, arena_print(a, "openssl-ocsp/%s", name));
	BIO *bio = BIO_new_mem_buf(pem.data, (int)pem.size);
	X509 *read = PEM_read_bio_X509(bio, NULL, NULL, NULL);

	expect_true(name, read != NULL);
	BIO_free(bio);
	return read;
}

static struct x509
certificate_at(struct arena *a, const char *name)
{
	X509 *read = openssl_at(a, name);
	struct x509 certificate = { 0 };
	struct problem why;
	uint8_t *der = NULL;
	int size = i2d_X509(read, &der);

	expect_ok(name, x509_read(arena_copy(a, span_of(der, (size_t)size)), &certificate, &why), &why);
	OPENSSL_free(der);
	X509_free(read);
	return certificate;
}

/* Of a root only name and key count here; CAcert's has the serial 0, with which our reader takes nobody's. */
static struct x509
root_at(struct arena *a, const char *name)
{
	X509 *read = openssl_at(a, name);
	struct x509 root = { 0 };
	uint8_t *subject = NULL, *key = NULL;
	int subject_size = i2d_X509_NAME(X509_get_subject_name(read), &subject),
	    key_size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(read), &key);

	root.subject = arena_copy(a, span_of(subject, (size_t)subject_size));
	root.spki = arena_copy(a, span_of(key, (size_t)key_size));
	OPENSSL_free(subject);
	OPENSSL_free(key);
	X509_free(read);
	return root;
}

static struct span
response_at(struct arena *a, const char *name)
{
	struct span text = file_at(a, arena_print(a, "openssl-ocsp/%s", name)), der = { 0 };
	EVP_ENCODE_CTX *decoder = EVP_ENCODE_CTX_new();
	uint8_t *out = arena_take(a, text.size);
	int size = 0, rest = 0;

	EVP_DecodeInit(decoder);
	expect_true(name, EVP_DecodeUpdate(decoder, out, &size, text.data, (int)text.size) >= 0 &&
	    EVP_DecodeFinal(decoder, out + size, &rest) >= 0);
	EVP_ENCODE_CTX_free(decoder);
	der = span_of(out, (size_t)(size + rest));
	return der;
}

/* They are of 2012 and signed with SHA-1, which we take of nobody: only here. */
static enum err
check_old_signature(unsigned switches, struct span algorithm, struct span spki, struct span data,
    struct span signature, struct problem *why)
{
	const uint8_t *key_at = spki.data, *algorithm_at = algorithm.data;
	EVP_PKEY *key = d2i_PUBKEY(NULL, &key_at, (long)spki.size);
	X509_ALGOR *named = d2i_X509_ALGOR(NULL, &algorithm_at, (long)algorithm.size);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	const ASN1_OBJECT *oid = NULL;
	int hash = NID_undef;
	bool good;

	(void)switches;
	X509_ALGOR_get0(&oid, NULL, NULL, named);
	good = key && OBJ_find_sigid_algs(OBJ_obj2nid(oid), &hash, NULL) &&
	       EVP_DigestVerifyInit(context, NULL, EVP_get_digestbynid(hash), NULL, key) == 1 &&
	       EVP_DigestVerify(context, signature.data, signature.size, data.data, data.size) == 1;
	EVP_MD_CTX_free(context);
	X509_ALGOR_free(named);
	EVP_PKEY_free(key);
	return good ? OK : problem_set(why, ERR_CRYPTO, "", "the signature is wrong");
}

/* CAcert's responder of 2011 has no id-pkix-ocsp-nocheck, and OpenSSL's table does not ask whether it was revoked. */
static const struct ocsp_rules rules = {
	.nonce = OCSP_NONCE_OFF,
	.unchecked_delegates = true,
	.skew = SECONDS(60),
	.oldest = SECONDS(30 * 86400),
	.check = check_old_signature,
};

/* What our sentence says where theirs says that. */
static const struct {
	const char *theirs, *ours;
} sentences[] = {
	{ "Unable to verify OCSP response signature", "the response's signature: " },
	{ "signing certificate could not be located", "the certificate of the responder it names is not there" },
	/* What was spoiled was not signed anew, and the signature is looked at first (test_ocsp.c has them signed). */
	{ "issuer name hash does not match", "the response's signature: " },
	{ "issuer key hash does not match", "the response's signature: " },
	{ "signing certificate could not be validated",
	    "is not signed by the key that issued the certificate" },
	/* A responder that is named by its key is not one of another key. */
	{ "signing certificate could not be validated", "the certificate of the responder it names is not there" },
};

static void
expect_reason(const char *title, const char *theirs, const char *ours)
{
	for (size_t i = 0; i < COUNT(sentences); i++)
		if (strstr(theirs, sentences[i].theirs) && strstr(ours, sentences[i].ours))
			return;
	expect_text(title, ours, theirs);
}

/* A row is valid when each response is good about its certificate: the first of the end's, the next of its issuer's. */
static void
check_row(struct arena *a, struct place row)
{
	const char *title = place_text(place_member(row, "name"), 1, 200, "");
	const char *expected = place_text(place_member(row, "expect"), 1, 20, "");
	const char *error = place_text(place_member(row, "error"), 0, 500, "-");
	struct place intermediates = place_member(row, "intermediates"), files = place_member(row, "ocsp_responses");
	struct x509 chain[4];
	size_t length = 0;
	struct revocation_answer answer = { 0 };
	struct instant moment;
	bool valid = true;

	chain[length++] = certificate_at(a, place_text(place_member(row, "end_cert"), 1, 200, ""));
	for (size_t i = 0; i < place_count(intermediates); i++)
		chain[length++] = certificate_at(a, place_text(place_element(intermediates, i), 1, 200, ""));
	chain[length++] = root_at(a, place_text(place_member(row, "root"), 1, 200, ""));
	expect_true(title, instant_read(span_text(place_text(place_member(row, "moment"), 1, 40, "")), &moment));
	for (size_t i = 0; i < place_count(files) && valid; i++) {
		struct span der = response_at(a, place_text(place_element(files, i), 1, 200, ""));

		ocsp_response_judge(der, &chain[i], &chain[i + 1], &rules, (struct span){ 0 }, moment, &answer);
		valid = answer.status == REVOCATION_GOOD;
	}
	if (valid != (strcmp(expected, "valid") == 0))
		print_error("  %s\n", answer.text);
	expect_text(title, valid ? "valid" : "invalid", expected);
	if (!valid)
		expect_reason(title, error, answer.text);
}

static void
each_row_of_openssls_own_table_comes_out_as_there(void **state)
{
	struct arena a = arena_init(64 * MIB);
	struct span table = file_at(&a, "openssl-ocsp-table.json");
	struct document document;
	struct problem why;
	struct place root;
	size_t rows;

	(void)state;
	if (table.size == 0) {
		arena_release(&a);
		print_message("no ../shared/data/pki/ocsp beside the checkout\n");
		skip();
	}
	document = document_parse(&a, "openssl-ocsp-table.json", table);
	root = document_root(&document);
	rows = place_count(root);
	expect_number("all rows are there", rows, 28);
	for (size_t i = 0; i < rows; i++)
		check_row(&a, place_element(root, i));
	document_end(&document, &why);
	arena_release(&a);
}

/* What else is wrong with that responder's certificate is nothing: a subjectAltName of nobody. */
static void
a_delegate_of_whom_nobody_tells_counts_where_the_rules_say_so(void **state)
{
	struct arena a = arena_init(4 * MIB);
	struct ocsp_rules strict = rules;
	struct revocation_answer answer;
	struct instant moment;
	struct x509 end, issuer;

	(void)state;
	if (file_at(&a, "openssl-ocsp-table.json").size == 0) {
		arena_release(&a);
		print_message("no ../shared/data/pki/ocsp beside the checkout\n");
		skip();
	}
	strict.unchecked_delegates = false;
	end = certificate_at(&a, "D3_Cert_EE.pem");
	issuer = root_at(&a, "D3_Issuer_Root.pem");
	instant_read(span_text("2012-10-23T11:00:00Z"), &moment);
	ocsp_response_judge(response_at(&a, "D3.ors"), &end, &issuer, &strict, (struct span){ 0 }, moment, &answer);
	expect_number("by default it is none", answer.status, REVOCATION_UNAVAILABLE);
	expect_text("for that alone", answer.text,
	    "the responder's certificate lacks id-pkix-ocsp-nocheck, so nobody tells whether it was revoked");
	arena_release(&a);
}

static void
with_sha_1_none_of_them_counts(void **state)
{
	struct arena a = arena_init(4 * MIB);
	struct ocsp_rules strict = rules;
	struct revocation_answer answer;
	struct instant moment;
	struct x509 end, root;

	(void)state;
	if (file_at(&a, "openssl-ocsp-table.json").size == 0) {
		arena_release(&a);
		print_message("no ../shared/data/pki/ocsp beside the checkout\n");
		skip();
	}
	strict.check = NULL;
	end = certificate_at(&a, "ND3_Cert_EE.pem");
	root = root_at(&a, "ND3_Issuer_Root.pem");
	instant_read(span_text("2012-10-12T00:00:00Z"), &moment);
	ocsp_response_judge(response_at(&a, "ND3.ors"), &end, &root, &strict, (struct span){ 0 }, moment, &answer);
	expect_number("a good one of 2012 is no answer today", answer.status, REVOCATION_UNAVAILABLE);
	expect_true("for its signature", strstr(answer.text, "the response's signature: ") != NULL);
	arena_release(&a);
}

/* What our reader makes of pyca's oddities: its first answer in short, or what is wrong. */
static const struct {
	const char *file, *expected;
} oddities[] = {
	{ "ocsp-army.deps.mil-resp.der", "revoked, sha1, by key, 1 certificate" },
	{ "resp-delegate-unknown-cert.der", "unknown, sha1, by key, 1 certificate" },
	{ "resp-invalid-signature-oid.der", "good, sha1, by name, 0 certificates" },
	{ "resp-responder-key-hash.der", "revoked, sha1, by key, 0 certificates" },
	{ "resp-response-type-unknown-oid.der", "an OCSP response is of another type than basic" },
	{ "resp-revoked-no-next-update.der", "revoked, sha1, by name, 0 certificates, no next" },
	{ "resp-revoked-reason.der", "revoked superseded, sha1, by name, 1 certificate, nonce" },
	{ "resp-revoked.der", "revoked, sha1, by key, 0 certificates" },
	{ "resp-sct-extension.der", "good, sha1, by name, 1 certificate, nonce" },
	{ "resp-sha256.der", "good, sha1, by name, 0 certificates" },
	{ "resp-single-extension-reason.der", "good, sha1, by key, 0 certificates" },
	{ "resp-successful-no-response-bytes.der", "an OCSP response's responseBytes is not as it must be" },
	{ "resp-unauthorized.der", "unauthorized" },
	{ "resp-unknown-extension.der", "revoked superseded, sha1, by name, 1 certificate" },
	{ "resp-unknown-hash-alg.der", "revoked, sha1, by key, 0 certificates" },
	{ "resp-unknown-response-status.der", "an OCSP response's responseStatus is not as it must be" },
	/* Requests are no responses. */
	{ "ocsp-army.inapplicable-req.der", "an OCSP response's responseStatus is not as it must be" },
	{ "ocsp-army.revoked-req.der", "an OCSP response's responseStatus is not as it must be" },
	{ "ocsp-army.valid-req.der", "an OCSP response's responseStatus is not as it must be" },
	{ "req-duplicate-ext.der", "an OCSP response's responseStatus is not as it must be" },
	{ "req-ext-nonce.der", "an OCSP response's responseStatus is not as it must be" },
	{ "req-ext-unknown-oid.der", "an OCSP response's responseStatus is not as it must be" },
	{ "req-invalid-hash-alg.der", "an OCSP response's responseStatus is not as it must be" },
	{ "req-multi-sha1.der", "an OCSP response's responseStatus is not as it must be" },
	{ "req-sha1.der", "an OCSP response's responseStatus is not as it must be" },
};

static const char *
in_short(struct arena *a, struct span der)
{
	static const char *const statuses[] = { "unknown", "revoked", "good" };
	static struct ocsp_response r;
	const struct ocsp_single *s = &r.singles[0];
	struct problem why;

	if (ocsp_response_read(der, &r, &why) != OK)
		return arena_print(a, "%s", why.text);
	if (r.status != OCSP_SUCCESSFUL)
		return ocsp_status_name(r.status);
	return arena_print(a, "%s%s%s, %s, by %s, %zu certificate%s%s%s%s", statuses[s->status],
	    s->reason < 0 ? "" : " ", crl_reason_name(s->reason), s->id.name.size == 20 ? "sha1" : "other",
	    r.responder_name.size ? "name" : "key", r.certificate_count, r.certificate_count == 1 ? "" : "s",
	    r.nonce.size ? ", nonce" : "", s->next_update.us ? "" : ", no next",
	    r.unknown_critical || s->unknown_critical ? ", critical" : "");
}

static void
each_of_pycas_oddities_is_read_or_refused(void **state)
{
	struct arena a = arena_init(4 * MIB);

	(void)state;
	for (size_t i = 0; i < COUNT(oddities); i++) {
		struct span der = file_at(&a, arena_print(&a, "pyca/%s", oddities[i].file));

		if (der.size == 0) {
			arena_release(&a);
			print_message("no ../shared/data/pki/ocsp beside the checkout\n");
			skip();
		}
		expect_text(oddities[i].file, in_short(&a, der), oddities[i].expected);
	}
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row_of_openssls_own_table_comes_out_as_there),
		cmocka_unit_test(a_delegate_of_whom_nobody_tells_counts_where_the_rules_say_so),
		cmocka_unit_test(with_sha_1_none_of_them_counts),
		cmocka_unit_test(each_of_pycas_oddities_is_read_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
