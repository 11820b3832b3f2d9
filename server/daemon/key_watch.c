/* daemon/key_watch.c - which key of a use signs now. */
#include "daemon/key_watch.h"

#include <stdlib.h>

#include "base/log.h"
#include "signer/active_key.h"

#define STEP_LARGEST (16 * MIB)
#define SETTLING (SECONDS(1) / 10) /* a step of a key's life changes two rows */
#define RETRY SECONDS(10)
#define SPKI_LARGEST 128  /* Ed25519 has 44, P-256 91 bytes */

struct key_watch {
	struct store *store;
	char *directory;
	enum key_use use;
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
	struct key_watch *k = arg;

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
	struct key_watch *k = arg;

	(void)table;
	(void)key;
	(void)generation;
	k->changed = true;
	if (!k->step)
		timer_set(&k->timer, SETTLING);
}

/* The active one, and its public half; neither when there is none. */
static enum err
find_active(struct key_watch *k, const char **name, struct span *spki, struct problem *why)
{
	struct key_descriptor key;

	*name = "";
	*spki = (struct span){ 0 };
	if (active_key_find(&k->ask, k->directory, k->use, &k->arena, &key, why) != OK)
		return why->code;
	if (!key.name)
		return OK;
	if (active_key_spki(&key, &k->arena, spki, why) != OK)
		return why->code;
	if (spki->size > SPKI_LARGEST)
		return problem_set(why, ERR_UNSUPPORTED, "", "%s/%s.cer: its key is larger than one of this use can be",
		    k->directory, key.name);
	*name = key.name;
	return OK;
}

static void
take(struct key_watch *k, const char *name, struct span spki)
{
	if (strcmp(name, k->name) == 0 && span_equal(spki, span_of(k->spki, k->spki_size)))
		return;
	snprintf(k->name, sizeof(k->name), "%s", name);
	k->spki_size = spki.size;
	if (spki.size)
		memcpy(k->spki, spki.data, spki.size);
	if (name[0])
		log_info("key.active", "use=%s name=%s", key_use_name(k->use), name);
	k->on_other(k->arg);
}

static void
on_lives(void *arg, enum err err, const struct problem *problem)
{
	struct key_watch *k = arg;
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
	log_error("key.active", "use=%s problem=%s", key_use_name(k->use),
	    LOG_TEXT(err != OK ? problem->text : why.text));
	timer_set(&k->timer, RETRY);
}

struct key_watch *
key_watch_new(struct loop *loop, struct store *store, const char *directory, enum key_use use,
    void (*on_other)(void *arg), void *arg)
{
	struct key_watch *k = calloc(1, sizeof(*k));

	if (!k)
		abort();
	*k = (struct key_watch){ .store = store, .directory = strdup(directory), .use = use, .on_other = on_other,
		.arg = arg, .arena = arena_init(STEP_LARGEST) };
	if (!k->directory)
		abort();
	timer_init(&k->timer, loop, look, k);
	/* The first recorder counts as a change too. */
	store_watch(store, &key_table, on_row_changed, k);
	return k;
}

void
key_watch_free(struct key_watch *k)
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
key_watch_name(void *arg)
{
	const struct key_watch *k = arg;

	return k->name[0] ? k->name : NULL;
}

struct span
key_watch_spki(void *arg)
{
	const struct key_watch *k = arg;

	return span_of(k->spki, k->spki_size);
}
