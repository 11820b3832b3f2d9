/* daemon/logout_delivery.h - clients are told that a session has ended (OpenID Connect Back-Channel Logout 1.0 s2.5).
 *
 *     row (transaction/logout/logout_notice.h) -> client found -> a token signed -> POST -> 200, 204: row deleted
 *         ^                                                                          |-> not now: later each time,
 *         '--------------------------------------------------------------------------'     10 s, 20 s … 6 h, for a day
 *                                                                   400, no such client: row deleted, a line in the log
 *
 * Each attempt has a token of its own: it is good for two minutes. A row goes only after the client has answered, so
 * who dies in between tells it twice, and nothing is lost. A client that does not listen is not told, and that is all.
 */
#pragma once

#include "front/oidc/token_signing.h"
#include "net/fetch.h"

struct client_book;

struct logout_delivery_settings {
	struct store *store;
	struct client_book *clients;
	struct token_signer signer;
	struct fetcher *fetcher;
	struct span issuer;
	struct instant (*clock)(void);
	struct figures *figures;         /* the process's own row */
};

struct logout_delivery;
struct logout_delivery *logout_delivery_new(struct loop *, const struct logout_delivery_settings *);
void logout_delivery_free(struct logout_delivery *);
