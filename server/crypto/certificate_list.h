/* crypto/certificate_list.h - the certificates of a PEM file: anchors that an operator names. */
#pragma once

#include "base/arena.h"
#include "base/problem.h"

#define CERTIFICATE_LIST_LARGEST 256

/* DER, in the arena. ERR_INVALID: there is none, something else stands there, or more than CERTIFICATE_LIST_LARGEST;
 * and what reading a file may fail with. */
enum err certificate_list_read(struct arena *, const char *file, const struct span **out, size_t *count,
    struct problem *why);
