/* jpki/crl_signer.h - who may sign a revocation list: its issuer, as an anchor or as somebody an anchor's path leads to
 * (RFC 5280 s6.3.3 (f)).
 *
 * Whether the certificates of such a path are revoked themselves is told by other lists, which must have been taken
 * first: of two lists whose signers each wait for the other's, none is ever taken.
 */
#pragma once

#include "crypto/x509_path.h"
#include "jpki/crl_scope.h"

#define CRL_SIGNERS 16

#define CRL_CERTIFIED 8  /* who an operator says an authority has certified for signing its lists */

/* The certificate of such a one from its file, DER or PEM; in the arena. ERR_SYNTAX, ERR_LIMIT, ERR_INVALID: it is
 * none; ERR_DENIED: its keyUsage does not let it sign lists. Whether an authority has issued it, and it is in force, is
 * seen when a list comes in. */
enum err crl_signer_read(struct arena *, struct span file, struct span *der, struct problem *why);

struct crl_signers {
	const struct span *anchors;  /* DER */
	size_t anchor_count;
	const struct span *others;   /* DER: certificates that may lead to an anchor, or be the signer's */
	size_t other_count;
	struct instant at;
	bool lenient;                /* as of struct path_question */
};

struct crl_signer {
	struct span spki;
	size_t anchor;               /* the one that vouches for it */
	struct span path[PATH_LONGEST + 2]; /* from its certificate to the anchor; only the anchor: it is that itself */
	size_t length;
	struct instant until; /* when the first of the path ends; of an anchor alone {0}: it is believed as it is */
};

/* Those whose certificate bears the name of the list's issuer and the key identifier the list names, whose keyUsage
 * lets them sign lists, and whom a path leads to; anchors come first. At most CRL_SIGNERS. */
size_t crl_signers_of(struct arena *, const struct crl_list *, const struct crl_signers *,
    struct crl_signer out[CRL_SIGNERS]);

/* Whether the anchor that vouches for a signer is the authority the list is of: a list counts for what that anchor
 * issued, and for nothing else. An indirect list bears another name. */
bool crl_signer_is_of(const struct crl_list *, const struct crl_signer *);

/* The worst status of the path's certificates but the anchor, by the lists at hand: GOOD when there are none. */
void crl_path_status(const struct crl_held *, size_t count, const struct span *path, size_t length,
    const struct crl_policy *, struct instant now, struct revocation_answer *out);
