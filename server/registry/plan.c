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

static void
find_entity_made_of(const struct plan_question *q, struct plan_entity *e)
{
	struct buffer b = buffer_init(64 * KIB);

	buffer_add(&b, span_of(q->settings, sizeof(q->settings)));
	buffer_add(&b, span_of(e->entity.fragment, sizeof(e->entity.fragment)));
	buffer_u64(&b, (uint64_t)e->entity.registered.us);
	buffer_block(&b, e->entity.entity_id);
	buffer_block(&b, e->entity.prefixes);
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
	for (size_t i = 0; i < q->entity_count; i++) {
		if (!in_set(plan->members[i], set))
			continue;
		set->members++;
		digest_stream_add(stream, span_of(plan->members[i]->made_of, sizeof(plan->members[i]->made_of)));
	}
	digest_stream_end(stream, set->made_of);
	digest_stream_free(stream);
}

/* Decisions */

static bool
lasts(const struct plan_question *q, struct instant valid_until)
{
	return !instant_before(valid_until, instant_after(q->now, q->refresh_before));
}

static bool
still_good(const struct plan_question *q, const struct plan_row *row, const uint8_t made_of[32])
{
	return row && !q->all && memcmp(row->made_of, made_of, 32) == 0 && lasts(q, row->valid_until);
}

static void
keep(struct plan *plan, const struct plan_row *row)
{
	plan->kept++;
	if (plan->earliest.us == 0 || instant_before(row->valid_until, plan->earliest))
		plan->earliest = row->valid_until;
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

	for (size_t i = 0; i < q->entity_count; i++) {
		const struct plan_entity *e = plan->members[i];
		struct span name = span_of(e->key.bytes, sizeof(e->key.bytes));
		const struct plan_row *row = row_find(plan, name);

		if (still_good(q, row, e->made_of))
			keep(plan, row);
		else
			add_job(plan, name, e, e->made_of);
	}
	/* Both ascend by key. */
	for (size_t i = 0; i < plan->newest_count; i++) {
		struct span name = plan->newest[i]->name;

		if (!names_entity(plan->newest[i]))
			continue;
		while (at < q->entity_count && memcmp(q->entities[at].key.bytes, name.data, name.size) < 0)
			at++;
		if (at == q->entity_count || memcmp(q->entities[at].key.bytes, name.data, name.size) != 0)
			plan->endings[plan->ending_count++] = name;
	}
}

static void
decide_set(const struct plan_question *q, struct plan *plan, struct plan_set *set)
{
	const struct plan_row *row = row_find(plan, set->name);
	const struct plan_entity *only = NULL;

	find_set_made_of(q, plan, set);
	for (size_t i = 0; i < q->entity_count && !only; i++)
		if (in_set(plan->members[i], set))
			only = plan->members[i];
	if (set->members == 0 && row)
		plan->endings[plan->ending_count++] = set->name;
	else if (set->members && still_good(q, row, set->made_of))
		keep(plan, row);
	else if (set->members == 1) /* a lone entity is never wrapped (draft-young-md-query-saml-21 s3.1.2) */
		add_job(plan, set->name, only, set->made_of);
	else if (set->members > 1)
		set->make = plan->needed = true;
}

static int
by_entity_id(const void *a, const void *b)
{
	const struct plan_entity *x = *(const struct plan_entity *const *)a, *y = *(const struct plan_entity *const *)b;

	return span_compare(x->entity.entity_id, y->entity.entity_id);
}

void
plan_make(struct arena *arena, const struct plan_question *q, struct plan *plan)
{
	*plan = (struct plan){ .needed = q->current == 0 || !lasts(q, q->valid_until) };
	plan->members = arena_array(arena, const struct plan_entity *, q->entity_count);
	plan->jobs = arena_array(arena, struct plan_job, q->entity_count + PLAN_SETS);
	plan->endings = arena_array(arena, struct span, q->row_count);
	for (size_t i = 0; i < q->entity_count; i++) {
		find_entity_made_of(q, &q->entities[i]);
		plan->members[i] = &q->entities[i];
	}
	if (q->entity_count)
		qsort(plan->members, q->entity_count, sizeof(*plan->members), by_entity_id);
	sort_rows(arena, q, plan);
	decide_entities(q, plan);
	for (size_t i = 0; i < PLAN_SETS; i++) {
		plan->sets[i] = (struct plan_set){ .name = span_text(sets[i].name), .role = sets[i].role };
		decide_set(q, plan, &plan->sets[i]);
	}
	if (plan->job_count || plan->ending_count)
		plan->needed = true;
}
