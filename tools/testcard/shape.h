/* tools/testcard/shape.h - how certificates of the test world look: names, extensions, policies (jpki.md 1.1 to 1.4).
 *
 * The organisation is JPKI-TEST and nothing else: no argument anywhere changes it, so what is made here can never be
 * taken for a certificate of the Japan Agency for Local Authority Information Systems.
 */
#pragma once

#include "base/problem.h"
#include "testcard/certificate.h"

#define TEST_ORGANIZATION "JPKI-TEST"

enum purpose { SIGNATURE, AUTHENTICATION, PURPOSES };

struct purpose_shape {
	const char *name;        /* "signature" */
	const char *folder;      /* "sign" */
	const char *unit, *alternative_unit;
	const char *policy;      /* of a card's certificates */
	uint8_t usage[2];        /* KeyUsage: bits that do not count, bits */
};
extern const struct purpose_shape purpose_shapes[PURPOSES];
/* Its name or its folder's; PURPOSES: neither. */
enum purpose purpose_read(const char *);

struct municipality {
	const char *prefecture, *name; /* "Tokyo-to" "Shibuya-ku" */
	const char *code;              /* five digits, 市区町村コード without the check digit */
};

/* Names, whole. */
struct span authority_name(struct arena *, enum purpose);
struct span authority_alternative_name(struct arena *, enum purpose);
struct span point_name(struct arena *, enum purpose, const struct municipality *);
struct span signature_subject(struct arena *, const struct municipality *, const char *common_name);
struct span authentication_subject(struct arena *, const char *common_name);
struct span responder_subject(struct arena *, enum purpose);

/* What extensions hold. */
struct span directory_names(struct arena *, struct span name);      /* GeneralNames with one directoryName */
struct span distribution_points(struct arena *, struct span name);
struct span one_policy(struct arena *, const char *oid);
struct span ocsp_access(struct arena *, const char *url);
struct span authority_key(struct arena *, struct span key_id, struct span issuer, struct span serial);
struct span other_name(struct arena *, const char *oid, const char *text);

/* OIDs of extensions. */
#define OID_SUBJECT_KEY "2.5.29.14"
#define OID_KEY_USAGE "2.5.29.15"
#define OID_SUBJECT_NAMES "2.5.29.17"
#define OID_ISSUER_NAMES "2.5.29.18"
#define OID_BASIC_CONSTRAINTS "2.5.29.19"
#define OID_CRL_NUMBER "2.5.29.20"
#define OID_REASON "2.5.29.21"
#define OID_DELTA "2.5.29.27"
#define OID_ISSUING_POINT "2.5.29.28"
#define OID_CRL_POINTS "2.5.29.31"
#define OID_POLICIES "2.5.29.32"
#define OID_AUTHORITY_KEY "2.5.29.35"
#define OID_EXTENDED_USAGE "2.5.29.37"
#define OID_ACCESS "1.3.6.1.5.5.7.1.1"
#define OID_NO_CHECK "1.3.6.1.5.5.7.48.1.5"
#define OID_CLIENT_AUTH "1.3.6.1.5.5.7.3.2"
#define OID_OCSP_SIGNING "1.3.6.1.5.5.7.3.9"

/* Of the holder's attributes; the last number tells which (jpki.md 1.4). */
#define OID_ATTRIBUTE "1.2.392.200149.8.5.5"
