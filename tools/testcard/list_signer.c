/* tools/testcard/list_signer.c - somebody whom an authority has certified for signing revocation lists. */
#include "testcard/list_signer.h"

#include <unistd.h>

#include "crypto/certificate.h"
#include "testcard/draft.h"
#include "testcard/key.h"

#define DAY ((int64_t)86400)

static struct certificate_plan
signer_plan(struct arena *a, const struct authority *ca, const EVP_PKEY *key, struct span serial, struct instant now)
{
	static const struct municipality home = { "Tokyo-to", "Shibuya-ku", "13113" };
	struct certificate_plan plan = {
		.version = 3, .serial = serial, .issuer = ca->name, .subject = ca->name,
		.not_before = asn_time(a, instant_after(now, SECONDS(-DAY))),
		.not_after = asn_time(a, instant_after(now, SECONDS(2 * 366 * DAY))),
		.spki = key_spki(a, key),
	};

	/* cRLSign alone. */
	plan_extend(&plan, OID_KEY_USAGE, true, asn_bits(a, span_of("\x02", 1), 1));
	plan_extend(&plan, OID_CRL_POINTS, false, distribution_points(a, point_name(a, ca->purpose, &home)));
	plan_extend(&plan, OID_AUTHORITY_KEY, false,
	    authority_key(a, key_identifier(a, ca->key), ca->name, ca->serial));
	plan_extend(&plan, OID_SUBJECT_KEY, false, asn_octets(a, key_identifier(a, key)));
	return plan;
}

static enum err
signer_make(struct arena *a, const struct authority *ca, struct span serial, const char *certificate,
    const char *key_file, struct problem *why)
{
	EVP_PKEY *key = key_rsa(2048, 65537);
	struct certificate_plan plan = signer_plan(a, ca, key, serial, clock_now());
	enum err err = key_write(key_file, key, why);

	if (err == OK)
		err = file_replace(certificate, 0644,
		    span_text(certificate_to_pem(certificate_sign(a, &plan, ca->key), a)), why);
	EVP_PKEY_free(key);
	return err;
}

enum err
list_signer_open(struct arena *a, const struct authority *ca, struct authority *out, struct problem *why)
{
	const char *certificate = arena_print(a, "%s/list-signer.pem", ca->folder),
	           *key = arena_print(a, "%s/list-signer.key", ca->folder);
	enum err err = OK;

	*out = *ca;
	out->key = NULL;
	out->certificate = (struct span){ 0 };
	/* Behind the responders' (world.c); below those of citizens. */
	out->serial = asn_number(a, 0x01100000U + ca->generation);
	if (access(certificate, F_OK) != 0)
		err = signer_make(a, ca, out->serial, certificate, key, why);
	return err == OK ? key_load(key, &out->key, why) : err;
}
