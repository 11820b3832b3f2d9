/* tools/ctl/verification.h - what a receipt proves of an entry, or of an answer: that it is in the log, and that the
 * answer says what its entry says.
 *
 *     answer -.
 *             v
 *     entry + salt -> commitment -> leaf -> proof -> root of the checkpoint -> signature
 *
 * An answer names its commitment; whether what else it says is true, its entry tells, which is in a file or fetched.
 * What an entry has not, the version that decided tells.
 * Without `fetch` nothing is asked of anybody: what is proved here, the log's operator cannot take back.
 */
#pragma once

#include <jansson.h>

#include "ctl/command.h"
#include "ledger/receipt.h"

/* What may be in the log: an entry, or one of an answer's decisions. */
struct candidate {
	struct hash commitment;
	const json_t *answer, *context; /* no answer of a context that stands beside another */
};

struct verification {
	/* What is asked. */
	const char *receipt, *entry, *salt, *answer, *origin, *authorities, *framework, *facts;
	bool fetch;
	struct texts keys;
	/* What is found. */
	struct candidate *candidates;     /* one of which is to be in the log */
	size_t candidate_count;
	const struct candidate *proved;
	json_t *answered, *shown;         /* the files' */
	json_t *differences;              /* NULL: not compared */
	json_t *uncompared;               /* the answer's other decisions that nothing is known of; NULL: no answer */
	size_t others_compared;
};

/* Not OK: it is not so, or could not be looked at. Either way what is found is to be released. */
enum err verification_run(struct ctl *, struct verification *, const struct note_key *keys, struct receipt *,
    struct problem *why);
void verification_release(struct verification *);

/* verification_show.c: for people, or as --json. */
void verification_show(struct ctl *, const struct verification *, const struct receipt *);
