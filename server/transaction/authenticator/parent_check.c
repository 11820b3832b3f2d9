/* transaction/authenticator/parent_check.c - a certificate that authenticators were bound by, looked at again. */
#include "transaction/authenticator/parent_check.h"

#include "base/log.h"
#include "transaction/authenticator/credential_change.h"
#include "transaction/proofing/checks.h"
#include "transaction/proofing/party.h"

#define PAGE 64
#define AGAIN_SOON SECONDS(3600)

enum { ASK_PARENT, ASK_PARTIES };
enum { ASK_ACCOUNT, ASK_CREDENTIALS };

struct checking {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	const struct person_settings *settings;
	struct parent_check asked;
	struct ask asks[ASK_PARTIES + PROOFING_PARTY_ASKS];
	size_t ask_count;
	struct parent_certificate parent;
	struct proofing_party party;
	struct jpki_certificate certificate;
	struct examination examination;
	struct revocation_trail trail;
	bool asking;                 /* a source is asked */
	bool judged;                 /* and has told; until then it is only looked whether anything stands by it */
	struct parent_checked result;
	struct account account;
	bool there;                  /* the account is */
	struct id last;              /* of the credentials looked at */
	size_t standing;             /* by this certificate */
	struct credential_change changes[PAGE];
	struct credential credentials[PAGE];
	size_t change_count;
	bool more;
	struct problem why;
	on_parent_checked *done;
	void *arg;
};

static on_loaded on_parent_loaded, on_credentials_loaded;
static on_revocation on_revocation_told;
static on_committed on_page_kept, on_logged;

static void
log_check(struct checking *c, struct unit *unit, enum revocation_status status)
{
	proofing_checks_log(unit, c->settings->proofing, &(struct proofing_check){
		.at = c->asked.now, .member = c->settings->operator, .relying_party = c->settings->relying_party,
		.operator = c->party.entitlement.operator, .purpose = c->parent.purpose,
		.medium = c->certificate.profile->medium, .outcome = revocation_outcome(status), .status = status,
	}, &c->trail);
}

/* A source that was asked is paid for, whoever waits no longer. */
static void
cancel_checking(struct pending *pending)
{
	struct checking *c = (struct checking *)pending;
	struct pending *commit;
	struct unit *unit;

	if (c->asking) {
		revocation_leave(&c->waiting);
		if (c->trail.count && c->trail.asked[c->trail.decisive].fresh) {
			unit = unit_new(c->arena, store_tables(c->store), id_new(c->asked.now));
			log_check(c, unit, REVOCATION_UNAVAILABLE);
			commit = store_commit(c->store, unit, on_logged, c);
			pending_cancel(&commit);
		}
	}
	c->asking = false;
	pending_cancel(&c->waiting);
}

static void
answer(struct checking *c, enum err err, const struct problem *why)
{
	c->waiting = NULL;
	c->done(c->arg, err, err == OK ? &c->result : NULL, err == OK ? NULL : why);
}

/* Load */

struct pending *
parent_check(struct store *store, struct arena *arena, const struct person_settings *settings,
    const struct parent_check *asked, on_parent_checked *done, void *arg)
{
	struct checking *c = arena_new(arena, struct checking);

	*c = (struct checking){ .pending = { cancel_checking }, .store = store, .arena = arena, .settings = settings,
		.asked = *asked, .done = done, .arg = arg };
	c->asks[ASK_PARENT] = parent_certificate_ask(arena, asked->handle);
	c->ask_count = ASK_PARTIES +
	    proofing_party_ask(&c->asks[ASK_PARTIES], settings->operator, settings->operator);
	c->waiting = store_load(store, c->asks, settings->proofing ? c->ask_count : 0, on_parent_loaded, c);
	return &c->pending;
}

/* Look: the certificate itself may have run out; only whether it was revoked has to be asked. */

static void load_credentials(struct checking *);
static void conclude(struct checking *, enum parent_status, bool told);

static void
look(struct checking *c)
{
	const struct jpki_verifier *verifier = c->settings->proofing->verifier;
	struct revocation_question question = { &c->certificate, c->asked.now, c->settings->relying_party };
	const struct examined *cause;
	struct span der;

	if (!parent_certificate_open(c->arena, c->settings, &c->parent, &der)) {
		problem_set(&c->why, ERR_UNAVAILABLE, "",
		    "a kept certificate cannot be opened: it was kept under another secret");
		answer(c, ERR_UNAVAILABLE, &c->why);
		return;
	}
	c->examination = (struct examination){ .arena = c->arena };
	if (!jpki_certificate_judge(&verifier->trust, der, c->parent.purpose, c->asked.now, &c->examination,
	    &c->certificate)) {
		cause = examination_cause(&c->examination);
		conclude(c, cause && strcmp(cause->step, "validity") == 0 ? PARENT_LAPSED : PARENT_UNKNOWN, true);
		return;
	}
	c->asking = true;
	c->waiting = revocation_ask(verifier->turn, verifier->sources, verifier->source_count, &question, &c->trail,
	    on_revocation_told, c);
}

static void
on_parent_loaded(void *arg, enum err err, const struct problem *why)
{
	struct checking *c = arg;

	if (err == OK && !c->settings->proofing)
		err = (why = &c->why, problem_set(&c->why, ERR_UNSUPPORTED, "",
		    "certificates are not verified here: the configuration says nothing of JPKI"));
	if (err == OK)
		err = (why = &c->why, parent_certificate_loaded(c->arena, &c->asks[ASK_PARENT], &c->parent, &c->why));
	if (err == OK && c->asked.age && c->asked.now.us - c->parent.checked.us <= c->asked.age) {
		c->result = (struct parent_checked){ .status = PARENT_GOOD, .at = c->parent.checked };
		answer(c, OK, NULL);
		return;
	}
	if (err == OK)
		err = (why = &c->why, proofing_party_loaded(c->arena, &c->asks[ASK_PARTIES], c->ask_count - ASK_PARTIES,
		    c->settings->relying_party, c->parent.purpose, c->asked.now, &c->party, &c->why));
	if (err != OK)
		answer(c, err, why);
	else
		load_credentials(c);
}

static enum parent_status
parent_status_of(enum revocation_status status)
{
	switch (status) {
	case REVOCATION_GOOD:
		return PARENT_GOOD;
	case REVOCATION_REVOKED:
	case REVOCATION_EXPIRED:
		return PARENT_LAPSED;
	default:
		return PARENT_UNKNOWN;
	}
}

static void
on_revocation_told(void *arg, const struct revocation_answer *said)
{
	struct checking *c = arg;
	struct unit *unit = unit_new(c->arena, store_tables(c->store), id_new(c->asked.now));
	struct pending *commit;

	c->asking = false;
	c->waiting = NULL;
	log_check(c, unit, said->status);
	/* In the log whatever becomes of the rest; that it is there is not waited for. */
	commit = store_commit(c->store, unit, on_logged, c);
	pending_cancel(&commit);
	conclude(c, parent_status_of(said->status), said->status != REVOCATION_UNAVAILABLE);
}

static void
on_logged(void *arg, const struct committed *committed)
{
	(void)arg;
	(void)committed;
}

/* Each authenticator that stands by it, a page of the account's at a time. */

static void
load_credentials(struct checking *c)
{
	c->asks[ASK_ACCOUNT] = account_ask(&c->parent.account);
	c->asks[ASK_CREDENTIALS] = !id_given(&c->last)
	    ? credentials_ask(c->arena, &c->parent.account, PAGE)
	    : credentials_before_ask(c->arena, &c->parent.account, &c->last, PAGE);
	c->waiting = store_load(c->store, c->asks, 2, on_credentials_loaded, c);
}

/* `told`: somebody could say; else only the time of the next question changes. */
static void
conclude(struct checking *c, enum parent_status status, bool told)
{
	c->result = (struct parent_checked){ .status = told ? status : PARENT_UNKNOWN, .asked = true,
		.at = told ? c->asked.now : c->parent.checked };
	c->judged = true;
	c->standing = 0;
	c->last = (struct id){ { 0 } };
	load_credentials(c);
}

/* What stands by it knows, and policy says what that is worth; the certificate itself, as an authenticator, is over. */
static void
lapse(struct credential *one, const struct credential_because *because)
{
	bool changed = false;

	if (credential_state_at(one, because->now) == CREDENTIAL_EXPIRED)
		credential_take(one, CREDENTIAL_EXPIRE, because, &changed, NULL);
	one->actor = because->actor;
	one->reason = because->reason;
	one->changed = because->now;
}

static void
take_credential(struct checking *c, struct unit *unit, struct credential *one)
{
	const bool told = c->result.at.us == c->asked.now.us;
	const bool lapses = c->result.status == PARENT_LAPSED && one->parent != PARENT_LAPSED;
	const struct credential_because because = { .actor = span_text("system"),
		.reason = span_text("parent-lapsed"), .now = c->asked.now };

	c->standing++;
	if (!c->judged || !told)
		return;
	one->parent = c->result.status;
	one->parent_checked = c->asked.now;
	if (!lapses) {
		credential_put(unit, c->arena, one);
		return;
	}
	lapse(one, &because);
	c->changes[c->change_count] = (struct credential_change){ .account = &c->account, .credential = one,
		.event = CREDENTIAL_STEPPED, .notice = NOTICE_PARENT_LAPSED, .now = c->asked.now };
	credential_change_put(unit, c->arena, &c->changes[c->change_count++]);
	c->result.lapsed++;
}

static enum err
credentials_loaded(struct checking *c, struct unit *unit, struct problem *why)
{
	const struct ask *asked = &c->asks[ASK_CREDENTIALS];
	enum err err = account_loaded(c->arena, &c->asks[ASK_ACCOUNT], &c->account, why);

	c->there = err == OK;
	c->more = asked->more && c->there;
	c->change_count = 0;
	if (err == ERR_NOT_FOUND)
		return OK;
	for (size_t i = 0; err == OK && i < asked->count; i++) {
		struct credential *one = &c->credentials[i];

		err = credential_loaded(c->arena, &asked->rows[i], one, why);
		if (err != OK)
			break;
		c->last = one->id;
		if (span_equal(one->parent_handle, c->parent.handle) && one->state != CREDENTIAL_REVOKED &&
		    one->state != CREDENTIAL_EXPIRED)
			take_credential(c, unit, one);
	}
	return err;
}

/* The last page's unit: due again, or nothing needs it any more; by what was proofed just now something may be bound
 * yet. */
static void
put_parent(struct checking *c, struct unit *unit)
{
	const struct instant due = c->parent.due;
	const struct instant ends = instant_after(c->certificate.x509.not_after, SECONDS(1));
	const bool young = c->there && c->asked.now.us - c->parent.kept.us < 2 * SESSION_PROOFED_FOR;

	if (c->result.status == PARENT_LAPSED || (!c->standing && !young)) {
		parent_certificate_drop(unit, c->arena, &c->parent);
		return;
	}
	if (c->judged)
		c->parent.checked = c->result.at;
	c->parent.due = c->result.status == PARENT_GOOD ? parent_certificate_due(c->settings, ends, c->asked.now)
	                                                : instant_after(c->asked.now, AGAIN_SOON);
	parent_certificate_put(unit, c->arena, &c->parent, due);
}

static void
on_credentials_loaded(void *arg, enum err err, const struct problem *why)
{
	struct checking *c = arg;
	struct unit *unit = unit_new(c->arena, store_tables(c->store), id_new(c->asked.now));

	if (err == OK)
		err = (why = &c->why, credentials_loaded(c, unit, &c->why));
	if (err != OK) {
		answer(c, err, why);
		return;
	}
	/* Nobody is asked about what nothing stands by. */
	if (!c->judged && c->standing) {
		look(c);
		return;
	}
	if (!c->judged && c->more) {
		load_credentials(c);
		return;
	}
	if (!c->more)
		put_parent(c, unit);
	c->waiting = store_commit(c->store, unit, on_page_kept, c);
}

static void
on_page_kept(void *arg, const struct committed *committed)
{
	struct checking *c = arg;

	if (committed->code != OK) {
		problem_set(&c->why, committed->code == ERR_CONFLICT ? ERR_UNAVAILABLE : committed->code, "",
		    "what a certificate's check means for authenticators could not be kept: %s",
		    committed->code == ERR_CONFLICT ? "one changed meanwhile" : err_name(committed->code));
		answer(c, c->why.code, &c->why);
		return;
	}
	for (size_t i = 0; i < c->change_count; i++)
		credential_change_log(&c->changes[i]);
	if (c->more)
		load_credentials(c);
	else
		answer(c, OK, NULL);
}
