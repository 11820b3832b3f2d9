/* registry/oidc_client.h - an OpenID Connect client: its metadata (RFC 7591, OpenID Connect Registration 1.0 s2) as a
 * value, with everything checked that can be known from it alone.
 *
 *     metadata as people write it -> oidc_client_read -> struct oidc_client, defaults filled in
 *
 * Read from a member's record, whose client it then is under the entity's ID, and from what a client registers itself
 * with. Members that we do not know are none of ours: other parties read the same document.
 */
#pragma once

#include "base/arena.h"
#include "codec/document.h"
#include "crypto/jwk_set.h"

#define OIDC_CLIENT_LARGEST (64 * KIB)  /* of its JSON */
#define OIDC_CLIENT_URIS 32             /* of one kind */
#define OIDC_ACR_VALUES_LARGEST 2048    /* of default_acr_values, with a blank behind each */

enum client_authentication {
	CLIENT_OPEN,                    /* "none": a public client, which PKCE alone protects */
	CLIENT_SECRET_BASIC, CLIENT_SECRET_POST, CLIENT_PRIVATE_KEY_JWT,
};
/* "none" "client_secret_basic" "client_secret_post" "private_key_jwt" */
const char *client_authentication_name(enum client_authentication);

enum client_algorithm { CLIENT_UNSIGNED, CLIENT_RS256, CLIENT_PS256, CLIENT_ES256, CLIENT_ES384, CLIENT_EDDSA };
const char *client_algorithm_name(enum client_algorithm); /* "none" "RS256" … */

enum client_grant { CLIENT_GRANT_CODE = 1, CLIENT_GRANT_REFRESH = 2 };

struct uri_list {
	const struct span *list;
	size_t count;
};

struct oidc_client {
	bool native;                    /* application_type */
	enum client_authentication authentication;
	enum client_algorithm assertion; /* the only one its assertions may use; CLIENT_UNSIGNED: any of its keys' */
	struct jwk_set keys;
	struct uri_list redirect_uris, post_logout_redirect_uris;
	unsigned grants;                /* enum client_grant */
	enum client_algorithm id_token; /* what we sign with: RS256 or ES256 */
	enum client_algorithm userinfo, introspection; /* CLIENT_UNSIGNED: JSON */
	struct span logout_uri;         /* backchannel_logout_uri; empty: it is not told */
	bool logout_session;            /* it needs sid there */
	struct span initiate_login_uri;
	struct span sector;             /* host whose persons it knows (person/pairwise.h) */
	struct uri_list acr_values;     /* default_acr_values */
	bool acr_essential;             /* acr_values_essential, ours: those asked for are meant (RFC 9470 s5) */
	bool auth_time;                 /* require_auth_time */
	int64_t max_age;                /* default_max_age in microseconds; -1: none */
	bool pkce;                      /* require_pkce, ours: false only of confidential ones */
	bool rotate;                    /* refresh_token_rotation, ours:
	    refresh tokens are used once (RFC 9700 s4.14) */
};

/* Whose document it is decides what is taken for granted. */
struct client_terms {
	struct span entity_id;          /* where no redirect URI tells the sector */
	enum client_algorithm id_token; /* unless it says: ES256 of members', RS256 by the standard's default */
	bool believed;                  /* the registry's approval stands for sector_identifier_uri being looked at */
	struct span sector;             /* where the registry says which: whatever the document says of it */
};
/* What is wrong is the document's problem. Where it is about a redirect URI, RFC 7591 s3.2.2 has an error of its own:
 * `*redirect` tells (may be NULL). */
void oidc_client_read(struct place, const struct client_terms *, struct oidc_client *out, bool *redirect);
/* The same of JSON that is kept. */
enum err oidc_client_parse(struct arena *, struct span json, const struct client_terms *, struct oidc_client *out,
    struct problem *why);

/* One of its redirect URIs, byte for byte; of a native client's loopback address the port is any (RFC 8252 s7.3). */
bool oidc_client_redirects(const struct oidc_client *, struct span uri);
bool oidc_client_returns(const struct oidc_client *, struct span uri); /* post_logout_redirect_uris */

/* The host of a URL of https:, in lower case, without port; in the arena. Empty: it has none. */
struct span oidc_host(struct arena *, struct span uri);
