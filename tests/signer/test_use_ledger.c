/* tests/signer/test_use_ledger.c - a ledger's key signs checkpoints and policies, and nothing else. */
#include "crypto/naive_tree.h"
#include "signer/stage.h"

#include "codec/text.h"
#include "signer/log_note.h"

#define ORIGIN "watashi.example/ledger"
#define LEAVES 40

static struct naive_tree
tree_new(const char *first)
{
	struct hash leaves[LEAVES];

	for (uint64_t i = 0; i < LEAVES; i++)
		leaves[i] = i == 0 ? merkle_leaf(span_text(first)) : merkle_leaf(span_of(&i, sizeof(i)));
	return naive_tree_new(leaves, LEAVES);
}

static struct span
checkpoint_text(struct arena *a, const struct naive_tree *tree, uint64_t size)
{
	struct hash root = naive_hash(tree, 0, size);

	return span_text(arena_print(a, ORIGIN "\n%llu\n%.*s\n", (unsigned long long)size,
	    SPAN_ARGS(base64_write(a, span_of(root.bytes, HASH_SIZE)))));
}

static struct span
checkpoint_payload(struct arena *a, const struct naive_tree *tree, uint64_t from, uint64_t size)
{
	struct merkle_proof proof = { .count = 0 };
	struct buffer b = buffer_init(8 * KIB);
	struct span out;

	if (from > 0 && from < size)
		naive_consistency(tree, from, 0, size, true, &proof);
	checkpoint_request_write(&b, checkpoint_text(a, tree, size), &proof);
	out = arena_copy(a, buffer_span(&b));
	buffer_release(&b);
	return out;
}

static struct signing_answer
answer_of(const char *title, struct arena *a, unsigned kind, const char *key, struct span payload)
{
	struct signing_answer answer;
	struct problem why;
	struct span message;

	expect_ok(title, signer_answer(signer, ROLE_STEWARD, request(a, kind, key, payload), a, &message, &why), &why);
	expect_true("an answer", signing_answer_read(message, &answer));
	return answer;
}

static bool
verifies(struct arena *a, const char *key, struct span text, struct span signature)
{
	struct certificate_facts facts;
	struct problem why;
	bool good = false;

	expect_ok("certificate", certificate_read(certificate_of(a, key), a, &facts, &why), &why);
	expect_ok("verify", public_key_verify(facts.spki, text, signature, &good, &why), &why);
	return good;
}

static void
a_checkpoint_is_signed_when_it_continues_the_last(void **state)
{
	static const struct {
		const char *title, *key;
		bool other;
		uint64_t from, size;
		enum err code;
		const char *part;
	} steps[] = {
		{ "the first", "ledger", false, 0, 7, OK, "" },
		{ "again", "ledger", false, 0, 7, OK, "" },
		{ "grown", "ledger", false, 7, 20, OK, "" },
		{ "cut", "ledger", false, 0, 19, ERR_CONFLICT, "a checkpoint of 20 has been signed" },
		{ "another of that size", "ledger", true, 0, 20, ERR_CONFLICT, "20 leaves with another root has been "
		    "signed" },
		{ "another that grew", "ledger", true, 20, 21, ERR_CONFLICT, "does not continue" },
		{ "another key signs the same log", "ledger-next", true, 20, 21, ERR_CONFLICT, "does not continue" },
		{ "or none", "ledger-next", false, 20, 40, OK, "" },
		{ "a key for metadata", "ec", false, 40, 40, ERR_INVALID, "key ec serves metadata, not ledger" },
		{ "no such key", "nobody", false, 40, 40, ERR_NOT_FOUND, "no key of this name" },
	};
	struct naive_tree tree = tree_new("first"), other = tree_new("other");
	struct arena a = arena_init(1 * MIB);
	struct hash root = naive_hash(&tree, 0, 40);
	struct signing_answer answer;

	(void)state;
	answer = answer_of("nothing is signed yet", &a, ASK_LEDGER_HEAD, "ledger", (struct span){ 0 });
	expect_number("the head is empty", answer.signature.size, LEDGER_HEAD_ANSWER);
	for (size_t i = 0; i < 8; i++)
		expect_number("its size is 0", answer.signature.data[i], 0);
	for (size_t i = 0; i < COUNT(steps); i++) {
		const struct naive_tree *t = steps[i].other ? &other : &tree;

		answer = answer_of(steps[i].title, &a, SIGN_CHECKPOINT, steps[i].key,
		    checkpoint_payload(&a, t, steps[i].from, steps[i].size));
		expect_problem(steps[i].title, answer.problem.code, &answer.problem, steps[i].code, steps[i].part);
		expect_true(steps[i].title, steps[i].code != OK ||
		    verifies(&a, steps[i].key, checkpoint_text(&a, t, steps[i].size), answer.signature));
	}
	answer = answer_of("the head", &a, ASK_LEDGER_HEAD, "ledger", (struct span){ 0 });
	expect_number("is the last that was signed", answer.signature.data[7], 40);
	expect_true("with its root", memcmp(answer.signature.data + 8, root.bytes, HASH_SIZE) == 0);
	naive_tree_free(&tree);
	naive_tree_free(&other);
	arena_release(&a);
}

#define ROOT "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define LETTERS_80 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define DIGEST "sha256:0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f"

static void
a_ledger_key_signs_nothing_but_its_notes(void **state)
{
	static const struct {
		const char *title, *checkpoint, *policy, *part;
	} cases[] = {
		{ "nothing", "", "", "three lines" },
		{ "two lines", "a\n5\n", "a/policy\nx 1\n", "three lines" },
		{ "four lines", "a\n5\n" ROOT "\nx\n", "a/policy\nx 1\n" DIGEST "\nx\n", "three lines" },
		{ "the last not ended", "a\n5\n" ROOT, "a/policy\nx 1\n" DIGEST, "three lines" },
		{ "no origin", "\n5\n" ROOT "\n", "/policy\nx 1\n" DIGEST "\n", "the origin has 0 bytes" },
		{ "a blank in the origin", "a b\n5\n" ROOT "\n", "a b/policy\nx 1\n" DIGEST "\n", "it has a blank" },
		{ "an empty log", "a\n0\n" ROOT "\n", NULL, "the second line" },
		{ "a leading zero", "a\n05\n" ROOT "\n", NULL, "the second line" },
		{ "a sign", "a\n+5\n" ROOT "\n", NULL, "the second line" },
		{ "a size past 64 bits", "a\n18446744073709551616\n" ROOT "\n", NULL, "the second line" },
		{ "a short root", "a\n5\nAAAA\n", NULL, "the third line" },
		{ "no base64", "a\n5\n!AECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n", NULL, "the third line" },
		{ "a log called as a policy is", "a/policy\n5\n" ROOT "\n", NULL, "a log is not called" },
		{ "no version", NULL, "a/policy\nx\n" DIGEST "\n", "the second line" },
		{ "a size for a version", NULL, "a/policy\n5\n" DIGEST "\n", "the second line" },
		{ "capitals", NULL, "a/policy\nX 1\n" DIGEST "\n", "the second line" },
		{ "three words", NULL, "a/policy\nx 1 2\n" DIGEST "\n", "the second line" },
		{ "another name", NULL, "a/other\nx 1\n" DIGEST "\n", "the first line" },
		{ "a name longer than any framework's", NULL,
		    "a/policy\n" LETTERS_80 "a 1\n" DIGEST "\n", "the second line" },
		{ "nor does one begin with a sign", NULL, "a/policy\n.a 1\n" DIGEST "\n", "the second line" },
		{ "another digest", NULL, "a/policy\nx 1\nsha1:00\n", "the third line" },
		{ "a checkpoint for a policy", NULL, "a\n5\n" ROOT "\n", "the first line" },
	};
	struct arena a = arena_init(1 * MIB);
	struct buffer b = buffer_init(8 * KIB);
	struct problem why;
	struct span answer;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		static const struct merkle_proof none;

		buffer_clear(&b);
		checkpoint_request_write(&b, span_text(cases[i].checkpoint ? cases[i].checkpoint : ""), &none);
		if (cases[i].checkpoint)
			expect_problem(cases[i].title, signer_answer(signer, ROLE_STEWARD, request(&a, SIGN_CHECKPOINT,
			    "ledger", buffer_span(&b)), &a, &answer, &why), &why, ERR_DENIED, cases[i].part);
		if (cases[i].policy)
			expect_problem(cases[i].title, signer_answer(signer, ROLE_STEWARD, request(&a, SIGN_POLICY,
			    "ledger", span_text(cases[i].policy)), &a, &answer, &why), &why, ERR_DENIED, cases[i].part);
	}
	buffer_text(&b, "half a hash");
	expect_problem("a broken proof", signer_answer(signer, ROLE_STEWARD, request(&a, SIGN_CHECKPOINT, "ledger",
	    buffer_span(&b)), &a, &answer, &why), &why, ERR_DENIED, "hashes of 32 bytes");
	expect_problem("metadata", signer_answer(signer, ROLE_STEWARD, request(&a, SIGN_POLICY, "ledger",
	    signed_info(&a, KEY_P256)), &a, &answer, &why), &why, ERR_DENIED, "not of kind a policy");
	expect_problem("a question with more in it", signer_answer(signer, ROLE_STEWARD, request(&a, ASK_LEDGER_HEAD,
	    "ledger", span_text("x")), &a, &answer, &why), &why, ERR_DENIED, "expected no bytes, found 1");
	buffer_release(&b);
	arena_release(&a);
}

static void
a_published_policy_is_signed(void **state)
{
	static const char text[] = ORIGIN "/policy\njp-idtf 1.0\n" DIGEST "\n";
	static const char longest[] = ORIGIN "/policy\n" LETTERS_80 " " LETTERS_80 "\n" DIGEST "\n";
	struct arena a = arena_init(1 * MIB);
	struct signing_answer answer = answer_of("the longest names", &a, SIGN_POLICY, "ledger", span_text(longest));

	(void)state;
	expect_ok("signed", answer.problem.code, &answer.problem);
	answer = answer_of("a policy", &a, SIGN_POLICY, "ledger", span_text(text));
	expect_ok("signed", answer.problem.code, &answer.problem);
	expect_true("with the ledger's key", verifies(&a, "ledger", span_text(text), answer.signature));
	answer = answer_of("another key", &a, SIGN_POLICY, "ec", span_text(text));
	expect_problem("is not the ledger's", answer.problem.code, &answer.problem, ERR_INVALID, "serves metadata");
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_checkpoint_is_signed_when_it_continues_the_last),
		cmocka_unit_test(a_ledger_key_signs_nothing_but_its_notes),
		cmocka_unit_test(a_published_policy_is_signed),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
