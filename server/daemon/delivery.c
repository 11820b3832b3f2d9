/* daemon/delivery.c - the steward's post office.
 *
 *     a row changed -> looked at by its key --.
 *     every 10 s, and when a place is free    |--> due? -> sending -> outcome -> row deleted or put back
 *     -> all rows, page by page --------------'
 */
#include "daemon/delivery.h"

#include <assert.h>
#include <stdlib.h>

#include "base/log.h"
#include "daemon/sending.h"

#define PAGE 128
#define CHANGED_LARGEST 32
#define STEP_LARGEST (2 * MIB)
#define SETTLING (SECONDS(1) / 20)
#define LOOK_EVERY SECONDS(10) /* at all of them; what is due earlier is looked at then */

struct delivery {
	struct delivery_settings settings;
	struct sendings sendings;
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

static void look_after(struct delivery *, int64_t us);
static void look(void *arg);

static struct instant
now_of(const struct delivery *d)
{
	return d->settings.push.clock();
}

static void
consider(struct delivery *d, const struct row *row)
{
	struct notice n;
	enum sending_place place;

	/* It is not ours to delete; it goes at its end. */
	if (!notice_read(row->value, &n)) {
		log_error("delivery.unreadable", "bytes=%zu", row->value.size);
		return;
	}
	place = sending_place(&d->sendings, &n);
	if (place == SENDING_NOW)
		return;
	if (instant_before(now_of(d), n.next)) {
		if (!d->due.us || instant_before(n.next, d->due))
			d->due = n.next;
	} else if (place == SENDING_FREE) {
		sending_start(&d->sendings, &n, row->generation);
	} else {
		d->left = true;
	}
}

static void
survey(struct delivery *d, const struct ask *page)
{
	struct survey *s = &d->survey;
	struct notice n;

	s->waiting += page->count;
	for (size_t i = 0; i < page->count; i++) {
		if (!notice_read(page->rows[i].value, &n))
			continue;
		s->failing += n.tries > 0;
		if (!s->oldest.us || instant_before(n.made, s->oldest))
			s->oldest = n.made;
	}
}

static void
page_end(struct delivery *d)
{
	const struct ask *ask = &d->asks[0];
	size_t last = ask->count;

	survey(d, ask);
	if (last && ask->more) {
		struct span key = ask->rows[last - 1].key;

		/* The next one behind it: ids have a fixed size, so a NUL more is between the two. */
		assert(key.size == sizeof(d->cursor.bytes));
		memcpy(d->cursor.bytes, key.data, key.size);
		return;
	}
	d->scanning = false;
	d->cursor = (struct id){ { 0 } };
	figure_set(d->settings.figures, FIGURE_NOTICES_WAITING, d->survey.waiting);
	figure_set(d->settings.figures, FIGURE_NOTICES_FAILING, d->survey.failing);
	figure_set(d->settings.figures, FIGURE_NOTICES_OLDEST, (uint64_t)(d->survey.oldest.us / SECONDS(1)));
}

static void
on_rows(void *arg, enum err err, const struct problem *why)
{
	struct delivery *d = arg;
	size_t asked = d->asked ? d->asked : 1;

	d->look = NULL;
	if (err != OK) {
		log_warning("delivery.not-read", "problem=%s", LOG_TEXT(why->text));
		d->scanning = true;
		look_after(d, LOOK_EVERY);
		return;
	}
	for (size_t i = 0; i < asked; i++)
		for (size_t n = 0; n < d->asks[i].count; n++)
			consider(d, &d->asks[i].rows[n]);
	if (!d->asked)
		page_end(d);
	look_after(d, d->scanning || d->changed_count ? 0 : LOOK_EVERY);
}

static void
ask_changed(struct delivery *d)
{
	d->asked = d->changed_count;
	for (size_t i = 0; i < d->asked; i++)
		d->asks[i] = (struct ask){ .table = &notice_table, .from = arena_copy(&d->arena,
		    id_span(&d->changed[i])) };
	d->changed_count = 0;
}

static void
ask_page(struct delivery *d)
{
	uint8_t *from = arena_take(&d->arena, sizeof(d->cursor.bytes) + 1);
	bool first = !id_given(&d->cursor);

	memcpy(from, d->cursor.bytes, sizeof(d->cursor.bytes));
	if (first) {
		d->survey = (struct survey){ .waiting = 0 };
		d->due = (struct instant){ 0 };
		d->left = false;
	}
	d->asked = 0;
	d->asks[0] = (struct ask){ .table = &notice_table, .from = span_of(from, sizeof(d->cursor.bytes) + !first),
		.limit = PAGE };
}

static void
look(void *arg)
{
	struct delivery *d = arg;

	if (d->look)
		return;
	arena_reset(&d->arena);
	if (d->changed_count) {
		ask_changed(d);
	} else {
		d->scanning = true;
		ask_page(d);
	}
	d->look = store_load(d->settings.store, d->asks, d->asked ? d->asked : 1, on_rows, d);
}

/* At the latest; a look that is under way says itself when the next one is. */
static void
look_after(struct delivery *d, int64_t us)
{
	int64_t left = d->due.us ? d->due.us - now_of(d).us : us;

	if (d->look)
		return;
	if (left < 0)
		left = 0;
	timer_set(&d->timer, left < us ? left : us);
}

static void
on_row_changed(void *arg, const struct table *table, struct span key, uint64_t generation)
{
	struct delivery *d = arg;

	(void)table;
	(void)generation;
	if (key.size == sizeof(d->changed[0].bytes) && d->changed_count < CHANGED_LARGEST)
		memcpy(d->changed[d->changed_count++].bytes, key.data, key.size);
	else
		d->scanning = true;
	look_after(d, SETTLING);
}

/* There is a place more. */
static void
on_ended(void *arg)
{
	struct delivery *d = arg;

	if (d->left)
		d->scanning = true;
	look_after(d, SETTLING);
}

struct delivery *
delivery_new(struct loop *loop, const struct delivery_settings *settings)
{
	struct delivery *d = calloc(1, sizeof(*d));

	if (!d)
		abort();
	d->settings = *settings;
	d->arena = arena_init(STEP_LARGEST);
	d->sendings = (struct sendings){ .loop = loop, .settings = &d->settings,
		.mailer = settings->mail ? mailer_new(loop, settings->mail) : NULL, .on_ended = on_ended, .arg = d };
	timer_init(&d->timer, loop, look, d);
	store_watch(settings->store, &notice_table, on_row_changed, d);
	look_after(d, SETTLING);
	return d;
}

void
delivery_free(struct delivery *d)
{
	if (!d)
		return;
	pending_cancel(&d->look);
	sendings_release(&d->sendings);
	mailer_free(d->sendings.mailer);
	timer_release(&d->timer);
	arena_release(&d->arena);
	free(d);
}
