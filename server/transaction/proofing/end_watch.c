/* transaction/proofing/end_watch.c - a process that must know whether proofing has ended. */
#include "transaction/proofing/end_watch.h"

#include <stdlib.h>

#include "base/log.h"

struct proofing_end_watch {
	struct store *store;
	struct pending *reading;
	bool again;                  /* it changed while it was read */
	struct ask ask;
	on_proofing_end *told;
	void *arg;
};

static on_loaded on_end_loaded;

void
proofing_end_watch_look(struct proofing_end_watch *w)
{
	w->again = w->reading != NULL;
	if (w->reading)
		return;
	w->ask = proofing_end_ask();
	w->reading = store_load(w->store, &w->ask, 1, on_end_loaded, w);
}

static void
on_end_loaded(void *arg, enum err err, const struct problem *why)
{
	struct proofing_end_watch *w = arg;
	struct proofing_end end;
	struct problem own;

	w->reading = NULL;
	if (err == OK && (err = proofing_end_loaded(&w->ask, &end, &own)) != OK)
		why = &own;
	if (err != OK)
		log_error("proofing.end", "problem=%s", LOG_TEXT(why->text));
	w->told(w->arg, err == OK ? &end : NULL);
	if (w->again)
		proofing_end_watch_look(w);
}

static on_changed on_end_changed;

struct proofing_end_watch *
proofing_end_watch_new(struct store *store, on_proofing_end *told, void *arg)
{
	struct proofing_end_watch *w = calloc(1, sizeof(*w));

	if (!w)
		abort();
	*w = (struct proofing_end_watch){ .store = store, .told = told, .arg = arg };
	store_watch(store, &proofing_end_table, on_end_changed, w);
	proofing_end_watch_look(w);
	return w;
}

static void
on_end_changed(void *arg, const struct table *table, struct span key, uint64_t generation)
{
	(void)table;
	(void)key;
	(void)generation;
	proofing_end_watch_look(arg);
}

void
proofing_end_watch_free(struct proofing_end_watch *w)
{
	if (!w)
		return;
	pending_cancel(&w->reading);
	free(w);
}
