/* transaction/phone/app_mute.h - "this was not me": an account's phones are silent for requests from elsewhere.
 *
 *     said on a phone -> muted, 30 days at most -> another way succeeds, or a phone on its own page -> asked again
 *                                              `-> the person ends it: on a phone, or in the account
 *
 * The row tells when it was said. That another way has succeeded since is read from the account's credentials: none of
 * those flows knows phones.
 */
#pragma once

#include "authn/credential.h"
#include "person/account.h"

/* account (16) -> the time somebody said "this was not me": no phone is asked from afar until another way succeeded */
extern const struct table app_mute_table;

#define APP_MUTE_CREDENTIALS 64      /* the newest are looked at: an account with very many lists them elsewhere */

struct app_mute {
	struct instant since, until; /* {0}: the phones are asked */
	uint64_t generation;
};
struct ask app_mute_ask(const struct id *account);
void app_mute_put(struct unit *, const struct id *account, struct instant now);
void app_mute_end(struct unit *, const struct id *account);
struct app_mute app_muted(const struct ask *, const struct credential *, size_t count);
/* The same from rows of credentials_ask(). */
enum err app_muted_loaded(struct arena *, const struct ask *mute, const struct ask *credentials, struct app_mute *out,
    struct problem *why);

/* Its end by the person, with the line of history and the notice that tell of it: who ends it may be somebody else. */
struct app_mute_lift {
	const struct account *account;
	const struct app_mute *mute; /* as it was loaded: expected so */
	const struct credential *phone; /* on which it was said; NULL: in the account */
	struct span where;           /* of the session; may be empty */
	struct instant now;
};
void app_mute_lifted(struct unit *, const struct app_mute_lift *);

struct buffer;
/* `"muted":{"since","until"}`, or null. */
void app_mute_write(struct buffer *, const struct app_mute *);
