/* tests/fuzz/fuzz_xml_signed.c - of the documents here one alone was ever signed (corpus/xml_signed/detached, its
 * private key gone): whatever verifies covers exactly what that one says, wherever it stands.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "crypto/x509_path.h"
#include "crypto/xml_signed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = arena_init(64 * MIB);
	struct problem why = { 0 };
	struct xml_signed found;

	if (size > 256 * KIB) {
		arena_release(&arena);
		return 0;
	}
	if (xml_signed_check(&arena, span_of(data, size), SIGNATURES_RSA | SIGNATURES_ECDSA, &found, &why) == OK) {
		if (!span_is(found.covered, "<c Id=\"o\">I agree.</c>") || found.certificate.size == 0)
			abort();
	} else {
		assert(why.code != OK && why.text[0] && found.covered.size == 0);
	}
	arena_release(&arena);
	return 0;
}
