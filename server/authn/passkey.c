/* authn/passkey.c - a passkey as it is kept. */
#include "authn/passkey.h"

#include "authn/fido_model.h"

static struct span
key_ids_of(struct arena *arena, const struct attestation *said)
{
	uint8_t *all = arena_take(arena, ATTESTATION_CERTIFICATES * (size_t)FIDO_KEY_ID);
	size_t count = 0;

	for (size_t i = 0; i < said->certificate_count; i++)
		if (fido_key_id(said->certificates[i], all + count * FIDO_KEY_ID))
			count++;
	return span_of(all, count * FIDO_KEY_ID);
}

static struct span
transports_of(struct arena *arena, const struct webauthn_response *response)
{
	struct buffer b = buffer_init(4 * KIB);
	struct span all;

	for (size_t i = 0; i < response->transport_count; i++) {
		if (i)
			buffer_byte(&b, ',');
		buffer_add(&b, response->transports[i]);
	}
	all = arena_copy(arena, buffer_span(&b));
	buffer_release(&b);
	return all;
}

void
passkey_keep(struct arena *arena, const struct webauthn_response *response, const struct webauthn_registered *made,
    struct credential_passkey *out)
{
	const struct attestation *said = &made->attestation;

	*out = (struct credential_passkey){
		.id = made->id, .key = made->key.bytes, .sign_count = made->sign_count,
		.user_verified = made->user_verified, .backup_eligible = made->backup_eligible,
		.backed_up = made->backed_up, .resident = made->resident, .format = said->format,
		.attestation = said->type, .transports = transports_of(arena, response),
		.key_ids = key_ids_of(arena, said),
	};
	if (said->aaguid.size == sizeof(out->aaguid))
		memcpy(out->aaguid, said->aaguid.data, sizeof(out->aaguid));
}
