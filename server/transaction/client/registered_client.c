/* transaction/client/registered_client.c - the row of a client that registered itself, and its name. */
#include "transaction/client/client_registration.h"

#include "base/record.h"
#include "codec/text.h"

#define FORMAT 1
#define PREFIX "c_" /* no scheme of a URI has a low line, so no entity ID begins so (RFC 3986 s3.1) */
#define LETTERS 22  /* base64url of 16 bytes */

const struct table oidc_client_table = { "oidc-client", ROLE_BIT(ROLE_WORKER), 0 };
const struct table oidc_client_count_table = { "oidc-client-count", ROLE_BIT(ROLE_WORKER), 0 };

void
registered_client_write(struct buffer *b, const struct registered_client *c)
{
	buffer_u8(b, FORMAT);
	buffer_id(b, &c->id);
	buffer_u8(b, c->has_secret);
	buffer_add(b, span_of(c->secret, sizeof(c->secret)));
	buffer_add(b, span_of(c->access, sizeof(c->access)));
	buffer_instant(b, c->issued);
	buffer_block(b, c->member);
	buffer_block(b, c->entity_id);
	buffer_block(b, c->registrar);
	buffer_block(b, c->metadata);
}

bool
registered_client_read(struct span value, struct registered_client *out)
{
	struct record r = record_of(value);
	uint8_t format = record_u8(&r);

	*out = (struct registered_client){ .id = record_id(&r) };
	out->has_secret = record_flag(&r);
	record_copy(&r, out->secret, sizeof(out->secret));
	record_copy(&r, out->access, sizeof(out->access));
	out->issued = record_instant(&r);
	out->member = record_block(&r);
	out->entity_id = record_block(&r);
	out->registrar = record_block(&r);
	out->metadata = record_block(&r);
	return format == FORMAT && record_whole(&r) && id_given(&out->id) && out->member.size && out->entity_id.size &&
	    out->metadata.size;
}

void
registered_client_id(const struct id *id, char out[REGISTERED_CLIENT_ID_TEXT])
{
	struct arena arena = arena_init(4 * KIB);
	struct span letters = base64url_write(&arena, id_span(id));

	memcpy(out, PREFIX, strlen(PREFIX));
	memcpy(out + strlen(PREFIX), letters.data, letters.size);
	out[strlen(PREFIX) + letters.size] = '\0';
	arena_release(&arena);
}

bool
registered_client_id_read(struct span text, struct id *out)
{
	struct arena arena = arena_init(4 * KIB);
	struct span bytes = { 0 };
	bool read = span_starts(text, PREFIX) && text.size == strlen(PREFIX) + LETTERS &&
	    base64url_read(&arena, span_skip(text, strlen(PREFIX)), &bytes) && bytes.size == sizeof(out->bytes);

	if (read)
		memcpy(out->bytes, bytes.data, bytes.size);
	arena_release(&arena);
	return read;
}
