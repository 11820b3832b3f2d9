/* tests/bench/fill_decisions.c - a ledger grown by decisions that differ: each a question made by chance, the same from
 * the same seed, really decided and recorded as a worker would. For a daemon that is stopped.
 *
 *     fill_decisions VERSION-DIRECTORY FACTS STORE-DIRECTORY MAP-BYTES COUNT    prints how many leaves there are then
 *
 * The facts are those of the version's own tests: one test of each file, so that every area is spoken of, and then up
 * to five facts changed. Profiles, demands, relying parties and people differ too; the times are those of the last
 * thirty days.
 */
#include "bench/growing.h"

#include <inttypes.h>
#include <string.h>

#include "assurance/generated.h"
#include "assurance/trial.h"
#include "base/file.h"
#include "transaction/decision/evaluation.h"

#define PERIOD SECONDS(30 * 86400)
#define RELYING_PARTIES 2000
#define PEOPLE 300000
#define CHANGES 6
#define FILES_LARGEST 64

struct filling {
	struct arena policy, step;
	const struct dictionary *dictionary;
	const struct framework *framework;
	struct trial *trials;
	size_t files[FILES_LARGEST + 1]; /* where the tests of each file begin; the last: their end */
	size_t file_count;
	struct chance chance;
	struct growing growing;
	struct buffer content;
};

static void
read_trials(struct filling *f)
{
	struct problem why;

	f->trials = arena_array(&f->policy, struct trial, f->framework->test_count);
	for (size_t i = 0; i < f->framework->test_count; i++) {
		const struct policy_test *test = &f->framework->tests[i];

		if (trial_read(&f->policy, f->framework, test, &f->trials[i], &why) != OK)
			growing_fail(&why);
		if (f->file_count < FILES_LARGEST && (i == 0 || !span_equal(test->file, test[-1].file)))
			f->files[f->file_count++] = i;
	}
	f->files[f->file_count] = f->framework->test_count;
}

static void
prepare(struct filling *f, const char *directory, const char *facts)
{
	struct buffer text = buffer_init(DICTIONARY_LARGEST);
	struct policy_files files;
	struct problem why;

	f->policy = arena_init(256 * MIB);
	f->step = arena_init(4 * MIB);
	f->content = buffer_init(LEDGER_ENTRY_LARGEST);
	f->chance.state = 20261123;
	if (file_read(facts, &text, &why) != OK ||
	    dictionary_read(&f->policy, facts, arena_copy(&f->policy, buffer_span(&text)), &f->dictionary,
	    &why) != OK || policy_files_read(&f->policy, directory, &files, &why) != OK ||
	    framework_read(&f->policy, &files, f->dictionary, true, &f->framework, &why) != OK)
		growing_fail(&why);
	buffer_release(&text);
	read_trials(f);
}

/* A question */

static enum provenance
any_provenance(struct filling *f, const struct fact *fact)
{
	enum provenance by = chance_below(&f->chance, 3) ? OBSERVED : VOUCHED;

	return by < fact->provenance ? fact->provenance : by;
}

static void
put_trial(struct filling *f, const struct trial *trial, struct facts *facts)
{
	for (size_t i = 0; i < f->dictionary->count; i++)
		if (facts_known(&trial->facts, i, CLAIMED))
			facts_put(facts, &f->dictionary->facts[i], trial->facts.value[i],
			    any_provenance(f, &f->dictionary->facts[i]));
}

/* What is far from any bound decides nothing: numbers are taken near the value they had. */
static int64_t
another_value(struct filling *f, const struct fact *fact, int64_t value)
{
	int64_t by = (int64_t)chance_below(&f->chance, 9) - 4;

	if (fact->type == FACT_INTEGER)
		value += by;
	else if (fact->type == FACT_DURATION)
		value = value / 4 * (by + 5);
	else
		value = fact->least + (int64_t)chance_below(&f->chance, (unsigned)(fact->most - fact->least) + 1);
	return value < fact->least ? fact->least : value > fact->most ? fact->most : value;
}

static bool
is_changed(const struct fact *fact)
{
	return fact->type != FACT_DATE && fact->most - fact->least <= UINT32_MAX;
}

static void
make_facts(struct filling *f, struct facts *facts)
{
	facts_init(facts, f->dictionary);
	for (size_t i = 0; i < f->file_count; i++) {
		size_t count = f->files[i + 1] - f->files[i];

		put_trial(f, &f->trials[f->files[i] + chance_below(&f->chance, (unsigned)count)], facts);
	}
	for (unsigned n = chance_below(&f->chance, CHANGES); n > 0; n--) {
		const struct fact *fact = &f->dictionary->facts[chance_below(&f->chance,
		    (unsigned)f->dictionary->count)];

		if (chance_below(&f->chance, 8) == 0)
			facts_forget(facts, fact);
		else if (facts_known(facts, fact->number, CLAIMED) && is_changed(fact))
			facts_put(facts, fact, another_value(f, fact, facts->value[fact->number]), OBSERVED);
	}
}

/* Of ten questions one brings levels of its own, to areas as they come. */
static void
make_demand(struct filling *f, struct question *q)
{
	const struct framework *framework = f->framework;

	if (chance_below(&f->chance, 10)) {
		q->profile = &framework->profiles[chance_below(&f->chance, (unsigned)framework->profile_count)];
		q->demand = profile_demand(q->profile);
		return;
	}
	q->demand.count = 1;
	q->demand.items[0].area = (uint8_t)chance_below(&f->chance, (unsigned)framework->area_count);
	q->demand.items[0].level =
	    (uint8_t)(1 + chance_below(&f->chance, (unsigned)framework->areas[q->demand.items[0].area].level_count));
}

/* Few relying parties ask most of the questions. */
static unsigned
any_relying_party(struct filling *f)
{
	return chance_below(&f->chance, 1 + chance_below(&f->chance, RELYING_PARTIES));
}

static void
add_decision(struct filling *f, struct instant at)
{
	struct ledger_entry entry = { .kind = LEDGER_DECISION, .party = span_text("bench") };
	struct evaluation_request request = {
		.policy_leaf = 1,
		.caller = span_text("bench-point"),
		.member = span_text("bench"),
		.subject_type = span_text("user"),
		.subject_id = span_text(arena_print(&f->step, "person-%06u", chance_below(&f->chance, PEOPLE))),
		.action = span_text("sign_in"),
		.resource_type = span_text("relying_party"),
		.resource_id = span_text(arena_print(&f->step, "https://rp-%u.bench.example/", any_relying_party(f))),
	};
	struct id id = id_new(at);
	struct decision decision;
	struct facts facts;

	make_facts(f, &facts);
	request.question = (struct question){ .framework = f->framework, .facts = &facts, .at = at };
	make_demand(f, &request.question);
	decide(&request.question, &decision);
	buffer_clear(&f->content);
	evaluation_entry_write(&f->content, &request, &decision, &id);
	if (f->content.overflowed) {
		fputs("fill_decisions: an entry is too large\n", stderr);
		exit(1);
	}
	entry.content = buffer_span(&f->content);
	growing_add(&f->growing, id, entry);
	arena_reset(&f->step);
}

int
main(int argc, char **argv)
{
	static struct filling f;
	struct instant from = instant_after(clock_now(), -PERIOD);
	uint64_t count;

	if (argc != 6) {
		fputs("usage: fill_decisions VERSION-DIRECTORY FACTS STORE-DIRECTORY MAP-BYTES COUNT\n", stderr);
		return 2;
	}
	count = strtoull(argv[5], NULL, 10);
	prepare(&f, argv[1], argv[2]);
	growing_open(&f.growing, argv[3], argv[4]);
	for (uint64_t i = 0; i < count; i++) {
		add_decision(&f, instant_after(from, (int64_t)((double)PERIOD / (double)count * (double)i)));
		if (i + 1 == count || (i + 1) % GROWING_PART == 0)
			growing_commit(&f.growing);
	}
	printf("%" PRIu64 "\n", growing_close(&f.growing));
	buffer_release(&f.content);
	arena_release(&f.step);
	arena_release(&f.policy);
	return 0;
}
