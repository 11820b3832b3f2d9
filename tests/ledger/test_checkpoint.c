/* tests/ledger/test_checkpoint.c - checkpoints: read as they are written, and in no other way. */
#include "expect.h"

#include "codec/text.h"
#include "ledger/checkpoint.h"

#define ROOT "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
#define EMPTY "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

static const struct {
	const char *title, *text;
	enum err code;
	const char *part; /* of the problem; of what is read, the origin */
	uint64_t size;
} cases[] = {
	{ "the specification's example", "example.com/behind-the-sofa\n20852163\n" ROOT "\n", OK,
	    "example.com/behind-the-sofa", 20852163 },
	{ "an empty log", "log\n0\n" EMPTY "\n", OK, "log", 0 },
	{ "an origin is any line", "ログ + 1 \n1\n" ROOT "\n", OK, "ログ + 1 ", 1 },
	{ "the largest", "log\n18446744073709551615\n" ROOT "\n", OK, "log", UINT64_MAX },
	{ "extension lines are accepted", "log\n7\n" ROOT "\nmore\nand more\n", OK, "log", 7 },
	{ "nothing", "", ERR_SYNTAX, "lines, each ended", 0 },
	{ "no origin", "\n7\n" ROOT "\n", ERR_SYNTAX, "the log's origin", 0 },
	{ "only an origin", "log\n", ERR_SYNTAX, "the number of leaves", 0 },
	{ "no root", "log\n7\n", ERR_SYNTAX, "the root in the third line", 0 },
	{ "no newline at the end", "log\n7\n" ROOT, ERR_SYNTAX, "each ended by a newline", 0 },
	{ "a zero before the number", "log\n07\n" ROOT "\n", ERR_SYNTAX, "without zeros", 0 },
	{ "two zeros", "log\n00\n" EMPTY "\n", ERR_SYNTAX, "without zeros", 0 },
	{ "a sign", "log\n+7\n" ROOT "\n", ERR_SYNTAX, "the number of leaves", 0 },
	{ "a negative number", "log\n-7\n" ROOT "\n", ERR_SYNTAX, "the number of leaves", 0 },
	{ "a blank", "log\n7 \n" ROOT "\n", ERR_SYNTAX, "the number of leaves", 0 },
	{ "more than 64 bits", "log\n18446744073709551616\n" ROOT "\n", ERR_SYNTAX, "the number of leaves", 0 },
	{ "a root too short",
	    "log\n7\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxqw==\n",
	    ERR_SYNTAX, "32 bytes in base64", 0 },
	{ "a root without padding",
	    "log\n7\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I\n",
	    ERR_SYNTAX, "32 bytes", 0 },
	{ "spare bits in the root",
	    "log\n7\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n",
	    ERR_SYNTAX, "32 bytes", 0 },
	{ "an empty extension line", "log\n7\n" ROOT "\n\nmore\n", ERR_SYNTAX, "extension line is empty", 0 },
	{ "an empty log with a root", "log\n0\n" ROOT "\n", ERR_INVALID, "not the root of the empty tree", 0 },
};

static void
checkpoints_have_one_form(void **state)
{
	struct arena a = arena_init(64 * KIB);
	struct problem why = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buffer b = buffer_init(4 * KIB);
		struct checkpoint c;
		enum err err = checkpoint_read(&a, span_text(cases[i].text), &c, &why);

		if (cases[i].code == OK) {
			expect_ok(cases[i].title, err, &why);
			expect_span(cases[i].title, c.origin, cases[i].part);
			expect_true(cases[i].title, c.size == cases[i].size);
			checkpoint_write(&b, &c);
			expect_true("it is written as it was read, without what others add",
			    span_starts(span_text(cases[i].text), arena_text(&a, buffer_span(&b))));
		} else {
			expect_problem(cases[i].title, err, &why, cases[i].code, cases[i].part);
			expect_number("nothing is given out", c.origin.size, 0);
		}
		buffer_release(&b);
	}
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checkpoints_have_one_form),
	};

	return cmocka_run_group_tests_name("checkpoint", tests, NULL, NULL);
}
