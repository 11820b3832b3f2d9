/* tests/crypto/test_merkle.c - the Merkle tree: what holds by its definition, what others published, and every
 * falsified proof refused. */
#include "crypto/naive_tree.h"
#include "expect.h"

#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <unistd.h>

#include "base/buffer.h"
#include "codec/text.h"
#include "crypto/digest.h"

#define LARGEST 300 /* sizes for which every proof is tried */

static struct hash leaves[LARGEST];
static struct naive_tree tree;

static int
grow(void **state)
{
	char text[16];

	(void)state;
	for (size_t i = 0; i < LARGEST; i++) {
		snprintf(text, sizeof(text), "%zu", i);
		leaves[i] = merkle_leaf(span_text(text));
	}
	tree = naive_tree_new(leaves, LARGEST);
	return 0;
}

static int
fell(void **state)
{
	(void)state;
	naive_tree_free(&tree);
	return 0;
}

static struct merkle_proof
inclusion_of(uint64_t index, uint64_t size)
{
	struct merkle_proof proof = { 0 };

	naive_inclusion(&tree, index, 0, size, &proof);
	return proof;
}

static struct merkle_proof
consistency_of(uint64_t before, uint64_t after)
{
	struct merkle_proof proof = { 0 };

	naive_consistency(&tree, before, 0, after, true, &proof);
	return proof;
}

static struct hash
root_of(uint64_t size)
{
	return naive_hash(&tree, 0, size);
}

/* Hashes */

static void
hashes_are_those_of_the_rfc(void **state)
{
	static const struct { const char *title; const char *entry, *hash; } cases[] = {
		{ "an empty entry", "", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d" },
		{ "an entry", "L123456", "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56" },
	};
	struct arena a = arena_init(1 * MIB);
	struct hash h = merkle_empty();
	uint8_t *big = arena_take(&a, 1000);

	(void)state;
	expect_text("the empty tree is the hash of nothing", hex_write(&a, span_of(h.bytes, HASH_SIZE)),
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	for (size_t i = 0; i < COUNT(cases); i++) {
		h = merkle_leaf(span_text(cases[i].entry));
		expect_text(cases[i].title, hex_write(&a, span_of(h.bytes, HASH_SIZE)), cases[i].hash);
	}
	/* Short and long entries take two ways to one hash. */
	for (size_t size = 250; size < 260; size++) {
		struct hash whole;

		digest(DIGEST_SHA256, span_of(big, size + 1), whole.bytes);
		h = merkle_leaf(span_of(big + 1, size));
		expect_true("a leaf is the hash of 0 and the entry", hash_equal(&h, &whole));
	}
	arena_release(&a);
}

/* Proofs that hold */

static void
every_proof_by_the_definition_holds(void **state)
{
	(void)state;
	for (uint64_t n = 1; n <= LARGEST; n++) {
		struct hash root = root_of(n);

		for (uint64_t m = 0; m < n; m++) {
			struct merkle_proof inclusion = inclusion_of(m, n), consistency = consistency_of(m + 1, n);
			struct hash before = root_of(m + 1);

			expect_true(
			    "a leaf is in the tree", merkle_inclusion_holds(&leaves[m], m, n, &inclusion, &root));
			expect_true("a tree continues the smaller",
			    merkle_consistency_holds(m + 1, n, &consistency, &before, &root));
		}
	}
}

/* Falsified proofs. GO-2022-1117: a verifier that lets one through makes the whole log worthless. */

struct claim {
	bool consistency;
	uint64_t first, second; /* index and size, or before and after */
	struct merkle_proof proof;
	struct hash from, to;   /* leaf and root, or both roots */
};

static bool
claim_holds(const struct claim *c)
{
	if (c->consistency)
		return merkle_consistency_holds(c->first, c->second, &c->proof, &c->from, &c->to);
	return merkle_inclusion_holds(&c->from, c->first, c->second, &c->proof, &c->to);
}

static void
refuse_changed_bits(struct claim c)
{
	for (size_t bit = 0; bit < (c.proof.count + 2) * HASH_SIZE * 8; bit++) {
		size_t which = bit / 8 / HASH_SIZE;
		struct hash *h = which < c.proof.count ? &c.proof.path[which] :
		    which == c.proof.count ? &c.from : &c.to;

		h->bytes[bit / 8 % HASH_SIZE] ^= (uint8_t)(1u << bit % 8);
		expect_true("one bit changed is refused", !claim_holds(&c));
		h->bytes[bit / 8 % HASH_SIZE] ^= (uint8_t)(1u << bit % 8);
	}
}

static void
refuse_other_lengths(struct claim c)
{
	const struct hash extra[] = { merkle_empty(), c.from, c.to, { { 0 } } };
	struct merkle_proof proof = c.proof;

	for (size_t at = 0; at < proof.count; at++) {
		c.proof = proof;
		memmove(&c.proof.path[at], &c.proof.path[at + 1], (proof.count - at - 1) * HASH_SIZE);
		c.proof.count--;
		expect_true("a hash left out is refused", !claim_holds(&c));
	}
	for (size_t at = 0; at <= proof.count; at++)
		for (size_t i = 0; i <= COUNT(extra); i++) {
			c.proof = proof;
			memmove(&c.proof.path[at + 1], &c.proof.path[at], (proof.count - at) * HASH_SIZE);
			/* One of these, or one of its own a second time. */
			c.proof.path[at] = i < COUNT(extra) ? extra[i] : proof.path[at ? at - 1 : 0];
			c.proof.count++;
			expect_true("a hash put in is refused", !claim_holds(&c));
		}
	for (size_t at = 0; at + 1 < proof.count; at++) {
		c.proof = proof;
		c.proof.path[at] = proof.path[at + 1];
		c.proof.path[at + 1] = proof.path[at];
		expect_true("two hashes in each other's place are refused", !claim_holds(&c));
	}
}

static void
every_falsified_proof_is_refused(void **state)
{
	(void)state;
	for (uint64_t n = 1; n <= 33; n++)
		for (uint64_t m = 0; m < n; m++) {
			struct claim c = { false, m, n, inclusion_of(m, n), leaves[m], root_of(n) };

			expect_true("the claim holds before", claim_holds(&c));
			refuse_changed_bits(c);
			refuse_other_lengths(c);
			for (uint64_t other = 0; other <= n + 1; other++) {
				c.first = other;
				expect_true("another index is refused", other == m || !claim_holds(&c));
			}
			c = (struct claim){ true, m + 1, n, consistency_of(m + 1, n), root_of(m + 1), root_of(n) };
			expect_true("the claim holds before", claim_holds(&c));
			refuse_changed_bits(c);
			refuse_other_lengths(c);
			for (uint64_t other = 0; other < n; other++) {
				struct hash root = root_of(other);

				c.from = root;
				expect_true("another old root is refused", other == m + 1 || !claim_holds(&c));
			}
		}
}

static void
what_cannot_be_proved_is_refused(void **state)
{
	struct merkle_proof none = { 0 }, full = { .count = MERKLE_PATH }, over = { .count = MERKLE_PATH + 1 };
	struct hash empty = merkle_empty(), one = leaves[0];

	(void)state;
	expect_true("no leaf is in the empty tree", !merkle_inclusion_holds(&one, 0, 0, &none, &empty));
	expect_true("nothing is behind the last leaf", !merkle_inclusion_holds(&one, 1, 1, &none, &one));
	expect_true("a tree of one leaf is its leaf", merkle_inclusion_holds(&one, 0, 1, &none, &one));
	expect_true("the empty tree proves nothing", !merkle_consistency_holds(0, 0, &none, &empty, &empty));
	expect_true("nothing continues the empty tree", !merkle_consistency_holds(0, 1, &none, &empty, &one));
	expect_true("a tree does not shrink", !merkle_consistency_holds(2, 1, &none, &one, &one));
	expect_true("sizes far apart need a proof", !merkle_consistency_holds(1, UINT64_MAX, &none, &one, &one));
	expect_true(
	    "the largest tree is looked at", !merkle_inclusion_holds(&one, UINT64_MAX - 1, UINT64_MAX, &full, &one));
	expect_true("too long a proof is refused", !merkle_inclusion_holds(&one, 0, UINT64_MAX, &over, &one));
	expect_true("too long a proof is refused", !merkle_consistency_holds(1, UINT64_MAX, &over, &one, &one));
}

/* What is kept in files */

static json_t *
read_json(const char *format, const char *name)
{
	const char *top = getenv("top_srcdir");
	char path[4096];
	json_error_t wrong;
	json_t *tree_read;

	snprintf(path, sizeof(path), "%s/%s%s", top ? top : ".", format, name);
	tree_read = json_load_file(path, 0, &wrong);
	if (!tree_read && access(path, R_OK) == 0)
		fail_msg("%s: line %d: %s", path, wrong.line, wrong.text);
	return tree_read;
}

static struct hash
hash_of_hex(const json_t *text)
{
	struct hash h;

	expect_true("a hash is 64 digits", hex_read(span_text(json_string_value(text)), h.bytes, HASH_SIZE));
	return h;
}

static struct merkle_proof
proof_of_hex(const json_t *array)
{
	struct merkle_proof proof = { .count = json_array_size(array) };

	for (size_t i = 0; i < proof.count; i++)
		proof.path[i] = hash_of_hex(json_array_get(array, i));
	return proof;
}

static void
proof_print(struct digest_stream *stream, struct arena *a, uint64_t first, uint64_t second,
    const struct merkle_proof *proof)
{
	digest_stream_add(stream, span_text(arena_print(a, "%llu %llu", (unsigned long long)first,
	    (unsigned long long)second)));
	for (size_t i = 0; i < proof->count; i++)
		digest_stream_add(
		    stream, span_text(arena_print(a, " %s", hex_write(a, span_of(proof->path[i].bytes, HASH_SIZE)))));
	digest_stream_add(stream, span_text("\n"));
	arena_reset(a);
}

static const char *
digest_text(struct digest_stream *stream, struct arena *a)
{
	uint8_t h[DIGEST_LARGEST];

	digest_stream_end(stream, h);
	return hex_write(a, span_of(h, 32));
}

/* Digests over every root and proof of sizes up to `largest`: ours are the naive ones, each of which the check holds
 * for. */
static void
compare_digests(uint64_t largest, const char *roots, const char *inclusion, const char *consistency)
{
	struct digest_stream *stream = digest_stream_new(DIGEST_SHA256);
	struct arena a = arena_init(1 * MIB);

	for (uint64_t n = 0; n <= largest; n++) {
		struct hash root = root_of(n);

		digest_stream_add(stream, span_text(arena_print(&a, "%llu %s\n", (unsigned long long)n,
		    hex_write(&a, span_of(root.bytes, HASH_SIZE)))));
	}
	expect_text("the roots", digest_text(stream, &a), roots);
	for (uint64_t n = 1; n <= largest; n++)
		for (uint64_t m = 0; m < n; m++) {
			struct merkle_proof proof = inclusion_of(m, n);

			proof_print(stream, &a, m, n, &proof);
		}
	expect_text("the inclusion proofs", digest_text(stream, &a), inclusion);
	for (uint64_t n = 1; n <= largest; n++)
		for (uint64_t m = 1; m <= n; m++) {
			struct merkle_proof proof = consistency_of(m, n);

			proof_print(stream, &a, m, n, &proof);
		}
	expect_text("the consistency proofs", digest_text(stream, &a), consistency);
	digest_stream_free(stream);
	arena_release(&a);
}

static void
our_own_vectors_agree(void **state)
{
	json_t *vectors = read_json("tests/crypto/", "merkle_vectors.json"), *one;
	size_t i, proofs = 0;

	(void)state;
	expect_true("the vectors are there", vectors != NULL);
	expect_number("they go as far as this test", json_integer_value(json_object_get(vectors, "largest")), LARGEST);
	compare_digests(LARGEST, json_string_value(json_object_get(vectors, "roots_sha256")),
	    json_string_value(json_object_get(vectors, "inclusion_sha256")),
	    json_string_value(json_object_get(vectors, "consistency_sha256")));
	json_array_foreach(json_object_get(vectors, "trees"), i, one) {
		uint64_t n = (uint64_t)json_integer_value(json_object_get(one, "size"));
		struct hash root = hash_of_hex(json_object_get(one, "root"));

		for (uint64_t m = 0; m < n; m++) {
			struct merkle_proof inclusion = proof_of_hex(
			    json_array_get(json_object_get(one, "inclusion"), m));
			struct merkle_proof consistency = proof_of_hex(
			    json_array_get(json_object_get(one, "consistency"), m));
			struct hash before = root_of(m + 1);

			expect_true("inclusion holds", merkle_inclusion_holds(&leaves[m], m, n, &inclusion, &root));
			expect_true("consistency holds",
			    merkle_consistency_holds(m + 1, n, &consistency, &before, &root));
			proofs += 2;
		}
	}
	expect_number("so many proofs stand there", proofs, 124);
	json_decref(vectors);
}

static void
published_trees_agree(void **state)
{
	json_t *rolling = read_json("../shared/data/merkle/vectors/", "rolling-130.json");
	struct hash bytes[130];
	struct naive_tree ours = tree;
	uint8_t i = 0;

	(void)state;
	if (!rolling) {
		print_message("skipped: ../shared/data/merkle is not here\n");
		skip();
	}
	for (i = 0; i < COUNT(bytes); i++)
		bytes[i] = merkle_leaf(span_of(&i, 1));
	tree = naive_tree_new(bytes, COUNT(bytes));
	compare_digests(COUNT(bytes),
	    json_string_value(json_object_get(json_object_get(rolling, "roots"), "sha256")),
	    json_string_value(json_object_get(json_object_get(rolling, "inclusion"), "sha256")),
	    json_string_value(json_object_get(json_object_get(rolling, "consistency"), "sha256")));
	naive_tree_free(&tree);
	tree = ours;
	json_decref(rolling);
}

static void
the_tree_of_eight_leaves_agrees(void **state)
{
	json_t *eight = read_json("../shared/data/merkle/vectors/", "rfc6962-8leaf.json"), *one;
	struct hash roots[9], hashes[8];
	uint8_t entry[64];
	size_t i;

	(void)state;
	if (!eight) {
		print_message("skipped: ../shared/data/merkle is not here\n");
		skip();
	}
	json_array_foreach(json_object_get(eight, "leaf_inputs_hex"), i, one) {
		size_t size = json_string_length(one) / 2;
		struct hash expected = hash_of_hex(json_array_get(json_object_get(eight, "leaf_hashes"), i));

		expect_true("an entry", hex_read(span_text(json_string_value(one)), entry, size));
		hashes[i] = merkle_leaf(span_of(entry, size));
		expect_true("its leaf", hash_equal(&hashes[i], &expected));
	}
	json_array_foreach(json_object_get(eight, "roots_by_size"), i, one)
		roots[i] = hash_of_hex(one);
	json_array_foreach(json_object_get(eight, "inclusion"), i, one) {
		struct merkle_proof proof = proof_of_hex(json_object_get(one, "proof"));
		size_t index = (size_t)json_integer_value(json_object_get(one, "index"));
		size_t size = (size_t)json_integer_value(json_object_get(one, "size"));

		expect_true("inclusion", merkle_inclusion_holds(&hashes[index], index, size, &proof, &roots[size]));
	}
	expect_number("so many", i, 36);
	json_array_foreach(json_object_get(eight, "consistency"), i, one) {
		struct merkle_proof proof = proof_of_hex(json_object_get(one, "proof"));
		size_t before = (size_t)json_integer_value(json_object_get(one, "size1"));
		size_t after = (size_t)json_integer_value(json_object_get(one, "size2"));

		expect_true(
		    "consistency", merkle_consistency_holds(before, after, &proof, &roots[before], &roots[after]));
	}
	expect_number("so many", i, 36);
	json_decref(eight);
}

/* transparency-dev/merkle: 196 cases, most of them falsified proofs. */

struct tally {
	size_t inclusion, consistency, held;
};

/* In a proof, whatever is not of 32 bytes is no hash to us, and refused before the tree is looked at. */
static bool
hash_of_base64(struct arena *a, const json_t *text, struct hash *out)
{
	struct span bytes;

	if (!base64_read(a, span_text(json_string_value(text)), &bytes) || bytes.size != HASH_SIZE)
		return false;
	memcpy(out->bytes, bytes.data, HASH_SIZE);
	return true;
}

/* Roots and leaves are some words where they do not matter: the words' hash is as good. An empty one is none. */
static bool
end_of_base64(struct arena *a, const json_t *text, struct hash *out)
{
	struct span bytes;

	if (hash_of_base64(a, text, out))
		return true;
	if (!base64_read(a, span_text(json_string_value(text)), &bytes) || bytes.size == 0)
		return false;
	*out = merkle_leaf(bytes);
	return true;
}

static bool
proof_of_base64(struct arena *a, const json_t *array, struct merkle_proof *out)
{
	out->count = json_array_size(array);
	if (out->count > MERKLE_PATH)
		return false;
	for (size_t i = 0; i < out->count; i++)
		if (!hash_of_base64(a, json_array_get(array, i), &out->path[i]))
			return false;
	return true;
}

/* Indices below zero are written there as what they become without a sign: more than jansson has whole numbers for. */
static uint64_t
number_of(const json_t *real)
{
	double number = json_real_value(real);

	return number >= 0x1p64 ? UINT64_MAX : (uint64_t)number;
}

static void
run_case(const char *path, struct tally *tally)
{
	struct arena a = arena_init(1 * MIB);
	json_t *one = json_load_file(path, JSON_DECODE_INT_AS_REAL, NULL);
	bool consistency = json_object_get(one, "root1") != NULL, holds;
	struct claim c = { .consistency = consistency };

	expect_true(path, one && json_is_boolean(json_object_get(one, "wantErr")));
	c.first = number_of(json_object_get(one, consistency ? "size1" : "leafIdx"));
	c.second = number_of(json_object_get(one, consistency ? "size2" : "treeSize"));
	holds = end_of_base64(&a, json_object_get(one, consistency ? "root1" : "leafHash"), &c.from) &&
	    end_of_base64(&a, json_object_get(one, consistency ? "root2" : "root"), &c.to) &&
	    proof_of_base64(&a, json_object_get(one, "proof"), &c.proof) && claim_holds(&c);
	expect_true(path, holds == json_is_false(json_object_get(one, "wantErr")));
	tally->consistency += consistency;
	tally->inclusion += !consistency;
	tally->held += holds;
	json_decref(one);
	arena_release(&a);
}

static void
run_cases(const char *directory, struct tally *tally)
{
	DIR *dir = opendir(directory);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		size_t size = strlen(entry->d_name);
		char path[4096];

		snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name);
		if (size > 5 && strcmp(entry->d_name + size - 5, ".json") == 0)
			run_case(path, tally);
		else if (entry->d_name[0] != '.')
			run_cases(path, tally);
	}
	if (dir)
		closedir(dir);
}

static void
every_case_of_transparency_dev_agrees(void **state)
{
	const char *top = getenv("top_srcdir");
	struct tally tally = { 0 };
	char path[4096];

	(void)state;
	snprintf(path, sizeof(path), "%s/../shared/data/merkle/transparency-dev-merkle/testdata", top ? top : ".");
	if (access(path, R_OK) != 0) {
		print_message("skipped: ../shared/data/merkle is not here\n");
		skip();
	}
	strcat(path, "/inclusion");
	run_cases(path, &tally);
	strcpy(strrchr(path, '/'), "/consistency");
	run_cases(path, &tally);
	print_message("%zu inclusion and %zu consistency cases, %zu of them hold\n", tally.inclusion, tally.consistency,
	    tally.held);
	expect_number("all of them", tally.inclusion + tally.consistency, 196);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes_are_those_of_the_rfc),
		cmocka_unit_test(every_proof_by_the_definition_holds),
		cmocka_unit_test(every_falsified_proof_is_refused),
		cmocka_unit_test(what_cannot_be_proved_is_refused),
		cmocka_unit_test(our_own_vectors_agree),
		cmocka_unit_test(published_trees_agree),
		cmocka_unit_test(the_tree_of_eight_leaves_agrees),
		cmocka_unit_test(every_case_of_transparency_dev_agrees),
	};

	return cmocka_run_group_tests_name("merkle", tests, grow, fell);
}
