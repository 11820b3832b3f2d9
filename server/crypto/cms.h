/* crypto/cms.h - CMS SignedData of others (RFC 5652): read strictly, and checked against the key of the certificate it
 * names; whether that certificate may be believed is the caller's question.
 *
 *     cms_read -> cms_signer_certificate -> [the caller's path check] -> cms_names -> cms_check
 *
 * DER only. BER, as `openssl cms -stream` writes it (indefinite lengths, contents in pieces), is refused by name: a
 * signature is over one form of its attributes, and so must be what is read.
 */
#pragma once

#include "base/arena.h"
#include "base/clock.h"
#include "base/problem.h"

#define CMS_LARGEST (64 * MIB)
#define CMS_CERTIFICATES 16
#define CMS_ATTRIBUTES 32

struct cms_signed {
	struct span content_type;   /* OID contents */
	struct span content;        /* what is signed; empty when detached */
	bool detached;
	struct span certificates[CMS_CERTIFICATES]; /* DER, in the order they stand */
	size_t certificate_count;

	/* The one signer; several are refused. */
	struct span signer_issuer, signer_serial;   /* SignerIdentifier by issuer and serial, */
	struct span signer_key_id;                  /* or by key id */
	struct span digest_algorithm, signature_algorithm; /* AlgorithmIdentifier, whole */
	struct span signed_attributes;              /* as SET, the form that is signed (s5.4); empty: none */
	struct span message_digest;                 /* attribute, when there are attributes */
	struct span signing_certificate, signing_certificate_v2; /* their values (RFC 5035), whole; empty: not said */
	struct instant signing_time;                /* {0}: none; only said by the signer */
	struct span signature;
};

/* DER, one signer, versions that fit, attributes that stand once with one value, contentType equal to the content's.
 * ERR_SYNTAX; ERR_INVALID: several signers or none, not SignedData, attributes missing that must be there;
 * ERR_LIMIT. */
enum err cms_read(struct arena *, struct span der, struct cms_signed *out, struct problem *why);

/* The certificate that the signer names, of those in it and `more`; empty: it is not there. */
struct span cms_signer_certificate(const struct cms_signed *, const struct span *more, size_t more_count);

/* Whether the signer, where his attributes say which certificate he signed with (ESS signingCertificate and -V2), means
 * this one: another of the same name and number, or the same key, is not it. ERR_INVALID: he means another; ERR_SYNTAX,
 * ERR_UNSUPPORTED. */
enum err cms_names(const struct cms_signed *, struct span certificate, struct problem *why);

/* Whether the signature is over this content (that inside, or the one it was detached from), with algorithms of the
 * table in crypto/x509_signature.h. ERR_CRYPTO: it is not; ERR_UNSUPPORTED; ERR_INVALID: detached, and nothing was
 * given, or both, and they differ; or digest and signature algorithm do not fit each other. */
enum err cms_check(const struct cms_signed *, struct span detached, struct span spki, unsigned switches,
    struct problem *why);
