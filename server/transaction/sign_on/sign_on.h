/* transaction/sign_on/sign_on.h - one person signing on to one relying party, whatever the protocol.
 *
 *     asked -> judged -+-> done: decision, grant, consent, history in one unit
 *                ^     +-> refused: the protocol's error; for a level that was not reached the decision stands, too
 *                |     +-> login ----.
 *                |     `-> consent --+
 *                `-------------------'  the browser comes back to `settings->path`/id
 *
 * Loaded anew and judged anew at each step: what was so before counts for nothing. With a session that suffices and a
 * consent that is remembered, one request is one commit, and no row is written. Bound to a browser by a cookie.
 */
#pragma once

#include "base/arena.h"
#include "http/cookie.h"
#include "person/pairwise.h"
#include "transaction/grant/grant.h"
#include "transaction/login/flow.h"
#include "transaction/release/release.h"

struct client_book;
struct relying_party; /* transaction/client/relying_party.h */

extern const struct table sign_on_table; /* id (16) -> struct sign_on; until it expires */

#define SIGN_ON_COOKIE "__Host-watashi-sign-on" /* SAME_SITE_LAX, as long as the browser runs */
#define SIGN_ON_FOR SECONDS(1800)              /* a login, a proofing, and reading what is asked */
#define SIGN_ON_OFFLINE_FOR SECONDS(180 * 86400LL) /* a grant that is meant to last longer than its session */
#define SIGN_ON_TEXT_LARGEST GRANT_TEXT_LARGEST /* of a span, bytes */
#define SIGN_ON_ANSWER_LARGEST (16 * KIB)
#define SIGN_ON_WISHES 64
#define SIGN_ON_WISH_LARGEST 128
#define SIGN_ON_ITEMS_LARGEST 800              /* "name,-birthdate" of all kinds there are */

struct sign_on {
	struct id id;
	uint8_t browser[32];             /* digest of SIGN_ON_COOKIE */
	/* Asked for, by the front; what is bounded above is refused where it is larger (ERR_LIMIT). */
	enum grant_protocol protocol;
	struct span client, entity_id;   /* client_id; the relying party's entity */
	bool recipient_known;            /* it authenticates itself when it takes the assertion: no public client */
	struct span answer;              /* the front's own: where and how it answers. Opaque here. */
	struct span scope, nonce;        /* of the grant */
	struct span request;             /* of the grant: JSON of verified claims asked for; each is a wish, too */
	uint8_t redirect[32], challenge[32]; /* as in struct grant_code */
	struct release_wish wishes[SIGN_ON_WISHES];
	size_t wish_count;
	struct span acr_values;          /* words and blanks, the best first */
	bool acr_essential;              /* none but these */
	int64_t max_age;                 /* microseconds; -1: any */
	bool login_anew, account_anew;   /* prompt=login, select_account */
	bool consent_anew;               /* prompt=consent */
	bool never_ask;                  /* prompt=none */
	struct span hint_subject;        /* the pairwise name of who it must be; empty: whoever */
	struct span login_hint;          /* of whom it may be: a number, a mail address; believed nothing */
	bool offline;                    /* it asks for a grant that lasts longer than the session */
	/* Of the flow. */
	struct instant since;            /* authentications before it do not count; {0}: all do */
	struct id login;                 /* the last one that it led to; zero: none */
	struct id agreed_by;             /* the account that chose what follows; zero: nobody yet */
	bool denied;
	struct span purpose;             /* choice_purpose() of what was read then */
	enum persona persona;
	struct span items;               /* "name,-birthdate": to be told, not to be told */
	struct instant made, expires;
	uint64_t generation;             /* of its row; 0: it has none */
};
void sign_on_write(struct buffer *, const struct sign_on *);
bool sign_on_read(struct span value, struct sign_on *out); /* borrowed */
struct ask sign_on_ask(const struct id *);
/* Copied. `browser`: a digest (32), NULL where it has no cookie. ERR_NOT_FOUND: none, or over, or another browser's:
 * all told alike. */
enum err sign_on_loaded(struct arena *, const struct ask *, const uint8_t *browser, struct sign_on *out,
    struct problem *why);
/* Expects it as it was loaded. */
void sign_on_put(struct unit *, const struct sign_on *);

struct sign_on_settings {
	const struct person_settings *person;
	struct pairwise_key pairwise;
	struct client_book *clients;
	/* By protocol: where a login comes back to, before the id: "/oidc/continue/". */
	struct span path[GRANT_SAML + 1];
	int64_t assertion_for;           /* how long what is told may lie unused: of OIDC the ID token; 0: not said */
};

/* Who asks in which browser. */
struct sign_on_visitor {
	const struct session *session;   /* NULL: nobody is logged in here */
	const struct account *account;   /* whose session it is */
	const uint8_t *browser;          /* digest of SIGN_ON_COOKIE; NULL: it has none */
	const uint8_t *login_browser;    /* of LOGIN_COOKIE; NULL: it has none */
	const uint8_t *known;            /* of KNOWN_BROWSER_COOKIE; NULL: it has none */
	struct span where;               /* session_where() */
	struct instant now;
};

enum sign_on_outcome { SIGN_ON_NOTHING, SIGN_ON_DONE, SIGN_ON_REFUSED, SIGN_ON_LOGIN, SIGN_ON_CONSENT };
/* In the arena, secrets too: they go with the answer, which tells them to the browser. */
struct sign_on_step {
	enum sign_on_outcome outcome;
	const struct sign_on *sign_on;
	const struct relying_party *rp;
	/* Done: as it is stored. */
	const struct grant *grant;
	struct grant_secret code;
	/* Refused. */
	const char *error;               /* OAuth's word: "access_denied" "login_required" "consent_required"
	    "interaction_required" "unmet_authentication_requirements" */
	struct span description;         /* a sentence, ASCII without " and \ */
	/* Done or refused: in the ledger; zero: nothing was asked that policies know. */
	struct id decision;
	/* Login: the id for /login/#ID, and its cookie, LOGIN_COOKIE, where login.cookie.text is not empty. */
	struct login_begun login;
	/* Login and consent: SIGN_ON_COOKIE to be set; empty: the browser has it. */
	struct cookie_secret browser;
};
/* ERR_LIMIT: too much is asked for; ERR_NOT_FOUND: no sign-on of this browser has this id; ERR_CONFLICT: what it rests
 * on changed in this moment: the browser may come again; ERR_DENIED: the relying party is not served any more;
 * ERR_UNAVAILABLE, ERR_FULL, ERR_IO. */
typedef void on_sign_on(void *arg, enum err, const struct sign_on_step *, const struct problem *why);

/* `asked`: id, browser, times and all below them are made here. The relying party was just loaded. All that is lent is
 * there until the callback. */
struct pending *sign_on_begin(struct store *, struct arena *, const struct sign_on_settings *,
    const struct sign_on *asked, const struct relying_party *, const struct sign_on_visitor *, on_sign_on *, void *arg);

struct sign_on_request {
	struct id id;
	struct sign_on_visitor visitor;
	bool cancelled;                  /* the person left the login */
};
struct pending *sign_on_continue(struct store *, struct arena *, const struct sign_on_settings *,
    const struct sign_on_request *, on_sign_on *, void *arg);

/* The page (front/sign_on/); what it shows: sign_on/look.h. */
struct sign_on_agreement {
	struct span purpose;             /* choice_purpose() of what the page showed */
	enum persona persona;
	const struct span *items;        /* names of those that may be told, of what the page offered */
	size_t item_count;
};
/* Written; the browser goes on to `location`, which lives in the arena. ERR_INVALID: a persona or an item that was not
 * offered; ERR_DENIED: nobody is logged in here, or not as it must be; ERR_CONFLICT, too: the relying party asks for
 * something else, or for another purpose, than what was read; else as above. */
typedef void on_sign_on_answered(void *arg, enum err, struct span location, const struct problem *why);
struct pending *sign_on_agree(struct store *, struct arena *, const struct sign_on_settings *,
    const struct sign_on_request *, const struct sign_on_agreement *, on_sign_on_answered *, void *arg);
struct pending *sign_on_deny(struct store *, struct arena *, const struct sign_on_settings *,
    const struct sign_on_request *, on_sign_on_answered *, void *arg);
