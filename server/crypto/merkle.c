/* crypto/merkle.c - the Merkle tree of RFC 6962: hashes, and proofs checked. */
#include "crypto/merkle.h"
