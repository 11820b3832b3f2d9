/* ledger/checkpoint.c - origin, size and root as a note's text. */
#include "ledger/checkpoint.h"

#include "codec/text.h"

#define CLAUSE "C2SP tlog-checkpoint"

/* Decimal, and written in one way only. */
static bool
number_read(struct span text, uint64_t *out)
{
	return span_number(text, out) && (text.size == 1 || text.data[0] != '0');
}

enum err
checkpoint_read(struct arena *arena, struct span text, struct checkpoint *out, struct problem *why)
{
	struct checkpoint read;
	struct hash empty = merkle_empty();
	struct span rest = text, line, root;

	*out = (struct checkpoint){ 0 };
	if (text.size == 0 || text.data[text.size - 1] != '\n')
		return problem_set(why, ERR_SYNTAX, CLAUSE, "the checkpoint: expected lines, each ended by a newline");
	read.origin = span_cut(&rest, '\n');
	if (read.origin.size == 0)
		return problem_set(
		    why, ERR_SYNTAX, CLAUSE, "the checkpoint: expected the log's origin in the first line");
	if (!number_read(span_cut(&rest, '\n'), &read.size))
		return problem_set(why, ERR_SYNTAX, CLAUSE,
		    "the checkpoint: expected the number of leaves in the second line, without zeros before it");
	if (!base64_read(arena, span_cut(&rest, '\n'), &root) || root.size != HASH_SIZE)
		return problem_set(why, ERR_SYNTAX, CLAUSE,
		    "the checkpoint: expected the root in the third line, %d bytes in base64", HASH_SIZE);
	memcpy(read.root.bytes, root.data, HASH_SIZE);
	while (rest.size > 0) {
		line = span_cut(&rest, '\n');
		if (line.size == 0)
			return problem_set(why, ERR_SYNTAX, CLAUSE, "the checkpoint: an extension line is empty");
	}
	if (read.size == 0 && !hash_equal(&read.root, &empty))
		return problem_set(why, ERR_INVALID, "RFC 6962 s2.1",
		    "the checkpoint: no leaves, but not the root of the empty tree");
	*out = read;
	return OK;
}

void
checkpoint_write(struct buffer *b, const struct checkpoint *c)
{
	struct arena a = arena_init(4 * KIB);

	buffer_add(b, c->origin);
	buffer_byte(b, '\n');
	buffer_number(b, c->size);
	buffer_byte(b, '\n');
	buffer_add(b, base64_write(&a, span_of(c->root.bytes, HASH_SIZE)));
	buffer_byte(b, '\n');
	arena_release(&a);
}
