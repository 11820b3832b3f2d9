/* front/oidc/front.c - the OpenID Provider put together: its routes, its state. */
#include "front/oidc/front.h"

#include <stdlib.h>

#include "front/oidc/authorize_request.h"
#include "front/oidc/end_session_request.h"
#include "front/oidc/client_form.h"
#include "http/negotiate.h"

const struct route oidc_routes[] = {
	{ GET, "/.well-known/openid-configuration",       serve_discovery, NO_BODY, 0 },
	{ GET, "/.well-known/oauth-authorization-server", serve_discovery, NO_BODY, 0 },
	{ GET, "/oidc/authorize",                         authorize_by_query, NO_BODY, 0 },
	{ POST, "/oidc/authorize",                        authorize_by_form, FORM, AUTHORIZE_REQUEST_LARGEST },
	{ GET, "/oidc/continue/{id}",                     continue_sign_on, NO_BODY, 0 },
	{ GET, "/oidc/end_session",                       end_session_by_query, NO_BODY, 0 },
	{ POST, "/oidc/end_session",                      end_session_by_form, FORM, END_SESSION_LARGEST },
	{ GET, "/v1/logout",                              show_logout, NO_BODY, 0 },
	{ POST, "/v1/logout",                             agree_to_logout, JSON, END_SESSION_LARGEST },
	{ GET, "/oidc/jwks",                              serve_oidc_keys, NO_BODY, 0 },
	{ POST, "/oidc/register",                         register_client, JSON, OIDC_CLIENT_LARGEST },
	{ GET, "/oidc/register/{id}",                     show_client, NO_BODY, 0 },
	{ PUT, "/oidc/register/{id}",                     change_client, JSON, OIDC_CLIENT_LARGEST },
	{ DELETE, "/oidc/register/{id}",                  remove_client, NO_BODY, 0 },
	{ POST, "/oidc/token",                            redeem_token, FORM, CLIENT_FORM_LARGEST },
	{ GET, "/oidc/userinfo",                          serve_userinfo, NO_BODY, 0 },
	{ POST, "/oidc/userinfo",                         serve_userinfo, FORM, 4 * KIB },
	{ OPTIONS, "/oidc/userinfo",                      allow_userinfo, NO_BODY, 0 },
	{ POST, "/oidc/introspect",                       introspect_token, FORM, CLIENT_FORM_LARGEST },
	{ POST, "/oidc/revoke",                           revoke_token, FORM, CLIENT_FORM_LARGEST },
	{ 0 },
};

struct oidc_front *
oidc_front_new(struct loop *loop, struct store *store, const struct oidc_settings *settings)
{
	struct oidc_front *front = calloc(1, sizeof(*front));

	if (!front)
		abort();
	*front = (struct oidc_front){ .loop = loop, .store = store, .settings = settings };
	return front;
}

void
oidc_front_free(struct oidc_front *front)
{
	if (!front)
		return;
	discovery_release(&front->discovery);
	free(front);
}

void
oidc_reply_public(struct exchange *e, const char *type, const char *caching, struct span tag, struct span body)
{
	const char *kept = arena_print(e->arena, "ETag: %.*s\r\n%s", SPAN_ARGS(tag), caching);
	struct reply reply = { .status = 200, .body = body };

	if (is_fresh(e->request, tag, (struct instant){ 0 }))
		reply = (struct reply){ .status = 304, .fields = span_text(kept) };
	else
		reply.fields = span_text(arena_print(e->arena, "%s%s", type, kept));
	exchange_reply(e, &reply);
}
