/* crypto/x509.c - reading X.509 certificates, strictly. */
#include "crypto/x509.h"

#include <stddef.h>

#include "codec/der.h"
#include "crypto/x509_extension.h"

#define CLAUSE_CERTIFICATE "RFC 5280 s4.1"

/* What is passed over: nothing; a subjectAltName of nobody; extensions that are not of their form. */
enum tolerated { NOTHING, NO_NAME, EXTENSIONS };

/* What is wrong is kept until all has been read: what is no certificate comes before what is a bad one. */
struct reading {
	struct x509 *x;
	struct problem *why;
	struct problem invalid; /* the first; code OK: nothing yet */
	enum tolerated tolerated;
	struct span unknown[X509_MOST_EXTENSIONS];
	size_t unknown_count, count;
};

static enum err
broken(const struct reading *r, const char *clause, const char *field)
{
	return problem_set(r->why, ERR_SYNTAX, clause, "the certificate's %s is not DER of what it must be", field);
}

static void
note_invalid(struct reading *r, const char *clause, const char *text)
{
	if (r->invalid.code == OK)
		problem_set(&r->invalid, ERR_INVALID, clause, "%s", text);
}

/* Parameters are none, NULL, an OID or a SEQUENCE (RFC 3279, 4055, 5480): no algorithm has others. */
static bool
is_algorithm(struct span whole)
{
	struct span inside, oid, parameters;

	if (!der_enter(&whole, DER_SEQUENCE, &inside) || !der_oid(&inside, DER_OID, &oid))
		return false;
	return inside.size == 0 || ((der_null(&inside) || der_oid(&inside, DER_OID, &parameters) ||
	    der_enter(&inside, DER_SEQUENCE, &parameters)) && inside.size == 0);
}

static bool
is_public_key(struct span whole)
{
	struct span inside, algorithm, bits;

	return der_enter(&whole, DER_SEQUENCE, &inside) && der_whole(&inside, DER_SEQUENCE, &algorithm) &&
	    is_algorithm(algorithm) && der_bits(&inside, DER_BIT_STRING, &bits) && inside.size == 0;
}

static void
note_unknown(struct reading *r, struct span oid, bool critical)
{
	for (size_t i = 0; i < r->unknown_count; i++)
		if (span_equal(r->unknown[i], oid))
			note_invalid(r, "RFC 5280 s4.2", "an extension stands twice in the certificate");
	r->unknown[r->unknown_count++] = oid;
	if (critical && r->x->unknown_critical.size == 0)
		r->x->unknown_critical = oid;
}

static bool
names_nobody(const struct reading *r, const struct x509_extension_kind *kind, const struct x509_extension *found)
{
	static const struct span empty = { (const uint8_t *)"\x30\x00", 2 };

	return r->tolerated == NO_NAME && kind->at == offsetof(struct x509, subject_names) && !found->critical &&
	    span_equal(found->value, empty);
}

/* A second one of its kind is not taken; its form is not looked at either. */
static enum err
note_known(struct reading *r, const struct x509_extension_kind *kind, struct x509_extension found)
{
	struct x509_extension *slot = (struct x509_extension *)(void *)((char *)r->x + kind->at);
	struct span rest = found.value, contents;
	uint8_t tag;
	bool good;

	if (slot->value.size) {
		note_invalid(r, "RFC 5280 s4.2", "an extension stands twice in the certificate");
		return OK;
	}
	good = der_any(&rest, &tag, &contents) && rest.size == 0 && kind->read(found.value, r->x);
	if (!good && r->tolerated != EXTENSIONS && !names_nobody(r, kind, &found))
		return broken(r, kind->clause, kind->name);
	*slot = found;
	return OK;
}

static enum err
read_extension(struct reading *r, struct span *list)
{
	const struct x509_extension_kind *kind;
	struct x509_extension found;
	struct span oid;

	if (!x509_extension_next(list, &oid, &found))
		return broken(r, "RFC 5280 s4.1.2.9", "extensions");
	if (r->count++ == X509_MOST_EXTENSIONS)
		return problem_set(r->why, ERR_LIMIT, "RFC 5280 s4.1.2.9",
		    "the certificate has more than %d extensions", X509_MOST_EXTENSIONS);
	kind = x509_extension_kind(oid);
	if (kind)
		return note_known(r, kind, found);
	note_unknown(r, oid, found.critical);
	return OK;
}

static enum err
read_extensions(struct reading *r, struct span outer)
{
	struct span list;
	enum err err = OK;

	if (!der_enter(&outer, DER_SEQUENCE, &list) || outer.size || list.size == 0)
		return broken(r, "RFC 5280 s4.1.2.9", "extensions");
	r->x->extensions = list;
	while (err == OK && list.size)
		err = read_extension(r, &list);
	return err;
}

bool
x509_extension_find(const struct x509 *x, struct span oid, struct x509_extension *out)
{
	struct span list = x->extensions, found;

	while (x509_extension_next(&list, &found, out))
		if (span_equal(found, oid))
			return true;
	return false;
}

static bool
read_version(struct span *tbs, unsigned *version)
{
	struct span outer;
	uint64_t number = 0;

	/* v1 is the default and not written (X.690 s11.5). */
	if (der_peek(*tbs) == DER_CONTEXT(0) && (!der_enter(tbs, DER_CONTEXT(0), &outer) ||
	    !der_number(&outer, DER_INTEGER, 2, &number) || outer.size || number == 0))
		return false;
	*version = (unsigned)number + 1;
	return true;
}

static bool
read_name(struct span *tbs, struct span *name)
{
	return der_whole(tbs, DER_SEQUENCE, name) && x509_name_valid(*name);
}

static bool
read_validity(struct span *tbs, struct x509 *x)
{
	struct span inside;

	return der_enter(tbs, DER_SEQUENCE, &inside) && der_time(&inside, &x->not_before) &&
	    der_time(&inside, &x->not_after) && inside.size == 0;
}

/* issuerUniqueID, subjectUniqueID: [1], [2] IMPLICIT BIT STRING, of any number of bits; nobody reads them on. */
static bool
read_unique_ids(struct span *tbs, bool *there)
{
	struct span bits;

	*there = false;
	for (unsigned n = 1; n <= 2; n++) {
		if (der_peek(*tbs) != DER_PRIMITIVE(n))
			continue;
		if (!der_enter(tbs, DER_PRIMITIVE(n), &bits) || bits.size == 0 || bits.data[0] > 7 ||
		    (bits.data[0] && (bits.size == 1 || (bits.data[bits.size - 1] & ((1u << bits.data[0]) - 1)))))
			return false;
		*there = true;
	}
	return true;
}

static enum err
read_tbs(struct reading *r, struct span tbs)
{
	struct x509 *x = r->x;
	struct span algorithm, outer;
	bool unique;
	enum err err;

	if (!read_version(&tbs, &x->version))
		return broken(r, "RFC 5280 s4.1.2.1", "version");
	if (!der_integer(&tbs, DER_INTEGER, &x->serial))
		return broken(r, "RFC 5280 s4.1.2.2", "serialNumber");
	if (!der_whole(&tbs, DER_SEQUENCE, &algorithm) || !is_algorithm(algorithm))
		return broken(r, "RFC 5280 s4.1.2.3", "signature");
	if (!read_name(&tbs, &x->issuer))
		return broken(r, "RFC 5280 s4.1.2.4", "issuer");
	if (!read_validity(&tbs, x))
		return broken(r, "RFC 5280 s4.1.2.5", "validity");
	if (!read_name(&tbs, &x->subject))
		return broken(r, "RFC 5280 s4.1.2.6", "subject");
	if (!der_whole(&tbs, DER_SEQUENCE, &x->spki) || !is_public_key(x->spki))
		return broken(r, "RFC 5280 s4.1.2.7", "subjectPublicKeyInfo");
	if (!read_unique_ids(&tbs, &unique))
		return broken(r, "RFC 5280 s4.1.2.8", "uniqueID");
	if (unique && x->version < 2)
		note_invalid(r, "RFC 5280 s4.1.2.8", "a certificate of version 1 has unique identifiers");
	if (der_peek(tbs) == DER_CONTEXT(3)) {
		if (x->version < 3)
			note_invalid(r, "RFC 5280 s4.1.2.1", "a certificate of version 1 or 2 has extensions");
		if (!der_enter(&tbs, DER_CONTEXT(3), &outer))
			return broken(r, "RFC 5280 s4.1.2.9", "extensions");
		err = read_extensions(r, outer);
		if (err != OK)
			return err;
	}
	if (tbs.size)
		return broken(r, CLAUSE_CERTIFICATE, "end");
	if (!span_equal(algorithm, x->algorithm))
		note_invalid(r, "RFC 5280 s4.1.1.2", "the certificate names two different signature algorithms");
	return OK;
}

static void
check_serial(struct reading *r)
{
	if (!der_positive(r->x->serial))
		note_invalid(r, "RFC 5280 s4.1.2.2", "the certificate's serial number is zero or negative");
	if (der_magnitude(r->x->serial).size > X509_SERIAL_LARGEST)
		note_invalid(r, "RFC 5280 s4.1.2.2", "the certificate's serial number is longer than 20 bytes");
}

static enum err
read_whole(struct span der, enum tolerated tolerated, struct x509 *out, struct problem *why)
{
	struct reading r;
	struct span rest = der, inside, tbs;
	enum err err;

	memset(out, 0, sizeof(*out));
	r.x = out;
	r.why = why;
	r.invalid.code = OK;
	r.tolerated = tolerated;
	r.unknown_count = r.count = 0;
	out->path_length = -1;
	if (der.size > X509_LARGEST)
		return problem_set(why, ERR_LIMIT, CLAUSE_CERTIFICATE, "a certificate has at most %zu bytes, not %zu",
		    X509_LARGEST, der.size);
	if (!der_enter(&rest, DER_SEQUENCE, &inside))
		return problem_set(why, ERR_SYNTAX, CLAUSE_CERTIFICATE, "this is not DER of a certificate");
	if (rest.size)
		return problem_set(why, ERR_SYNTAX, CLAUSE_CERTIFICATE, "%zu bytes stand behind the certificate's end",
		    rest.size);
	out->der = der;
	if (!der_whole(&inside, DER_SEQUENCE, &out->tbs))
		return broken(&r, CLAUSE_CERTIFICATE, "tbsCertificate");
	if (!der_whole(&inside, DER_SEQUENCE, &out->algorithm) || !is_algorithm(out->algorithm))
		return broken(&r, "RFC 5280 s4.1.1.2", "signatureAlgorithm");
	if (!der_bits(&inside, DER_BIT_STRING, &out->signature) || inside.size)
		return broken(&r, "RFC 5280 s4.1.1.3", "signatureValue");
	rest = out->tbs;
	der_enter(&rest, DER_SEQUENCE, &tbs);
	err = read_tbs(&r, tbs);
	if (err != OK)
		return err;
	check_serial(&r);
	if (r.invalid.code != OK && why)
		*why = r.invalid;
	return r.invalid.code;
}

enum err
x509_read(struct span der, struct x509 *out, struct problem *why)
{
	return read_whole(der, NOTHING, out, why);
}

enum err
x509_read_responder(struct span der, struct x509 *out, struct problem *why)
{
	return read_whole(der, NO_NAME, out, why);
}

enum err
x509_read_loosely(struct span der, struct x509 *out, struct problem *why)
{
	return read_whole(der, EXTENSIONS, out, why);
}

bool
x509_extended_usage(const struct x509 *x, struct span oid)
{
	struct span value = x->extended_key_usage.value, list, found;

	if (!der_enter(&value, DER_SEQUENCE, &list))
		return false;
	while (der_oid(&list, DER_OID, &found))
		if (span_equal(found, oid))
			return true;
	return false;
}

/* The next of certificatePolicies. */
static bool
next_policy(struct span *list, struct span *oid)
{
	struct span policy;

	return der_enter(list, DER_SEQUENCE, &policy) && der_oid(&policy, DER_OID, oid);
}

bool
x509_policy(const struct x509 *x, struct span oid)
{
	struct span value = x->policies.value, list, found;

	if (!der_enter(&value, DER_SEQUENCE, &list))
		return false;
	while (next_policy(&list, &found))
		if (span_equal(found, oid))
			return true;
	return false;
}

size_t
x509_policies(const struct x509 *x, struct span *first)
{
	struct span value = x->policies.value, list, found;
	size_t count = 0;

	*first = (struct span){ 0 };
	if (!der_enter(&value, DER_SEQUENCE, &list))
		return 0;
	for (; next_policy(&list, &found); count++)
		if (count == 0)
			*first = found;
	return count;
}

struct span
x509_access_uri(const struct x509 *x, struct span method, size_t n)
{
	struct span value = x->authority_access.value, list, description, found, uri;

	if (!der_enter(&value, DER_SEQUENCE, &list))
		return (struct span){ 0 };
	while (der_enter(&list, DER_SEQUENCE, &description))
		if (der_oid(&description, DER_OID, &found) && span_equal(found, method) &&
		    der_enter(&description, DER_PRIMITIVE(6), &uri) && n-- == 0)
			return uri;
	return (struct span){ 0 };
}
