/* tools/testcard/key.h - private keys of the test world: made, kept in PEM files of mode 0600. */
#pragma once

#include <openssl/evp.h>

#include "base/problem.h"

/* A new one; a library that cannot is a bug. */
EVP_PKEY *key_rsa(unsigned bits, unsigned exponent);
EVP_PKEY *key_curve(const char *curve);

enum err key_write(const char *path, const EVP_PKEY *, struct problem *why);
enum err key_load(const char *path, EVP_PKEY **out, struct problem *why);
