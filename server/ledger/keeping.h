/* ledger/keeping.h - the keeper of the log at work: what its steps share; private to this room. */
#pragma once

#include "ledger/ledger.h"
#include "net/loop.h"

#define JOURNAL_AT_ONCE 256
#define KEEPING_IDLE SECONDS(60)      /* nothing is told: look all the same */

enum question { LOOK_STATE, LOOK_LEAF, LOOK_JOURNAL, QUESTIONS };

struct head {
	uint64_t size;
	struct hash root;
};

struct ledger_keeper {
	struct loop *loop;
	struct store *store;
	struct signer_client *signer;
	struct ledger_keeper_settings settings;
	char *origin;
	struct timer timer;
	struct pending *step;
	struct arena arena;        /* since the last look */
	bool running, changed;     /* changed: since the run began */
	int64_t began, said;       /* monotonic: the run; the last complaint */
	bool complained;

	struct ask asks[QUESTIONS];
	uint64_t journal;          /* taken over, as far as is known */
	uint64_t size;             /* leaves */
	uint64_t target;           /* of them this run takes in: what comes meanwhile is the next one's */
	struct ledger_state state;
	uint64_t state_generation;

	bool head_known, head_new; /* new: asked for since the last look */
	struct head head;          /* what was signed last */
	bool compared;             /* with the log as this keeper found it: a store may be older than what was signed */
	bool refused;              /* after this head nothing of this log will be signed */
	struct head refused_head;
	struct problem refused_why; /* kept here too, for the state may not have been written */

	/* Of the checkpoint in the making. */
	struct note_key key;
	struct tile_set root_tiles, proof_tiles;
	struct checkpoint checkpoint;

	bool kept;                 /* a checkpoint is being committed: the run is over then */

	/* For the operator: what was seen last. */
	struct {
		uint64_t tiled, signed_size;
		struct instant at;
		char halted[512];
	} seen;
};

/* Each step ends with one of these, or asks and goes on when it is answered. */
void keeping_look(struct ledger_keeper *);                  /* once more: the step is done */
void keeping_rest(struct ledger_keeper *, int64_t wait);    /* what is new comes at once, all the rest after `wait` */
void keeping_fail(struct ledger_keeper *, const struct problem *); /* tried again in a second */
void keeping_halt(struct ledger_keeper *, const char *why); /* the log will not be signed as it is */

/* A unit that expects the state it is made from; committed with the state as it has become. Then it is looked again. */
struct unit *keeping_unit(struct ledger_keeper *);
void keeping_commit(struct ledger_keeper *, struct unit *);

/* keeper_leaves.c: the journal's new entries become leaves, leaves become tiles. */
void keeping_take_journal(struct ledger_keeper *);
void keeping_load_leaves(struct ledger_keeper *);

/* keeper_checkpoint.c */
void keeping_sign(struct ledger_keeper *);
