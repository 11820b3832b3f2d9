/* transaction/enrolment/card_holder.c - who has a card already. */
#include "transaction/enrolment/card_holder.h"

enum { ASK_CREDENTIAL, ASK_ACCOUNT };

enum err
card_holder_named(const struct ask *name, struct card_holder *out, struct problem *why)
{
	*out = (struct card_holder){ .there = false };
	if (!name->count)
		return OK;
	if (!credential_name_read(name->rows[0].value, &out->account, &out->id))
		return problem_set(why, ERR_UNAVAILABLE, "",
		    "an authenticator's name in the store is of a form this build does not know");
	out->there = true;
	out->name_generation = name->rows[0].generation;
	return OK;
}

void
card_holder_ask(struct arena *arena, const struct card_holder *h, struct ask out[CARD_HOLDER_ASKS])
{
	out[ASK_CREDENTIAL] = credential_ask(arena, &h->account, &h->id);
	out[ASK_ACCOUNT] = account_ask(&h->account);
}

enum err
card_holder_loaded(struct arena *arena, const struct ask asked[CARD_HOLDER_ASKS], struct card_holder *h,
    struct problem *why)
{
	const struct ask *credential = &asked[ASK_CREDENTIAL];
	enum err err = credential_loaded(arena, credential->count ? credential->rows : NULL, &h->credential, why);

	return err == OK ? account_loaded(arena, &asked[ASK_ACCOUNT], &h->whose, why) : err;
}

bool
card_holder_is(const struct card_holder *h, const struct id *account)
{
	return h->there && id_equal(&h->account, account);
}

bool
card_holder_yields(const struct card_holder *h, const struct id *binder, bool linked, struct instant now)
{
	return h->credential.binding == BINDING_UNCONFIRMED && !credential_ended(&h->credential, now) &&
	    (!card_holder_is(h, binder) || linked);
}

enum err
card_holder_take(struct unit *unit, struct arena *arena, struct card_holder *h, const struct id *binder,
    struct instant now, struct problem *why)
{
	const bool own = card_holder_is(h, binder);
	const struct credential_because because = { .actor = span_text(own ? "person" : "system"),
		.reason = span_text(own ? "replaced" : "reclaimed"), .now = now };
	bool changed;

	if (credential_take(&h->credential, CREDENTIAL_REVOKE, &because, &changed, why) != OK)
		return why->code;
	h->change = (struct credential_change){ .account = &h->whose, .credential = &h->credential,
		.event = CREDENTIAL_STEPPED, .now = now };
	credential_change_put(unit, arena, &h->change);
	return OK;
}
