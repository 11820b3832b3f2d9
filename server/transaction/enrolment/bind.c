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
#include "transaction/enrolment/enrolment.h"
#include "transaction/authenticator/parent_certificate.h"

enum { ASK_ACCOUNT, ASK_NAME, ASKS };
enum { ASK_HOLDER, ASK_HOLDER_ACCOUNT };

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
	struct id held_by;           /* the account that has the card; zero: none */
	struct credential holder;    /* who gives the card up; kind 0: nobody had it */
	struct account holder_account;
	uint64_t name_generation;
	struct session session;
	struct span der;             /* the certificate */
	struct instant ends;
	struct credential credential;
	struct credential_change yielding, change;
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
	const struct ask *name = &b->asks[ASK_NAME];
	struct id credential;

	if (err == OK)
		err = (why = &b->why, account_loaded(b->arena, &b->asks[ASK_ACCOUNT], &b->account, &b->why));
	if (err == OK)
		err = (why = &b->why, read_certificate(b, &b->why));
	if (err == OK && name->count && !credential_name_read(name->rows[0].value, &b->held_by, &credential))
		err = (why = &b->why, problem_set(&b->why, ERR_UNAVAILABLE, "",
		    "an authenticator's name in the store is of a form this build does not know"));
	if (err != OK) {
		answer(b, err, why);
	} else if (!name->count) {
		bind_card(b);
	} else {
		b->name_generation = name->rows[0].generation;
		b->asks[ASK_HOLDER] = credential_ask(b->arena, &b->held_by, &credential);
		b->asks[ASK_HOLDER_ACCOUNT] = account_ask(&b->held_by);
		b->waiting = store_load(b->store, b->asks, ASKS, on_holder_loaded, b);
	}
}

/* A certificate is an authenticator once. One that was revoked gave its name back; one that has expired is of a
 * certificate that has, and that nobody binds. What was confirmed stays; in the same account only who links
 * certificates adds anything to what is there. */
static bool
yields(const struct binding *b)
{
	const struct credential *holder = &b->holder;
	const bool elsewhere = !id_equal(&holder->account, &b->account.id);

	return holder->binding == BINDING_UNCONFIRMED && !credential_ended(holder, b->asked.now) &&
	    (elsewhere || b->task.continuity == CONTINUITY_SAME);
}

static void
on_holder_loaded(void *arg, enum err err, const struct problem *why)
{
	struct binding *b = arg;
	const struct ask *holder = &b->asks[ASK_HOLDER];

	if (err == OK)
		err = (why = &b->why, credential_loaded(b->arena, holder->count ? holder->rows : NULL, &b->holder,
		    &b->why));
	if (err == OK)
		err = (why = &b->why, account_loaded(b->arena, &b->asks[ASK_HOLDER_ACCOUNT], &b->holder_account,
		    &b->why));
	if (err == ERR_NOT_FOUND || (err == OK && !yields(b)))
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

/* Whoever had it without anybody's word is told that it is gone, and not to whom. */
static enum err
take_from_holder(struct binding *b, struct unit *unit, struct problem *why)
{
	const bool own = id_equal(&b->holder.account, &b->account.id);
	const struct credential_because because = {
		.actor = span_text(own ? "person" : "system"), .reason = span_text(own ? "replaced" : "reclaimed"),
		.now = b->asked.now };
	bool changed;

	if (credential_take(&b->holder, CREDENTIAL_REVOKE, &because, &changed, why) != OK)
		return why->code;
	b->yielding = (struct credential_change){ .account = &b->holder_account, .credential = &b->holder,
		.event = CREDENTIAL_STEPPED, .now = b->asked.now };
	credential_change_put(unit, b->arena, &b->yielding);
	return OK;
}

static void
bind_card(struct binding *b)
{
	const bool linked = b->task.continuity == CONTINUITY_SAME, taken = b->holder.kind != CREDENTIAL_NO_KIND;
	const bool own = taken && id_equal(&b->holder.account, &b->account.id);
	struct unit *unit = unit_new(b->arena, store_tables(b->store), id_new(b->asked.now));
	struct credential *c = &b->credential;

	*c = (struct credential){
		.account = b->account.id, .id = id_new(b->asked.now), .kind = CREDENTIAL_CARD,
		.state = CREDENTIAL_ACTIVE,
		.name = span_text(b->task.mobile ? b->account.english ? "Phone's certificate" : "スマホ用電子証明書"
		                                 : b->account.english ? "My Number card" : "マイナンバーカード"),
		.issued = b->asked.now, .activated = b->asked.now, .changed = b->asked.now,
		.actor = span_text("person"), .reason = span_text("proofed"), .evidence = b->session.proofed.record,
		.replaces = own ? b->holder.id : session_replaced_take(&b->session, CREDENTIAL_CARD),
		.binding = linked ? BINDING_IN_PROOFING : BINDING_UNCONFIRMED,
		.binding_record = linked ? b->session.proofed.record : (struct id){ { 0 } },
		.parent = PARENT_GOOD, .parent_handle = b->task.handle, .parent_checked = b->task.at,
		.card = { .handle = b->task.handle, .mobile = b->task.mobile },
		.expires = b->ends, .name_generation = b->name_generation,
	};
	if (taken && take_from_holder(b, unit, &b->why) != OK) {
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
	if (committed->code == OK && b->yielding.credential)
		credential_change_log(&b->yielding);
	if (committed->code == OK)
		credential_change_log(&b->change);
	answer(b, committed->code, &b->why);
}
