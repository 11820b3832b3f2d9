/* front/oidc/end_session_request.h - a relying party's wish that a person be logged out (OpenID Connect RP-Initiated
 * Logout 1.0 s2), and what follows from it.
 *
 *     query or form -> end_session_read -> hint verified, client and session found -> end_session_judge
 *
 *                                       somebody is logged in here               nobody is
 *     an ID token of ours, theirs       ended; back where that is registered     back where that is registered
 *     an ID token of somebody else's    the person is asked                      the same
 *     none, or what is wrong            the person is asked                      a page
 *
 * Where anything of it is wrong nobody is sent anywhere, whatever the person says: an ID token that is not ours, an
 * address that is not registered byte for byte, a client that there is not.
 */
#pragma once

#include "front/oidc/id_token_hint.h"
#include "person/account.h"
#include "person/pairwise.h"
#include "transaction/client/client.h"

#define END_SESSION_LARGEST (32 * KIB)

struct end_session {
	struct span token;               /* id_token_hint; empty: none */
	struct span client_id;           /* as said, or of whom the token is; empty: nobody says */
	struct span uri, state;          /* post_logout_redirect_uri; empty: none */
	char language[3];                /* "ja" "en": the page's; empty: as the browser likes */
	bool wrong;
	struct id_token_hint hint;       /* its subject is empty: there is none that is ours */
};
/* Never fails: what cannot be read is wrong. All lives in the arena. `terms->client` is not looked at. */
void end_session_read(struct arena *, struct span form, const struct id_token_terms *, struct end_session *);

/* Who asks, and who is there. */
struct end_session_found {
	const struct client *client;     /* NULL: there is none of that name, or none was said */
	const struct account *account;   /* NULL: nobody is logged in here */
	const struct id *session;        /* of that account, here */
	const struct pairwise_key *key;
};
struct end_session_verdict {
	bool ask;                        /* the person; nothing ends yet */
	bool end;                        /* the session, now */
	bool back;                       /* to `uri`, with the state; when asked, if the person says so */
};
struct end_session_verdict end_session_judge(struct arena *, const struct end_session *,
    const struct end_session_found *);
