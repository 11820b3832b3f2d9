/* person/likeness.c - the index by which the same person is found again.
 *
 *     row = form(u8) count(u8) account(16)*
 */
#include "person/likeness.h"

#include <assert.h>

#include <openssl/crypto.h>

#include "base/record.h"
#include "base/role.h"
#include "codec/comparable.h"
#include "crypto/digest.h"

#define FORM 1
#define ID sizeof(struct id)

/* The steward erases what operators order. */
const struct table likeness_table = { "likeness", ROLE_BIT(ROLE_WORKER) | ROLE_BIT(ROLE_STEWARD), 0 };

/* The four attributes (基本4情報); without the first two nobody looks like anybody. */
static const struct { const char *name; bool needed; } compared[] = {
	{ "name", true }, { "birthdate", true }, { "gender", false }, { "address", false },
};

bool
likeness_of(const struct wrapping *w, const struct attributes *a, struct likeness *out)
{
	struct buffer b = buffer_init(SIZE_MAX);
	struct span text;
	bool known = true;
	uint8_t key[32];

	*out = (struct likeness){ .count = 0 };
	for (size_t i = 0; i < COUNT(compared); i++) {
		const struct attribute *one = attribute_find(a, compared[i].name);
		size_t before = b.end;

		if (one && one->source != ATTRIBUTE_SELF_STATED)
			comparable_add(&b, one->value);
		known = known && (!compared[i].needed || b.end > before);
		buffer_byte(&b, '\0');
	}
	text = buffer_span(&b);
	wrapping_derive(w, "likeness", key);
	if (known)
		digest_keyed(span_of(key, sizeof(key)), &text, 1, out->key);
	OPENSSL_cleanse(key, sizeof(key));
	buffer_release(&b);
	return known;
}

void
likeness_remember(struct attributes *a, const struct likeness *l)
{
	_Static_assert(sizeof(a->likeness) == sizeof(l->key), "the key whole");

	if (l)
		memcpy(a->likeness, l->key, sizeof(a->likeness));
	else
		memset(a->likeness, 0, sizeof(a->likeness));
}

bool
likeness_remembered(const struct attributes *a, struct likeness *out)
{
	static const uint8_t nowhere[sizeof(a->likeness)];

	*out = (struct likeness){ .count = 0 };
	memcpy(out->key, a->likeness, sizeof(out->key));
	return memcmp(a->likeness, nowhere, sizeof(nowhere)) != 0;
}

static struct span
key_of(const struct likeness *l)
{
	return span_of(l->key, sizeof(l->key));
}

struct ask
likeness_ask(const struct likeness *l)
{
	return (struct ask){ .table = &likeness_table, .from = key_of(l) };
}

enum err
likeness_loaded(const struct ask *ask, struct likeness *l, struct problem *why)
{
	struct record r = record_of(ask->count ? ask->rows[0].value : (struct span){ 0 });
	uint8_t form = record_u8(&r);
	size_t count = record_u8(&r);

	l->count = 0;
	l->generation = 0;
	if (!ask->count)
		return OK;
	if (form != FORM || count > LIKENESS_ACCOUNTS || r.rest.size != count * ID)
		return problem_set(why, ERR_UNAVAILABLE, "",
		    "who looks like this person: the row in the store is of a form this build does not know");
	memcpy(l->accounts, r.rest.data, count * ID);
	l->count = count;
	l->generation = ask->rows[0].generation;
	return OK;
}

static void
put(struct unit *unit, const struct likeness *l)
{
	uint8_t row[2 + LIKENESS_ACCOUNTS * ID] = { FORM, (uint8_t)l->count };

	unit_expect(unit, &likeness_table, key_of(l), l->generation);
	memcpy(row + 2, l->accounts, l->count * ID);
	if (l->count)
		unit_put(unit, &likeness_table, key_of(l), span_of(row, 2 + l->count * ID));
	else
		unit_delete(unit, &likeness_table, key_of(l));
}

/* `count`: it is not there. */
static size_t
place_of(const struct likeness *l, const struct id *account)
{
	size_t at = 0;

	while (at < l->count && !id_equal(&l->accounts[at], account))
		at++;
	return at;
}

enum err
likeness_add(struct unit *unit, struct likeness *l, const struct id *account, struct problem *why)
{
	if (place_of(l, account) < l->count)
		return OK;
	if (l->count == LIKENESS_ACCOUNTS)
		return problem_set(why, ERR_LIMIT, "",
		    "%d accounts or more have this name, date of birth, sex and address: a registrar has to look",
		    LIKENESS_ACCOUNTS);
	l->accounts[l->count++] = *account;
	put(unit, l);
	return OK;
}

void
likeness_remove(struct unit *unit, struct likeness *l, const struct id *account)
{
	size_t at = place_of(l, account);

	if (at == l->count)
		return;
	l->accounts[at] = l->accounts[--l->count];
	put(unit, l);
}
