/* tests/fuzz/fuzz_cms.c - what we read as SignedData is one message with one signer: cut short it is nothing, and where
 * OpenSSL reads it too, it reads the same content, and no second signer.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include <openssl/cms.h>
#include <openssl/err.h>

#include "crypto/cms.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
lies_in(struct span part, struct span whole)
{
	return part.size == 0 || (part.data >= whole.data && part.data + part.size <= whole.data + whole.size);
}

static void
compare(const struct cms_signed *ours, struct span der)
{
	const uint8_t *at = der.data;
	CMS_ContentInfo *theirs = d2i_CMS_ContentInfo(NULL, &at, (long)der.size);
	ASN1_OCTET_STRING **content = theirs ? CMS_get0_content(theirs) : NULL;

	if (content) {
		if (sk_CMS_SignerInfo_num(CMS_get0_SignerInfos(theirs)) != 1)
			abort();
		if (ours->detached != (*content == NULL))
			abort();
		if (*content && !span_equal(ours->content,
		    span_of(ASN1_STRING_get0_data(*content), (size_t)ASN1_STRING_length(*content))))
			abort();
	}
	CMS_ContentInfo_free(theirs);
	ERR_clear_error();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = arena_init(4 * MIB);
	struct span der = span_of(data, size);
	struct cms_signed found, cut;
	struct problem why = { 0 };

	if (size > 64 * KIB) {
		arena_release(&arena);
		return 0;
	}
	if (cms_read(&arena, der, &found, &why) == OK) {
		struct span parts[] = { found.content, found.content_type, found.signer_issuer, found.signer_serial,
			found.signer_key_id, found.digest_algorithm, found.signature_algorithm, found.signature };

		for (size_t i = 0; i < COUNT(parts); i++)
			assert(lies_in(parts[i], der));
		assert(found.certificate_count <= CMS_CERTIFICATES && found.signature.size);
		assert((found.signer_key_id.size == 0) == (found.signer_issuer.size != 0));
		if (cms_read(&arena, span_first(der, size - 1), &cut, &why) == OK)
			abort();
		compare(&found, der);
		cms_signer_certificate(&found, NULL, 0);
		cms_names(&found, der, &why);
	} else {
		assert(why.code != OK && why.text[0]);
	}
	arena_release(&arena);
	return 0;
}
