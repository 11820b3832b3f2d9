/* transaction/client/client.h - one client of OpenID Connect: what the registry has of its relying party, and its own
 * metadata.
 *
 *     client_id -> an entity's ID: its member's record
 *               `-> "c_…": the row of one that registered itself, then the record of its entity -> struct client
 *
 * A client that registered itself is one more of its entity: levels, personas, attributes and sector are the entity's.
 * Whose record is not in force, or no longer has the entity, has no clients: so whoever holds a grant of one is refused
 * by finding its client anew.
 */
#pragma once

#include "registry/oidc_client.h"
#include "transaction/client/relying_party.h"

#define CLIENT_ID_LARGEST ENTITY_ID_LARGEST

struct client {
	struct span id;                  /* client_id: the entity ID, or "c_…" of one that registered itself */
	struct relying_party rp;
	struct oidc_client metadata;
	bool self_registered;
	uint8_t secret[32];              /* SHA-256, of one that registered itself */
	bool has_secret;
};

/* Of each process: how records read, for as long as their rows are those they were read from. The rows themselves are
 * loaded for each request, so a suspension holds from the commit that made it. */
struct client_book;
struct client_book *client_book_new(void);
void client_book_free(struct client_book *);

/* In the arena. ERR_NOT_FOUND: there is none of this name; ERR_DENIED: its member is not approved (any more);
 * ERR_UNAVAILABLE, ERR_IO: the store does not tell, or what it tells cannot be read. `client_id` is needed until then.
 */
typedef void on_client(void *arg, enum err, const struct client *, const struct problem *why);
struct pending *client_find(struct store *, struct client_book *, struct arena *, struct span client_id,
    struct instant now, on_client *, void *arg);
