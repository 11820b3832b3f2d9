/* daemon/delivery.c - the steward's post office. */
#include "daemon/delivery.h"

#include <stdlib.h>

#include "daemon/outbox.h"
#include "daemon/sending.h"

struct delivery {
	struct delivery_settings settings;
	struct sendings sendings;
	struct outbox *outbox;
};

static bool
read_item(const struct row *row, struct outbox_item *out)
{
	struct notice n;

	if (!notice_read(row->value, &n))
		return false;
	*out = (struct outbox_item){ .made = n.made, .next = n.next, .tries = n.tries };
	return true;
}

static enum sending_place
place_of(void *arg, const struct row *row)
{
	struct delivery *d = arg;
	struct notice n;

	return notice_read(row->value, &n) ? sending_place(&d->sendings, &n) : SENDING_TAKEN;
}

static void
start(void *arg, const struct row *row)
{
	struct delivery *d = arg;
	struct notice n;

	if (notice_read(row->value, &n))
		sending_start(&d->sendings, &n, row->generation);
}

struct delivery *
delivery_new(struct loop *loop, const struct delivery_settings *settings)
{
	struct delivery *d = calloc(1, sizeof(*d));

	if (!d)
		abort();
	d->settings = *settings;
	d->outbox = outbox_new(loop, &(struct outbox_settings){
		.store = settings->store, .table = &notice_table, .clock = settings->push.clock,
		.figures = settings->figures, .waiting = FIGURE_NOTICES_WAITING, .failing = FIGURE_NOTICES_FAILING,
		.oldest = FIGURE_NOTICES_OLDEST, .read = read_item, .place = place_of, .start = start, .arg = d,
	});
	d->sendings = (struct sendings){ .loop = loop, .settings = &d->settings,
		.mailer = settings->mail ? mailer_new(loop, settings->mail) : NULL, .on_ended = outbox_on_ended,
		.arg = d->outbox };
	return d;
}

void
delivery_free(struct delivery *d)
{
	if (!d)
		return;
	sendings_release(&d->sendings);
	mailer_free(d->sendings.mailer);
	outbox_free(d->outbox);
	free(d);
}
