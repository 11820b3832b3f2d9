/* net/origin.h - an origin as a browser writes it (RFC 6454 s6.2): scheme, host, a port that is not the
 * scheme's own.
 */
#pragma once

#include "base/problem.h"
#include "base/span.h"

/* localhost, names beneath it (RFC 6761 s6.3) and loopback addresses. */
bool host_is_loopback(struct span host);

/* https, or http of localhost, a name beneath it or a loopback address; in lower case, nothing behind it. Whoever
 * compares origins compares bytes, so what no browser writes would never match. ERR_INVALID: the sentence begins with
 * the JSON pointer. */
enum err origin_check(struct span, const char *pointer, struct problem *why);
