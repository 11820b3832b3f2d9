/* transaction/login/known_browser.h - a browser that a person wants to be remembered in: next time it shows the
 * account's number, and nothing else of it.
 */
#pragma once

#include "base/problem.h"
#include "store/store.h"

extern const struct table known_browser_table; /* SHA-256 of the cookie (32) -> account (16); until it is forgotten */

/* SAME_SITE_LAX: logins begin where a relying party of another site sends the browser, too. */
#define KNOWN_BROWSER_COOKIE "__Host-watashi-known"
#define KNOWN_BROWSER_FOR SECONDS(180 * 86400LL)

struct ask known_browser_ask(const uint8_t key[32]);
/* Zero: nobody's. */
enum err known_browser_loaded(const struct ask *, struct id *account, struct problem *why);
void known_browser_put(struct unit *, const uint8_t key[32], const struct id *account, struct instant now);
