/* front/oidc/front.h - what the files of this front share: its state, its handlers. */
#pragma once

#include "front/oidc/discovery.h"
#include "front/oidc/oidc.h"
#include "front/oidc/oidc_keys.h"
#include "front/oidc/token_signing.h"
#include "http/exchange.h"
#include "store/store.h"

struct oidc_front {
	struct loop *loop;
	struct store *store;
	const struct oidc_settings *settings;
	struct discovery discovery;
};

/* authorize.c */
route_handler authorize_by_query, authorize_by_form;
/* continue.c */
route_handler continue_sign_on;
/* discovery.c */
route_handler serve_discovery;
/* jwks.c */
route_handler serve_oidc_keys;

/* end_session.c */
route_handler end_session_by_query, end_session_by_form, show_logout, agree_to_logout;
/* registration.c */
route_handler register_client, show_client, change_client, remove_client;
/* token.c, userinfo.c, introspection.c, revocation.c */
route_handler redeem_token, serve_userinfo, allow_userinfo, introspect_token, revoke_token;

/* What is the same for everybody: 200, or 304 for who has it. `tag` in quotes; `type` and `caching` are lines of the
 * header. */
void oidc_reply_public(struct exchange *, const char *type, const char *caching, struct span tag, struct span body);
