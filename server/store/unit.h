/* store/unit.h - a unit of work: changes that happen together or not at all, and what must hold for them.
 *
 * Built in an arena by whoever decided, sent as one message, read by the recorder. Its id makes it idempotent:
 * a unit that has been committed is answered OK again, with the same generation, and not committed again; one that
 * was refused is looked at anew.
 */
#pragma once

#include "base/arena.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/problem.h"
#include "store/table.h"

#define UNIT_LARGEST (64 * MIB)
#define UNIT_OPERATIONS 65536
#define KEY_LARGEST 511

struct unit;

/* The arena must have room for twice the message: it grows by doubling. */
struct unit *unit_new(struct arena *, table_list, struct id);
struct id unit_id(const struct unit *);

/* Preconditions, all checked before the unit's first change. `generation` is that of the row as loaded; 0 says that
 * there must be no row. An expired row is no row. */
void unit_expect(struct unit *, const struct table *, struct span key, uint64_t generation);

/* Changes. A row put with `expires` is absent from that moment on ({0}: never). Deleting what is not there is fine. */
void unit_put(struct unit *, const struct table *, struct span key, struct span value);
void unit_put_until(struct unit *, const struct table *, struct span key, struct span value, struct instant expires);
void unit_delete(struct unit *, const struct table *, struct span key);
void unit_append(struct unit *, const struct table *, struct span value);
/* Behind an append of this same unit: the row's value begins with the number (8 bytes, big-endian) that the last of
 * them got, and `value` follows. So a row found by a key of its own knows where it stands in an append-only table. */
void unit_put_numbered(struct unit *, const struct table *, struct span key, struct span value);
/* The same with a value in two pieces. */
void unit_put_numbered_pieces(struct unit *, const struct table *, struct span key, struct span head,
    struct span rest);

/* The message; borrowed from the unit. Empty when the unit grew past UNIT_LARGEST or UNIT_OPERATIONS:
 * store_commit() then answers ERR_LIMIT. */
struct span unit_bytes(const struct unit *);

/* Reading a message of an untrusted process: all of it has been checked (table numbers, sizes, counts, that a number is
 * there before it is put) before the first operation is given out. ERR_SYNTAX or ERR_LIMIT. What comes out is borrowed
 * from `message`. */
enum operation_kind { UNIT_EXPECT, UNIT_PUT, UNIT_DELETE, UNIT_APPEND, UNIT_PUT_NUMBERED };
#define OPERATION_KINDS (UNIT_PUT_NUMBERED + 1)
struct operation {
	enum operation_kind kind;
	const struct table *table;
	size_t table_number;
	struct span key, value;
	uint64_t generation;    /* UNIT_EXPECT */
	struct instant expires; /* UNIT_PUT */
};
enum err unit_read(struct arena *, table_list, struct span message, struct id *id, struct operation **operations,
    size_t *count, struct problem *why);

/* Whether a process of this role may do all of it; when not, *operation is the first it may not. */
bool unit_allowed(enum role, const struct operation *, size_t count, size_t *operation);

size_t table_count(table_list);
