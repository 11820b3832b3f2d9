/* tests/fuzz/fuzz_xml_signed.c - of the documents here two alone were ever signed (corpus/xml_signed/detached and
 * two_parts, their private keys gone): whatever verifies covers exactly what they say, wherever it stands.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "crypto/x509_path.h"
#include "crypto/xml_signed.h"

#define PROPERTIES \
	"<x:SignedProperties xmlns:x=\"http://uri.etsi.org/01903/v1.3.2#\" Id=\"p\">" \
	"<x:SigningTime>2026-11-23T00:00:00Z</x:SigningTime></x:SignedProperties>"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
is_what_was_signed(const struct xml_signed *s)
{
	return s->part_count >= 1 && s->part_count <= 2 && s->certificate.size &&
	    span_is(s->parts[0].covered, "<c Id=\"o\">I agree.</c>") && !s->parts[0].properties &&
	    (s->part_count == 1 || (span_is(s->parts[1].covered, PROPERTIES) && s->parts[1].properties));
}

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
		if (!is_what_was_signed(&found))
			abort();
	} else {
		assert(why.code != OK && why.text[0] && found.part_count == 0);
	}
	arena_release(&arena);
	return 0;
}
