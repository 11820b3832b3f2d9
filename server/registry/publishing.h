/* registry/publishing.h - one publishing under way: what its steps share.
 *
 *     claim -> load_state -> load_documents -> decide -> clear_garbage -> sign_entities -> end_documents
 *       -> open_sets -> fill_sets -> sign_sets -> switch_over -> sweep_rows -> sweep_files -> sweep_fragments
 *
 * decide goes straight to sweep_files (behind clear_garbage) when there is nothing to publish.
 */
#pragma once

#include "registry/plan.h"
#include "registry/representation.h"
#include "registry/set_file.h"

#define PART_DOCUMENTS 64     /* of one unit, so that no bulk write delays anybody else's */
#define PART_BYTES (4 * MIB)  /* of fragments loaded at once */
#define PART_KEYS 1024        /* small rows of one unit */

enum progress { ADVANCE, WAIT, FINISHED };

enum publishing_step {
	PUBLISHING_CLAIM,
	PUBLISHING_LOAD_STATE,
	PUBLISHING_LOAD_DOCUMENTS,
	PUBLISHING_DECIDE,
	PUBLISHING_CLEAR_GARBAGE,
	PUBLISHING_SIGN_ENTITIES,
	PUBLISHING_END_DOCUMENTS,
	PUBLISHING_OPEN_SETS,
	PUBLISHING_FILL_SETS,
	PUBLISHING_SIGN_SETS,
	PUBLISHING_SWITCH_OVER,
	PUBLISHING_SWEEP_ROWS,
	PUBLISHING_SWEEP_FILES,
	PUBLISHING_SWEEP_FRAGMENTS,
};

struct publishing;

/* A signature asked for. */
struct signing {
	struct publishing *publishing;
	struct pending *pending;
	struct span signed_info;
	void (*on_signature)(struct publishing *, struct signing *, struct span signature);
	const struct plan_job *job;     /* of an entity's document … */
	struct assembly assembly;
	size_t set;                     /* … or the set's number */
};

struct publishing {
	struct pending pending;
	struct loop *loop;
	struct store *store;
	struct signer_client *signer;
	struct publish_settings settings;
	on_published *on_published;
	void *arg;

	struct later later;
	enum publishing_step at;
	struct pending *asked;          /* the load or commit under way */
	enum err err;
	struct problem why;
	struct arena arena, part;       /* of the whole run; of one step's part */
	struct libdeflate_compressor *compressor;
	int64_t began;

	struct ask *asks;
	size_t ask_count;
	struct span cursor;             /* where the next range begins */
	size_t row_room, done;          /* how many of the step's things are done */

	uint64_t claim;                 /* generation of our claim's row: all that this run writes expects it */
	struct publication current;
	uint64_t current_row;           /* its row's generation in the store; 0: there is none */
	struct plan_question question;
	struct plan_row *rows;
	struct plan plan;
	const uint8_t **in_use;         /* digests of fragments, ascending: what a sweep leaves */
	struct publish_report report;

	struct unit *unit;              /* being filled */
	struct pending *writing;        /* the part before it, on its way to the store while this one is signed */
	bool stalled;                   /* the step waits for `writing` */
	struct signing signings[PART_DOCUMENTS];
	size_t signing_count, signing_next, signing_open;
	struct set_file *sets[PLAN_SETS];
	struct published set_documents[PLAN_SETS];
};

typedef enum progress publishing_run_step(struct publishing *);
publishing_run_step sign_entities, open_sets, fill_sets, sign_sets;          /* signing.c, sets.c */
publishing_run_step clear_garbage, sweep_rows, sweep_files, sweep_fragments; /* sweep.c */

/* Goes on with the step at hand until it has to wait. */
void publishing_run(struct publishing *);

/* Ends the run: `why` has been written to p->why. */
enum progress publishing_fail(struct publishing *, enum err);
/* The same in a callback, where no step is running; p is gone afterwards. */
void publishing_fail_now(struct publishing *, enum err);

/* Asks the store; `on_answer` sees p->asks answered, or the run has failed. */
enum progress publishing_load(struct publishing *, on_loaded *);
/* Of a range answered in parts: puts p->cursor behind the last row of p->asks[0]. False: there are no more. */
bool publishing_next(struct publishing *);
/* Commits p->unit and goes on. */
enum progress publishing_commit(struct publishing *);
/* Commits p->unit, if there is one, behind the back of what follows, so that the signer is seldom without work. False:
 * wait, the part before it is still being written. */
bool publishing_write(struct publishing *);
/* For the callbacks of publishing_load(): false when the run has ended with that answer. */
bool publishing_answered(struct publishing *, enum err, const struct problem *);

/* A new unit in a fresh part arena. It holds only as long as no later run has begun: what a dead or overtaken publisher
 * still has under way changes nothing. */
void publishing_part(struct publishing *);
void publishing_put(struct publishing *, struct span name, const struct published *);

/* Signs p->signings[0 … signing_count), several in flight, then runs on. */
enum progress publishing_sign(struct publishing *);

static inline uint64_t
publishing_generation(const struct publishing *p)
{
	return p->current.generation + 1;
}
