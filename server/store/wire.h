/* store/wire.h - what the recorder says to the other processes: answers to units, and notices of changes.
 *
 *     answers = 2(u8) { id(16) code(u8) generation(u64) operation(u32) }*
 *     notices = 3(u8) generation(u64) { table(u16) size(u16) key }*
 *
 * An empty key in a notice says: look at all of the table.
 */
#pragma once

#include "base/buffer.h"
#include "base/record.h"
#include "store/store.h"

enum said { SAID_NOTHING, SAID_UNIT, SAID_ANSWERS, SAID_NOTICES };

struct answer {
	struct id id;
	struct committed committed;
};

struct notice {
	size_t table_number;
	struct span key;
};

void answers_begin(struct buffer *);
void answers_add(struct buffer *, const struct answer *);

void notices_begin(struct buffer *, uint64_t generation);
void notices_add(struct buffer *, size_t table_number, struct span key);

/* Reading: what it is, then one after the other until false; after that record_whole() tells whether all was well. */
enum said said_read(struct span message, struct record *out, uint64_t *generation);
bool answers_next(struct record *, struct answer *out);
bool notices_next(struct record *, struct notice *out);
