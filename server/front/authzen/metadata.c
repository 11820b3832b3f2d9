/* front/authzen/metadata.c - what the decision point says of itself, and how it is kept signed. */
#include "front/authzen/metadata.h"

#include "base/record.h"
#include "codec/text.h"

#define FORMAT 1

const struct table signed_metadata_table = { "authzen-metadata", ROLE_BIT(ROLE_STEWARD), 0 };

static const struct {
	const char *name, *path;
} endpoints[] = {
	{ "access_evaluation_endpoint", "/access/v1/evaluation" },
	{ "access_evaluations_endpoint", "/access/v1/evaluations" },
	{ "search_subject_endpoint", "/access/v1/search/subject" },
	{ "search_resource_endpoint", "/access/v1/search/resource" },
	{ "search_action_endpoint", "/access/v1/search/action" },
	/* The keys of signed_metadata (RFC 7517 s5). */
	{ "jwks_uri", "/access/v1/jwks" },
};

void
metadata_write(struct buffer *b, const char *base_url)
{
	buffer_text(b, "\"policy_decision_point\":");
	json_write_string(b, span_text(base_url));
	for (size_t i = 0; i < COUNT(endpoints); i++) {
		struct buffer url = buffer_init(4 * KIB);

		buffer_print(&url, "%s%s", base_url, endpoints[i].path);
		buffer_print(b, ",\"%s\":", endpoints[i].name);
		json_write_string(b, buffer_span(&url));
		buffer_release(&url);
	}
	buffer_text(b, ",\"supported_obligations\":[\"step-up\"]");
}

void
signed_metadata_write(struct buffer *b, const struct signed_metadata *m)
{
	buffer_u8(b, FORMAT);
	buffer_add(b, span_of(m->values, sizeof(m->values)));
	buffer_add(b, span_of(m->certificate, sizeof(m->certificate)));
	buffer_instant(b, m->refresh);
	buffer_instant(b, m->expires);
	buffer_block(b, m->token);
	buffer_block(b, m->keys);
}

bool
signed_metadata_read(struct span value, struct signed_metadata *out)
{
	struct record r = record_of(value);
	uint8_t format = record_u8(&r);
	struct span values = record_bytes(&r, sizeof(out->values));
	struct span certificate = record_bytes(&r, sizeof(out->certificate));

	*out = (struct signed_metadata){ 0 };
	out->refresh = record_instant(&r);
	out->expires = record_instant(&r);
	out->token = record_block(&r);
	out->keys = record_block(&r);
	if (!record_whole(&r) || format != FORMAT)
		return false;
	memcpy(out->values, values.data, values.size);
	memcpy(out->certificate, certificate.data, certificate.size);
	return true;
}

struct ask
signed_metadata_ask(void)
{
	return (struct ask){ .table = &signed_metadata_table, .from = span_text(SIGNED_METADATA_KEY) };
}
