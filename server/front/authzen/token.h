/* front/authzen/token.h - POST /v1/token: a machine's short-lived bearer token (RFC 6749 s4.4, RFC 7523 s2.2).
 *
 *     grant_type=client_credentials
 *     client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer
 *     client_assertion=eyJ…                 signed with a registered key (transaction/caller/token_grant.h)
 *  -> {"access_token":"wa_…","token_type":"Bearer","expires_in":600}
 *  -> {"error":"invalid_client","error_description":"…"}   (RFC 6749 s5.2)
 */
#pragma once

#include "http/route.h"
#include "store/store.h"

struct rates;
struct token_front;

struct token_front_settings {
	const char *base_url;        /* "https://…/" */
	struct rates *rates;         /* net/rate.h; the caller's */
	unsigned rate;               /* questions a second of a caller that has no rate of its own; 0: no limit */
};

struct token_front *token_front_new(struct store *, const struct token_front_settings *);
void token_front_free(struct token_front *);

extern const struct route token_routes[];
