/* transaction/enrolment/accept.c - an enrolment taken over: account, proofing, attributes, index, consent, session, and
 * whoever is told, in one unit.
 */
#include "codec/text.h"
#include "transaction/authenticator/credential_change.h"
#include "transaction/enrolment/view.h"
#include "transaction/authenticator/parent_certificate.h"
#include "transaction/taking/taking.h"

#define ITEMS_LARGEST 256

struct accepting {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	const struct person_settings *settings;
	struct enrolment_accept asked;
	struct enrolment_loaded_all *all;
	struct proofing_record record;
	struct unit *unit;
	struct taking taking;
	struct taking_told told;
	struct problem why;
	on_enrolment_view *done;
	void *arg;
};

static void
cancel_accepting(struct pending *pending)
{
	pending_cancel(&((struct accepting *)pending)->waiting);
}

static void
answer(struct accepting *a, enum err err, const struct problem *why)
{
	a->waiting = NULL;
	a->done(a->arg, err, err == OK ? &a->all->view : NULL, err == OK ? NULL : why);
}

static on_enrolment_all on_all_loaded;
static on_committed on_accepted;

struct pending *
enrolment_accept(struct store *store, struct arena *arena, const struct person_settings *settings,
    const struct enrolment_accept *asked, on_enrolment_view *done, void *arg)
{
	struct accepting *a = arena_new(arena, struct accepting);

	*a = (struct accepting){ .pending = { cancel_accepting }, .store = store, .arena = arena, .settings = settings,
		.asked = *asked, .done = done, .arg = arg };
	a->waiting = enrolment_load(store, arena, settings, &a->asked.asked, &a->asked, on_all_loaded, a);
	return &a->pending;
}

/* The account, and how it was proofed */

static void
begin_taking(struct accepting *a)
{
	struct enrolment_loaded_all *all = a->all;
	struct enrolment_view *v = &all->view;
	const bool is_new = v->account == ENROLMENT_NEW;

	if (is_new) {
		v->found = account_new(a->asked.asked.now);
		v->found.english = v->enrolment.english;
	}
	a->unit = unit_new(a->arena, store_tables(a->store), id_new(a->asked.asked.now));
	a->taking = (struct taking){ .unit = a->unit, .arena = a->arena, .account = &v->found, .is_new = is_new,
		.actor = span_text("person"), .where = a->asked.asked.where, .now = a->asked.asked.now };
	a->told = (struct taking_told){ .known = &all->known, .taken = &all->taken, .changes = v->changes,
		.change_count = v->change_count, .likeness = all->likeness_known ? &all->likeness : NULL,
		.before = all->likeness_before_known ? &all->likeness_before : NULL };
}

static void
put_record(struct accepting *a)
{
	const struct card_task *t = &a->all->view.task;
	struct proofing_record *r = &a->record;
	struct certificate_owner owner = a->all->owner;

	*r = (struct proofing_record){ .id = id_new(a->asked.asked.now), .at = t->at, .handle = t->handle,
		.ledger = t->ledger, .facts = t->facts,
		.method = t->terminal.size ? PROOFING_AT_TERMINAL : PROOFING_BY_CARD, .by = { t->terminal },
		.strength = PROOFING_VALIDATED,
		/* A card's signature is as good as evidence gets: what was proofed before never stays in its way. */
		.bearing = taking_replaces(&a->told) ? PROOFING_REPLACES : PROOFING_AGREES };
	taking_record(&a->taking, r);
	owner.account = a->all->view.found.id;
	owner.of = r->id;
	account_certificate_put(a->unit, a->arena, t->handle, &owner);
}

/* The certificate stays, wrapped, for what is bound on its strength now. */
static void
keep_certificate(struct accepting *a)
{
	const struct card_task *t = &a->all->view.task;
	const struct parent_certificate kept = {
		.account = a->all->view.found.id, .handle = t->handle, .purpose = t->purpose,
		.kept = a->asked.asked.now, .checked = t->at,
		.due = instant_after(a->asked.asked.now, 2 * SESSION_PROOFED_FOR),
	};
	struct span der;

	if (card_task_certificate(a->arena, a->settings, t, &der))
		parent_certificate_keep(a->unit, a->arena, a->settings, &kept, der);
}

/* What is known */

static struct span
items_of(const struct accepting *a)
{
	const struct enrolment_view *v = &a->all->view;
	struct buffer b = buffer_init(ITEMS_LARGEST);
	struct span items;

	for (size_t i = 0; i < v->attribute_count; i++)
		consent_item_add(&b, &(struct consent_item){ .name = span_text(v->attributes[i].name) });
	items = arena_copy(a->arena, buffer_span(&b));
	buffer_release(&b);
	return items;
}

static enum err
put_attributes(struct accepting *a, struct problem *why)
{
	struct enrolment_loaded_all *all = a->all;

	all->taken = all->known;
	attributes_take(&all->taken, all->view.attributes, all->view.attribute_count, ATTRIBUTE_FROM_CARD,
	    &a->record.id, a->asked.asked.now);
	return taking_attributes(&a->taking, &a->told, why);
}

static void
put_consent(struct accepting *a)
{
	const struct localized *name = &a->settings->name;
	struct consent *c = &a->all->consent;

	c->relying_party = a->settings->relying_party;
	c->name = utf8_first(a->all->view.found.english ? name->en : name->ja, CONSENT_TEXT_LARGEST);
	c->purpose = span_text(CONSENT_TO_ENROL);
	c->items = items_of(a);
	consent_give(c, a->asked.asked.now);
	consent_put(a->unit, a->arena, &a->all->view.found.id, c);
	taking_history(&a->taking, HISTORY_CONSENT_GIVEN, c->name, c->purpose);
}

/* What it had */

/* What rests on it has not been shown; that the card was stands. */
static void
forget_authentications(struct session *session, const struct id *credential)
{
	size_t kept = 0;

	for (size_t i = 0; i < session->authentication_count; i++)
		if (memcmp(&session->authentications[i].credential, credential, sizeof(*credential)) != 0)
			session->authentications[kept++] = session->authentications[i];
	session->authentication_count = kept;
}

static enum err
revoke(struct accepting *a, struct session *session, struct problem *why)
{
	const bool lost = a->all->view.enrolment.reissue;
	const struct credential_because because = { .actor = span_text("person"),
		.reason = span_text(lost ? "lost" : "not-kept"), .evidence = a->record.id, .now = a->asked.asked.now };

	for (size_t i = 0; i < a->all->revoked_count; i++) {
		struct credential *c = &a->all->revoked[i];
		bool changed;

		if (credential_take(c, CREDENTIAL_REVOKE, &because, &changed, why) != OK)
			return why->code;
		forget_authentications(session, &c->id);
		if (!changed)
			continue;
		credential_change_put(a->unit, a->arena, &(struct credential_change){
			.account = &a->all->view.found, .credential = c, .event = CREDENTIAL_STEPPED,
			.now = taking_moment(&a->taking) });
		if (session->proofed.replaced_count < SESSION_REPLACED)
			session->proofed.replaced[session->proofed.replaced_count++] =
			    (struct session_replaced){ c->id, c->kind };
	}
	return OK;
}

/* Whether no proofing stands behind it: it was there before there was one, or was added by such a one. Of a card only
 * who links certificates can say whose it is (bind.c). */
static bool
confirmable(const struct credential *c)
{
	const bool by_such_a_one = c->binding == BINDING_EXISTING && !id_given(&c->binding_record);

	return (c->binding == BINDING_UNCONFIRMED || by_such_a_one) && c->kind != CREDENTIAL_CARD &&
	    credential_known(c) && c->state != CREDENTIAL_EXPIRED;
}

/* In the session of the proofing the person says that it is theirs: as good as bound in it (SP 800-63B-4 s4.1). */
static void
confirm(struct accepting *a)
{
	const struct card_task *t = &a->all->view.task;

	for (size_t i = 0; i < a->all->kept_count; i++) {
		struct credential *c = &a->all->kept[i];

		if (!confirmable(c))
			continue;
		c->binding = BINDING_IN_PROOFING;
		c->binding_record = c->evidence = a->record.id;
		c->parent = PARENT_GOOD;
		c->parent_handle = t->handle;
		c->parent_checked = t->at;
		c->actor = span_text("person");
		c->reason = span_text("proofed");
		c->changed = a->asked.asked.now;
		credential_change_put(a->unit, a->arena, &(struct credential_change){
			.account = &a->all->view.found, .credential = c, .event = CREDENTIAL_CONFIRMED,
			.now = taking_moment(&a->taking) });
	}
}

/* A new secret, whoever was logged in before (session fixation); what that had shown still counts, and what relying
 * parties hold of it is of the same session. */
static struct session
begin_session(struct accepting *a)
{
	const struct enrolment_asked *asked = &a->asked.asked;
	const struct session *before = asked->session;
	struct session s = session_begun(&a->settings->session, a->asked.cookie->digest, &a->all->view.found.id,
	    asked->where, asked->now);

	if (before && id_equal(&before->account, &s.account)) {
		s.id = before->id;
		memcpy(s.authentications, before->authentications, sizeof(s.authentications));
		s.authentication_count = before->authentication_count;
	}
	if (before) {
		unit_expect(a->unit, &session_table, span_of(before->key, sizeof(before->key)), before->generation);
		unit_delete(a->unit, &session_table, span_of(before->key, sizeof(before->key)));
	}
	s.proofed.record = a->record.id;
	s.proofed.at = asked->now;
	return s;
}

static enum err
take_over(struct accepting *a, struct problem *why)
{
	struct enrolment_view *v = &a->all->view;
	struct session session;

	begin_taking(a);
	taking_account(&a->taking);
	put_record(a);
	keep_certificate(a);
	if (put_attributes(a, why) != OK)
		return why->code;
	put_consent(a);
	session = begin_session(a);
	if (revoke(a, &session, why) != OK)
		return why->code;
	confirm(a);
	session_put(a->unit, &session);
	card_task_take(a->unit, &v->task);
	v->enrolment.taken = v->found.id;
	v->enrolment.record = a->record.id;
	v->enrolment.handle = v->task.handle;
	v->enrolment.mobile = v->task.mobile;
	v->enrolment.expires = instant_after(a->asked.asked.now, SESSION_PROOFED_FOR);
	enrolment_put(a->unit, &v->enrolment);
	taking_tell(&a->taking);
	return OK;
}

static bool
names(const struct id *list, size_t count, const struct id *id)
{
	for (size_t i = 0; i < count; i++)
		if (id_equal(&list[i], id))
			return true;
	return false;
}

/* What anybody may have added who was at this browser before nobody keeps without having seen it. */
static enum err
expect_chosen(const struct accepting *a, struct problem *why)
{
	const struct enrolment_view *v = &a->all->view;
	const struct enrolment_accept *asked = &a->asked;

	for (size_t i = 0; i < asked->revoke_count; i++)
		if (names(asked->keep, asked->keep_count, &asked->revoke[i]))
			return problem_set(why, ERR_INVALID, "", "/revoke/%zu: /keep names it, too", i);
	if (v->account != ENROLMENT_NEW && v->found.standing == ACCOUNT_PROVISIONAL && v->more)
		return problem_set(why, ERR_CONFLICT, "",
		    "this account has had more authenticators than can be shown: log out and enrol anew");
	for (size_t i = 0; v->found.standing == ACCOUNT_PROVISIONAL && i < v->credential_count; i++)
		if (!names(asked->keep, asked->keep_count, &v->credentials[i].id) &&
		    !names(asked->revoke, asked->revoke_count, &v->credentials[i].id))
			return problem_set(why, ERR_CONFLICT, "SP 800-63B-4 s4.1",
			    "an authenticator was added before this proofing: /keep or /revoke has to name it");
	return OK;
}

static void
on_all_loaded(void *arg, enum err err, struct enrolment_loaded_all *all, const struct problem *why)
{
	struct accepting *a = arg;

	a->all = all;
	if (err == OK && all->view.state != ENROLMENT_ANSWERED && all->view.state != ENROLMENT_REFUSED)
		err = (why = &a->why, problem_set(&a->why, ERR_CONFLICT, "",
		    "there is nothing here to be accepted: no card has answered, or it was accepted already"));
	if (err == OK && all->view.account == ENROLMENT_SIMILAR && !all->view.failed)
		all->view.failed = "similar";
	if (err == OK && !all->view.failed && all->view.account == ENROLMENT_NEW &&
	    (a->asked.revoke_count || a->asked.keep_count))
		err = (why = &a->why, problem_set(&a->why, ERR_INVALID, "",
		    "/revoke, /keep: an account that is opened now has no authenticators yet"));
	if (err == OK && !all->view.failed)
		err = (why = &a->why, expect_chosen(a, &a->why));
	if (err != OK || all->view.failed) {
		answer(a, err, why);
		return;
	}
	if (take_over(a, &a->why) != OK)
		answer(a, a->why.code, &a->why);
	else
		a->waiting = store_commit(a->store, a->unit, on_accepted, a);
}

static void
on_accepted(void *arg, const struct committed *committed)
{
	struct accepting *a = arg;

	if (committed->code != OK)
		problem_set(&a->why, committed->code, "", "it could not be taken over: %s",
		    committed->code == ERR_CONFLICT ? "something of it changed meanwhile; look again"
		                                    : err_name(committed->code));
	else
		a->all->view.state = ENROLMENT_TAKEN;
	answer(a, committed->code, &a->why);
}
