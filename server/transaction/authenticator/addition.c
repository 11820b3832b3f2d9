/* transaction/authenticator/addition.c - an authenticator that is being added. */
#include "transaction/authenticator/addition.h"

#include <assert.h>

#include "base/record.h"

#define FORM 1
#define ROW_LARGEST (4 * KIB)
#define FACTS_LARGEST_JSON (16 * KIB)

const struct table addition_table = { "addition", ROLE_BIT(ROLE_WORKER), 0 };

struct ask
addition_ask(const struct id *session)
{
	return (struct ask){ .table = &addition_table, .from = id_span(session) };
}

enum err
addition_loaded(struct arena *a, const struct ask *asked, enum addition_kind kind, struct addition *out,
    struct problem *why)
{
	struct record r;
	uint8_t form, flag;

	memset(out, 0, sizeof(*out));
	if (!asked->count)
		return problem_set(why, ERR_NOT_FOUND, "", "nothing that was begun in this session waits here");
	r = record_of(arena_copy(a, asked->rows[0].value));
	form = record_u8(&r);
	out->kind = record_u8(&r);
	out->begun = record_instant(&r);
	out->until = record_instant(&r);
	record_copy(&r, out->challenge, sizeof(out->challenge));
	flag = record_u8(&r);
	out->conditional = flag == 1;
	out->credential = record_id(&r);
	out->name = record_block(&r);
	out->one_time.kind = record_u8(&r);
	out->one_time.digest = record_u8(&r);
	out->one_time.digits = record_u8(&r);
	out->one_time.period = record_u32(&r);
	out->one_time.secret = record_block(&r);
	out->tries = record_u8(&r);
	out->generation = asked->rows[0].generation;
	if (form != FORM || flag > 1 || !record_whole(&r))
		return problem_set(why, ERR_UNAVAILABLE, "",
		    "what was begun stands in the store in a form this build does not know");
	if (out->kind != kind)
		return problem_set(why, ERR_NOT_FOUND, "",
		    "nothing of this kind that was begun in this session waits here");
	return OK;
}

void
addition_put(struct unit *unit, const struct id *session, const struct addition *a)
{
	struct buffer b = buffer_init(ROW_LARGEST);
	struct span key = id_span(session);

	buffer_u8(&b, FORM);
	buffer_u8(&b, (uint8_t)a->kind);
	buffer_instant(&b, a->begun);
	buffer_instant(&b, a->until);
	buffer_add(&b, span_of(a->challenge, sizeof(a->challenge)));
	buffer_u8(&b, a->conditional);
	buffer_id(&b, &a->credential);
	buffer_block(&b, a->name);
	buffer_u8(&b, (uint8_t)a->one_time.kind);
	buffer_u8(&b, (uint8_t)a->one_time.digest);
	buffer_u8(&b, (uint8_t)a->one_time.digits);
	buffer_u32(&b, a->one_time.period);
	buffer_block(&b, a->one_time.secret);
	buffer_u8(&b, (uint8_t)a->tries);
	assert(!b.overflowed);
	if (a->generation)
		unit_expect(unit, &addition_table, key, a->generation);
	unit_put_until(unit, &addition_table, key, buffer_span(&b), a->until);
	buffer_release(&b);
}

void
addition_end(struct unit *unit, const struct id *session, const struct addition *a)
{
	struct span key = id_span(session);

	unit_expect(unit, &addition_table, key, a->generation);
	unit_delete(unit, &addition_table, key);
}

/* Binding */

/* The facts of its first use; the dictionary is that of the policies in force now. */
static struct span
facts_of(struct arena *arena, const struct policy_snapshot *snapshot, const struct observation *seen)
{
	struct buffer b = buffer_init(FACTS_LARGEST_JSON);
	struct span facts;

	observation_write(&b, snapshot->dictionary, seen);
	assert(!b.overflowed);
	facts = arena_copy(arena, buffer_span(&b));
	buffer_release(&b);
	return facts;
}

/* Whether any authentication of the session reaches by itself what the new one will. */
static enum err
compare_levels(struct arena *arena, const struct assessing *asked, const struct session *session, struct span new,
    struct problem *why)
{
	unsigned wanted, shown;
	bool enough = false;

	if (assess_token_level(arena, asked, new, &wanted, why) != OK)
		return why->code;
	for (size_t i = 0; i < session->authentication_count; i++) {
		if (assess_token_level(arena, asked, session->authentications[i].facts, &shown, why) != OK)
			return why->code;
		enough = enough || shown >= wanted;
	}
	return enough ? OK : problem_set(why, ERR_DENIED, "SP 800-63B-4 s4.1.2.1",
	    "an authenticator of this level is added by one of at least the same level, or with the card");
}

/* What cannot be compared is not added: that the policy does not say is the server's trouble, not the person's. */
static enum err
expect_level(struct arena *arena, const struct person_settings *settings, const struct account_access *access,
    const struct observation *seen, struct problem *why)
{
	struct policy_snapshot *snapshot = policy_shelf_take(settings->shelf);
	struct assessing asked = *access->assessing;
	enum err err;

	asked.snapshot = snapshot;
	asked.wanted = settings->change;
	if (!snapshot || !snapshot->dictionary)
		err = problem_set(why, ERR_UNAVAILABLE, "", "no policy has been read yet");
	else
		err = compare_levels(arena, &asked, access->session, facts_of(arena, snapshot, seen), why);
	if (snapshot)
		policy_snapshot_unref(snapshot);
	if (err == ERR_NOT_FOUND)
		err = why->code = ERR_UNAVAILABLE;
	return err;
}

/* At the desk a registrar saw the person, and the code that opened this session was handed over there (SP 800-63B-4
 * s4.1.2: in person). */
static void
bind_to_proofing(const struct account_access *access, struct credential *c)
{
	c->binding = BINDING_IN_PROOFING;
	c->binding_record = access->session->proofed.record;
	for (size_t i = 0; i < access->record_count; i++) {
		const struct proofing_record *p = &access->records[i];

		if (memcmp(&p->id, &c->binding_record, sizeof(c->binding_record)) != 0)
			continue;
		if (p->method == PROOFING_AT_DESK)
			c->binding = BINDING_IN_PERSON;
		if (p->handle.size) {
			c->parent = PARENT_GOOD;
			c->parent_handle = p->handle;
			c->parent_checked = p->at;
		}
	}
}

enum err
addition_bind(struct arena *arena, const struct person_settings *settings, const struct account_access *access,
    struct credential *c, struct observation *seen, struct problem *why)
{
	const struct proofing_record *newest = access->record_count ? &access->records[0] : NULL;

	c->evidence = access->session->id;
	if (access->just_proofed) {
		bind_to_proofing(access, c);
		return OK;
	}
	if (access->unconfirmed) {
		c->binding = BINDING_UNCONFIRMED;
		return OK;
	}
	c->binding = BINDING_EXISTING;
	if (newest)
		c->binding_record = newest->id;
	seen->credential = c;
	return expect_level(arena, settings, access, seen, why);
}

void
addition_commit(struct unit *unit, struct arena *arena, const struct account_access *access, struct credential *c,
    struct credential_change *change)
{
	const struct account *account = access->account;
	struct session session = *access->session;
	bool changed = false;

	if (id_given(&c->replaces)) {
		changed = session_handed(&session, &c->replaces, &c->id);
	} else if (access->just_proofed) {
		c->replaces = session_replaced_take(&session, c->kind);
		changed = id_given(&c->replaces);
	}
	if (changed)
		session_put(unit, &session);
	session_expect(unit, arena, access->session);
	unit_expect(unit, &account_table, id_span(&account->id), account->generation);
	*change = (struct credential_change){ .account = account, .credential = c, .now = access->now,
		.event = id_given(&c->replaces) ? CREDENTIAL_REPLACED : CREDENTIAL_ADDED };
	credential_change_put(unit, arena, change);
}
