/* transaction/policy/shelf.c - the policies of this process, read from the store and compiled. */
#include "transaction/policy/shelf.h"

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
shelf_policy_find(const struct policy_snapshot *s, struct span framework, struct span version, struct instant at)
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
		return policy_row_strange(framework, version, why);
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

/* Every sentence, one after another: whoever mends one version learns of the next. */
static void
reject(struct policy_snapshot *s, struct span framework, struct span version, const struct problem *why)
{
	s->rejected_count++;
	log_error("policy.rejected", "framework=%s version=%s problem=%s", LOG_SPAN(framework), LOG_SPAN(version),
	    LOG_TEXT(why->text));
	s->rejected = span_text(arena_print(&s->arena, "%.*s%s%s", SPAN_ARGS(s->rejected),
	    s->rejected.size ? "; " : "", why->text));
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
	reject(s, (struct span){ 0 }, (struct span){ 0 }, &why);
}

/* Frameworks of which a version could not be read. */
struct broken {
	struct span names[POLICY_VERSIONS]; /* borrowed from the rows */
	size_t count;
};

static bool
is_broken(const struct broken *broken, struct span framework)
{
	for (size_t i = 0; i < broken->count; i++)
		if (span_equal(broken->names[i], framework))
			return true;
	return false;
}

/* Whatever can be read; of the rest it is told. */
static void
versions_read(struct policy_snapshot *s, const struct ask *policies, struct broken *broken)
{
	assert(policies->count <= POLICY_VERSIONS);
	for (size_t i = 0; i < policies->count; i++) {
		struct span framework, version;
		struct problem why;

		if (published_policy_proposed(policies->rows[i].value))
			continue;
		if (!s->dictionary)
			problem_set(&why, ERR_INVALID, "", "no dictionary of facts can be read, so no version can");
		else if (version_read(s, &policies->rows[i], &s->items[s->count], &why) == OK) {
			s->count++;
			continue;
		}
		policy_key_read(policies->rows[i].key, &framework, &version);
		reject(s, framework, version, &why);
		if (!is_broken(broken, framework))
			broken->names[broken->count++] = framework;
	}
}

/* A version that cannot be read takes its framework's others with it: an older one in its place would decide by what
 * is not in force. */
static void
frameworks_drop(struct policy_snapshot *s, const struct broken *broken)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->count; i++)
		if (!is_broken(broken, s->items[i].framework->id))
			s->items[kept++] = s->items[i];
	s->count = kept;
}

/* Compiled again, for facts have other numbers in another dictionary. */
static enum err
item_keep(struct policy_snapshot *s, const struct shelf_policy *before, struct problem *why)
{
	const struct framework *f = before->framework;
	struct buffer value = buffer_init(2 * POLICY_PACK_LARGEST);
	struct row row = { .key = policy_key(&s->arena, f->id, f->version) };
	enum err err;

	if (s->count == POLICY_VERSIONS)
		return problem_set(why, ERR_LIMIT, "", "expected at most %d versions, found more", POLICY_VERSIONS);
	published_policy_write(&value, &before->published);
	assert(!value.overflowed);
	row.value = buffer_span(&value);
	err = version_read(s, &row, &s->items[s->count], why);
	buffer_release(&value);
	s->count += err == OK;
	return err;
}

/* The others take their new versions; one that is broken stays as it was. False: it cannot, so all must. */
static bool
frameworks_keep(struct policy_snapshot *s, const struct policy_snapshot *before, const struct broken *broken)
{
	struct problem why;

	for (size_t i = 0; i < before->count; i++) {
		const struct framework *f = before->items[i].framework;

		if (!is_broken(broken, f->id) || item_keep(s, &before->items[i], &why) == OK)
			continue;
		reject(s, f->id, f->version, &why);
		return false;
	}
	return true;
}

/* NULL: nothing of what was loaded can stand in the place of what was there `before`, which has been told why. */
static struct policy_snapshot *
snapshot_read(const struct ask asks[ASK_COUNT], struct policy_snapshot *before)
{
	struct policy_snapshot *s = snapshot_new();
	struct broken broken = { .count = 0 };

	dictionary_load(s, &asks[ASK_DICTIONARY]);
	versions_read(s, &asks[ASK_POLICIES], &broken);
	frameworks_drop(s, &broken);
	if (before && s->rejected.size && (!s->dictionary || !frameworks_keep(s, before, &broken))) {
		before->rejected = arena_copy(&before->arena, s->rejected);
		before->rejected_count = s->rejected_count;
		policy_snapshot_unref(s);
		return NULL;
	}
	qsort(s->items, s->count, sizeof(*s->items), by_framework_and_date);
	return s;
}

static void
shelf_put(struct policy_shelf *shelf, struct policy_snapshot *new)
{
	if (!new)
		return;
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
		shelf_put(shelf, snapshot_read(shelf->asks, shelf->newest));
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
