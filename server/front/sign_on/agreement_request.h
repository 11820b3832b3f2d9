/* front/sign_on/agreement_request.h - the body of a yes, read: bounded, and nothing believed. */
#pragma once

#include "base/problem.h"
#include "transaction/sign_on/sign_on.h"

/* {"persona":"private","items":["name",…]}: into `out`, whose names are in the arena. ERR_SYNTAX, ERR_INVALID,
 * ERR_LIMIT with the pointer. */
enum err agreement_read(struct arena *, struct span body, struct sign_on_agreement *out, struct problem *why);
