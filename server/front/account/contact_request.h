/* front/account/contact_request.h - the bodies of requests about addresses: {"address":TEXT} and, with "code", its
 * confirmation.
 */
#pragma once

#include "base/arena.h"
#include "base/problem.h"

struct contact_request {
	struct span address;         /* contact_address_read()'s */
	struct span code;            /* 6 digits; empty where none is asked for */
};
/* ERR_INVALID: no mail address that we send to, no code of ours. */
enum err contact_request_read(struct arena *, struct span body, bool with_code, struct contact_request *out,
    struct problem *why);
