/* tests/fuzz/fuzz_crl_index.c - whatever bytes an index file has, it is refused, or looked up in without harm: also one
 * whose digest was made to fit, so that it is opened at all. */
#include <assert.h>
#include <stdlib.h>

#include "base/record.h"
#include "crypto/digest.h"
#include "jpki/crl_layout.h"
#include "jpki/crl_index.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
look_up(const struct crl_index *index, struct span serial)
{
	struct crl_entry entry;
	enum crl_found found = crl_index_find(index, crl_index_issuer(index), serial, &entry);

	assert(found != CRL_LISTED || (span_equal(entry.serial, serial) && entry.reason >= CRL_NO_REASON));
}

static void
use(struct span bytes)
{
	struct crl_index *index;
	struct problem why;
	size_t count;

	if (crl_index_of(bytes, &index, &why) != OK) {
		assert(why.text[0]);
		return;
	}
	crl_index_points(index, &count);
	assert(count <= CRL_POINT_NAMES);
	for (size_t size = 1; size <= CRL_SERIAL_LARGEST && size < bytes.size; size++) {
		look_up(index, span_of(bytes.data + CRL_BLOCK - size, size));
		look_up(index, span_first(span_skip(bytes, CRL_BLOCK), size));
	}
	crl_index_sound(index);
	crl_index_close(index);
}

/* The head and what follows the rows, signed anew. */
static void
use_sealed(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size);
	struct crl_head head;
	struct span pieces[2];

	if (!copy)
		abort();
	memcpy(copy, data, size);
	if (crl_head_read(copy, size, &head)) {
		pieces[0] = span_of(copy, CRL_HEAD_SIGNED);
		pieces[1] = span_of(copy + head.fences_at, size - head.fences_at);
		digest_pieces(DIGEST_SHA256, pieces, COUNT(pieces), copy + CRL_HEAD_SIGNED);
	}
	use(span_of(copy, size));
	free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	use(span_of(data, size));
	if (size >= CRL_BLOCK)
		use_sealed(data, size);
	return 0;
}
