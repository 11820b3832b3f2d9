/* transaction/caller/registration.h - one step of operators with a machine caller, from what is loaded to what is kept.
 *
 *     step -> load caller, what waits -> load member -> decided (caller/proposal.h) -> committed, journalled -> verdict
 *
 * What takes effect is told in the journal, in the same unit; what only waits is not.
 */
#pragma once

#include "transaction/caller/proposal.h"

/* The verdict is borrowed until the callback returns. caller_step_decide()'s problems; ERR_CONFLICT also when the key
 * is registered with another caller or waits to be, or somebody else changes this one again and again; ERR_UNAVAILABLE,
 * ERR_UNSUPPORTED: what is there cannot be read. Nothing has changed then. */
typedef void on_caller_registered(void *arg, enum err, const struct caller_verdict *, const struct problem *why);
/* The step stays the caller's until the callback or the cancellation. */
struct pending *caller_registration_start(struct store *, const struct caller_step *, on_caller_registered *,
    void *arg);
