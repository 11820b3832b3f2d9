/* transaction/logout/logout_notice.c - what a client is to be told, as it waits in the store. */
#include "transaction/logout/logout_notice.h"

#include <assert.h>

#include "base/record.h"
#include "base/role.h"

#define FORM 1
#define ROW_LARGEST (8 * KIB)

/* A row outlives its last moment a little, so that the steward still finds it, and says that it was given up. */
#define GRACE SECONDS(3600)

const struct table logout_notice_table = {
	"logout-notice", ROLE_BIT(ROLE_WORKER) | ROLE_BIT(ROLE_STEWARD), TABLE_NOTICED
};

void
logout_notice_write(struct buffer *b, const struct logout_notice *n)
{
	buffer_u8(b, FORM);
	buffer_id(b, &n->id);
	buffer_block(b, n->client);
	buffer_block(b, n->subject);
	buffer_block(b, n->session);
	buffer_instant(b, n->made);
	buffer_instant(b, n->until);
	buffer_u32(b, n->tries);
	buffer_instant(b, n->next);
}

static bool
is_sound(const struct logout_notice *n)
{
	return id_given(&n->id) && n->client.size && n->client.size <= GRANT_TEXT_LARGEST &&
	    n->subject.size <= GRANT_TEXT_LARGEST && n->session.size <= GRANT_TEXT_LARGEST &&
	    (n->subject.size || n->session.size) && n->until.us > 0;
}

bool
logout_notice_read(struct span value, struct logout_notice *out)
{
	struct record r = record_of(value);
	uint8_t form = record_u8(&r);

	*out = (struct logout_notice){ .id = record_id(&r) };
	out->client = record_block(&r);
	out->subject = record_block(&r);
	out->session = record_block(&r);
	out->made = record_instant(&r);
	out->until = record_instant(&r);
	out->tries = record_u32(&r);
	out->next = record_instant(&r);
	return form == FORM && record_whole(&r) && is_sound(out);
}

void
logout_notice_put(struct unit *unit, const struct logout_notice *n)
{
	struct buffer row = buffer_init(ROW_LARGEST);

	assert(is_sound(n));
	logout_notice_write(&row, n);
	assert(!row.overflowed);
	unit_put_until(unit, &logout_notice_table, id_span(&n->id), buffer_span(&row),
	    instant_after(n->until, GRACE));
	buffer_release(&row);
}

static void
tell(struct unit *unit, struct span client, struct span subject, struct span session, struct instant now)
{
	logout_notice_put(unit, &(struct logout_notice){ .id = id_new(now), .client = client, .subject = subject,
		.session = session, .made = now, .until = instant_after(now, LOGOUT_TOLD_FOR), .next = now });
}

/* What is taken back */

/* Who knows of no session is told nothing: of its person alone all sessions there would end. */
static bool
is_to_be_told(const struct grant *g)
{
	return g->protocol == GRANT_OIDC && g->session_name.size;
}

static bool
is_one_session(const struct grant *a, const struct grant *b)
{
	return span_equal(a->client, b->client) && span_equal(a->subject, b->subject) &&
	    span_equal(a->session_name, b->session_name);
}

void
given_tell(struct unit *unit, const struct grant *grants, size_t count, struct instant now)
{
	for (size_t i = 0; i < count; i++) {
		const struct grant *g = &grants[i];
		size_t before = 0;

		while (before < i && !is_one_session(&grants[before], g))
			before++;
		if (before == i && is_to_be_told(g))
			tell(unit, g->client, g->subject, g->session_name, now);
	}
}

/* Grants that end */

static bool
concerns(const struct grants_end *e, size_t i, struct grant_mark *mark)
{
	return grant_mark_read(e->marks[i].value, mark) && (!e->ends || e->ends(e->arg, mark));
}

/* Of several grants of one client in one session. */
static bool
told_before(const struct grants_end *e, size_t i, const struct grant_mark *mark)
{
	struct grant_mark other;

	while (i-- > 0)
		if (concerns(e, i, &other) && span_equal(other.client, mark->client) &&
		    span_equal(other.subject, mark->subject) &&
		    span_equal(other.session_name, mark->session_name))
			return true;
	return false;
}

static void
remove_grant(struct unit *unit, const struct row *mark, struct grants_ended *ended)
{
	grant_remove(unit, mark);
	ended->gone++;
}

struct grants_ended
grants_end_put(struct unit *unit, const struct grants_end *e)
{
	struct grants_ended ended = { .gone = 0 };
	struct grant_mark mark;

	for (size_t i = 0; i < e->count; i++) {
		if (!grant_mark_read(e->marks[i].value, &mark)) {
			ended.unread++;
			if (e->all)
				remove_grant(unit, &e->marks[i], &ended);
			continue;
		}
		if (!concerns(e, i, &mark))
			continue;
		if (e->all || !mark.lasts)
			remove_grant(unit, &e->marks[i], &ended);
		if (mark.protocol != GRANT_OIDC || told_before(e, i, &mark))
			continue;
		tell(unit, mark.client, mark.subject, mark.session_name, e->now);
		ended.told++;
	}
	return ended;
}
