/* crypto/x509.c - reading X.509 certificates, strictly. */
#include "crypto/x509.h"

#include <limits.h>

#include "codec/der.h"

#define CLAUSE_CERTIFICATE "RFC 5280 s4.1"
#define OID(text) { (const uint8_t *)(text), sizeof(text) - 1 }

/* What is wrong is kept until all has been read: what is no certificate comes before what is a bad one. */
struct reading {
	struct x509 *x;
	struct problem *why;
	struct problem invalid; /* the first; code OK: nothing yet */
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

static bool
is_ascii(struct span text)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] >= 0x80)
			return false;
	return true;
}

/* [0]: its type, and [0] EXPLICIT one value. */
static bool
is_other_name(struct span contents)
{
	struct span type, outer, value;
	uint8_t tag;

	return der_oid(&contents, DER_OID, &type) && der_enter(&contents, DER_CONTEXT(0), &outer) && contents.size == 0 &&
	    der_any(&outer, &tag, &value) && outer.size == 0;
}

static bool
take_general_name(struct span *names)
{
	struct span value;

	switch (der_peek(*names)) {
	case DER_CONTEXT(0):
		return der_enter(names, DER_CONTEXT(0), &value) && is_other_name(value);
	case DER_PRIMITIVE(1): /* mail, */
	case DER_PRIMITIVE(2): /* a host, */
	case DER_PRIMITIVE(6): /* a URI: IA5String */
		return der_enter(names, der_peek(*names), &value) && is_ascii(value);
	case DER_CONTEXT(4):
		return der_enter(names, DER_CONTEXT(4), &value) && x509_name_valid(value);
	case DER_CONTEXT(3):
	case DER_CONTEXT(5):
	case DER_PRIMITIVE(7):
		return der_enter(names, der_peek(*names), &value);
	case DER_PRIMITIVE(8):
		return der_oid(names, DER_PRIMITIVE(8), &value);
	default:
		return false;
	}
}

/* Contents of GeneralNames (s4.2.1.6): at least one. */
static bool
are_general_names(struct span names)
{
	if (names.size == 0)
		return false;
	while (names.size)
		if (!take_general_name(&names))
			return false;
	return true;
}

/* The extensions' own forms: each takes the whole value. */

static bool
read_basic_constraints(struct span value, struct x509 *x)
{
	struct span inside;
	uint64_t length;

	if (!der_enter(&value, DER_SEQUENCE, &inside))
		return false;
	/* DEFAULT FALSE is not written (X.690 s11.5). */
	if (der_peek(inside) == DER_BOOLEAN && (!der_boolean(&inside, DER_BOOLEAN, &x->authority) || !x->authority))
		return false;
	if (der_number(&inside, DER_INTEGER, INT_MAX, &length))
		x->path_length = (int)length;
	return inside.size == 0;
}

static bool
read_key_usage(struct span value, struct x509 *x)
{
	uint32_t usage;

	if (!der_named_bits(&value, DER_BIT_STRING, &usage))
		return false;
	x->usage = usage;
	return true;
}

static bool
read_subject_key(struct span value, struct x509 *x)
{
	return der_enter(&value, DER_OCTET_STRING, &x->subject_key_id) && x->subject_key_id.size;
}

static bool
read_authority_key(struct span value, struct x509 *x)
{
	struct span inside;

	if (!der_enter(&value, DER_SEQUENCE, &inside))
		return false;
	if (der_peek(inside) == DER_PRIMITIVE(0) &&
	    (!der_enter(&inside, DER_PRIMITIVE(0), &x->authority_key_id) || x->authority_key_id.size == 0))
		return false;
	if (der_peek(inside) == DER_CONTEXT(1) &&
	    (!der_enter(&inside, DER_CONTEXT(1), &x->authority_issuer) || !are_general_names(x->authority_issuer)))
		return false;
	if (der_peek(inside) == DER_PRIMITIVE(2) && !der_integer(&inside, DER_PRIMITIVE(2), &x->authority_serial))
		return false;
	return inside.size == 0;
}

/* SEQUENCE OF PolicyInformation, qualifiers left as they are. None stands twice (s4.2.1.4): who lists so many that
 * finding out takes long is refused. */
#define POLICIES_LARGEST 64
static bool
read_policies(struct span value, struct x509 *x)
{
	struct span list, policy, oids[POLICIES_LARGEST], qualifiers;
	size_t count = 0;

	(void)x;
	if (!der_enter(&value, DER_SEQUENCE, &list) || list.size == 0)
		return false;
	while (list.size) {
		if (count == POLICIES_LARGEST || !der_enter(&list, DER_SEQUENCE, &policy) ||
		    !der_oid(&policy, DER_OID, &oids[count]))
			return false;
		if (policy.size && (!der_enter(&policy, DER_SEQUENCE, &qualifiers) || policy.size))
			return false;
		for (size_t i = 0; i < count; i++)
			if (span_equal(oids[i], oids[count]))
				return false;
		count++;
	}
	return true;
}

static bool
read_extended_usage(struct span value, struct x509 *x)
{
	struct span list, oid;

	(void)x;
	if (!der_enter(&value, DER_SEQUENCE, &list) || list.size == 0)
		return false;
	while (list.size)
		if (!der_oid(&list, DER_OID, &oid))
			return false;
	return true;
}

static bool
read_names(struct span value, struct x509 *x)
{
	struct span names;

	(void)x;
	return der_enter(&value, DER_SEQUENCE, &names) && are_general_names(names);
}

static bool
read_access(struct span value, struct x509 *x)
{
	struct span list, description, method;

	(void)x;
	if (!der_enter(&value, DER_SEQUENCE, &list) || list.size == 0)
		return false;
	while (list.size) {
		if (!der_enter(&list, DER_SEQUENCE, &description) || !der_oid(&description, DER_OID, &method) ||
		    !take_general_name(&description) || description.size)
			return false;
	}
	return true;
}

/* Read further by who judges them: that each element is a SEQUENCE is all that is looked at here. */
static bool
read_sequences(struct span value, struct x509 *x)
{
	struct span list, element;

	(void)x;
	if (!der_enter(&value, DER_SEQUENCE, &list) || list.size == 0)
		return false;
	while (list.size)
		if (!der_enter(&list, DER_SEQUENCE, &element))
			return false;
	return true;
}

/* Of two optional parts, [0] and [1], one is there (s4.2.1.10, s4.2.1.11). */
static bool
read_constraints(struct span value, struct x509 *x)
{
	struct span parts, element;
	uint8_t tag, before = 0;

	(void)x;
	if (!der_enter(&value, DER_SEQUENCE, &parts) || parts.size == 0)
		return false;
	for (; parts.size; before = tag)
		if (!der_any(&parts, &tag, &element) || (tag & 0x80) == 0 || (tag & 0x1f) > 1 || tag <= before)
			return false;
	return true;
}

static bool
read_inhibit_any(struct span value, struct x509 *x)
{
	uint64_t certificates;

	(void)x;
	return der_number(&value, DER_INTEGER, INT_MAX, &certificates);
}

static bool
read_null(struct span value, struct x509 *x)
{
	(void)x;
	return der_null(&value);
}

#define CE(last) OID("\x55\x1d" last)
static const struct {
	struct span oid;
	size_t at;
	bool (*read)(struct span value, struct x509 *);
	const char *name, *clause;
} extensions[] = {
	{ CE("\x0f"), offsetof(struct x509, key_usage), read_key_usage, "keyUsage", "RFC 5280 s4.2.1.3" },
	{ CE("\x20"), offsetof(struct x509, policies), read_policies, "certificatePolicies", "RFC 5280 s4.2.1.4" },
	{ CE("\x11"), offsetof(struct x509, subject_names), read_names, "subjectAltName", "RFC 5280 s4.2.1.6" },
	{ CE("\x12"), offsetof(struct x509, issuer_names), read_names, "issuerAltName", "RFC 5280 s4.2.1.7" },
	{ CE("\x1f"), offsetof(struct x509, distribution_points), read_sequences, "cRLDistributionPoints",
		"RFC 5280 s4.2.1.13" },
	{ OID("\x2b\x06\x01\x05\x05\x07\x01\x01"), offsetof(struct x509, authority_access), read_access,
		"authorityInfoAccess", "RFC 5280 s4.2.2.1" },
	{ CE("\x23"), offsetof(struct x509, authority_key), read_authority_key, "authorityKeyIdentifier",
		"RFC 5280 s4.2.1.1" },
	{ CE("\x0e"), offsetof(struct x509, subject_key), read_subject_key, "subjectKeyIdentifier",
		"RFC 5280 s4.2.1.2" },
	{ CE("\x25"), offsetof(struct x509, extended_key_usage), read_extended_usage, "extKeyUsage",
		"RFC 5280 s4.2.1.12" },
	{ CE("\x13"), offsetof(struct x509, basic_constraints), read_basic_constraints, "basicConstraints",
		"RFC 5280 s4.2.1.9" },
	{ CE("\x21"), offsetof(struct x509, policy_mappings), read_sequences, "policyMappings", "RFC 5280 s4.2.1.5" },
	{ CE("\x24"), offsetof(struct x509, policy_constraints), read_constraints, "policyConstraints",
		"RFC 5280 s4.2.1.11" },
	{ CE("\x36"), offsetof(struct x509, inhibit_any_policy), read_inhibit_any, "inhibitAnyPolicy",
		"RFC 5280 s4.2.1.14" },
	{ CE("\x1e"), offsetof(struct x509, name_constraints), read_constraints, "nameConstraints",
		"RFC 5280 s4.2.1.10" },
	{ CE("\x2e"), offsetof(struct x509, freshest_crl), read_sequences, "freshestCRL", "RFC 5280 s4.2.1.15" },
	{ OID("\x2b\x06\x01\x05\x05\x07\x30\x01\x05"), offsetof(struct x509, no_check), read_null, "id-pkix-ocsp-nocheck",
		"RFC 6960 s4.2.2.2.1" },
};

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

/* A second one of its kind is not taken; its form is not looked at either. */
static enum err
note_known(struct reading *r, size_t which, struct x509_extension found)
{
	struct x509_extension *slot = (struct x509_extension *)(void *)((char *)r->x + extensions[which].at);
	struct span rest = found.value, contents;
	uint8_t tag;

	if (slot->value.size) {
		note_invalid(r, "RFC 5280 s4.2", "an extension stands twice in the certificate");
		return OK;
	}
	if (!der_any(&rest, &tag, &contents) || rest.size || !extensions[which].read(found.value, r->x))
		return broken(r, extensions[which].clause, extensions[which].name);
	*slot = found;
	return OK;
}

static enum err
read_extension(struct reading *r, struct span *list)
{
	struct x509_extension found = { 0 };
	struct span inside, oid;

	if (!der_enter(list, DER_SEQUENCE, &inside) || !der_oid(&inside, DER_OID, &oid))
		return broken(r, "RFC 5280 s4.1.2.9", "extensions");
	/* DEFAULT FALSE is not written (X.690 s11.5). */
	if (der_peek(inside) == DER_BOOLEAN && (!der_boolean(&inside, DER_BOOLEAN, &found.critical) || !found.critical))
		return broken(r, "X.690 s11.5", "critical");
	if (!der_enter(&inside, DER_OCTET_STRING, &found.value) || inside.size)
		return broken(r, "RFC 5280 s4.1.2.9", "extensions");
	if (r->count++ == X509_MOST_EXTENSIONS)
		return problem_set(r->why, ERR_LIMIT, "RFC 5280 s4.1.2.9",
		    "the certificate has more than %d extensions", X509_MOST_EXTENSIONS);
	for (size_t i = 0; i < COUNT(extensions); i++)
		if (span_equal(oid, extensions[i].oid))
			return note_known(r, i, found);
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
	while (err == OK && list.size)
		err = read_extension(r, &list);
	return err;
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

enum err
x509_read(struct span der, struct x509 *out, struct problem *why)
{
	struct reading r;
	struct span rest = der, inside, tbs;
	enum err err;

	memset(out, 0, sizeof(*out));
	r.x = out;
	r.why = why;
	r.invalid.code = OK;
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
