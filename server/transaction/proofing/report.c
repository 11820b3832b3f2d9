/* transaction/proofing/report.c - what verifications cost in a period. */
#include "transaction/proofing/report.h"

#include <assert.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "ledger/entry.h"
#include "registry/standing.h"

#define MEMBERS_AT_ONCE 64
#define CHECKS_AT_ONCE 4096
#define SCRATCH_LARGEST (64 * MIB)
/* Rows stand in the order of time, those of one millisecond in any. */
#define DISORDER SECONDS(1)

struct reporting {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct proofing_report asked;
	struct costs *costs;
	struct arena scratch;        /* of one part */
	struct ask ask;
	uint8_t key[MEMBER_ID_LARGEST + 1]; /* where the next part begins or ends */
	on_proofing_report *done;
	void *arg;
};

static on_loaded on_members_loaded, on_checks_loaded;

static void
free_reporting(struct reporting *r)
{
	costs_free(r->costs);
	arena_release(&r->scratch);
	free(r);
}

static void
cancel_reporting(struct pending *pending)
{
	struct reporting *r = (struct reporting *)pending;

	pending_cancel(&r->waiting);
	free_reporting(r);
}

static void
answer(struct reporting *r, enum err err, const struct problem *why)
{
	r->done(r->arg, err, err == OK ? r->costs : NULL, err == OK ? NULL : why);
	free_reporting(r);
}

static void
load_members(struct reporting *r, size_t key_size)
{
	r->ask = (struct ask){ .table = &member_table, .from = span_of(r->key, key_size), .limit = MEMBERS_AT_ONCE };
	r->waiting = store_load(r->store, &r->ask, 1, on_members_loaded, r);
}

static void
load_checks(struct reporting *r, size_t key_size)
{
	r->ask = (struct ask){ .table = &proofing_log_table, .until = span_of(r->key, key_size),
		.limit = CHECKS_AT_ONCE, .backwards = true };
	r->waiting = store_load(r->store, &r->ask, 1, on_checks_loaded, r);
}

struct pending *
proofing_report_start(struct store *store, const struct proofing_report *asked, on_proofing_report *done, void *arg)
{
	struct reporting *r = calloc(1, sizeof(*r));

	if (!r)
		abort();
	*r = (struct reporting){ .pending = { cancel_reporting }, .store = store, .asked = *asked,
		.costs = costs_new(&asked->settings, asked->from, asked->until), .scratch = arena_init(SCRATCH_LARGEST),
		.done = done, .arg = arg };
	load_members(r, 0);
	return &r->pending;
}

/* Whether any of the period is covered. */
static bool
entrusts(const struct member_record *m, const struct proofing_report *asked)
{
	for (size_t i = 0; i < m->entrustment_count; i++)
		if (span_equal(m->entrustments[i].to, asked->operator) &&
		    instant_before(m->entrustments[i].from, asked->until) &&
		    instant_before(asked->from, m->entrustments[i].until))
			return true;
	return false;
}

static enum err
note_member(struct reporting *r, const struct row *row, struct problem *why)
{
	struct member_record record;
	struct member member;

	arena_reset(&r->scratch);
	if (!member_read(row->value, &member))
		return problem_set(why, ERR_UNAVAILABLE, "", "the member \"%.*s\": its row in the store is of a form "
		    "this build does not know", SPAN_ARGS(row->key));
	/* Who was suspended or left since the period began had it done until then. */
	if (member.standing != STANDING_APPROVED &&
	    !((member.standing == STANDING_SUSPENDED || member.standing == STANDING_WITHDRAWN) &&
	        instant_before(r->asked.from, member.since)))
		return OK;
	if (member_parse(&r->scratch, "record", member.record, &record, why) != OK)
		return problem_within(why, "the member \"%.*s\"", SPAN_ARGS(row->key));
	if (entrusts(&record, &r->asked))
		costs_entrusting(r->costs, member.id);
	return OK;
}

static void
on_members_loaded(void *arg, enum err err, const struct problem *why)
{
	struct reporting *r = arg;
	struct problem own;

	r->waiting = NULL;
	for (size_t i = 0; err == OK && i < r->ask.count; i++)
		if ((err = note_member(r, &r->ask.rows[i], &own)) != OK)
			why = &own;
	if (err != OK) {
		answer(r, err, why);
	} else if (r->ask.more) {
		struct span last = r->ask.rows[r->ask.count - 1].key;

		/* The next key there can be. */
		memcpy(r->key, last.data, last.size);
		r->key[last.size] = 0;
		load_members(r, last.size + 1);
	} else {
		load_checks(r, 0);
	}
}

static void
on_checks_loaded(void *arg, enum err err, const struct problem *why)
{
	struct reporting *r = arg;
	struct proofing_check check;
	struct problem own;
	bool before = false;

	r->waiting = NULL;
	for (size_t i = 0; err == OK && !before && i < r->ask.count; i++) {
		if (!proofing_check_read(r->ask.rows[i].value, &check)) {
			err = problem_set(&own, ERR_UNAVAILABLE, "",
			    "the log of verifications: a row in the store is of a form this build does not know");
			why = &own;
			continue;
		}
		before = check.at.us < r->asked.from.us - DISORDER;
		costs_add(r->costs, &check);
	}
	if (err != OK) {
		answer(r, err, why);
	} else if (r->ask.more && !before) {
		struct span last = r->ask.rows[r->ask.count - 1].key;

		assert(last.size <= sizeof(r->key));
		memcpy(r->key, last.data, last.size);
		load_checks(r, last.size);
	} else {
		answer(r, OK, NULL);
	}
}
