/* registry/journal.c - the entries of the journal. */
#include "registry/journal.h"

#include <assert.h>

#include "codec/json_writer.h"
#include "codec/text.h"
#include "crypto/digest.h"

#define ENTRY_LARGEST (4 * KIB) /* an actor, a source or a key's name, escaped, and small things */

static void
begin(struct buffer *b, const char *actor)
{
	*b = buffer_init(ENTRY_LARGEST);
	buffer_byte(b, '{');
	json_write_member(b, "actor", span_text(actor));
}

static void
append(struct unit *unit, struct buffer *b)
{
	buffer_text(b, "}");
	assert(!b->overflowed);
	unit_append(unit, &journal_table, buffer_span(b));
	buffer_release(b);
}

void
journal_imported(struct unit *unit, const struct import *import, const struct import_report *report)
{
	struct arena arena = arena_init(64 * KIB);
	char at[INSTANT_TEXT];
	uint8_t sum[32];
	struct buffer b;

	digest(DIGEST_SHA256, import->document, sum);
	begin(&b, import->actor ? import->actor : "");
	buffer_print(&b, ",\"added\":%u,\"at\":\"%s\",\"changed\":%u,\"document\":\"sha256:%s\"", report->added,
	    instant_text(import->now, at), report->changed, hex_write(&arena, span_of(sum, sizeof(sum))));
	buffer_print(&b, ",\"event\":\"metadata.imported\",\"refused\":%zu,\"removed\":%u",
	    report->refusal_count, report->removed);
	json_write_member(&b, "source", span_text(import->source));
	buffer_print(&b, ",\"unchanged\":%u", report->unchanged);
	append(unit, &b);
	arena_release(&arena);
}

void
journal_key_changed(struct unit *unit, const char *actor, struct instant now, const struct key_life *life, bool forced)
{
	char at[INSTANT_TEXT];
	struct buffer b;

	begin(&b, actor);
	buffer_print(&b, ",\"at\":\"%s\",\"event\":\"key.changed\",\"forced\":%s,\"key\":", instant_text(now, at),
	    forced ? "true" : "false");
	json_write_string(&b, life->name);
	buffer_print(&b, ",\"state\":\"%s\"", key_state_name(life->state));
	append(unit, &b);
}

void
journal_source(struct unit *unit, const char *actor, struct instant now, const struct source_news *news)
{
	struct arena arena = arena_init(64 * KIB);
	char at[INSTANT_TEXT];
	struct buffer b;

	begin(&b, actor);
	buffer_print(&b, ",\"added\":%u,\"at\":\"%s\",\"changed\":%u,\"document\":", news->added,
	    instant_text(now, at), news->changed);
	if (news->document)
		buffer_print(&b, "\"sha256:%s\"", hex_write(&arena, span_of(news->document, 32)));
	else
		buffer_text(&b, "null");
	buffer_print(&b, ",\"event\":\"%s\",\"problem\":", news->event);
	if (news->problem)
		json_write_string(&b, span_text(news->problem));
	else
		buffer_text(&b, "null");
	buffer_print(&b, ",\"refused\":%u,\"removed\":%u", news->refused, news->removed);
	json_write_member(&b, "source", span_text(news->source));
	append(unit, &b);
	arena_release(&arena);
}

void
journal_member(struct unit *unit, struct span entry)
{
	unit_append(unit, &journal_table, entry);
}

void
journal_caller(struct unit *unit, const char *actor, struct instant now, const struct caller_news *news)
{
	struct arena arena = arena_init(4 * KIB);
	char at[INSTANT_TEXT];
	struct buffer b;

	begin(&b, actor);
	buffer_text(&b, ",\"approvers\":");
	json_write_lines(&b, news->approvers);
	buffer_print(&b, ",\"at\":\"%s\"", instant_text(now, at));
	json_write_member(&b, "caller", news->caller);
	buffer_text(&b, ",\"event\":\"caller.changed\",\"expires\":");
	if (news->expires.us)
		buffer_print(&b, "\"%s\"", instant_text(news->expires, at));
	else
		buffer_text(&b, "null");
	if (news->fingerprint)
		buffer_print(&b, ",\"key\":\"sha256:%s\"", hex_write(&arena, span_of(news->fingerprint, 32)));
	else
		buffer_text(&b, ",\"key\":null");
	json_write_member(&b, "member", news->member);
	buffer_text(&b, ",\"rights\":[");
	for (size_t i = 0; i < news->right_count; i++)
		buffer_print(&b, "%s\"%s\"", i ? "," : "", news->rights[i]);
	buffer_print(&b, "],\"step\":\"%s\"", news->step);
	append(unit, &b);
	arena_release(&arena);
}

void
journal_proofing(struct unit *unit, const struct proofing_news *news, struct instant now)
{
	char at[INSTANT_TEXT];
	struct buffer b = buffer_init(ENTRY_LARGEST);

	buffer_byte(&b, '{');
	json_write_member(&b, "actor", news->actor);
	buffer_text(&b, ",\"approvers\":");
	json_write_lines(&b, news->approvers);
	buffer_print(&b, ",\"at\":\"%s\",\"event\":\"%s\"", instant_text(now, at), news->event);
	json_write_member(&b, "reason", news->reason);
	append(unit, &b);
}

void
journal_staff(struct unit *unit, const struct staff_news *news, struct instant now)
{
	char at[INSTANT_TEXT];
	struct buffer b = buffer_init(ENTRY_LARGEST);

	buffer_byte(&b, '{');
	json_write_member(&b, "account", news->account);
	json_write_member(&b, "actor", news->actor);
	buffer_text(&b, ",\"approvers\":");
	json_write_lines(&b, news->approvers);
	buffer_print(&b, ",\"at\":\"%s\",\"event\":\"staff.changed\"", instant_text(now, at));
	json_write_member(&b, "role", news->role);
	buffer_print(&b, ",\"step\":\"%s\"", news->step);
	append(unit, &b);
}
