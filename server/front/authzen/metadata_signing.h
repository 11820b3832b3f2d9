/* front/authzen/metadata_signing.h - the decision point's metadata kept signed, by the steward.
 *
 *     idle -> [a key changed, or half its life is over] -> look -> sign -> commit -> idle
 *
 * With the active key of the trusted list. Its public half is in the row, and those of announced and of retiring keys
 * with it: a token that somebody has kept can be checked for as long as it holds.
 */
#pragma once

#include "net/loop.h"
#include "signer/client.h"
#include "store/store.h"

struct metadata_signing_settings {
	const char *base_url;        /* "https://…/" */
	const char *keys;            /* directory of key descriptors */
	int64_t valid_for;           /* of a token, at most a day; microseconds */
	struct instant (*clock)(void);
};

/* The first look begins when the store is linked to a recorder. */
struct metadata_signing;
struct metadata_signing *metadata_signing_new(struct loop *, struct store *, struct signer_client *,
    const struct metadata_signing_settings *);
void metadata_signing_free(struct metadata_signing *);

/* A new signer is linked: what failed for want of it may work now. */
void metadata_signing_on_signer(struct metadata_signing *);
