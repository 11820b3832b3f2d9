/* front/oidc/scope.h - scopes (RFC 6749 s3.3): words of what may be done, whose order says nothing. Pure. */
#pragma once

#include "base/arena.h"

/* Words of printable ASCII without '"' and '\', a blank between each two. */
bool scope_valid(struct span);
bool scope_has(struct span scope, struct span word);
/* The words of what is granted that are asked for, in the order granted: what a token may do. False: it asks for more
 * than is granted. In the arena. */
bool scope_narrow(struct arena *, struct span granted, struct span asked, struct span *out);
