/* tests/crypto/signers.h - who signs in tests of documents: two with RSA, one with ECDSA, each with a certificate of
 * its own.
 */
#pragma once

#include "crypto/signed_data.h"

enum who { ONE, TWO, CURVE, WHO };
static struct arena arena;
static struct cms_signer signers[WHO];

static int
prepare_signers(void **state)
{
	(void)state;
	arena = arena_init(1 * GIB);
	signers[ONE] = cms_signer_new(&arena, EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048), "one", 4711);
	signers[TWO] = cms_signer_new(&arena, EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048), "two", 12);
	signers[CURVE] = cms_signer_new(&arena, EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-384"), "curve", 13);
	return 0;
}

static int
forget_signers(void **state)
{
	(void)state;
	for (size_t i = 0; i < WHO; i++)
		cms_signer_free(&signers[i]);
	arena_release(&arena);
	return 0;
}
