/* transaction/authenticator/fido_switch.c - a new catalogue of authenticators' models is put in force.
 *
 *     load state -> put a part … -> put state -> delete a part … -> told
 */
#include "transaction/authenticator/fido_switch.h"

#include <stdlib.h>

#define PART_MODELS 64
#define PART_ROWS 512
#define ARENA (512 * MIB)    /* of one part: a BLOB has 32 MiB at most, and a unit grows by doubling */

struct switching {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena arena;          /* of one step */
	const struct fido_blob *blob;
	uint8_t legal_header[32];
	struct instant now;
	struct ask ask;
	struct fido_state state;
	size_t put;                  /* models that are */
	size_t range;                /* of other numbers, whose models are deleted */
	on_fido_switched *done;
	void *arg;
};

static on_loaded on_state, on_old;
static on_committed on_part, on_switched, on_deleted;

static void
switching_free(struct switching *s)
{
	arena_release(&s->arena);
	free(s);
}

static void
cancel_switching(struct pending *pending)
{
	struct switching *s = (struct switching *)pending;

	pending_cancel(&s->waiting);
	switching_free(s);
}

static void
tell(struct switching *s, enum err err, const struct problem *why)
{
	on_fido_switched *done = s->done;
	void *arg = s->arg;
	struct problem copy = { 0 };

	if (why)
		copy = *why;
	switching_free(s);
	done(arg, err, err == OK ? NULL : &copy);
}

static void
tell_committed(struct switching *s, const struct committed *committed)
{
	struct problem why;

	problem_set(&why, committed->code, "", "the catalogue of authenticators was not put");
	tell(s, why.code, &why);
}

static struct unit *
unit_of(struct switching *s)
{
	return unit_new(&s->arena, store_tables(s->store), id_new(s->now));
}

struct pending *
fido_switch(struct store *store, const struct fido_blob *blob, const uint8_t legal_header[32], struct instant now,
    on_fido_switched *done, void *arg)
{
	struct switching *s = calloc(1, sizeof(*s));

	if (!s)
		abort();
	*s = (struct switching){ .pending = { cancel_switching }, .store = store, .arena = arena_init(ARENA),
		.blob = blob, .now = now, .done = done, .arg = arg };
	memcpy(s->legal_header, legal_header, sizeof(s->legal_header));
	s->ask = fido_state_ask();
	s->waiting = store_load(store, &s->ask, 1, on_state, s);
	return &s->pending;
}

static void
put_part(struct switching *s)
{
	struct unit *unit;

	arena_reset(&s->arena);
	unit = unit_of(s);
	for (size_t i = 0; i < PART_MODELS && s->put < s->blob->count; i++, s->put++)
		fido_model_put(unit, &s->arena, s->blob->number, s->blob->models[s->put]);
	s->waiting = store_commit(s->store, unit, on_part, s);
}

static void
put_state(struct switching *s)
{
	struct unit *unit;

	arena_reset(&s->arena);
	unit = unit_of(s);
	s->state.number = s->blob->number;
	s->state.taken = s->now;
	s->state.next_update = s->blob->next_update;
	s->state.models = (uint32_t)s->blob->count;
	memcpy(s->state.legal_header, s->legal_header, sizeof(s->state.legal_header));
	fido_state_put(unit, &s->state);
	s->waiting = store_commit(s->store, unit, on_switched, s);
}

static void
on_state(void *arg, enum err err, const struct problem *why)
{
	struct switching *s = arg;
	struct problem own;

	if (err == OK) {
		why = &own;
		err = fido_state_loaded(&s->ask, &s->state, &own);
	}
	if (err == OK && s->state.number >= s->blob->number)
		err = problem_set(&own, ERR_CONFLICT, "MDS 3.1.1 s3.2", "number %llu is in force already",
		    (unsigned long long)s->state.number);
	if (err != OK)
		tell(s, err, why);
	else if (s->blob->count)
		put_part(s);
	else
		put_state(s);
}

static void
on_part(void *arg, const struct committed *committed)
{
	struct switching *s = arg;

	if (committed->code != OK)
		tell_committed(s, committed);
	else if (s->put < s->blob->count)
		put_part(s);
	else
		put_state(s);
}

/* What is left of others */

/* The review compares with the catalogue by which all were looked at last: that one stays until the next switch. Of
 * greater numbers is what one left that ended halfway. */
static bool
next_range(struct switching *s)
{
	const uint64_t kept[] = { 0, s->state.reviewed, s->blob->number, UINT64_MAX };

	while (s->range + 1 < COUNT(kept) && kept[s->range] + 1 >= kept[s->range + 1])
		s->range++;
	if (s->range + 1 == COUNT(kept))
		return false;
	s->ask = fido_models_between_ask(&s->arena, kept[s->range], kept[s->range + 1], PART_ROWS);
	return true;
}

static void
look_for_old(struct switching *s)
{
	arena_reset(&s->arena);
	if (next_range(s))
		s->waiting = store_load(s->store, &s->ask, 1, on_old, s);
	else
		tell(s, OK, NULL);
}

static void
on_switched(void *arg, const struct committed *committed)
{
	struct switching *s = arg;

	if (committed->code == OK)
		look_for_old(s);
	else
		tell_committed(s, committed);
}

static void
on_old(void *arg, enum err err, const struct problem *why)
{
	struct switching *s = arg;
	struct unit *unit;

	if (err != OK) {
		tell(s, err, why);
	} else if (s->ask.count) {
		unit = unit_of(s);
		for (size_t i = 0; i < s->ask.count; i++)
			unit_delete(unit, &fido_model_table, s->ask.rows[i].key);
		s->waiting = store_commit(s->store, unit, on_deleted, s);
	} else {
		s->range++;
		look_for_old(s);
	}
}

static void
on_deleted(void *arg, const struct committed *committed)
{
	struct switching *s = arg;

	if (committed->code == OK)
		look_for_old(s);
	else
		tell_committed(s, committed);
}
