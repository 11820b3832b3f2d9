/* tests/jpki/maker.h - authorities of a JPKI of one's own, and certificates of theirs: right ones, and after a part of
 * the draft was changed, wrong ones of every kind. Written by tests/crypto/der_maker.h, signed by OpenSSL.
 *
 *     maker_begin -> maker_authority -> maker_draft -> (change it) -> maker_sign -> … -> maker_end
 */
#pragma once

#include <stdlib.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "crypto/der_maker.h"
#include "crypto/digest.h"
#include "jpki/profile.h"

#define MADE_GENERATIONS 3
/* 2026-11-22T00:00:00Z, when all of it takes place. */
#define MADE_NOON SECONDS(1795305600)

#define OID_KEY_USAGE "2.5.29.15"
#define OID_POLICIES "2.5.29.32"
#define OID_EXTENDED_USAGE "2.5.29.37"
#define OID_SUBJECT_NAMES "2.5.29.17"
#define OID_ISSUER_NAMES "2.5.29.18"
#define OID_POINTS "2.5.29.31"
#define OID_ACCESS "1.3.6.1.5.5.7.1.1"
#define OID_AUTHORITY_KEY "2.5.29.35"
#define OID_SUBJECT_KEY "2.5.29.14"
#define OID_BASIC "2.5.29.19"
#define OID_ATTRIBUTES "1.2.392.200149.8.5.5"
#define RSA_SHA256 "300d 06092a864886f70d01010b 0500"

struct made_authority {
	enum jpki_purpose purpose;
	enum jpki_world world;
	EVP_PKEY *key;
	struct span name, serial, key_id; /* Name and INTEGER whole, contents of the OCTET STRING */
	struct span der;
};

/* The draft's parts, in their order. */
enum made_part { PART_VERSION, PART_SERIAL, PART_INNER_ALGORITHM, PART_ISSUER, PART_VALIDITY, PART_SUBJECT, PART_KEY,
	PART_UNIQUE_IDS, PART_ALGORITHM, PARTS };
/* Extensions, whole; one that is empty is left out. */
enum made_extension { EXTENSION_USAGE, EXTENSION_EXTENDED_USAGE, EXTENSION_POLICIES, EXTENSION_SUBJECT_NAMES,
	EXTENSION_ISSUER_NAMES, EXTENSION_POINTS, EXTENSION_ACCESS, EXTENSION_AUTHORITY_KEY, EXTENSION_SUBJECT_KEY,
	EXTENSION_BASIC, EXTENSION_MORE, EXTENSIONS };
struct made_draft {
	struct span part[PARTS], extension[EXTENSIONS];
	EVP_PKEY *signer; /* the authority's */
	const EVP_MD *digest;
};

struct maker {
	struct arena *arena;
	EVP_PKEY *keys[2 * 2 * MADE_GENERATIONS]; /* of authorities, by purpose, world and generation */
	EVP_PKEY *holder;
};

static inline struct maker
maker_begin(struct arena *a)
{
	struct maker m = { .arena = a, .holder = EVP_RSA_gen(2048) };

	for (size_t i = 0; i < COUNT(m.keys); i++)
		m.keys[i] = EVP_RSA_gen(2048);
	return m;
}

static inline void
maker_end(struct maker *m)
{
	for (size_t i = 0; i < COUNT(m->keys); i++)
		EVP_PKEY_free(m->keys[i]);
	EVP_PKEY_free(m->holder);
}

static inline struct span
made_spki(struct arena *a, const EVP_PKEY *key)
{
	unsigned char *der = NULL;
	int size = i2d_PUBKEY(key, &der);
	struct span copy;

	if (size <= 0)
		abort();
	copy = arena_copy(a, span_of(der, (size_t)size));
	OPENSSL_free(der);
	return copy;
}

static inline struct span
made_key_id(struct arena *a, const EVP_PKEY *key)
{
	uint8_t hash[20];

	digest(DIGEST_SHA1, made_spki(a, key), hash);
	return arena_copy(a, span_of(hash, sizeof(hash)));
}

static inline struct span
made_validity(struct arena *a, const char *from, const char *until)
{
	return WRAP(a, DER_SEQUENCE, text_of(a, DER_UTC_TIME, from), text_of(a, DER_UTC_TIME, until));
}

/* All that is signed, and the signature over it. */
static inline struct span
maker_sign(struct maker *m, const struct made_draft *d)
{
	struct arena *a = m->arena;
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t bytes[1024];
	size_t size = sizeof(bytes);
	struct span extensions = join(a, d->extension, EXTENSIONS), tbs;

	if (extensions.size)
		extensions = wrap(a, DER_CONTEXT(3), wrap(a, DER_SEQUENCE, extensions));
	tbs = wrap(a, DER_SEQUENCE, JOIN(a, join(a, d->part, PART_ALGORITHM), extensions));
	if (EVP_DigestSignInit(context, NULL, d->digest, NULL, d->signer) != 1 ||
	    EVP_DigestSign(context, bytes, &size, tbs.data, tbs.size) != 1)
		abort();
	EVP_MD_CTX_free(context);
	return WRAP(a, DER_SEQUENCE, tbs, d->part[PART_ALGORITHM],
	    WRAP(a, DER_BIT_STRING, hex(a, "00"), span_of(bytes, size)));
}

static inline const char *
made_unit(enum jpki_purpose purpose)
{
	return purpose == JPKI_SIGNATURE ? "JPKI for digital signature" : "JPKI for user authentication";
}

static inline const char *
made_organization(enum jpki_world world)
{
	return world == JPKI_TEST ? "JPKI-TEST" : "JPKI";
}

static inline struct span
made_authority_name(struct arena *a, enum jpki_purpose purpose, enum jpki_world world)
{
	return WRAP(a, DER_SEQUENCE, rdn(a, "2.5.4.6", DER_PRINTABLE_STRING, "JP"),
	    rdn(a, "2.5.4.10", DER_UTF8_STRING, made_organization(world)),
	    rdn(a, "2.5.4.11", DER_UTF8_STRING, made_unit(purpose)),
	    rdn(a, "2.5.4.11", DER_UTF8_STRING, "Japan Agency for Local Authority Information Systems"));
}

/* Of an authority's own certificate. The first generation ended in October 2025, the third ends in 2033. */
static inline struct made_draft
maker_authority_draft(struct maker *m, enum jpki_purpose purpose, enum jpki_world world, unsigned generation)
{
	static const char *const from[] = { "151020024028Z", "190914234156Z", "230716005027Z" };
	static const char *const until[] = { "251019145959Z", "290914145959Z", "330715145959Z" };
	struct arena *a = m->arena;
	EVP_PKEY *key = m->keys[((purpose - 1) * 2 + (world - 1)) * MADE_GENERATIONS + generation - 1];
	struct span name = made_authority_name(a, purpose, world);
	struct made_draft d = { .signer = key, .digest = EVP_sha256() };

	d.part[PART_VERSION] = hex(a, "a003 020102");
	d.part[PART_SERIAL] = WRAP(a, DER_INTEGER, hex(a, arena_print(a, "0%u32c4%02x", generation,
	    purpose * 16 + world)));
	d.part[PART_INNER_ALGORITHM] = d.part[PART_ALGORITHM] = hex(a, RSA_SHA256);
	d.part[PART_ISSUER] = d.part[PART_SUBJECT] = name;
	d.part[PART_VALIDITY] = made_validity(a, from[generation - 1], until[generation - 1]);
	d.part[PART_KEY] = made_spki(a, key);
	d.extension[EXTENSION_USAGE] = extension(a, OID_KEY_USAGE, true, hex(a, "0302 0106"));
	d.extension[EXTENSION_BASIC] = extension(a, OID_BASIC, true, hex(a, "3003 0101ff"));
	d.extension[EXTENSION_SUBJECT_KEY] = extension(a, OID_SUBJECT_KEY, false,
	    wrap(a, DER_OCTET_STRING, made_key_id(a, key)));
	return d;
}

static inline struct made_authority
maker_authority(struct maker *m, enum jpki_purpose purpose, enum jpki_world world, unsigned generation)
{
	struct made_draft d = maker_authority_draft(m, purpose, world, generation);

	return (struct made_authority){ purpose, world, d.signer, d.part[PART_SUBJECT], d.part[PART_SERIAL],
		made_key_id(m->arena, d.signer), maker_sign(m, &d) };
}

static inline struct span
made_policies(struct arena *a, const char *policy)
{
	return WRAP(a, DER_SEQUENCE, WRAP(a, DER_SEQUENCE, oid(a, policy), WRAP(a, DER_SEQUENCE, WRAP(a, DER_SEQUENCE,
	    oid(a, "1.3.6.1.5.5.7.2.1"), text_of(a, DER_IA5_STRING, "http://www.jpki.go.jp/cps.html")))));
}

static inline struct span
made_policy(struct arena *a, const char *policy)
{
	return extension(a, OID_POLICIES, true, made_policies(a, policy));
}

/* otherName of one attribute. */
static inline struct span
made_attribute(struct arena *a, const char *type, uint8_t tag, const char *value)
{
	return WRAP(a, DER_CONTEXT(0), oid(a, type), wrap(a, DER_CONTEXT(0), text_of(a, tag, value)));
}

static inline struct span
made_subject_names(struct arena *a, struct span names)
{
	return extension(a, OID_SUBJECT_NAMES, false, wrap(a, DER_SEQUENCE, names));
}

/* The six of a card, in a card's order. */
static inline struct span
made_attributes(struct arena *a)
{
	return JOIN(a, made_attribute(a, OID_ATTRIBUTES ".1", DER_UTF8_STRING, "見本　花子"),
	    made_attribute(a, OID_ATTRIBUTES ".4", DER_UTF8_STRING, "319800217"),
	    made_attribute(a, OID_ATTRIBUTES ".3", DER_UTF8_STRING, "2"),
	    made_attribute(a, OID_ATTRIBUTES ".5", DER_UTF8_STRING, "東京都清瀬市見本町１－２"),
	    made_attribute(a, OID_ATTRIBUTES ".2", DER_UTF8_STRING, "00010"),
	    made_attribute(a, OID_ATTRIBUTES ".6", DER_UTF8_STRING, "000000000000"));
}

static inline struct span
made_point(struct arena *a, const struct made_authority *issuer)
{
	struct span name = WRAP(a, DER_SEQUENCE, rdn(a, "2.5.4.6", DER_PRINTABLE_STRING, "JP"),
	    rdn(a, "2.5.4.10", DER_UTF8_STRING, made_organization(issuer->world)),
	    rdn(a, "2.5.4.11", DER_UTF8_STRING, made_unit(issuer->purpose)),
	    rdn(a, "2.5.4.11", DER_UTF8_STRING, "CRL Distribution Points"),
	    rdn(a, "2.5.4.11", DER_UTF8_STRING, "Tokyo-to"), rdn(a, "2.5.4.3", DER_UTF8_STRING, "Kiyose-shi CRLDP"));

	return extension(a, OID_POINTS, false, WRAP(a, DER_SEQUENCE, WRAP(a, DER_SEQUENCE, WRAP(a, DER_CONTEXT(0),
	    wrap(a, DER_CONTEXT(0), wrap(a, DER_CONTEXT(4), name))))));
}

/* By key identifier, the authority's name and its serial number. */
static inline struct span
made_authority_key(struct arena *a, struct span key_id, struct span name, struct span serial)
{
	struct span rest = serial, number;

	if (!der_enter(&rest, DER_INTEGER, &number))
		abort();
	return extension(a, OID_AUTHORITY_KEY, false, WRAP(a, DER_SEQUENCE, wrap(a, DER_PRIMITIVE(0), key_id),
	    wrap(a, DER_CONTEXT(1), wrap(a, DER_CONTEXT(4), name)), wrap(a, DER_PRIMITIVE(2), number)));
}

/* Of a card's certificate as it must be, for the holder's key. */
static inline struct made_draft
maker_draft(struct maker *m, const struct made_authority *issuer)
{
	bool signs = issuer->purpose == JPKI_SIGNATURE;
	struct arena *a = m->arena;
	struct made_draft d = { .signer = issuer->key, .digest = EVP_sha256() };

	d.part[PART_VERSION] = hex(a, "a003 020102");
	d.part[PART_SERIAL] = hex(a, "0204 018c0102");
	d.part[PART_INNER_ALGORITHM] = d.part[PART_ALGORITHM] = hex(a, RSA_SHA256);
	d.part[PART_ISSUER] = issuer->name;
	d.part[PART_VALIDITY] = made_validity(a, "240401000000Z", "290401145959Z");
	d.part[PART_SUBJECT] = signs ?
	    WRAP(a, DER_SEQUENCE, rdn(a, "2.5.4.6", DER_PRINTABLE_STRING, "JP"),
		rdn(a, "2.5.4.7", DER_UTF8_STRING, "Tokyo-to"), rdn(a, "2.5.4.7", DER_UTF8_STRING, "Kiyose-shi"),
		rdn(a, "2.5.4.3", DER_UTF8_STRING, "2024040100000000000000000001")) :
	    WRAP(a, DER_SEQUENCE, rdn(a, "2.5.4.6", DER_PRINTABLE_STRING, "JP"),
		rdn(a, "2.5.4.3", DER_UTF8_STRING, "AAAAAAAAAAAAAA13221001A"));
	d.part[PART_KEY] = made_spki(a, m->holder);
	d.extension[EXTENSION_USAGE] = extension(a, OID_KEY_USAGE, true, hex(a, signs ? "0302 06c0" : "0302 0780"));
	if (!signs)
		d.extension[EXTENSION_EXTENDED_USAGE] = extension(a, OID_EXTENDED_USAGE, false,
		    WRAP(a, DER_SEQUENCE, oid(a, "1.3.6.1.5.5.7.3.2")));
	d.extension[EXTENSION_POLICIES] = made_policy(a, !signs ? "1.2.392.200149.8.5.1.3.30" :
	    issuer->world == JPKI_TEST ? "1.2.392.200149.8.5.1.0.20" : "1.2.392.200149.8.5.1.1.20");
	if (signs)
		d.extension[EXTENSION_SUBJECT_NAMES] = made_subject_names(a, made_attributes(a));
	d.extension[EXTENSION_POINTS] = made_point(a, issuer);
	d.extension[EXTENSION_ACCESS] = extension(a, OID_ACCESS, false, WRAP(a, DER_SEQUENCE, WRAP(a, DER_SEQUENCE,
	    oid(a, "1.3.6.1.5.5.7.48.1"), text_of(a, DER_PRIMITIVE(6), "http://ocsp.example/"))));
	d.extension[EXTENSION_AUTHORITY_KEY] = made_authority_key(a, issuer->key_id, issuer->name, issuer->serial);
	d.extension[EXTENSION_SUBJECT_KEY] = extension(a, OID_SUBJECT_KEY, false,
	    wrap(a, DER_OCTET_STRING, made_key_id(a, m->holder)));
	return d;
}
