/* registry/plan.c - what a publication has to make, keep and take away. */
#include "registry/plan.h"

#include <stdlib.h>

#include "crypto/digest.h"

static const struct {
	const char *name;
	unsigned role;
} sets[PLAN_SETS] = {
	{ DOCUMENT_ALL, 0 },
	{ DOCUMENT_IDPS, ENTITY_IDP },
	{ DOCUMENT_SPS, ENTITY_RP },
};

static const struct instant never;

static const char *const lists[PLAN_LISTS] = {
	[PLAN_TRUSTED_LIST] = DOCUMENT_TRUSTED_LIST,
	[PLAN_TRUSTED_LIST_SIGNED] = DOCUMENT_TRUSTED_LIST_SIGNED,
	[PLAN_MEMBER_INDEX] = DOCUMENT_MEMBERS,
};

/* Which entities count */

struct instant
entity_end(const struct entity *e)
{
	return (struct instant){ e->valid_until.us - e->valid_until.us % SECONDS(1) };
}

/* One without a fragment speaks no SAML: what is published of it are lists. */
static bool
is_member(const struct plan_question *q, const struct entity *e)
{
	struct instant end = entity_end(e);

	return e->size > 0 && (end.us == 0 || instant_before(q->now, end));
}

static int
by_entity_id(const void *a, const void *b)
{
	const struct plan_entity *x = *(const struct plan_entity *const *)a, *y = *(const struct plan_entity *const *)b;

	return span_compare(x->entity.entity_id, y->entity.entity_id);
}

/* Which rows count */

static bool
names_entity(const struct plan_row *row)
{
	return row->name.size == sizeof(struct entity_key);
}

static int
by_name(const void *a, const void *b)
{
	const struct plan_row *x = *(const struct plan_row *const *)a, *y = *(const struct plan_row *const *)b;
	int order = span_compare(x->name, y->name);

	return order ? order : (x->generation > y->generation) - (x->generation < y->generation);
}

/* The newest row of each name in force; those it supersedes and those of dead publishers are listed. Readers of the
 * generation before may still need what this one superseded, so a row goes one generation later. The oldest of a
 * name goes first: a row that says "gone" must not leave before those it hides. */
static void
sort_rows(struct arena *arena, const struct plan_question *q, struct plan *plan)
{
	const struct plan_row **rows = arena_array(arena, const struct plan_row *, q->row_count);

	plan->newest = arena_array(arena, const struct plan_row *, q->row_count);
	plan->garbage = arena_array(arena, const struct plan_row *, q->row_count);
	plan->superseded = arena_array(arena, const struct plan_row *, q->row_count);
	for (size_t i = 0; i < q->row_count; i++)
		rows[i] = &q->rows[i];
	if (q->row_count)
		qsort(rows, q->row_count, sizeof(*rows), by_name);
	for (size_t i = 0; i < q->row_count; i++) {
		const struct plan_row *next = i + 1 < q->row_count ? rows[i + 1] : NULL;

		if (rows[i]->generation > q->current)
			plan->garbage[plan->garbage_count++] = rows[i];
		else if (next && next->generation <= q->current && span_equal(next->name, rows[i]->name))
			plan->superseded[plan->superseded_count++] = rows[i];
		else if (rows[i]->gone)
			plan->superseded[plan->superseded_count++] = rows[i];
		else
			plan->newest[plan->newest_count++] = rows[i];
	}
}

static const struct plan_row *
row_find(const struct plan *plan, struct span name)
{
	const struct plan_row *const *newest = plan->newest;
	size_t count = plan->newest_count;

	while (count) {
		size_t middle = count / 2;
		int order = span_compare(newest[middle]->name, name);

		if (order == 0)
			return newest[middle];
		if (order < 0) {
			newest += middle + 1;
			count -= middle + 1;
		} else {
			count = middle;
		}
	}
	return NULL;
}

/* What is compared */

/* Not its end: a source that is fetched every day gives it a new one every day. */
static void
find_entity_made_of(const struct plan_question *q, struct plan_entity *e)
{
	struct buffer b = buffer_init(1 * MIB);

	buffer_add(&b, span_of(q->settings, sizeof(q->settings)));
	buffer_add(&b, span_of(e->entity.fragment, sizeof(e->entity.fragment)));
	buffer_instant(&b, e->entity.registered);
	buffer_block(&b, e->entity.entity_id);
	buffer_block(&b, e->entity.prefixes);
	buffer_block(&b, e->entity.policy_ja);
	buffer_block(&b, e->entity.policy_en);
	buffer_block(&b, e->entity.stated);
	buffer_block(&b, e->entity.member);
	digest(DIGEST_SHA256, buffer_span(&b), e->made_of);
	buffer_release(&b);
}

static bool
in_set(const struct plan_entity *e, const struct plan_set *set)
{
	return set->role == 0 || (e->entity.roles & set->role);
}

static void
find_set_made_of(const struct plan_question *q, const struct plan *plan, struct plan_set *set)
{
	struct digest_stream *stream = digest_stream_new(DIGEST_SHA256);

	digest_stream_add(stream, span_of(q->settings, sizeof(q->settings)));
	digest_stream_add(stream, set->name);
	for (size_t i = 0; i < plan->member_count; i++) {
		if (!in_set(plan->members[i], set))
			continue;
		set->members++;
		digest_stream_add(stream, span_of(plan->members[i]->made_of, sizeof(plan->members[i]->made_of)));
	}
	digest_stream_end(stream, set->made_of);
	digest_stream_free(stream);
}

/* Of the trusted list all members; of the index also the entities, each by the state of its row. */
static void
find_list_made_of(const struct plan_question *q, const struct plan *plan, enum plan_list_kind kind,
    struct plan_list *list)
{
	struct digest_stream *stream = digest_stream_new(DIGEST_SHA256);

	digest_stream_add(stream, list->name);
	digest_stream_add(stream, span_of(q->list_settings, sizeof(q->list_settings)));
	digest_stream_add(stream, span_of(q->members, sizeof(q->members)));
	for (size_t i = 0; kind == PLAN_MEMBER_INDEX && i < plan->member_count; i++) {
		const struct plan_entity *e = plan->members[i];

		digest_stream_add(stream, span_of(e->key.bytes, sizeof(e->key.bytes)));
		digest_stream_add(stream, span_of(&e->generation, sizeof(e->generation)));
	}
	digest_stream_end(stream, list->made_of);
	digest_stream_free(stream);
}

/* Decisions */

/* When a document is to be signed again: in good time before it ends. `end` is that of the entity it is about ({0}:
 * never), which no document outlasts; close to it there is less to be gained than is left, and signing waits until
 * there is as much. */
static struct instant
refresh_time(const struct plan_question *q, struct instant valid_until, struct instant end)
{
	struct instant early = instant_after(valid_until, -q->refresh_before);
	struct instant worthwhile = { 2 * valid_until.us - end.us };

	return end.us && instant_before(early, worthwhile) ? worthwhile : early;
}

static bool
lasts(const struct plan_question *q, struct instant valid_until, struct instant end)
{
	return !instant_before(refresh_time(q, valid_until, end), q->now) &&
	    (end.us == 0 || !instant_before(end, valid_until));
}

static bool
still_good(const struct plan_question *q, const struct plan_row *row, const uint8_t made_of[32], struct instant end)
{
	return row && !q->all && memcmp(row->made_of, made_of, 32) == 0 && lasts(q, row->valid_until, end);
}

static void
set_earlier(struct instant *t, struct instant other)
{
	if (t->us == 0 || instant_before(other, *t))
		*t = other;
}

static void
horizon_add(struct horizon *h, const struct plan_question *q, struct instant valid_until, struct instant end)
{
	if (end.us && instant_before(end, valid_until))
		valid_until = end;
	if (end.us == 0)
		set_earlier(&h->valid_until, valid_until);
	set_earlier(&h->refresh_at, refresh_time(q, valid_until, end));
}

static void
keep(const struct plan_question *q, struct plan *plan, const struct plan_row *row, struct instant end)
{
	plan->kept++;
	horizon_add(&plan->horizon, q, row->valid_until, end);
}

static void
add_job(struct plan *plan, struct span name, const struct plan_entity *e, const uint8_t made_of[32])
{
	struct plan_job *job = &plan->jobs[plan->job_count++];

	*job = (struct plan_job){ .name = name, .entity = e };
	memcpy(job->made_of, made_of, sizeof(job->made_of));
}

static void
decide_entities(const struct plan_question *q, struct plan *plan)
{
	size_t at = 0;

	for (size_t i = 0; i < plan->member_count; i++) {
		const struct plan_entity *e = plan->members[i];
		struct span name = span_of(e->key.bytes, sizeof(e->key.bytes));
		const struct plan_row *row = row_find(plan, name);
		struct instant end = entity_end(&e->entity);

		if (still_good(q, row, e->made_of, end))
			keep(q, plan, row, end);
		else
			add_job(plan, name, e, e->made_of);
	}
	/* Both ascend by key. */
	for (size_t i = 0; i < plan->newest_count; i++) {
		struct span name = plan->newest[i]->name;

		if (!names_entity(plan->newest[i]))
			continue;
		while (at < q->entity_count && (!is_member(q, &q->entities[at].entity) ||
		    memcmp(q->entities[at].key.bytes, name.data, name.size) < 0))
			at++;
		if (at == q->entity_count || memcmp(q->entities[at].key.bytes, name.data, name.size) != 0)
			plan->endings[plan->ending_count++] = name;
	}
}

static void
decide_set(const struct plan_question *q, struct plan *plan, struct plan_set *set)
{
	const struct plan_entity *only = NULL;
	struct instant end = never;

	set->row = row_find(plan, set->name);
	find_set_made_of(q, plan, set);
	for (size_t i = 0; i < plan->member_count && !only; i++)
		if (in_set(plan->members[i], set))
			only = plan->members[i];
	if (set->members == 1)
		end = entity_end(&only->entity);
	if (set->members == 0 && set->row)
		plan->endings[plan->ending_count++] = set->name;
	else if (set->members && still_good(q, set->row, set->made_of, end))
		keep(q, plan, set->row, end);
	else if (set->members == 1) /* a lone entity is never wrapped (draft-young-md-query-saml-21 s3.1.2) */
		add_job(plan, set->name, only, set->made_of);
	else if (set->members > 1)
		set->make = true;
}

static bool
list_is_good(const struct plan_question *q, struct plan *plan, enum plan_list_kind kind)
{
	const struct plan_list *list = &plan->lists[kind];

	return !q->lists[kind] || still_good(q, list->row, list->made_of, never);
}

/* The trusted list and its signed form say the same, so one is not made without the other. */
static void
decide_lists(const struct plan_question *q, struct plan *plan)
{
	bool make[PLAN_LISTS];

	for (size_t i = 0; i < PLAN_LISTS; i++) {
		struct plan_list *list = &plan->lists[i];

		list->name = span_text(lists[i]);
		list->row = row_find(plan, list->name);
		find_list_made_of(q, plan, (enum plan_list_kind)i, list);
		make[i] = !list_is_good(q, plan, (enum plan_list_kind)i);
	}
	make[PLAN_TRUSTED_LIST] = make[PLAN_TRUSTED_LIST_SIGNED] =
	    make[PLAN_TRUSTED_LIST] || make[PLAN_TRUSTED_LIST_SIGNED];
	for (size_t i = 0; i < PLAN_LISTS; i++) {
		struct plan_list *list = &plan->lists[i];

		list->make = make[i] && q->lists[i];
		if (!q->lists[i] && list->row)
			plan->endings[plan->ending_count++] = list->name;
		if (!q->lists[i] || list->make)
			continue;
		plan->kept += i == PLAN_TRUSTED_LIST_SIGNED;
		horizon_add(&plan->horizon, q, list->row->valid_until, never);
	}
}

/* What is in force must hold out until the rest follows. */
static bool
holds_out(const struct plan_question *q, const struct plan_row *row)
{
	return row && lasts(q, row->valid_until, never);
}

static bool
is_swift(const struct plan_question *q, const struct plan *plan)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < PLAN_SETS; i++) {
		const struct plan_set *set = &plan->sets[i];

		if (set->make && !holds_out(q, set->row))
			return false;
		bytes += set->make ? set->row->size : 0;
	}
	/* A certification that ended is an end too. */
	for (size_t i = 0; i < plan->job_count && i < PLAN_SWIFT_JOBS; i++)
		if (!instant_before(plan->jobs[i].entity->entity.restated, q->published) &&
		    plan->jobs[i].entity->entity.restated.us)
			return false;
	return plan->ending_count == 0 && plan->job_count > 0 && plan->job_count <= PLAN_SWIFT_JOBS &&
	    bytes > PLAN_SWIFT_BYTES;
}

static bool
lists_follow(const struct plan_question *q, const struct plan *plan)
{
	for (size_t i = 0; i < PLAN_LISTS; i++)
		if (plan->lists[i].make && !holds_out(q, plan->lists[i].row))
			return false;
	return plan->swift && q->member_bytes > PLAN_SWIFT_BYTES;
}

void
plan_make(struct arena *arena, const struct plan_question *q, struct plan *plan)
{
	*plan = (struct plan){ .needed = q->current == 0 || !lasts(q, q->valid_until, never) };
	plan->members = arena_array(arena, const struct plan_entity *, q->entity_count);
	plan->jobs = arena_array(arena, struct plan_job, q->entity_count + PLAN_SETS);
	plan->endings = arena_array(arena, struct span, q->row_count);
	for (size_t i = 0; i < q->entity_count; i++) {
		if (!is_member(q, &q->entities[i].entity))
			continue;
		find_entity_made_of(q, &q->entities[i]);
		plan->members[plan->member_count++] = &q->entities[i];
	}
	if (plan->member_count)
		qsort(plan->members, plan->member_count, sizeof(*plan->members), by_entity_id);
	sort_rows(arena, q, plan);
	decide_entities(q, plan);
	for (size_t i = 0; i < PLAN_SETS; i++) {
		plan->sets[i] = (struct plan_set){ .name = span_text(sets[i].name), .role = sets[i].role };
		decide_set(q, plan, &plan->sets[i]);
		plan->needed = plan->needed || plan->sets[i].make;
	}
	decide_lists(q, plan);
	for (size_t i = 0; i < PLAN_LISTS; i++)
		plan->needed = plan->needed || plan->lists[i].make;
	if (plan->job_count || plan->ending_count)
		plan->needed = true;
	plan->swift = is_swift(q, plan);
	plan->lists_follow = lists_follow(q, plan);
}

struct horizon
plan_horizon(const struct plan *plan, const struct plan_question *q, struct instant fresh, bool rest_made)
{
	struct horizon h = plan->horizon;

	for (size_t i = 0; i < plan->job_count; i++)
		horizon_add(&h, q, fresh, entity_end(&plan->jobs[i].entity->entity));
	for (size_t i = 0; i < PLAN_SETS; i++)
		if (plan->sets[i].make)
			horizon_add(&h, q, plan->swift && !rest_made ? plan->sets[i].row->valid_until : fresh, never);
	for (size_t i = 0; i < PLAN_LISTS; i++)
		if (plan->lists[i].make)
			horizon_add(&h, q, plan->lists_follow && !rest_made ? plan->lists[i].row->valid_until : fresh,
			    never);
	if (h.valid_until.us == 0)
		horizon_add(&h, q, fresh, never);
	return h;
}
