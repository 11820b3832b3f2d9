/* transaction/phone/app_mute.c - "this was not me": how long an account's phones are silent. */
#include "transaction/phone/app_mute.h"

#include "base/record.h"
#include "base/role.h"
#include "store/unit.h"

#define MUTED_FOR SECONDS(30 * 86400)

/* The steward erases what operators order. */
const struct table app_mute_table = { "app-mute", ROLE_BIT(ROLE_WORKER) | ROLE_BIT(ROLE_STEWARD), TABLE_OWNED };

struct ask
app_mute_ask(const struct id *account)
{
	return (struct ask){ .table = &app_mute_table, .from = id_span(account) };
}

void
app_mute_put(struct unit *unit, const struct id *account, struct instant now)
{
	struct buffer since = buffer_init(8);

	buffer_instant(&since, now);
	unit_put_until(unit, &app_mute_table, id_span(account), buffer_span(&since), instant_after(now, MUTED_FOR));
	buffer_release(&since);
}

void
app_mute_end(struct unit *unit, const struct id *account)
{
	unit_delete(unit, &app_mute_table, id_span(account));
}

/* Whoever asks this account's phones again may be the same stranger, so they stay silent until another way has
 * succeeded: that was the person. Suspending the phone itself would let a stranger take a person's way in. */
struct instant
app_muted(const struct ask *asked, const struct credential *credentials, size_t count)
{
	struct instant since;
	struct record r;

	if (!asked->count)
		return (struct instant){ 0 };
	r = record_of(asked->rows[0].value);
	since = record_instant(&r);
	for (size_t i = 0; i < count; i++)
		if (credentials[i].kind != CREDENTIAL_APP && instant_before(since, credentials[i].used))
			return (struct instant){ 0 };
	return since;
}

enum err
app_muted_loaded(struct arena *arena, const struct ask *mute, const struct ask *rows, struct instant *out,
    struct problem *why)
{
	struct credential *credentials = arena_array(arena, struct credential, rows->count);

	for (size_t i = 0; i < rows->count; i++)
		if (credential_loaded(arena, &rows->rows[i], &credentials[i], why) != OK)
			return why->code;
	*out = app_muted(mute, credentials, rows->count);
	return OK;
}
