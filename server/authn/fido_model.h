/* authn/fido_model.h - a model of authenticators, as the FIDO Metadata Service tells of it (MDS 3.1.1; facts
 * authn-pki.md
 * 1.5): its makers' anchors, what has become of it, how it keeps keys.
 */
#pragma once

#include "authn/attestation.h"
#include "base/buffer.h"
#include "codec/reader.h"

#define FIDO_MODEL_KEY_IDS 32
#define FIDO_MODEL_ANCHORS 64
#define FIDO_MODEL_COMPROMISED 32

/* What all its status reports say together: the worst of them, not the last. */
enum model_status {
	MODEL_UNKNOWN,     /* nobody reports of it */
	MODEL_UNCERTIFIED, /* or a word we do not know */
	MODEL_CERTIFIED,
	MODEL_RETIRED,     /* no new ones */
	MODEL_COMPROMISED, /* verification bypassed, keys taken from afar or by hand */
	MODEL_REVOKED,
};
const char *model_status_name(enum model_status); /* "revoked" */

enum model_protection {
	PROTECTION_SOFTWARE = 1, PROTECTION_HARDWARE = 2, PROTECTION_TEE = 4, PROTECTION_SECURE_ELEMENT = 8,
	PROTECTION_REMOTE_HANDLE = 16,
};

struct fido_model {
	struct span aaguid;                  /* 16 bytes; empty: one of U2F, known by key identifiers */
	/* SHA-1 of a certificate's key in the attestation's chain, 20 bytes each */
	struct span key_ids[FIDO_MODEL_KEY_IDS];
	size_t key_id_count;
	struct span description;             /* English */
	enum model_status status;
	struct span status_word;             /* the report's that decided: "USER_KEY_REMOTE_COMPROMISE" */
	struct instant status_at;            /* its date; {0}: it has none */
	unsigned certified_level;            /* 0 none, 1 L1, 2 L1plus … 6 L3plus */
	struct span anchors[FIDO_MODEL_ANCHORS]; /* DER */
	size_t anchor_count;
	struct span compromised[FIDO_MODEL_COMPROMISED]; /* certificates of attestation keys that others have, DER */
	size_t compromised_count;
	bool all_compromised;                /* such a report that names none: no attestation of the model counts */
	unsigned protection;                 /* enum model_protection */
	unsigned attestation_types;          /* a bit for each enum attestation_type */
	unsigned algorithms;                 /* a bit for each of cose_algorithms() */
};
/* One entry of a BLOB, at hand in the reader; texts live in its arena, or the text. False: it is of UAF alone (an
 * aaid). */
bool fido_model_read(struct reader *, struct fido_model *out);

/* The bit of `algorithms` for a COSE algorithm; 0: we have it not. */
unsigned fido_algorithm_bit(int64_t cose);

/* The key identifier of a certificate; false: it cannot be read. */
#define FIDO_KEY_ID 20
bool fido_key_id(struct span certificate, uint8_t out[FIDO_KEY_ID]);

/* Whether a credential with that attestation may be made now (`fresh`), or be used further: notes "model-status",
 * "model-attestation", "model-algorithm", "model-key" and gives whether all are established. */
bool fido_model_examine(const struct fido_model *, const struct attestation *, const struct cose_algorithm *,
    bool fresh,
    struct examination *);

/* As a row keeps it, and back again; borrowed. */
void fido_model_write(struct buffer *, const struct fido_model *);
bool fido_model_decode(struct span, struct fido_model *out);
