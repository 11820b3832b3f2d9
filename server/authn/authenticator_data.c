/* authn/authenticator_data.c - what an authenticator says of itself and of one ceremony. */
#include "authn/authenticator_data.h"

#include "base/record.h"
#include "codec/cbor.h"

#define CLAUSE "WebAuthn L3 s6.1"

bool
aaguid_is_none(struct span aaguid)
{
	for (size_t i = 0; i < aaguid.size; i++)
		if (aaguid.data[i])
			return false;
	return true;
}

/* The attested credential data at the front (s6.5.1); `record` stands behind it. */
static enum err
read_credential(struct record *record, unsigned rsa_least, struct authenticator_data *out, struct problem *why)
{
	size_t used;
	enum err err;

	out->aaguid = record_bytes(record, AAGUID_SIZE);
	out->credential_id = record_bytes(record, record_u16(record));
	if (record->broken)
		return problem_set(why, ERR_SYNTAX, "WebAuthn L3 s6.5.1", "attested credential data that is cut short");
	if (out->credential_id.size == 0)
		return problem_set(why, ERR_SYNTAX, "WebAuthn L3 s6.5.1", "a credential id without a byte");
	err = cose_key_read(record->rest, rsa_least, &out->key, &used, why);
	record_bytes(record, used);
	return err;
}

static enum err
read_extensions(struct record *record, struct authenticator_data *out, struct problem *why)
{
	struct concise r;
	size_t used;
	enum err err;

	concise_begin(&r, record->rest);
	if (concise_peek(&r) != CONCISE_MAP)
		return problem_set(why, ERR_SYNTAX, CLAUSE, "expected a map of extensions");
	out->extensions = concise_raw(&r);
	err = concise_end_within(&r, &used, why);
	record_bytes(record, used);
	return err;
}

enum err
authenticator_data_read(struct span bytes, unsigned rsa_least, struct authenticator_data *out, struct problem *why)
{
	struct record record = record_of(bytes);
	enum err err = OK;

	memset(out, 0, sizeof(*out));
	out->bytes = bytes;
	out->rp_id_hash = record_bytes(&record, 32);
	out->flags = record_u8(&record);
	out->sign_count = record_u32(&record);
	if (record.broken)
		return problem_set(why, ERR_SYNTAX, CLAUSE, "expected 37 bytes or more, found %zu", bytes.size);
	if (out->flags & AUTHENTICATOR_CREDENTIAL)
		err = read_credential(&record, rsa_least, out, why);
	if (err == OK && (out->flags & AUTHENTICATOR_EXTENSIONS))
		err = read_extensions(&record, out, why);
	if (err != OK)
		return err;
	if (record.rest.size)
		return problem_set(why, ERR_SYNTAX, CLAUSE, "%zu bytes behind what the flags say is there",
		    record.rest.size);
	return OK;
}
