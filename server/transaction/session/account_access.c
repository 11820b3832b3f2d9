/* transaction/session/account_access.c - who asks about an account, and whether what was shown is enough for it.
 *
 *     identify -> load records -> load parties -> assess -> tell
 */
#include "transaction/session/account_access.h"

#include "codec/json_writer.h"

enum { RELYING_PARTY, IDENTITY_PROVIDER, PARTIES };

struct accessing {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	const struct person_settings *settings;
	struct ask ask;
	struct parties parties;
	struct assessing assessing;
	struct assessed assessed;
	struct account_access access;
	on_account_access *done;
	void *arg;
};

static on_session on_identified;
static on_loaded on_records;
static on_parties on_parties_loaded;

static void
cancel_accessing(struct pending *pending)
{
	pending_cancel(&((struct accessing *)pending)->waiting);
}

static void
fail(struct accessing *a, enum err err, const struct problem *why)
{
	a->waiting = NULL;
	a->done(a->arg, err, NULL, why);
}

struct pending *
account_access(struct store *store, const struct exchange *e, const struct person_settings *settings,
    const struct requirement_name *wanted, struct instant now, on_account_access *done, void *arg)
{
	struct accessing *a = arena_new(e->arena, struct accessing);

	*a = (struct accessing){ .pending = { cancel_accessing }, .store = store, .arena = e->arena,
		.settings = settings, .assessing = { .wanted = *wanted, .now = now, .step_up = true },
		.access = { .now = now }, .done = done, .arg = arg };
	a->waiting = session_identify(store, e, &settings->session, now, on_identified, a);
	return &a->pending;
}

static void
on_identified(void *arg, enum err err, const struct session *session, const struct account *account,
    const struct problem *why)
{
	struct accessing *a = arg;

	if (err != OK) {
		fail(a, err, why);
		return;
	}
	a->access.session = session;
	a->access.account = account;
	a->ask = proofing_record_ask(a->arena, &account->id);
	a->waiting = store_load(a->store, &a->ask, 1, on_records, a);
}

static void
on_records(void *arg, enum err err, const struct problem *why)
{
	struct accessing *a = arg;
	struct proofing_record *records;
	struct problem own;

	if (err == OK) {
		why = &own;
		err = proofing_records_loaded(a->arena, &a->ask, &records, &a->access.record_count, &own);
	}
	if (err != OK) {
		fail(a, err, why);
		return;
	}
	a->access.records = records;
	a->parties = parties_new(a->arena, PARTIES);
	parties_add(&a->parties, ENTITY_RP, a->settings->relying_party, (struct span){ 0 });
	parties_add(&a->parties, ENTITY_IDP, a->settings->identity_provider, (struct span){ 0 });
	a->waiting = parties_load(a->store, a->settings->roll, a->arena, &a->parties, a->assessing.now,
	    on_parties_loaded, a);
}

/* Assess */

static enum err
assess(struct accessing *a, struct problem *why)
{
	struct assessing *asked = &a->assessing;
	struct account_access *access = &a->access;

	asked->records = access->records;
	asked->record_count = access->record_count;
	asked->authentications = access->session->authentications;
	asked->authentication_count = access->session->authentication_count;
	asked->parties = a->parties.list;
	asked->party_count = a->parties.count;
	asked->begun = access->session->begun;
	asked->seen = access->session->seen;
	access->assessing = asked;
	access->assessed = &a->assessed;
	if (assess_login(a->arena, asked, &a->assessed, why) != OK)
		return why->code;
	access->just_proofed = session_just_proofed(access->session, asked->now);
	access->unconfirmed = access->account->standing == ACCOUNT_PROVISIONAL &&
	    !access->session->authentication_count;
	access->enough = a->assessed.enough || access->just_proofed || access->unconfirmed;
	return OK;
}

static void
on_parties_loaded(void *arg, enum err err, const struct problem *why)
{
	struct accessing *a = arg;
	struct policy_snapshot *snapshot = NULL;
	struct problem own;

	if (err == OK) {
		why = &own;
		snapshot = policy_shelf_take(a->settings->shelf);
		a->assessing.snapshot = snapshot;
		err = assess(a, &own);
		/* That nothing is published is the server's trouble, not the person's. */
		if (err == ERR_NOT_FOUND)
			err = own.code = ERR_UNAVAILABLE;
	}
	if (err != OK) {
		fail(a, err, why);
	} else {
		a->waiting = NULL;
		a->done(a->arg, OK, &a->access, NULL);
	}
	if (snapshot)
		policy_snapshot_unref(snapshot);
}

enum err
account_access_beyond_recovery(struct arena *arena, const struct account_access *access, struct problem *why)
{
	struct authentication others[SESSION_AUTHENTICATIONS];
	struct assessing asked = *access->assessing;
	struct assessed assessed;

	if (access->just_proofed || access->unconfirmed)
		return OK;
	asked.authentications = others;
	asked.authentication_count = 0;
	for (size_t i = 0; i < access->session->authentication_count; i++)
		if (access->session->authentications[i].kind != CREDENTIAL_RECOVERY)
			others[asked.authentication_count++] = access->session->authentications[i];
	if (asked.authentication_count && assess_login(arena, &asked, &assessed, why) != OK)
		return why->code;
	if (asked.authentication_count && assessed.enough)
		return OK;
	return problem_set(why, ERR_DENIED, "SP 800-63B-4 s4.2",
	    "a recovery code alone does not erase an account: another authenticator, or the card, comes first");
}

/* Answers */

void
account_access_refuse(struct exchange *e, enum err err, const struct problem *why)
{
	const char *fields = err == ERR_UNAVAILABLE ? "Retry-After: 2\r\n" : "";

	exchange_refuse_with(e, err == ERR_DENIED ? 401 : status_of(err), span_text(fields), why);
}

void
account_access_step_up(struct exchange *e, const char *why_word, const struct problem *why)
{
	struct buffer b = buffer_init(8 * KIB);

	buffer_text(&b, "{\"status\":403,\"title\":\"Forbidden\"");
	json_write_member(&b, "detail", span_text(why->text));
	json_write_member(&b, "clause", span_text(why->clause));
	buffer_print(&b, ",\"code\":\"denied\",\"step_up\":{\"login_for\":\"account\",\"why\":\"%s\"}}", why_word);
	exchange_reply(e, &(struct reply){ .status = 403,
		.fields = span_text("Content-Type: application/problem+json\r\nCache-Control: no-store\r\n"),
		.body = buffer_span(&b) });
	buffer_release(&b);
}
