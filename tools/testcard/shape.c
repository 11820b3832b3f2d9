/* tools/testcard/shape.c - how certificates of the test world look. */
#include "testcard/shape.h"

#define JAPAN "JP"
#define AGENCY "Japan Agency for Local Authority Information Systems"
#define PRACTICE "http://www.jpki.go.jp/cps.html"

const struct purpose_shape purpose_shapes[PURPOSES] = {
	[SIGNATURE] = { "signature", "sign", "JPKI for digital signature", "公的個人認証サービス署名用",
	    "1.2.392.200149.8.5.1.0.20", { 6, 0xc0 } },
	[AUTHENTICATION] = { "authentication", "auth", "JPKI for user authentication",
	    "公的個人認証サービス利用者証明用", "1.2.392.200149.8.5.1.3.30", { 7, 0x80 } },
};

enum purpose
purpose_read(const char *text)
{
	for (size_t p = 0; p < PURPOSES; p++)
		if (strcmp(purpose_shapes[p].name, text) == 0 || strcmp(purpose_shapes[p].folder, text) == 0)
			return (enum purpose)p;
	return PURPOSES;
}

/* Names */

#define COUNTRY "2.5.4.6"
#define LOCALITY "2.5.4.7"
#define ORGANIZATION "2.5.4.10"
#define UNIT "2.5.4.11"
#define COMMON_NAME "2.5.4.3"

static struct span
named(struct arena *a, const char *type, const char *text)
{
	return ASN(a, TAG_SET, ASN(a, DER_SEQUENCE, asn_oid(a, type), asn_utf8(a, text)));
}

static struct span
country(struct arena *a)
{
	return ASN(a, TAG_SET, ASN(a, DER_SEQUENCE, asn_oid(a, COUNTRY), asn_printable(a, JAPAN)));
}

struct span
authority_name(struct arena *a, enum purpose purpose)
{
	return ASN(a, DER_SEQUENCE, country(a), named(a, ORGANIZATION, TEST_ORGANIZATION),
	    named(a, UNIT, purpose_shapes[purpose].unit), named(a, UNIT, AGENCY));
}

struct span
authority_alternative_name(struct arena *a, enum purpose purpose)
{
	return ASN(a, DER_SEQUENCE, country(a), named(a, ORGANIZATION, "公的個人認証サービス"),
	    named(a, UNIT, purpose_shapes[purpose].alternative_unit), named(a, UNIT, "地方公共団体情報システム機構"));
}

struct span
point_name(struct arena *a, enum purpose purpose, const struct municipality *m)
{
	return ASN(a, DER_SEQUENCE, country(a), named(a, ORGANIZATION, TEST_ORGANIZATION),
	    named(a, UNIT, purpose_shapes[purpose].unit), named(a, UNIT, "CRL Distribution Points"),
	    named(a, UNIT, m->prefecture), named(a, COMMON_NAME, arena_print(a, "%s CRLDP", m->name)));
}

struct span
signature_subject(struct arena *a, const struct municipality *m, const char *common_name)
{
	return ASN(a, DER_SEQUENCE, country(a), named(a, LOCALITY, m->prefecture), named(a, LOCALITY, m->name),
	    named(a, COMMON_NAME, common_name));
}

struct span
authentication_subject(struct arena *a, const char *common_name)
{
	return ASN(a, DER_SEQUENCE, country(a), named(a, COMMON_NAME, common_name));
}

struct span
responder_subject(struct arena *a, enum purpose purpose)
{
	return ASN(a, DER_SEQUENCE, country(a), named(a, ORGANIZATION, TEST_ORGANIZATION),
	    named(a, UNIT, purpose_shapes[purpose].unit), named(a, COMMON_NAME, "OCSP Responder"));
}

/* Extensions */

static struct span
directory_name(struct arena *a, struct span name)
{
	return ASN(a, DER_CONTEXT_0 + 4, name);
}

struct span
directory_names(struct arena *a, struct span name)
{
	return ASN(a, DER_SEQUENCE, directory_name(a, name));
}

/* DistributionPoint with distributionPoint [0] of fullName [0] (RFC 5280 s4.2.1.13). */
struct span
distribution_points(struct arena *a, struct span name)
{
	return ASN(a, DER_SEQUENCE, ASN(a, DER_SEQUENCE,
	    ASN(a, DER_CONTEXT_0, ASN(a, DER_CONTEXT_0, directory_name(a, name)))));
}

struct span
one_policy(struct arena *a, const char *oid)
{
	struct span qualifier = ASN(a, DER_SEQUENCE, asn_oid(a, "1.3.6.1.5.5.7.2.1"), asn_ia5(a, PRACTICE));

	return ASN(a, DER_SEQUENCE, ASN(a, DER_SEQUENCE, asn_oid(a, oid), ASN(a, DER_SEQUENCE, qualifier)));
}

struct span
ocsp_access(struct arena *a, const char *url)
{
	return ASN(a, DER_SEQUENCE, ASN(a, DER_SEQUENCE, asn_oid(a, "1.3.6.1.5.5.7.48.1"),
	    ASN(a, 0x86, span_text(url))));
}

struct span
authority_key(struct arena *a, struct span key_id, struct span issuer, struct span serial)
{
	return ASN(a, DER_SEQUENCE, ASN(a, 0x80, key_id), ASN(a, DER_CONTEXT_0 + 1, directory_name(a, issuer)),
	    ASN(a, 0x82, asn_contents(serial)));
}

struct span
other_name(struct arena *a, const char *oid, const char *text)
{
	return ASN(a, DER_CONTEXT_0, asn_oid(a, oid), ASN(a, DER_CONTEXT_0, asn_utf8(a, text)));
}
