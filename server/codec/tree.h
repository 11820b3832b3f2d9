/* codec/tree.h - JSON trees written canonically (RFC 8785), for what is digested, compared and kept. */
#pragma once

#include <jansson.h>

#include "base/buffer.h"
#include "base/problem.h"

#define TREE_DEPTH 32
#define TREE_INTEGER (INT64_C(1) << 53) /* whole numbers below it mean the same to every reader (RFC 7493 s2.2) */

/* Whether it can be written: nested at most TREE_DEPTH deep, and numbers whole and within ±TREE_INTEGER. Fractions have
 * many ways to be written and no use in what we keep. `*expected` says what is missing. */
bool tree_canonical(const json_t *, const char **expected);

/* Members sorted by UTF-16 units, no white space. What is not canonical is a bug. */
void tree_write(struct buffer *, const json_t *);
