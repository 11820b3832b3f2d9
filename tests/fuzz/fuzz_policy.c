/* tests/fuzz/fuzz_policy.c - a dictionary and the files of a version: read or refused with a sentence that names the
 * file; what is read keeps its own promises, and once sealed is read again, to the same digest.
 *
 * The input is the files one after another: a line "== NAME", then the text. The first is the dictionary.
 */
#include <assert.h>
#include <stdlib.h>

#include "assurance/framework.h"

#define LARGEST 65536

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
compare_names(const void *a, const void *b)
{
	return strcmp(((const struct policy_file *)a)->name, ((const struct policy_file *)b)->name);
}

static struct policy_files
files_of(struct arena *a, struct span rest, struct span *dictionary)
{
	struct policy_files files = { .label = "p", .items = arena_array(a, struct policy_file, FRAMEWORK_FILES + 1) };
	struct policy_file *last = NULL;
	const uint8_t *begin = rest.data, *end = begin + rest.size;

	*dictionary = (struct span){ 0 };
	while (rest.size) {
		const uint8_t *at = rest.data;
		struct span line = span_cut(&rest, '\n'), *text = last ? &last->text : dictionary;

		if (!span_starts(line, "== "))
			continue;
		*text = span_of(begin, (size_t)(at - begin));
		begin = line.data + line.size;
		if (files.count > FRAMEWORK_FILES)
			return files;
		last = &files.items[files.count++];
		last->name = arena_text(a, span_skip(line, 3));
	}
	if (begin && last)
		last->text = span_of(begin, (size_t)(end - begin));
	return files;
}

static void
check_condition(const struct framework *f, const struct condition *c, size_t parameters)
{
	struct facts facts;
	uint16_t reasons[CONDITION_LEAVES];
	enum truth t;

	assert(c->count <= CONDITION_NODES);
	for (size_t i = 0; i < c->count; i++) {
		const struct condition_node *n = &c->nodes[i];

		assert(n->size >= 1 && n->size <= i + 1);
		assert(n->kind != CONDITION_LEAF || (n->fact < f->dictionary->count &&
		    n->other <= f->dictionary->count));
		assert(n->parameter <= parameters);
		assert(n->kind != CONDITION_LEAF || f->uses[n->fact / 64] >> n->fact % 64 & 1);
	}
	facts_init(&facts, f->dictionary);
	t = condition_truth(c, &facts, CLAIMED);
	assert(t == (c->count ? TRUTH_UNKNOWN : TRUTH_TRUE));
	for (size_t i = 0; i < f->dictionary->count; i++)
		facts_put(&facts, &f->dictionary->facts[i], f->dictionary->facts[i].most, OBSERVED);
	t = condition_truth(c, &facts, OBSERVED);
	assert(t != TRUTH_UNKNOWN);
	assert((condition_reasons(c, &facts, OBSERVED, reasons, COUNT(reasons)) == 0) == (t == TRUTH_TRUE));
}

static void
check_framework(const struct framework *f)
{
	for (size_t i = 0; i < f->criterion_count; i++) {
		const struct criterion *c = &f->criteria[i];

		assert(c->area < f->own_count && c->level <= f->areas[c->area].level_count && c->provenance >= CLAIMED);
		assert(i == 0 || c[-1].area < c->area || (c[-1].area == c->area && c[-1].level <= c->level));
		assert(criterion_find(f, c->id) == (int)i);
		check_condition(f, &c->condition, c->parameter_count);
		check_condition(f, &c->when, c->parameter_count);
	}
	for (size_t i = 0; i < f->profile_count; i++)
		for (size_t n = 0; n < f->criterion_count; n++)
			check_condition(f, &f->profiles[i].criteria[n].condition,
			    f->profiles[i].criteria[n].parameter_count);
	for (size_t i = 0; i < f->step_count; i++)
		check_condition(f, &f->steps[i].needs, 0);
	for (size_t i = f->own_count; i < f->area_count; i++)
		for (size_t n = 0; n < f->areas[i].of_count; n++)
			for (size_t level = 1; level <= f->areas[f->areas[i].of[n]].level_count; level++)
				assert(f->areas[i].ranks[n][level] > f->areas[i].ranks[n][level - 1] &&
				    f->areas[i].ranks[n][level] <= f->areas[i].level_count);
}

static void
check_sealed(struct arena *a, struct policy_files *files, const struct dictionary *d)
{
	const struct framework *f, *again;
	struct problem why = { 0 };
	struct span manifest;

	if (framework_manifest(a, files, d, &manifest, &why) != OK)
		abort();
	for (size_t i = 0; i < files->count; i++)
		if (strcmp(files->items[i].name, "manifest.json") == 0)
			files->items[i].text = manifest;
	if (framework_read(a, files, d, true, &f, &why) != OK || framework_read(a, files, d, false, &again,
	    &why) != OK || !span_equal(f->digest, again->digest))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = arena_init(GIB);
	struct span dictionary;
	struct policy_files files = files_of(&a, span_of(data, size < LARGEST ? size : LARGEST), &dictionary);
	const struct dictionary *d;
	const struct framework *f;
	struct problem why = { 0 };

	qsort(files.items, files.count, sizeof(files.items[0]), compare_names);
	if (dictionary_read(&a, "facts.json", dictionary, &d, &why) != OK) {
		assert(why.text[0] == 'f' && !d);
	} else if (framework_read(&a, &files, d, false, &f, &why) != OK) {
		assert(why.text[0] == 'p' && !f);
	} else {
		check_framework(f);
		check_sealed(&a, &files, d);
	}
	arena_release(&a);
	return 0;
}
