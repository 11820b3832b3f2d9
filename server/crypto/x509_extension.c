/* crypto/x509_extension.c - extensions of X.509. */
#include "crypto/x509_extension.h"

#include <limits.h>
#include <stddef.h>

#include "codec/der.h"

#define OID(text) { (const uint8_t *)(text), sizeof(text) - 1 }

bool
x509_extension_next(struct span *list, struct span *oid, struct x509_extension *out)
{
	struct span inside;

	*out = (struct x509_extension){ 0 };
	return der_enter(list, DER_SEQUENCE, &inside) && der_oid(&inside, DER_OID, oid) &&
	    der_flag(&inside, DER_BOOLEAN, &out->critical) && der_enter(&inside, DER_OCTET_STRING, &out->value) &&
	    inside.size == 0;
}

/* [0]: its type, and [0] EXPLICIT one value. */
static bool
is_other_name(struct span contents)
{
	struct span type, outer, value;
	uint8_t tag;

	return der_oid(&contents, DER_OID, &type) && der_enter(&contents, DER_CONTEXT(0), &outer) && contents.size ==
	    0 &&
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
		return der_enter(names, der_peek(*names), &value) && der_ascii(value);
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

/* Their own forms: each takes the whole value. */

static bool
read_basic_constraints(struct span value, struct x509 *x)
{
	struct span inside;
	uint64_t length;
	bool written;

	if (!der_enter(&value, DER_SEQUENCE, &inside))
		return false;
	/* FALSE is FALSE, even where it is written out; what is no boolean is read as what harms most. */
	if (!der_flag(&inside, DER_BOOLEAN, &x->authority)) {
		x->authority = !der_boolean(&inside, DER_BOOLEAN, &written);
		return false;
	}
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

bool
x509_authority_key_read(struct span value, struct span *key_id, struct span *issuer, struct span *serial)
{
	struct span inside;

	if (!der_enter(&value, DER_SEQUENCE, &inside) || value.size)
		return false;
	if (der_peek(inside) == DER_PRIMITIVE(0) &&
	    (!der_enter(&inside, DER_PRIMITIVE(0), key_id) || key_id->size == 0))
		return false;
	if (der_peek(inside) == DER_CONTEXT(1) &&
	    (!der_enter(&inside, DER_CONTEXT(1), issuer) || !are_general_names(*issuer)))
		return false;
	if (der_peek(inside) == DER_PRIMITIVE(2) && !der_integer(&inside, DER_PRIMITIVE(2), serial))
		return false;
	return inside.size == 0;
}

static bool
read_authority_key(struct span value, struct x509 *x)
{
	return x509_authority_key_read(value, &x->authority_key_id, &x->authority_issuer, &x->authority_serial);
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
static const struct x509_extension_kind extensions[] = {
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
	{ OID("\x2b\x06\x01\x05\x05\x07\x30\x01\x05"), offsetof(struct x509, no_check), read_null,
		"id-pkix-ocsp-nocheck",
		"RFC 6960 s4.2.2.2.1" },
};

const struct x509_extension_kind *
x509_extension_kind(struct span oid)
{
	for (size_t i = 0; i < COUNT(extensions); i++)
		if (span_equal(oid, extensions[i].oid))
			return &extensions[i];
	return NULL;
}
