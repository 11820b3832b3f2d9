/* transaction/sign_on/commit.h - what a verdict writes: one unit each.
 *
 *     done: decision, grant, consent where it is new, history, the row gone; expects account, session, authenticators,
 *         consent as they were judged
 *     refused: the decision, where there is one, history, the row gone
 */
#pragma once

#include "transaction/sign_on/judge.h"

/* ERR_LIMIT: the decision is larger than the ledger takes. The grant is the arena's. */
enum err sign_on_put_done(struct unit *, struct arena *, const struct sign_on_case *, const struct sign_on_verdict *,
    struct sign_on_step *, struct problem *why);
/* `*any`: whether there is anything to write. */
enum err sign_on_put_refused(struct unit *, struct arena *, const struct sign_on_case *,
    const struct sign_on_verdict *, struct sign_on_step *, bool *any, struct problem *why);
