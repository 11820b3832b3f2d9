/* jpki/source_fault.h - sources of revocation data that fail: told to who runs this server, to nobody else.
 *
 *     a source says "unavailable" -> source_fault_note() -> a line in the log, seldom
 *                                          `-> a row in memory that all processes share -> status
 *
 * Neither tells of a certificate, or of a person: sentences end where they begin to show what was found.
 */
#pragma once

#include "jpki/revocation.h"

#define SOURCE_FAULT_NAME 65
#define SOURCE_FAULT_TEXT 480
#define SOURCE_FAULT_EVERY SECONDS(60) /* between two lines about one source */

/* What one source did. */
struct source_fault {
	char name[SOURCE_FAULT_NAME];
	char text[SOURCE_FAULT_TEXT]; /* why it failed last; which list is missing */
	struct instant since, at;    /* the first and the last failure in a row; {0}: it never failed */
	struct instant answered;     /* {0}: never */
	uint64_t failures;           /* in a row; 0: it answers */
};

/* Of one process, its only writer. */
struct source_faults;
/* Shared by all processes forked from here on; zeroed. */
struct source_faults *source_faults_new(size_t rows);
/* One row, and nothing known of its sources any more. */
struct source_faults *source_faults_row(struct source_faults *, size_t row);
void source_faults_forget(struct source_faults *row);

/* `place`: which of the sources that are configured, below REVOCATION_SOURCES. */
void source_fault_note(struct source_faults *row, size_t place, const struct revocation_source *,
    const struct revocation_answer *, struct instant now);

/* Of all processes together, of the source of that name at that place. False: none has asked it. */
bool source_fault_read(const struct source_faults *, size_t rows, size_t place, const char *name,
    struct source_fault *out);
