/* transaction/enrolment/card.c - what the card is to sign for an enrolment: to prove who it is, or to be bound. */
#include "transaction/enrolment/enrolment.h"

static const struct { const char *ja, *en; } reasons[] = {
	[JPKI_SIGNATURE] = { "アカウントの登録（本人確認）", "Enrolling an account: proof of who you are" },
	[JPKI_AUTHENTICATION] = { "このカードでログインできるようにする", "Letting this card log in to the account" },
};

struct carding {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	const struct person_settings *settings;
	struct enrolment_asked asked;
	enum jpki_purpose purpose;
	struct ask ask;
	struct enrolment enrolment;
	struct card_task_begun begun;
	struct problem why;
	on_card_task_begun *done;
	void *arg;
};

static void
cancel_carding(struct pending *pending)
{
	pending_cancel(&((struct carding *)pending)->waiting);
}

static void
answer(struct carding *c, enum err err, const struct problem *why)
{
	c->waiting = NULL;
	c->done(c->arg, err, err == OK ? &c->begun : NULL, err == OK ? NULL : why);
}

static on_loaded on_enrolment_loaded;
static on_card_task_begun on_begun;
static void remember(void *, struct unit *, const struct card_task_begun *);

struct pending *
enrolment_card(struct store *store, struct arena *arena, const struct person_settings *settings,
    const struct enrolment_asked *asked, enum jpki_purpose purpose, on_card_task_begun *done, void *arg)
{
	struct carding *c = arena_new(arena, struct carding);

	*c = (struct carding){ .pending = { cancel_carding }, .store = store, .arena = arena, .settings = settings,
		.asked = *asked, .purpose = purpose, .done = done, .arg = arg };
	c->ask = enrolment_ask(&c->asked.id);
	c->waiting = store_load(store, &c->ask, 1, on_enrolment_loaded, c);
	return &c->pending;
}

static enum err
may_begin(const struct carding *c, struct problem *why)
{
	const struct enrolment *e = &c->enrolment;
	const bool taken = id_given(&e->taken);

	if (c->purpose == JPKI_SIGNATURE)
		return taken ? problem_set(why, ERR_CONFLICT, "", "this enrolment was accepted already") : OK;
	if (!taken)
		return problem_set(why, ERR_CONFLICT, "", "a card is bound once the enrolment has been accepted");
	if (!c->asked.session || !id_equal(&c->asked.session->account, &e->taken) ||
	    !session_just_proofed(c->asked.session, c->asked.now))
		return problem_set(why, ERR_DENIED, "NIST SP 800-63B-4 s4.1",
		    "authenticators are bound in the session of the proofing, for a quarter of an hour");
	return OK;
}

static void
on_enrolment_loaded(void *arg, enum err err, const struct problem *why)
{
	struct carding *c = arg;
	const struct enrolment *e = &c->enrolment;
	struct card_task_begin begin;

	if (err == OK)
		err = (why = &c->why, enrolment_loaded(c->arena, &c->ask, c->asked.browser, &c->enrolment, &c->why));
	if (err == OK)
		err = (why = &c->why, may_begin(c, &c->why));
	if (err != OK) {
		answer(c, err, why);
		return;
	}
	begin = (struct card_task_begin){ .owner = e->id, .purpose = c->purpose, .now = c->asked.now,
		.instead = e->task, .remember = remember,
		.what = span_text(reasons[c->purpose].ja), .what_en = span_text(reasons[c->purpose].en) };
	memcpy(begin.instead_code, e->code, sizeof(begin.instead_code));
	/* Whose card it is: that which was signed with, or whatever this person had before. */
	if (c->purpose == JPKI_AUTHENTICATION)
		begin.continues.handle = e->handle;
	begin.continues.kind = (struct linkage_kind){ JPKI_SIGNATURE, e->mobile ? JPKI_PHONE : JPKI_CARD };
	c->waiting = card_task_begin(c->store, c->arena, c->settings, &begin, on_begun, c);
}

static void
remember(void *arg, struct unit *unit, const struct card_task_begun *begun)
{
	struct carding *c = arg;

	c->enrolment.task = begun->id;
	memcpy(c->enrolment.code, begun->code_digest, sizeof(c->enrolment.code));
	c->enrolment.purpose = c->purpose;
	c->enrolment.card_until = begun->until;
	enrolment_put(unit, &c->enrolment);
}

static void
on_begun(void *arg, enum err err, const struct card_task_begun *begun, const struct problem *why)
{
	struct carding *c = arg;

	if (err == OK)
		c->begun = *begun;
	answer(c, err, why);
}
