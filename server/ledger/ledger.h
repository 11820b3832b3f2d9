/* ledger/ledger.h - the log in the store: its tiles and checkpoints, and the keeper that makes them.
 *
 *     entries (durable, numbered) -> keeper: journal taken over -> tiles -> root -> signer -> checkpoint
 *
 * The keeper runs in the steward, at least once a second while anything is new. It can die at any point: what it wrote
 * is made again the same, and a checkpoint is never signed twice differently (the signer remembers,
 * signer/ledger_head.h).
 */
#pragma once

#include "ledger/checkpoint.h"
#include "ledger/entry.h"
#include "ledger/tile.h"
#include "signer/client.h"
#include "store/store.h"

extern const struct table ledger_tile_table;       /* level (1), number (8) -> hashes */
extern const struct table ledger_checkpoint_table; /* size (8) -> the signed note; kept LEDGER_CHECKPOINT_LIFE */
extern const struct table ledger_state_table;      /* "state" -> struct ledger_state; noticed */
#define LEDGER_CHECKPOINT_LIFE SECONDS((int64_t)400 * 86400)
#define LEDGER_STATE_KEY "state"

/* "watashi.example/ledger", of "https://watashi.example/". */
const char *ledger_origin(struct arena *, const char *base_url);

/* How large the log was: the last of each minute. */
#define LEDGER_GROWTH 60
struct ledger_sample {
	struct instant at;
	uint64_t size;
};

struct ledger_state {
	uint64_t tiled;          /* leaves that are in tiles */
	uint64_t journal;        /* entries of the journal that were taken over */
	struct span origin, key; /* of the newest checkpoint; key: as note_key_write() has it */
	struct checkpoint newest;
	struct span note;        /* signed */
	struct span halted;      /* why no checkpoint can be signed (a shorter log, a fork); empty: all is well */
	struct instant at;       /* of the newest checkpoint; {0}: none yet */
	struct ledger_sample growth[LEDGER_GROWTH];
	size_t growth_count;
};
void ledger_state_write(struct buffer *, const struct ledger_state *);
/* False: not ours. */
bool ledger_state_read(struct arena *, struct span value, struct ledger_state *out);
struct ask ledger_state_ask(void);
/* Pure: the samples after another checkpoint. */
void ledger_state_grow(struct ledger_state *, struct instant at, uint64_t size);

/* The tiles of a set as questions, one each; and their answers, borrowed from the rows. */
struct span ledger_tile_key(struct arena *, unsigned level, uint64_t number);
void ledger_tiles_ask(struct arena *, const struct tile_set *, struct ask *asks);
void ledger_tiles_take(const struct ask *asks, struct tile_set *);

struct ledger_keeper;
struct ledger_keeper_settings {
	const char *origin;                      /* as ledger_origin() has it */
	const struct table *journal;             /* whose rows are the log's first leaves */
	const char *(*key)(void *arg);           /* name of the key that signs; NULL: none is active */
	struct span (*spki)(void *arg);          /* its public half */
	void *arg;
	struct instant (*now)(void);
	int64_t every;                           /* what is new gathers for so long between two checkpoints */
};
struct loop;
struct ledger_keeper *ledger_keeper_new(struct loop *, struct store *, struct signer_client *,
    const struct ledger_keeper_settings *);
void ledger_keeper_free(struct ledger_keeper *);
/* Another key is active, or there is a new signer: what waited for it may go on. */
void ledger_keeper_look(struct ledger_keeper *);
/* For the operator, a JSON object: how far it is, and what it waits for. */
void ledger_keeper_write(const struct ledger_keeper *, struct buffer *json);
