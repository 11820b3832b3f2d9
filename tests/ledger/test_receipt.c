/* tests/ledger/test_receipt.c - receipts: what they prove, and that nothing else passes for one. */
#include "crypto/naive_tree.h"
#include "crypto/scratch.h"

#include <jansson.h>

#include "codec/text.h"
#include "crypto/key.h"
#include "ledger/receipt.h"

#define ORIGIN "watashi.example/ledger"
#define LEAVES 70 /* number 41 is the entry in question */
#define INDEX 41

struct world {
	struct scratch dir;
	struct arena a;
	struct key *key;
	struct note_key signer;
	struct naive_tree tree;
	struct span commitment;
	struct span receipt;
};

static struct span
sign(struct world *w, const char *origin, uint64_t size, struct hash root)
{
	const struct checkpoint c = { span_text(origin), size, root };
	struct buffer b = buffer_init(4 * KIB);
	struct problem why = { 0 };
	struct span signature, text;

	checkpoint_write(&b, &c);
	expect_ok("signed", key_sign(w->key, buffer_span(&b), &w->a, &signature, &why), &why);
	buffer_byte(&b, '\n');
	note_signature_write(&b, &w->signer, signature);
	text = arena_copy(&w->a, buffer_span(&b));
	buffer_release(&b);
	return text;
}

static struct span
receipt_text(struct world *w, const struct receipt *r)
{
	struct buffer b = buffer_init(RECEIPT_LARGEST);
	struct span text;

	receipt_write(&b, r);
	text = arena_copy(&w->a, buffer_span(&b));
	buffer_release(&b);
	return text;
}

static struct receipt
receipt_of(struct world *w, uint64_t index, uint64_t size)
{
	struct receipt r = { .index = index, .checkpoint = sign(w, ORIGIN, size, naive_hash(&w->tree, 0, size)) };

	naive_inclusion(&w->tree, index, 0, size, &r.proof);
	return r;
}

static struct world *
world_new(void)
{
	struct world *w = calloc(1, sizeof(*w));
	struct hash leaves[LEAVES];
	struct problem why = { 0 };
	struct receipt r;

	assert(w);
	w->dir = scratch_new();
	w->a = arena_init(64 * MIB);
	expect_ok("made", key_generate("file:log.pem", w->dir.path, KEY_ED25519, &why), &why);
	expect_ok("opened", key_open("file:log.pem", w->dir.path, &w->key, &why), &why);
	expect_ok("named", note_key_of(&w->a, span_text(ORIGIN), key_public(w->key), &w->signer, &why), &why);
	for (size_t i = 0; i < LEAVES; i++) {
		struct span commitment = span_text(arena_print(&w->a, "commitment %zu", i));

		leaves[i] = merkle_leaf(commitment);
		if (i == INDEX)
			w->commitment = commitment;
	}
	w->tree = naive_tree_new(leaves, LEAVES);
	r = receipt_of(w, INDEX, LEAVES);
	w->receipt = receipt_text(w, &r);
	return w;
}

static void
world_free(struct world *w)
{
	naive_tree_free(&w->tree);
	key_free(w->key);
	scratch_free(&w->dir);
	arena_release(&w->a);
	free(w);
}

static enum err
read_and_verify(struct world *w, struct span text, struct problem *why)
{
	struct receipt r;

	if (receipt_read(&w->a, text, &r, why) != OK)
		return why->code;
	return receipt_verify(&r, w->commitment, span_text(ORIGIN), &w->signer, 1, &w->a, why);
}

static void
an_entry_is_proved_to_be_in_the_log(void **state)
{
	struct world *w = world_new();
	struct problem why = { 0 };

	(void)state;
	expect_ok("the receipt holds", read_and_verify(w, w->receipt, &why), &why);
	/* In every log that has it. */
	for (uint64_t size = INDEX + 1; size <= LEAVES; size++) {
		struct receipt r = receipt_of(w, INDEX, size);

		expect_ok("the receipt holds", read_and_verify(w, receipt_text(w, &r), &why), &why);
	}
	world_free(w);
}

static void
what_is_read_is_written_the_same(void **state)
{
	struct world *w = world_new();
	struct receipt r = receipt_of(w, INDEX, LEAVES), again;
	struct problem why = { 0 };

	(void)state;
	expect_ok("read", receipt_read(&w->a, w->receipt, &again, &why), &why);
	expect_true("and written", span_equal(receipt_text(w, &again), w->receipt));
	r.extra = span_text("what only its owner understands");
	expect_ok("with extra data", receipt_read(&w->a, receipt_text(w, &r), &again, &why), &why);
	expect_span("which are kept", again.extra, "what only its owner understands");
	expect_true("and written", span_equal(receipt_text(w, &again), receipt_text(w, &r)));
	expect_ok("and change nothing", read_and_verify(w, receipt_text(w, &r), &why), &why);
	world_free(w);
}

/* Made once by receipt_write(), and verified by others too (tests/e2e/receipts.mjs). */
static void
receipts_of_long_ago_still_hold(void **state)
{
	const char *top = getenv("top_srcdir");
	struct arena a = arena_init(4 * MIB);
	struct problem why = { 0 };
	struct note_key key;
	json_t *vectors, *one;
	char path[4096];
	size_t i;

	(void)state;
	snprintf(path, sizeof(path), "%s/tests/ledger/receipt_vectors.json", top ? top : ".");
	vectors = json_load_file(path, 0, NULL);
	expect_true("the receipts are there", vectors != NULL);
	expect_ok("the key",
	    note_key_read(&a, span_text(json_string_value(json_object_get(vectors, "key"))), &key, &why), &why);
	json_array_foreach(json_object_get(vectors, "receipts"), i, one) {
		struct span text = span_text(json_string_value(json_object_get(one, "text")));
		struct buffer b = buffer_init(RECEIPT_LARGEST);
		uint8_t commitment[HASH_SIZE];
		struct receipt r;

		expect_true("a commitment",
		    hex_read(span_text(json_string_value(json_object_get(one, "commitment"))), commitment, HASH_SIZE));
		expect_ok("read", receipt_read(&a, text, &r, &why), &why);
		expect_ok("it holds",
		    receipt_verify(&r, span_of(commitment, HASH_SIZE), span_text(ORIGIN), &key, 1, &a, &why), &why);
		receipt_write(&b, &r);
		expect_true("it is written the same today", span_equal(buffer_span(&b), text));
		buffer_release(&b);
	}
	expect_number("so many", i, 10);
	json_decref(vectors);
	arena_release(&a);
}

/* Form */

#define HEAD "c2sp.org/tlog-proof@v1\n"
#define HASH "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"

static void
form_is_strict(void **state)
{
	static const struct { const char *title, *text; enum err code; const char *part; } cases[] = {
		{ "the shortest", HEAD "index 0\n\nc", OK, "" },
		{ "one hash", HEAD "index 0\n" HASH "\nc", OK, "" },
		{ "extra data", HEAD "extra AAAA\nindex 0\n" HASH "\nc", OK, "" },
		{ "nothing", "", ERR_SYNTAX, "in the first line" },
		{ "another version", "c2sp.org/tlog-proof@v2\nindex 0\n\nc", ERR_SYNTAX, "in the first line" },
		{ "a blank in the first line", "c2sp.org/tlog-proof@v1 \nindex 0\n\nc", ERR_SYNTAX,
		    "in the first line" },
		{ "no index", HEAD "\nc", ERR_SYNTAX, "\"index NUMBER\"" },
		{ "extra data only", HEAD "extra AAAA\n\nc", ERR_SYNTAX, "\"index NUMBER\"" },
		{ "extra data twice", HEAD "extra AAAA\nextra AAAA\nindex 0\n\nc", ERR_SYNTAX, "\"index NUMBER\"" },
		{ "extra data behind the index", HEAD "index 0\nextra AAAA\n\nc", ERR_SYNTAX, "hash 1" },
		{ "no extra data", HEAD "extra \nindex 0\n\nc", ERR_SYNTAX, "base64 behind \"extra\"" },
		{ "extra data that is no base64", HEAD "extra A\nindex 0\n\nc", ERR_SYNTAX, "base64 behind \"extra\"" },
		{ "no number", HEAD "index \n\nc", ERR_SYNTAX, "as a number" },
		{ "a zero before the number", HEAD "index 01\n\nc", ERR_SYNTAX, "without zeros" },
		{ "a negative number", HEAD "index -1\n\nc", ERR_SYNTAX, "as a number" },
		{ "more than 64 bits", HEAD "index 18446744073709551616\n\nc", ERR_SYNTAX, "as a number" },
		{ "a short hash", HEAD "index 0\nAAAA\n\nc", ERR_SYNTAX, "hash 1: expected 32 bytes" },
		{ "a long hash", HEAD "index 0\n" HASH "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2IA\n\nc", ERR_SYNTAX,
		    "hash 2: expected 32 bytes" },
		{ "no empty line", HEAD "index 0\n" HASH, ERR_SYNTAX, "an empty line" },
		{ "cut in a hash", HEAD "index 0\nCsUYapGGPo4dkM", ERR_SYNTAX, "hash 1" },
		{ "no checkpoint", HEAD "index 0\n\n", ERR_SYNTAX, "a checkpoint at the end" },
	};
	struct arena a = arena_init(4 * MIB);
	struct buffer b = buffer_init(1 * MIB);
	struct problem why = { 0 };
	struct receipt r;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_problem(cases[i].title, receipt_read(&a, span_text(cases[i].text), &r, &why), &why,
		    cases[i].code, cases[i].part);
	buffer_text(&b, HEAD "index 0\n");
	for (int i = 0; i < MERKLE_PATH; i++)
		buffer_text(&b, HASH);
	buffer_text(&b, "\nc");
	expect_ok("as many hashes as there can be", receipt_read(&a, buffer_span(&b), &r, &why), &why);
	buffer_clear(&b);
	buffer_text(&b, HEAD "index 0\n");
	for (int i = 0; i <= MERKLE_PATH; i++)
		buffer_text(&b, HASH);
	buffer_text(&b, "\nc");
	expect_problem("one more", receipt_read(&a, buffer_span(&b), &r, &why), &why, ERR_LIMIT, "at most 64 hashes");
	buffer_clear(&b);
	while (buffer_span(&b).size <= RECEIPT_LARGEST)
		buffer_text(&b, HASH);
	expect_problem("as large as an attack", receipt_read(&a, buffer_span(&b), &r, &why), &why, ERR_LIMIT,
	    "at most 262144 bytes");
	buffer_release(&b);
	arena_release(&a);
}

/* What does not hold */

static void
what_does_not_hold_is_refused(void **state)
{
	struct world *w = world_new();
	const struct receipt good = receipt_of(w, INDEX, LEAVES);
	struct receipt r = good;
	const struct note_key stranger = { .name = w->signer.name, .id = { 1, 2, 3, 4 } };
	struct problem why = { 0 };
	struct hash other = merkle_empty();

	(void)state;
	expect_problem("another entry",
	    receipt_verify(&r, span_text("commitment 42"), span_text(ORIGIN), &w->signer, 1, &w->a, &why), &why,
	    ERR_INVALID, "does not lead from this entry, as number 41 of 70");
	expect_problem("no entry",
	    receipt_verify(&r, (struct span){ 0 }, span_text(ORIGIN), &w->signer, 1, &w->a, &why), &why, ERR_INVALID,
	    "does not lead from this entry");
	expect_problem("another log",
	    receipt_verify(&r, w->commitment, span_text("other.example/ledger"), &w->signer, 1, &w->a, &why), &why,
	    ERR_INVALID, "is of the log watashi.example/ledger, expected other.example/ledger");
	expect_problem("another's key", receipt_verify(&r, w->commitment, span_text(ORIGIN), &stranger, 1, &w->a, &why),
	    &why, ERR_INVALID, "not signed by any of the 1 keys");
	expect_problem("no key", receipt_verify(&r, w->commitment, span_text(ORIGIN), NULL, 0, &w->a, &why), &why,
	    ERR_INVALID, "not signed by any of the 0 keys");
	r.index = 42;
	expect_problem("another index",
	    receipt_verify(&r, w->commitment, span_text(ORIGIN), &w->signer, 1, &w->a, &why), &why, ERR_INVALID,
	    "does not lead");
	r.index = LEAVES;
	expect_problem("an index behind the log",
	    receipt_verify(&r, w->commitment, span_text(ORIGIN), &w->signer, 1, &w->a, &why), &why, ERR_INVALID,
	    "is 70, but its checkpoint has 70 entries");
	r = good;
	r.checkpoint = sign(w, ORIGIN, LEAVES, other);
	expect_problem("a signed root of another tree",
	    receipt_verify(&r, w->commitment, span_text(ORIGIN), &w->signer, 1, &w->a, &why), &why, ERR_INVALID,
	    "does not lead");
	r.checkpoint = sign(w, ORIGIN, 0, other);
	expect_problem("an empty log", receipt_verify(&r, w->commitment, span_text(ORIGIN), &w->signer, 1, &w->a, &why),
	    &why, ERR_INVALID, "has 0 entries");
	r = good;
	r.proof = (struct merkle_proof){ 0 };
	expect_problem("no proof", receipt_verify(&r, w->commitment, span_text(ORIGIN), &w->signer, 1, &w->a, &why),
	    &why, ERR_INVALID, "does not lead");
	/* A leaf's hash must not pass for an entry, nor a node for a leaf. */
	r = receipt_of(w, INDEX, LEAVES);
	expect_problem("the leaf in place of the entry",
	    receipt_verify(
	        &r, span_of(w->tree.whole[0][INDEX].bytes, HASH_SIZE), span_text(ORIGIN), &w->signer, 1, &w->a, &why),
	    &why, ERR_INVALID, "does not lead");
	world_free(w);
}

/* Whatever of the text changes, except extra data, the receipt no longer holds. */
static void
every_changed_bit_is_refused(void **state)
{
	struct world *w = world_new();
	uint8_t *bytes = (uint8_t *)(uintptr_t)w->receipt.data;
	struct arena of_world = w->a;
	struct problem why = { 0 };

	(void)state;
	for (size_t bit = 0; bit < w->receipt.size * 8; bit++) {
		w->a = arena_init(1 * MIB);
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		expect_true("one bit changed is refused", read_and_verify(w, w->receipt, &why) != OK);
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		arena_release(&w->a);
	}
	w->a = of_world;
	for (size_t size = 0; size < w->receipt.size; size++)
		expect_true("cut short is refused", read_and_verify(w, span_first(w->receipt, size), &why) != OK);
	expect_ok("as it was, it holds", read_and_verify(w, w->receipt, &why), &why);
	world_free(w);
}

static void
every_hash_left_out_or_put_in_is_refused(void **state)
{
	struct world *w = world_new();

	(void)state;
	for (uint64_t size = INDEX + 1; size <= LEAVES; size += 7) {
		const struct receipt good = receipt_of(w, INDEX, size);
		struct problem why = { 0 };

		for (size_t at = 0; at <= good.proof.count; at++) {
			struct receipt less = good, more = good;

			memmove(&more.proof.path[at + 1], &more.proof.path[at], (good.proof.count - at) * HASH_SIZE);
			more.proof.count++;
			expect_true("one more is refused", read_and_verify(w, receipt_text(w, &more), &why) != OK);
			if (at == good.proof.count)
				continue;
			memmove(
			    &less.proof.path[at], &less.proof.path[at + 1], (good.proof.count - at - 1) * HASH_SIZE);
			less.proof.count--;
			expect_true("one less is refused", read_and_verify(w, receipt_text(w, &less), &why) != OK);
		}
	}
	world_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_entry_is_proved_to_be_in_the_log),
		cmocka_unit_test(what_is_read_is_written_the_same),
		cmocka_unit_test(receipts_of_long_ago_still_hold),
		cmocka_unit_test(form_is_strict),
		cmocka_unit_test(what_does_not_hold_is_refused),
		cmocka_unit_test(every_changed_bit_is_refused),
		cmocka_unit_test(every_hash_left_out_or_put_in_is_refused),
	};

	return cmocka_run_group_tests_name("receipt", tests, NULL, NULL);
}
