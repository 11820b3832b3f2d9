/* jpki/ocsp_response.c - reading an OCSP response.
 *
 *     OCSPResponse -> BasicOCSPResponse -> ResponseData -> SingleResponse …
 */
#include "jpki/ocsp_response.h"

#include "codec/der.h"
#include "crypto/x509_extension.h"

#define CLAUSE "RFC 6960 s4.2.1"
#define KEY_HASH 20
#define EXTENSIONS 32
#define LARGEST_REASON 10

static const struct span basic_oid = { (const uint8_t *)"\x2b\x06\x01\x05\x05\x07\x30\x01\x01", 9 };
static const struct span nonce_oid = { (const uint8_t *)"\x2b\x06\x01\x05\x05\x07\x30\x01\x02", 9 };

static const char *const statuses[] = {
	[OCSP_SUCCESSFUL] = "successful",
	[OCSP_MALFORMED_REQUEST] = "malformedRequest",
	[OCSP_INTERNAL_ERROR] = "internalError",
	[OCSP_TRY_LATER] = "tryLater",
	[OCSP_SIGNATURE_REQUIRED] = "sigRequired",
	[OCSP_UNAUTHORIZED] = "unauthorized",
};

const char *
ocsp_status_name(enum ocsp_status status)
{
	return statuses[status];
}

static enum err
broken(struct problem *why, const char *part)
{
	return problem_set(why, ERR_SYNTAX, CLAUSE, "an OCSP response's %s is not as it must be", part);
}

/* Extensions, of which only the nonce is understood, and only where `nonce` is given. */
static bool
read_extensions(struct span list, struct span *nonce, bool *unknown_critical)
{
	struct span seen[EXTENSIONS], oid;
	struct x509_extension found;
	size_t count = 0;

	while (list.size) {
		if (count == EXTENSIONS || !x509_extension_next(&list, &oid, &found))
			return false;
		for (size_t i = 0; i < count; i++)
			if (span_equal(seen[i], oid))
				return false;
		seen[count++] = oid;
		if (!nonce || !span_equal(oid, nonce_oid))
			*unknown_critical |= found.critical;
		else if (!der_enter(&found.value, DER_OCTET_STRING, nonce) || found.value.size || !nonce->size)
			return false;
	}
	return count > 0;
}

/* [n] EXPLICIT Extensions, if it is there. */
static bool
read_optional_extensions(struct span *rest, uint8_t tag, struct span *nonce, bool *unknown_critical)
{
	struct span wrapped, list;

	if (der_peek(*rest) != tag)
		return true;
	return der_enter(rest, tag, &wrapped) && der_enter(&wrapped, DER_SEQUENCE, &list) && !wrapped.size &&
	       read_extensions(list, nonce, unknown_critical);
}

static bool
read_revoked(struct span info, struct ocsp_single *out)
{
	struct span wrapped;
	uint64_t reason;

	out->status = OCSP_REVOKED;
	if (!der_generalized_time(&info, DER_GENERALIZED_TIME, &out->revoked_at))
		return false;
	if (!info.size)
		return true;
	if (!der_enter(&info, DER_CONTEXT(0), &wrapped) ||
	    !der_number(&wrapped, DER_ENUMERATED, LARGEST_REASON, &reason))
		return false;
	out->reason = (int)reason;
	return !wrapped.size && !info.size;
}

static bool
read_status(struct span *rest, struct ocsp_single *out)
{
	struct span contents;
	uint8_t tag;

	if (!der_any(rest, &tag, &contents))
		return false;
	switch (tag) {
	case DER_PRIMITIVE(0):
		out->status = OCSP_GOOD;
		return contents.size == 0;
	case DER_CONTEXT(1):
		return read_revoked(contents, out);
	case DER_PRIMITIVE(2):
		out->status = OCSP_UNKNOWN;
		return contents.size == 0;
	default:
		return false;
	}
}

static bool
read_single(struct span *rest, struct ocsp_single *out)
{
	struct span single, wrapped;

	*out = (struct ocsp_single){ .reason = -1 };
	if (!der_enter(rest, DER_SEQUENCE, &single) || !ocsp_id_next(&single, &out->id) || !read_status(&single, out) ||
	    !der_generalized_time(&single, DER_GENERALIZED_TIME, &out->this_update))
		return false;
	if (der_peek(single) == DER_CONTEXT(0) &&
	    (!der_enter(&single, DER_CONTEXT(0), &wrapped) ||
	     !der_generalized_time(&wrapped, DER_GENERALIZED_TIME, &out->next_update) || wrapped.size))
		return false;
	return read_optional_extensions(&single, DER_CONTEXT(1), NULL, &out->unknown_critical) && !single.size;
}

static bool
read_responder(struct span *rest, struct ocsp_response *out)
{
	struct span wrapped;

	if (der_peek(*rest) == DER_CONTEXT(1))
		return der_enter(rest, DER_CONTEXT(1), &wrapped) &&
		       der_whole(&wrapped, DER_SEQUENCE, &out->responder_name) && !wrapped.size;
	return der_enter(rest, DER_CONTEXT(2), &wrapped) &&
	       der_enter(&wrapped, DER_OCTET_STRING, &out->responder_key) && !wrapped.size &&
	       out->responder_key.size == KEY_HASH;
}

/* ResponseData; v1 is the default, so no version stands there. */
static enum err
read_data(struct span data, struct ocsp_response *out, struct problem *why)
{
	struct span singles;

	if (!read_responder(&data, out))
		return broken(why, "responderID");
	if (!der_generalized_time(&data, DER_GENERALIZED_TIME, &out->produced_at))
		return broken(why, "producedAt");
	if (!der_enter(&data, DER_SEQUENCE, &singles))
		return broken(why, "responses");
	while (singles.size) {
		if (out->single_count == OCSP_ANSWERS)
			return problem_set(why, ERR_LIMIT, CLAUSE,
			    "an OCSP response has more than %d answers", OCSP_ANSWERS);
		if (!read_single(&singles, &out->singles[out->single_count++]))
			return broken(why, "SingleResponse");
	}
	if (!read_optional_extensions(&data, DER_CONTEXT(1), &out->nonce, &out->unknown_critical))
		return broken(why, "responseExtensions");
	return data.size ? broken(why, "ResponseData") : OK;
}

static enum err
read_certificates(struct span *rest, struct ocsp_response *out, struct problem *why)
{
	struct span wrapped, list;

	if (!rest->size)
		return OK;
	if (!der_enter(rest, DER_CONTEXT(0), &wrapped) || !der_enter(&wrapped, DER_SEQUENCE, &list) || wrapped.size)
		return broken(why, "certs");
	while (list.size) {
		if (out->certificate_count == OCSP_CERTIFICATES)
			return problem_set(why, ERR_LIMIT, CLAUSE,
			    "an OCSP response has more than %d certificates", OCSP_CERTIFICATES);
		if (!der_whole(&list, DER_SEQUENCE, &out->certificates[out->certificate_count++]))
			return broken(why, "certs");
	}
	return OK;
}

static enum err
read_basic(struct span bytes, struct ocsp_response *out, struct problem *why)
{
	struct span basic, tbs, data;

	if (!der_enter(&bytes, DER_SEQUENCE, &basic) || bytes.size || !der_whole(&basic, DER_SEQUENCE, &out->tbs))
		return broken(why, "BasicOCSPResponse");
	tbs = out->tbs;
	if (!der_enter(&tbs, DER_SEQUENCE, &data))
		return broken(why, "ResponseData");
	if (read_data(data, out, why) != OK)
		return why->code;
	if (!der_whole(&basic, DER_SEQUENCE, &out->algorithm) || !der_bits(&basic, DER_BIT_STRING, &out->signature))
		return broken(why, "signature");
	if (read_certificates(&basic, out, why) != OK)
		return why->code;
	return basic.size ? broken(why, "BasicOCSPResponse") : OK;
}

enum err
ocsp_response_read(struct span der, struct ocsp_response *out, struct problem *why)
{
	struct span response, wrapped, bytes, type, basic;
	uint64_t status;

	*out = (struct ocsp_response){ 0 };
	if (!der_enter(&der, DER_SEQUENCE, &response) || der.size)
		return broken(why, "OCSPResponse");
	if (!der_number(&response, DER_ENUMERATED, COUNT(statuses) - 1, &status) || !statuses[status])
		return broken(why, "responseStatus");
	out->status = (enum ocsp_status)status;
	if (status != OCSP_SUCCESSFUL)
		return response.size ? broken(why, "OCSPResponse") : OK;
	if (!der_enter(&response, DER_CONTEXT(0), &wrapped) || response.size ||
	    !der_enter(&wrapped, DER_SEQUENCE, &bytes) || wrapped.size || !der_oid(&bytes, DER_OID, &type) ||
	    !der_enter(&bytes, DER_OCTET_STRING, &basic) || bytes.size)
		return broken(why, "responseBytes");
	if (!span_equal(type, basic_oid))
		return problem_set(why, ERR_SYNTAX, CLAUSE, "an OCSP response is of another type than basic");
	return read_basic(basic, out, why);
}
