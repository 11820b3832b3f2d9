/* tests/bench/decide.c - decisions in process, from the text of a request to the leaf of the ledger.
 *
 *     decide DIRECTORY answers                 a line for each input: the result
 *     decide DIRECTORY measure bare SECONDS    "DECISIONS CPU-SECONDS"
 *     decide DIRECTORY measure whole SECONDS
 *
 * Bare: JSON text read into facts (unknown facts, wrong types and doubled names refused), all criteria evaluated, the
 * result written as JSON (permit, levels reached and possible, criteria that failed or are unknown), request and result
 * hashed to a leaf: what a peer does, and the leaf. Whole: what a caller gets and the ledger keeps: the answer with its
 * reasons, each with facts, values, needs and texts in two languages; the canonical entry with all facts; commitment
 * and leaf.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buffer.h"
#include "ledger/entry.h"
#include "transaction/decision/evaluation.h"

#define INPUTS 256
#define BATCH 1024

struct bench {
	struct arena policy, step;
	const struct dictionary *dictionary;
	const struct framework *framework;
	const struct profile *profile;
	struct span inputs[INPUTS];
	struct instant now;
	struct buffer answer, entry;
};

static void
give_up(const struct problem *why)
{
	fprintf(stderr, "%s\n", why->text);
	exit(1);
}

static struct span
read_whole(struct arena *a, const char *directory, const char *name)
{
	const char *path = arena_print(a, "%s/%s", directory, name);
	FILE *f = fopen(path, "rb");
	uint8_t *data = arena_take(a, 2 * MIB);
	size_t size;

	if (!f) {
		perror(path);
		exit(1);
	}
	size = fread(data, 1, 2 * MIB, f);
	fclose(f);
	return span_of(data, size);
}

static void
prepare(struct bench *b, const char *directory)
{
	struct policy_files files;
	struct problem why;
	struct span lines;

	b->policy = arena_init(64 * MIB);
	b->step = arena_init(4 * MIB);
	b->answer = buffer_init(1 * MIB);
	b->entry = buffer_init(LEDGER_ENTRY_LARGEST);
	if (dictionary_read(&b->policy, "facts.json", read_whole(&b->policy, directory, "facts.json"), &b->dictionary,
	    &why) != OK || policy_files_read(&b->policy, arena_print(&b->policy, "%s/policy", directory), &files,
	    &why) != OK || framework_read(&b->policy, &files, b->dictionary, false, &b->framework, &why) != OK)
		give_up(&why);
	b->profile = &b->framework->profiles[0];
	b->now = b->framework->valid_from;
	lines = read_whole(&b->policy, directory, "inputs.jsonl");
	for (size_t i = 0; i < INPUTS; i++)
		b->inputs[i] = span_cut(&lines, '\n');
}

/* Everything but the writing of what came of it. */
static void
take_decision(struct bench *b, struct span input, struct facts *facts, struct evaluation_request *request,
    struct decision *decision)
{
	struct reader r = reader_json(&b->step, input, (struct limits){ .bytes = 64 * KIB, .depth = 8 });
	struct problem why;
	struct span name, id = { 0 };

	facts_init(facts, b->dictionary);
	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "id"))
			id = reader_string(&r, 1, 64);
		else if (span_is(name, "facts"))
			facts_read(&r, facts, CLAIMED, b->now);
	}
	if (reader_end(&r, &why) != OK)
		give_up(&why);
	*request = (struct evaluation_request){ .caller = span_text("bench"), .member = span_text("bench"),
		.subject_type = span_text("person"), .subject_id = id, .action = span_text("sign_in"),
		.resource_type = span_text("relying_party"), .resource_id = span_text("https://rp.example/"),
		.question = { .framework = b->framework, .profile = b->profile, .demand = profile_demand(b->profile),
		    .facts = facts, .at = b->now } };
	decide(&request->question, decision);
}

static void
print_answers(struct bench *b)
{
	for (size_t i = 0; i < INPUTS; i++) {
		struct evaluation_request request;
		struct decision decision;
		struct facts facts;
		struct span text;

		take_decision(b, b->inputs[i], &facts, &request, &decision);
		buffer_clear(&b->answer);
		decision_result_write(&b->answer, &decision);
		text = buffer_span(&b->answer);
		printf("%.*s\n", SPAN_ARGS(text));
		arena_reset(&b->step);
	}
}

static struct hash
bare_decision(struct bench *b, struct span input)
{
	struct evaluation_request request;
	struct decision decision;
	struct facts facts;

	take_decision(b, input, &facts, &request, &decision);
	buffer_clear(&b->entry);
	buffer_add(&b->entry, input);
	decision_result_write(&b->entry, &decision);
	arena_reset(&b->step);
	return merkle_leaf(buffer_span(&b->entry));
}

static struct hash
whole_decision(struct bench *b, struct span input)
{
	static const uint8_t salt[LEDGER_SALT] = { 1 };
	static const struct id id = { { 1 } };
	struct evaluation_request request;
	struct decision decision;
	struct facts facts;
	struct hash commitment;

	take_decision(b, input, &facts, &request, &decision);
	buffer_clear(&b->answer);
	buffer_text(&b->answer, decision.permit ? "{\"decision\":true,\"context\":{" :
	    "{\"decision\":false,\"context\":{");
	decision_write(&b->answer, &decision);
	buffer_text(&b->answer, "}}");
	buffer_clear(&b->entry);
	evaluation_entry_write(&b->entry, &request, &decision, &id);
	commitment = ledger_commitment(salt, buffer_span(&b->entry));
	arena_reset(&b->step);
	return merkle_leaf(span_of(commitment.bytes, HASH_SIZE));
}

static double
cpu_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

typedef struct hash decision_kind(struct bench *, struct span input);

static void
measure(struct bench *b, decision_kind *decision, double seconds)
{
	unsigned long decisions = 0;
	unsigned kept = 0;
	double began, now;

	for (size_t i = 0; i < 4 * INPUTS; i++)
		kept += decision(b, b->inputs[i % INPUTS]).bytes[0];
	began = now = cpu_now();
	while (now - began < seconds) {
		for (size_t i = 0; i < BATCH; i++)
			kept += decision(b, b->inputs[i % INPUTS]).bytes[0];
		decisions += BATCH;
		now = cpu_now();
	}
	if (b->answer.overflowed || b->entry.overflowed || kept == 0) {
		fprintf(stderr, "what was written is not whole\n");
		exit(1);
	}
	printf("%lu %.6f\n", decisions, now - began);
}

int
main(int argc, char **argv)
{
	static struct bench b;

	if (argc == 3 && strcmp(argv[2], "answers") == 0) {
		prepare(&b, argv[1]);
		print_answers(&b);
		return 0;
	}
	if (argc == 5 && strcmp(argv[2], "measure") == 0) {
		prepare(&b, argv[1]);
		measure(&b, strcmp(argv[3], "whole") == 0 ? whole_decision : bare_decision, strtod(argv[4], NULL));
		return 0;
	}
	fprintf(stderr, "decide DIRECTORY answers | measure bare|whole SECONDS\n");
	return 2;
}
