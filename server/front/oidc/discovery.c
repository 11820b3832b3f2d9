/* front/oidc/discovery.c - GET /.well-known/openid-configuration: what the OpenID Provider says of itself. */
#include "front/oidc/discovery.h"

#include "codec/json_writer.h"
#include "crypto/digest.h"
#include "front/oidc/front.h"
#include "front/oidc/verified_claims.h"
#include "transaction/policy/shelf.h"

#define KEPT_FOR SECONDS(1)
#define ACR_VALUES_LARGEST 256
#define CACHING "Cache-Control: public, max-age=300\r\nAccess-Control-Allow-Origin: *\r\n"
#define TYPE "Content-Type: application/json\r\n"

/* A public client has none to introspect with (RFC 7662 s2.1). */
#define METHODS "\"private_key_jwt\",\"client_secret_basic\",\"client_secret_post\""

/* Where there is a route, there is an endpoint. */
static const struct endpoint {
	const char *name, *path;
	const char *methods;     /* by which clients show there who they are (RFC 8414 s2); NULL: they do not */
} endpoints[] = {
	{ "authorization_endpoint", "/oidc/authorize", NULL },
	{ "token_endpoint", "/oidc/token", "[" METHODS ",\"none\"]" },
	{ "userinfo_endpoint", "/oidc/userinfo", NULL },
	{ "jwks_uri", "/oidc/jwks", NULL },
	{ "registration_endpoint", "/oidc/register", NULL },
	{ "introspection_endpoint", "/oidc/introspect", "[" METHODS "]" },
	{ "revocation_endpoint", "/oidc/revoke", "[" METHODS ",\"none\"]" },
	{ "end_session_endpoint", "/oidc/end_session", NULL },
};

/* The same whatever is configured. */
static const struct {
	const char *name, *json;
} constants[] = {
	{ "response_types_supported", "[\"code\"]" },
	{ "response_modes_supported", "[\"query\",\"form_post\"]" },
	{ "grant_types_supported", "[\"authorization_code\",\"refresh_token\"]" },
	{ "code_challenge_methods_supported", "[\"S256\"]" },
	{ "authorization_response_iss_parameter_supported", "true" },
	{ "subject_types_supported", "[\"pairwise\"]" },
	{ "scopes_supported", "[\"openid\",\"profile\",\"email\",\"address\",\"phone\",\"offline_access\"]" },
	{ "claim_types_supported", "[\"normal\"]" },
	{ "claims_parameter_supported", "true" },
	{ "request_parameter_supported", "false" },
	{ "request_uri_parameter_supported", "false" },
	{ "prompt_values_supported", "[\"none\",\"login\",\"consent\",\"select_account\"]" },
	{ "display_values_supported", "[\"page\"]" },
	{ "backchannel_logout_supported", "true" },
	{ "backchannel_logout_session_supported", "true" },
	{ "ui_locales_supported", "[\"ja\",\"en\"]" },
};

#define CLIENT_ALGORITHMS "[\"RS256\",\"PS256\",\"ES256\",\"ES384\",\"EdDSA\"]"

static void
write_json(struct buffer *b, const char *name, const char *json)
{
	json_write_name(b, name);
	buffer_text(b, json);
}

/* Endpoints */

static bool
is_served(const struct route *routes, const char *path)
{
	while (routes->path && strcmp(routes->path, path) != 0)
		routes++;
	return routes->path != NULL;
}

static void
write_endpoint(struct buffer *b, const struct oidc_settings *s, const struct endpoint *e)
{
	struct buffer url = buffer_init(4 * KIB);

	buffer_add(&url, s->issuer);
	buffer_text(&url, e->path);
	json_write_member(b, e->name, buffer_span(&url));
	buffer_release(&url);
	if (!e->methods)
		return;
	buffer_print(b, ",\"%s_auth_methods_supported\":%s", e->name, e->methods);
	buffer_print(b, ",\"%s_auth_signing_alg_values_supported\":" CLIENT_ALGORITHMS, e->name);
}

static void
write_endpoints(struct buffer *b, const struct oidc_settings *s, const struct route *routes)
{
	for (size_t i = 0; i < COUNT(endpoints); i++)
		if (is_served(routes, endpoints[i].path) &&
		    (s->registration || strcmp(endpoints[i].name, "registration_endpoint") != 0))
			write_endpoint(b, s, &endpoints[i]);
}

/* What is signed, by the keys that sign now. */
static void
write_algorithms(struct buffer *b, const struct oidc_settings *s)
{
	static const char *const names[] = {
		"id_token_signing_alg_values_supported",
		"userinfo_signing_alg_values_supported",
		"introspection_signing_alg_values_supported",
	};
	static const enum client_algorithm algorithms[] = { CLIENT_RS256, CLIENT_ES256 };

	for (size_t i = 0; i < COUNT(names); i++) {
		json_write_name(b, names[i]);
		buffer_byte(b, '[');
		for (size_t n = 0; n < COUNT(algorithms); n++)
			if (oidc_keys_active(s->keys, algorithms[n])) {
				json_write_element(b);
				json_write_string(b, span_text(client_algorithm_name(algorithms[n])));
			}
		buffer_byte(b, ']');
	}
}

/* NULL ends them. */
static void
write_texts(struct buffer *b, const char *name, const char *const *texts)
{
	json_write_name(b, name);
	buffer_byte(b, '[');
	for (; *texts; texts++) {
		json_write_element(b);
		json_write_string(b, span_text(*texts));
	}
	buffer_byte(b, ']');
}

/* OpenID Connect for Identity Assurance 1.0 s7. */
static void
write_assurance(struct buffer *b, const struct oidc_settings *s)
{
	if (!s->trust_framework.size)
		return;
	json_write_name(b, "trust_frameworks_supported");
	buffer_byte(b, '[');
	json_write_string(b, s->trust_framework);
	buffer_byte(b, ']');
	write_texts(b, "claims_in_verified_claims_supported", verified_claims_names);
	write_texts(b, "evidence_supported", verified_evidence);
	write_texts(b, "documents_supported", verified_documents);
	write_texts(b, "documents_check_methods_supported", verified_check_methods);
	write_texts(b, "electronic_records_supported", verified_records);
}

static void
write_claims(struct buffer *b)
{
	static const char *const own[] = { "iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr",
	    "sid", "txn" };
	const struct release_kind *kind;

	json_write_name(b, "claims_supported");
	buffer_byte(b, '[');
	for (size_t i = 0; i < COUNT(own); i++) {
		json_write_element(b);
		json_write_string(b, span_text(own[i]));
	}
	for (size_t i = 0; (kind = release_kind_at(i)); i++) {
		json_write_element(b);
		json_write_string(b, span_text(kind->name));
	}
	buffer_byte(b, ']');
}

/* Levels that may be asked for (RFC 9470 s7): of the policies in force, each value once. */

struct acr_values {
	struct span list[ACR_VALUES_LARGEST];
	size_t count;
};

static void
acr_add(struct acr_values *out, struct span value)
{
	for (size_t i = 0; i < out->count; i++)
		if (span_equal(out->list[i], value))
			return;
	if (out->count < ACR_VALUES_LARGEST)
		out->list[out->count++] = value;
}

static void
acr_add_framework(struct acr_values *out, const struct framework *f)
{
	for (size_t i = 0; i < f->area_count; i++)
		for (size_t n = 0; n < f->areas[i].level_count; n++)
			for (size_t k = 0; k < f->areas[i].levels[n].acr_count; k++)
				acr_add(out, f->areas[i].levels[n].acr[k]);
}

static void
write_acr_values(struct buffer *b, const struct policy_snapshot *policies, struct instant now)
{
	struct acr_values values = { .count = 0 };

	for (size_t i = 0; i < policies->count; i++)
		if (shelf_policy_find(policies, policies->items[i].framework->id, (struct span){ 0 }, now) ==
		    &policies->items[i])
			acr_add_framework(&values, policies->items[i].framework);
	json_write_name(b, "acr_values_supported");
	buffer_byte(b, '[');
	for (size_t i = 0; i < values.count; i++) {
		json_write_element(b);
		json_write_string(b, values.list[i]);
	}
	buffer_byte(b, ']');
}

void
discovery_write(struct buffer *b, const struct oidc_settings *s, const struct route *routes,
    const struct policy_snapshot *policies, struct instant now)
{
	buffer_byte(b, '{');
	json_write_member(b, "issuer", s->issuer);
	write_endpoints(b, s, routes);
	for (size_t i = 0; i < COUNT(constants); i++)
		write_json(b, constants[i].name, constants[i].json);
	write_algorithms(b, s);
	write_claims(b);
	write_assurance(b, s);
	write_acr_values(b, policies, now);
	buffer_byte(b, '}');
}

/* Serving */

void
discovery_release(struct discovery *d)
{
	arena_release(&d->arena);
	*d = (struct discovery){ .made = 0 };
}

/* Keys and policies change by themselves, with time too; nobody keeps it for less than minutes. */
static void
make_anew(struct oidc_front *front, const struct policy_snapshot *policies)
{
	struct discovery *d = &front->discovery;
	struct buffer b = buffer_init(DISCOVERY_LARGEST);
	uint8_t sum[32];

	discovery_release(d);
	d->arena = arena_init(2 * DISCOVERY_LARGEST);
	discovery_write(&b, front->settings, oidc_routes, policies, clock_now());
	d->text = arena_copy(&d->arena, buffer_span(&b));
	digest(DIGEST_SHA256, d->text, sum);
	d->tag = span_text(arena_print(&d->arena, "\"%s\"", hex_write(&d->arena, span_of(sum, 16))));
	d->made = clock_monotonic();
	buffer_release(&b);
}

void
serve_discovery(struct exchange *e, void *arg)
{
	struct oidc_front *front = arg;
	struct discovery *d = &front->discovery;
	struct policy_snapshot *policies = policy_shelf_take(front->settings->person->shelf);
	struct problem why;

	if (!policies || !oidc_keys_known(front->settings->keys)) {
		problem_set(&why, ERR_UNAVAILABLE, "RFC 9110 s15.6.4", "policies and keys have not been read yet");
		exchange_refuse_with(e, 503, span_text("Retry-After: 1\r\n"), &why);
	} else {
		if (!d->made || clock_monotonic() - d->made > KEPT_FOR)
			make_anew(front, policies);
		oidc_reply_public(e, TYPE, CACHING, d->tag, d->text);
	}
	policy_snapshot_unref(policies);
}
