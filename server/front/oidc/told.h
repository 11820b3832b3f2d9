/* front/oidc/told.h - what of a person a relying party is told for one grant: what was agreed to, as it is now.
 *
 *     grant -> told_ask -> told_load -> told_write, for the ID token or for userinfo
 *
 * The grant names what was agreed to; the values are those of the moment, and what the registry or the persona no
 * longer allows is not told any more.
 */
#pragma once

#include "front/oidc/oidc.h"
#include "transaction/client/relying_party.h"
#include "transaction/decision/party.h"

struct told {
	struct arena *arena;
	const struct oidc_settings *settings;
	const struct grant *grant;
	struct span scope;           /* what is told stands for: the grant's, unless a token has less */
	struct instant now;
	struct ask asks[3];
	size_t ask_count;
	struct account account;
	struct attributes attributes;
	struct proofing_record *records;
	size_t record_count;
	struct parties parties;      /* this server as an identity provider, and the relying party: where levels are
	    told, they are what a decision would come to */
	/* Of the loading. */
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct problem why;
	void (*done)(void *arg, enum err, const struct problem *why);
	void *arg;
};
/* `places`: enum release_place, what is to be written. The grant and the struct stay where they are. */
void told_ask(struct told *, struct arena *, const struct oidc_settings *, const struct grant *, unsigned places,
    struct instant now);
/* ERR_DENIED: the account is no more, or its person has logged out everywhere since: the grant stands for nothing.
 * ERR_UNAVAILABLE, ERR_IO. */
typedef void on_told(void *arg, enum err, const struct problem *why);
struct pending *told_load(struct told *, struct store *, on_told *, void *arg);

/* Claims, and verified_claims, as members of an object. */
void told_write(struct buffer *, const struct told *, const struct relying_party *, enum release_place);
