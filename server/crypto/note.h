/* crypto/note.h - signed notes (C2SP signed-note v1.0.0): a text and Ed25519 signatures under it.
 *
 *     text, its last line ended\n
 *     \n
 *     — name base64(key id of 4 bytes, signature)\n     (U+2014; one line a signature)
 */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"
#include "base/problem.h"

#define NOTE_LARGEST (128 * KIB) /* 16 signatures, which all must accept, may be of 5 kB each, and base64 of that */
#define NOTE_SIGNATURES 64
#define NOTE_KEYS 64
#define NOTE_NAME_LARGEST 255

struct note_key {
	struct span name;            /* no blanks, no '+' */
	uint8_t id[4];
	uint8_t key[32];             /* Ed25519 */
};
/* "name+hex id+base64(0x01, key)", checked. ERR_SYNTAX, ERR_UNSUPPORTED for another algorithm. */
enum err note_key_read(struct arena *, struct span, struct note_key *out, struct problem *why);
struct span note_key_write(struct arena *, const struct note_key *);
/* From a name and the key's SubjectPublicKeyInfo. */
enum err note_key_of(struct arena *, struct span name, struct span spki, struct note_key *out, struct problem *why);

struct note {
	struct span text;            /* what is signed, its last newline included */
	struct {
		struct span name;
		uint8_t id[4];
		struct span signature;
	} signatures[NOTE_SIGNATURES];
	size_t signature_count;
};
/* Form only: no signature is looked at. All of it borrows from what is read, but for the signatures. */
enum err note_read(struct arena *, struct span, struct note *out, struct problem *why);

/* Signatures by other keys are ignored; one by a known key that does not hold refuses the note, and so does none by a
 * known key: ERR_INVALID. `*good`: a bit for each of the keys that signed, of at most NOTE_KEYS. */
enum err note_verify(const struct note *, const struct note_key *keys, size_t count, uint64_t *good,
    struct problem *why);

/* The signature's line. */
void note_signature_write(struct buffer *, const struct note_key *, struct span signature);
