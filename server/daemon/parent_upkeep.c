/* daemon/parent_upkeep.c - when the steward looks again at certificates that authenticators were bound by. */
#include "daemon/parent_upkeep.h"

#include <stdlib.h>

#include "base/log.h"
#include "transaction/authenticator/parent_check.h"

#define AT_ONCE 32
#define PUT_OFF SECONDS(3600)
#define ARENA (64 * MIB)

struct parent_upkeep {
	struct store *store;
	struct parent_upkeep_settings settings;
	struct timer timer;
	struct arena arena;          /* of one look */
	struct pending *waiting;
	struct instant now;
	struct ask due;
	struct span keys[AT_ONCE];   /* of due rows */
	size_t count, at;
	bool more;
	struct ask row;
	struct parent_certificate parent;
	size_t checked, lapsed, failed;
};

static on_loaded on_due_loaded, on_parent_loaded;
static on_parent_checked on_checked;
static on_committed on_put_off;

static void
on_time(void *arg)
{
	struct parent_upkeep *u = arg;

	arena_reset(&u->arena);
	u->now = u->settings.clock();
	u->count = u->at = u->checked = u->lapsed = u->failed = 0;
	u->due = parent_due_ask(&u->arena, u->now, AT_ONCE);
	u->waiting = store_load(u->store, &u->due, 1, on_due_loaded, u);
}

static void
finish(struct parent_upkeep *u)
{
	if (u->lapsed || u->failed)
		log_info("parents.checked", "certificates=%zu lapsed=%zu failed=%zu", u->checked, u->lapsed, u->failed);
	timer_set(&u->timer, u->more && u->checked > u->failed ? 0 : u->settings.every);
}

/* One after another: sources are asked as by one who waits. */
static void
look_at_next(struct parent_upkeep *u)
{
	struct instant due;
	struct span certificate;

	if (u->at == u->count) {
		finish(u);
		return;
	}
	if (!parent_due_read(u->keys[u->at], &due, &certificate))
		certificate = u->keys[u->at];
	u->row = (struct ask){ .table = &parent_certificate_table, .from = certificate };
	u->waiting = store_load(u->store, &u->row, 1, on_parent_loaded, u);
}

static void
on_due_loaded(void *arg, enum err err, const struct problem *why)
{
	struct parent_upkeep *u = arg;

	u->waiting = NULL;
	u->more = err == OK && u->due.more;
	if (err != OK)
		log_warning("parents.unread", "problem=%s", LOG_TEXT(why ? why->text : err_name(err)));
	for (size_t i = 0; err == OK && i < u->due.count; i++)
		u->keys[u->count++] = arena_copy(&u->arena, u->due.rows[i].key);
	look_at_next(u);
}

/* Its place in the order of time, taken by nobody any more, or by another check. */
static void
forget_place(struct parent_upkeep *u)
{
	struct unit *unit = unit_new(&u->arena, store_tables(u->store), id_new(u->now));

	unit_delete(unit, &parent_due_table, u->keys[u->at]);
	u->waiting = store_commit(u->store, unit, on_put_off, u);
}

static void
on_parent_loaded(void *arg, enum err err, const struct problem *why)
{
	struct parent_upkeep *u = arg;
	struct span certificate;
	struct instant due = { 0 };
	struct problem own;

	u->waiting = NULL;
	parent_due_read(u->keys[u->at], &due, &certificate);
	if (err == OK)
		err = (why = &own, parent_certificate_loaded(&u->arena, &u->row, &u->parent, &own));
	if (err == ERR_NOT_FOUND || (err == OK && u->parent.due.us != due.us)) {
		forget_place(u);
		return;
	}
	u->checked++;
	if (err != OK) {
		log_error("parents.unread", "problem=%s", LOG_TEXT(why->text));
		u->failed++;
		u->at++;
		look_at_next(u);
		return;
	}
	u->waiting = parent_check(u->store, &u->arena, u->settings.person,
	    &(struct parent_check){ .handle = u->parent.handle, .now = u->now }, on_checked, u);
}

static void
on_checked(void *arg, enum err err, const struct parent_checked *result, const struct problem *why)
{
	struct parent_upkeep *u = arg;
	struct unit *unit;
	struct instant due;

	u->waiting = NULL;
	if (err == OK || err == ERR_NOT_FOUND) {
		u->lapsed += err == OK ? result->lapsed : 0;
		u->at++;
		look_at_next(u);
		return;
	}
	/* Whatever stands in its way stands in the way of no other. */
	u->failed++;
	log_warning("parents.unchecked", "code=%s problem=%s", err_name(err), LOG_TEXT(why->text));
	due = u->parent.due;
	u->parent.due = instant_after(u->now, PUT_OFF);
	unit = unit_new(&u->arena, store_tables(u->store), id_new(u->now));
	parent_certificate_put(unit, &u->arena, &u->parent, due);
	u->waiting = store_commit(u->store, unit, on_put_off, u);
}

static void
on_put_off(void *arg, const struct committed *committed)
{
	struct parent_upkeep *u = arg;

	u->waiting = NULL;
	if (committed->code != OK && committed->code != ERR_CONFLICT)
		u->failed++;
	u->at++;
	look_at_next(u);
}

struct parent_upkeep *
parent_upkeep_new(struct loop *loop, struct store *store, const struct parent_upkeep_settings *settings)
{
	struct parent_upkeep *u = calloc(1, sizeof(*u));

	if (!u)
		abort();
	*u = (struct parent_upkeep){ .store = store, .settings = *settings, .arena = arena_init(ARENA) };
	timer_init(&u->timer, loop, on_time, u);
	timer_set(&u->timer, settings->every);
	return u;
}

void
parent_upkeep_free(struct parent_upkeep *u)
{
	if (!u)
		return;
	pending_cancel(&u->waiting);
	timer_release(&u->timer);
	arena_release(&u->arena);
	free(u);
}
