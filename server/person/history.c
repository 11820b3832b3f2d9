/* person/history.c - what happened to one account.
 *
 *     row = form(u8) id(16) kind(u8) at(u64) actor(block) credential(16) name(block) detail(block) where(block)
 *           decision(16) [relying_party(block) items(block) consent(16)]
 *
 * Form 2 has what stands in brackets, of a release alone.
 */
#include "person/history.h"

#include <assert.h>

#include "base/record.h"
#include "base/role.h"
#include "codec/text.h"
#include "model/entity.h"

#define FORM 1
#define FORM_OF_RELEASE 2
#define ROW_LARGEST (4 * KIB)
#define ID sizeof(struct id)

static_assert(ENTITY_ID_LARGEST <= HISTORY_NAMES_LARGEST, "whoever got something is told whole");

/* The steward tells of what happened by itself: a model withdrawn, a parent certificate lapsed. */
const struct table history_table = { "history", ROLE_BIT(ROLE_WORKER) | ROLE_BIT(ROLE_STEWARD), 0 };

static const char *const kinds[HISTORY_KINDS] = {
	[HISTORY_NOTHING] = "nothing",
	[HISTORY_OPENED] = "opened",
	[HISTORY_PROOFED] = "proofed",
	[HISTORY_LOGIN] = "login",
	[HISTORY_LOGIN_REFUSED] = "login-refused",
	[HISTORY_LOGOUT] = "logout",
	[HISTORY_CREDENTIAL_ADDED] = "credential-added",
	[HISTORY_CREDENTIAL_CHANGED] = "credential-changed",
	[HISTORY_CONTACT_CHANGED] = "contact-changed",
	[HISTORY_ATTRIBUTE_CHANGED] = "attribute-changed",
	[HISTORY_CONSENT_GIVEN] = "consent-given",
	[HISTORY_CONSENT_WITHDRAWN] = "consent-withdrawn",
	[HISTORY_NOT_ME] = "not-me",
	[HISTORY_MUTE_ENDED] = "mute-ended",
	[HISTORY_RELEASED] = "released",
};

const char *
history_kind_name(enum history_kind kind)
{
	assert(kind < HISTORY_KINDS);
	return kinds[kind];
}

static void
text_write(struct buffer *b, struct span text)
{
	buffer_block(b, utf8_first(text, HISTORY_TEXT_LARGEST));
}

void
history_write(struct buffer *b, const struct history_event *e)
{
	buffer_u8(b, e->kind == HISTORY_RELEASED ? FORM_OF_RELEASE : FORM);
	buffer_id(b, &e->id);
	buffer_u8(b, (uint8_t)e->kind);
	buffer_instant(b, e->at);
	text_write(b, e->actor);
	buffer_id(b, &e->credential);
	text_write(b, e->name);
	text_write(b, e->detail);
	text_write(b, e->where);
	buffer_id(b, &e->decision);
	if (e->kind != HISTORY_RELEASED)
		return;
	/* Names, ours and the registry's: half of one would name something else. */
	assert(e->relying_party.size <= HISTORY_NAMES_LARGEST && e->items.size <= HISTORY_NAMES_LARGEST);
	buffer_block(b, e->relying_party);
	buffer_block(b, e->items);
	buffer_id(b, &e->consent);
}

bool
history_read(struct span value, struct history_event *out)
{
	struct record r = record_of(value);
	uint8_t form = record_u8(&r), kind;

	*out = (struct history_event){ .id = record_id(&r) };
	kind = record_u8(&r);
	out->at = record_instant(&r);
	out->actor = record_block(&r);
	out->credential = record_id(&r);
	out->name = record_block(&r);
	out->detail = record_block(&r);
	out->where = record_block(&r);
	out->decision = record_id(&r);
	if (form == FORM_OF_RELEASE) {
		out->relying_party = record_block(&r);
		out->items = record_block(&r);
		out->consent = record_id(&r);
	}
	if (form != (kind == HISTORY_RELEASED ? FORM_OF_RELEASE : FORM) || !record_whole(&r) ||
	    kind == HISTORY_NOTHING || kind >= HISTORY_KINDS)
		return false;
	out->kind = (enum history_kind)kind;
	return true;
}

void
history_add(struct unit *unit, const struct id *account, const struct history_event *event)
{
	struct history_event e = *event;
	struct buffer b = buffer_init(ROW_LARGEST);
	uint8_t key[2 * ID];

	assert(e.kind > HISTORY_NOTHING && e.kind < HISTORY_KINDS);
	e.id = id_new(e.at);
	memcpy(key, account->bytes, ID);
	memcpy(key + ID, e.id.bytes, ID);
	history_write(&b, &e);
	assert(!b.overflowed); /* four texts, cut, and two that are bounded */
	unit_put(unit, &history_table, span_of(key, sizeof(key)), buffer_span(&b));
	buffer_release(&b);
}

struct ask
history_ask(struct arena *arena, const struct id *account, uint32_t limit)
{
	const struct id last = id_latest();

	return history_ask_before(arena, account, &last, limit);
}

struct ask
history_ask_before(struct arena *arena, const struct id *account, const struct id *before, uint32_t limit)
{
	return (struct ask){ .table = &history_table, .from = arena_copy(arena, id_span(account)),
		.until = id_pair(arena, account, before), .limit = limit, .backwards = true };
}
