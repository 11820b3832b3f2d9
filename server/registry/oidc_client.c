/* registry/oidc_client.c - an OpenID Connect client's metadata as a value. */
#include "registry/oidc_client.h"

#include <string.h>

#include "registry/form.h"

#define ACR_VALUES 16
#define ACR_LARGEST 256
#define AGE_LARGEST (INT64_C(10) * 365 * 86400) /* seconds */
#define SECOND INT64_C(1000000)

/* Words */

static const char *const authentications[] = {
	[CLIENT_OPEN] = "none",
	[CLIENT_SECRET_BASIC] = "client_secret_basic",
	[CLIENT_SECRET_POST] = "client_secret_post",
	[CLIENT_PRIVATE_KEY_JWT] = "private_key_jwt",
};
static const char *const algorithms[] = {
	[CLIENT_UNSIGNED] = "none",
	[CLIENT_RS256] = "RS256",
	[CLIENT_PS256] = "PS256",
	[CLIENT_ES256] = "ES256",
	[CLIENT_ES384] = "ES384",
	[CLIENT_EDDSA] = "EdDSA",
};
static const char *const signing[] = { [CLIENT_RS256] = "RS256", [CLIENT_ES256] = "ES256" };
static const char *const asserting[] = {
	[CLIENT_RS256] = "RS256",
	[CLIENT_PS256] = "PS256",
	[CLIENT_ES256] = "ES256",
	[CLIENT_ES384] = "ES384",
	[CLIENT_EDDSA] = "EdDSA",
};
static const char *const applications[] = { "web", "native" };

const char *
client_authentication_name(enum client_authentication a)
{
	return authentications[a];
}

const char *
client_algorithm_name(enum client_algorithm a)
{
	return algorithms[a];
}

/* Its place among the words; those of NULL are none. */
static size_t
read_word(struct place object, const char *key, const char *const *words, size_t count, size_t fallback)
{
	struct place p = place_member(object, key);
	const char *word = json_string_value(p.value), *expected = NULL;

	if (!place_exists(p))
		return fallback;
	for (size_t i = 0; i < count; i++) {
		if (words[i] && word && strcmp(word, words[i]) == 0)
			return i;
		if (words[i])
			expected = expected ? arena_print(p.document->arena, "%s, %s", expected, words[i]) : words[i];
	}
	place_fail(p, arena_print(p.document->arena, "one of %s", expected), NULL);
	return fallback;
}

/* URIs */

/* RFC 8252 s7.3: a port is taken when the program starts. `*rest` is what stands behind it. */
static bool
is_loopback(struct span uri, struct span *host, struct span *rest)
{
	static const char *const hosts[] = { "http://127.0.0.1", "http://[::1]", "http://localhost" };

	for (size_t i = 0; i < COUNT(hosts); i++) {
		const size_t size = strlen(hosts[i]);
		size_t digits = 0;

		if (!span_starts(uri, hosts[i]))
			continue;
		*host = span_first(uri, size);
		*rest = span_skip(uri, size);
		if (rest->size && rest->data[0] == ':') {
			*rest = span_skip(*rest, 1);
			while (digits < rest->size && rest->data[digits] >= '0' && rest->data[digits] <= '9')
				digits++;
			*rest = span_skip(*rest, digits);
			if (digits < 1 || digits > 5)
				return false;
		}
		return rest->size == 0 || rest->data[0] == '/' || rest->data[0] == '?';
	}
	return false;
}

/* RFC 8252 s7.1: named after a domain of the maker's, the other way round. */
static bool
is_private_scheme(struct span uri)
{
	struct span scheme;
	size_t end = 0;

	while (end < uri.size && uri.data[end] != ':')
		end++;
	scheme = span_first(uri, end);
	return memchr(scheme.data, '.', scheme.size) && span_starts(span_skip(uri, end), ":/");
}

static bool
is_return(struct span uri, bool native)
{
	struct span host, rest;

	if (memchr(uri.data, '#', uri.size))
		return false;
	if (form_holds(&form_https, uri))
		return true;
	return native && form_holds(&form_uri, uri) && (is_loopback(uri, &host, &rest) || is_private_scheme(uri));
}

static struct uri_list
read_returns(struct place object, const char *key, bool native)
{
	const char *expected = native ?
	    "https:, http: of a loopback address or a private scheme (RFC 8252), without fragment" :
	    "a URL of https: without fragment";
	struct place array = place_member(object, key);
	const size_t count = place_count_within(array, 0, OIDC_CLIENT_URIS);
	struct span *list = arena_array(array.document->arena, struct span, count);

	for (size_t i = 0; i < count; i++) {
		struct place p = place_element(array, i);

		list[i] = span_text(place_text(p, 1, 1024, NULL));
		if (list[i].size && !is_return(list[i], native))
			place_fail(p, expected, NULL);
		for (size_t n = 0; n < i; n++)
			if (span_equal(list[n], list[i]))
				place_fail(p, "each once", NULL);
	}
	return (struct uri_list){ list, count };
}

static struct span
read_https(struct place object, const char *key)
{
	struct place p = place_member(object, key);
	struct span uri = span_text(place_text(p, 1, 1024, ""));

	if (uri.size && !is_return(uri, false))
		place_fail(p, "a URL of https: without fragment", NULL);
	return uri;
}

struct span
oidc_host(struct arena *a, struct span uri)
{
	struct span rest, host;
	char *lower;
	size_t end = 0;

	if (!span_starts(uri, "https://"))
		return (struct span){ 0 };
	rest = span_skip(uri, strlen("https://"));
	if (rest.size && rest.data[0] == '[')
		while (end < rest.size && rest.data[end] != ']')
			end++;
	while (end < rest.size && !strchr("/?#:", rest.data[end]))
		end++;
	host = span_first(rest, end);
	lower = arena_text(a, host);
	for (char *c = lower; *c; c++)
		*c = *c >= 'A' && *c <= 'Z' ? (char)(*c + ('a' - 'A')) : *c;
	return span_text(lower);
}

/* OIDC Core s8.1: one host, or else somebody who vouches for all of them. */
static struct span
read_sector(struct place object, const struct client_terms *terms, const struct oidc_client *c)
{
	struct arena *a = object.document->arena;
	struct place named = place_member(object, "sector_identifier_uri");
	struct span sector = { 0 };

	if (place_exists(named)) {
		if (!terms->believed)
			place_fail(named, "none: it is the member's record that tells the sector", NULL);
		sector = oidc_host(a, read_https(object, "sector_identifier_uri"));
		return terms->sector.size ? terms->sector : sector;
	}
	if (terms->sector.size)
		return terms->sector;
	for (size_t i = 0; i < c->redirect_uris.count; i++) {
		struct span host = oidc_host(a, c->redirect_uris.list[i]);

		if (sector.size && host.size && !span_equal(sector, host))
			place_fail(place_member(object, "redirect_uris"), "one host, or a sector_identifier_uri",
			    "several");
		sector = host.size ? host : sector;
	}
	if (!sector.size)
		sector = oidc_host(a, terms->entity_id);
	if (!sector.size)
		place_fail(object, "a sector_identifier_uri, where neither entity nor redirect_uris have a host",
		    "none");
	return sector;
}

/* The rest */

static unsigned
read_grants(struct place object)
{
	static const struct {
		const char *name;
		enum client_grant grant;
	} known[] = { { "authorization_code", CLIENT_GRANT_CODE }, { "refresh_token", CLIENT_GRANT_REFRESH } };
	struct place array = place_member(object, "grant_types");
	const size_t count = place_exists(array) ? place_count_within(array, 1, COUNT(known)) : 0;
	unsigned grants = 0;

	for (size_t i = 0; i < count; i++) {
		struct place p = place_element(array, i);
		const char *word = json_string_value(p.value);
		unsigned grant = 0;

		for (size_t n = 0; n < COUNT(known); n++)
			if (word && strcmp(word, known[n].name) == 0)
				grant = known[n].grant;
		if (!grant || grants & grant)
			place_fail(p, "authorization_code, refresh_token, each once", NULL);
		grants |= grant;
	}
	if (count && !(grants & CLIENT_GRANT_CODE))
		place_fail(array, "authorization_code among them", NULL);
	return grants | CLIENT_GRANT_CODE;
}

static void
read_responses(struct place object)
{
	struct place array = place_member(object, "response_types");
	const size_t count = place_exists(array) ? place_count_within(array, 1, 1) : 0;

	if (count && strcmp(place_text(place_element(array, 0), 1, 64, NULL), "code") != 0)
		place_fail(place_element(array, 0),
		    "code: tokens are handed to clients, not to browsers (RFC 9700 s2.1.2)", NULL);
}

static struct uri_list
read_acr_values(struct place object)
{
	struct place array = place_member(object, "default_acr_values");
	const size_t count = place_count_within(array, 0, ACR_VALUES);
	struct span *list = arena_array(array.document->arena, struct span, count);
	size_t joined = 0;

	for (size_t i = 0; i < count; i++) {
		list[i] = span_text(place_text(place_element(array, i), 1, ACR_LARGEST, NULL));
		if (memchr(list[i].data, ' ', list[i].size))
			place_fail(place_element(array, i), "a value without blanks", NULL);
		joined += list[i].size + 1;
	}
	if (joined > OIDC_ACR_VALUES_LARGEST)
		place_fail(array, arena_print(array.document->arena,
		    "values of %d bytes at most, with a blank behind each", OIDC_ACR_VALUES_LARGEST), NULL);
	return (struct uri_list){ list, count };
}

static void
read_keys(struct place object, struct oidc_client *c)
{
	struct place p = place_member(object, "jwks");
	struct problem why = { 0 };

	if (place_exists(place_member(object, "jwks_uri")))
		place_fail(place_member(object, "jwks_uri"),
		    "jwks: keys stand in the record, and are fetched from nowhere", NULL);
	if (place_exists(p) && jwk_set_read(p.document->arena, place_value(p), &c->keys, &why) != OK)
		place_fail(p, "public keys for signatures (RFC 7517)",
		    arena_print(p.document->arena, "others: %s", why.text));
	if (c->authentication == CLIENT_PRIVATE_KEY_JWT && !c->keys.count)
		place_fail(object, "jwks, for private_key_jwt", "none");
}

/* What would be promised and not done. */
static void
refuse_others(struct place object)
{
	static const char *const encrypted[] = {
		"id_token_encrypted_response_alg", "userinfo_encrypted_response_alg",
		"introspection_encrypted_response_alg",
	};
	static const char *const bound[] = {
		"dpop_bound_access_tokens", "tls_client_certificate_bound_access_tokens",
		"require_pushed_authorization_requests", "require_signed_request_object",
	};

	for (size_t i = 0; i < COUNT(encrypted); i++)
		if (place_exists(place_member(object, encrypted[i])))
			place_fail(place_member(object, encrypted[i]),
			    "none: nothing is encrypted for clients here", NULL);
	for (size_t i = 0; i < COUNT(bound); i++)
		if (place_boolean(place_member(object, bound[i]), false))
			place_fail(place_member(object, bound[i]), "false: it is not done here", NULL);
}

void
oidc_client_read(struct place object, const struct client_terms *terms, struct oidc_client *out, bool *redirect)
{
	const bool before = object.document->problem.code != OK;
	struct place max_age = place_member(object, "default_max_age"), subject = place_member(object, "subject_type");
	struct oidc_client c = { .max_age = -1 };
	bool open;

	place_value(object); /* whatever else it holds */
	c.native = read_word(object, "application_type", applications, COUNT(applications), 0) == 1;
	c.redirect_uris = read_returns(object, "redirect_uris", c.native);
	if (!c.redirect_uris.count)
		place_fail(object, "at least one of redirect_uris", NULL);
	if (redirect)
		*redirect = !before && object.document->problem.code != OK;
	c.authentication = (enum client_authentication)read_word(object, "token_endpoint_auth_method", authentications,
	    COUNT(authentications), CLIENT_SECRET_BASIC);
	open = c.authentication == CLIENT_OPEN;
	c.assertion = (enum client_algorithm)read_word(object, "token_endpoint_auth_signing_alg", asserting,
	    COUNT(asserting), CLIENT_UNSIGNED);
	read_keys(object, &c);
	c.post_logout_redirect_uris = read_returns(object, "post_logout_redirect_uris", c.native);
	c.grants = read_grants(object);
	read_responses(object);
	c.id_token = (enum client_algorithm)read_word(object, "id_token_signed_response_alg", signing, COUNT(signing),
	    terms->id_token);
	c.userinfo = (enum client_algorithm)read_word(object, "userinfo_signed_response_alg", signing, COUNT(signing),
	    CLIENT_UNSIGNED);
	c.introspection = (enum client_algorithm)read_word(object, "introspection_signed_response_alg", signing,
	    COUNT(signing), CLIENT_UNSIGNED);
	c.logout_uri = read_https(object, "backchannel_logout_uri");
	c.logout_session = place_boolean(place_member(object, "backchannel_logout_session_required"), false);
	c.initiate_login_uri = read_https(object, "initiate_login_uri");
	c.sector = read_sector(object, terms, &c);
	c.acr_values = read_acr_values(object);
	c.acr_essential = place_boolean(place_member(object, "acr_values_essential"), false);
	c.auth_time = place_boolean(place_member(object, "require_auth_time"), false);
	if (place_exists(max_age))
		c.max_age = place_integer(max_age, 0, AGE_LARGEST, 0) * SECOND;
	if (place_exists(subject) && strcmp(place_text(subject, 1, 64, NULL), "pairwise") != 0)
		place_fail(subject, "pairwise: no two clients know a person by one name", NULL);
	c.pkce = place_boolean(place_member(object, "require_pkce"), true);
	if (open && !c.pkce)
		place_fail(place_member(object, "require_pkce"), "true of a client without a secret (RFC 9700 s2.1.1)",
		    NULL);
	c.rotate = place_boolean(place_member(object, "refresh_token_rotation"), open);
	if (open && !c.rotate)
		place_fail(place_member(object, "refresh_token_rotation"),
		    "true of a client without a secret (RFC 9700 s4.14.2)", NULL);
	refuse_others(object);
	*out = c;
}

enum err
oidc_client_parse(struct arena *a, struct span json, const struct client_terms *terms, struct oidc_client *out,
    struct problem *why)
{
	struct document d = document_parse(a, "client", json);

	oidc_client_read(document_root(&d), terms, out, NULL);
	return document_end(&d, why);
}

bool
oidc_client_redirects(const struct oidc_client *c, struct span uri)
{
	struct span host, rest, own_host, own_rest;
	const bool loopback = c->native && is_loopback(uri, &host, &rest);

	for (size_t i = 0; i < c->redirect_uris.count; i++) {
		const struct span own = c->redirect_uris.list[i];

		if (span_equal(own, uri))
			return true;
		if (loopback && is_loopback(own, &own_host, &own_rest) && span_equal(own_host, host) &&
		    span_equal(own_rest, rest))
			return true;
	}
	return false;
}

bool
oidc_client_returns(const struct oidc_client *c, struct span uri)
{
	for (size_t i = 0; i < c->post_logout_redirect_uris.count; i++)
		if (span_equal(c->post_logout_redirect_uris.list[i], uri))
			return true;
	return false;
}
