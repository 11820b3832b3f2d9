/* front/login/login_request.h - bodies of requests about a login, read: bounded, and nothing believed. */
#pragma once

#include "base/problem.h"
#include "transaction/login/way.h"

struct login_asked {
	enum login_why why;
	struct span return_path;     /* return_path_valid() */
};
/* {"for":"account","return":"/account/…","why":null|"change"…}. ERR_SYNTAX, ERR_INVALID, ERR_LIMIT with the pointer. */
enum err login_asked_read(struct arena *, struct span body, struct login_asked *out, struct problem *why);

/* {"who":…,"remember":bool}: into `out`, whose request stays. */
enum err login_claim_read(struct arena *, struct span body, struct login_claim *out, struct problem *why);

/* {"code":…,"second":…?}: likewise. No `second` of a code from paper. */
enum err login_code_read(struct arena *, struct span body, struct login_code *out, struct problem *why);

/* {"conditional":bool} */
enum err login_options_read(struct arena *, struct span body, bool *conditional, struct problem *why);

/* {"less":bool}: whether to go on with less than was hoped for. */
enum err login_finish_read(struct arena *, struct span body, bool *less, struct problem *why);
