/* tests/crypto/naive_tree.h - the Merkle tree as RFC 6962 s2.1 defines it, word for word: what our iterative code and
 * the tiles are compared with. Subtrees of a power of two leaves are kept, so that trees of a million leaves stay
 * quick. */
#pragma once

#include <assert.h>
#include <stdlib.h>

#include "crypto/merkle.h"

#define NAIVE_HEIGHT 24

struct naive_tree {
	size_t count;
	struct hash *whole[NAIVE_HEIGHT]; /* of 2^h leaves from i * 2^h: whole[h][i] */
};

/* `leaves` are hashes of leaves. */
static inline struct naive_tree
naive_tree_new(const struct hash *leaves, size_t count)
{
	struct naive_tree t = { .count = count };

	for (unsigned h = 0; h < NAIVE_HEIGHT && count >> h; h++) {
		t.whole[h] = calloc(count >> h, sizeof(struct hash));
		assert(t.whole[h]);
		for (size_t i = 0; i < count >> h; i++)
			t.whole[h][i] = h == 0 ? leaves[i] :
			    merkle_node(&t.whole[h - 1][2 * i], &t.whole[h - 1][2 * i + 1]);
	}
	return t;
}

static inline void
naive_tree_free(struct naive_tree *t)
{
	for (unsigned h = 0; h < NAIVE_HEIGHT; h++)
		free(t->whole[h]);
}

/* The largest power of two below n > 1. */
static inline uint64_t
naive_split(uint64_t n)
{
	uint64_t k = 1;

	while (2 * k < n)
		k *= 2;
	return k;
}

/* MTH(D[start:end]). */
static inline struct hash
naive_hash(const struct naive_tree *t, uint64_t start, uint64_t end)
{
	uint64_t n = end - start;
	struct hash left, right;

	if (n == 0)
		return merkle_empty();
	for (unsigned h = 0; h < NAIVE_HEIGHT; h++)
		if (n == UINT64_C(1) << h && start % n == 0)
			return t->whole[h][start >> h];
	left = naive_hash(t, start, start + naive_split(n));
	right = naive_hash(t, start + naive_split(n), end);
	return merkle_node(&left, &right);
}

static inline void
naive_add(struct merkle_proof *proof, struct hash h)
{
	assert(proof->count < MERKLE_PATH);
	proof->path[proof->count++] = h;
}

/* PATH(m, D[start:end]). `out` starts empty. */
static inline void
naive_inclusion(const struct naive_tree *t, uint64_t m, uint64_t start, uint64_t end, struct merkle_proof *out)
{
	uint64_t n = end - start, k = n > 1 ? naive_split(n) : 0;

	if (n <= 1)
		return;
	if (m < k) {
		naive_inclusion(t, m, start, start + k, out);
		naive_add(out, naive_hash(t, start + k, end));
	} else {
		naive_inclusion(t, m - k, start + k, end, out);
		naive_add(out, naive_hash(t, start, start + k));
	}
}

/* SUBPROOF(m, D[start:end], known). PROOF(m, D[0:n]) is of all with `known`. */
static inline void
naive_consistency(const struct naive_tree *t, uint64_t m, uint64_t start, uint64_t end, bool known,
    struct merkle_proof *out)
{
	uint64_t n = end - start, k = n > 1 ? naive_split(n) : 0;

	if (m == n) {
		if (!known)
			naive_add(out, naive_hash(t, start, end));
	} else if (m <= k) {
		naive_consistency(t, m, start, start + k, known, out);
		naive_add(out, naive_hash(t, start + k, end));
	} else {
		naive_consistency(t, m - k, start + k, end, false, out);
		naive_add(out, naive_hash(t, start, start + k));
	}
}
