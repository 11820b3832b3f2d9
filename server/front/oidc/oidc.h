/* front/oidc/oidc.h - the OpenID Provider (OpenID Connect Core 1.0, RFC 6749): relying parties send persons to log in,
 * and get ID tokens.
 *
 *     GET  /.well-known/openid-configuration, /.well-known/oauth-authorization-server   what it can
 *     GET, POST /oidc/authorize                                                         a person is sent
 *     GET  /oidc/continue/{id}                                                          and comes back from our pages
 *     GET  /oidc/jwks                                                                   what its tokens are signed with
 *     POST /oidc/register; GET, PUT, DELETE /oidc/register/{id}                         a client registers itself
 *     POST /oidc/token                                  a code or a refresh token becomes tokens
 *     GET, POST, OPTIONS /oidc/userinfo                 what of the person a client is told
 *     GET, POST /oidc/end_session                       a relying party wants a person logged out
 *     GET, POST /v1/logout                              the page that asks the person
 *     POST /oidc/introspect, /oidc/revoke               what a token stands for; that it stands for nothing any more
 *
 * Its addresses lie under the issuer, which is the configuration's and never a request's. Nothing is served without the
 * configuration's section `oidc`.
 */
#pragma once

#include "http/route.h"
#include "transaction/session/person_settings.h"
#include "transaction/sign_on/sign_on.h"

struct client_book;
struct loop;
struct oidc_front;
struct oidc_keys;
struct signer_client;
struct store;

struct oidc_settings {
	struct span issuer;              /* "https://op.example": without a slash at its end */
	const struct person_settings *person;
	struct sign_on_settings sign_on; /* with the pairwise key */
	struct client_book *clients;     /* transaction/client/client.h */
	uint8_t refresh_key[32];         /* GRANT_REFRESH_KEY */
	struct signer_client *signer;
	struct oidc_keys *keys;          /* front/oidc/oidc_keys.h */
	int64_t id_token_for;            /* microseconds, at most OPENID_ID_TOKEN_LONGEST */
	struct span trust_framework;     /* of verified_claims (OpenID IDA 1.0 s5.4.1); empty: none are told */
	struct span error_page;          /* pages/sign-on-error/index.html; empty: a server without pages */
	bool registration;               /* clients may register themselves (RFC 7591) */
};

extern const struct route oidc_routes[];

/* The settings are borrowed. */
struct oidc_front *oidc_front_new(struct loop *, struct store *, const struct oidc_settings *);
void oidc_front_free(struct oidc_front *);
