/* transaction/decision/party.c - who takes part in a question: found in the registry, and stated as facts. */
#include "transaction/decision/party.h"

#include <assert.h>

#include "base/log.h"
#include "crypto/digest.h"
#include "registry/entity.h"

#define SCRATCH (33 * MEMBER_RECORD_LARGEST)

struct parties
parties_new(struct arena *arena, size_t room)
{
	return (struct parties){ .list = arena_array(arena, struct party, room), .room = room };
}

size_t
parties_add(struct parties *p, enum entity_role role, struct span entity_id, struct span member)
{
	for (size_t i = 0; i < p->count; i++)
		if (p->list[i].role == role && span_equal(p->list[i].entity_id, entity_id) &&
		    (entity_id.size || span_equal(p->list[i].member, member)))
			return i;
	assert(p->count < p->room);
	p->list[p->count] = (struct party){ .role = role, .entity_id = entity_id,
		.member = entity_id.size ? (struct span){ 0 } : member };
	return p->count++;
}

bool
registry_speaks(const struct dictionary *d)
{
	for (size_t i = 0; i < d->count; i++)
		if (d->facts[i].asserters & ASSERTER_REGISTRY)
			return true;
	return false;
}

/* Loading */

struct loading {
	struct pending pending;
	struct pending *load;
	struct store *store;
	struct roll *roll;
	struct arena *arena;
	struct parties *parties;
	struct instant now;
	struct ask *asks;            /* one for each party that something is asked of */
	size_t *whose;               /* which party it is */
	size_t ask_count;
	on_parties *done;
	void *arg;
};

static on_loaded on_claims_loaded, on_members_loaded;
static void ask_members(struct loading *);

static void
cancel_loading(struct pending *pending)
{
	pending_cancel(&((struct loading *)pending)->load);
}

static void
answer(struct loading *l, enum err err, const struct problem *why)
{
	l->load = NULL;
	l->done(l->arg, err, err == OK ? NULL : why);
}

/* Whose entities they are */

struct pending *
parties_load(struct store *store, struct roll *roll, struct arena *arena, struct parties *parties,
    struct instant now, on_parties *done, void *arg)
{
	struct loading *l = arena_new(arena, struct loading);

	*l = (struct loading){
		.pending = { cancel_loading },
		.store = store,
		.roll = roll,
		.arena = arena,
		.parties = parties,
		.now = now,
		.asks = arena_array(arena, struct ask, parties->count),
		.whose = arena_array(arena, size_t, parties->count),
		.done = done,
		.arg = arg,
	};
	for (size_t i = 0; i < parties->count; i++) {
		const struct party *p = &parties->list[i];
		struct entity_key *key;

		if (!p->entity_id.size)
			continue;
		key = arena_new(arena, struct entity_key);
		*key = entity_key_of(p->entity_id);
		l->whose[l->ask_count] = i;
		l->asks[l->ask_count++] = (struct ask){ .table = &member_claim_table,
			.from = span_of(key->bytes, sizeof(key->bytes)) };
	}
	if (l->ask_count)
		l->load = store_load(store, l->asks, l->ask_count, on_claims_loaded, l);
	else
		ask_members(l);
	return &l->pending;
}

static void
on_claims_loaded(void *arg, enum err err, const struct problem *why)
{
	struct loading *l = arg;
	struct member_claim claim;

	if (err != OK) {
		answer(l, err, why);
		return;
	}
	for (size_t i = 0; i < l->ask_count; i++)
		if (l->asks[i].count && member_claim_read(l->asks[i].rows[0].value, &claim))
			l->parties->list[l->whose[i]].member = arena_copy(l->arena, claim.member);
	ask_members(l);
}

/* Those members */

/* Only who is somebody's is asked for further. */
static void
ask_members(struct loading *l)
{
	l->ask_count = 0;
	for (size_t i = 0; i < l->parties->count; i++) {
		if (!l->parties->list[i].member.size)
			continue;
		l->whose[l->ask_count] = i;
		l->asks[l->ask_count++] = (struct ask){ .table = &member_table, .from = l->parties->list[i].member };
	}
	l->load = store_load(l->store, l->asks, l->ask_count, on_members_loaded, l);
}

/* The entity that is meant where only the member is known: the one with this role, if there is only one. */
static struct span
entity_meant(const struct party *p, const struct enrolled *e)
{
	struct span found = p->entity_id;
	size_t count = 0;

	for (size_t i = 0; i < e->entity_count && !p->entity_id.size; i++) {
		if (!(e->entities[i].roles & p->role))
			continue;
		found = e->entities[i].id;
		count++;
	}
	return count > 1 ? (struct span){ 0 } : found;
}

static bool
takes_part(const struct party *p, const struct enrolled *e)
{
	const struct enrolled_entity *entity = p->entity_id.size ? enrolled_find(e, p->entity_id) : NULL;

	if (p->entity_id.size)
		return entity && (entity->roles & p->role);
	return (e->roles & p->role) != 0;
}

static void
take_facts(struct loading *l, struct party *p, const struct enrolled *e)
{
	const struct span entity = entity_meant(p, e);
	struct span *facts = arena_array(l->arena, struct span, e->established_count);

	p->facts = facts;
	for (size_t i = 0; i < e->established_count; i++) {
		const struct established *c = &e->established[i];
		const struct span json = p->role == ENTITY_RP ? c->relying : c->others;

		if (json.size && !instant_before(l->now, c->from) && instant_before(l->now, c->until) &&
		    (!c->entity_id.size || span_equal(c->entity_id, entity)))
			facts[p->fact_count++] = arena_copy(l->arena, json);
	}
}

static void
on_members_loaded(void *arg, enum err err, const struct problem *why)
{
	struct loading *l = arg;
	const struct enrolled *e;
	struct problem mine;

	for (size_t i = 0; i < l->ask_count && err == OK; i++) {
		struct party *p = &l->parties->list[l->whose[i]];

		err = roll_member(l->roll, &l->asks[i], &e, &mine);
		why = &mine;
		if (err == ERR_NOT_FOUND) {
			err = OK;
			continue;
		}
		if (err != OK || !takes_part(p, e))
			continue;
		p->standing = e->standing;
		p->logo = e->standing == STANDING_APPROVED && e->logo;
		if (p->standing == STANDING_APPROVED && e->established_count)
			take_facts(l, p, e);
	}
	answer(l, err, why);
}

bool
party_is_of(const struct party *p, struct span member)
{
	return p->standing != STANDING_UNKNOWN && span_equal(p->member, member);
}

/* Facts */

static void
observe_standing(const struct party *p, struct facts *f, const struct word *registry, struct instant now)
{
	const char *id = p->role == ENTITY_RP ? "rp.standing" : "idp.standing";
	const struct fact *fact = fact_find(f->dictionary, span_text(id));
	int64_t value;

	if (fact && fact_text_read(fact, span_text(standing_name(p->standing)), &value) &&
	    word_weigh(registry, fact, now) == WORD_COUNTS)
		facts_put(f, fact, value, OBSERVED);
}

/* What does not fit the dictionary in force counts as a whole for nothing, and the operator is told. */
static void
observe_established(const struct party *p, struct span json, struct facts *f, const struct word *registry,
    struct instant now)
{
	struct arena scratch = arena_init(SCRATCH);
	struct reader r = reader_json(&scratch, json, (struct limits){ .bytes = MEMBER_RECORD_LARGEST, .depth = 4,
	    .members = MEMBER_VALUES * (MEMBER_VALUES + 2) });
	struct facts with;
	struct problem why;

	facts_copy(&with, f);
	facts_read_word(&r, &with, registry, now);
	if (reader_end(&r, &why) == OK)
		facts_copy(f, &with);
	else
		log_warning("certification.unusable", "member=%s problem=%s", LOG_SPAN(p->member), LOG_TEXT(why.text));
	arena_release(&scratch);
}

void
party_observe(const struct party *p, struct facts *f, struct instant now)
{
	const struct word registry = word_observed(ASSERTER_REGISTRY, now);

	if (p->standing == STANDING_UNKNOWN)
		return;
	observe_standing(p, f, &registry, now);
	for (size_t i = 0; i < p->fact_count; i++)
		observe_established(p, p->facts[i], f, &registry, now);
}
