/* daemon/sending.c - one notice on its way, until what became of it is in its row. */
#include "daemon/sending.h"

#include <assert.h>
#include <stdlib.h>

#include "authn/credential.h"
#include "base/log.h"
#include "codec/mail_message.h"
#include "codec/text.h"
#include "daemon/spreading.h"

#define STEP_LARGEST (2 * MIB)
#define SENDING_LARGEST (1 * MIB)
#define COMMIT_AGAIN SECONDS(1)
#define FIRST_WAIT SECONDS(60)
#define LONGEST_WAIT SECONDS(6 * 3600)

/* What becomes of a notice's row. */
enum verdict { PUT_BACK, TAKEN, GIVEN_UP, FORGOTTEN }; /* FORGOTTEN: and the subscription, which is gone */

struct sending {
	struct sendings *all;
	struct sending *next, **to_here;
	struct arena arena;
	struct notice notice;        /* copied */
	uint64_t generation;         /* of its row */
	struct pending *step;
	enum verdict verdict;
	struct ask credential;       /* FORGOTTEN */
	struct timer again;          /* a unit that was not written */
};

struct instant
sending_next(int64_t first, unsigned tries, struct instant now, struct instant until)
{
	int64_t wait = first;

	while (tries-- > 0 && wait < LONGEST_WAIT)
		wait *= 2;
	if (wait > LONGEST_WAIT)
		wait = LONGEST_WAIT;
	/* At its end it is looked at once more, and given up. */
	return instant_before(instant_after(now, wait), until) ? instant_after(now, wait) : until;
}

static struct instant
now_of(const struct sendings *all)
{
	return all->settings->push.clock();
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
	s->all->count--;
	arena_release(&s->arena);
	free(s);
}

static on_committed on_written;
static on_loaded on_credential;

/* Its row is written. */
static void
leave(struct sending *s)
{
	struct sendings *all = s->all;

	sending_free(s);
	all->on_ended(all->arg);
}

static void
put_verdict(struct unit *unit, struct sending *s)
{
	struct span key = id_span(&s->notice.id);
	struct instant now = now_of(s->all);

	unit_expect(unit, &notice_table, key, s->generation);
	if (s->verdict == PUT_BACK) {
		s->notice.next = sending_next(FIRST_WAIT, s->notice.tries, now, s->notice.until);
		s->notice.tries++;
		notice_put(unit, &s->notice);
	} else {
		unit_delete(unit, &notice_table, key);
	}
}

static void
write_verdict(struct sending *s, struct credential *without_push)
{
	struct store *store = s->all->settings->store;
	struct arena a = arena_init(STEP_LARGEST);
	struct unit *unit = unit_new(&a, store_tables(store), id_new(now_of(s->all)));

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
		s->step = store_load(s->all->settings->store, &s->credential, 1, on_credential, s);
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

static void go(struct sending *);

static void
again(void *arg)
{
	struct sending *s = arg;

	if (notice_to_phones(&s->notice))
		go(s);
	else
		settle(s);
}

/* A conflict: somebody took the row away, or changed the credential; it is looked at anew. */
static void
on_written(void *arg, const struct committed *done)
{
	struct sending *s = arg;

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
	leave(s);
}

static const char *
way_of(const struct notice *n)
{
	return n->address.size ? "mail" : notice_to_phones(n) ? "phones" : "push";
}

static void
end(struct sending *s, enum verdict verdict, const struct problem *why)
{
	static const enum figure figures[] = {
		[PUT_BACK] = FIGURE_NOTICES_NOT_NOW, [TAKEN] = FIGURE_NOTICES_MAILED,
		[GIVEN_UP] = FIGURE_NOTICES_GIVEN_UP, [FORGOTTEN] = FIGURE_NOTICES_GIVEN_UP,
	};
	const char *kind = notice_kind_name(s->notice.kind), *way = way_of(&s->notice);
	enum figure figure = figures[verdict];

	if (verdict == TAKEN && !s->notice.address.size)
		figure = FIGURE_NOTICES_PUSHED;
	figure_add(s->all->settings->figures, figure, 1);
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
	const struct delivery_settings *settings = s->all->settings;
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
obstacle(const struct sendings *all, const struct notice *n)
{
	if (!instant_before(now_of(all), n->until))
		return "out of date";
	if (notice_to_phones(n))
		return NULL; /* each phone's own tells */
	if (n->address.size)
		return !all->mailer ? "no mail is configured" : mail_address_valid(n->address) ? NULL : "no address";
	return all->settings->push.contact ? NULL : "no push is configured";
}

/* Who took the row away has spread it. */
static void
on_phones(void *arg, enum err err, size_t phones)
{
	struct sending *s = arg;

	s->step = NULL;
	if (err != OK && err != ERR_CONFLICT) {
		log_warning("delivery.not-written", "problem=%s", err_name(err));
		timer_set(&s->again, COMMIT_AGAIN);
		return;
	}
	if (err == OK && phones)
		log_info("delivery.spread", "kind=%s phones=%zu", notice_kind_name(s->notice.kind), phones);
	leave(s);
}

static void
go(struct sending *s)
{
	const struct sendings *all = s->all;
	const char *reason = obstacle(all, &s->notice);
	struct buffer mail;
	struct problem why;

	if (reason) {
		problem_set(&why, ERR_DENIED, "", "%s", reason);
		end(s, GIVEN_UP, &why);
	} else if (s->notice.address.size) {
		mail = buffer_init(64 * KIB);
		write_mail(s, &mail);
		s->step = mail_send(all->mailer, s->notice.address, buffer_span(&mail), on_mail, s);
		buffer_release(&mail);
	} else if (notice_to_phones(&s->notice)) {
		s->step = notice_spread(all->settings->store, &s->notice, s->generation, now_of(all), on_phones, s);
	} else {
		s->step = push_send(&all->settings->push, &s->notice, on_push, s);
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

void
sending_start(struct sendings *all, const struct notice *n, uint64_t generation)
{
	struct sending *s = calloc(1, sizeof(*s));

	if (!s)
		abort();
	s->all = all;
	s->arena = arena_init(SENDING_LARGEST);
	s->generation = generation;
	copy_notice(&s->arena, n, &s->notice);
	timer_init(&s->again, all->loop, again, s);
	s->next = all->first;
	s->to_here = &all->first;
	if (s->next)
		s->next->to_here = &s->next;
	all->first = s;
	all->count++;
	go(s);
}

enum sending_place
sending_place(const struct sendings *all, const struct notice *n)
{
	enum sending_place place = all->count < SENDINGS_AT_ONCE ? SENDING_FREE : SENDING_TAKEN;

	for (const struct sending *s = all->first; s; s = s->next) {
		if (id_equal(&s->notice.id, &n->id))
			return SENDING_NOW;
		if (!notice_to_phones(n) && span_equal(s->notice.address, n->address) &&
		    span_equal(s->notice.push.endpoint, n->push.endpoint))
			place = SENDING_TAKEN;
	}
	return place;
}

void
sendings_release(struct sendings *all)
{
	while (all->first)
		sending_free(all->first);
}
