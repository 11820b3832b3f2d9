/* authn/attestation_format.h - a format of attestation statements: its procedure, as a row of attestation.c's table.
 */
#pragma once

#include <openssl/types.h>

#include "authn/attestation.h"
#include "crypto/x509.h"

/* The members any format has, by their names; what a format does not know is passed over. */
struct attestation_statement {
	size_t members;
	bool has_algorithm;
	int64_t algorithm;                                /* alg */
	struct span version;                              /* ver */
	struct span signature;                            /* sig */
	struct span certificates[ATTESTATION_CERTIFICATES]; /* x5c */
	size_t certificate_count;
	struct span cert_info, pub_area;                  /* TPM's */
	struct span response;                             /* SafetyNet's */
};
enum err attestation_statement_read(struct span cbor, struct attestation_statement *out, struct problem *why);

/* What a procedure is given, and where it leaves what it found. */
struct attesting {
	struct arena *arena;
	const struct attestation_unverified *said;
	const struct attestation_statement *statement;
	struct span hash;                                 /* of the client data */
	const struct attestation_policy *policy;
	struct examination *examination;
	struct attestation *out;
};
/* Notes its steps, sets the type; certificates are copied for it. */
typedef bool attestation_procedure(struct attesting *);
attestation_procedure attestation_android_key, attestation_apple, attestation_fido_u2f, attestation_none,
    attestation_packed, attestation_tpm;

bool attesting_note(struct attesting *, const char *step, bool good, const char *clause, const char *text);

/* One statement by its format's procedure: notes "attestation-format", "attestation-statement" and the procedure's. */
bool attesting_statement(struct attesting *, struct span format, struct span statement);
/* Several of one authenticator (s8.9): each must hold, and the weakest is what they amount to. */
bool attesting_compound(struct attesting *);

/* The leaf of x5c, read; notes "attestation-certificate". */
bool attesting_leaf(struct attesting *, const char *clause, struct x509 *leaf);
/* Whether the pieces were signed by the leaf's key with the statement's algorithm; notes "attestation-signature". */
bool attesting_signed(struct attesting *, const char *clause, struct span spki, int64_t algorithm,
    const struct span *pieces, size_t count);
/* Whether the leaf's key is the credential's; notes "attestation-key". */
bool attesting_own_key(struct attesting *, const char *clause, struct span spki);
/* Where the leaf names a model (1.3.6.1.4.1.45724.1.1.4), it is the authenticator's, and not critical; notes
 * "attestation-aaguid". */
bool attesting_model(struct attesting *, const char *clause, const struct x509 *leaf);
