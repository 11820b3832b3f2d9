/* transaction/session/session.c - a browser's session as a row. */
#include "transaction/session/session.h"

#include <assert.h>

#include "base/role.h"
#include "codec/json_writer.h"
#include "codec/reader.h"
#include "transaction/session/browser_name.h"

#define FORM 1
#define FACTS_LARGEST_KEPT (16 * KIB)
#define WHERE_LARGEST 256
#define PARENT_STATUS "binding.parent_status"
#define PARENT_CHECKED "binding.parent_checked"
#define ROW_LARGEST (SESSION_AUTHENTICATIONS * (FACTS_LARGEST_KEPT + 64) + KIB)

const struct table session_table = { "session", ROLE_BIT(ROLE_WORKER) | ROLE_BIT(ROLE_STEWARD), TABLE_NOTICED };

/* Authentications */

void
authentications_write(struct buffer *b, const struct authentication *list, size_t count)
{
	assert(count <= SESSION_AUTHENTICATIONS);
	buffer_u8(b, (uint8_t)count);
	for (size_t i = 0; i < count; i++) {
		assert(list[i].facts.size <= FACTS_LARGEST_KEPT);
		buffer_id(b, &list[i].credential);
		buffer_u8(b, (uint8_t)list[i].kind);
		buffer_instant(b, list[i].at);
		buffer_block(b, list[i].facts);
	}
}

bool
authentications_read(struct record *r, struct authentication out[SESSION_AUTHENTICATIONS], size_t *count)
{
	*count = record_u8(r);
	if (*count > SESSION_AUTHENTICATIONS)
		return false;
	for (size_t i = 0; i < *count; i++) {
		out[i].credential = record_id(r);
		out[i].kind = (enum credential_kind)record_u8(r);
		out[i].at = record_instant(r);
		out[i].facts = record_block(r);
		if (out[i].kind >= CREDENTIAL_KINDS || out[i].facts.size > FACTS_LARGEST_KEPT)
			return false;
	}
	return !r->broken;
}

/* The row */

void
session_write(struct buffer *b, const struct session *s)
{
	buffer_u8(b, FORM);
	buffer_add(b, span_of(s->key, sizeof(s->key)));
	buffer_id(b, &s->id);
	buffer_id(b, &s->account);
	buffer_instant(b, s->begun);
	buffer_instant(b, s->seen);
	buffer_instant(b, s->expires);
	buffer_block(b, span_first(s->where, WHERE_LARGEST));
	authentications_write(b, s->authentications, s->authentication_count);
	buffer_id(b, &s->proofed.record);
	buffer_instant(b, s->proofed.at);
	buffer_u8(b, (uint8_t)s->proofed.replaced_count);
	for (size_t i = 0; i < s->proofed.replaced_count; i++) {
		buffer_id(b, &s->proofed.replaced[i].credential);
		buffer_u8(b, (uint8_t)s->proofed.replaced[i].kind);
	}
}

static bool
read_proofed(struct record *r, struct session_proofed *out)
{
	out->record = record_id(r);
	out->at = record_instant(r);
	out->replaced_count = record_u8(r);
	if (out->replaced_count > SESSION_REPLACED)
		return false;
	for (size_t i = 0; i < out->replaced_count; i++) {
		out->replaced[i].credential = record_id(r);
		out->replaced[i].kind = (enum credential_kind)record_u8(r);
	}
	return !r->broken;
}

bool
session_read(struct span value, struct session *out)
{
	struct record r = record_of(value);
	uint8_t form = record_u8(&r);

	*out = (struct session){ 0 };
	record_copy(&r, out->key, sizeof(out->key));
	out->id = record_id(&r);
	out->account = record_id(&r);
	out->begun = record_instant(&r);
	out->seen = record_instant(&r);
	out->expires = record_instant(&r);
	out->where = record_block(&r);
	if (!authentications_read(&r, out->authentications, &out->authentication_count) ||
	    !read_proofed(&r, &out->proofed))
		return false;
	return form == FORM && record_whole(&r) && id_given(&out->id) && id_given(&out->account);
}

struct ask
session_ask(const uint8_t key[32])
{
	return (struct ask){ .table = &session_table, .from = span_of(key, 32) };
}

static enum err
nobody(struct problem *why)
{
	return problem_set(why, ERR_DENIED, "NIST SP 800-63B-4 s5.1",
	    "nobody is logged in here: there was no login, or it has ended");
}

enum err
session_loaded(struct arena *arena, const struct ask *asked, const struct session_settings *settings,
    struct instant now, struct session *out, struct problem *why)
{
	*out = (struct session){ 0 };
	if (!asked->count)
		return nobody(why);
	if (!session_read(arena_copy(arena, asked->rows[0].value), out))
		return problem_set(why, ERR_UNAVAILABLE, "",
		    "the session's row in the store is of a form this build does not know");
	if (!instant_before(now, out->expires) || !instant_before(now, instant_after(out->seen, settings->idle)))
		return nobody(why);
	out->generation = asked->rows[0].generation;
	return OK;
}

void
session_put(struct unit *unit, const struct session *s)
{
	const struct span key = span_of(s->key, sizeof(s->key));
	struct buffer b = buffer_init(ROW_LARGEST);

	session_write(&b, s);
	assert(!b.overflowed);
	unit_expect(unit, &session_table, key, s->generation);
	unit_put_until(unit, &session_table, key, buffer_span(&b), s->expires);
	buffer_release(&b);
}

void
session_expect(struct unit *unit, struct arena *arena, const struct session *s)
{
	unit_expect(unit, &session_table, span_of(s->key, sizeof(s->key)), s->generation);
	for (size_t i = 0; i < s->authentication_count; i++) {
		const struct authentication *a = &s->authentications[i];

		if (a->generation)
			unit_expect(unit, &credential_table,
			    credential_ask(arena, &s->account, &a->credential).from, a->generation);
	}
}

/* Their credentials, as they are now */

size_t
authentications_ask(struct arena *arena, const struct id *account, const struct authentication *list, size_t count,
    struct ask *out)
{
	size_t asks = 0;

	for (size_t i = 0; i < count; i++)
		if (id_given(&list[i].credential))
			out[asks++] = credential_ask(arena, account, &list[i].credential);
	return asks;
}

/* What was seen of an authenticator stays so; what it is bound by may have lapsed since, or been looked at again. A row
 * that cannot be read shows nothing: what stood in it of a certificate may be so no more. */
static struct span
renewed(struct arena *arena, const struct credential *c, struct span facts, struct instant now)
{
	struct reader r = reader_json(arena, facts, (struct limits){ .bytes = FACTS_LARGEST_KEPT, .depth = 3 });
	struct buffer b = buffer_init(FACTS_LARGEST_KEPT);
	struct span name, whole = { 0 };
	char at[INSTANT_TEXT];

	instant_text(now, at);
	buffer_print(&b, "{\"" PARENT_STATUS "\":{\"value\":\"%s\",\"at\":\"%s\"}", parent_status_name(c->parent),
	    at);
	if (c->parent != PARENT_NONE && c->parent_checked.us && !instant_before(now, c->parent_checked))
		buffer_print(&b, ",\"" PARENT_CHECKED "\":{\"value\":%lld,\"at\":\"%s\"}",
		    (long long)((now.us - c->parent_checked.us) / SECONDS(1)), at);
	reader_object(&r);
	while (reader_member(&r, &name)) {
		struct span value = reader_raw(&r);

		if (span_is(name, PARENT_STATUS) || span_is(name, PARENT_CHECKED))
			continue;
		json_write_name(&b, arena_text(arena, name));
		buffer_add(&b, value);
	}
	buffer_byte(&b, '}');
	if (reader_end(&r, NULL) == OK && !b.overflowed)
		whole = arena_copy(arena, buffer_span(&b));
	buffer_release(&b);
	return whole;
}

/* The two are facts of one dictionary: where one was stated the other is known to it, too. */
static struct span
facts_now(struct arena *arena, const struct credential *c, struct span facts, struct instant now)
{
	static const char stated[] = PARENT_CHECKED;

	return memmem(facts.data, facts.size, stated, sizeof(stated) - 1) ? renewed(arena, c, facts, now) : facts;
}

/* Stopped since, and taken back: whoever was logged in by it then is in whose hands it was. What was never stopped is
 * younger than the authentication only where it took the place of what had been shown (session_handed()). */
static bool
was_stopped(const struct credential *c, struct instant since)
{
	return instant_before(since, c->activated) && instant_before(c->issued, c->activated);
}

enum err
authentications_loaded(struct arena *arena, const struct ask *asked, struct instant now, struct authentication *list,
    size_t *count, struct problem *why)
{
	const size_t before = *count;
	size_t at = 0;

	*count = 0;
	for (size_t i = 0; i < before; i++) {
		struct credential c = { .generation = 0 };
		const char *reason = NULL;
		enum err err = OK;

		if (id_given(&list[i].credential)) {
			err = credential_loaded(arena, asked[at].count ? asked[at].rows : NULL, &c, why);
			at++;
			if (err == ERR_NOT_FOUND || (err == OK && (!credential_usable(&c, now, &reason) ||
			    was_stopped(&c, list[i].at))))
				continue;
		}
		if (err != OK)
			return err;
		list[*count] = list[i];
		list[*count].facts = facts_now(arena, &c, list[i].facts, now);
		if (c.parent != PARENT_LAPSED)
			list[*count].parent = c.parent_handle;
		list[*count].parent_checked = c.parent_checked;
		list[(*count)++].generation = c.generation;
	}
	return before && !*count ? nobody(why) : OK;
}

struct span
authentications_old_parent(const struct authentication *list, size_t count, int64_t age, struct instant now)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].parent.size && now.us - list[i].parent_checked.us > age)
			return list[i].parent;
	return (struct span){ 0 };
}

bool
session_handed(struct session *s, const struct id *before, const struct id *now)
{
	bool any = false;

	for (size_t i = 0; i < s->authentication_count; i++)
		if (id_equal(&s->authentications[i].credential, before)) {
			s->authentications[i].credential = *now;
			any = true;
		}
	return any;
}

/* Where it is */

struct span
session_where(const struct exchange *e)
{
	char browser[BROWSER_NAME], address[ADDRESS_TEXT];

	browser_name(message_header(e->request, "User-Agent"), browser);
	address_text(&e->peer, address);
	return span_text(arena_print(e->arena, "%s%s%s", browser, *browser ? ", " : "", address));
}
