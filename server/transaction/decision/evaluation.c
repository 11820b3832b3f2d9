/* transaction/decision/evaluation.c - decisions, each durable in the ledger before it is answered. */
#include "transaction/decision/evaluation.h"

#include <assert.h>

#include "base/random.h"
#include "codec/json_writer.h"

struct recording {
	struct pending pending;
	struct pending *commit;
	on_evaluated *done;
	void *arg;
};

#define UNIT_MEMORY (5 * EVALUATIONS_LARGEST * LEDGER_ENTRY_LARGEST) /* it doubles, and what was before is left */

/* The entry */

#define ENTRY_USUAL (4 * KIB)

/* The usual comparison goes without saying, as in answers. */
static void
write_demand(struct buffer *b, const struct question *q)
{
	buffer_text(b, ",\"demand\":[");
	for (size_t i = 0; i < q->demand.count; i++) {
		const struct requirement *r = &q->demand.items[i];
		const struct area *area = &q->framework->areas[r->area];

		buffer_text(b, i ? ",{" : "{");
		json_write_member(b, "area", area->id);
		if (r->comparison != COMPARE_MINIMUM)
			json_write_member(b, "comparison", span_text(comparison_name(r->comparison)));
		json_write_member(b, "level", level_id(area, r->level));
		buffer_text(b, "}");
	}
	buffer_text(b, "]");
}

static void
write_party(struct buffer *b, const char *name, struct span type, struct span id)
{
	json_write_name(b, name);
	buffer_text(b, "{");
	json_write_member(b, "id", id);
	json_write_member(b, "type", type);
	buffer_text(b, "}");
}

void
evaluation_entry_write(struct buffer *b, const struct evaluation_request *r, const struct decision *decision,
    const struct id *id)
{
	const struct question *q = &r->question;
	char at[INSTANT_TEXT];

	buffer_text(b, "{");
	json_write_member(b, "action", r->action);
	json_write_member(b, "at", span_text(instant_text(q->at, at)));
	json_write_member(b, "caller", r->caller);
	write_demand(b, q);
	json_write_member(b, "engine", span_text(ENGINE_VERSION));
	json_write_id(b, "evaluation", id);
	json_write_name(b, "facts");
	facts_write(b, q->facts);
	json_write_member(b, "framework", q->framework->id);
	json_write_member(b, "member", r->member);
	buffer_text(b, ",\"policy\":\"sha256:");
	hex_add(b, q->framework->digest);
	buffer_text(b, "\",\"policy_leaf\":");
	buffer_number(b, r->policy_leaf);
	json_write_member(b, "profile", q->profile ? q->profile->id : (struct span){ 0 });
	json_write_member(b, "purpose", r->purpose);
	write_party(b, "resource", r->resource_type, r->resource_id);
	json_write_name(b, "result");
	decision_result_write(b, decision);
	write_party(b, "subject", r->subject_type, r->subject_id);
	json_write_member(b, "version", q->framework->version);
	buffer_text(b, "}");
}

/* The flow */

bool
evaluation_put(struct unit *unit, const struct evaluation_request *r, struct evaluation_answer *answer)
{
	struct buffer content = buffer_init(LEDGER_ENTRY_LARGEST);
	struct ledger_entry entry = { .kind = LEDGER_DECISION, .party = r->member };
	bool fits;

	buffer_reserve(&content, ENTRY_USUAL);
	random_draw(answer->salt, sizeof(answer->salt));
	evaluation_entry_write(&content, r, answer->decision, &answer->id);
	fits = !content.overflowed;
	if (fits) {
		entry.content = buffer_span(&content);
		memcpy(entry.salt, answer->salt, sizeof(entry.salt));
		answer->commitment = ledger_append(unit, answer->id, &entry);
	}
	buffer_release(&content);
	return fits;
}

static on_committed on_recorded;

static void
cancel_recording(struct pending *pending)
{
	pending_cancel(&((struct recording *)pending)->commit);
}

/* All of them, in a unit of that ID. */
static enum err
add_entries(struct unit *unit, const struct evaluation_request *requests, size_t count, struct id first,
    struct instant now, struct evaluation_answer *answers, struct problem *why)
{
	for (size_t i = 0; i < count; i++) {
		assert(requests[i].taken);
		answers[i].id = i ? id_new(now) : first;
		answers[i].decision = requests[i].taken;
		if (!evaluation_put(unit, &requests[i], &answers[i]))
			return problem_set(why, ERR_LIMIT, "",
			    "expected facts that fit an entry of %zu bytes in the ledger, found more",
			    LEDGER_ENTRY_LARGEST);
	}
	return OK;
}

struct pending *
evaluations_run(struct store *store, struct arena *arena, const struct evaluation_request *requests, size_t count,
    struct instant now, evaluation_write *write, on_evaluated *done, void *arg, struct problem *why)
{
	struct recording *e = arena_new(arena, struct recording);
	struct id first = id_new(now);
	/* Of the unit, which the store copies: what lives until the answer is little. */
	struct arena scratch = arena_init(UNIT_MEMORY);
	/* It is committed once, so the first evaluation's name is good enough for it. */
	struct unit *unit = unit_new(&scratch, store_tables(store), first);
	struct evaluation_answer *answers = arena_array(&scratch, struct evaluation_answer, count);
	enum err err;

	assert(count && count <= EVALUATIONS_LARGEST);
	*e = (struct recording){ .pending = { cancel_recording }, .done = done, .arg = arg };
	err = add_entries(unit, requests, count, first, now, answers, why);
	if (err == OK && !write(arg, answers))
		err = problem_set(why, ERR_LIMIT, "", "the answer is too large, so the decision was not taken");
	if (err == OK)
		e->commit = store_commit(store, unit, on_recorded, e);
	arena_release(&scratch);
	return err == OK ? &e->pending : NULL;
}

static void
on_recorded(void *arg, const struct committed *done)
{
	struct recording *e = arg;
	struct problem why;

	e->commit = NULL;
	if (done->code == OK) {
		e->done(e->arg, OK, NULL);
		return;
	}
	problem_set(&why, done->code, "", "the decision could not be recorded in the ledger, so it was not taken: %s",
	    err_name(done->code));
	e->done(e->arg, done->code, &why);
}
