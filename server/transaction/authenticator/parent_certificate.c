/* transaction/authenticator/parent_certificate.c - a certificate on whose strength authenticators were bound: its rows.
 * */
#include "transaction/authenticator/parent_certificate.h"

#include <assert.h>
#include <endian.h>

#include "base/record.h"

#define FORMAT 1
#define TIME 8
#define ROW_LARGEST (X509_LARGEST + 2 * KIB)
#define USE "parent certificate"

const struct table parent_certificate_table = { "parent-certificate", ROLE_BIT(ROLE_WORKER) | ROLE_BIT(ROLE_STEWARD),
	0 };
const struct table parent_due_table = { "parent-due", ROLE_BIT(ROLE_WORKER) | ROLE_BIT(ROLE_STEWARD), 0 };

static void
parent_certificate_write(struct buffer *b, const struct parent_certificate *p)
{
	buffer_u8(b, FORMAT);
	buffer_id(b, &p->account);
	buffer_block(b, p->handle);
	buffer_u8(b, (uint8_t)p->purpose);
	buffer_block(b, p->wrapped);
	buffer_instant(b, p->kept);
	buffer_instant(b, p->checked);
	buffer_instant(b, p->due);
}

bool
parent_certificate_read(struct span value, struct parent_certificate *out)
{
	struct record r = record_of(value);
	uint8_t format = record_u8(&r), purpose;

	*out = (struct parent_certificate){ .account = record_id(&r) };
	out->handle = record_block(&r);
	purpose = record_u8(&r);
	out->wrapped = record_block(&r);
	out->kept = record_instant(&r);
	out->checked = record_instant(&r);
	out->due = record_instant(&r);
	out->purpose = (enum jpki_purpose)purpose;
	return format == FORMAT && record_whole(&r) && purpose >= JPKI_SIGNATURE && purpose <= JPKI_AUTHENTICATION;
}

static struct span
due_key(struct arena *arena, struct instant due, struct span certificate)
{
	uint8_t *key = arena_take(arena, TIME + certificate.size);
	const uint64_t at = htobe64((uint64_t)due.us);

	memcpy(key, &at, TIME);
	if (certificate.size)
		memcpy(key + TIME, certificate.data, certificate.size);
	return span_of(key, TIME + certificate.size);
}

static void
put(struct unit *unit, struct arena *arena, const struct parent_certificate *p)
{
	const struct span key = account_certificate_key(arena, p->handle);
	struct buffer row = buffer_init(ROW_LARGEST);

	parent_certificate_write(&row, p);
	assert(!row.overflowed);
	unit_put(unit, &parent_certificate_table, key, buffer_span(&row));
	unit_put(unit, &parent_due_table, due_key(arena, p->due, key), (struct span){ 0 });
	buffer_release(&row);
}

struct instant
parent_certificate_due(const struct person_settings *settings, struct instant ends, struct instant now)
{
	const struct instant due = instant_after(now, settings->parent_age);

	return instant_before(ends, due) && instant_before(now, ends) ? ends : due;
}

void
parent_certificate_keep(struct unit *unit, struct arena *arena, const struct person_settings *settings,
    const struct parent_certificate *p, struct span der)
{
	struct parent_certificate kept = *p;

	kept.wrapped = wrap(arena, &settings->wrapping, USE, account_certificate_key(arena, p->handle), der);
	put(unit, arena, &kept);
}

void
parent_certificate_put(struct unit *unit, struct arena *arena, const struct parent_certificate *p,
    struct instant due_before)
{
	const struct span key = account_certificate_key(arena, p->handle);

	unit_expect(unit, &parent_certificate_table, key, p->generation);
	unit_delete(unit, &parent_due_table, due_key(arena, due_before, key));
	put(unit, arena, p);
}

void
parent_certificate_drop(struct unit *unit, struct arena *arena, const struct parent_certificate *p)
{
	const struct span key = account_certificate_key(arena, p->handle);

	unit_expect(unit, &parent_certificate_table, key, p->generation);
	unit_delete(unit, &parent_due_table, due_key(arena, p->due, key));
	unit_delete(unit, &parent_certificate_table, key);
}

struct ask
parent_certificate_ask(struct arena *arena, struct span handle)
{
	return (struct ask){ .table = &parent_certificate_table, .from = account_certificate_key(arena, handle) };
}

enum err
parent_certificate_loaded(struct arena *arena, const struct ask *asked, struct parent_certificate *out,
    struct problem *why)
{
	if (!asked->count)
		return problem_set(why, ERR_NOT_FOUND, "", "this certificate is not kept (any more)");
	if (!parent_certificate_read(arena_copy(arena, asked->rows[0].value), out))
		return problem_set(why, ERR_UNAVAILABLE, "",
		    "a kept certificate's row in the store is of a form this build does not know");
	out->generation = asked->rows[0].generation;
	return OK;
}

bool
parent_certificate_open(struct arena *arena, const struct person_settings *settings, const struct parent_certificate *p,
    struct span *der)
{
	return unwrap(arena, &settings->wrapping, USE, account_certificate_key(arena, p->handle), p->wrapped, der);
}

struct ask
parent_due_ask(struct arena *arena, struct instant now, uint32_t limit)
{
	return (struct ask){ .table = &parent_due_table, .from = span_of("", 1), .limit = limit,
		.until = due_key(arena, instant_after(now, 1), (struct span){ 0 }) };
}

bool
parent_due_read(struct span key, struct instant *due, struct span *certificate)
{
	uint64_t at;

	if (key.size <= TIME)
		return false;
	memcpy(&at, key.data, TIME);
	due->us = (int64_t)be64toh(at);
	*certificate = span_skip(key, TIME);
	return true;
}
