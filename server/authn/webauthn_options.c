/* authn/webauthn_options.c - what a browser is to create, as JSON. */
#include "authn/webauthn_options.h"

#include "codec/json_writer.h"
#include "codec/text.h"

static void
write_base64url(struct buffer *out, struct arena *arena, const char *name, struct span bytes)
{
	json_write_member(out, name, base64url_write(arena, bytes));
}

static void
write_algorithms(struct buffer *out)
{
	const struct cose_algorithm *all;
	const char *before = "";
	size_t count;

	all = cose_algorithms(&count);
	buffer_text(out, ",\"pubKeyCredParams\":[");
	for (size_t i = 0; i < count; i++) {
		if (!all[i].offered)
			continue;
		buffer_print(out, "%s{\"type\":\"public-key\",\"alg\":%d}", before, all[i].id);
		before = ",";
	}
	buffer_byte(out, ']');
}

static void
write_known(struct buffer *out, struct arena *arena, const struct webauthn_creation *c)
{
	buffer_text(out, ",\"excludeCredentials\":[");
	for (size_t i = 0; i < c->known_count; i++) {
		struct span transports = c->known[i].transports, one;
		const char *before = "";

		buffer_print(out, "%s{\"type\":\"public-key\"", i ? "," : "");
		write_base64url(out, arena, "id", c->known[i].id);
		buffer_text(out, ",\"transports\":[");
		while ((one = span_cut(&transports, ',')).size) {
			buffer_text(out, before);
			json_write_string(out, one);
			before = ",";
		}
		buffer_text(out, "]}");
	}
	buffer_byte(out, ']');
}

void
webauthn_creation_write(struct buffer *out, struct arena *arena, const struct webauthn_creation *c)
{
	buffer_byte(out, '{');
	write_base64url(out, arena, "challenge", c->challenge);
	buffer_text(out, ",\"rp\":{");
	json_write_member(out, "id", c->rp_id);
	json_write_member(out, "name", c->rp_name);
	buffer_text(out, "},\"user\":{");
	write_base64url(out, arena, "id", c->user_handle);
	json_write_member(out, "name", c->user_name);
	json_write_member(out, "displayName", c->user_name);
	buffer_byte(out, '}');
	write_algorithms(out);
	buffer_print(out, ",\"timeout\":%lld", (long long)(c->lasts / 1000));
	write_known(out, arena, c);
	buffer_text(out, c->screen_lock ? ",\"authenticatorSelection\":{\"authenticatorAttachment\":\"platform\","
	    "\"residentKey\":\"discouraged\",\"requireResidentKey\":false,\"userVerification\":\"required\"}"
	    : ",\"authenticatorSelection\":{\"residentKey\":\"preferred\",\"requireResidentKey\":false,"
	    "\"userVerification\":\"preferred\"}");
	buffer_print(out, ",\"attestation\":\"%s\",\"extensions\":{\"credProps\":true}}",
	    c->attested ? "direct" : "none");
}
