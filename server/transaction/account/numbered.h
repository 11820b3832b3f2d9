/* transaction/account/numbered.h - an account found by its number, as a person shows it to an operator.
 *
 * An address is personal and no operator's to ask by: a text with an @ is no number.
 */
#pragma once

#include "base/id.h"
#include "store/store.h"

/* How many asks that is: 0, it is no number, or 1. */
size_t numbered_ask(struct arena *, struct span number, struct ask *out);
/* `count`: of what was asked. ERR_NOT_FOUND, ERR_UNAVAILABLE. */
enum err numbered_loaded(const struct ask *, size_t count, struct id *account, struct problem *why);
/* ERR_NOT_FOUND in the same words, for who finds that it is no more. */
enum err numbered_gone(struct problem *why);
