/* tests/fuzz/fuzz_crl_list.c - a list is read and walked without harm; and of a list that OpenSSL reads too, both say
 * the same: how many entries, and each one's serial, date and reason. */
#include <assert.h>
#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "jpki/crl_list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
compare_entry(X509_REVOKED *theirs, const struct crl_entry *ours)
{
	const ASN1_INTEGER *serial = X509_REVOKED_get0_serialNumber(theirs);
	unsigned char *der = NULL;
	int size = i2d_ASN1_INTEGER(serial, &der), days, seconds;
	ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
	ASN1_ENUMERATED *reason = X509_REVOKED_get_ext_d2i(theirs, NID_crl_reason, NULL, NULL);

	assert(size == (int)ours->serial.size + 2 && memcmp(der + 2, ours->serial.data, ours->serial.size) == 0);
	assert(ASN1_TIME_diff(&days, &seconds, epoch, X509_REVOKED_get0_revocationDate(theirs)) == 1);
	assert(SECONDS((int64_t)days * 86400 + seconds) == ours->revoked_at.us);
	assert((reason ? (int)ASN1_ENUMERATED_get(reason) : CRL_NO_REASON) == ours->reason);
	ASN1_ENUMERATED_free(reason);
	ASN1_TIME_free(epoch);
	OPENSSL_free(der);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const unsigned char *at = data;
	X509_CRL *theirs = size < INT32_MAX ? d2i_X509_CRL(NULL, &at, (long)size) : NULL;
	STACK_OF(X509_REVOKED) *entries = theirs ? X509_CRL_get_REVOKED(theirs) : NULL;
	struct crl_list list;
	struct crl_walk walk;
	struct crl_entry entry;
	uint64_t count = 0;

	if (crl_list_read(span_of(data, size), &list, NULL) == OK) {
		/* Every span lies in what was given. */
		assert(list.issuer.data >= data && list.issuer.data + list.issuer.size <= data + size);
		assert(list.before.size + list.entries.size + list.after.size <= size);
		/* An unknown element that we do not look into may be none for OpenSSL. */
		for (walk = crl_walk_of(&list); crl_walk_next(&walk, &entry, NULL); count++)
			if (theirs && count < (uint64_t)sk_X509_REVOKED_num(entries))
				compare_entry(sk_X509_REVOKED_value(entries, (int)count), &entry);
		assert(!theirs || walk.err != OK || count == (entries ? (uint64_t)sk_X509_REVOKED_num(entries) : 0));
	}
	X509_CRL_free(theirs);
	ERR_clear_error();
	return 0;
}
