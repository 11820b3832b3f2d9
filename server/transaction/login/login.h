/* transaction/login/login.h - one person logging in to one relying party: the flow, as the store keeps it between
 * requests.
 *
 *     begin -> a way is chosen -> authenticated -> assessed -> enough: decision recorded, session, answered
 *                  ^                                 |
 *                  `----------- step up -------------'
 *
 * Bound to one browser by a cookie of its own. Whoever says whose account it is (by number or address) is believed
 * nothing: an unknown one is answered like a known one, and only an authentication makes it somebody's. Every front
 * that has a login (account, OIDC, SAML) begins one of these and is told of its end.
 */
#pragma once

#include "model/localized.h"
#include "transaction/session/person_settings.h"

extern const struct table login_table; /* id (16) -> struct login; until it expires; noticed: pages wait for it */

#define LOGIN_COOKIE "__Host-watashi-login" /* SAME_SITE_LAX, for as long as the login may take */

enum login_for { LOGIN_FOR_NOBODY, LOGIN_FOR_ACCOUNT, LOGIN_FOR_OIDC, LOGIN_FOR_SAML };
enum login_state { LOGIN_UNKNOWN, LOGIN_WAITING, LOGIN_DONE, LOGIN_REFUSED };

enum login_way {
	LOGIN_NO_WAY, LOGIN_BY_PASSKEY, LOGIN_BY_CARD, LOGIN_BY_APP, LOGIN_BY_CODE, LOGIN_BY_RECOVERY, LOGIN_WAYS
};
const char *login_way_name(enum login_way); /* "passkey" "card" "app" "code" "recovery" */

/* What an account's page wants it for; each has its requirement (transaction/session/person_settings.h). */
enum login_why {
	LOGIN_TO_LOOK, LOGIN_TO_CHANGE, LOGIN_AS_ADMINISTRATIVE, LOGIN_TO_ADD, LOGIN_AS_STAFF, LOGIN_TO_ERASE,
	LOGIN_WHYS
};
/* NULL: to look; "change" "persona:administrative" "authenticator" "staff" "erase" */
const char *login_why_name(enum login_why);
/* Empty: to look. False: none of these. */
bool login_why_read(struct span, enum login_why *out);

enum login_app_state { LOGIN_APP_NONE, LOGIN_APP_WAITING, LOGIN_APP_ANSWERED, LOGIN_APP_REFUSED, LOGIN_APP_REPLACED };

struct login {
	struct id id;
	uint8_t browser[32];         /* digest of its cookie */
	enum login_state state;
	enum login_for front;
	struct span reference;       /* the front's own: for the account a path to go back to */
	struct span relying_party;   /* entity ID */
	struct localized name;       /* the relying party's, from the registry */
	enum login_why why;
	struct requirement_name wanted; /* with the version in force when it began */
	bool may_be_less;            /* who asks hopes for that, and takes less: */
	struct requirement_name least;
	struct instant since;        /* authentications before it do not count; {0}: all do */
	struct span assertion;       /* JSON, fact -> value: what will be told whom; empty: nobody else */
	enum persona persona;        /* of PERSONA_NONE: none is asked for */
	struct span where;           /* session_where() */
	struct span hint;            /* who asks says of whom it may be: shown in this browser to be taken or
	    not, and neither looked up nor believed; empty: nothing */
	bool said;                   /* somebody said whose it is, known here or not */
	struct id claimed;           /* the account somebody says it is; zero: nobody said, or unknown */
	struct id named;             /* whom failures count against: it, or for an unknown name one of its own */
	bool known;                  /* by the cookie of a browser that was to be remembered */
	bool remember;               /* this browser, once somebody is authenticated */
	struct id account;           /* whose it is: authenticated; zero: nobody's yet */
	uint8_t session[32];         /* key of the session it steps up; zero: none */
	struct login_ceremony {
		uint8_t challenge[32];
		struct instant until;
	} passkey;                   /* {0}: none waits; it is used once, whatever comes of it */
	struct login_card {
		struct id task;      /* transaction/card/task.h; zero: none */
		struct instant until;
	} card;
	struct login_app {
		enum login_app_state state;
		struct id request;   /* transaction/phone/app_request.h */
		uint8_t code[32];    /* SHA-256 of request id and the 6 digits that the page shows */
		struct instant until;
	} app;
	struct authentication authentications[SESSION_AUTHENTICATIONS];
	size_t authentication_count;
	struct instant made, expires;
	uint64_t generation;
};
void login_write(struct buffer *, const struct login *);
bool login_read(struct span value, struct login *out); /* borrowed */
struct ask login_ask(const struct id *);
/* Copied. ERR_NOT_FOUND: none, or over, or (`browser` not NULL) another browser's: all told alike. */
enum err login_loaded(struct arena *, const struct ask *, const uint8_t browser[32], struct login *out,
    struct problem *why);
/* The same of one that waits. ERR_CONFLICT: it is over. */
enum err login_waits(struct arena *, const struct ask *, const uint8_t browser[32], struct login *out,
    struct problem *why);
/* Expects it as it was loaded. */
void login_put(struct unit *, const struct login *);

/* Those that count: into `out`, in their order. How many. To erase an account none by a recovery code does: it is for
 * getting back in (session/account_access.h). */
size_t login_counted(const struct login *, struct authentication out[SESSION_AUTHENTICATIONS]);

/* An authentication joins the login in the place of one by the same credential, else behind the others; where there is
 * no room for one more (SESSION_AUTHENTICATIONS), the first goes. ERR_CONFLICT: it is of another account than those. */
enum err login_authenticated(struct login *, const struct id *account, const struct authentication *,
    struct problem *why);
