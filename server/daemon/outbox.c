/* daemon/outbox.c - rows of one table that wait to be sent.
 *
 *     a row changed -> looked at by its key --.
 *     every 10 s, and when a place is free    |--> due? -> sending -> outcome -> row deleted or put back
 *     -> all rows, page by page --------------'
 */
#include "daemon/outbox.h"

#include <assert.h>
#include <stdlib.h>

#include "base/log.h"

#define PAGE 128
#define CHANGED_LARGEST 32
#define STEP_LARGEST (2 * MIB)
#define SETTLING (SECONDS(1) / 20)
#define LOOK_EVERY SECONDS(10) /* at all of them; what is due earlier is looked at then */

struct outbox {
	struct outbox_settings settings;
	struct timer timer;
	struct pending *look;
	struct arena arena;          /* of a look */
	struct ask asks[CHANGED_LARGEST];
	struct id changed[CHANGED_LARGEST];
	size_t changed_count;
	size_t asked;                /* of `changed`; 0: a page */
	bool scanning;               /* through all rows, from `cursor` on */
	struct id cursor;
	struct survey {              /* of the rows behind the cursor */
		uint64_t waiting, failing;
		struct instant oldest;
	} survey;
	struct instant due;          /* the earliest of those not due yet */
	bool left;                   /* one that is due found no place */
};

static void look_after(struct outbox *, int64_t us);
static void look(void *arg);

static struct instant
now_of(const struct outbox *o)
{
	return o->settings.clock();
}

static void
consider(struct outbox *o, const struct row *row)
{
	const struct outbox_settings *s = &o->settings;
	struct outbox_item item;
	enum sending_place place;

	/* It is not ours to delete; it goes at its end. */
	if (!s->read(row, &item)) {
		log_error("delivery.unreadable", "table=%s bytes=%zu", s->table->name, row->value.size);
		return;
	}
	place = s->place(s->arg, row);
	if (place == SENDING_NOW)
		return;
	if (instant_before(now_of(o), item.next)) {
		if (!o->due.us || instant_before(item.next, o->due))
			o->due = item.next;
	} else if (place == SENDING_FREE) {
		s->start(s->arg, row);
	} else {
		o->left = true;
	}
}

static void
survey(struct outbox *o, const struct ask *page)
{
	struct survey *s = &o->survey;
	struct outbox_item n;

	s->waiting += page->count;
	for (size_t i = 0; i < page->count; i++) {
		if (!o->settings.read(&page->rows[i], &n))
			continue;
		s->failing += n.tries > 0;
		if (!s->oldest.us || instant_before(n.made, s->oldest))
			s->oldest = n.made;
	}
}

static void
page_end(struct outbox *o)
{
	const struct ask *ask = &o->asks[0];
	size_t last = ask->count;

	survey(o, ask);
	if (last && ask->more) {
		struct span key = ask->rows[last - 1].key;

		/* The next one behind it: ids have a fixed size, so a NUL more is between the two. */
		assert(key.size == sizeof(o->cursor.bytes));
		memcpy(o->cursor.bytes, key.data, key.size);
		return;
	}
	o->scanning = false;
	o->cursor = (struct id){ { 0 } };
	figure_set(o->settings.figures, o->settings.waiting, o->survey.waiting);
	figure_set(o->settings.figures, o->settings.failing, o->survey.failing);
	figure_set(o->settings.figures, o->settings.oldest, (uint64_t)(o->survey.oldest.us / SECONDS(1)));
}

static void
on_rows(void *arg, enum err err, const struct problem *why)
{
	struct outbox *o = arg;
	size_t asked = o->asked ? o->asked : 1;

	o->look = NULL;
	if (err != OK) {
		log_warning("delivery.not-read", "table=%s problem=%s", o->settings.table->name,
		    LOG_TEXT(why->text));
		o->scanning = true;
		look_after(o, LOOK_EVERY);
		return;
	}
	for (size_t i = 0; i < asked; i++)
		for (size_t n = 0; n < o->asks[i].count; n++)
			consider(o, &o->asks[i].rows[n]);
	if (!o->asked)
		page_end(o);
	look_after(o, o->scanning || o->changed_count ? 0 : LOOK_EVERY);
}

static void
ask_changed(struct outbox *o)
{
	o->asked = o->changed_count;
	for (size_t i = 0; i < o->asked; i++)
		o->asks[i] = (struct ask){ .table = o->settings.table, .from = arena_copy(&o->arena,
		    id_span(&o->changed[i])) };
	o->changed_count = 0;
}

static void
ask_page(struct outbox *o)
{
	uint8_t *from = arena_take(&o->arena, sizeof(o->cursor.bytes) + 1);
	bool first = !id_given(&o->cursor);

	memcpy(from, o->cursor.bytes, sizeof(o->cursor.bytes));
	if (first) {
		o->survey = (struct survey){ .waiting = 0 };
		o->due = (struct instant){ 0 };
		o->left = false;
	}
	o->asked = 0;
	o->asks[0] = (struct ask){ .table = o->settings.table, .from = span_of(from, sizeof(o->cursor.bytes) + !first),
		.limit = PAGE };
}

static void
look(void *arg)
{
	struct outbox *o = arg;

	if (o->look)
		return;
	arena_reset(&o->arena);
	if (o->changed_count) {
		ask_changed(o);
	} else {
		o->scanning = true;
		ask_page(o);
	}
	o->look = store_load(o->settings.store, o->asks, o->asked ? o->asked : 1, on_rows, o);
}

/* At the latest; a look that is under way says itself when the next one is. */
static void
look_after(struct outbox *o, int64_t us)
{
	int64_t left = o->due.us ? o->due.us - now_of(o).us : us;

	if (o->look)
		return;
	if (left < 0)
		left = 0;
	timer_set(&o->timer, left < us ? left : us);
}

static void
on_row_changed(void *arg, const struct table *table, struct span key, uint64_t generation)
{
	struct outbox *o = arg;

	(void)table;
	(void)generation;
	if (key.size == sizeof(o->changed[0].bytes) && o->changed_count < CHANGED_LARGEST)
		memcpy(o->changed[o->changed_count++].bytes, key.data, key.size);
	else
		o->scanning = true;
	look_after(o, SETTLING);
}

void
outbox_on_ended(void *arg)
{
	struct outbox *o = arg;

	if (o->left)
		o->scanning = true;
	look_after(o, SETTLING);
}

struct outbox *
outbox_new(struct loop *loop, const struct outbox_settings *settings)
{
	struct outbox *o = calloc(1, sizeof(*o));

	if (!o)
		abort();
	o->settings = *settings;
	o->arena = arena_init(STEP_LARGEST);
	timer_init(&o->timer, loop, look, o);
	store_watch(settings->store, settings->table, on_row_changed, o);
	look_after(o, SETTLING);
	return o;
}

void
outbox_free(struct outbox *o)
{
	if (!o)
		return;
	pending_cancel(&o->look);
	timer_release(&o->timer);
	arena_release(&o->arena);
	free(o);
}
