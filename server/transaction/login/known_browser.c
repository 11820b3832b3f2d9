/* transaction/login/known_browser.c - a browser that a person wants to be remembered in. */
#include "transaction/login/known_browser.h"

#include <string.h>

#include "base/buffer.h"
#include "base/record.h"
#include "base/role.h"

#define FORM 1
#define ROW_SIZE (1 + sizeof(struct id))

const struct table known_browser_table = { "known-browser", ROLE_BIT(ROLE_WORKER), 0 };

struct ask
known_browser_ask(const uint8_t key[32])
{
	return (struct ask){ .table = &known_browser_table, .from = span_of(key, 32) };
}

enum err
known_browser_loaded(const struct ask *asked, struct id *account, struct problem *why)
{
	struct record r;
	uint8_t form;

	*account = (struct id){ { 0 } };
	if (!asked->count)
		return OK;
	r = record_of(asked->rows[0].value);
	form = record_u8(&r);
	*account = record_id(&r);
	if (form != FORM || !record_whole(&r))
		return problem_set(why, ERR_UNAVAILABLE, "",
		    "a known browser's row in the store is of a form this build does not know");
	return OK;
}

void
known_browser_put(struct unit *unit, const uint8_t key[32], const struct id *account, struct instant now)
{
	struct buffer b = buffer_init(ROW_SIZE);

	buffer_u8(&b, FORM);
	buffer_id(&b, account);
	unit_put_until(unit, &known_browser_table, span_of(key, 32), buffer_span(&b),
	    instant_after(now, KNOWN_BROWSER_FOR));
	buffer_release(&b);
}
