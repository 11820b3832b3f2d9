/* transaction/account/erasing.c - accounts that have ended and of which some may be left, as rows.
 *
 *     row = form(u8) since(instant) entry(id) unread(u32)
 */
#include "transaction/account/erasing.h"

#include "base/buffer.h"
#include "base/record.h"
#include "base/role.h"
#include "store/unit.h"

#define FORM 1
#define ROW_LARGEST 64

const struct table erasing_table = { "erasing", ROLE_BIT(ROLE_WORKER) | ROLE_BIT(ROLE_STEWARD), 0 };

struct ask
erasing_ask(const struct id *account)
{
	return (struct ask){ .table = &erasing_table, .from = id_span(account) };
}

struct ask
erasings_ask(const uint8_t behind[ERASING_BEHIND], uint32_t limit)
{
	return (struct ask){ .table = &erasing_table, .from = span_of(behind, ERASING_BEHIND), .limit = limit };
}

bool
erasing_read(const struct row *row, struct erasing *out)
{
	struct record r = record_of(row->value);
	const uint8_t form = record_u8(&r);

	*out = (struct erasing){ .since = record_instant(&r) };
	out->entry = record_id(&r);
	out->unread = record_u32(&r);
	if (row->key.size != sizeof(out->account.bytes))
		return false;
	memcpy(out->account.bytes, row->key.data, sizeof(out->account.bytes));
	return form == FORM && record_whole(&r) && id_given(&out->account);
}

void
erasing_put(struct unit *unit, const struct erasing *e)
{
	struct buffer b = buffer_init(ROW_LARGEST);

	buffer_u8(&b, FORM);
	buffer_instant(&b, e->since);
	buffer_id(&b, &e->entry);
	buffer_u32(&b, e->unread);
	unit_put(unit, &erasing_table, id_span(&e->account), buffer_span(&b));
	buffer_release(&b);
}

void
erasing_end(struct unit *unit, const struct id *account)
{
	unit_delete(unit, &erasing_table, id_span(account));
}
