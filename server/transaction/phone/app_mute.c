/* transaction/phone/app_mute.c - "this was not me": how long an account's phones are silent. */
#include "transaction/phone/app_mute.h"

#include "base/record.h"
#include "base/role.h"
#include "codec/json_writer.h"
#include "person/history.h"
#include "store/unit.h"
#include "transaction/notice/notice.h"

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
struct app_mute
app_muted(const struct ask *asked, const struct credential *credentials, size_t count)
{
	struct instant since;
	struct record r;

	if (!asked->count)
		return (struct app_mute){ 0 };
	r = record_of(asked->rows[0].value);
	since = record_instant(&r);
	for (size_t i = 0; i < count; i++)
		if (credentials[i].kind != CREDENTIAL_APP && instant_before(since, credentials[i].used))
			return (struct app_mute){ 0 };
	return (struct app_mute){ since, instant_after(since, MUTED_FOR), asked->rows[0].generation };
}

enum err
app_muted_loaded(struct arena *arena, const struct ask *mute, const struct ask *rows, struct app_mute *out,
    struct problem *why)
{
	struct credential *credentials = arena_array(arena, struct credential, rows->count);

	for (size_t i = 0; i < rows->count; i++)
		if (credential_loaded(arena, &rows->rows[i], &credentials[i], why) != OK)
			return why->code;
	*out = app_muted(mute, credentials, rows->count);
	return OK;
}

void
app_mute_lifted(struct unit *unit, const struct app_mute_lift *lift)
{
	const struct account *account = lift->account;
	struct history_event event = { .kind = HISTORY_MUTE_ENDED, .at = lift->now, .actor = span_text("person"),
		.where = lift->where };

	if (lift->phone) {
		event.credential = lift->phone->id;
		event.name = lift->phone->name;
	}
	unit_expect(unit, &app_mute_table, id_span(&account->id), lift->mute->generation);
	app_mute_end(unit, &account->id);
	history_add(unit, &account->id, &event);
	account_tell(unit, account, NOTICE_MUTE_ENDED, event.name, (struct span){ 0 }, lift->now);
}

void
app_mute_write(struct buffer *b, const struct app_mute *mute)
{
	json_write_name(b, "muted");
	if (!mute->since.us) {
		buffer_text(b, "null");
		return;
	}
	buffer_byte(b, '{');
	json_write_time(b, "since", mute->since);
	json_write_time(b, "until", mute->until);
	buffer_byte(b, '}');
}
