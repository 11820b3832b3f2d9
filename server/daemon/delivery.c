/* daemon/delivery.c - the steward's post office.
 *
 *     a row changed -> looked at by its key --.
 *     every 10 s, and when a place is free    |--> due? -> sending -> outcome -> row deleted or put back
 *     -> all rows, page by page --------------'
 */
#include "daemon/delivery.h"

#include <assert.h>
#include <stdlib.h>

#include "authn/credential.h"
#include "base/log.h"
#include "codec/mail_message.h"
#include "codec/text.h"

#define AT_ONCE 16
#define PAGE 128
#define CHANGED_LARGEST 32
#define STEP_LARGEST (2 * MIB)
#define SENDING_LARGEST (1 * MIB)
#define SETTLING (SECONDS(1) / 20)
#define LOOK_EVERY SECONDS(10) /* at all of them; what is due earlier is looked at then */
#define COMMIT_AGAIN SECONDS(1)
#define FIRST_WAIT SECONDS(60)
#define LONGEST_WAIT SECONDS(6 * 3600)

/* What becomes of a notice's row. */
enum verdict { PUT_BACK, TAKEN, GIVEN_UP, FORGOTTEN }; /* FORGOTTEN: and the subscription, which is gone */

struct sending {
	struct delivery *delivery;
	struct sending *next, **to_here;
	struct arena arena;
	struct notice notice;        /* copied */
	uint64_t generation;         /* of its row */
	struct pending *step;
	enum verdict verdict;
	struct ask credential;       /* FORGOTTEN */
	struct timer again;          /* a commit that failed */
};

struct delivery {
	struct loop *loop;
	struct delivery_settings settings;
	struct mailer *mailer;       /* NULL: none */
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
	struct sending *sendings;
	size_t sending_count;
};

static void look_after(struct delivery *, int64_t us);
static void look(void *arg);

struct instant
delivery_next(unsigned tries, struct instant now, struct instant until)
{
	int64_t wait = FIRST_WAIT;

	while (tries-- > 0 && wait < LONGEST_WAIT)
		wait *= 2;
	if (wait > LONGEST_WAIT)
		wait = LONGEST_WAIT;
	/* At its end it is looked at once more, and given up. */
	return instant_before(instant_after(now, wait), until) ? instant_after(now, wait) : until;
}

static struct instant
now_of(const struct delivery *d)
{
	return d->settings.push.clock();
}

/* Ending: what became of it is written into its row. */

static void
sending_free(struct sending *s)
{
	pending_cancel(&s->step);
	timer_release(&s->again);
	*s->to_here = s->next;
	if (s->next)
		s->next->to_here = s->to_here;
	s->delivery->sending_count--;
	arena_release(&s->arena);
	free(s);
}

static on_committed on_written;
static on_loaded on_credential;

static void
put_verdict(struct unit *unit, struct sending *s)
{
	struct span key = id_span(&s->notice.id);
	struct instant now = now_of(s->delivery);

	unit_expect(unit, &notice_table, key, s->generation);
	if (s->verdict == PUT_BACK) {
		s->notice.next = delivery_next(s->notice.tries, now, s->notice.until);
		s->notice.tries++;
		notice_put(unit, &s->notice);
	} else {
		unit_delete(unit, &notice_table, key);
	}
}

static void
write_verdict(struct sending *s, struct credential *without_push)
{
	struct store *store = s->delivery->settings.store;
	struct arena a = arena_init(STEP_LARGEST);
	struct unit *unit = unit_new(&a, store_tables(store), id_new(now_of(s->delivery)));

	put_verdict(unit, s);
	if (without_push)
		credential_put(unit, &a, without_push);
	s->step = store_commit(store, unit, on_written, s);
	arena_release(&a);
}

static void
settle(struct sending *s)
{
	const struct notice *n = &s->notice;

	if (s->verdict == FORGOTTEN && id_given(&n->credential)) {
		s->credential = credential_ask(&s->arena, &n->account, &n->credential);
		s->step = store_load(s->delivery->settings.store, &s->credential, 1, on_credential, s);
	} else {
		write_verdict(s, NULL);
	}
}

/* A phone that has subscribed anew meanwhile keeps that. */
static void
on_credential(void *arg, enum err err, const struct problem *problem)
{
	struct sending *s = arg;
	struct credential credential;
	struct problem why;
	bool same = false;

	(void)problem;
	s->step = NULL;
	if (err == OK && s->credential.count &&
	    credential_loaded(&s->arena, &s->credential.rows[0], &credential, &why) == OK &&
	    credential.kind == CREDENTIAL_APP)
		same = span_equal(credential.app.push_endpoint, s->notice.push.endpoint);
	if (same)
		credential.app.push_endpoint = credential.app.push_key = credential.app.push_secret =
		    (struct span){ 0 };
	write_verdict(s, same ? &credential : NULL);
}

static void
settle_again(void *arg)
{
	settle(arg);
}

/* A conflict: somebody took the row away, or changed the credential; it is looked at anew. */
static void
on_written(void *arg, const struct committed *done)
{
	struct sending *s = arg;
	struct delivery *d = s->delivery;

	s->step = NULL;
	if (done->code == ERR_CONFLICT && done->operation > 0 && s->verdict == FORGOTTEN) {
		s->verdict = GIVEN_UP;
		settle(s);
		return;
	}
	if (done->code != OK && done->code != ERR_CONFLICT) {
		log_warning("delivery.not-written", "problem=%s", err_name(done->code));
		timer_set(&s->again, COMMIT_AGAIN);
		return;
	}
	sending_free(s);
	if (d->left)
		d->scanning = true;
	look_after(d, SETTLING);
}

static void
end(struct sending *s, enum verdict verdict, const struct problem *why)
{
	static const enum figure figures[] = {
		[PUT_BACK] = FIGURE_NOTICES_NOT_NOW, [TAKEN] = FIGURE_NOTICES_MAILED,
		[GIVEN_UP] = FIGURE_NOTICES_GIVEN_UP, [FORGOTTEN] = FIGURE_NOTICES_GIVEN_UP,
	};
	const char *kind = notice_kind_name(s->notice.kind), *way = s->notice.address.size ? "mail" : "push";
	enum figure figure = figures[verdict];

	if (verdict == TAKEN && !s->notice.address.size)
		figure = FIGURE_NOTICES_PUSHED;
	figure_add(s->delivery->settings.figures, figure, 1);
	if (verdict == TAKEN)
		log_info("delivery.sent", "kind=%s way=%s tries=%u", kind, way, s->notice.tries + 1);
	else if (verdict == PUT_BACK)
		log_info("delivery.not-now", "kind=%s way=%s tries=%u problem=%s", kind, way, s->notice.tries + 1,
		    LOG_TEXT(why->text));
	else
		log_warning("delivery.given-up", "kind=%s way=%s reason=%s", kind, way, LOG_TEXT(why->text));
	s->verdict = verdict;
	settle(s);
}

/* Sending */

static void
on_mail(void *arg, enum mail_outcome outcome, const struct problem *why)
{
	static const enum verdict verdicts[] = {
		[MAIL_NOT_NOW] = PUT_BACK, [MAIL_SENT] = TAKEN, [MAIL_REFUSED] = GIVEN_UP,
	};
	struct sending *s = arg;

	s->step = NULL;
	end(s, verdicts[outcome], why);
}

static void
on_push(void *arg, enum push_outcome outcome, const struct problem *why)
{
	static const enum verdict verdicts[] = {
		[PUSH_NOT_NOW] = PUT_BACK, [PUSH_SENT] = TAKEN, [PUSH_REFUSED] = GIVEN_UP, [PUSH_GONE] = FORGOTTEN,
	};
	struct sending *s = arg;

	s->step = NULL;
	end(s, verdicts[outcome], why);
}

static void
write_mail(struct sending *s, struct buffer *out)
{
	const struct delivery_settings *settings = &s->delivery->settings;
	struct buffer subject = buffer_init(NOTICE_SUBJECT_LARGEST), text = buffer_init(NOTICE_TEXT_LARGEST);
	const struct localized *name = &settings->wording.federation;
	const struct notice *n = &s->notice;

	notice_subject_write(&subject, n, &settings->wording);
	notice_text_write(&text, n, &settings->wording);
	mail_message_write(out, &(struct mail_message){
		.from = span_text(settings->mail->from),
		.from_name = n->english ? name->en : name->ja,
		.to = n->address,
		.subject = buffer_span(&subject),
		.text = buffer_span(&text),
		.language = n->english ? "en" : "ja",
		.id = span_text(hex_write(&s->arena, id_span(&n->id))),
		.at = n->made,
	});
	assert(!subject.overflowed && !text.overflowed && !out->overflowed);
	buffer_release(&subject);
	buffer_release(&text);
}

/* Why it cannot be sent at all; NULL: it can. */
static const char *
obstacle(const struct delivery *d, const struct notice *n)
{
	if (!instant_before(now_of(d), n->until))
		return "out of date";
	if (n->address.size)
		return !d->mailer ? "no mail is configured" : mail_address_valid(n->address) ? NULL : "no address";
	return d->settings.push.contact ? NULL : "no push is configured";
}

static void
go(struct sending *s)
{
	struct delivery *d = s->delivery;
	const char *reason = obstacle(d, &s->notice);
	struct buffer mail;
	struct problem why;

	if (reason) {
		problem_set(&why, ERR_DENIED, "", "%s", reason);
		end(s, GIVEN_UP, &why);
	} else if (s->notice.address.size) {
		mail = buffer_init(64 * KIB);
		write_mail(s, &mail);
		s->step = mail_send(d->mailer, s->notice.address, buffer_span(&mail), on_mail, s);
		buffer_release(&mail);
	} else {
		s->step = push_send(&d->settings.push, &s->notice, on_push, s);
	}
}

static void
copy_notice(struct arena *a, const struct notice *from, struct notice *to)
{
	*to = *from;
	to->address = arena_copy(a, from->address);
	to->name = arena_copy(a, from->name);
	to->code = arena_copy(a, from->code);
	to->push = (struct push_subscription){ arena_copy(a, from->push.endpoint), arena_copy(a, from->push.key),
		arena_copy(a, from->push.secret) };
}

static void
sending_start(struct delivery *d, const struct notice *n, uint64_t generation)
{
	struct sending *s = calloc(1, sizeof(*s));

	if (!s)
		abort();
	s->delivery = d;
	s->arena = arena_init(SENDING_LARGEST);
	s->generation = generation;
	copy_notice(&s->arena, n, &s->notice);
	timer_init(&s->again, d->loop, settle_again, s);
	s->next = d->sendings;
	s->to_here = &d->sendings;
	if (s->next)
		s->next->to_here = &s->next;
	d->sendings = s;
	d->sending_count++;
	go(s);
}

/* Looking */

enum place { IS_SENT_NOW, IS_TAKEN, IS_FREE };

static enum place
place_of(const struct delivery *d, const struct notice *n)
{
	enum place place = d->sending_count < AT_ONCE ? IS_FREE : IS_TAKEN;

	for (const struct sending *s = d->sendings; s; s = s->next) {
		if (id_equal(&s->notice.id, &n->id))
			return IS_SENT_NOW;
		if (span_equal(s->notice.address, n->address) &&
		    span_equal(s->notice.push.endpoint, n->push.endpoint))
			place = IS_TAKEN;
	}
	return place;
}

static void
consider(struct delivery *d, const struct row *row)
{
	struct notice n;
	enum place place;

	/* It is not ours to delete; it goes at its end. */
	if (!notice_read(row->value, &n)) {
		log_error("delivery.unreadable", "bytes=%zu", row->value.size);
		return;
	}
	place = place_of(d, &n);
	if (place == IS_SENT_NOW)
		return;
	if (instant_before(now_of(d), n.next)) {
		if (!d->due.us || instant_before(n.next, d->due))
			d->due = n.next;
	} else if (place == IS_FREE) {
		sending_start(d, &n, row->generation);
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

struct delivery *
delivery_new(struct loop *loop, const struct delivery_settings *settings)
{
	struct delivery *d = calloc(1, sizeof(*d));

	if (!d)
		abort();
	d->loop = loop;
	d->settings = *settings;
	d->arena = arena_init(STEP_LARGEST);
	d->mailer = settings->mail ? mailer_new(loop, settings->mail) : NULL;
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
	while (d->sendings)
		sending_free(d->sendings);
	mailer_free(d->mailer);
	timer_release(&d->timer);
	arena_release(&d->arena);
	free(d);
}
