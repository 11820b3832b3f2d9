/* authn/attestation_statement.c - the members of an attestation statement, whatever its format. */
#include "authn/attestation_format.h"

#include "codec/cbor.h"

static void
read_certificates(struct concise *r, struct attestation_statement *out)
{
	for (concise_array(r); concise_element(r);) {
		struct span certificate = concise_bytes(r);

		if (out->certificate_count == COUNT(out->certificates))
			concise_fail(r, "at most 8 certificates", "more");
		else
			out->certificates[out->certificate_count++] = certificate;
	}
}

enum err
attestation_statement_read(struct span cbor, struct attestation_statement *out, struct problem *why)
{
	struct concise r;

	memset(out, 0, sizeof(*out));
	concise_begin(&r, cbor);
	for (concise_map(&r); concise_member(&r); out->members++) {
		struct span name = concise_text(&r);

		if (span_is(name, "alg")) {
			out->algorithm = concise_integer(&r);
			out->has_algorithm = true;
		} else if (span_is(name, "ver")) {
			out->version = concise_text(&r);
		} else if (span_is(name, "sig")) {
			out->signature = concise_bytes(&r);
		} else if (span_is(name, "x5c")) {
			read_certificates(&r, out);
		} else if (span_is(name, "certInfo")) {
			out->cert_info = concise_bytes(&r);
		} else if (span_is(name, "pubArea")) {
			out->pub_area = concise_bytes(&r);
		} else if (span_is(name, "response")) {
			out->response = concise_bytes(&r);
		}
	}
	return concise_end(&r, why);
}
