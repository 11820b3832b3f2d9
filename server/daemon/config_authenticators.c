/* daemon/config_authenticators.c - the part of the configuration about which authenticators are taken:
 * "/authenticators". */
#include "daemon/config_reading.h"

#include "codec/text.h"

#define LONGEST_URL 500
#define METADATA_URL "https://mds3.fidoalliance.org/"
#define METADATA_HOST "mds.fidoalliance.org"

static enum attestation_demand
read_demand(struct place p)
{
	static const char *const words[] = {
		[ATTESTATION_ANY] = "none", [ATTESTATION_PREFERRED] = "preferred", [ATTESTATION_REQUIRED] = "required",
	};
	const char *text = place_text(p, 1, 20, words[ATTESTATION_ANY]);

	for (size_t i = 0; i < COUNT(words); i++)
		if (strcmp(text, words[i]) == 0)
			return (enum attestation_demand)i;
	place_fail(p, "\"none\", \"preferred\" or \"required\"", NULL);
	return ATTESTATION_REQUIRED;
}

/* SHA-256 of the legal header that the operator has read and accepted. */
static void
read_legal_header(struct config *c, struct place p)
{
	const char *text = place_text(p, 64, 64, "");

	if (*text && !hex_read(span_text(text), c->authenticators.metadata.legal_header,
	                 sizeof(c->authenticators.metadata.legal_header)))
		place_fail(p, "64 hexadecimal digits", NULL);
	c->authenticators.metadata.has_legal_header = *text != '\0';
}

static void
read_metadata(struct reading *r, struct place p)
{
	struct config *c = r->config;
	struct place url = place_member(p, "url"), file = place_member(p, "file");

	c->authenticators.metadata.present = place_exists(p);
	if (!c->authenticators.metadata.present)
		return;
	if (place_exists(url) && place_exists(file))
		place_fail(p, "\"url\" or \"file\"", "both");
	else if (place_exists(file))
		c->authenticators.metadata.file = read_path(r, file, NULL, ITS_PARENT);
	else
		c->authenticators.metadata.url = check_uri(url, place_text(url, 8, LONGEST_URL, METADATA_URL));
	c->authenticators.metadata.roots = read_path(r, place_member(p, "roots"), NULL, A_FILE);
	c->authenticators.metadata.host = place_text(place_member(p, "host"), 1, 253, METADATA_HOST);
	read_legal_header(c, place_member(p, "legal_header"));
	c->authenticators.metadata.refresh = place_duration(place_member(p, "refresh"), SECONDS(60), 30 * DAY, DAY);
}

void
read_authenticators(struct reading *r, struct place p)
{
	struct config *c = r->config;
	struct place roots = place_member(p, "roots");

	c->authenticators.rsa_least = (unsigned)place_integer(place_member(p, "rsa_least"), 1024, 8192, 2048);
	c->authenticators.attestation = read_demand(place_member(p, "attestation"));
	c->authenticators.strict = place_boolean(place_member(p, "strict"), false);
	if (place_exists(roots))
		c->authenticators.roots = read_path(r, roots, NULL, A_FILE);
	read_metadata(r, place_member(p, "metadata"));
	if (c->authenticators.attestation == ATTESTATION_REQUIRED && !c->authenticators.roots &&
	    !c->authenticators.metadata.present)
		place_fail(place_member(p, "attestation"), "with \"required\", \"roots\" or \"metadata\" to be trusted",
		    NULL);
}
