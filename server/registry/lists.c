/* registry/lists.c - publishing: the trusted list, the same signed, and the members' index, all written in one pass
 * over the members' records.
 *
 *     begin -> members -> histories -> … -> entities -> sign -> pack in threads
 *                 ^__________________|
 *
 * A member whose record cannot be read, or about whom there is more to write than TEXT_LARGEST, is left out of a list
 * as a whole, logged, and counted.
 */
#include "registry/publishing.h"

#include <assert.h>
#include <stdlib.h>

#include "base/log.h"
#include "codec/text.h"
#include "crypto/digest.h"
#include "crypto/jws.h"
#include "registry/card.h"
#include "registry/member_index.h"

#define TEXT_LARGEST (16 * MIB)       /* of what is written about one member; all together can be signed up to 96 MiB */
#define ARENA_LARGEST (1 * GIB)       /* never reached: bounded by PART_MEMBERS and a record's size */

/* A member at hand. */
struct listed {
	struct member member;
	struct member_record record;
	bool readable;
	struct trusted_event *events;
	size_t event_count;
};

static const struct {
	const char *extension;
	enum media media;
} forms[PLAN_LISTS] = {
	[PLAN_TRUSTED_LIST] = { "json", MEDIA_JSON },
	[PLAN_TRUSTED_LIST_SIGNED] = { "jws", MEDIA_JWS },
	[PLAN_MEMBER_INDEX] = { "json", MEDIA_JSON },
};

static void on_breath(void *arg);
static on_loaded on_members, on_histories;
static on_signed on_list_signature;
static on_packed on_list_packed;

void
lists_init(struct publishing *p)
{
	p->lists.part = arena_init(ARENA_LARGEST);
	timer_init(&p->lists.breath, p->loop, on_breath, p);
	for (size_t i = 0; i < PLAN_LISTS; i++)
		p->lists.lists[i].publishing = p;
}

void
lists_release(struct publishing *p)
{
	struct lists_track *t = &p->lists;

	pending_cancel(&t->asked);
	for (size_t i = 0; i < PLAN_LISTS; i++)
		list_file_free(t->lists[i].file);
	timer_release(&t->breath);
	arena_release(&t->part);
}

static void
add_localized(struct buffer *b, const struct localized *l)
{
	buffer_block(b, l->ja);
	buffer_block(b, l->en);
}

void
list_settings_digest(const struct publish_settings *s, uint8_t out[32])
{
	const struct trusted_list_settings *t = s->trusted_list;
	struct buffer b = buffer_init(1 * MIB);

	buffer_u8(&b, 1); /* of the form of our lists: raised when a change here must make all anew */
	buffer_u64(&b, (uint64_t)s->valid_for);
	buffer_u64(&b, (uint64_t)s->cache_for);
	if (t) {
		add_localized(&b, &t->operator_name);
		add_localized(&b, &t->scheme_name);
		buffer_block(&b, span_text(t->territory));
		buffer_block(&b, span_text(t->base_url));
		buffer_block(&b, span_text(t->policy));
		buffer_block(&b, span_text(t->contact));
	}
	buffer_block(&b, span_text(s->list_key));
	buffer_u8(&b, (uint8_t)s->list_key_type);
	buffer_block(&b, s->list_certificate);
	assert(!b.overflowed);
	digest(DIGEST_SHA256, buffer_span(&b), out);
	buffer_release(&b);
}

/* Writing */

static void
add_trusted(struct publishing *p, struct buffer *b)
{
	struct lists_track *t = &p->lists;

	list_file_add(t->lists[PLAN_TRUSTED_LIST].file, buffer_span(b));
	if (t->lists[PLAN_TRUSTED_LIST_SIGNED].file)
		list_file_add_payload(t->lists[PLAN_TRUSTED_LIST_SIGNED].file, buffer_span(b));
	buffer_clear(b);
}

/* Never cut: a row has less than a record, each byte of which is at most six in JSON. */
static void
add_index(struct publishing *p, struct buffer *b)
{
	assert(!b->overflowed);
	list_file_add(p->lists.lists[PLAN_MEMBER_INDEX].file, buffer_span(b));
	buffer_clear(b);
}

static void
leave_out(struct publishing *p, struct span member, const struct problem *why)
{
	p->lists.left_out++;
	log_error("publish.member_left_out", "member=%s problem=%s", LOG_SPAN(member), LOG_TEXT(why->text));
}

/* Beginning */

static enum err
open_lists(struct publishing *p)
{
	struct instant now = { p->settings.now.us - p->settings.now.us % SECONDS(1) };

	p->lists.head = (struct trusted_list_head){
		.sequence = publishing_generation(p),
		.issued = now,
		.next_update = instant_after(now, p->settings.valid_for),
	};
	for (size_t i = 0; i < PLAN_LISTS; i++) {
		struct list_making *l = &p->lists.lists[i];

		l->made = !p->plan.lists[i].make;
		if (l->made)
			continue;
		l->document = (struct published){ .modified = now, .valid_until = p->lists.head.next_update };
		if (list_file_open(p->loop, p->settings.directory, p->plan.lists[i].name,
		        publishing_generation(p), forms[i].extension, &l->file, &p->why) != OK)
			return p->why.code;
	}
	return OK;
}

static enum err
begin(struct publishing *p)
{
	struct lists_track *t = &p->lists;
	struct list_making *with_signature = &t->lists[PLAN_TRUSTED_LIST_SIGNED];
	struct buffer b = buffer_init(TEXT_LARGEST);
	enum err err = open_lists(p);
	struct span header;

	if (err == OK && with_signature->file) {
		err = jws_jades_header(p->settings.list_key_type, p->settings.list_certificate, "json", t->head.issued,
		    &p->arena, &header, &p->why);
		if (err == OK) {
			list_file_add(with_signature->file, base64url_write(&p->arena, header));
			list_file_add(with_signature->file, span_text("."));
		}
	}
	if (err == OK && t->lists[PLAN_TRUSTED_LIST].file) {
		trusted_list_begin(&b, p->settings.trusted_list, &t->head);
		add_trusted(p, &b);
	}
	if (err == OK && t->lists[PLAN_MEMBER_INDEX].file) {
		member_index_begin(&b, publishing_generation(p));
		add_index(p, &b);
	}
	buffer_release(&b);
	return err;
}

/* Members */

static bool
any_is_made(const struct lists_track *t)
{
	for (size_t i = 0; i < PLAN_LISTS; i++)
		if (t->lists[i].file)
			return true;
	return false;
}

static void
load_records(struct publishing *p)
{
	struct lists_track *t = &p->lists;

	arena_reset(&t->part);
	t->asks = arena_new(&t->part, struct ask);
	*t->asks = (struct ask){ .table = &member_table, .from = t->cursor, .limit = PART_MEMBERS };
	t->asked = store_load(p->store, t->asks, 1, on_members, p);
}

/* A record in force was read when it came; if this program cannot read it, one member is missing and told of. */
static bool
read_record(struct publishing *p, struct listed *m)
{
	struct arena *arena = &p->lists.part;
	struct problem why;

	if (member_parse(arena, arena_text(arena, m->member.id), m->member.record, &m->record, &why) == OK)
		return true;
	leave_out(p, m->member.id, &why);
	return false;
}

static void
on_members(void *arg, enum err err, const struct problem *why)
{
	struct publishing *p = arg;
	struct lists_track *t = &p->lists;
	struct ask *ask = t->asks;

	t->asked = NULL;
	if (!publishing_answered(p, err, why))
		return;
	t->listed = arena_array(&t->part, struct listed, ask->count);
	t->listed_count = 0;
	t->last = !publishing_next(p, ask, &t->cursor);
	for (size_t i = 0; i < ask->count; i++) {
		struct listed *m = &t->listed[t->listed_count];

		if (!member_read(arena_copy(&t->part, ask->rows[i].value), &m->member)) {
			publishing_fail_now(p, problem_set(&p->why, ERR_SYNTAX, "",
			    "a row of member is not of our form"));
			return;
		}
		if (card_is_public(&m->member) && read_record(p, m))
			t->listed_count++;
	}
	t->at = t->listed_count ? LISTS_HISTORIES : t->last ? LISTS_ENTITIES : LISTS_MEMBERS;
	publishing_run(p);
}

static void
load_histories(struct publishing *p)
{
	struct lists_track *t = &p->lists;

	t->asks = arena_array(&t->part, struct ask, t->listed_count);
	for (size_t i = 0; i < t->listed_count; i++) {
		struct span id = t->listed[i].member.id;

		t->asks[i] = (struct ask){
			.table = &member_event_table,
			.from = member_event_key(&t->part, id, 0),
			.until = member_event_key(&t->part, id, UINT32_MAX),
			.limit = t->listed[i].member.events + 1,
		};
	}
	t->asked = store_load(p->store, t->asks, t->listed_count, on_histories, p);
}

static void
read_history(struct arena *arena, const struct ask *ask, struct listed *m)
{
	m->events = arena_array(arena, struct trusted_event, ask->count);
	m->event_count = 0;
	for (size_t i = 0; i < ask->count; i++)
		if (trusted_event_read(ask->rows[i].value, &m->events[m->event_count]))
			m->event_count++;
}

static void
write_trusted(struct publishing *p, struct buffer *b, const struct listed *m)
{
	struct lists_track *t = &p->lists;
	struct problem why;
	enum err err = trusted_list_member(b, &t->part, p->settings.trusted_list, &t->head, &m->member, &m->record,
	    m->events, m->event_count, !t->any_trusted, &why);

	if (err == OK && b->overflowed)
		err = problem_set(&why, ERR_LIMIT, "", "there is more to tell of its services than %d bytes",
		    (int)TEXT_LARGEST);
	if (err == OK) {
		t->any_trusted = true;
		add_trusted(p, b);
	} else {
		leave_out(p, m->member.id, &why);
		buffer_clear(b);
	}
}

static void
write_member(struct publishing *p, struct buffer *b, const struct listed *m)
{
	struct lists_track *t = &p->lists;

	if (t->lists[PLAN_TRUSTED_LIST].file && m->member.standing == STANDING_APPROVED)
		write_trusted(p, b, m);
	if (t->lists[PLAN_MEMBER_INDEX].file) {
		member_index_member(b, &m->member, &m->record, p->settings.now, !t->any_indexed);
		t->any_indexed = true;
		add_index(p, b);
	}
}

static void
on_histories(void *arg, enum err err, const struct problem *why)
{
	struct publishing *p = arg;
	struct lists_track *t = &p->lists;
	struct buffer b = buffer_init(TEXT_LARGEST);

	t->asked = NULL;
	if (err == OK)
		for (size_t i = 0; i < t->listed_count; i++) {
			read_history(&t->part, &t->asks[i], &t->listed[i]);
			write_member(p, &b, &t->listed[i]);
		}
	buffer_release(&b);
	if (!publishing_answered(p, err, why))
		return;
	t->at = t->last ? LISTS_ENTITIES : LISTS_MEMBERS;
	t->resting = true;
	timer_set(&t->breath, 0);
}

static void
on_breath(void *arg)
{
	struct publishing *p = arg;

	p->lists.resting = false;
	publishing_run(p);
}

/* Entities of sources, and the ends */

static void
write_ends(struct publishing *p)
{
	struct lists_track *t = &p->lists;
	struct buffer b = buffer_init(TEXT_LARGEST);

	for (size_t i = 0; t->lists[PLAN_MEMBER_INDEX].file && i < p->plan.member_count; i++) {
		const struct plan_entity *e = p->plan.members[i];

		if (e->entity.member.size)
			continue;
		member_index_entity(&b, &e->key, &e->entity, !t->any_indexed);
		t->any_indexed = true;
		add_index(p, &b);
	}
	if (t->lists[PLAN_MEMBER_INDEX].file) {
		member_index_end(&b);
		add_index(p, &b);
	}
	if (t->lists[PLAN_TRUSTED_LIST].file) {
		trusted_list_end(&b, !t->any_trusted);
		add_trusted(p, &b);
	}
	if (t->lists[PLAN_TRUSTED_LIST_SIGNED].file)
		list_file_end_payload(t->lists[PLAN_TRUSTED_LIST_SIGNED].file);
	buffer_release(&b);
}

/* Signing and packing */

static enum err
ask_for_signature(struct publishing *p)
{
	struct list_making *l = &p->lists.lists[PLAN_TRUSTED_LIST_SIGNED];
	struct span input;

	if (!l->file)
		return OK;
	if (generation_file_map(list_file_bytes(l->file), &input, &p->why) != OK)
		return p->why.code;
	p->lists.asked = sign_trusted_list(p->signer, p->settings.list_key, input, on_list_signature, p);
	return OK;
}

static void
on_list_signature(void *arg, enum err err, struct span signature, const struct problem *why)
{
	struct publishing *p = arg;
	struct lists_track *t = &p->lists;
	struct list_making *l = &t->lists[PLAN_TRUSTED_LIST_SIGNED];

	t->asked = NULL;
	if (!publishing_signed(p, p->settings.list_key, err, why))
		return;
	list_file_add(l->file, span_text("."));
	list_file_add(l->file, base64url_write(&p->arena, signature));
	publishing_run(p);
}

static void
pack(struct publishing *p)
{
	for (size_t i = 0; i < PLAN_LISTS; i++) {
		struct list_making *l = &p->lists.lists[i];
		struct content_tag tag;
		uint8_t sum[32];

		if (!l->file)
			continue;
		list_file_close(l->file, sum);
		tag = content_tag_of_digest(sum);
		representations_describe(&p->arena, forms[i].media, p->settings.cache_for, &tag, &l->document);
		generation_file_pack(list_file_bytes(l->file), on_list_packed, l);
	}
}

static void
on_list_packed(void *arg, enum err err, const struct problem *why)
{
	struct list_making *l = arg;
	struct publishing *p = l->publishing;
	const struct plan_list *list = &p->plan.lists[l - p->lists.lists];

	if (!publishing_answered(p, err, why))
		return;
	generation_file_describe(list_file_bytes(l->file), &p->arena, &l->document);
	memcpy(l->document.made_of, list->made_of, sizeof(l->document.made_of));
	list_file_free(l->file);
	l->file = NULL;
	l->made = true;
	publishing_run(p);
}

static bool
all_are_made(const struct lists_track *t)
{
	for (size_t i = 0; i < PLAN_LISTS; i++)
		if (!t->lists[i].made)
			return false;
	return true;
}

enum progress
lists_go(struct publishing *p)
{
	struct lists_track *t = &p->lists;
	enum err err = OK;

	if (t->asked || t->resting)
		return WAIT;
	switch (t->at) {
	case LISTS_BEGIN:
		err = begin(p);
		t->at = any_is_made(t) ? LISTS_MEMBERS : LISTS_PACK;
		if (err != OK)
			return publishing_fail(p, err);
		return lists_go(p);
	case LISTS_MEMBERS:
		load_records(p);
		return WAIT;
	case LISTS_HISTORIES:
		load_histories(p);
		return WAIT;
	case LISTS_ENTITIES:
		write_ends(p);
		t->at = LISTS_SIGN;
		err = ask_for_signature(p);
		if (err != OK)
			return publishing_fail(p, err);
		return lists_go(p);
	case LISTS_SIGN:
		t->at = LISTS_PACK;
		pack(p);
		return WAIT;
	case LISTS_PACK:
		break;
	}
	return all_are_made(t) ? ADVANCE : WAIT;
}
