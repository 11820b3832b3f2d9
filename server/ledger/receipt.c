/* ledger/receipt.c - the proof that an entry is in the log, as text. */
#include "ledger/receipt.h"

#include <assert.h>

#include "codec/text.h"

#define CLAUSE "C2SP tlog-proof"
#define HEADLINE "c2sp.org/tlog-proof@v1"
#define HASH_TEXT 44 /* a hash in base64 */

void
receipt_write(struct buffer *b, const struct receipt *r)
{
	struct arena a = arena_init(2 * r->extra.size + 64 * KIB);

	assert(r->proof.count <= MERKLE_PATH);
	buffer_text(b, HEADLINE "\n");
	if (r->extra.size) {
		buffer_text(b, "extra ");
		buffer_add(b, base64_write(&a, r->extra));
		buffer_byte(b, '\n');
	}
	buffer_text(b, "index ");
	buffer_number(b, r->index);
	buffer_byte(b, '\n');
	for (size_t i = 0; i < r->proof.count; i++) {
		buffer_add(b, base64_write(&a, span_of(r->proof.path[i].bytes, HASH_SIZE)));
		buffer_byte(b, '\n');
	}
	buffer_byte(b, '\n');
	buffer_add(b, r->checkpoint);
	arena_release(&a);
}

static enum err
path_read(struct arena *arena, struct span *rest, struct merkle_proof *proof, struct problem *why)
{
	struct span line, hash;

	for (;;) {
		if (rest->size == 0)
			return problem_set(
			    why, ERR_SYNTAX, CLAUSE, "the receipt: expected an empty line behind the proof's hashes");
		line = span_cut(rest, '\n');
		if (line.size == 0)
			return OK;
		if (proof->count == MERKLE_PATH)
			return problem_set(
			    why, ERR_LIMIT, CLAUSE, "the receipt: expected at most %d hashes", MERKLE_PATH);
		if (line.size != HASH_TEXT || !base64_read(arena, line, &hash) || hash.size != HASH_SIZE)
			return problem_set(why, ERR_SYNTAX, CLAUSE,
			    "the receipt: hash %zu: expected %d bytes in base64", proof->count + 1, HASH_SIZE);
		memcpy(proof->path[proof->count++].bytes, hash.data, HASH_SIZE);
	}
}

enum err
receipt_read(struct arena *arena, struct span bytes, struct receipt *out, struct problem *why)
{
	struct receipt read = { .index = 0 };
	struct span rest = bytes, line;
	enum err err;

	*out = read;
	if (bytes.size > RECEIPT_LARGEST)
		return problem_set(why, ERR_LIMIT, CLAUSE, "the receipt: expected at most %zu bytes, found %zu",
		    RECEIPT_LARGEST, bytes.size);
	if (!span_is(span_cut(&rest, '\n'), HEADLINE))
		return problem_set(why, ERR_SYNTAX, CLAUSE, "the receipt: expected \"" HEADLINE "\" in the first line");
	line = span_cut(&rest, '\n');
	if (span_starts(line, "extra ")) {
		if (!base64_read(arena, span_skip(line, strlen("extra ")), &read.extra) || read.extra.size == 0)
			return problem_set(why, ERR_SYNTAX, CLAUSE, "the receipt: expected base64 behind \"extra\"");
		line = span_cut(&rest, '\n');
	}
	if (!span_starts(line, "index "))
		return problem_set(why, ERR_SYNTAX, CLAUSE, "the receipt: expected a line \"index NUMBER\"");
	line = span_skip(line, strlen("index "));
	if (!span_number(line, &read.index) || (line.size > 1 && line.data[0] == '0'))
		return problem_set(why, ERR_SYNTAX, CLAUSE,
		    "the receipt: expected the index as a number without zeros before it");
	err = path_read(arena, &rest, &read.proof, why);
	if (err != OK)
		return err;
	if (rest.size == 0)
		return problem_set(why, ERR_SYNTAX, CLAUSE, "the receipt: expected a checkpoint at the end");
	read.checkpoint = rest;
	*out = read;
	return OK;
}

enum err
receipt_verify(const struct receipt *r, struct span commitment, struct span origin, const struct note_key *keys,
    size_t count, struct arena *arena, struct problem *why)
{
	struct hash leaf = merkle_leaf(commitment);
	struct note *note = arena_new(arena, struct note);
	struct checkpoint c;
	uint64_t good;
	enum err err;

	err = note_read(arena, r->checkpoint, note, why);
	if (err == OK)
		err = note_verify(note, keys, count, &good, why);
	if (err == OK)
		err = checkpoint_read(arena, note->text, &c, why);
	if (err != OK)
		return err;
	if (!span_equal(c.origin, origin))
		return problem_set(why, ERR_INVALID, CLAUSE, "the receipt is of the log %.*s, expected %.*s",
		    SPAN_ARGS(utf8_first(c.origin, 120)), SPAN_ARGS(utf8_first(origin, 120)));
	if (r->index >= c.size)
		return problem_set(why, ERR_INVALID, CLAUSE,
		    "the receipt's index is %llu, but its checkpoint has %llu entries", (unsigned long long)r->index,
		    (unsigned long long)c.size);
	if (!merkle_inclusion_holds(&leaf, r->index, c.size, &r->proof, &c.root))
		return problem_set(why, ERR_INVALID, "RFC 9162 s2.1.3.2",
		    "the proof does not lead from this entry, as number %llu of %llu, to the checkpoint's root",
		    (unsigned long long)r->index, (unsigned long long)c.size);
	return OK;
}
