/* daemon/outside.h - the steward's end of what workers ask of servers outside: responders and operators' APIs, as the
 * configuration names them; and nobody else, when it names none.
 */
#pragma once

#include "daemon/config.h"
#include "net/courier.h"

struct outside;

/* Whether it names anybody: then workers have a courier (net/courier.h) to reach them. */
bool outside_wanted(const struct config *);

struct outside *outside_new(struct loop *, const struct config *, const struct address_set *internal);
void outside_free(struct outside *);

/* What it fetches with: lists are, too, over http: (they are signed). */
struct fetcher *outside_fetcher(struct outside *);

/* A link to a worker; takes `fd`. */
void outside_link(struct outside *, int fd);
