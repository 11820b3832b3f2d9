/* tools/card/earlier.h - the answer to an earlier proof: the account it was for goes on with this one's certificate. */
#pragma once

#include "base/arena.h"
#include "base/problem.h"

struct earlier {
	const char *handle;            /* 32 hexadecimal digits; NULL: there is none */
	const char *purpose, *medium;
};

/* From a file with the service's answer, as `prove --json` printed it. ERR_SYNTAX, ERR_INVALID: it is none, or told no
 * handle. */
enum err earlier_read(struct arena *, const char *file, struct earlier *out, struct problem *why);
