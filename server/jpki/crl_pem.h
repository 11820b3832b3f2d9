/* jpki/crl_pem.h - a revocation list that somebody wrapped as text (RFC 7468 s6). */
#pragma once

#include "base/arena.h"
#include "base/problem.h"

#define CRL_PEM_LARGEST (16 * MIB) /* larger ones come as DER, which is mapped */

bool crl_is_pem(struct span bytes);

/* The first "X509 CRL" block, in the arena. ERR_SYNTAX: there is none; ERR_LIMIT. */
enum err crl_from_pem(struct span pem, struct arena *, struct span *der, struct problem *why);
