/* transaction/authenticator/parent_check.h - a certificate that authenticators were bound by, looked at again (JPKI Act
 * Arts. 19(4), 38(4): of certificates that were confirmed before).
 *
 *     kept -> still entitled? -> in force? (jpki/revocation.h) -> log -> each authenticator by it -> due again | gone
 *
 * One that has lapsed stays so: what was bound by it says it from then on, the person is told, and the certificate is
 * kept no longer. Where nobody could say nothing changes but that it is asked again soon: how old the last answer is
 * the policy sees.
 */
#pragma once

#include "transaction/authenticator/parent_certificate.h"

struct parent_check {
	struct span handle;
	int64_t age;                 /* an answer not older than this will do; 0: it is asked now */
	struct instant now;
};
struct parent_checked {
	enum parent_status status;
	struct instant at;           /* of the answer */
	bool asked;                  /* now */
	size_t lapsed;               /* authenticators that say so from now on */
};
/* ERR_NOT_FOUND: no such certificate is kept (any more): nothing stands by it, or it lapsed before; ERR_DENIED: the
 * operator may not ask; ERR_UNAVAILABLE. */
typedef void on_parent_checked(void *arg, enum err, const struct parent_checked *, const struct problem *why);
struct pending *parent_check(struct store *, struct arena *, const struct person_settings *,
    const struct parent_check *, on_parent_checked *, void *arg);
