/* crypto/note.c - signed notes: reading, checking, and the lines of signatures. */
#include "crypto/note.h"

#include <assert.h>

#include "codec/text.h"
#include "crypto/digest.h"
#include "crypto/key.h"

#define CLAUSE "C2SP signed-note"
#define DASH "\xe2\x80\x94 " /* U+2014 and a blank: what a signature's line begins with */
#define ED25519 0x01         /* the type byte of Ed25519 signatures */
#define KEY_SIZE 32

/* What stands before an Ed25519 key in its SubjectPublicKeyInfo, which has one form only (RFC 8410 s4). */
static const uint8_t spki_head[] = { 0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00 };

/* Names */

/* White space as Unicode has it (property White_Space); control characters are refused beside it. */
static const char *const spaces[] = {
	" ", "\xc2\x85", "\u00a0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006",
	"\u2007", "\u2008", "\u2009", "\u200a", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000",
};

static bool
has_control(struct span text, bool lines)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] < 0x20 && !(lines && text.data[i] == '\n'))
			return true;
	return false;
}

static bool
is_name(struct span name)
{
	if (name.size == 0 || name.size > NOTE_NAME_LARGEST || has_control(name, false) || !utf8_valid(name) ||
	    memchr(name.data, '+', name.size))
		return false;
	for (size_t i = 0; i < COUNT(spaces); i++)
		if (memmem(name.data, name.size, spaces[i], strlen(spaces[i])))
			return false;
	return true;
}

/* Keys */

/* The first four bytes of SHA-256(name, newline, type, key). */
static void
id_write(struct note_key *key)
{
	uint8_t room[NOTE_NAME_LARGEST + 2 + KEY_SIZE], hash[DIGEST_LARGEST];
	size_t size = key->name.size;

	assert(size <= NOTE_NAME_LARGEST);
	memcpy(room, key->name.data, size);
	room[size++] = '\n';
	room[size++] = ED25519;
	memcpy(room + size, key->key, KEY_SIZE);
	digest(DIGEST_SHA256, span_of(room, size + KEY_SIZE), hash);
	memcpy(key->id, hash, sizeof(key->id));
}

enum err
note_key_read(struct arena *arena, struct span text, struct note_key *out, struct problem *why)
{
	struct span name = span_cut(&text, '+'), hex = span_cut(&text, '+'), key;
	struct note_key read;
	uint8_t id[sizeof(read.id)];

	*out = (struct note_key){ 0 };
	if (!is_name(name))
		return problem_set(why, ERR_SYNTAX, CLAUSE,
		    "the verifier key: expected NAME+ID+KEY with a name of 1 to %d bytes without spaces",
		    NOTE_NAME_LARGEST);
	if (!hex_read(hex, id, sizeof(id)) || !span_is(hex, hex_write(arena, span_of(id, sizeof(id)))))
		return problem_set(why, ERR_SYNTAX, CLAUSE,
		    "the verifier key %.*s: expected an id of 8 digits, 0 to 9 and a to f", SPAN_ARGS(name));
	if (!base64_read(arena, text, &key) || key.size == 0)
		return problem_set(why, ERR_SYNTAX, CLAUSE, "the verifier key %.*s: expected the key in base64",
		    SPAN_ARGS(name));
	if (key.data[0] != ED25519)
		return problem_set(why, ERR_UNSUPPORTED, CLAUSE,
		    "the verifier key %.*s: expected Ed25519 (type 1), found type %u", SPAN_ARGS(name), key.data[0]);
	if (key.size != 1 + KEY_SIZE)
		return problem_set(why, ERR_SYNTAX, CLAUSE,
		    "the verifier key %.*s: expected a key of %d bytes, found %zu", SPAN_ARGS(name), KEY_SIZE,
		    key.size - 1);
	read.name = arena_copy(arena, name);
	memcpy(read.key, key.data + 1, KEY_SIZE);
	id_write(&read);
	if (memcmp(read.id, id, sizeof(id)) != 0)
		return problem_set(why, ERR_SYNTAX, CLAUSE,
		    "the verifier key %.*s: its id is %.*s, but that of this name and key is %s", SPAN_ARGS(name),
		    SPAN_ARGS(hex), hex_write(arena, span_of(read.id, sizeof(read.id))));
	*out = read;
	return OK;
}

struct span
note_key_write(struct arena *arena, const struct note_key *key)
{
	uint8_t typed[1 + KEY_SIZE] = { ED25519 };

	memcpy(typed + 1, key->key, KEY_SIZE);
	return span_text(arena_print(arena, "%.*s+%s+%.*s", SPAN_ARGS(key->name),
	    hex_write(arena, span_of(key->id, sizeof(key->id))),
	    SPAN_ARGS(base64_write(arena, span_of(typed, sizeof(typed))))));
}

enum err
note_key_of(struct arena *arena, struct span name, struct span spki, struct note_key *out, struct problem *why)
{
	*out = (struct note_key){ 0 };
	if (!is_name(name))
		return problem_set(why, ERR_INVALID, CLAUSE,
		    "expected a key's name of 1 to %d bytes without spaces and '+', found \"%.*s\"", NOTE_NAME_LARGEST,
		    SPAN_ARGS(span_first(name, NOTE_NAME_LARGEST)));
	if (spki.size != sizeof(spki_head) + KEY_SIZE || memcmp(spki.data, spki_head, sizeof(spki_head)) != 0)
		return problem_set(why, ERR_UNSUPPORTED, "RFC 8410 s4", "the key %.*s: expected an Ed25519 key",
		    SPAN_ARGS(name));
	out->name = arena_copy(arena, name);
	memcpy(out->key, spki.data + sizeof(spki_head), KEY_SIZE);
	id_write(out);
	return OK;
}

/* Notes */

static enum err
signature_read(struct arena *arena, struct span line, struct note *note, struct problem *why)
{
	struct span rest = span_skip(line, strlen(DASH)), name = span_cut(&rest, ' '), bytes;
	size_t at = note->signature_count;

	if (!span_starts(line, DASH))
		return problem_set(why, ERR_SYNTAX, CLAUSE,
		    "the note's signature %zu: expected a line that begins with U+2014 and a blank", at + 1);
	if (at == NOTE_SIGNATURES)
		return problem_set(why, ERR_LIMIT, CLAUSE, "the note has more than %d signatures", NOTE_SIGNATURES);
	if (!is_name(name))
		return problem_set(why, ERR_SYNTAX, CLAUSE,
		    "the note's signature %zu: expected a name of 1 to %d bytes without spaces and '+'", at + 1,
		    NOTE_NAME_LARGEST);
	if (!base64_read(arena, rest, &bytes) || bytes.size <= sizeof(note->signatures[at].id))
		return problem_set(why, ERR_SYNTAX, CLAUSE,
		    "the note's signature %zu by %.*s: expected a key's id and a signature in base64", at + 1,
		    SPAN_ARGS(name));
	note->signatures[at].name = name;
	memcpy(note->signatures[at].id, bytes.data, sizeof(note->signatures[at].id));
	note->signatures[at].signature = span_skip(bytes, sizeof(note->signatures[at].id));
	note->signature_count++;
	return OK;
}

enum err
note_read(struct arena *arena, struct span bytes, struct note *out, struct problem *why)
{
	struct span rest;
	const uint8_t *blank = NULL;

	*out = (struct note){ 0 };
	if (bytes.size > NOTE_LARGEST)
		return problem_set(why, ERR_LIMIT, CLAUSE, "the note: expected at most %zu bytes, found %zu",
		    NOTE_LARGEST, bytes.size);
	if (!utf8_valid(bytes) || has_control(bytes, true))
		return problem_set(why, ERR_SYNTAX, CLAUSE,
		    "the note: expected UTF-8 without control characters other than newlines");
	/* The last empty line; the text before it may have empty lines of its own. */
	for (size_t i = bytes.size; i >= 2 && !blank; i--)
		if (bytes.data[i - 1] == '\n' && bytes.data[i - 2] == '\n')
			blank = bytes.data + i - 1;
	if (!blank)
		return problem_set(why, ERR_SYNTAX, CLAUSE, "the note: expected a text, an empty line and signatures");
	out->text = span_first(bytes, (size_t)(blank - bytes.data));
	rest = span_skip(bytes, out->text.size + 1);
	if (rest.size == 0 || rest.data[rest.size - 1] != '\n')
		return problem_set(why, ERR_SYNTAX, CLAUSE,
		    "the note: expected at least one signature, and a newline at the end of the last");
	while (rest.size > 0)
		if (signature_read(arena, span_cut(&rest, '\n'), out, why) != OK) {
			*out = (struct note){ 0 };
			return why ? why->code : ERR_SYNTAX;
		}
	return OK;
}

static bool
signature_holds(const struct note_key *key, struct span text, struct span signature)
{
	uint8_t spki[sizeof(spki_head) + KEY_SIZE];
	bool good;

	memcpy(spki, spki_head, sizeof(spki_head));
	memcpy(spki + sizeof(spki_head), key->key, KEY_SIZE);
	return public_key_verify(span_of(spki, sizeof(spki)), text, signature, &good, NULL) == OK && good;
}

/* Which of the keys it names, and whether it is by one of them. Two keys of one name and id are one to a note: then it
 * is enough that one of them made it. */
static bool
signature_check(const struct note *note, size_t which, const struct note_key *keys, size_t count, uint64_t *good)
{
	bool known = false, holds = false;

	for (size_t i = 0; i < count; i++) {
		if (!span_equal(keys[i].name, note->signatures[which].name) ||
		    memcmp(keys[i].id, note->signatures[which].id, sizeof(keys[i].id)) != 0)
			continue;
		known = true;
		if (!signature_holds(&keys[i], note->text, note->signatures[which].signature))
			continue;
		holds = true;
		*good |= UINT64_C(1) << i;
	}
	return !known || holds;
}

enum err
note_verify(const struct note *note, const struct note_key *keys, size_t count, uint64_t *good, struct problem *why)
{
	uint64_t signers = 0;

	assert(count <= NOTE_KEYS);
	*good = 0;
	for (size_t i = 0; i < note->signature_count; i++)
		if (!signature_check(note, i, keys, count, &signers))
			return problem_set(why, ERR_INVALID, CLAUSE, "the note: the signature by %.*s does not hold",
			    SPAN_ARGS(note->signatures[i].name));
	if (!signers)
		return problem_set(
		    why, ERR_INVALID, CLAUSE, "the note: not signed by any of the %zu keys that are trusted", count);
	*good = signers;
	return OK;
}

void
note_signature_write(struct buffer *b, const struct note_key *key, struct span signature)
{
	struct arena a = arena_init(NOTE_LARGEST);
	uint8_t *bytes = arena_take(&a, sizeof(key->id) + signature.size);

	memcpy(bytes, key->id, sizeof(key->id));
	memcpy(bytes + sizeof(key->id), signature.data, signature.size);
	buffer_text(b, DASH);
	buffer_add(b, key->name);
	buffer_byte(b, ' ');
	buffer_add(b, base64_write(&a, span_of(bytes, sizeof(key->id) + signature.size)));
	buffer_byte(b, '\n');
	arena_release(&a);
}
