/* tools/testcard/list.h - writing a certificate revocation list as a stream, however many entries it has (RFC 5280
 * s5). */
#pragma once

#include <stdio.h>

#include "testcard/world.h"

struct listed {
	struct span serial;      /* INTEGER, whole */
	struct instant at;
	int reason;              /* CRLReason; -1: none is told */
};

struct list_plan {
	const struct authority *authority;
	struct span point;       /* Name of its distribution point */
	bool authorities_only;
	struct instant this_update, next_update;
	uint64_t number, base_number; /* base_number 0: it is complete */
	const struct listed *entries;
	size_t entry_count;
	/* And so many that only fill it: each with a serial of its own that is no certificate's, in no order. */
	uint64_t filling;
	bool filling_reasons;
};

/* Writes it to a file that can be sought in no way: twice through the entries, once for their size. What the file does
 * not take is the caller's to notice (ferror). */
void list_write(struct arena *, const struct list_plan *, FILE *);
