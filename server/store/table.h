/* store/table.h - a named collection of rows, and who may write it.
 *
 * Each room declares its tables as constants; daemon/ lists them once, and the list's order is the tables'
 * number on the wire between processes. Keys are 1 to 511 bytes, ordered as bytes; what is written often has
 * keys that grow with time.
 */
#pragma once

#include "base/role.h"

enum table_flag {
	TABLE_APPEND_ONLY = 1, /* rows get the next number (8 bytes, big-endian, from 1) and never change */
	TABLE_NOTICED = 2,     /* changes are told to every process */
	TABLE_OWNED = 4,       /* keys begin with whose the rows are (an id, 16 bytes): they go when he goes */
};

struct table {
	const char *name;
	unsigned writers; /* ROLE_BIT()s */
	unsigned flags;
};

/* The tables of this daemon, in a fixed order; ends with NULL. */
typedef const struct table *const *table_list;
