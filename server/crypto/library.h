/* crypto/library.h - what OpenSSL says went wrong, as a problem. */
#pragma once

#include "base/problem.h"

/* ERR_CRYPTO with ": " and the library's newest reason behind the sentence; empties the library's queue of errors. */
enum err library_problem(struct problem *why, const char *format, ...) __attribute__((format(printf, 2, 3)));
