/* transaction/sign_on/row.c - a sign-on as the store keeps it. */
#include "transaction/sign_on/sign_on.h"

#include <assert.h>

#include <openssl/crypto.h>

#include "base/record.h"
#include "base/role.h"

#define FORM 2
#define ROW_LARGEST (64 * KIB)

const struct table sign_on_table = { "sign-on", ROLE_BIT(ROLE_WORKER), 0 };

enum {
	FLAG_RECIPIENT_KNOWN = 1, FLAG_ACR_ESSENTIAL = 2, FLAG_LOGIN_ANEW = 4, FLAG_ACCOUNT_ANEW = 8,
	FLAG_CONSENT_ANEW = 16, FLAG_NEVER_ASK = 32, FLAG_OFFLINE = 64, FLAG_DENIED = 128,
};

static uint8_t
flags_of(const struct sign_on *s)
{
	return (uint8_t)((s->recipient_known ? FLAG_RECIPIENT_KNOWN : 0) | (s->acr_essential ? FLAG_ACR_ESSENTIAL : 0) |
	    (s->login_anew ? FLAG_LOGIN_ANEW : 0) | (s->account_anew ? FLAG_ACCOUNT_ANEW : 0) |
	    (s->consent_anew ? FLAG_CONSENT_ANEW : 0) | (s->never_ask ? FLAG_NEVER_ASK : 0) |
	    (s->offline ? FLAG_OFFLINE : 0) | (s->denied ? FLAG_DENIED : 0));
}

static void
write_wishes(struct buffer *b, const struct sign_on *s)
{
	buffer_u8(b, (uint8_t)s->wish_count);
	for (size_t i = 0; i < s->wish_count; i++) {
		buffer_block(b, s->wishes[i].name);
		buffer_u8(b, s->wishes[i].essential);
		buffer_u8(b, (uint8_t)s->wishes[i].places);
	}
}

void
sign_on_write(struct buffer *b, const struct sign_on *s)
{
	buffer_u8(b, FORM);
	buffer_id(b, &s->id);
	buffer_add(b, span_of(s->browser, sizeof(s->browser)));
	buffer_u8(b, (uint8_t)s->protocol);
	buffer_u8(b, flags_of(s));
	buffer_block(b, s->client);
	buffer_block(b, s->entity_id);
	buffer_block(b, s->answer);
	buffer_block(b, s->scope);
	buffer_block(b, s->nonce);
	buffer_block(b, s->request);
	buffer_add(b, span_of(s->redirect, sizeof(s->redirect)));
	buffer_add(b, span_of(s->challenge, sizeof(s->challenge)));
	write_wishes(b, s);
	buffer_block(b, s->acr_values);
	buffer_u64(b, (uint64_t)s->max_age);
	buffer_block(b, s->hint_subject);
	buffer_block(b, s->login_hint);
	buffer_instant(b, s->since);
	buffer_id(b, &s->login);
	buffer_id(b, &s->agreed_by);
	buffer_block(b, s->purpose);
	buffer_u8(b, (uint8_t)s->persona);
	buffer_block(b, s->items);
	buffer_instant(b, s->made);
	buffer_instant(b, s->expires);
}

static void
take_flags(struct sign_on *s, unsigned flags)
{
	s->recipient_known = flags & FLAG_RECIPIENT_KNOWN;
	s->acr_essential = flags & FLAG_ACR_ESSENTIAL;
	s->login_anew = flags & FLAG_LOGIN_ANEW;
	s->account_anew = flags & FLAG_ACCOUNT_ANEW;
	s->consent_anew = flags & FLAG_CONSENT_ANEW;
	s->never_ask = flags & FLAG_NEVER_ASK;
	s->offline = flags & FLAG_OFFLINE;
	s->denied = flags & FLAG_DENIED;
}

static bool
read_wishes(struct record *r, struct sign_on *s)
{
	s->wish_count = record_u8(r);
	if (s->wish_count > SIGN_ON_WISHES)
		return false;
	for (size_t i = 0; i < s->wish_count; i++) {
		s->wishes[i].name = record_block(r);
		s->wishes[i].essential = record_flag(r);
		s->wishes[i].places = record_u8(r);
	}
	return true;
}

bool
sign_on_read(struct span value, struct sign_on *out)
{
	struct record r = record_of(value);
	uint8_t form = record_u8(&r);
	uint64_t max_age;

	*out = (struct sign_on){ .id = record_id(&r) };
	if (form != FORM)
		return false;
	record_copy(&r, out->browser, sizeof(out->browser));
	out->protocol = (enum grant_protocol)record_u8(&r);
	take_flags(out, record_u8(&r));
	out->client = record_block(&r);
	out->entity_id = record_block(&r);
	out->answer = record_block(&r);
	out->scope = record_block(&r);
	out->nonce = record_block(&r);
	out->request = record_block(&r);
	record_copy(&r, out->redirect, sizeof(out->redirect));
	record_copy(&r, out->challenge, sizeof(out->challenge));
	if (!read_wishes(&r, out))
		return false;
	out->acr_values = record_block(&r);
	max_age = record_u64(&r);
	memcpy(&out->max_age, &max_age, sizeof(max_age));
	out->hint_subject = record_block(&r);
	out->login_hint = record_block(&r);
	out->since = record_instant(&r);
	out->login = record_id(&r);
	out->agreed_by = record_id(&r);
	out->purpose = record_block(&r);
	out->persona = (enum persona)record_u8(&r);
	out->items = record_block(&r);
	out->made = record_instant(&r);
	out->expires = record_instant(&r);
	return record_whole(&r) && out->protocol > GRANT_OF_NOBODY && out->protocol <= GRANT_SAML &&
	    out->max_age >= -1 && out->persona < PERSONAS;
}

struct ask
sign_on_ask(const struct id *id)
{
	return (struct ask){ .table = &sign_on_table, .from = id_span(id) };
}

enum err
sign_on_loaded(struct arena *arena, const struct ask *asked, const uint8_t *browser, struct sign_on *out,
    struct problem *why)
{
	if (asked->count && !sign_on_read(arena_copy(arena, asked->rows[0].value), out))
		return problem_set(why, ERR_UNAVAILABLE, "",
		    "the sign-on's row in the store is of a form this build does not know");
	if (!asked->count || !browser || CRYPTO_memcmp(browser, out->browser, sizeof(out->browser)) != 0)
		return problem_set(why, ERR_NOT_FOUND, "",
		    "no sign-on of this browser has this id: it may be over, or have begun in another browser");
	out->generation = asked->rows[0].generation;
	return OK;
}

void
sign_on_put(struct unit *unit, const struct sign_on *s)
{
	const struct span key = id_span(&s->id);
	struct buffer b = buffer_init(ROW_LARGEST);

	assert(s->wish_count <= SIGN_ON_WISHES && s->answer.size <= SIGN_ON_ANSWER_LARGEST &&
	    s->items.size <= SIGN_ON_ITEMS_LARGEST);
	sign_on_write(&b, s);
	assert(!b.overflowed); /* bounded where it came in */
	unit_expect(unit, &sign_on_table, key, s->generation);
	unit_put_until(unit, &sign_on_table, key, buffer_span(&b), s->expires);
	buffer_release(&b);
}
