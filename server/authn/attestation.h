/* authn/attestation.h - what an authenticator's maker says of it (WebAuthn L3 s6.5, s8; facts authn-pki.md 1.4).
 *
 *     attestation object -> read: format, statement, authenticator data      (nothing believed)
 *                        -> examined by its format's procedure: one row of a table each
 *                        -> trusted: a path to an anchor of the model's (authn/fido_metadata.h) or of configuration
 */
#pragma once

#include "authn/authenticator_data.h"
#include "base/arena.h"
#include "base/clock.h"
#include "model/examination.h"

/* Weakest first. */
enum attestation_type {
	ATTESTATION_UNKNOWN, ATTESTATION_NONE, ATTESTATION_SELF, ATTESTATION_BASIC, ATTESTATION_CA,
	ATTESTATION_ANONYMOUS_CA,
};

/* Of a new passkey. */
enum attestation_demand { ATTESTATION_ANY, ATTESTATION_PREFERRED, ATTESTATION_REQUIRED };

#define ATTESTATION_LARGEST (48 * KIB)
#define ATTESTATION_CERTIFICATES 8
#define ATTESTATION_STATEMENTS 4 /* of a compound one */

struct attestation_unverified {
	struct span format;                  /* "packed" */
	struct span statement;               /* CBOR, whole: a map; of a compound one an array */
	struct authenticator_data data;
};
/* R9, R10's form, R16, R17: text keys fmt, attStmt, authData and no others, nothing behind them. Borrowed. */
enum err attestation_read(struct span object, unsigned rsa_least, struct attestation_unverified *out,
    struct problem *why);

struct attestation_policy {
	/* What is asked beyond the standard, whose own examples it refuses: of fido-u2f that the AAGUID is zero (FIDO's
	 * conformance tests), of android-key that the secure element's own list says origin and purpose. */
	bool strict;
	struct instant now;
};
struct attestation {
	struct span format;
	enum attestation_type type;          /* of a compound one the weakest */
	struct span certificates[ATTESTATION_CERTIFICATES]; /* x5c, the leaf first; none for none and self */
	size_t certificate_count;
	struct span aaguid;
};
/* R18, R19. Notes "attestation-format" and the format's own steps; gives whether all of them are established. `hash` is
 * that of the client data. Certificates are as they came: whether they lead anywhere is another question. */
bool attestation_examine(struct arena *, const struct attestation_unverified *, struct span hash,
    const struct attestation_policy *, struct examination *, struct attestation *out);

/* R20, R21: a path from the leaf to one of the anchors, or the leaf is one. Notes "attestation-path". */
bool attestation_trusted(struct arena *, const struct attestation *, const struct span *anchors, size_t count,
    struct instant at, struct examination *);
