/* signer/log_note.c - the two texts that a ledger's key signs, and nothing else. */
#include "signer/log_note.h"

#include "base/record.h"
#include "codec/text.h"
#include "crypto/note.h"
#include "model/policy_id.h"

#define CHECKPOINT_CLAUSE "C2SP tlog-checkpoint"
#define POLICY_SUFFIX "/policy"
#define DIGEST_PREFIX "sha256:"

/* Lines */

static bool
next_line(struct span *rest, struct span *line)
{
	if (!rest->size || !memchr(rest->data, '\n', rest->size))
		return false;
	*line = span_cut(rest, '\n');
	return true;
}

static bool
ends_with(struct span s, const char *suffix)
{
	size_t n = strlen(suffix);

	return s.size >= n && span_is(span_skip(s, s.size - n), suffix);
}

static bool
size_read(struct span line, uint64_t *out)
{
	return span_number(line, out) && *out > 0 && line.data[0] != '0';
}

static bool
root_read(struct span line, struct hash *out)
{
	struct arena a = arena_init(4 * KIB);
	struct span bytes;
	bool read = line.size < 64 && base64_read(&a, line, &bytes) && bytes.size == HASH_SIZE;

	if (read)
		memcpy(out->bytes, bytes.data, HASH_SIZE);
	arena_release(&a);
	return read;
}

/* Two names with a blank between: "jp-idtf 1.0". */
static bool
is_version(struct span line)
{
	struct span rest = line, framework = span_cut(&rest, ' ');

	return policy_id_valid(framework) && policy_id_valid(rest);
}

static bool
is_digest(struct span line)
{
	uint8_t bytes[32];
	struct span digits = span_skip(line, strlen(DIGEST_PREFIX));

	for (size_t i = 0; i < digits.size; i++)
		if (digits.data[i] >= 'A' && digits.data[i] <= 'F')
			return false;
	return span_starts(line, DIGEST_PREFIX) && hex_read(digits, bytes, sizeof(bytes));
}

/* A log's name is its key's, so what a key may be called a log may. The key must be one of notes: Ed25519. */
static enum err
check_origin(struct span origin, const struct payload_key *key, struct problem *why)
{
	struct arena a = arena_init(4 * KIB);
	struct note_key note_key;
	enum err err;

	if (origin.size == 0 || origin.size > LOG_ORIGIN_LARGEST)
		err = problem_set(why, ERR_SYNTAX, CHECKPOINT_CLAUSE, "the origin has %zu bytes, expected 1 to %d",
		    origin.size, LOG_ORIGIN_LARGEST);
	else
		err = note_key_of(&a, origin, key->spki, &note_key, why);
	/* A name that no key may have is a wrong text. */
	if (err == ERR_INVALID)
		err = problem_set(why, ERR_SYNTAX, CHECKPOINT_CLAUSE,
		    "the origin is no name of a key: it has a blank, a '+' or a "
		    "control character");
	arena_release(&a);
	return err;
}

/* Checkpoints */

void
checkpoint_request_write(struct buffer *b, struct span text, const struct merkle_proof *from_last)
{
	buffer_block(b, text);
	for (size_t i = 0; i < from_last->count; i++)
		buffer_add(b, span_of(from_last->path[i].bytes, HASH_SIZE));
}

static enum err
checkpoint_read(struct checkpoint_request *out, struct span *origin, struct problem *why)
{
	struct span rest = out->text, size, root;

	if (rest.size > LOG_NOTE_LARGEST || !next_line(&rest, origin) || !next_line(&rest, &size) ||
	    !next_line(&rest, &root) || rest.size)
		return problem_set(why, ERR_SYNTAX, CHECKPOINT_CLAUSE,
		    "a checkpoint of ours has three lines: origin, size and root");
	if (ends_with(*origin, POLICY_SUFFIX))
		return problem_set(why, ERR_SYNTAX, CHECKPOINT_CLAUSE, "a log is not called …" POLICY_SUFFIX);
	if (!size_read(size, &out->size))
		return problem_set(why, ERR_SYNTAX, CHECKPOINT_CLAUSE,
		    "the second line: expected a number of leaves from 1 on, without leading zeros");
	if (!root_read(root, &out->root))
		return problem_set(why, ERR_SYNTAX, CHECKPOINT_CLAUSE,
		    "the third line: expected the base64 of %d bytes", HASH_SIZE);
	return OK;
}

enum err
checkpoint_request_read(struct span payload, struct checkpoint_request *out, struct problem *why)
{
	struct record r = record_of(payload);
	struct span origin;
	size_t count;

	*out = (struct checkpoint_request){ .text = record_block(&r) };
	count = r.rest.size / HASH_SIZE;
	if (r.broken || r.rest.size % HASH_SIZE || count > MERKLE_PATH)
		return problem_set(why, ERR_SYNTAX, CHECKPOINT_CLAUSE,
		    "behind the text: expected at most %d hashes of %d bytes", MERKLE_PATH, HASH_SIZE);
	for (; out->from_last.count < count; out->from_last.count++)
		memcpy(out->from_last.path[out->from_last.count].bytes, record_bytes(&r, HASH_SIZE).data, HASH_SIZE);
	return checkpoint_read(out, &origin, why);
}

enum err
payload_check_checkpoint(struct span payload, const struct payload_key *key, struct problem *why)
{
	struct checkpoint_request request;
	struct span rest;

	if (checkpoint_request_read(payload, &request, why) != OK)
		return why->code;
	rest = request.text;
	return check_origin(span_cut(&rest, '\n'), key, why);
}

/* Policies */

enum err
payload_check_policy(struct span text, const struct payload_key *key, struct problem *why)
{
	struct span rest = text, name, version, digest;

	if (text.size > LOG_NOTE_LARGEST || !next_line(&rest, &name) || !next_line(&rest, &version) ||
	    !next_line(&rest, &digest) || rest.size)
		return problem_set(why, ERR_SYNTAX, "", "a published policy has three lines: name, version and digest");
	if (!ends_with(name, POLICY_SUFFIX))
		return problem_set(why, ERR_SYNTAX, "", "the first line: expected the log's origin and " POLICY_SUFFIX);
	if (!is_version(version))
		return problem_set(why, ERR_SYNTAX, "",
		    "the second line: expected a framework and a version, a blank between, of a-z 0-9 - . _");
	if (!is_digest(digest))
		return problem_set(why, ERR_SYNTAX, "",
		    "the third line: expected " DIGEST_PREFIX " and 64 digits, 0 to 9 and a to f");
	return check_origin(span_first(name, name.size - strlen(POLICY_SUFFIX)), key, why);
}

enum err
payload_check_nothing(struct span payload, const struct payload_key *key, struct problem *why)
{
	(void)key;
	if (payload.size)
		return problem_set(why, ERR_SYNTAX, "", "expected no bytes, found %zu", payload.size);
	return OK;
}
