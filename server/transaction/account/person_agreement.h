/* transaction/account/person_agreement.h - which operators want the same done with one account.
 *
 *     an operator says it -> row: who has said so -> as many as raising trust takes: done, and the row goes
 *
 * Nobody proposed it, each says the same, so each counts; a row lasts a week from the last of them.
 */
#pragma once

#include "base/id.h"
#include "model/agreement.h"
#include "store/store.h"

/* account (16), what (4) -> operators who agree; kept PERSON_AGREEMENT_LIFE */
extern const struct table person_agreement_table;
#define PERSON_AGREEMENT_LIFE SECONDS((int64_t)7 * 86400)
/* What: an enum staff_role that is granted, or */
#define AGREED_TO_ERASE UINT32_C(0x10000)

struct span person_agreement_key(struct arena *, const struct id *account, uint32_t what);
struct ask person_agreement_ask(struct span key);
/* Without a row nobody has agreed yet. ERR_UNAVAILABLE. */
enum err person_agreement_loaded(struct arena *, const struct ask *, struct agreement *out, struct problem *why);
/* With this operator's word added, unless enough have agreed: those count who are named now. ERR_DENIED: he does not
 * count; ERR_LIMIT. */
enum err person_agree(struct arena *, struct agreement *, const struct agreeing *by, struct problem *why);
/* Expects the row as it was loaded. */
void person_agreement_put(struct unit *, const struct ask *, const struct agreement *, struct instant now);
