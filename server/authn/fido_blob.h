/* authn/fido_blob.h - the FIDO Metadata Service's BLOB: a JWS of all models there are (MDS 3.1.1 s3.2; facts
 * authn-pki.md
 * 1.5). A library: the bytes are somebody else's to fetch, or come from a file.
 *
 *     text -> form -> chain from x5c to the pinned root, host name -> signature -> newer than what is in force ->
 * models
 *
 * It is believed whole or not at all. One whose nextUpdate has passed stays in force; that it has, is told.
 */
#pragma once

#include "authn/fido_model.h"

#define FIDO_BLOB_LARGEST (32 * MIB)
#define FIDO_BLOB_MODELS 16384
#define FIDO_BLOB_ARENA (40 * FIDO_BLOB_LARGEST) /* what reading one may take */

struct fido_settings {
	const struct span *roots;            /* pinned, DER */
	size_t root_count;
	struct span host;                    /* a dNSName of the leaf's: "mds.fidoalliance.org" */
	/* SHA-256 of the one the operator has accepted; empty: any is taken, and told */
	struct span legal_header;
};

struct fido_blob {
	uint64_t number;
	struct instant next_update;
	struct span legal_header;
	const struct fido_model *const *models;
	size_t count;
};
/* `number`: of the one in force; 0: none is. Notes "size", "form", "chain", "host", "algorithm", "signature",
 * "content", "legal-header", "number". All lives in the arena, and borrows from the text. */
bool fido_blob_read(struct arena *, struct span text, const struct fido_settings *, uint64_t number, struct instant now,
    struct examination *, struct fido_blob *out);
