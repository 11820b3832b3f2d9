/* person/account.c - one person's account.
 *
 *     row     = form(u8) id(16) standing(u8) number(12) created(u64) english(u8) staff(u32) contacts(u8) contact*
 *               sessions(u64)
 *     contact = address(block) added(u64) confirmed(u64) code(32) until(u64) tries(u32)
 */
#include "person/account.h"

#include <assert.h>

#include "base/random.h"
#include "base/record.h"
#include "base/role.h"

#define FORM 1
#define NUMBER (ACCOUNT_NUMBER_TEXT - 1)
#define ROW_LARGEST (2 * KIB)

/* The steward writes what operators order: staff, an erasure. */
const struct table account_table = { "account", ROLE_BIT(ROLE_WORKER) | ROLE_BIT(ROLE_STEWARD), 0 };

static const char *const standings[] = {
	[ACCOUNT_UNKNOWN] = "unknown",
	[ACCOUNT_PROVISIONAL] = "provisional",
	[ACCOUNT_FULL] = "full",
	[ACCOUNT_ERASED] = "erased",
};

const char *
account_standing_name(enum account_standing standing)
{
	return standings[standing];
}

static const struct { enum staff_role role; const char *name; } staff_roles[] = {
	{ STAFF_REGISTRAR, "registrar" },
};

unsigned
staff_role_read(struct span word)
{
	for (size_t i = 0; i < COUNT(staff_roles); i++)
		if (span_is(word, staff_roles[i].name))
			return staff_roles[i].role;
	return 0;
}

const char *
staff_role_name(enum staff_role role)
{
	for (size_t i = 0; i < COUNT(staff_roles); i++)
		if (staff_roles[i].role == role)
			return staff_roles[i].name;
	return "none";
}

/* Crockford's base32: no I, L, O, which look like digits, and no U. */
static void
number_new(char out[ACCOUNT_NUMBER_TEXT])
{
	static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	uint8_t drawn[10];
	size_t at = 0;

	random_bytes(drawn, sizeof(drawn));
	for (size_t i = 0; i < sizeof(drawn); i++) {
		if (i == 4 || i == 8)
			out[at++] = '-';
		out[at++] = letters[drawn[i] % 32];
	}
	out[at] = '\0';
}

struct account
account_new(struct instant now)
{
	struct account a = { .id = id_new(now), .standing = ACCOUNT_PROVISIONAL, .created = now };

	number_new(a.number);
	return a;
}

/* The row */

static void
contact_write(struct buffer *b, const struct contact *c)
{
	buffer_block(b, c->address);
	buffer_instant(b, c->added);
	buffer_instant(b, c->confirmed);
	buffer_add(b, span_of(c->code, sizeof(c->code)));
	buffer_instant(b, c->code_until);
	buffer_u32(b, c->tries);
}

void
account_write(struct buffer *b, const struct account *a)
{
	char number[NUMBER] = { 0 };

	assert(a->contact_count <= CONTACTS_LARGEST);
	memcpy(number, a->number, strlen(a->number)); /* an erased account has none */
	buffer_u8(b, FORM);
	buffer_id(b, &a->id);
	buffer_u8(b, (uint8_t)a->standing);
	buffer_add(b, span_of(number, sizeof(number)));
	buffer_instant(b, a->created);
	buffer_u8(b, a->english);
	buffer_u32(b, a->staff);
	buffer_u8(b, (uint8_t)a->contact_count);
	for (size_t i = 0; i < a->contact_count; i++)
		contact_write(b, &a->contacts[i]);
	buffer_instant(b, a->sessions_from);
}

static bool
contact_read(struct record *r, struct contact *out)
{
	out->address = record_block(r);
	out->added = record_instant(r);
	out->confirmed = record_instant(r);
	record_copy(r, out->code, sizeof(out->code));
	out->code_until = record_instant(r);
	out->tries = record_u32(r);
	return !r->broken && out->address.size > 0 && out->address.size <= CONTACT_LARGEST;
}

bool
account_read(struct span value, struct account *out)
{
	struct record r = record_of(value);
	uint8_t form = record_u8(&r), standing, english;

	*out = (struct account){ .id = record_id(&r) };
	standing = record_u8(&r);
	record_copy(&r, out->number, NUMBER);
	out->created = record_instant(&r);
	english = record_u8(&r);
	out->staff = record_u32(&r);
	out->contact_count = record_u8(&r);
	if (r.broken || form != FORM || standing < ACCOUNT_PROVISIONAL || standing > ACCOUNT_ERASED || english > 1 ||
	    out->contact_count > CONTACTS_LARGEST)
		return false;
	out->standing = (enum account_standing)standing;
	out->english = english;
	for (size_t i = 0; i < out->contact_count; i++)
		if (!contact_read(&r, &out->contacts[i]))
			return false;
	out->sessions_from = record_instant(&r);
	return record_whole(&r);
}

struct ask
account_ask(const struct id *id)
{
	return (struct ask){ .table = &account_table, .from = id_span(id) };
}

enum err
account_loaded(struct arena *arena, const struct ask *ask, struct account *out, struct problem *why)
{
	*out = (struct account){ .standing = ACCOUNT_UNKNOWN };
	if (ask->count && !account_read(arena_copy(arena, ask->rows[0].value), out))
		return problem_set(why, ERR_UNAVAILABLE, "",
		    "the account's row in the store is of a form this build does not know");
	if (!ask->count || out->standing == ACCOUNT_ERASED)
		return problem_set(why, ERR_NOT_FOUND, "", "there is no such account");
	out->generation = ask->rows[0].generation;
	return OK;
}

void
account_put(struct unit *unit, struct arena *arena, const struct account *a)
{
	const struct span key = id_span(&a->id);
	struct buffer b = buffer_init(ROW_LARGEST);

	account_write(&b, a);
	assert(!b.overflowed); /* four addresses */
	unit_expect(unit, &account_table, key, a->generation);
	unit_put(unit, &account_table, key, buffer_span(&b));
	if (!a->generation)
		account_name_put(unit, account_name_key(arena, span_text(a->number)), &a->id, 0);
	buffer_release(&b);
}
