/* transaction/taking/taking.c - what was proofed is taken over. */
#include "transaction/taking/taking.h"

#include <string.h>

#include "transaction/notice/notice.h"

#define NAMES_LARGEST 256

struct instant
taking_moment(struct taking *t)
{
	return instant_after(t->now, SECONDS(1) / 1000 * t->events++);
}

void
taking_history(struct taking *t, enum history_kind kind, struct span name, struct span detail)
{
	history_add(t->unit, &t->account->id, &(struct history_event){ .kind = kind, .at = taking_moment(t),
		.actor = t->actor, .name = name, .detail = detail, .where = t->where });
}

void
taking_account(struct taking *t)
{
	t->account->standing = ACCOUNT_FULL;
	account_put(t->unit, t->arena, t->account);
	if (t->is_new)
		taking_history(t, HISTORY_OPENED, (struct span){ 0 },
		    span_text(account_standing_name(t->account->standing)));
}

void
taking_record(struct taking *t, const struct proofing_record *record)
{
	proofing_record_put(t->unit, t->arena, &t->account->id, record);
	taking_history(t, HISTORY_PROOFED, (struct span){ 0 }, span_text(proofing_method_name(record->method)));
}

bool
taking_replaces(const struct taking_told *told)
{
	for (size_t i = 0; i < told->change_count; i++)
		if (attribute_replaces(told->known, &told->changes[i]))
			return true;
	return false;
}

/* Of a new account all is new, and nothing changed. */
static void
tell_changes(struct taking *t, const struct taking_told *told)
{
	struct buffer names = buffer_init(NAMES_LARGEST);

	for (size_t i = 0; !t->is_new && i < told->change_count; i++)
		buffer_print(&names, "%s%s", i ? "," : "", told->changes[i].kind->name);
	if (names.end > names.start)
		taking_history(t, HISTORY_ATTRIBUTE_CHANGED, (struct span){ 0 },
		    arena_copy(t->arena, buffer_span(&names)));
	buffer_release(&names);
}

enum err
taking_attributes(struct taking *t, const struct taking_told *told, struct problem *why)
{
	struct likeness *now = told->likeness, *before = told->before;

	likeness_remember(told->taken, now);
	attributes_put(t->unit, &t->account->id, told->taken);
	tell_changes(t, told);
	if (before && (!now || memcmp(before->key, now->key, sizeof(now->key)) != 0))
		likeness_remove(t->unit, before, &t->account->id);
	return now ? likeness_add(t->unit, now, &t->account->id, why) : OK;
}

void
taking_tell(struct taking *t)
{
	account_tell(t->unit, t->account, NOTICE_PROOFED, (struct span){ 0 }, (struct span){ 0 }, t->now);
}
