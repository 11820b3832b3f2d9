/* tools/ctl/ledger_replay.c - `watashictl ledger replay`: takes recorded decisions again, and reports any that
 * differs. */
#include <stdio.h>
#include <stdlib.h>

#include "assurance/decided.h"
#include "codec/text.h"
#include "ctl/archive.h"
#include "ctl/client.h"
#include "ctl/ledger.h"

#define RESULT_LARGEST (256 * KIB)
#define DIFFERENCES_SHOWN 100

struct replay {
	struct ctl *ctl;
	struct arena arena;              /* of one entry */
	const struct framework *const *frameworks;
	size_t framework_count;
	struct facts *facts;
	struct decision *decision;
	struct buffer result;
	uint64_t replayed, different, erased, unknown, other_engine, proofings;
	json_t *differences;
};

static const struct framework *
framework_of(struct replay *r, struct span policy)
{
	for (size_t i = 0; i < r->framework_count; i++) {
		const char *digest = arena_print(&r->arena, "sha256:%s",
		    hex_write(&r->arena, r->frameworks[i]->digest));

		if (span_is(policy, digest))
			return r->frameworks[i];
	}
	return NULL;
}

static void
note_difference(struct replay *r, const struct decided *d, const char *what)
{
	r->different++;
	if (json_array_size(r->differences) < DIFFERENCES_SHOWN)
		json_array_append_new(r->differences,
		    json_pack("{s:s%,s:s}", "evaluation", d->evaluation.data, d->evaluation.size, "what", what));
}

static void
take_again(struct replay *r, const struct decided *d, const struct framework *framework)
{
	struct question question;
	struct problem why;

	if (decided_question(d, framework, &r->arena, r->facts, &question, &why) != OK) {
		note_difference(r, d, why.text);
		return;
	}
	decide(&question, r->decision);
	buffer_clear(&r->result);
	decision_result_write(&r->result, r->decision);
	r->replayed++;
	if (!span_equal(buffer_span(&r->result), d->result))
		note_difference(r, d, "the engine says otherwise now");
}

static enum err
on_entry(void *arg, const struct id *id, const struct ledger_entry *entry, struct problem *why)
{
	struct replay *r = arg;
	struct decided *d = arena_new(&r->arena, struct decided);
	const struct framework *framework;
	char name[LEDGER_ID_TEXT];

	if (entry->kind == LEDGER_DECISION && !entry->content.size) {
		r->erased++;
	} else if (entry->kind == LEDGER_DECISION) {
		if (decided_read(&r->arena, entry->content, d, why) != OK)
			return problem_within(why, "entry %s", ledger_id_text(id, name));
		framework = framework_of(r, d->policy);
		if (!framework)
			r->unknown++;
		else if (!span_is(d->engine, ENGINE_VERSION))
			r->other_engine++;
		else
			take_again(r, d, framework);
	} else if (entry->kind == LEDGER_PROOFING) {
		r->proofings++;
	}
	arena_reset(&r->arena);
	return OK;
}

static enum ending
report(const struct replay *r)
{
	json_t *json = json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:O}", "replayed", (json_int_t)r->replayed, "different",
	    (json_int_t)r->different, "erased", (json_int_t)r->erased, "unknown_policy", (json_int_t)r->unknown,
	    "other_engine", (json_int_t)r->other_engine, "proofings", (json_int_t)r->proofings,
	    "differences", r->differences);
	const json_t *one;
	size_t i;

	if (r->ctl->json) {
		answer_print(json);
	} else {
		printf("%llu decisions taken again: %llu differ\n", (unsigned long long)r->replayed,
		    (unsigned long long)r->different);
		json_array_foreach(r->differences, i, one)
			printf("  %s: %s\n", answer_text(one, "evaluation"), answer_text(one, "what"));
		printf("not taken again: %llu erased, %llu under a policy that is not in this store, %llu by another "
		       "engine; passed over: %llu proofings\n",
		    (unsigned long long)r->erased, (unsigned long long)r->unknown, (unsigned long long)r->other_engine,
		    (unsigned long long)r->proofings);
	}
	json_decref(json);
	return r->different ? REFUSED : DONE;
}

static enum err
replay_all(struct replay *r, struct archive *archive, struct problem *why)
{
	const struct archive_walk walk = { .doing = "decisions taken again",
		.entry = on_entry,
		.lanes = { r },
		.lane_count = 1 };
	enum err err = OK;

	if (archive_dictionary(archive))
		err = archive_frameworks(archive, archive_dictionary(archive), &r->frameworks, &r->framework_count,
		    why);
	return err == OK ? archive_walk(archive, &walk, why) : err;
}

enum ending
ledger_replay(struct ctl *ctl, int argc, char **argv)
{
	static const struct flag flags[] = { { 0 } };
	static const struct usage usage = {
		.synopsis = "ledger replay",
		.about = "Takes every decision of the ledger again, from its own facts under its own policy, and "
			 "compares the result to the\nbyte. Reads the store beside the daemon. Status 1 when any "
			 "differs.",
		.flags = flags,
	};
	struct replay r = { .ctl = ctl, .arena = arena_init(64 * MIB), .result = buffer_init(RESULT_LARGEST) };
	struct archive *archive = NULL;
	struct problem why;
	enum ending ending;

	if (!arguments_read(ctl, &usage, argc, argv, NULL, &ending))
		return ending;
	r.facts = malloc(sizeof(*r.facts));
	r.decision = malloc(sizeof(*r.decision));
	r.differences = json_array();
	if (!r.facts || !r.decision || !r.differences)
		abort();
	if (archive_open(ctl, &archive, &why) != OK || replay_all(&r, archive, &why) != OK)
		ending = refused(&why);
	else
		ending = report(&r);
	archive_free(archive);
	json_decref(r.differences);
	buffer_release(&r.result);
	arena_release(&r.arena);
	free(r.facts);
	free(r.decision);
	return ending;
}
