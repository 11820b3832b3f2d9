/* transaction/client/client_registration.h - clients that register themselves, as one of a member's relying parties
 * (RFC 7591, RFC 7592, OpenID Connect Registration 1.0).
 *
 *     register -> registered --- change --.--- remove -> gone, and every grant of it refused from then on
 *                     ^                   |
 *                     `-------------------'
 *
 * Who may register is a caller of the member with the right `register`: its token is the initial access token. What is
 * answered to is the registration access token, of which as of the secret only the digest is kept.
 */
#pragma once

#include "transaction/caller/caller.h"
#include "transaction/client/client.h"

struct client_proposal;

extern const struct table oidc_client_table;       /* id (16) -> struct registered_client */
extern const struct table oidc_client_count_table; /* member id -> how many it has (4) */

#define REGISTERED_CLIENTS 100                     /* of one member */
#define REGISTERED_CLIENT_ID_TEXT 25               /* "c_", base64url of 16 bytes, NUL */

struct registered_client {
	struct id id;
	struct span member, entity_id;
	struct span registrar;           /* name of the caller that registered it */
	struct span metadata;            /* canonical JSON: what is registered, defaults filled in */
	uint8_t secret[32];              /* SHA-256 */
	bool has_secret;
	uint8_t access[32];              /* SHA-256 of the registration access token */
	struct instant issued;
};
void registered_client_write(struct buffer *, const struct registered_client *);
bool registered_client_read(struct span value, struct registered_client *out); /* borrowed */
void registered_client_id(const struct id *, char out[REGISTERED_CLIENT_ID_TEXT]);
bool registered_client_id_read(struct span text, struct id *out);

/* What a client is told of itself; to be wiped when it has been. */
struct client_information {
	const struct registered_client *client;
	char id[REGISTERED_CLIENT_ID_TEXT];
	char secret[CALLER_TOKEN_TEXT];  /* told once; empty: it has none, or knows it */
	char access[CALLER_TOKEN_TEXT];  /* its registration access token */
};

/* Why it was not taken, beside the problem. */
enum client_fault {
	CLIENT_NO_FAULT,
	CLIENT_BAD_REDIRECT,             /* ERR_INVALID: invalid_redirect_uri (RFC 7591 s3.2.2) */
	CLIENT_BAD_METADATA,             /* ERR_INVALID: invalid_client_metadata */
	CLIENT_BAD_REQUEST,              /* ERR_INVALID: invalid_request (RFC 7592 s2.2) */
	CLIENT_BAD_TOKEN,                /* ERR_DENIED: 401; also of a client that is no more (RFC 7592 s2.1) */
	CLIENT_FORBIDDEN,                /* ERR_DENIED: 403: not with this right, not as its member stands */
	CLIENT_TOO_MANY,                 /* ERR_LIMIT: of its member */
};
typedef void on_client_registration(void *arg, enum err, enum client_fault, struct client_information *,
    const struct problem *why);

/* What is borrowed stays until the callback or the cancellation; what is told lives in the arena. Others' problems:
 * ERR_UNAVAILABLE, ERR_IO, ERR_FULL; ERR_CONFLICT: somebody else changes it again and again. */
struct client_registering {
	struct span authorization;       /* the header: of register the caller's token, else the client's own */
	struct span id;                  /* of look, change, remove: the client_id of the path */
	const struct client_proposal *proposal; /* of register and change (client_metadata.h) */
	size_t most;                     /* of one member; 0: REGISTERED_CLIENTS */
	struct instant now;
};
struct pending *client_register(struct store *, struct arena *, const struct client_registering *,
    on_client_registration *, void *arg);
struct pending *client_look(struct store *, struct arena *, const struct client_registering *, on_client_registration *,
    void *arg);
/* All of the metadata is replaced (RFC 7592 s2.2). */
struct pending *client_change(struct store *, struct arena *, const struct client_registering *,
    on_client_registration *, void *arg);
/* The information is NULL. Also of a member that is suspended: taking away is always allowed. */
struct pending *client_remove(struct store *, struct arena *, const struct client_registering *,
    on_client_registration *, void *arg);
