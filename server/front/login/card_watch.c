/* front/login/card_watch.c - a login's page is woken when the card that it asked for has answered: in another row, by a
 * client that knows nothing of the login.
 */
#include <stdlib.h>

#include "front/login/front.h"
#include "http/events.h"
#include "transaction/card/task.h"

struct card_watch {
	struct store *store;
	struct events *logins;
	struct id task;
	struct ask ask;
	struct pending *looking;
};

static on_loaded on_task_loaded;

/* Whose it is stands in the row. Where two come at one time, everybody looks: cards are rare. */
static void
on_card_changed(void *arg, const struct table *table, struct span key, uint64_t generation)
{
	struct card_watch *w = arg;

	(void)table, (void)generation;
	if (w->looking || key.size != sizeof(w->task.bytes)) {
		events_tell(w->logins, (struct span){ 0 });
		return;
	}
	memcpy(w->task.bytes, key.data, key.size);
	w->ask = card_task_ask(&w->task);
	w->looking = store_load(w->store, &w->ask, 1, on_task_loaded, w);
}

static void
on_task_loaded(void *arg, enum err err, const struct problem *why)
{
	struct card_watch *w = arg;
	struct card_task task;

	(void)why;
	w->looking = NULL;
	if (err != OK)
		events_tell(w->logins, (struct span){ 0 });
	else if (w->ask.count && card_task_read(w->ask.rows[0].value, &task))
		events_tell(w->logins, id_span(&task.owner));
}

struct card_watch *
card_watch_new(struct store *store, struct events *logins)
{
	struct card_watch *w = calloc(1, sizeof(*w));

	if (!w)
		abort();
	*w = (struct card_watch){ .store = store, .logins = logins };
	store_watch(store, &card_task_table, on_card_changed, w);
	return w;
}

void
card_watch_free(struct card_watch *w)
{
	if (!w)
		return;
	pending_cancel(&w->looking);
	free(w);
}
