/* transaction/account/pointers.c - all that points to an account from elsewhere. */
#include "transaction/account/pointers.h"

#include "person/proofing_record.h"
#include "transaction/authenticator/parent_certificate.h"

/* Asking */

struct asking {
	struct arena *arena;
	const struct ask *records, *credentials;
	struct account_pointers *out;
};

static void
ask_name(struct asking *a, struct span name)
{
	a->out->asks[a->out->count++] = account_name_ask(a->arena, name);
}

static void
ask_owner(struct asking *a, struct span handle)
{
	if (handle.size)
		a->out->asks[a->out->count++] = account_certificate_ask(a->arena, handle);
}

static void
ask_kept(struct asking *a, struct span handle)
{
	if (handle.size)
		a->out->asks[a->out->count++] = parent_certificate_ask(a->arena, handle);
}

/* Whose account they are, and what is kept of them. */
static void
ask_certificates(struct asking *a, void (*ask_certificate)(struct asking *, struct span handle))
{
	for (size_t i = 0; i < a->records->count; i++) {
		struct proofing_record p;

		if (proofing_record_read(a->records->rows[i].value, &p))
			ask_certificate(a, p.handle);
	}
	for (size_t i = 0; i < a->credentials->count; i++) {
		struct credential c;

		if (credential_loaded(a->arena, &a->credentials->rows[i], &c, NULL) != OK)
			continue;
		ask_certificate(a, c.parent_handle);
		if (c.kind == CREDENTIAL_CARD)
			ask_certificate(a, c.card.handle);
	}
}

void
account_pointers_ask(struct arena *arena, const struct account *account, const struct ask *records,
    const struct ask *credentials, struct account_pointers *out)
{
	struct asking a = { arena, records, credentials, out };

	out->count = 0;
	out->asks = arena_array(arena, struct ask,
	    2 + CONTACTS_LARGEST + 2 * (records->count + 2 * credentials->count));
	if (account)
		ask_name(&a, span_text(account->number));
	for (size_t i = 0; account && i < account->contact_count; i++)
		ask_name(&a, account->contacts[i].address);
	out->names = out->count;
	ask_certificates(&a, ask_owner);
	out->certificates = out->count - out->names;
	if (out->alike)
		out->asks[out->count++] = likeness_ask(&out->likeness);
	ask_certificates(&a, ask_kept);
}

/* Deleting */

struct deleting {
	struct unit *unit;
	struct arena *arena;
	const struct id *account;
	size_t *rows;
};

/* Where there is none there is nothing to delete. */
static enum err
none_is_fine(enum err err)
{
	return err == ERR_NOT_FOUND ? OK : err;
}

static enum err
delete_name(struct deleting *d, const struct ask *ask, struct problem *why)
{
	uint64_t generation;
	struct id whose;
	enum err err = account_name_loaded(ask, &whose, &generation, why);

	if (err == OK && id_equal(&whose, d->account)) {
		account_name_remove(d->unit, ask->from, generation);
		++*d->rows;
	}
	return none_is_fine(err);
}

static enum err
delete_certificate(struct deleting *d, const struct ask *ask, struct problem *why)
{
	struct certificate_owner owner;
	enum err err = account_certificate_loaded(ask, &owner, why);

	if (err == OK && id_equal(&owner.account, d->account)) {
		unit_expect(d->unit, &account_certificate_table, ask->from, owner.generation);
		unit_delete(d->unit, &account_certificate_table, ask->from);
		++*d->rows;
	}
	return none_is_fine(err);
}

static enum err
delete_kept(struct deleting *d, const struct ask *ask, struct problem *why)
{
	struct parent_certificate kept;
	enum err err = parent_certificate_loaded(d->arena, ask, &kept, why);

	if (err == OK && id_equal(&kept.account, d->account)) {
		parent_certificate_drop(d->unit, d->arena, &kept);
		++*d->rows;
	}
	return none_is_fine(err);
}

enum err
account_pointers_delete(struct unit *unit, struct arena *arena, const struct id *account, struct account_pointers *p,
    size_t *rows, struct problem *why)
{
	struct deleting d = { unit, arena, account, rows };
	const size_t likeness = p->names + p->certificates;
	enum err err = OK;

	for (size_t i = 0; i < p->count && err == OK; i++) {
		const struct ask *ask = &p->asks[i];

		if (i < p->names)
			err = delete_name(&d, ask, why);
		else if (i < likeness)
			err = delete_certificate(&d, ask, why);
		else if (i > likeness || !p->alike)
			err = delete_kept(&d, ask, why);
		else if ((err = likeness_loaded(ask, &p->likeness, why)) == OK)
			likeness_remove(unit, &p->likeness, account);
	}
	return err;
}
