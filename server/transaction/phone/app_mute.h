/* transaction/phone/app_mute.h - "this was not me": an account's phones are silent for requests from elsewhere.
 *
 *     said on a phone -> muted, 30 days at most -> another way succeeds, or a phone on its own page -> asked again
 *
 * The row tells when it was said. That another way has succeeded since is read from the account's credentials: none of
 * those flows knows phones.
 */
#pragma once

#include "authn/credential.h"

/* account (16) -> the time somebody said "this was not me": no phone is asked from afar until another way succeeded */
extern const struct table app_mute_table;

#define APP_MUTE_CREDENTIALS 64      /* the newest are looked at: an account with very many lists them elsewhere */

struct ask app_mute_ask(const struct id *account);
void app_mute_put(struct unit *, const struct id *account, struct instant now);
void app_mute_end(struct unit *, const struct id *account);
/* {0}: the phones are asked. Else since when they are not. */
struct instant app_muted(const struct ask *, const struct credential *, size_t count);
/* The same from rows of credentials_ask(). */
enum err app_muted_loaded(struct arena *, const struct ask *mute, const struct ask *credentials, struct instant *out,
    struct problem *why);
