/* daemon/config_oidc.c - the part of the configuration about the OpenID Provider: "/oidc". */
#include "daemon/config_reading.h"

#include "signer/openid_token.h"

#define LONGEST_FRAMEWORK 256

/* The issuer is the base URL, byte for byte, without its slash: every address of the provider begins with it, and its
 * metadata lies at the root (RFC 8414 s3). */
static const char *
read_issuer(struct reading *r, struct place p)
{
	struct span url = span_text(r->config->federation.base_url), rest = url;

	while (rest.size && !span_starts(rest, "://"))
		rest = span_skip(rest, 1);
	rest = span_skip(rest, 3);
	span_cut(&rest, '/');
	if (rest.size)
		place_fail(p, "/federation/base_url without a path", r->config->federation.base_url);
	return arena_text(r->arena, span_first(url, url.size ? url.size - 1 : 0));
}

void
read_oidc(struct reading *r, struct place p)
{
	struct config *c = r->config;
	struct place framework = place_member(p, "trust_framework");

	c->oidc.present = place_exists(p);
	if (!c->oidc.present)
		return;
	if (!c->person)
		place_fail(p, "/person beside it", "none");
	c->oidc.issuer = read_issuer(r, p);
	/* Five minutes: the most that the framework that is shipped takes across domains (assertion-1.3). */
	c->oidc.id_token_for = place_duration(place_member(p, "id_token_for"), SECONDS(60), OPENID_ID_TOKEN_LONGEST,
	    SECONDS(300));
	c->oidc.trust_framework = place_text(framework, 1, LONGEST_FRAMEWORK, "");
	c->oidc.registration = place_boolean(place_member(p, "registration"), false);
}
