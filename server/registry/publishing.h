/* registry/publishing.h - one publishing under way: what its steps share.
 *
 *     claim -> load_state -> load_members -> load_documents -> decide -> clear_garbage
 *       -> make -> end_documents -> switch_over -> sweep_rows -> sweep_files -> sweep_fragments
 *           ^                           |
 *           `------- the rest ----------'
 *
 * decide goes straight to sweep_files (behind clear_garbage) when there is nothing to publish. What make brings along
 * goes on side by side, for the signer, the steward and the threads that compress have each enough to do:
 *
 *     documents   load -> assemble -> sign -> compress -> store      several parts at once, each at another place
 *     lists       members with their histories -> entities -> sign -> pack in threads
 *     sets        members, each into all its sets -> sign -> pack in threads
 *
 * There are two ways through. *Whole*: all three, then one switch; whatever ends, ends in that one generation.
 * *Swift*, when plan.h says so: documents and lists, a switch, then the sets, and another switch. Between the two the
 * sets are those that were in force before, which is what a set is to whoever fetched it a minute ago. A publisher
 * that dies in between has left a publication in force that is whole; the next run finds the sets not to be of what
 * they should be made of.
 */
#pragma once

#include "registry/list_file.h"
#include "registry/plan.h"
#include "registry/representation.h"
#include "registry/set_file.h"
#include "registry/trusted_list.h"

#define CLAIM "claim"         /* a row of `document` that is none: too short for a name and a generation */
#define PART_DOCUMENTS 64     /* of one unit, so that no bulk write delays anybody else's */
#define PART_BYTES (1 * MIB)  /* of fragments loaded at once */
#define PART_KEYS 1024        /* small rows of one unit */
#define PART_MEMBERS 16       /* of sets and lists, loaded at once: the loop is not to be held up longer */
#define PARTS 3               /* of documents under way */

enum progress { ADVANCE, WAIT, FINISHED };

enum publishing_step {
	PUBLISHING_CLAIM,
	PUBLISHING_LOAD_STATE,
	PUBLISHING_LOAD_MEMBERS,
	PUBLISHING_LOAD_DOCUMENTS,
	PUBLISHING_DECIDE,
	PUBLISHING_CLEAR_GARBAGE,
	PUBLISHING_MAKE,
	PUBLISHING_END_DOCUMENTS,
	PUBLISHING_SWITCH_OVER,
	PUBLISHING_SWEEP_ROWS,
	PUBLISHING_SWEEP_FILES,
	PUBLISHING_SWEEP_FRAGMENTS,
};

/* What make brings along. */
enum publishing_track { TRACK_DOCUMENTS = 1, TRACK_LISTS = 2, TRACK_SETS = 4 };

struct publishing;

/* The documents: parts go round, from the oldest to the newest. */
enum part_state { PART_IDLE, PART_LOADING, PART_SIGNING, PART_WRITING };
struct signing {
	struct part *part;
	struct pending *pending;
	const struct plan_job *job;
	struct publish_settings settings;  /* those of this document: it ends with its entity */
	struct assembly assembly;
};
struct part {
	struct publishing *publishing;
	enum part_state at;
	struct arena arena;
	struct pending *asked;             /* the load or commit under way */
	struct unit *unit;
	struct ask asks[PART_DOCUMENTS];
	struct signing signings[PART_DOCUMENTS];
	size_t count, next, signed_count;
};
struct documents_track {
	struct part parts[PARTS];
	size_t oldest;                     /* its number, counted from the first part of the run */
	size_t begun;                      /* parts */
	size_t next_job;
	uint32_t in_flight;                /* signatures asked for */
	struct libdeflate_compressor *compressor;
};

/* The sets: written in one pass over the members, between whose parts the loop sees to everything else. */
struct set_making {
	struct publishing *publishing;
	struct set_file *file;             /* NULL: it is not made, or was */
	struct pending *signing;
	struct published document;
	bool made;
};
struct sets_track {
	struct set_making sets[PLAN_SETS];
	bool begun, closed;
	size_t next;                       /* member */
	struct ask asks[PART_MEMBERS];
	size_t ask_count;
	struct pending *asked;
	struct timer breath;
	bool resting;
};

/* The lists: written in one pass over the members' records, some at a time. */
struct list_making {
	struct publishing *publishing;
	struct list_file *file;            /* NULL: it is not made, or was */
	struct published document;
	bool made;
};
enum lists_state { LISTS_BEGIN, LISTS_MEMBERS, LISTS_HISTORIES, LISTS_ENTITIES, LISTS_SIGN, LISTS_PACK };
struct lists_track {
	struct list_making lists[PLAN_LISTS];
	enum lists_state at;
	struct arena part;
	struct ask *asks;
	struct listed *listed;             /* the members at hand */
	size_t listed_count;
	struct span cursor;
	bool last;                         /* no members follow these */
	bool any_trusted, any_indexed;     /* somebody has been written */
	struct trusted_list_head head;
	uint32_t left_out;                 /* members */
	struct pending *asked;
	struct timer breath;
	bool resting;
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
	int64_t began;

	struct ask *asks;
	size_t ask_count;
	struct span cursor;             /* where the next range begins */
	size_t row_room, done;          /* how many of the step's things are done */

	uint64_t claim;                 /* generation of our claim's row: all that this run writes expects it */
	struct publication current;
	uint64_t newest;                /* generation that files tell of: numbers once published are not used again */
	uint64_t current_row;           /* its row's generation in the store; 0: there is none */
	struct plan_question question;
	struct digest_stream *members;  /* of all their rows */
	struct plan_row *rows;
	struct plan plan;
	unsigned tracks, rest;          /* of this generation, and of the one after it */
	struct documents_track documents;
	struct lists_track lists;
	struct sets_track sets;
	const uint8_t **in_use;         /* digests of fragments, ascending: what a sweep leaves */
	struct publish_report report;
	struct unit *unit;              /* being filled */
};

typedef enum progress publishing_run_step(struct publishing *);
publishing_run_step load_state, load_members, load_documents;                  /* loading.c */
publishing_run_step clear_garbage, sweep_rows, sweep_files, sweep_fragments; /* sweep.c */

/* Each goes on as far as it can. ADVANCE: all is done. */
publishing_run_step documents_go, lists_go, sets_go; /* signing.c, lists.c, sets.c */
void documents_init(struct publishing *), lists_init(struct publishing *), sets_init(struct publishing *);
void documents_release(struct publishing *), lists_release(struct publishing *), sets_release(struct publishing *);

/* What is in the settings and in a list. */
void list_settings_digest(const struct publish_settings *, uint8_t out[32]);

/* Goes on with the step at hand until it has to wait. */
void publishing_run(struct publishing *);

/* Ends the run: `why` has been written to p->why. */
enum progress publishing_fail(struct publishing *, enum err);
/* The same in a callback, where no step is running; p is gone afterwards. */
void publishing_fail_now(struct publishing *, enum err);

/* For callbacks: false when the run has ended with that answer. */
bool publishing_answered(struct publishing *, enum err, const struct problem *);
bool publishing_signed(struct publishing *, const char *key, enum err, const struct problem *);
bool publishing_written(struct publishing *, const struct committed *);

/* Asks the store; `on_answer` sees p->asks answered, or the run has failed. */
enum progress publishing_load(struct publishing *, on_loaded *);
/* Puts `*cursor` behind the last row of a range answered in parts; in the run's arena. False: there are no more. */
bool publishing_next(struct publishing *, const struct ask *, struct span *cursor);
/* Commits p->unit and goes on. */
enum progress publishing_commit(struct publishing *);

/* A new unit. It holds only as long as no later run has begun: what a dead or overtaken publisher still has under way
 * changes nothing. */
struct unit *publishing_unit(struct publishing *, struct arena *);
/* p->unit anew, in a fresh part arena. */
void publishing_part(struct publishing *);
void publishing_put(struct publishing *, struct unit *, struct arena *, struct span name, const struct published *);

static inline uint64_t
publishing_generation(const struct publishing *p)
{
	return (p->current.generation > p->newest ? p->current.generation : p->newest) + 1;
}
