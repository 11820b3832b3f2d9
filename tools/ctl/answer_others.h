/* tools/ctl/answer_others.h - the decisions of an answer beside the one that its receipt is of: those evaluated with it
 * under further frameworks, and the others of a batch.
 *
 * Each has an entry and a receipt of its own, and what was evaluated together is of one question. What is not
 * fetched is not compared, and is named so that nobody takes it for what is proved.
 */
#pragma once

#include <jansson.h>

#include "base/arena.h"
#include "base/problem.h"
#include "crypto/note.h"

struct answer_others_question {
	const json_t *proved;            /* the context that is proved already */
	json_t *entry;                   /* and its entry; NULL: that was not shown */
	bool fetch;                      /* each other's entry and receipt, from where its receipt is */
	const char *authorities;         /* as entry_fetch() says */
	struct span origin;
	const struct note_key *keys;
	size_t key_count;
};
struct answer_others {
	json_t *differences;             /* new, as answer_compare() says; "what" begins with the decision's place */
	json_t *uncompared;              /* new: [{"at","framework","evaluation"}], in others' words */
	size_t compared;
};

/* The arrays are the caller's, whatever is returned. With `fetch`: ERR_… when an entry or its receipt cannot be had, or
 * proves nothing. */
enum err answer_others_compare(struct arena *, const struct answer_others_question *, const json_t *answered,
    struct answer_others *out, struct problem *why);
