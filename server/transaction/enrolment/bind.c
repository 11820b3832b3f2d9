/* transaction/enrolment/bind.c - the card that somebody enrolled with becomes an authenticator: its certificate for
 * user authentication. Whose card it is nothing in it tells: signature and authentication have keys and numbers of
 * their own, and by those nobody may link them (JPKI Act 19(3), 38(3)). Who links them by law (Art. 18(5)) says that it
 * is of the card that was signed with; where nobody says so it is taken on the session's word, unconfirmed, and yields
 * to whoever binds it to an account of their own.
 *
 *     enrolment, session -> task -> account, holder of the name -> [nobody; yields] -> bound until its end
 */
#include "crypto/x509.h"
#include "transaction/authenticator/credential_change.h"
#include "transaction/enrolment/card_holder.h"
#include "transaction/enrolment/enrolment.h"
#include "transaction/authenticator/parent_certificate.h"

enum { ASK_ACCOUNT, ASK_NAME, ASKS };

struct binding {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	const struct person_settings *settings;
	struct enrolment_asked asked;
	struct ask asks[ASKS];
	struct enrolment enrolment;
	struct card_task task;
	struct account account;
	struct card_holder holder;   /* who has the card already */
	struct session session;
	struct span der;             /* the certificate */
	struct instant ends;
	struct credential credential;
	struct credential_change change;
	struct problem why;
	on_enrolment_bound *done;
	void *arg;
};

static void
cancel_binding(struct pending *pending)
{
	pending_cancel(&((struct binding *)pending)->waiting);
}

static void
answer(struct binding *b, enum err err, const struct problem *why)
{
	b->waiting = NULL;
	b->done(b->arg, err, err == OK ? &b->credential : NULL, err == OK ? NULL : why);
}

static on_loaded on_enrolment_loaded, on_task_loaded, on_account_loaded, on_holder_loaded;
static on_committed on_bound;

struct pending *
enrolment_bind(struct store *store, struct arena *arena, const struct person_settings *settings,
    const struct enrolment_asked *asked, on_enrolment_bound *done, void *arg)
{
	struct binding *b = arena_new(arena, struct binding);

	*b = (struct binding){ .pending = { cancel_binding }, .store = store, .arena = arena, .settings = settings,
		.asked = *asked, .done = done, .arg = arg };
	b->asks[0] = enrolment_ask(&b->asked.id);
	b->waiting = store_load(store, b->asks, 1, on_enrolment_loaded, b);
	return &b->pending;
}

static enum err
may_bind(const struct binding *b, struct problem *why)
{
	const struct session *s = b->asked.session;

	if (b->enrolment.purpose != JPKI_AUTHENTICATION)
		return problem_set(why, ERR_CONFLICT, "", "no card was asked to be bound here");
	if (!s || !id_equal(&s->account, &b->enrolment.taken) ||
	    !session_just_proofed(s, b->asked.now))
		return problem_set(why, ERR_DENIED, "NIST SP 800-63B-4 s4.1",
		    "authenticators are bound in the session of the proofing, for a quarter of an hour");
	return OK;
}

static void
on_enrolment_loaded(void *arg, enum err err, const struct problem *why)
{
	struct binding *b = arg;

	if (err == OK)
		err = (why = &b->why, enrolment_loaded(b->arena, &b->asks[0], b->asked.browser, &b->enrolment,
		    &b->why));
	if (err == OK)
		err = (why = &b->why, may_bind(b, &b->why));
	if (err != OK) {
		answer(b, err, why);
		return;
	}
	b->session = *b->asked.session;
	b->asks[0] = card_task_ask(&b->enrolment.task);
	b->waiting = store_load(b->store, b->asks, 1, on_task_loaded, b);
}

/* The card's answer */

static enum err
card_answered(struct binding *b, struct problem *why)
{
	const struct card_task *t = &b->task;

	if (!t->answered)
		return problem_set(why, ERR_CONFLICT, "", "waiting: no card has answered yet");
	if (t->outcome != ESTABLISHED)
		return problem_set(why, ERR_DENIED, "JPKI Act 38(1)", "%.*s", SPAN_ARGS(t->why_en));
	if (t->continuity == CONTINUITY_OTHER)
		return problem_set(why, ERR_DENIED, "JPKI Act 18(5)",
		    "this card is not the one that you were proved by: its certificates are told to be different "
		    "persons'");
	return OK;
}

static void
on_task_loaded(void *arg, enum err err, const struct problem *why)
{
	struct binding *b = arg;

	if (err == OK)
		err = (why = &b->why, card_task_loaded(b->arena, &b->asks[0], &b->enrolment.id, &b->task, &b->why));
	if (err == ERR_NOT_FOUND)
		err = (why = &b->why, problem_set(&b->why, ERR_CONFLICT, "",
		    "what the card was to sign was used, or waited for too long: begin it anew"));
	if (err == OK)
		err = (why = &b->why, card_answered(b, &b->why));
	if (err != OK) {
		answer(b, err, why);
		return;
	}
	b->asks[ASK_ACCOUNT] = account_ask(&b->session.account);
	b->asks[ASK_NAME] = (struct ask){ .table = &credential_name_table,
		.from = credential_name_key(b->arena, CREDENTIAL_CARD, b->task.handle) };
	b->waiting = store_load(b->store, b->asks, ASKS, on_account_loaded, b);
}

/* Whose it is */

static enum err
read_certificate(struct binding *b, struct problem *why)
{
	struct x509 x509;

	if (!card_task_certificate(b->arena, b->settings, &b->task, &b->der))
		return problem_set(why, ERR_UNAVAILABLE, "",
		    "the card's certificate cannot be opened: it was kept under another secret");
	if (x509_read(b->der, &x509, why) != OK)
		return why->code;
	b->ends = instant_after(x509.not_after, SECONDS(1)); /* the last second is its own */
	return OK;
}

static void bind_card(struct binding *);

static void
on_account_loaded(void *arg, enum err err, const struct problem *why)
{
	struct binding *b = arg;

	if (err == OK)
		err = (why = &b->why, account_loaded(b->arena, &b->asks[ASK_ACCOUNT], &b->account, &b->why));
	if (err == OK)
		err = (why = &b->why, read_certificate(b, &b->why));
	if (err == OK)
		err = (why = &b->why, card_holder_named(&b->asks[ASK_NAME], &b->holder, &b->why));
	if (err != OK) {
		answer(b, err, why);
	} else if (!b->holder.there) {
		bind_card(b);
	} else {
		card_holder_ask(b->arena, &b->holder, b->asks);
		b->waiting = store_load(b->store, b->asks, CARD_HOLDER_ASKS, on_holder_loaded, b);
	}
}

static void
on_holder_loaded(void *arg, enum err err, const struct problem *why)
{
	struct binding *b = arg;

	if (err == OK)
		err = (why = &b->why, card_holder_loaded(b->arena, b->asks, &b->holder, &b->why));
	if (err == ERR_NOT_FOUND || (err == OK && !card_holder_yields(&b->holder, &b->account.id,
	    b->task.continuity == CONTINUITY_SAME, b->asked.now)))
		err = (why = &b->why, problem_set(&b->why, ERR_CONFLICT, "", "this card is an authenticator already"));
	if (err == OK)
		bind_card(b);
	else
		answer(b, err, why);
}

/* Bound */

static void
keep_certificate(struct binding *b, struct unit *unit)
{
	const struct parent_certificate kept = {
		.account = b->account.id, .handle = b->task.handle, .purpose = b->task.purpose, .kept = b->asked.now,
		.checked = b->task.at, .due = parent_certificate_due(b->settings, b->ends, b->asked.now),
	};

	parent_certificate_keep(unit, b->arena, b->settings, &kept, b->der);
}

/* By the word of who links certificates it is of the proofing; by the session's alone, unconfirmed. */
static struct credential
card_of(struct binding *b)
{
	const bool linked = b->task.continuity == CONTINUITY_SAME;
	const struct account *a = &b->account;

	return (struct credential){
		.account = a->id, .id = id_new(b->asked.now), .kind = CREDENTIAL_CARD, .state = CREDENTIAL_ACTIVE,
		.name = span_text(b->task.mobile ? a->english ? "Phone's certificate" : "スマホ用電子証明書"
		                                 : a->english ? "My Number card" : "マイナンバーカード"),
		.issued = b->asked.now, .activated = b->asked.now, .changed = b->asked.now,
		.actor = span_text("person"), .reason = span_text("proofed"), .evidence = b->session.proofed.record,
		.binding = linked ? BINDING_IN_PROOFING : BINDING_UNCONFIRMED,
		.binding_record = linked ? b->session.proofed.record : (struct id){ { 0 } },
		.parent = PARENT_GOOD, .parent_handle = b->task.handle, .parent_checked = b->task.at,
		.card = { .handle = b->task.handle, .mobile = b->task.mobile },
		.expires = b->ends, .name_generation = b->holder.name_generation,
	};
}

/* In the place of what this account has of it, else of what it lost. */
static void
bind_card(struct binding *b)
{
	struct unit *unit = unit_new(b->arena, store_tables(b->store), id_new(b->asked.now));
	struct credential *c = &b->credential;

	*c = card_of(b);
	c->replaces = card_holder_is(&b->holder, &b->account.id) ? b->holder.credential.id
	    : session_replaced_take(&b->session, CREDENTIAL_CARD);
	if (b->holder.there &&
	    card_holder_take(unit, b->arena, &b->holder, &b->account.id, b->asked.now, &b->why) != OK) {
		answer(b, b->why.code, &b->why);
		return;
	}
	b->change = (struct credential_change){ .account = &b->account, .credential = c, .now = b->asked.now,
		.event = id_given(&c->replaces) ? CREDENTIAL_REPLACED : CREDENTIAL_ADDED };
	/* Or what is put beneath an account outlives its erasure. */
	unit_expect(unit, &account_table, id_span(&b->account.id), b->account.generation);
	credential_change_put(unit, b->arena, &b->change);
	keep_certificate(b, unit);
	card_task_take(unit, &b->task);
	session_put(unit, &b->session);
	b->waiting = store_commit(b->store, unit, on_bound, b);
}

static void
on_bound(void *arg, const struct committed *committed)
{
	struct binding *b = arg;

	if (committed->code != OK)
		problem_set(&b->why, committed->code, "", "the card could not be bound: %s",
		    committed->code == ERR_CONFLICT ? "something of it changed meanwhile; look again"
		                                    : err_name(committed->code));
	if (committed->code == OK && b->holder.there)
		credential_change_log(&b->holder.change);
	if (committed->code == OK)
		credential_change_log(&b->change);
	answer(b, committed->code, &b->why);
}
