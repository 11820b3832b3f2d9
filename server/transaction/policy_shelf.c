/* transaction/policy_shelf.c - the policies of this process, read from the store and compiled. */
#include "transaction/policy_shelf.h"

#include <assert.h>
#include <stdlib.h>

#include "base/log.h"

#define SNAPSHOT_LARGEST (2 * GIB) /* its arena; reached by nobody: POLICY_VERSIONS of FRAMEWORK_LARGEST, compiled */

enum { ASK_DICTIONARY, ASK_POLICIES, ASK_COUNT };

struct policy_shelf {
	struct store *store;
	struct policy_snapshot *newest;
	struct pending *reading;
	bool again;                 /* something changed while it was read */
	bool missed;                /* the last reading did not happen: the store did not answer */
	struct ask asks[ASK_COUNT];
};

/* Snapshots */

struct policy_snapshot *
policy_snapshot_ref(struct policy_snapshot *s)
{
	s->references++;
	return s;
}

void
policy_snapshot_unref(struct policy_snapshot *s)
{
	if (!s || --s->references)
		return;
	arena_release(&s->arena);
	free(s);
}

static struct policy_snapshot *
snapshot_new(void)
{
	struct policy_snapshot *s = calloc(1, sizeof(*s));

	if (!s)
		abort();
	s->references = 1;
	s->arena = arena_init(SNAPSHOT_LARGEST);
	return s;
}

const struct shelf_policy *
policy_in_force(const struct policy_snapshot *s, struct span framework, struct span version, struct instant at)
{
	const struct shelf_policy *found = NULL;

	for (size_t i = 0; i < s->count; i++) {
		const struct framework *f = s->items[i].framework;

		if (!span_equal(f->id, framework))
			continue;
		if (version.size ? span_equal(f->version, version) : !instant_before(at, f->valid_from))
			found = &s->items[i];
	}
	return found;
}

/* Reading: a row's files are copied, for they are served and evaluated long after the load. */

static enum err
version_read(struct policy_snapshot *s, const struct row *row, struct shelf_policy *out, struct problem *why)
{
	struct policy_files files;
	struct span framework, version;

	if (!policy_key_read(row->key, &framework, &version) ||
	    !published_policy_read(arena_copy(&s->arena, row->value), &out->published))
		return problem_set(why, ERR_UNSUPPORTED, "", "a version's row is of a form this version does not know");
	if (policy_files_unpack(&s->arena, out->published.files, &files, why) != OK)
		return why->code;
	files.label = arena_print(&s->arena, "policy/%.*s/%.*s", SPAN_ARGS(framework), SPAN_ARGS(version));
	if (framework_read(&s->arena, &files, s->dictionary, true, &out->framework, why) != OK)
		return why->code;
	if (!span_equal(out->framework->digest, span_of(out->published.digest, sizeof(out->published.digest))) ||
	    !span_equal(out->framework->id, framework) || !span_equal(out->framework->version, version))
		return problem_set(
		    why, ERR_INVALID, "", "%s: expected the files that were published, found others", files.label);
	return OK;
}

/* One version that cannot be read takes its framework's others with it: an older one in its place would decide by what
 * is not in force. */
static void
framework_drop(struct policy_snapshot *s, struct span framework)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->count; i++)
		if (!span_equal(s->items[i].framework->id, framework))
			s->items[kept++] = s->items[i];
	s->count = kept;
}

static int
by_framework_and_date(const void *a, const void *b)
{
	const struct framework *x = ((const struct shelf_policy *)a)->framework;
	const struct framework *y = ((const struct shelf_policy *)b)->framework;
	int order = span_compare(x->id, y->id);

	if (order)
		return order;
	return instant_before(x->valid_from, y->valid_from) ? -1 : instant_before(y->valid_from, x->valid_from);
}

static void
reject(struct policy_snapshot *s, struct span key, const struct problem *why)
{
	struct span framework, version;

	if (!policy_key_read(key, &framework, &version))
		framework = version = (struct span){ 0 };
	log_error("policy.rejected", "framework=%s version=%s problem=%s", LOG_SPAN(framework), LOG_SPAN(version),
	    LOG_TEXT(why->text));
	if (!s->rejected.size)
		s->rejected = arena_copy(&s->arena, span_text(why->text));
}

static bool
is_proposal(struct span value)
{
	struct published_policy p;

	return published_policy_read(value, &p) && p.number == 0;
}

static void
dictionary_load(struct policy_snapshot *s, const struct ask *ask)
{
	struct problem why;

	if (ask->count == 0)
		return;
	s->facts = arena_copy(&s->arena, ask->rows[0].value);
	if (dictionary_read(&s->arena, "facts.json", s->facts, &s->dictionary, &why) == OK)
		return;
	s->dictionary = NULL;
	reject(s, ask->rows[0].key, &why);
}

/* Whatever can be read; `rejected` tells of the rest. */
static struct policy_snapshot *
snapshot_read(const struct ask asks[ASK_COUNT])
{
	const struct ask *policies = &asks[ASK_POLICIES];
	struct policy_snapshot *s = snapshot_new();
	bool unread[POLICY_VERSIONS] = { 0 };

	dictionary_load(s, &asks[ASK_DICTIONARY]);
	assert(policies->count <= POLICY_VERSIONS);
	for (size_t i = 0; i < policies->count; i++) {
		struct problem why;

		if (is_proposal(policies->rows[i].value))
			continue;
		if (!s->dictionary)
			problem_set(&why, ERR_INVALID, "", "no dictionary of facts can be read, so no version can");
		else if (version_read(s, &policies->rows[i], &s->items[s->count], &why) == OK) {
			s->count++;
			continue;
		}
		unread[i] = true;
		reject(s, policies->rows[i].key, &why);
	}
	for (size_t i = 0; i < policies->count; i++) {
		struct span framework, version;

		if (unread[i] && policy_key_read(policies->rows[i].key, &framework, &version))
			framework_drop(s, framework);
	}
	qsort(s->items, s->count, sizeof(*s->items), by_framework_and_date);
	return s;
}

static void
shelf_put(struct policy_shelf *shelf, struct policy_snapshot *new)
{
	if (new->rejected.size && shelf->newest) {
		shelf->newest->rejected = arena_copy(&shelf->newest->arena, new->rejected);
		policy_snapshot_unref(new);
		return;
	}
	policy_snapshot_unref(shelf->newest);
	shelf->newest = new;
	log_info("policy.loaded", "versions=%zu facts=%zu", new->count, new->dictionary ? new->dictionary->count : 0);
}

static on_loaded on_policies_loaded;

static void
shelf_read(struct policy_shelf *shelf)
{
	shelf->again = shelf->missed = false;
	shelf->asks[ASK_DICTIONARY] = dictionary_ask();
	shelf->asks[ASK_POLICIES] = policies_ask();
	shelf->reading = store_load(shelf->store, shelf->asks, ASK_COUNT, on_policies_loaded, shelf);
}

static void
on_policies_loaded(void *arg, enum err err, const struct problem *why)
{
	struct policy_shelf *shelf = arg;

	shelf->reading = NULL;
	if (err != OK) {
		log_warning("policy.unread", "problem=%s", LOG_TEXT(why ? why->text : err_name(err)));
		shelf->missed = true;
	} else {
		shelf_put(shelf, snapshot_read(shelf->asks));
	}
	if (shelf->again)
		shelf_read(shelf);
}

static void
on_rows_changed(void *arg, const struct table *table, struct span key, uint64_t generation)
{
	struct policy_shelf *shelf = arg;

	(void)table;
	(void)key;
	(void)generation;
	if (shelf->reading)
		shelf->again = true;
	else
		shelf_read(shelf);
}

struct policy_shelf *
policy_shelf_new(struct store *store)
{
	struct policy_shelf *shelf = calloc(1, sizeof(*shelf));

	if (!shelf)
		abort();
	shelf->store = store;
	/* The dictionary changes only with a version that is published. */
	store_watch(store, &policy_table, on_rows_changed, shelf);
	shelf_read(shelf);
	return shelf;
}

void
policy_shelf_free(struct policy_shelf *shelf)
{
	if (!shelf)
		return;
	pending_cancel(&shelf->reading);
	policy_snapshot_unref(shelf->newest);
	free(shelf);
}

struct policy_snapshot *
policy_shelf_take(struct policy_shelf *shelf)
{
	if (shelf->missed && !shelf->reading)
		shelf_read(shelf);
	return shelf->newest ? policy_snapshot_ref(shelf->newest) : NULL;
}
