/* daemon/ledger_key.c - which key signs the ledger: the active one of its use. */
#include "daemon/ledger_key.h"

#include <stdlib.h>

#include "base/log.h"
#include "signer/active_key.h"

#define STEP_LARGEST (16 * MIB)
#define SETTLING (SECONDS(1) / 10) /* a step of a key's life changes two rows */
#define RETRY SECONDS(10)
#define SPKI_LARGEST 64

struct ledger_key {
	struct store *store;
	char *directory;
	void (*on_other)(void *arg);
	void *arg;
	struct timer timer;
	struct arena arena;      /* of a look */
	struct ask ask;
	struct pending *step;
	bool changed;            /* since the look began */
	char name[KEY_NAME_LARGEST + 1]; /* empty: none */
	uint8_t spki[SPKI_LARGEST];
	size_t spki_size;
};

static on_loaded on_lives;

static void
look(void *arg)
{
	struct ledger_key *k = arg;

	if (k->step)
		return;
	arena_reset(&k->arena);
	k->changed = false;
	k->ask = key_lives_ask();
	k->step = store_load(k->store, &k->ask, 1, on_lives, k);
}

static void
on_row_changed(void *arg, const struct table *table, struct span key, uint64_t generation)
{
	struct ledger_key *k = arg;

	(void)table;
	(void)key;
	(void)generation;
	k->changed = true;
	if (!k->step)
		timer_set(&k->timer, SETTLING);
}

/* The active one, and its public half; neither when there is none. */
static enum err
find_active(struct ledger_key *k, const char **name, struct span *spki, struct problem *why)
{
	struct key_descriptor key;

	*name = "";
	*spki = (struct span){ 0 };
	if (active_key_find(&k->ask, k->directory, USE_LEDGER, &k->arena, &key, why) != OK)
		return why->code;
	if (!key.name)
		return OK;
	if (active_key_spki(&key, &k->arena, spki, why) != OK)
		return why->code;
	if (spki->size > SPKI_LARGEST)
		return problem_set(why, ERR_UNSUPPORTED, "RFC 8410 s4", "%s/%s.cer: this is no Ed25519 key",
		    k->directory, key.name);
	*name = key.name;
	return OK;
}

static void
take(struct ledger_key *k, const char *name, struct span spki)
{
	if (strcmp(name, k->name) == 0 && span_equal(spki, span_of(k->spki, k->spki_size)))
		return;
	snprintf(k->name, sizeof(k->name), "%s", name);
	k->spki_size = spki.size;
	if (spki.size)
		memcpy(k->spki, spki.data, spki.size);
	if (name[0])
		log_info("ledger.key", "name=%s", name);
	k->on_other(k->arg);
}

static void
on_lives(void *arg, enum err err, const struct problem *problem)
{
	struct ledger_key *k = arg;
	struct problem why;
	struct span spki;
	const char *name;

	k->step = NULL;
	if (err == OK && find_active(k, &name, &spki, &why) == OK) {
		take(k, name, spki);
		if (k->changed)
			timer_set(&k->timer, SETTLING);
		return;
	}
	log_error("ledger.key", "problem=%s", LOG_TEXT(err != OK ? problem->text : why.text));
	timer_set(&k->timer, RETRY);
}

struct ledger_key *
ledger_key_new(struct loop *loop, struct store *store, const char *directory, void (*on_other)(void *arg), void *arg)
{
	struct ledger_key *k = calloc(1, sizeof(*k));

	if (!k)
		abort();
	*k = (struct ledger_key){ .store = store, .directory = strdup(directory), .on_other = on_other, .arg = arg,
		.arena = arena_init(STEP_LARGEST) };
	if (!k->directory)
		abort();
	timer_init(&k->timer, loop, look, k);
	/* The first recorder counts as a change too. */
	store_watch(store, &key_table, on_row_changed, k);
	return k;
}

void
ledger_key_free(struct ledger_key *k)
{
	if (!k)
		return;
	pending_cancel(&k->step);
	timer_release(&k->timer);
	arena_release(&k->arena);
	free(k->directory);
	free(k);
}

const char *
ledger_key_name(void *arg)
{
	const struct ledger_key *k = arg;

	return k->name[0] ? k->name : NULL;
}

struct span
ledger_key_spki(void *arg)
{
	const struct ledger_key *k = arg;

	return span_of(k->spki, k->spki_size);
}
