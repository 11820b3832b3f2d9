/* jpki/crl_list.c - reading a certificate revocation list as a stream of entries. */
#include "jpki/crl_list.h"

#include "codec/der.h"
#include "crypto/x509_extension.h"
#include "jpki/crl_usual.h"

#define CLAUSE_LIST "RFC 5280 s5.1"
#define CLAUSE_EXTENSIONS "RFC 5280 s5.2"
#define CLAUSE_ENTRY "RFC 5280 s5.3"

static enum err
broken(struct problem *why, const char *clause, const char *what)
{
	return problem_set(why, ERR_SYNTAX, clause, "revocation list: %s", what);
}

/* What a list says of itself in extensions. Each reader has the extension's contents to itself. */

static bool
read_authority_key(struct span value, struct crl_list *out)
{
	struct span issuer, serial;

	return x509_authority_key_read(value, &out->authority_key_id, &issuer, &serial);
}

static bool
read_number_into(struct span value, struct span *out)
{
	return der_integer(&value, DER_INTEGER, out) && value.size == 0 && out->data[0] < 0x80 &&
	    out->size <= CRL_NUMBER_LARGEST + 1;
}

static bool
read_number(struct span value, struct crl_list *out)
{
	return read_number_into(value, &out->number);
}

static bool
read_base_number(struct span value, struct crl_list *out)
{
	return read_number_into(value, &out->base_number);
}

static bool
are_general_names(struct span names)
{
	struct span contents;
	uint8_t tag;

	if (names.size == 0)
		return false;
	while (names.size)
		if (!der_any(&names, &tag, &contents) || (tag & 0xc0) != 0x80)
			return false;
	return true;
}

/* DistributionPointName: [0] its full names, [1] what is added to the issuer's. */
static bool
read_point_name(struct span name, struct crl_scope *scope)
{
	if (der_peek(name) == DER_CONTEXT(0))
		return der_enter(&name, DER_CONTEXT(0), &scope->full_name) && name.size == 0 &&
		    are_general_names(scope->full_name);
	return der_enter(&name, DER_CONTEXT(1), &scope->relative_name) && name.size == 0 && scope->relative_name.size;
}

static bool
read_scope(struct span value, struct crl_list *out)
{
	struct crl_scope *scope = &out->scope;
	struct span inside, name;
	uint32_t reasons;

	scope->present = true;
	if (!der_enter(&value, DER_SEQUENCE, &inside) || value.size)
		return false;
	if (der_peek(inside) == DER_CONTEXT(0) &&
	    (!der_enter(&inside, DER_CONTEXT(0), &name) || !read_point_name(name, scope)))
		return false;
	if (!der_flag(&inside, DER_PRIMITIVE(1), &scope->only_users) ||
	    !der_flag(&inside, DER_PRIMITIVE(2), &scope->only_authorities))
		return false;
	if (der_peek(inside) == DER_PRIMITIVE(3)) {
		if (!der_named_bits(&inside, DER_PRIMITIVE(3), &reasons))
			return false;
		scope->reasons = reasons & CRL_ALL_REASONS;
	}
	return der_flag(&inside, DER_PRIMITIVE(4), &scope->indirect) &&
	    der_flag(&inside, DER_PRIMITIVE(5), &scope->only_attributes) && inside.size == 0;
}

static bool
read_freshest(struct span value, struct crl_list *out)
{
	struct span points = value;

	return der_enter(&points, DER_SEQUENCE, &out->freshest) && points.size == 0 && out->freshest.size;
}

/* Names of the issuer, where to ask about it: nothing that we judge by. */
static bool
read_remark(struct span value, struct crl_list *out)
{
	(void)value;
	(void)out;
	return true;
}

static const struct {
	struct span oid;
	const char *name;
	bool (*read)(struct span value, struct crl_list *);
} extensions[] = {
	{ { (const uint8_t *)"\x55\x1d\x23", 3 }, "authorityKeyIdentifier", read_authority_key },
	{ { (const uint8_t *)"\x55\x1d\x12", 3 }, "issuerAltName", read_remark },
	{ { (const uint8_t *)"\x55\x1d\x14", 3 }, "cRLNumber", read_number },
	{ { (const uint8_t *)"\x55\x1d\x1b", 3 }, "deltaCRLIndicator", read_base_number },
	{ { (const uint8_t *)"\x55\x1d\x1c", 3 }, "issuingDistributionPoint", read_scope },
	{ { (const uint8_t *)"\x55\x1d\x2e", 3 }, "freshestCRL", read_freshest },
	{ { (const uint8_t *)"\x2b\x06\x01\x05\x05\x07\x01\x01", 8 }, "authorityInfoAccess", read_remark },
};

/* An extension nobody knows may stand twice unnoticed when it need not be understood: it tells us nothing. */
static enum err
read_extensions(struct span rest, struct crl_list *out, struct problem *why)
{
	struct x509_extension found;
	struct span oid;
	unsigned seen = 0;
	size_t i;

	if (rest.size == 0)
		return broken(why, CLAUSE_EXTENSIONS, "its extensions are empty");
	while (rest.size) {
		if (!x509_extension_next(&rest, &oid, &found))
			return broken(why, CLAUSE_EXTENSIONS, "an extension is not DER of one");
		for (i = 0; i < COUNT(extensions) && !span_equal(extensions[i].oid, oid); i++)
			;
		if (i == COUNT(extensions)) {
			if (found.critical && out->unknown_critical.size == 0)
				out->unknown_critical = oid;
			continue;
		}
		if (seen & 1u << i)
			return problem_set(why, ERR_SYNTAX, CLAUSE_EXTENSIONS, "revocation list: %s stands there twice",
			    extensions[i].name);
		seen |= 1u << i;
		if (!extensions[i].read(found.value, out))
			return problem_set(why, ERR_SYNTAX, CLAUSE_EXTENSIONS,
			    "revocation list: its %s is not DER of one", extensions[i].name);
	}
	return OK;
}

/* The list */

static enum err
read_signed(struct span tbs, struct span outer_algorithm, struct crl_list *out, struct problem *why)
{
	struct span rest = tbs, inner, wrapped, inside;
	uint64_t version = 0;

	if (der_peek(rest) == DER_INTEGER && (!der_number(&rest, DER_INTEGER, 1, &version) || version != 1))
		return broken(why, CLAUSE_LIST, "its version is neither 1 nor 2");
	out->version = (unsigned)version + 1;
	if (!der_whole(&rest, DER_SEQUENCE, &inner))
		return broken(why, CLAUSE_LIST, "it names no signature algorithm");
	if (!span_equal(inner, outer_algorithm))
		return problem_set(why, ERR_INVALID, "RFC 5280 s5.1.1.2",
		    "revocation list: the signature's algorithm is another one outside than inside");
	if (!der_whole(&rest, DER_SEQUENCE, &out->issuer) || out->issuer.size <= 2)
		return broken(why, CLAUSE_LIST, "it names no issuer");
	if (!der_time(&rest, &out->this_update))
		return broken(why, CLAUSE_LIST, "thisUpdate is no time");
	if ((der_peek(rest) == DER_UTC_TIME || der_peek(rest) == DER_GENERALIZED_TIME) &&
	    !der_time(&rest, &out->next_update))
		return broken(why, CLAUSE_LIST, "nextUpdate is no time");
	out->before = span_first(tbs, tbs.size - rest.size);
	if (der_peek(rest) == DER_SEQUENCE && !der_enter(&rest, DER_SEQUENCE, &out->entries))
		return broken(why, CLAUSE_LIST, "revokedCertificates is not DER");
	out->after = rest;
	if (rest.size == 0)
		return OK;
	if (out->version == 1)
		return broken(why, CLAUSE_LIST, "version 1 has extensions");
	if (!der_enter(&rest, DER_CONTEXT(0), &wrapped) || rest.size || !der_enter(&wrapped, DER_SEQUENCE, &inside) ||
	    wrapped.size)
		return broken(why, CLAUSE_LIST, "something stands behind revokedCertificates that is no extensions");
	return read_extensions(inside, out, why);
}

enum err
crl_list_read(struct span der, struct crl_list *out, struct problem *why)
{
	struct span rest = der, list, tbs;
	enum err err;

	*out = (struct crl_list){ .der = der, .scope.reasons = CRL_ALL_REASONS };
	if (der.size > CRL_LARGEST)
		return problem_set(why, ERR_LIMIT, "", "revocation list: expected at most %zu bytes, found %zu",
		    CRL_LARGEST, der.size);
	if (!der_enter(&rest, DER_SEQUENCE, &list))
		return broken(why, CLAUSE_LIST, "it is not DER of one, or cut short");
	if (rest.size)
		return broken(why, CLAUSE_LIST, "something stands behind its end");
	if (!der_whole(&list, DER_SEQUENCE, &out->tbs) || !der_whole(&list, DER_SEQUENCE, &out->algorithm) ||
	    !der_bits(&list, DER_BIT_STRING, &out->signature) || list.size)
		return broken(why, CLAUSE_LIST, "it is not what is signed, an algorithm and a signature");
	rest = out->tbs;
	der_enter(&rest, DER_SEQUENCE, &tbs);
	err = read_signed(tbs, out->algorithm, out, why);
	if (err == OK && der.size - out->entries.size > CRL_SHELL_LARGEST)
		err = problem_set(why, ERR_LIMIT, "",
		    "revocation list: expected at most %zu bytes beside its entries, found %zu", CRL_SHELL_LARGEST,
		    der.size - out->entries.size);
	return err;
}

/* Its entries */

struct crl_walk
crl_walk_of(const struct crl_list *list)
{
	return (struct crl_walk){
		.rest = list->entries, .extended = list->version > 1, .indirect = list->scope.indirect,
	};
}

/* CRLReason has no 7 (s5.3.1). */
static bool
read_reason(struct span value, struct crl_entry *out)
{
	uint64_t reason;

	if (!der_number(&value, DER_ENUMERATED, 10, &reason) || value.size || reason == 7)
		return false;
	out->reason = (int)reason;
	return true;
}

static bool
read_invalid_from(struct span value, struct crl_entry *out)
{
	return der_generalized_time(&value, DER_GENERALIZED_TIME, &out->invalid_from) && value.size == 0;
}

/* The one directoryName among the names; with none or several we cannot tell whose certificate it is. */
static bool
read_issuer(struct span value, struct crl_entry *out)
{
	struct span names, name;
	uint8_t tag;

	if (!der_enter(&value, DER_SEQUENCE, &names) || value.size || !are_general_names(names))
		return false;
	while (names.size) {
		der_any(&names, &tag, &name);
		if (tag != DER_CONTEXT(4))
			continue;
		if (out->issuer.size)
			out->unknown_critical = true;
		if (!der_whole(&name, DER_SEQUENCE, &out->issuer) || name.size)
			return false;
	}
	if (out->issuer.size == 0)
		out->unknown_critical = true;
	return true;
}

static const struct {
	struct span oid;
	const char *name;
	bool (*read)(struct span value, struct crl_entry *);
} entry_extensions[] = {
	{ { (const uint8_t *)"\x55\x1d\x15", 3 }, "reasonCode", read_reason },
	{ { (const uint8_t *)"\x55\x1d\x18", 3 }, "invalidityDate", read_invalid_from },
	{ { (const uint8_t *)"\x55\x1d\x1d", 3 }, "certificateIssuer", read_issuer },
};

static enum err
read_entry_extensions(const struct crl_walk *walk, struct span rest, struct crl_entry *out, struct problem *why)
{
	struct span list, oid;
	struct x509_extension found;
	unsigned seen = 0;
	size_t i;

	if (!walk->extended)
		return broken(why, CLAUSE_ENTRY, "an entry of version 1 has extensions");
	if (!der_enter(&rest, DER_SEQUENCE, &list) || rest.size || list.size == 0)
		return broken(why, CLAUSE_ENTRY, "an entry's extensions are not DER");
	while (list.size) {
		if (!x509_extension_next(&list, &oid, &found))
			return broken(why, CLAUSE_ENTRY, "an entry's extension is not DER of one");
		for (i = 0; i < COUNT(entry_extensions) && !span_equal(entry_extensions[i].oid, oid); i++)
			;
		if (i == COUNT(entry_extensions)) {
			out->unknown_critical |= found.critical;
			continue;
		}
		if (seen & 1u << i)
			return problem_set(why, ERR_SYNTAX, CLAUSE_ENTRY, "revocation list: an entry has two %s",
			    entry_extensions[i].name);
		seen |= 1u << i;
		if (!entry_extensions[i].read(found.value, out))
			return problem_set(why, ERR_SYNTAX, CLAUSE_ENTRY,
			    "revocation list: an entry's %s is not DER of one", entry_extensions[i].name);
	}
	/* A list that is not indirect tells of its issuer's certificates only (s5.2.5). */
	if (out->issuer.size && !walk->indirect)
		out->unknown_critical = true;
	return OK;
}

bool
crl_walk_next(struct crl_walk *walk, struct crl_entry *out, struct problem *why)
{
	struct span entry;

	*out = (struct crl_entry){ .reason = CRL_NO_REASON };
	if (walk->rest.size == 0 || walk->err != OK)
		return false;
	if (crl_walk_usual(walk, out))
		return true;
	if (!der_enter(&walk->rest, DER_SEQUENCE, &entry) || !der_integer(&entry, DER_INTEGER, &out->serial))
		walk->err = broken(why, CLAUSE_LIST, "an entry does not begin with a serial number");
	else if (out->serial.size > CRL_SERIAL_LARGEST)
		walk->err = problem_set(why, ERR_LIMIT, "RFC 5280 s4.1.2.2",
		    "revocation list: expected serial numbers of at most %d bytes, found one of %zu",
		    CRL_SERIAL_LARGEST, out->serial.size);
	else if (!der_time(&entry, &out->revoked_at))
		walk->err = broken(why, CLAUSE_LIST, "an entry's date is no time");
	else if (entry.size)
		walk->err = read_entry_extensions(walk, entry, out, why);
	return walk->err == OK;
}
