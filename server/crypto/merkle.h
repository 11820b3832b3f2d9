/* crypto/merkle.h - the Merkle tree of RFC 6962 s2.1: hashes, and proofs checked as RFC 9162 s2.1.3.2 and s2.1.4.2 say.
 */
#pragma once

#include "base/span.h"

#define HASH_SIZE 32
struct hash {
	uint8_t bytes[HASH_SIZE];
};
#define MERKLE_PATH 64 /* hashes of a proof, at most */
struct merkle_proof {
	struct hash path[MERKLE_PATH];
	size_t count;
};

bool hash_equal(const struct hash *, const struct hash *);

struct hash merkle_empty(void);
struct hash merkle_leaf(struct span entry);
struct hash merkle_node(const struct hash *left, const struct hash *right);

bool merkle_inclusion_holds(const struct hash *leaf, uint64_t index, uint64_t size, const struct merkle_proof *,
    const struct hash *root);
/* `before` leaves to `after` leaves; never for 0 before. */
bool merkle_consistency_holds(uint64_t before, uint64_t after, const struct merkle_proof *,
    const struct hash *root_before, const struct hash *root_after);
