/* jpki/crl_refresh.h - what came of looking for new revocation lists, for whoever asked for it. */
#pragma once

#include "base/problem.h"

struct crl_refresh {
	unsigned taken, unchanged, failed; /* places that were looked at */
	struct problem first;              /* of those that failed */
};
typedef void on_crl_refreshed(void *arg, const struct crl_refresh *);
