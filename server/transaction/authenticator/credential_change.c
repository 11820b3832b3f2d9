/* transaction/authenticator/credential_change.c - what every change of an authenticator brings with it, in one unit. */
#include "transaction/authenticator/credential_change.h"

#include <assert.h>
#include <stdio.h>

#include "base/log.h"
#include "base/random.h"
#include "codec/json_writer.h"
#include "ledger/entry.h"
#include "person/history.h"

#define DETAIL_LARGEST 128

static const char *const event_names[] = {
	[CREDENTIAL_ADDED] = "added",
	[CREDENTIAL_STEPPED] = "changed",
	[CREDENTIAL_REPLACED] = "replaced",
	[CREDENTIAL_CONFIRMED] = "confirmed",
};

/* What is told of a step by the state it came to; an end that was known from the beginning is no news. */
static const enum notice_kind notices[] = {
	[CREDENTIAL_ACTIVE] = NOTICE_CREDENTIAL_RESUMED,
	[CREDENTIAL_SUSPENDED] = NOTICE_CREDENTIAL_SUSPENDED,
	[CREDENTIAL_LOCKED] = NOTICE_CREDENTIAL_LOCKED,
	[CREDENTIAL_REVOKED] = NOTICE_CREDENTIAL_REVOKED,
	[CREDENTIAL_EXPIRED] = NOTICE_NOTHING,
};

static enum notice_kind
notice_of(const struct credential_change *change)
{
	if (change->notice != NOTICE_NOTHING)
		return change->notice;
	if (change->event == CREDENTIAL_CONFIRMED)
		return NOTICE_NOTHING;
	if (change->event == CREDENTIAL_ADDED)
		return NOTICE_CREDENTIAL_ADDED;
	return change->event == CREDENTIAL_REPLACED ? NOTICE_CREDENTIAL_REPLACED : notices[change->credential->state];
}

/* "suspended model-revoked". */
static struct span
detail_of(const struct credential_change *change, char out[DETAIL_LARGEST])
{
	const struct credential *c = change->credential;

	if (change->event == CREDENTIAL_ADDED)
		return span_text(credential_kind_name(c->kind));
	snprintf(out, DETAIL_LARGEST, "%s%s%.*s", credential_state_name(c->state), c->reason.size ? " " : "",
	    SPAN_ARGS(span_first(c->reason, DETAIL_LARGEST / 2)));
	return span_text(out);
}

/* Canonical (schemas/credential-entry.schema.json): of the person nothing but the account's id. */
static void
write_entry(struct buffer *b, const struct credential_change *change)
{
	const struct credential *c = change->credential;

	buffer_byte(b, '{');
	json_write_id_given(b, "account", &c->account);
	json_write_given(b, "actor", c->actor);
	json_write_time(b, "at", change->now);
	json_write_id_given(b, "credential", &c->id);
	json_write_id_given(b, "evidence", &c->evidence);
	json_write_member(b, "happened", span_text(event_names[change->event]));
	json_write_member(b, "kind", span_text(credential_kind_name(c->kind)));
	json_write_given(b, "reason", c->reason);
	json_write_id_given(b, "replaces", &c->replaces);
	json_write_member(b, "state", span_text(credential_state_name(c->state)));
	buffer_byte(b, '}');
}

static void
append_entry(struct unit *unit, const struct credential_change *change)
{
	struct ledger_entry entry = { .kind = LEDGER_CREDENTIAL };
	struct buffer content = buffer_init(LEDGER_ENTRY_LARGEST);

	random_bytes(entry.salt, sizeof(entry.salt));
	write_entry(&content, change);
	assert(!content.overflowed);
	entry.content = buffer_span(&content);
	ledger_append(unit, id_new(change->now), &entry);
	buffer_release(&content);
}

void
credential_change_put(struct unit *unit, struct arena *arena, const struct credential_change *change)
{
	const struct credential *c = change->credential;
	char detail[DETAIL_LARGEST];
	enum notice_kind notice = notice_of(change);

	assert(id_equal(&change->account->id, &c->account));
	credential_put(unit, arena, c);
	history_add(unit, &c->account, &(struct history_event){
		.kind = change->event == CREDENTIAL_STEPPED || change->event == CREDENTIAL_CONFIRMED
		    ? HISTORY_CREDENTIAL_CHANGED : HISTORY_CREDENTIAL_ADDED,
		.at = change->now, .actor = c->actor, .credential = c->id, .name = c->name,
		.detail = detail_of(change, detail),
	});
	append_entry(unit, change);
	if (notice != NOTICE_NOTHING)
		account_tell(unit, change->account, notice, c->name, (struct span){ 0 }, change->now);
}

void
credential_change_log(const struct credential_change *change)
{
	const struct credential *c = change->credential;
	char id[LEDGER_ID_TEXT];

	log_info("credential.changed", "credential=%s kind=%s happened=%s state=%s actor=%s reason=%s",
	    ledger_id_text(&c->id, id), credential_kind_name(c->kind), event_names[change->event],
	    credential_state_name(c->state), LOG_SPAN(c->actor), LOG_SPAN(c->reason));
}
