/* tools/testcard/world.c - the directory a test world lives in. */
#include "testcard/world.h"

#include <dirent.h>
#include <openssl/x509.h>
#include <unistd.h>

#include "base/random.h"
#include "codec/text.h"
#include "crypto/certificate.h"
#include "testcard/draft.h"
#include "testcard/index.h"
#include "testcard/key.h"

#define FILE_LARGEST (1 * MIB)
#define DAY ((int64_t)86400)
/* Real generations follow each other after some four years, and live for ten. */
#define GENERATION_DAYS 1461
#define LIFE_DAYS 3652

static const char *
authority_folder(struct arena *a, const char *directory, enum purpose purpose, unsigned generation)
{
	return arena_print(a, "%s/%s/%u", directory, purpose_shapes[purpose].folder, generation);
}

struct certificate_plan
authority_plan(struct arena *a, enum purpose purpose, const EVP_PKEY *key, struct span serial, struct instant from,
    struct instant until)
{
	struct span name = authority_name(a, purpose);
	struct certificate_plan plan = {
		.version = 3, .serial = serial, .issuer = name, .subject = name, .not_before = asn_time(a, from),
		.not_after = asn_time(a, until), .spki = key_spki(a, key),
	};

	/* keyCertSign and cRLSign; no pathLen; no authorityKeyIdentifier (jpki.md 1.1). */
	plan_extend(&plan, OID_KEY_USAGE, true, asn_bits(a, span_of("\x06", 1), 1));
	plan_extend(&plan, OID_BASIC_CONSTRAINTS, true, ASN(a, DER_SEQUENCE, asn_true(a)));
	plan_extend(&plan, OID_SUBJECT_NAMES, false, directory_names(a, authority_alternative_name(a, purpose)));
	plan_extend(&plan, OID_CRL_POINTS, false, distribution_points(a, name));
	plan_extend(&plan, OID_SUBJECT_KEY, false, asn_octets(a, key_identifier(a, key)));
	return plan;
}

struct certificate_plan
responder_plan(struct arena *a, const struct authority *ca, const EVP_PKEY *key, struct instant now)
{
	struct certificate_plan plan = {
		.version = 3,
		.serial = asn_number(a, 0x01000000U + ca->generation),
		.issuer = ca->name,
		.subject = responder_subject(a, ca->purpose),
		.not_before = asn_time(a, instant_after(now, SECONDS(-DAY))),
		.not_after = asn_time(a, instant_after(now, SECONDS(2 * 366 * DAY))),
		.spki = key_spki(a, key),
	};

	plan_extend(&plan, OID_KEY_USAGE, true, asn_bits(a, span_of("\x80", 1), 7));
	plan_extend(&plan, OID_EXTENDED_USAGE, false, ASN(a, DER_SEQUENCE, asn_oid(a, OID_OCSP_SIGNING)));
	/* Nobody could tell whether the responder's own certificate is revoked (RFC 6960 s4.2.2.2.1). */
	plan_extend(&plan, OID_NO_CHECK, false, asn_null(a));
	plan_extend(&plan, OID_AUTHORITY_KEY, false,
	    authority_key(a, key_identifier(a, ca->key), ca->name, ca->serial));
	plan_extend(&plan, OID_SUBJECT_KEY, false, asn_octets(a, key_identifier(a, key)));
	return plan;
}

static enum err
responder_make(struct arena *a, const struct authority *ca, struct instant now, struct problem *why)
{
	EVP_PKEY *key = key_rsa(2048, 65537);
	struct certificate_plan plan = responder_plan(a, ca, key, now);
	const char *pem = certificate_to_pem(certificate_sign(a, &plan, ca->key), a);
	enum err err = file_replace(arena_print(a, "%s/responder.pem", ca->folder), 0644, span_text(pem), why);

	if (err == OK)
		err = key_write(arena_print(a, "%s/responder.key", ca->folder), key, why);
	EVP_PKEY_free(key);
	return err;
}

static enum err
authority_make(struct arena *a, const char *directory, enum purpose purpose, unsigned generation,
    const struct world_plan *world, struct problem *why)
{
	int64_t age = (int64_t)(world->generations - generation) * GENERATION_DAYS + 30;
	struct instant from = instant_after(world->now, SECONDS(-age * DAY));
	struct authority ca = {
		.purpose = purpose, .generation = generation, .key = key_rsa(2048, 65537),
		.name = authority_name(a, purpose), .folder = authority_folder(a, directory, purpose, generation),
	};
	struct certificate_plan plan;
	enum err err;

	/* The eldest real one has the number 1. */
	ca.serial = asn_number(a, generation == 1 ? 1 : 0x01000000U * generation + 0xc4ab);
	plan = authority_plan(a, purpose, ca.key, ca.serial, from, instant_after(from, SECONDS(LIFE_DAYS * DAY)));
	ca.certificate = certificate_sign(a, &plan, ca.key);
	if ((err = directory_make(a, ca.folder, why)) == OK &&
	    (err = key_write(arena_print(a, "%s/ca.key", ca.folder), ca.key, why)) == OK &&
	    (err = file_replace(arena_print(a, "%s/ca.cer", ca.folder), 0644, ca.certificate, why)) == OK &&
	    (err = file_replace(arena_print(a, "%s/ca.pem", ca.folder), 0644,
	    span_text(certificate_to_pem(ca.certificate, a)), why)) == OK &&
	    (err = file_replace(arena_print(a, "%s/index.txt", ca.folder), 0644, (struct span){ 0 }, why)) == OK)
		err = responder_make(a, &ca, world->now, why);
	EVP_PKEY_free(ca.key);
	return err;
}

static bool
directory_empty(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	bool empty = true;

	while (dir && (entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			empty = false;
	if (dir)
		closedir(dir);
	return empty;
}

enum err
world_init(struct arena *a, const char *directory, const struct world_plan *plan, struct problem *why)
{
	enum err err = OK;

	if (!directory_empty(directory))
		return problem_set(why, ERR_CONFLICT, "", "%s: there is something in it; expected a new directory",
		    directory);
	for (enum purpose p = SIGNATURE; p < PURPOSES && err == OK; p++)
		for (unsigned g = 1; g <= plan->generations && err == OK; g++)
			err = authority_make(a, directory, p, g, plan, why);
	if (err == OK && plan->ocsp_url)
		err = file_replace(arena_print(a, "%s/ocsp-url", directory), 0644, span_text(plan->ocsp_url), why);
	return err;
}

const char *
world_ocsp_url(struct arena *a, const char *directory)
{
	struct span text;

	if (file_take(a, arena_print(a, "%s/ocsp-url", directory), 2 * KIB, &text, NULL) != OK)
		return NULL;
	return arena_text(a, text);
}

unsigned
world_generation(struct arena *a, const char *directory, enum purpose purpose)
{
	unsigned newest = 0;

	for (unsigned g = 1; g <= GENERATIONS; g++)
		if (access(arena_print(a, "%s/ca.cer", authority_folder(a, directory, purpose, g)), R_OK) == 0)
			newest = g;
	return newest;
}

/* The names as they stand in the certificate, and its serial. */
static bool
names_read(struct span certificate, struct span *serial, struct span *issuer, struct span *subject)
{
	struct span whole, tbs, skipped, rest;

	if (!der_enter(&certificate, DER_SEQUENCE, &whole) || !der_enter(&whole, DER_SEQUENCE, &tbs) ||
	    !der_enter(&tbs, DER_CONTEXT_0, &skipped))
		return false;
	rest = tbs;
	if (!der_enter(&tbs, DER_INTEGER, &skipped))
		return false;
	*serial = span_first(rest, (size_t)(tbs.data - rest.data));
	if (!der_enter(&tbs, DER_SEQUENCE, &skipped))
		return false;
	rest = tbs;
	if (!der_enter(&tbs, DER_SEQUENCE, &skipped))
		return false;
	*issuer = span_first(rest, (size_t)(tbs.data - rest.data));
	if (!der_enter(&tbs, DER_SEQUENCE, &skipped))
		return false;
	rest = tbs;
	if (!der_enter(&tbs, DER_SEQUENCE, &skipped))
		return false;
	*subject = span_first(rest, (size_t)(tbs.data - rest.data));
	return true;
}

enum err
authority_open(struct arena *a, const char *directory, enum purpose purpose, unsigned generation,
    struct authority *out, struct problem *why)
{
	struct span issuer, subject;
	const char *path;
	enum err err;

	*out = (struct authority){ .purpose = purpose, .name = authority_name(a, purpose) };
	out->generation = generation ? generation : world_generation(a, directory, purpose);
	out->folder = authority_folder(a, directory, purpose, out->generation);
	path = arena_print(a, "%s/ca.cer", out->folder);
	err = file_take(a, path, FILE_LARGEST, &out->certificate, why);
	if (err != OK)
		return err;
	if (!names_read(out->certificate, &out->serial, &issuer, &subject) || !span_equal(issuer, out->name) ||
	    !span_equal(subject, out->name))
		return problem_set(why, ERR_DENIED, "", "%s: this is no authority of O=" TEST_ORGANIZATION
		    "; nothing is ever issued by another", path);
	return key_load(arena_print(a, "%s/ca.key", out->folder), &out->key, why);
}

void
authority_close(struct authority *ca)
{
	EVP_PKEY_free(ca->key);
	ca->key = NULL;
}

enum err
serial_new(struct arena *a, const char *directory, enum purpose purpose, struct span *integer, struct problem *why)
{
	unsigned newest = world_generation(a, directory, purpose);
	char serial[9];
	bool taken;

	do {
		uint32_t number;

		random_bytes(&number, sizeof(number));
		/* Below it the authorities' and responders', above it those that only fill lists. */
		number = 0x02000000 + number % 0x0a000000;
		snprintf(serial, sizeof(serial), "%08X", number);
		*integer = asn_number(a, number);
		taken = false;
		for (unsigned g = 1; g <= newest; g++) {
			struct issued *rows;
			size_t count;
			enum err err = issued_read(a, authority_folder(a, directory, purpose, g), &rows, &count, why);

			if (err != OK)
				return err;
			for (size_t i = 0; i < count; i++)
				taken = taken || strcmp(rows[i].serial, serial) == 0;
		}
	} while (taken);
	return OK;
}
