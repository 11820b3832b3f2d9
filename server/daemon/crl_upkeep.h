/* daemon/crl_upkeep.h - keeping revocation lists new: fetched from where the configuration says, and taken in from a
 * directory that somebody puts them into.
 *
 *     [started] idle -> [one is due: at the start, before its nextUpdate, every `refresh`, changed, asked for]
 *          -> fetched -> taken in (crl_intake.h) -> due again: idle
 *                 `-> (failed: the last good one stays; again soon, then less and less often)
 *
 * One after another, so that a thousand municipalities are no storm.
 */
#pragma once

#include "base/buffer.h"
#include "jpki/crl_refresh.h"
#include "jpki/crl_store.h"
#include "net/fetch.h"

struct crl_upkeep;

struct crl_upkeep_settings {
	const char *directory;       /* of the store; it is there */
	const struct jpki_trust *trust;
	const char *const *urls;
	size_t url_count;
	const char *watch;           /* NULL: none */
	int64_t refresh;
	size_t largest;              /* of a fetched one, bytes */
};

/* Settings, what they point to, and the fetcher stay the caller's. Nothing is looked for before crl_upkeep_start(). */
enum err crl_upkeep_new(struct loop *, struct fetcher *, const struct crl_upkeep_settings *, struct crl_upkeep **out,
    struct problem *why);
void crl_upkeep_free(struct crl_upkeep *);

/* From the beginning: each place is looked at anew. */
void crl_upkeep_start(struct crl_upkeep *);
/* Nothing is looked for any more, and all lists are erased: now, and whenever somebody else brings one. Whoever waits
 * is told. On failure it is tried again by and by. */
enum err crl_upkeep_stop(struct crl_upkeep *, struct problem *why);

/* All of them now. Called when each has been tried once. NULL: it has not started, or was stopped. */
struct pending *crl_upkeep_ask(struct crl_upkeep *, on_crl_refreshed *, void *arg);

/* {"at_hand":…,"stale":…,"damaged":…,"places":…,"next_update":…,"failing":[{"from","failures","problem","since"}…]} */
void crl_upkeep_write(struct crl_upkeep *, struct instant now, struct buffer *json);
