/* transaction/phone/app_request.h - a login's question to a person's phone: is it you, and which number do you see?
 *
 *     login page begins it -> row, notices (push) -> phone shows who, for what, from where -> number and PIN, signed
 *         -> checked: PIN, number, signature, all counted -> the login has its authentication | "this was not me"
 *
 * It is for an account: all its phones see it, the first good answer takes it. Of one browser, and of one network, one
 * waits at a time: a newer takes its place, so that nobody crowds out what the person asked elsewhere. On the phone of
 * the session itself no number is needed: the browser's login cookie says that it is the same one (app to app).
 *
 * One that is begun while the account's phones are muted is quiet: as long as they are, none but the login's own
 * browser sees it. Once the mute has ended it is listed like any other.
 */
#pragma once

#include "authn/app_message.h"
#include "authn/app_pin.h"
#include "net/address.h"
#include "transaction/login/login.h"
#include "transaction/phone/app_mute.h"

/* account (16), request id (16) -> struct app_request; until it is over; noticed: phones wait for it */
extern const struct table app_request_table;
/* account (16), digest of its six digits (32), request id (16) -> 1: found by what the login's page shows; as long */
extern const struct table app_code_table;

#define APP_REQUEST_FOR APP_DIGITS_FOR
#define APP_REQUEST_NUMBERS 3        /* wrong ones, then it is over */
#define APP_REQUESTS_SHOWN 32        /* of an account at one time, the newest; one of each network */
#define APP_REQUESTS_LOOKED_AT 256   /* of an account, whoever asked: what is said of all of them is said of these */
#define APP_CODE_TEXT 7              /* six digits and NUL */

struct app_request {
	struct id id, account, login;
	uint8_t browser[32];         /* the login's: digest of its cookie */
	uint8_t challenge[32];
	struct span relying_party;   /* entity ID */
	struct localized name;       /* the relying party's */
	struct localized wanted;     /* for what: the profile's title, or areas and levels */
	struct span where;           /* the session's browser and address */
	struct span network;         /* address_network_text() of who asks */
	struct instant made, until;  /* 5 minutes */
	unsigned wrong;              /* numbers */
	bool quiet;                  /* no phone rang: it was begun while they were muted */
	uint64_t generation;
};
void app_request_write(struct buffer *, const struct app_request *);
bool app_request_read(struct span value, struct app_request *out); /* borrowed */
struct ask app_request_ask(struct arena *, const struct id *account, const struct id *request);
/* Newest first. */
struct ask app_requests_ask(struct arena *, const struct id *account, uint32_t limit);
/* One row, copied; NULL: there is none. ERR_NOT_FOUND, ERR_UNAVAILABLE. */
enum err app_request_loaded(struct arena *, const struct row *, struct app_request *out, struct problem *why);
/* Those of the account whose page shows these digits, the newest first: keys of app_code_table. */
struct ask app_codes_ask(struct arena *, const struct id *account, struct span digits, uint32_t limit);
void app_code_put(struct unit *, struct arena *, const struct app_request *, struct span digits);
/* Which request a row names. */
struct id app_code_request(const struct row *);
/* Whether it was asked in the browser whose login cookie (its digest; NULL: none) came along. */
bool app_request_is_here(const struct app_request *, const uint8_t *browser);
/* From where a phone looks, and how. */
struct app_request_sight {
	const uint8_t *browser;      /* digest of the login cookie that came along; NULL: none did */
	bool muted;                  /* the account's phones are, now */
};
bool app_request_is_shown(const struct app_request *, const struct app_request_sight *);
/* What a phone is shown of all that waits, the newest first: the one rule of what is listed, and of when there is more
 * than that, which digits find. `rows`: of app_requests_ask(), APP_REQUESTS_LOOKED_AT. */
struct app_requests_shown {
	struct app_request list[APP_REQUESTS_SHOWN];
	size_t count;
	bool more;
};
enum err app_requests_shown(struct arena *, const struct ask *rows, const struct app_request_sight *,
    struct app_requests_shown *out, struct problem *why);
/* Expects it as it was loaded. */
void app_request_put(struct unit *, struct arena *, const struct app_request *);
void app_request_delete(struct unit *, struct arena *, const struct app_request *);

/* Which number the login's page shows, as login.app.code keeps it. */
void app_code_digest(const struct id *request, struct span code, uint8_t out[32]);

/* Begun by the login's page. For an account nobody has, or one without a phone, the login waits like any other and
 * nobody is asked: what is answered tells nothing. A request that waits already is over with it, and its number. */
struct app_request_begin {
	const struct login *login;   /* as loaded: waiting, of the browser that asks */
	struct address address;      /* its */
	struct instant now;
};
struct app_request_begun {
	struct login login;          /* as it is now; its generation is that of the commit */
	char code[APP_CODE_TEXT];    /* for the page: to be shown, and wiped */
};
/* ERR_CONFLICT: the login changed meanwhile, or is over. */
typedef void on_app_request_begun(void *arg, enum err, const struct app_request_begun *, const struct problem *why);
struct pending *app_request_begin(struct store *, struct arena *, const struct person_settings *,
    const struct app_request_begin *, on_app_request_begun *, void *arg);
