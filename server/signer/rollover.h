/* signer/rollover.h - the life of a federation key, so that members can follow a change before it happens.
 *
 *     (file made) --adopt--> created --announce--> announced --activate--> active --(next key active)--> retiring
 *                                                                                        retired <--retire--'
 *
 * One key of a use is active: it signs. An announced one is published beside it for at least the announcement time; a
 * retiring one stays published until the last signature it made has expired. Pure decisions over rows of key_table;
 * callers load and commit.
 */
#pragma once

#include "base/buffer.h"
#include "signer/signer.h"
#include "store/store.h"

extern const struct table key_table; /* name -> struct key_life */

enum key_state { KEY_ABSENT, KEY_CREATED, KEY_ANNOUNCED, KEY_ACTIVE, KEY_RETIRING, KEY_RETIRED };
const char *key_state_name(enum key_state);

struct key_life {
	struct span name;
	enum key_use use;
	enum key_state state;
	struct instant created, announced, activated, retiring, retired; /* {0}: not yet */
	uint8_t certificate[32]; /* SHA-256 of its certificate: the file must not change under us */
};
void key_life_write(struct buffer *, const struct key_life *);
bool key_life_read(struct span value, struct key_life *out);

/* The question for every key there is; and its answer, whole or not at all: a row that cannot be read fails it, and so
 * do more rows than were asked for. Copied, with room for one more life behind them. */
struct ask key_lives_ask(void);
enum err key_lives_read(const struct ask *, struct arena *, struct key_life **out, struct problem *why);

enum key_action { KEY_NO_ACTION, KEY_ADOPT, KEY_ANNOUNCE, KEY_ACTIVATE, KEY_RETIRE };
enum key_action key_action_read(struct span);
const char *key_action_name(enum key_action);

/* The lives after `action` on `name`: changes `lives` in place (activating one makes the active one retiring), marks
 * the changed in `changed`. ERR_CONFLICT says what must come first and when it may; `force` skips only the waiting
 * times. The first key of a use may be activated at once; one that never signed may be retired at once. */
struct rollover_times {
	int64_t announce_for;  /* from announced to active, at least */
	int64_t document_life; /* from retiring to retired, at least */
};
enum err key_life_act(struct key_life *lives, size_t count, bool *changed, struct span name, enum key_action,
    const struct rollover_times *, struct instant now, bool force, struct problem *why);

/* The key that signs; NULL when none is active. */
const struct key_life *key_life_active(const struct key_life *lives, size_t count, enum key_use);
