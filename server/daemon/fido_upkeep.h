/* daemon/fido_upkeep.h - keeping the catalogue of authenticators' models new, and what people have in step with it.
 *
 *     due (at the start, every `refresh`, before its nextUpdate, when the file changed)
 *       -> fetched, or the file -> read (fido_intake.h) -> switched -> reviewed
 * (transaction/authenticator/fido_switch.h) -> due
 *            `-> (failed, or no newer one: what is in force stays; reviewed all the same when that is still to be done)
 *
 * What has passed its nextUpdate stays in force, and the log says so.
 */
#pragma once

#include "authn/fido_blob.h"
#include "base/buffer.h"
#include "net/fetch.h"
#include "store/store.h"

struct fido_upkeep;

struct fido_upkeep_settings {
	const char *url, *file;      /* one of them */
	int64_t refresh;
	int64_t scan;                /* how often the file is looked at; 0: every 10 seconds */
	struct fido_settings blob;   /* what it points to stays the caller's */
};
struct fido_upkeep *fido_upkeep_new(struct loop *, struct store *, struct fetcher *,
    const struct fido_upkeep_settings *);
void fido_upkeep_free(struct fido_upkeep *);

/* {"number":…,"models":…,"taken":…,"next_update":…,"suspended":…,"failures":…,"problem":…} */
void fido_upkeep_write(const struct fido_upkeep *, struct buffer *json);
