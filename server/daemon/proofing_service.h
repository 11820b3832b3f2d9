/* daemon/proofing_service.h - proofing by the card in a worker: its secret, its verifier, its front.
 *
 *     [checked, with the configuration] -> secret read (while still root) -> verifier and front opened -> mounted
 */
#pragma once

#include "daemon/config.h"
#include "front/jpki/jpki.h"
#include "jpki/setup.h"
#include "transaction/proofing/end_watch.h"

struct child;

struct proofing_service {
	struct span secret;
	struct jpki_setup *setup;
	struct proofing_settings proofing; /* its verifier is NULL where nobody is proved */
	struct jpki_front *front;    /* NULL: the configuration says nothing of JPKI */
	struct proofing_end_watch *end; /* with it all that was received is forgotten */
};

/* Nothing to do, and OK, where the configuration has no section of it. */

/* What a worker would need and could not have: a secret that is none, authorities that are not what they are called,
 * responders' files that are no certificates, lists that are damaged. */
enum err proofing_service_check(const struct config *, struct problem *why);

enum err proofing_service_secret(struct proofing_service *, const struct config *, struct problem *why);
enum err proofing_service_open(struct proofing_service *, const struct config *, struct turn *, struct courier *,
    struct store *, struct policy_shelf *, const struct child *, struct problem *why);
void proofing_service_close(struct proofing_service *);
