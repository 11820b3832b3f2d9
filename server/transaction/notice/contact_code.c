/* transaction/notice/contact_code.c - a code to a mail address, by which an account knows that it is its person's. */
#include "transaction/notice/contact_code.h"

#include <assert.h>

#include "authn/app_pin.h"
#include "person/contact.h"
#include "transaction/notice/notice.h"

enum { ASK_TO_ADDRESS, ASK_BY_ACCOUNT };

/* As a name has it: an address is the same however it is written, and the count keeps its digest alone. */
static struct span
counted_of(struct arena *arena, const struct contact_code *c)
{
	return account_name_key(arena, c->address);
}

void
contact_code_ask(struct arena *arena, const struct contact_code *c, struct ask asks[CONTACT_CODE_ASKS])
{
	asks[ASK_TO_ADDRESS] = attempts_ask(arena, ATTEMPTS_CONTACT, counted_of(arena, c));
	asks[ASK_BY_ACCOUNT] = attempts_ask(arena, ATTEMPTS_CONTACT, id_span(&c->account));
}

enum err
contact_code_loaded(const struct ask asks[CONTACT_CODE_ASKS], struct contact_code *c, struct problem *why)
{
	enum err err = attempts_loaded(&asks[ASK_TO_ADDRESS], &c->to_address, why);

	return err != OK ? err : attempts_loaded(&asks[ASK_BY_ACCOUNT], &c->by_account, why);
}

struct instant
contact_code_wait(const struct contact_code *c, struct instant now)
{
	const struct instant address = attempts_wait(ATTEMPTS_CONTACT, &c->to_address, now);
	const struct instant account = attempts_wait(ATTEMPTS_CONTACT, &c->by_account, now);

	return instant_before(address, account) ? account : address;
}

enum err
contact_code_send(struct unit *unit, struct arena *arena, const struct contact_code *c, struct account *account,
    struct instant now, struct problem *why)
{
	char *code = arena_take(arena, RANDOM_DIGITS);

	assert(!contact_code_wait(c, now).us && id_equal(&c->account, &account->id));
	random_digits(code);
	if (contact_add(account, c->address, span_text(code), now, why) != OK)
		return why->code;
	attempts_failed(unit, arena, ATTEMPTS_CONTACT, counted_of(arena, c), &c->to_address, now);
	attempts_failed(unit, arena, ATTEMPTS_CONTACT, id_span(&c->account), &c->by_account, now);
	notice_put(unit, &(struct notice){ .id = id_new(now), .kind = NOTICE_CONTACT_CODE,
		.english = account->english, .address = c->address, .code = span_text(code), .made = now,
		.until = instant_after(now, CONTACT_CODE_FOR), .next = now });
	return OK;
}

void
contact_code_typed(struct unit *unit, struct arena *arena, const struct contact_code *c)
{
	attempts_forget(unit, arena, ATTEMPTS_CONTACT, counted_of(arena, c), &c->to_address);
}
