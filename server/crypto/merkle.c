/* crypto/merkle.c - the Merkle tree of RFC 6962: hashes, and proofs checked. */
#include "crypto/merkle.h"

#include "crypto/digest.h"

/* RFC 6962 s2.1: what is hashed begins with its kind, so that no node can pass for an entry. */
#define KIND_LEAF 0x00
#define KIND_NODE 0x01

struct hash
merkle_empty(void)
{
	struct hash h = { 0 };

	digest(DIGEST_SHA256, (struct span){ 0 }, h.bytes);
	return h;
}

struct hash
merkle_leaf(struct span entry)
{
	static const uint8_t kind = KIND_LEAF;
	struct hash h = { 0 };

	digest_pieces(DIGEST_SHA256, (const struct span[]){ span_of(&kind, 1), entry }, 2, h.bytes);
	return h;
}

struct hash
merkle_node(const struct hash *left, const struct hash *right)
{
	uint8_t room[1 + 2 * HASH_SIZE] = { KIND_NODE };
	struct hash h = { 0 };

	memcpy(room + 1, left->bytes, HASH_SIZE);
	memcpy(room + 1 + HASH_SIZE, right->bytes, HASH_SIZE);
	digest(DIGEST_SHA256, span_of(room, sizeof(room)), h.bytes);
	return h;
}

bool
hash_equal(const struct hash *a, const struct hash *b)
{
	return memcmp(a->bytes, b->bytes, HASH_SIZE) == 0;
}

/* Where a proof has come to: a node and the last node of its level, both counted from the left (fn and sn of RFC 9162
 * s2.1.3.2). */
struct climb {
	uint64_t node, last;
};

static void
climb_up(struct climb *c)
{
	c->node >>= 1;
	c->last >>= 1;
}

/* Whether the next hash of the proof stands left of the node; a node without a brother is first moved up to where it
 * has one. */
static bool
climb_step(struct climb *c)
{
	bool left = (c->node & 1) || c->node == c->last;

	while (left && c->node && !(c->node & 1))
		climb_up(c);
	climb_up(c);
	return left;
}

bool
merkle_inclusion_holds(const struct hash *leaf, uint64_t index, uint64_t size, const struct merkle_proof *proof,
    const struct hash *root)
{
	struct climb c = { index, size - 1 };
	struct hash h = *leaf;

	if (index >= size || proof->count > MERKLE_PATH)
		return false;
	for (size_t i = 0; i < proof->count; i++) {
		if (c.last == 0)
			return false;
		h = climb_step(&c) ? merkle_node(&proof->path[i], &h) : merkle_node(&h, &proof->path[i]);
	}
	return c.last == 0 && hash_equal(&h, root);
}

/* RFC 9162 s2.1.4.2. The old root is the first hash where the old tree is one whole subtree of the new, and is then not
 * in the proof. */
bool
merkle_consistency_holds(uint64_t before, uint64_t after, const struct merkle_proof *proof,
    const struct hash *root_before, const struct hash *root_after)
{
	bool whole = (before & (before - 1)) == 0;
	struct climb c = { before - 1, after - 1 };
	struct hash old, new;

	if (before == 0 || before > after || proof->count > MERKLE_PATH)
		return false;
	if (before == after)
		return proof->count == 0 && hash_equal(root_before, root_after);
	if (!whole && proof->count == 0)
		return false;
	old = new = whole ? *root_before : proof->path[0];
	while (c.node & 1)
		climb_up(&c);
	for (size_t i = whole ? 0 : 1; i < proof->count; i++) {
		if (c.last == 0)
			return false;
		if (climb_step(&c)) {
			old = merkle_node(&proof->path[i], &old);
			new = merkle_node(&proof->path[i], &new);
		} else {
			new = merkle_node(&new, &proof->path[i]);
		}
	}
	return c.last == 0 && hash_equal(&old, root_before) && hash_equal(&new, root_after);
}
