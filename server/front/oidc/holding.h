/* front/oidc/holding.h - what a token that a client holds stands for at this moment, or that it stands for nothing.
 *
 *     text -> grant -> in force, the account there, the client served still -> struct holding
 *
 * Everything is loaded for each request: what has ended, or has lost its account, client or member, stands for nothing
 * from the commit that made it so.
 */
#pragma once

#include "front/oidc/told.h"
#include "transaction/client/client.h"

struct holding {
	enum grant_token kind;       /* GRANT_ACCESS, GRANT_REFRESH */
	struct grant grant;
	const struct grant_access *access; /* NULL: a refresh token */
	struct span scope;
	struct instant until;
	const struct client *client;
	struct told told;            /* loaded for `places` */
};
struct holding_asked {
	struct span token;
	bool refresh;                /* refresh tokens are asked about, too */
	unsigned places;             /* enum release_place */
	struct instant now;
};

/* ERR_NOT_FOUND: it is none of ours, or stands for nothing (any more): the sentence is the same. ERR_UNAVAILABLE,
 * ERR_IO: it could not be found out. All lives in the arena. */
typedef void on_holding(void *arg, enum err, const struct holding *, const struct problem *why);
struct pending *holding_find(struct store *, struct arena *, const struct oidc_settings *, const struct holding_asked *,
    on_holding *, void *arg);
