/* transaction/sign_on/methods.h - by which methods somebody authenticated, as amr has them (RFC 8176 s2): of the
 * authentication's own facts. Pure.
 */
#pragma once

#include "transaction/session/session.h"

/* Words and blanks, in their order, in the arena; empty: there is no word for it. */
struct span methods_of(struct arena *, const struct authentication *);
