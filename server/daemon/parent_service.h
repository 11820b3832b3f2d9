/* daemon/parent_service.h - the steward's verifier, for certificates that authenticators were bound by: its secret, its
 * sources, its upkeep.
 *
 *     secret read (while still root) -> sources opened (before the sandbox) -> looked at, until proofing has ended
 */
#pragma once

#include "daemon/config.h"
#include "daemon/parent_upkeep.h"
#include "jpki/setup.h"
#include "net/courier.h"

struct parent_service {
	struct wrapping wrapping;
	struct courier *courier;
	struct jpki_setup *setup;    /* NULL: there are no persons here, or no cards */
	struct proofing_settings proofing;
	struct person_settings person;
	struct parent_upkeep *upkeep;
};

/* Nothing to do, and OK, where the configuration has no section of persons or of JPKI. */
enum err parent_service_secret(struct parent_service *, const struct config *, struct problem *why);
/* What it fetches with stays the caller's. */
enum err parent_service_open(struct parent_service *, const struct config *, struct loop *, struct fetcher *,
    struct store *, struct problem *why);
/* false: nothing received is kept any more, for proofing has ended; true: it goes on. */
void parent_service_keep(struct parent_service *, bool);
void parent_service_close(struct parent_service *);
