/* transaction/login/row.c - a login as a row. */
#include <assert.h>

#include "base/role.h"
#include "transaction/login/login.h"

#define FORM 3
#define ROW_LARGEST (192 * KIB)

const struct table login_table = { "login", ROLE_BIT(ROLE_WORKER), TABLE_NOTICED };

/* Words */

static const char *const way_names[LOGIN_WAYS] = {
	[LOGIN_BY_PASSKEY] = "passkey", [LOGIN_BY_CARD] = "card", [LOGIN_BY_APP] = "app", [LOGIN_BY_CODE] = "code",
	[LOGIN_BY_RECOVERY] = "recovery",
};

const char *
login_way_name(enum login_way way)
{
	assert(way > LOGIN_NO_WAY && way < LOGIN_WAYS);
	return way_names[way];
}

static const char *const why_names[LOGIN_WHYS] = {
	[LOGIN_TO_CHANGE] = "change", [LOGIN_AS_ADMINISTRATIVE] = "persona:administrative",
	[LOGIN_TO_ADD] = "authenticator", [LOGIN_AS_STAFF] = "staff",
	[LOGIN_TO_ERASE] = "erase",
};

const char *
login_why_name(enum login_why why)
{
	return why_names[why];
}

bool
login_why_read(struct span word, enum login_why *out)
{
	for (*out = LOGIN_TO_LOOK; *out < LOGIN_WHYS; (*out)++)
		if (why_names[*out] ? span_is(word, why_names[*out]) : word.size == 0)
			return true;
	*out = LOGIN_TO_LOOK;
	return false;
}

/* The row */

static void
write_wanted(struct buffer *b, const struct requirement_name *w)
{
	buffer_block(b, w->framework);
	buffer_block(b, w->version);
	buffer_block(b, w->profile);
	buffer_u8(b, (uint8_t)w->area_count);
	for (size_t i = 0; i < w->area_count; i++) {
		buffer_block(b, w->areas[i].area);
		buffer_block(b, w->areas[i].level);
	}
}

static void
write_app(struct buffer *b, const struct login_app *a)
{
	buffer_u8(b, (uint8_t)a->state);
	buffer_id(b, &a->request);
	buffer_add(b, span_of(a->code, sizeof(a->code)));
	buffer_instant(b, a->until);
}

enum { FLAG_SAID = 1, FLAG_KNOWN = 2, FLAG_REMEMBER = 4, FLAG_MAY_BE_LESS = 8, FLAGS = 15 };

void
login_write(struct buffer *b, const struct login *l)
{
	buffer_u8(b, FORM);
	buffer_id(b, &l->id);
	buffer_add(b, span_of(l->browser, sizeof(l->browser)));
	buffer_u8(b, (uint8_t)l->state);
	buffer_u8(b, (uint8_t)l->front);
	buffer_block(b, l->reference);
	buffer_block(b, l->relying_party);
	buffer_block(b, l->name.ja);
	buffer_block(b, l->name.en);
	buffer_u8(b, (uint8_t)l->why);
	write_wanted(b, &l->wanted);
	write_wanted(b, &l->least);
	buffer_instant(b, l->since);
	buffer_block(b, l->assertion);
	buffer_u8(b, (uint8_t)l->persona);
	buffer_block(b, l->where);
	buffer_block(b, l->hint);
	buffer_u8(b, (uint8_t)((l->said ? FLAG_SAID : 0) | (l->known ? FLAG_KNOWN : 0) |
	    (l->remember ? FLAG_REMEMBER : 0) | (l->may_be_less ? FLAG_MAY_BE_LESS : 0)));
	buffer_id(b, &l->claimed);
	buffer_id(b, &l->named);
	buffer_id(b, &l->account);
	buffer_add(b, span_of(l->session, sizeof(l->session)));
	buffer_add(b, span_of(l->passkey.challenge, sizeof(l->passkey.challenge)));
	buffer_instant(b, l->passkey.until);
	buffer_id(b, &l->card.task);
	buffer_instant(b, l->card.until);
	write_app(b, &l->app);
	authentications_write(b, l->authentications, l->authentication_count);
	buffer_instant(b, l->made);
	buffer_instant(b, l->expires);
}

static bool
read_wanted(struct record *r, struct requirement_name *out)
{
	out->framework = record_block(r);
	out->version = record_block(r);
	out->profile = record_block(r);
	out->area_count = record_u8(r);
	if (out->area_count > REQUIREMENT_AREAS)
		return false;
	for (size_t i = 0; i < out->area_count; i++) {
		out->areas[i].area = record_block(r);
		out->areas[i].level = record_block(r);
	}
	return true;
}

static bool
read_app(struct record *r, struct login_app *out)
{
	out->state = (enum login_app_state)record_u8(r);
	out->request = record_id(r);
	record_copy(r, out->code, sizeof(out->code));
	out->until = record_instant(r);
	return out->state <= LOGIN_APP_REPLACED;
}

/* Whose and in which state; false: none of ours. */
static bool
read_head(struct record *r, struct login *out)
{
	uint8_t form = record_u8(r);

	out->id = record_id(r);
	record_copy(r, out->browser, sizeof(out->browser));
	out->state = (enum login_state)record_u8(r);
	out->front = (enum login_for)record_u8(r);
	out->reference = record_block(r);
	out->relying_party = record_block(r);
	out->name.ja = record_block(r);
	out->name.en = record_block(r);
	out->why = (enum login_why)record_u8(r);
	return form == FORM && out->state <= LOGIN_REFUSED && out->front <= LOGIN_FOR_SAML && out->why < LOGIN_WHYS;
}

bool
login_read(struct span value, struct login *out)
{
	struct record r = record_of(value);
	uint8_t flags;

	*out = (struct login){ .state = LOGIN_UNKNOWN };
	if (!read_head(&r, out) || !read_wanted(&r, &out->wanted) || !read_wanted(&r, &out->least))
		return false;
	out->since = record_instant(&r);
	out->assertion = record_block(&r);
	out->persona = (enum persona)record_u8(&r);
	out->where = record_block(&r);
	out->hint = record_block(&r);
	flags = record_u8(&r);
	out->said = flags & FLAG_SAID;
	out->known = flags & FLAG_KNOWN;
	out->remember = flags & FLAG_REMEMBER;
	out->may_be_less = flags & FLAG_MAY_BE_LESS;
	out->claimed = record_id(&r);
	out->named = record_id(&r);
	out->account = record_id(&r);
	record_copy(&r, out->session, sizeof(out->session));
	record_copy(&r, out->passkey.challenge, sizeof(out->passkey.challenge));
	out->passkey.until = record_instant(&r);
	out->card.task = record_id(&r);
	out->card.until = record_instant(&r);
	if (!read_app(&r, &out->app) ||
	    !authentications_read(&r, out->authentications, &out->authentication_count))
		return false;
	out->made = record_instant(&r);
	out->expires = record_instant(&r);
	return record_whole(&r) && flags <= FLAGS && out->persona < PERSONAS;
}

struct ask
login_ask(const struct id *id)
{
	return (struct ask){ .table = &login_table, .from = id_span(id) };
}

enum err
login_loaded(struct arena *arena, const struct ask *asked, const uint8_t browser[32], struct login *out,
    struct problem *why)
{
	*out = (struct login){ .state = LOGIN_UNKNOWN };
	if (asked->count && !login_read(arena_copy(arena, asked->rows[0].value), out))
		return problem_set(why, ERR_UNAVAILABLE, "",
		    "the login's row in the store is of a form this build does not know");
	if (!asked->count || (browser && memcmp(browser, out->browser, sizeof(out->browser)) != 0))
		return problem_set(why, ERR_NOT_FOUND, "",
		    "no login of this browser has this id: it may be over, or have begun in another browser");
	out->generation = asked->rows[0].generation;
	return OK;
}

enum err
login_waits(struct arena *arena, const struct ask *asked, const uint8_t browser[32], struct login *out,
    struct problem *why)
{
	if (login_loaded(arena, asked, browser, out, why) != OK)
		return why->code;
	if (out->state != LOGIN_WAITING)
		return problem_set(why, ERR_CONFLICT, "", "this login is over already");
	return OK;
}

void
login_put(struct unit *unit, const struct login *l)
{
	const struct span key = id_span(&l->id);
	struct buffer b = buffer_init(ROW_LARGEST);

	login_write(&b, l);
	assert(!b.overflowed); /* facts are bounded, and all else is ours or was bounded where it came in */
	unit_expect(unit, &login_table, key, l->generation);
	unit_put_until(unit, &login_table, key, buffer_span(&b), l->expires);
	buffer_release(&b);
}

/* Authentications */

size_t
login_counted(const struct login *l, struct authentication out[SESSION_AUTHENTICATIONS])
{
	size_t count = 0;

	for (size_t i = 0; i < l->authentication_count; i++)
		if (!instant_before(l->authentications[i].at, l->since) &&
		    (l->why != LOGIN_TO_ERASE || l->authentications[i].kind != CREDENTIAL_RECOVERY))
			out[count++] = l->authentications[i];
	return count;
}

enum err
login_authenticated(struct login *l, const struct id *account, const struct authentication *a, struct problem *why)
{
	const bool somebodys = id_given(&l->account);
	size_t kept = 0;

	if (somebodys && !id_equal(&l->account, account))
		return problem_set(why, ERR_CONFLICT, "",
		    "this login is another account's already: log out, or begin a new login");
	l->account = *account;
	for (size_t i = 0; i < l->authentication_count; i++)
		if (!id_equal(&l->authentications[i].credential, &a->credential))
			l->authentications[kept++] = l->authentications[i];
	if (kept == SESSION_AUTHENTICATIONS)
		memmove(&l->authentications[0], &l->authentications[1], --kept * sizeof(l->authentications[0]));
	l->authentications[kept++] = *a;
	l->authentication_count = kept;
	return OK;
}
