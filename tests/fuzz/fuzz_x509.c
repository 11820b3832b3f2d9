/* tests/fuzz/fuzz_x509.c - a certificate we read OpenSSL reads too, and both find the same in it. */
#include <assert.h>

#include <openssl/bn.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/arena.h"
#include "codec/der.h"
#include "codec/text.h"
#include "crypto/x509.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_serial(const struct x509 *x, const X509 *theirs)
{
	const ASN1_INTEGER *serial = X509_get0_serialNumber(theirs);

	assert(ASN1_STRING_type(serial) == V_ASN1_INTEGER);
	assert(span_equal(der_magnitude(x->serial), span_of(ASN1_STRING_get0_data(serial),
	    (size_t)ASN1_STRING_length(serial))));
}

/* Their encoding of a name is the one they read. */
static void
check_name(struct span name, X509_NAME *theirs)
{
	const unsigned char *der;
	size_t size;

	assert(X509_NAME_get0_der(theirs, &der, &size) && span_equal(name, span_of(der, size)));
}

static void
check_time(struct instant t, const ASN1_TIME *theirs)
{
	ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
	int days, seconds;

	assert(epoch && ASN1_TIME_diff(&days, &seconds, epoch, theirs));
	assert(t.us == SECONDS((int64_t)days * 86400 + seconds));
	ASN1_TIME_free(epoch);
}

static void
check_extension(const X509 *theirs, int nid, const struct x509_extension *ours)
{
	int at = X509_get_ext_by_NID(theirs, nid, -1);
	X509_EXTENSION *extension;
	const ASN1_OCTET_STRING *value;

	assert((at >= 0) == (ours->value.size > 0));
	if (at < 0)
		return;
	assert(X509_get_ext_by_NID(theirs, nid, at) < 0);
	extension = X509_get_ext(theirs, at);
	value = X509_EXTENSION_get_data(extension);
	assert((X509_EXTENSION_get_critical(extension) > 0) == ours->critical);
	assert(span_equal(ours->value, span_of(ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value))));
}

static void
check_values(const struct x509 *x, const X509 *theirs)
{
	ASN1_BIT_STRING *usage = X509_get_ext_d2i(theirs, NID_key_usage, NULL, NULL);
	BASIC_CONSTRAINTS *basic = X509_get_ext_d2i(theirs, NID_basic_constraints, NULL, NULL);
	AUTHORITY_KEYID *authority = X509_get_ext_d2i(theirs, NID_authority_key_identifier, NULL, NULL);

	assert((usage != NULL) == (x->key_usage.value.size > 0));
	for (int bit = 0; usage && bit < 9; bit++)
		assert(ASN1_BIT_STRING_get_bit(usage, bit) == (int)(x->usage >> bit & 1));
	assert((basic != NULL) == (x->basic_constraints.value.size > 0));
	if (basic) {
		assert((basic->ca != 0) == x->authority);
		assert(basic->pathlen ? ASN1_INTEGER_get(basic->pathlen) == x->path_length : x->path_length == -1);
	}
	/* What is in an EDIPartyName or an X.400 address only they look at. */
	if (authority) {
		assert((authority->keyid != NULL) == (x->authority_key_id.size > 0));
		assert((authority->serial != NULL) == (x->authority_serial.size > 0));
		assert((authority->issuer != NULL) == (x->authority_issuer.size > 0));
	}
	ASN1_BIT_STRING_free(usage);
	BASIC_CONSTRAINTS_free(basic);
	AUTHORITY_KEYID_free(authority);
}

static void
check_same(const struct x509 *x, const X509 *theirs)
{
	const ASN1_BIT_STRING *signature;
	const X509_ALGOR *algorithm;
	const struct {
		int nid;
		const struct x509_extension *ours;
	} extensions[] = {
		{ NID_basic_constraints, &x->basic_constraints }, { NID_key_usage, &x->key_usage },
		{ NID_ext_key_usage, &x->extended_key_usage }, { NID_certificate_policies, &x->policies },
		{ NID_policy_mappings, &x->policy_mappings }, { NID_policy_constraints, &x->policy_constraints },
		{ NID_inhibit_any_policy, &x->inhibit_any_policy }, { NID_name_constraints, &x->name_constraints },
		{ NID_subject_alt_name, &x->subject_names }, { NID_issuer_alt_name, &x->issuer_names },
		{ NID_authority_key_identifier, &x->authority_key }, { NID_subject_key_identifier, &x->subject_key },
		{ NID_crl_distribution_points, &x->distribution_points }, { NID_freshest_crl, &x->freshest_crl },
		{ NID_info_access, &x->authority_access }, { NID_id_pkix_OCSP_noCheck, &x->no_check },
	};

	assert(x->version == (unsigned)X509_get_version(theirs) + 1);
	check_serial(x, theirs);
	check_name(x->issuer, X509_get_issuer_name(theirs));
	check_name(x->subject, X509_get_subject_name(theirs));
	check_time(x->not_before, X509_get0_notBefore(theirs));
	check_time(x->not_after, X509_get0_notAfter(theirs));
	X509_get0_signature(&signature, &algorithm, theirs);
	assert(span_equal(x->signature, span_of(ASN1_STRING_get0_data(signature),
	    (size_t)ASN1_STRING_length(signature))));
	for (size_t i = 0; i < COUNT(extensions); i++)
		check_extension(theirs, extensions[i].nid, extensions[i].ours);
	check_values(x, theirs);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = arena_init(2 * MIB);
	const uint8_t *at = data;
	struct problem why = { 0 };
	struct x509 x;
	struct span ignored;
	enum err err = x509_read(span_of(data, size), &x, &why);
	X509 *theirs;

	if (err == OK) {
		theirs = d2i_X509(NULL, &at, (long)size);
		assert(theirs && at == data + size);
		check_same(&x, theirs);
		X509_free(theirs);
	} else {
		assert(why.code == err && why.text[0]);
	}
	assert(utf8_valid(span_text(x509_name_text(&a, x.issuer))));
	assert(x509_policies(&x, &ignored) == 0 || x509_policy(&x, ignored));
	arena_release(&a);
	return 0;
}
