/* transaction/phone/pairing.c - a phone that is to become an authenticator, as the store keeps it. */
#include "transaction/phone/pairing.h"

#include <assert.h>

#include "base/role.h"

#define FORM 2
#define FORM_OF_PINS 1               /* all that waited then were for a PIN */
#define ROW_LARGEST (4 * KIB)
#define TOLD_FOR SECONDS(3600)

/* The steward erases what operators order. */
const struct table pairing_table = { "pairing", ROLE_BIT(ROLE_WORKER) | ROLE_BIT(ROLE_STEWARD),
	TABLE_NOTICED | TABLE_OWNED };
const struct table pairing_code_table = { "pairing-code", ROLE_BIT(ROLE_WORKER), 0 };

static const char *const states[] = {
	[PAIRING_UNKNOWN] = "unknown",
	[PAIRING_WAITING] = "waiting",
	[PAIRING_DONE] = "done",
	[PAIRING_REFUSED] = "refused",
};

const char *
pairing_state_name(enum pairing_state state)
{
	return states[state];
}

void
pairing_write(struct buffer *b, const struct pairing *p)
{
	buffer_u8(b, FORM);
	buffer_id(b, &p->account);
	buffer_u8(b, (uint8_t)p->state);
	buffer_add(b, span_of(p->code, sizeof(p->code)));
	buffer_add(b, span_of(p->session, sizeof(p->session)));
	buffer_id(b, &p->session_id);
	buffer_u8(b, (uint8_t)p->binding);
	buffer_id(b, &p->binding_record);
	buffer_u8(b, (uint8_t)p->parent);
	buffer_block(b, p->parent_handle);
	buffer_instant(b, p->parent_checked);
	buffer_instant(b, p->made);
	buffer_instant(b, p->until);
	buffer_id(b, &p->credential);
	buffer_u8(b, p->passkey);
}

bool
pairing_read(struct span value, struct pairing *out)
{
	struct record r = record_of(value);
	uint8_t form = record_u8(&r), state, binding, parent, passkey;

	*out = (struct pairing){ 0 };
	out->account = record_id(&r);
	state = record_u8(&r);
	record_copy(&r, out->code, sizeof(out->code));
	record_copy(&r, out->session, sizeof(out->session));
	out->session_id = record_id(&r);
	binding = record_u8(&r);
	out->binding_record = record_id(&r);
	parent = record_u8(&r);
	out->parent_handle = record_block(&r);
	out->parent_checked = record_instant(&r);
	out->made = record_instant(&r);
	out->until = record_instant(&r);
	out->credential = record_id(&r);
	passkey = form == FORM ? record_u8(&r) : 0;
	if ((form != FORM && form != FORM_OF_PINS) || !record_whole(&r) || passkey > 1 ||
	    state < PAIRING_WAITING || state > PAIRING_REFUSED ||
	    binding > BINDING_IN_PERSON || parent > PARENT_UNKNOWN)
		return false;
	out->passkey = passkey == 1;
	out->state = (enum pairing_state)state;
	out->binding = (enum credential_binding)binding;
	out->parent = (enum parent_status)parent;
	return true;
}

const char *
pairing_passkey_refused(const struct person_settings *settings, const struct pairing *p)
{
	if (settings->attestation == ATTESTATION_REQUIRED)
		return "attestation-demand";
	return p->passkey ? NULL : "level";
}

struct ask
pairing_ask(const struct id *account)
{
	return (struct ask){ .table = &pairing_table, .from = id_span(account) };
}

enum err
pairing_loaded(struct arena *arena, const struct ask *asked, struct pairing *out, struct problem *why)
{
	*out = (struct pairing){ 0 };
	if (!asked->count)
		return problem_set(why, ERR_NOT_FOUND, "", "no phone is being paired with this account");
	if (!pairing_read(arena_copy(arena, asked->rows[0].value), out))
		return problem_set(why, ERR_UNAVAILABLE, "",
		    "a pairing's row in the store is of a form this build does not know");
	out->generation = asked->rows[0].generation;
	return OK;
}

void
pairing_put(struct unit *unit, const struct pairing *p)
{
	struct span key = id_span(&p->account), code = span_of(p->code, sizeof(p->code));
	struct buffer b = buffer_init(ROW_LARGEST);

	pairing_write(&b, p);
	assert(!b.overflowed);
	unit_expect(unit, &pairing_table, key, p->generation);
	unit_put_until(unit, &pairing_table, key, buffer_span(&b), instant_after(p->until, TOLD_FOR));
	if (p->state == PAIRING_WAITING)
		unit_put_until(unit, &pairing_code_table, code, key, p->until);
	else
		unit_delete(unit, &pairing_code_table, code);
	buffer_release(&b);
}
