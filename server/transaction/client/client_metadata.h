/* transaction/client/client_metadata.h - what a client registers itself with: its JSON read into what this server makes
 * something of, and written with all that is in force.
 *
 *     body -> client_proposal_read -> what is known of it, canonical -> oidc_client_parse -> client_metadata_complete
 *
 * Names that we do not know are passed over, and null is not there (RFC 7591 s2, RFC 7592 s2.2): who people are told to
 * deal with is the registry's word, so neither client_name nor logo_uri is taken.
 */
#pragma once

#include "registry/oidc_client.h"

struct client_proposal {
	struct span metadata;      /* canonical JSON; not looked at yet */
	struct span entity_id;     /* ours: of which of the member's relying parties; empty: it has one */
	struct span client_id, client_secret; /* RFC 7592 s2.2: of whom, and with what it has; may be empty */
	bool provisioned;          /* it names what only the server does (RFC 7592 s2.2) */
};
/* All in the arena. ERR_SYNTAX, ERR_LIMIT: no JSON object, or a larger one; ERR_INVALID: a value that is none. */
enum err client_proposal_read(struct arena *, struct span json, struct client_proposal *out, struct problem *why);

/* What is not said, as it is taken: canonical JSON in the arena. */
struct span client_metadata_complete(struct arena *, struct span metadata, const struct oidc_client *);
