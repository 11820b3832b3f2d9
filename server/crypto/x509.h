/* crypto/x509.h - reading X.509 certificates of others, strictly, in place: what they say, never whether it is true
 * (x509_path.h).
 *
 * DER only (X.690 s10, s11): shortest lengths, no indefinite ones, minimal integers, no default value written out, sets
 * in order, nothing behind the end. Everything is borrowed from the certificate's bytes; nothing is allocated.
 */
#pragma once

#include "base/clock.h"
#include "base/problem.h"

#define X509_LARGEST (64 * KIB)
#define X509_MOST_EXTENSIONS 64
#define X509_SERIAL_LARGEST 20 /* RFC 5280 s4.1.2.2 */

/* KeyUsage as bits, digitalSignature the lowest (RFC 5280 s4.2.1.3). */
enum key_usage {
	USAGE_DIGITAL_SIGNATURE = 1, USAGE_NON_REPUDIATION = 2, USAGE_KEY_ENCIPHERMENT = 4, USAGE_DATA_ENCIPHERMENT = 8,
	USAGE_KEY_AGREEMENT = 16, USAGE_KEY_CERT_SIGN = 32, USAGE_CRL_SIGN = 64, USAGE_ENCIPHER_ONLY = 128,
	USAGE_DECIPHER_ONLY = 256,
};

/* An extension that is there has `value`: what its OCTET STRING holds, one element of the type it must be. */
struct x509_extension {
	struct span value;
	bool critical;
};

struct x509 {
	struct span der, tbs;       /* whole elements, tag and length included: what is kept, what is signed */
	unsigned version;           /* 1 to 3 */
	struct span serial;         /* contents of the INTEGER: positive; with its sign's byte, where it needs one */
	struct span algorithm;      /* AlgorithmIdentifier, whole; the same inside and outside (s4.1.1.2) */
	struct span issuer, subject; /* Name, whole */
	struct instant not_before, not_after;
	struct span spki;           /* SubjectPublicKeyInfo, whole */
	struct span signature;      /* the bits; no unused ones */

	struct x509_extension basic_constraints, key_usage, extended_key_usage, policies, policy_mappings,
	    policy_constraints, inhibit_any_policy, name_constraints, subject_names, issuer_names, authority_key,
	    subject_key, distribution_points, freshest_crl, authority_access, no_check;
	struct span extensions;     /* what the list of all of them contains; empty: none */
	struct span unknown_critical; /* OID (contents) of the first critical extension not listed here; empty: none */

	/* Of extensions that are values: */
	bool authority;             /* basicConstraints says cA */
	int path_length;            /* -1: none */
	unsigned usage;             /* enum key_usage; 0 when there is no keyUsage */
	struct span subject_key_id; /* empty: none */
	/* Of authorityKeyIdentifier: the key's, contents of GeneralNames, contents of an INTEGER. */
	struct span authority_key_id, authority_issuer, authority_serial;
};

/* ERR_LIMIT: larger than X509_LARGEST, or too many extensions; ERR_SYNTAX: not DER of a certificate; ERR_INVALID: a
 * serial that is zero, negative or too long, algorithms that differ, an extension that stands twice, a version that
 * does not fit what is there. The sentence names the field. With ERR_INVALID alone `out` is filled all the same, for
 * who explains it. */
enum err x509_read(struct span der, struct x509 *out, struct problem *why);

/* The same of an OCSP responder's: a subjectAltName without a name, against s4.2.1.6, is passed over there if it is not
 * critical. Authorities have issued such to their responders, whom nothing in that extension would give any right; of
 * whoever is named by a certificate it is an error. */
enum err x509_read_responder(struct span der, struct x509 *out, struct problem *why);
/* The same, but extensions need not be of their form: for what makers of devices say in certificates of their own,
 * where a default is written out and more. Such a one has its value as it stands, and where it is basicConstraints
 * that cannot be understood, `authority` is set. Nothing is trusted by it. */
enum err x509_read_loosely(struct span der, struct x509 *out, struct problem *why);

/* The last second that notAfter names is the certificate's own: it ends with it, not as it begins (s4.1.2.5: the
 * period is inclusive). */
static inline bool
x509_has_ended(const struct x509 *x, struct instant at)
{
	return !instant_before(at, instant_after(x->not_after, SECONDS(1)));
}

/* The extension of this OID (contents), whether it is one of those above or not; false: it is not there. */
bool x509_extension_find(const struct x509 *, struct span oid, struct x509_extension *out);

/* Whether extendedKeyUsage, or certificatePolicies, lists this OID (contents). Both are false when it is not there. */
bool x509_extended_usage(const struct x509 *, struct span oid);
bool x509_policy(const struct x509 *, struct span oid);
/* How many policies certificatePolicies lists, and the first of them. */
size_t x509_policies(const struct x509 *, struct span *first);

/* The `n`th URI of authorityInfoAccess with this access method (OID contents); empty: there are not so many. */
struct span x509_access_uri(const struct x509 *, struct span method, size_t n);

/* A Name as RFC 4514 text, in the arena: Japanese as it is, never cut short. */
struct arena;
const char *x509_name_text(struct arena *, struct span name);
/* Whether this is a Name: for who meets one elsewhere. Its texts are of a known type and well-formed. */
bool x509_name_valid(struct span name);
/* The value of the one attribute of this type (OID contents) in the `n`th place, as it stands; empty: not so many. */
struct span x509_name_part(struct span name, struct span type, size_t n);
