/* tests/fuzz/fuzz_note.c - a note read is the text and the signatures it is written of; a verifier key read is written
 * the same; a checkpoint read is how a checkpoint is written; and nobody signs by chance. */
#include <assert.h>

#include "crypto/note.h"
#include "ledger/checkpoint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_note(struct arena *a, struct span input)
{
	struct note *note = arena_new(a, struct note);
	struct buffer b = buffer_init(2 * NOTE_LARGEST);
	struct note_key key = { .name = span_text("nobody.example") };
	struct problem why;
	uint64_t good;

	if (note_read(a, input, note, &why) != OK) {
		assert((why.code == ERR_SYNTAX || why.code == ERR_LIMIT) && why.text[0] && note->signature_count == 0);
		return;
	}
	assert(note->signature_count >= 1 && note->signature_count <= NOTE_SIGNATURES);
	buffer_add(&b, note->text);
	buffer_byte(&b, '\n');
	for (size_t i = 0; i < note->signature_count; i++) {
		key.name = note->signatures[i].name;
		memcpy(key.id, note->signatures[i].id, sizeof(key.id));
		note_signature_write(&b, &key, note->signatures[i].signature);
	}
	assert(!b.overflowed && span_equal(buffer_span(&b), input));
	buffer_release(&b);
	/* Not zeros: for a point of small order anybody can sign. */
	memset(key.key, 0xff, sizeof(key.key));
	assert(note_verify(note, &key, 1, &good, &why) == ERR_INVALID && good == 0);
}

static void
check_key(struct arena *a, struct span input)
{
	struct note_key key;
	struct problem why;

	if (note_key_read(a, input, &key, &why) == OK)
		assert(span_equal(note_key_write(a, &key), input));
	else
		assert(why.text[0] && key.name.size == 0);
}

/* What follows behind our three lines is others'. */
static void
check_checkpoint(struct arena *a, struct span input)
{
	struct buffer b = buffer_init(input.size + 1);
	struct checkpoint c;
	struct problem why;

	if (checkpoint_read(a, input, &c, &why) == OK) {
		checkpoint_write(&b, &c);
		assert(!b.overflowed && span_equal(span_first(input, buffer_span(&b).size), buffer_span(&b)));
	} else {
		assert(why.text[0]);
	}
	buffer_release(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = arena_init(4 * size + 256 * KIB);

	check_note(&a, span_of(data, size));
	check_key(&a, span_of(data, size));
	check_checkpoint(&a, span_of(data, size));
	arena_release(&a);
	return 0;
}
