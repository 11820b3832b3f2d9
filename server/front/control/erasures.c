/* front/control/erasures.c - a person's decisions over the control socket: looked for, and erased.
 *
 *     erasures_search -> a part of the entries -> those about the subject, and where to go on
 *     erasures_start -> erasure_start … on_erasure_done -> what became of it
 *
 * Each request looks at a bounded part, so that the steward is at nobody else's expense for long; who asks goes on.
 */
#include <stdlib.h>

#include "base/log.h"
#include "codec/reader.h"
#include "codec/text.h"
#include "front/control/request.h"
#include "front/control/routes.h"
#include "http/exchange.h"
#include "registry/standing.h"
#include "transaction/decision/erasure.h"

#define SEARCHED_AT_ONCE 4096
#define SCRATCH_LARGEST (4 * MIB)
#define ANSWER_LARGEST (1 * MIB)
#define TYPE_LARGEST 255
#define MEMBER_LARGEST 64
#define REASON_LARGEST 1000

struct asked {
	struct erasure_subject subject;
	struct span reason, from;
	struct id *ids;
	size_t count;
};

static void
read_subject(struct reader *r, struct erasure_subject *out)
{
	struct span name;

	reader_object(r);
	while (reader_member(r, &name)) {
		if (span_is(name, "type"))
			out->type = reader_string(r, 1, TYPE_LARGEST);
		else if (span_is(name, "id"))
			out->id = reader_string(r, 1, ERASURE_ID_LARGEST);
	}
}

static int
compare_ids(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct id));
}

/* How many were erased is told for ever, so none may count twice. */
static enum err
check_ids(struct arena *a, const struct asked *q, struct problem *why)
{
	struct id *sorted = arena_array(a, struct id, q->count);
	char text[LEDGER_ID_TEXT];

	if (q->count == 0)
		return problem_set(why, ERR_SYNTAX, "", "/entries: expected at least one, found none");
	memcpy(sorted, q->ids, q->count * sizeof(*sorted));
	qsort(sorted, q->count, sizeof(*sorted), compare_ids);
	for (size_t i = 1; i < q->count; i++)
		if (compare_ids(&sorted[i - 1], &sorted[i]) == 0)
			return problem_set(why, ERR_INVALID, "", "/entries: expected each entry once, found %s twice",
			    ledger_id_text(&sorted[i], text));
	return OK;
}

static void
read_ids(struct reader *r, struct asked *out)
{
	out->ids = arena_array(r->arena, struct id, ERASURE_AT_ONCE);
	reader_array(r);
	while (reader_element(r)) {
		if (out->count == ERASURE_AT_ONCE) {
			reader_fail(r, arena_print(r->arena, "at most %d entries at once", ERASURE_AT_ONCE), "more");
			return;
		}
		if (!ledger_id_read(reader_string(r, 0, LEDGER_ID_TEXT), &out->ids[out->count++]))
			reader_fail(r, "an entry's ID, 32 hexadecimal digits", "something else");
	}
}

/* Either request: only a search says where it goes on, only an erasure why and what. */
static enum err
asked_read(struct exchange *e, bool search, struct asked *out, struct problem *why)
{
	struct reader r = reader_json(e->arena, e->body,
	    (struct limits){ .bytes = ERASURES_BODY, .depth = 3, .members = ERASURE_AT_ONCE + 16 });
	struct span name;

	*out = (struct asked){ .count = 0 };
	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "subject"))
			read_subject(&r, &out->subject);
		else if (span_is(name, "member"))
			out->subject.member = reader_string(&r, 0, MEMBER_LARGEST);
		else if (search && span_is(name, "from"))
			out->from = reader_string(&r, 0, LEDGER_ID_TEXT);
		else if (!search && span_is(name, "reason"))
			out->reason = reader_string(&r, 0, REASON_LARGEST);
		else if (!search && span_is(name, "entries"))
			read_ids(&r, out);
	}
	if (reader_end(&r, why) != OK)
		return why->code;
	if (!out->subject.type.size || !out->subject.id.size)
		return problem_set(why, ERR_SYNTAX, "", "/subject: expected one with type and id, found none");
	return OK;
}

/* Looking */

enum search_part { SEARCH_ENTRIES, SEARCH_LEAF, SEARCH_MEMBER, SEARCH_PARTS };

struct searching {
	struct exchange *exchange;
	struct erasure_search search;
	struct span member;
	struct ask asks[SEARCH_PARTS];
	struct id from;
};

static void
write_id(struct buffer *b, size_t before, struct span key)
{
	struct id id = { { 0 } };
	char text[LEDGER_ID_TEXT];

	memcpy(id.bytes, key.data, key.size < sizeof(id.bytes) ? key.size : sizeof(id.bytes));
	buffer_print(b, "%s\"%s\"", before ? "," : "", ledger_id_text(&id, text));
}

/* An entry that cannot be read may be the person's: it is told, and keeps nobody from those that can. */
static void
write_found(struct searching *s, struct buffer *b)
{
	struct buffer unreadable = buffer_init(ANSWER_LARGEST);
	struct arena scratch = arena_init(SCRATCH_LARGEST);
	const struct ask *part = &s->asks[SEARCH_ENTRIES];
	size_t found = 0, unread = 0;
	struct problem first;

	buffer_text(b, "\"found\":[");
	for (size_t i = 0; i < part->count; i++) {
		struct problem *why = unread ? NULL : &first;
		struct ledger_entry entry;
		bool about = false;

		arena_reset(&scratch);
		if (ledger_entry_loaded(&part->rows[i], &entry, why) != OK ||
		    erasure_look(&scratch, &s->search, &entry, &about, why) != OK)
			write_id(&unreadable, unread++, part->rows[i].key);
		else if (about)
			write_id(b, found++, part->rows[i].key);
	}
	buffer_text(b, "],\"unreadable\":[");
	buffer_add(b, buffer_span(&unreadable));
	buffer_text(b, "],\"why\":");
	if (unread)
		json_write_string(b, span_text(first.text));
	else
		buffer_text(b, "null");
	buffer_release(&unreadable);
	arena_release(&scratch);
}

/* The ID behind the last that was looked at; none when all were. */
static void
write_next(const struct ask *part, struct buffer *b)
{
	char text[LEDGER_ID_TEXT];
	struct id id;

	if (!part->more || part->rows[part->count - 1].key.size != sizeof(id.bytes)) {
		buffer_text(b, ",\"next\":null");
		return;
	}
	memcpy(id.bytes, part->rows[part->count - 1].key.data, sizeof(id.bytes));
	for (size_t i = sizeof(id.bytes); i-- > 0 && ++id.bytes[i] == 0;)
		continue;
	buffer_print(b, ",\"next\":\"%s\"", ledger_id_text(&id, text));
}

static void
on_part_loaded(void *arg, enum err err, const struct problem *why)
{
	struct searching *s = arg;
	const struct ask *leaf = &s->asks[SEARCH_LEAF];
	struct problem nobody;
	uint64_t size = 0;
	struct buffer b;

	exchange_hold(s->exchange, NULL);
	if (err != OK) {
		exchange_refuse(s->exchange, status_of(err), why);
		return;
	}
	if (s->member.size && s->asks[SEARCH_MEMBER].count == 0) {
		problem_set(&nobody, ERR_NOT_FOUND, "", "/member: there is no member \"%.*s\"", SPAN_ARGS(s->member));
		exchange_refuse(s->exchange, status_of(nobody.code), &nobody);
		return;
	}
	if (leaf->count)
		ledger_number_read(leaf->rows[0].key, &size);
	b = buffer_init(ANSWER_LARGEST);
	buffer_print(&b, "{\"searched\":%zu,\"size\":%llu,", s->asks[SEARCH_ENTRIES].count, (unsigned long long)size);
	write_found(s, &b);
	write_next(&s->asks[SEARCH_ENTRIES], &b);
	buffer_text(&b, "}");
	request_answer(s->exchange, &b);
}

void
erasures_search(struct exchange *e, void *front)
{
	struct searching *s = arena_new(e->arena, struct searching);
	struct control *c = front;
	struct problem why;
	struct asked q;

	if (!request_allowed(e, c))
		return;
	if (asked_read(e, true, &q, &why) != OK) {
		exchange_refuse(e, status_of(why.code), &why);
		return;
	}
	if (q.from.size && !ledger_id_read(q.from, &s->from)) {
		problem_set(&why, ERR_SYNTAX, "",
		    "/from: expected an entry's ID, as \"next\" was answered, found another text");
		exchange_refuse(e, status_of(why.code), &why);
		return;
	}
	if (q.subject.member.size && !member_id_valid(q.subject.member)) {
		problem_set(&why, ERR_SYNTAX, "", "/member: expected a member's id, found another text");
		exchange_refuse(e, status_of(why.code), &why);
		return;
	}
	s->exchange = e;
	s->member = q.subject.member;
	erasure_search_init(e->arena, &q.subject, &s->search);
	s->asks[SEARCH_ENTRIES] = (struct ask){ .table = &ledger_entry_table,
		.from = id_span(&s->from), .limit = SEARCHED_AT_ONCE };
	s->asks[SEARCH_LEAF] = (struct ask){ .table = &ledger_leaf_table, .limit = 1, .backwards = true };
	s->asks[SEARCH_MEMBER] = (struct ask){ .table = &member_table, .from = s->member };
	exchange_hold(e, store_load(c->store, s->asks, s->member.size ? SEARCH_PARTS : SEARCH_MEMBER, on_part_loaded,
	    s));
}

/* Erasing */

struct erasing {
	struct exchange *exchange;
	struct asked asked;
	struct erasure_request request;
};

static void
on_erasure_done(void *arg, enum err err, const struct erasure_report *r, const struct problem *why)
{
	struct erasing *g = arg;
	char entry[LEDGER_ID_TEXT];
	struct buffer b;

	exchange_hold(g->exchange, NULL);
	if (err != OK) {
		exchange_refuse(g->exchange, status_of(err), why);
		return;
	}
	b = buffer_init(4 * KIB);
	buffer_print(&b, "{\"outcome\":\"%s\",\"erased\":%zu,\"gone\":%zu", r->waits ? "waits" : "erased", r->erased,
	    r->gone);
	buffer_print(&b, ",\"approvals\":{\"had\":%u,\"needed\":%u},\"entry\":", r->had, r->needed);
	if (r->erased) {
		ledger_id_text(&r->entry, entry);
		buffer_print(&b, "\"%s\"}", entry);
		log_info("ledger.erased", "uid=%d count=%zu entry=%s", g->exchange->peer_uid, r->erased, entry);
	} else {
		buffer_text(&b, "null}");
		log_info("ledger.erasure", "uid=%d outcome=%s had=%u needed=%u", g->exchange->peer_uid,
		    r->waits ? "waits" : "nothing", r->had, r->needed);
	}
	request_answer(g->exchange, &b);
}

void
erasures_start(struct exchange *e, void *front)
{
	struct erasing *g = arena_new(e->arena, struct erasing);
	const struct asked *q = &g->asked;
	struct control *c = front;
	struct problem why;

	if (!request_allowed(e, c))
		return;
	g->exchange = e;
	why.code = asked_read(e, false, &g->asked, &why);
	if (why.code == OK)
		why.code = erasure_reason_check(&q->subject, q->reason, &why);
	if (why.code == OK)
		why.code = check_ids(e->arena, q, &why);
	if (why.code != OK) {
		exchange_refuse(e, status_of(why.code), &why);
		return;
	}
	g->request = (struct erasure_request){ .subject = q->subject, .reason = q->reason, .ids = q->ids,
		.count = q->count, .by = request_agreeing(e, c), .now = clock_now() };
	exchange_hold(e, erasure_start(c->store, &g->request, on_erasure_done, g));
}
