/* authn/webauthn_response.c - what a browser hands on of a ceremony, as JSON. */
#include "authn/webauthn.h"

#include "codec/reader.h"
#include "codec/text.h"

#define CLIENT_DATA_LARGEST (8 * KIB)
#define SIGNATURE_LARGEST (2 * KIB)
#define USER_HANDLE_LARGEST 64 /* WebAuthn L3 s5.4.3 */
#define ORIGIN_LARGEST 512

/* A text that is base64url of so many bytes. */
static struct span
read_bytes(struct reader *r, size_t least, size_t most)
{
	struct span text = reader_string(r, 0, (most * 4 + 2) / 3), bytes = { 0 };

	if (!base64url_read(r->arena, text, &bytes))
		reader_fail(r, "base64url without padding", "something else");
	else if (bytes.size < least)
		reader_fail(r, "more bytes", "too few");
	return bytes;
}

static void
read_transports(struct reader *r, struct webauthn_response *out)
{
	reader_array(r);
	while (reader_element(r)) {
		struct span transport = reader_string(r, 1, 32);

		if (out->transport_count < COUNT(out->transports))
			out->transports[out->transport_count++] = transport;
	}
}

/* Of one ceremony each; what the other has is passed over, as are the copies of what stands in the attestation object
 * (s5.2.1.1). */
static void
read_answer(struct reader *r, struct webauthn_response *out)
{
	bool create = out->ceremony == WEBAUTHN_CREATE;
	struct span name;

	reader_object(r);
	while (reader_member(r, &name)) {
		if (span_is(name, "clientDataJSON"))
			out->client_data = read_bytes(r, 1, CLIENT_DATA_LARGEST);
		else if (create && span_is(name, "attestationObject"))
			out->attestation_object = read_bytes(r, 1, ATTESTATION_LARGEST);
		else if (create && span_is(name, "transports"))
			read_transports(r, out);
		else if (!create && span_is(name, "authenticatorData"))
			out->authenticator_data = read_bytes(r, 1, ATTESTATION_LARGEST);
		else if (!create && span_is(name, "signature"))
			out->signature = read_bytes(r, 1, SIGNATURE_LARGEST);
		else if (!create && span_is(name, "userHandle") && reader_peek(r) != READER_NULL)
			out->user_handle = read_bytes(r, 0, USER_HANDLE_LARGEST);
		else
			reader_raw(r);
	}
	if (!out->client_data.size || (create && !out->attestation_object.size) ||
	    (!create && (!out->authenticator_data.size || !out->signature.size)))
		reader_fail(r, create ? "clientDataJSON and attestationObject" :
		    "clientDataJSON, authenticatorData and signature", "not all of them");
}

static void
read_extensions(struct reader *r, struct webauthn_response *out)
{
	struct span name, inner;

	reader_object(r);
	while (reader_member(r, &name)) {
		if (!span_is(name, "credProps") || reader_peek(r) != READER_OBJECT) {
			reader_raw(r);
			continue;
		}
		reader_object(r);
		while (reader_member(r, &inner)) {
			if (span_is(inner, "rk") && reader_peek(r) == READER_BOOLEAN)
				out->resident = reader_boolean(r);
			else
				reader_raw(r);
		}
	}
}

/* clientDataJSON (s5.8.1): a byte order mark before it is no part of it. */
static enum err
read_client(struct arena *a, struct span json, struct webauthn_client *out, struct problem *why)
{
	bool has_type = false, has_challenge = false, has_origin = false;
	struct problem inner = { 0 };
	struct span name;
	struct reader r;

	r = reader_json(a, span_starts(json, "\xef\xbb\xbf") ? span_skip(json, 3) : json,
	    (struct limits){ .bytes = CLIENT_DATA_LARGEST, .depth = 6 });
	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "type")) {
			out->type = reader_string(&r, 1, 64);
			has_type = true;
		} else if (span_is(name, "challenge")) {
			out->challenge = read_bytes(&r, 1, 128);
			has_challenge = true;
		} else if (span_is(name, "origin")) {
			out->origin = reader_string(&r, 1, ORIGIN_LARGEST);
			has_origin = true;
		} else if (span_is(name, "topOrigin")) {
			out->top_origin = reader_string(&r, 1, ORIGIN_LARGEST);
		} else if (span_is(name, "crossOrigin")) {
			out->cross_origin = reader_boolean(&r);
		} else {
			reader_raw(&r);
		}
	}
	if (!has_type || !has_challenge || !has_origin)
		reader_fail(&r, "type, challenge and origin", "not all of them");
	if (reader_end(&r, &inner) == OK)
		return OK;
	return problem_set(why, inner.code, "WebAuthn L3 s5.8.1", "/response/clientDataJSON: within it: %s",
	    inner.text);
}

enum err
webauthn_response_read(struct span body, enum webauthn_ceremony ceremony, struct arena *a,
    struct webauthn_response *out,
    struct problem *why)
{
	struct span id = { 0 }, raw_id = { 0 }, type = { 0 }, name;
	struct reader r = reader_json(a, body, (struct limits){ .bytes = WEBAUTHN_BODY_LARGEST, .depth = 8 });

	memset(out, 0, sizeof(*out));
	out->ceremony = ceremony;
	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "id"))
			id = read_bytes(&r, 1, CREDENTIAL_ID_LARGEST);
		else if (span_is(name, "rawId"))
			raw_id = read_bytes(&r, 1, CREDENTIAL_ID_LARGEST);
		else if (span_is(name, "type"))
			type = reader_string(&r, 1, 32);
		else if (span_is(name, "response"))
			read_answer(&r, out);
		else if (span_is(name, "clientExtensionResults"))
			read_extensions(&r, out);
		else
			reader_raw(&r);
	}
	if (!span_is(type, "public-key"))
		reader_fail(&r, "the type \"public-key\"", "another, or none");
	if (!id.size || !span_equal(id, raw_id))
		reader_fail(&r, "an id, and the same as rawId", "another, or none");
	if (!out->client_data.size)
		reader_fail(&r, "a response", "none");
	if (reader_end(&r, why) != OK)
		return why ? why->code : ERR_SYNTAX;
	out->id = raw_id;
	return read_client(a, out->client_data, &out->client, why);
}
