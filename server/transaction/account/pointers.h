/* transaction/account/pointers.h - all that points to an account from elsewhere: its names, the certificates that say
 * whose they are, what is kept of those, and the index of who looks alike.
 *
 *     account, its records and authenticators -> asks -> loaded -> deleted
 *
 * What is another account's by now stays that account's. A record or an authenticator that cannot be read points
 * nowhere that anybody knows: whoever deletes it tells so (person_erasure.h).
 */
#pragma once

#include "person/account.h"
#include "person/likeness.h"
#include "store/store.h"

struct account_pointers {
	struct ask *asks;            /* names, then owners of certificates, then likeness, then kept certificates */
	size_t count, names, certificates;
	bool alike;                  /* it may stand in the index of likeness: */
	struct likeness likeness;
};

/* `records`, `credentials`: the account's, loaded; `out->alike` and `out->likeness` are the caller's to set. `account`
 * may be NULL: its names went before. */
void account_pointers_ask(struct arena *, const struct account *, const struct ask *records,
    const struct ask *credentials, struct account_pointers *out);
/* `*rows` grows by those that go. ERR_UNAVAILABLE: one of them cannot be read. */
enum err account_pointers_delete(struct unit *, struct arena *, const struct id *account, struct account_pointers *,
    size_t *rows, struct problem *why);
