/* transaction/enrolment/load.c - an enrolment with all that it stands on: what the card told, whose account it is, what
 * would change.
 *
 *     enrolment -> task -> owners of certificates, likeness -> judged -> the account, and what it has -> view
 */
#include "codec/reader.h"
#include "transaction/enrolment/judge.h"
#include "transaction/enrolment/view.h"

#define RELATIVES_LOOKED_AT 32
#define JSON_LARGEST (128 * KIB)

/* Of the account that was found; its old likeness is asked about once its attributes are known. */
enum { ASK_ACCOUNT, ASK_ATTRIBUTES, ASK_CONSENT, ASK_CREDENTIALS, ASK_NAMED };

struct loading {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	const struct person_settings *settings;
	struct enrolment_asked asked;
	const struct enrolment_accept *named; /* NULL: nothing is accepted */
	struct ask asks[ASK_NAMED + 2 * ENROLMENT_NAMED + RELATIVES_LOOKED_AT + 2];
	size_t ask_count, relative_count;
	bool by_certificate;         /* whose account it is */
	struct enrolment_loaded_all all;
	struct problem why;
	on_enrolment_all *done;
	void *arg;
};

static void
cancel_loading(struct pending *pending)
{
	pending_cancel(&((struct loading *)pending)->waiting);
}

static void
answer(struct loading *l, enum err err, const struct problem *why)
{
	l->waiting = NULL;
	l->done(l->arg, err, err == OK ? &l->all : NULL, err == OK ? NULL : why);
}

static void
fail(struct enrolment_view *v, const char *word)
{
	v->failed = word;
	v->why = enrolment_failure_words(word);
}

static on_loaded on_enrolment_loaded, on_task_loaded, on_owners_loaded, on_account_loaded, on_likeness_loaded;

struct pending *
enrolment_load(struct store *store, struct arena *arena, const struct person_settings *settings,
    const struct enrolment_asked *asked, const struct enrolment_accept *named, on_enrolment_all *done, void *arg)
{
	struct loading *l = arena_new(arena, struct loading);

	*l = (struct loading){ .pending = { cancel_loading }, .store = store, .arena = arena, .settings = settings,
		.asked = *asked, .named = named, .done = done, .arg = arg };
	l->asks[0] = enrolment_ask(&l->asked.id);
	l->waiting = store_load(store, l->asks, 1, on_enrolment_loaded, l);
	return &l->pending;
}

/* The task */

static void
on_enrolment_loaded(void *arg, enum err err, const struct problem *why)
{
	struct loading *l = arg;
	struct enrolment_view *v = &l->all.view;

	if (err == OK)
		err = (why = &l->why, enrolment_loaded(l->arena, &l->asks[0], l->asked.browser, &v->enrolment,
		    &l->why));
	if (err != OK) {
		answer(l, err, why);
		return;
	}
	if (id_given(&v->enrolment.taken))
		v->state = ENROLMENT_TAKEN;
	if (!id_given(&v->enrolment.task)) {
		answer(l, OK, NULL);
		return;
	}
	l->asks[0] = card_task_ask(&v->enrolment.task);
	l->waiting = store_load(l->store, l->asks, 1, on_task_loaded, l);
}

static enum err
read_attributes(struct loading *l, struct problem *why)
{
	static const char *const names[ENROLMENT_ATTRIBUTES] = { "name", "birthdate", "gender", "address" };
	struct enrolment_view *v = &l->all.view;
	struct span json, name, value;
	struct reader r;

	if (!v->task.attributes.size)
		return OK;
	if (!card_task_attributes(l->arena, l->settings, &v->task, &json))
		return problem_set(why, ERR_UNAVAILABLE, "",
		    "what the card told cannot be opened: it was kept under another secret");
	r = reader_json(l->arena, json, (struct limits){ .bytes = JSON_LARGEST, .depth = 1 });
	reader_object(&r);
	while (reader_member(&r, &name)) {
		value = reader_string(&r, 0, ATTRIBUTE_LARGEST);
		for (size_t i = 0; i < COUNT(names); i++)
			if (span_is(name, names[i]) && v->attribute_count < COUNT(v->attributes))
				v->attributes[v->attribute_count++] =
				    (struct proofed_attribute){ names[i], value };
	}
	if (reader_end(&r, why) != OK)
		return problem_set(why, ERR_LIMIT, "", "the certificate tells an attribute of more than %zu bytes",
		    ATTRIBUTE_LARGEST);
	return OK;
}

/* False: that is all there is to see. */
static bool
task_answered(struct enrolment_view *v)
{
	const struct card_task *t = &v->task;

	if (!t->answered) {
		v->state = ENROLMENT_WAITING;
		return false;
	}
	if (t->outcome != ESTABLISHED) {
		v->state = ENROLMENT_REFUSED;
		v->failed = t->failed_step.size ? "card" : "unknown";
		v->why = (struct localized){ t->why_ja, t->why_en };
		return false;
	}
	v->state = ENROLMENT_ANSWERED;
	return true;
}

static void
on_task_loaded(void *arg, enum err err, const struct problem *why)
{
	struct loading *l = arg;
	struct enrolment_view *v = &l->all.view;
	struct attributes told = { .count = 0 };
	struct span handles;

	if (err == OK)
		err = (why = &l->why,
		    card_task_loaded(l->arena, &l->asks[0], &v->enrolment.id, &v->task, &l->why));
	/* What was accepted used it up; what waited for too long is over. */
	if (err == ERR_NOT_FOUND) {
		if (v->state != ENROLMENT_TAKEN)
			v->state = ENROLMENT_OVER;
		answer(l, OK, NULL);
		return;
	}
	if (err == OK && (v->state == ENROLMENT_TAKEN || !task_answered(v))) {
		answer(l, OK, NULL);
		return;
	}
	if (err == OK)
		err = (why = &l->why, read_attributes(l, &l->why));
	if (err != OK) {
		answer(l, err, why);
		return;
	}
	l->asks[0] = account_certificate_ask(l->arena, v->task.handle);
	l->ask_count = 1;
	for (handles = v->task.relatives; handles.size && l->relative_count < RELATIVES_LOOKED_AT;
	    handles = span_skip(handles, PROOFING_HANDLE)) {
		l->asks[l->ask_count++] = account_certificate_ask(l->arena, span_first(handles, PROOFING_HANDLE));
		l->relative_count++;
	}
	attributes_take(&told, v->attributes, v->attribute_count, ATTRIBUTE_FROM_CARD, &v->enrolment.id, l->asked.now);
	l->all.likeness_known = likeness_of(&l->settings->wrapping, &told, &l->all.likeness);
	if (l->all.likeness_known)
		l->asks[l->ask_count++] = likeness_ask(&l->all.likeness);
	l->waiting = store_load(l->store, l->asks, l->ask_count, on_owners_loaded, l);
}

/* Whose it is */

static enum err
owners_loaded(struct loading *l, struct id relatives[RELATIVES_LOOKED_AT], size_t *count, struct problem *why)
{
	struct certificate_owner owner;
	enum err err = account_certificate_loaded(&l->asks[0], &l->all.owner, why);
	size_t n;

	if (err != OK && err != ERR_NOT_FOUND)
		return err;
	if (err == ERR_NOT_FOUND)
		l->all.owner = (struct certificate_owner){ .generation = 0 };
	for (size_t i = 0; i < l->relative_count; i++) {
		err = account_certificate_loaded(&l->asks[1 + i], &owner, why);
		if (err == ERR_NOT_FOUND)
			continue;
		if (err != OK)
			return err;
		for (n = 0; n < *count && !id_equal(&relatives[n], &owner.account); n++)
			continue;
		if (n == *count)
			relatives[(*count)++] = owner.account;
	}
	return l->all.likeness_known ? likeness_loaded(&l->asks[l->ask_count - 1], &l->all.likeness, why) : OK;
}

static void
ask_for_account(struct loading *l, const struct id *account)
{
	const struct id consent = consent_id(l->settings->relying_party, span_text(CONSENT_TO_ENROL));

	l->asks[ASK_ACCOUNT] = account_ask(account);
	l->asks[ASK_ATTRIBUTES] = attributes_ask(account);
	l->asks[ASK_CONSENT] = consent_ask(l->arena, account, &consent);
	l->asks[ASK_CREDENTIALS] = credentials_ask(l->arena, account, ENROLMENT_CREDENTIALS);
	l->ask_count = ASK_NAMED;
	for (size_t i = 0; l->named && i < l->named->revoke_count; i++)
		l->asks[l->ask_count++] = credential_ask(l->arena, account, &l->named->revoke[i]);
	for (size_t i = 0; l->named && i < l->named->keep_count; i++)
		l->asks[l->ask_count++] = credential_ask(l->arena, account, &l->named->keep[i]);
	l->waiting = store_load(l->store, l->asks, l->ask_count, on_account_loaded, l);
}

static void
on_owners_loaded(void *arg, enum err err, const struct problem *why)
{
	struct loading *l = arg;
	struct enrolment_view *v = &l->all.view;
	struct id relatives[RELATIVES_LOOKED_AT];
	struct enrolment_verdict verdict;
	struct enrolment_standing s = { .reissue = v->enrolment.reissue, .relatives = relatives,
		.here = v->enrolment.opened };

	if (err == OK)
		err = (why = &l->why, owners_loaded(l, relatives, &s.relative_count, &l->why));
	if (err != OK) {
		answer(l, err, why);
		return;
	}
	s.owner = l->all.owner.account;
	if (l->asked.session)
		s.here = l->asked.session->account;
	if (l->all.likeness_known) {
		s.similar = l->all.likeness.accounts;
		s.similar_count = l->all.likeness.count;
	}
	verdict = enrolment_judge(&s);
	l->by_certificate = id_given(&s.owner) || s.relative_count == 1;
	v->account = verdict.account;
	fail(v, verdict.failed);
	if (id_given(&verdict.found) && !v->failed) {
		v->found.id = verdict.found;
		ask_for_account(l, &v->found.id);
		return;
	}
	v->change_count = attribute_changes(&l->all.known, v->attributes, v->attribute_count, v->changes);
	attributes_take(&l->all.taken, v->attributes, v->attribute_count, ATTRIBUTE_FROM_CARD, &v->enrolment.id,
	    l->asked.now);
	answer(l, OK, NULL);
}

/* What it has */

static enum err
named_found(struct loading *l, const struct ask *asked, size_t count, struct credential **out, struct problem *why)
{
	*out = arena_array(l->arena, struct credential, count);
	for (size_t i = 0; i < count; i++)
		if (credential_loaded(l->arena, asked[i].count ? asked[i].rows : NULL, &(*out)[i], why) != OK)
			return why->code;
	return OK;
}

static enum err
credentials_found(struct loading *l, struct problem *why)
{
	const struct ask *asked = &l->asks[ASK_CREDENTIALS];
	struct enrolment_view *v = &l->all.view;
	struct credential *list = arena_array(l->arena, struct credential, asked->count);

	if (l->named) {
		l->all.revoked_count = l->named->revoke_count;
		l->all.kept_count = l->named->keep_count;
	}
	if (named_found(l, &l->asks[ASK_NAMED], l->all.revoked_count, &l->all.revoked, why) != OK ||
	    named_found(l, &l->asks[ASK_NAMED + l->all.revoked_count], l->all.kept_count, &l->all.kept, why) != OK)
		return why->code;
	for (size_t i = 0; i < asked->count; i++) {
		if (credential_loaded(l->arena, &asked->rows[i], &list[v->credential_count], why) != OK)
			return why->code;
		if (!credential_ended(&list[v->credential_count], l->asked.now))
			v->credential_count++;
	}
	v->credentials = list;
	v->more = asked->count == ENROLMENT_CREDENTIALS;
	return OK;
}

static enum err
account_found(struct loading *l, struct problem *why)
{
	struct enrolment_view *v = &l->all.view;
	struct enrolment_loaded_all *all = &l->all;
	enum err err = account_loaded(l->arena, &l->asks[ASK_ACCOUNT], &v->found, why);

	if (err == OK)
		err = attributes_loaded(l->arena, &l->asks[ASK_ATTRIBUTES], &all->known, why);
	if (err == OK)
		err = credentials_found(l, why);
	if (err != OK)
		return err;
	err = consent_loaded(l->arena, &l->asks[ASK_CONSENT], &all->consent, why);
	if (err == ERR_NOT_FOUND)
		all->consent = (struct consent){ .generation = 0 };
	else if (err != OK)
		return err;
	all->taken = all->known;
	attributes_take(&all->taken, v->attributes, v->attribute_count, ATTRIBUTE_FROM_CARD, &v->enrolment.id,
	    l->asked.now);
	v->change_count = attribute_changes(&all->known, v->attributes, v->attribute_count, v->changes);
	/* By its certificate, or one of its person's, it is known whose card it is; otherwise it has to look so. */
	if (!l->by_certificate && v->found.standing == ACCOUNT_FULL &&
	    !attributes_fit(&all->known, v->attributes, v->attribute_count)) {
		fail(v, "other-person");
		v->change_count = 0;
	}
	return OK;
}

static void
on_account_loaded(void *arg, enum err err, const struct problem *why)
{
	struct loading *l = arg;
	struct enrolment_loaded_all *all = &l->all;

	if (err == OK)
		err = (why = &l->why, account_found(l, &l->why));
	if (err == ERR_NOT_FOUND)
		err = (why = &l->why, problem_set(&l->why, ERR_CONFLICT, "",
		    "the account, or an authenticator of it that was named, is not there (any more)"));
	if (err != OK) {
		answer(l, err, why);
		return;
	}
	all->likeness_before_known = likeness_remembered(&all->known, &all->likeness_before);
	l->asks[0] = likeness_ask(&all->likeness_before);
	l->waiting = store_load(l->store, l->asks, all->likeness_before_known, on_likeness_loaded, l);
}

static void
on_likeness_loaded(void *arg, enum err err, const struct problem *why)
{
	struct loading *l = arg;

	if (err == OK && l->all.likeness_before_known)
		err = (why = &l->why, likeness_loaded(&l->asks[0], &l->all.likeness_before, &l->why));
	answer(l, err, why);
}
