/* tools/ctl/policy_check.c - `watashictl policy check`: what can be known of a version without any transaction. */
#include <stdio.h>

#include "assurance/check.h"
#include "ctl/policy.h"

#define VERSIONS_LARGEST 16

static void
on_progress(void *arg, unsigned permille)
{
	const struct ctl *ctl = arg;

	if (!ctl->json)
		progress_show("checking", permille, 1000);
}

/* Showing */

static json_t *
finding_json(const struct policy_finding *f)
{
	json_t *row = json_pack("{s:s,s:s,s:s%,s:{s:s%,s:s%}}", "kind", policy_finding_name(f->kind), "weight",
	    policy_finding_weight(f), "subject", f->subject.data, f->subject.size, "text", "ja", f->text.ja.data,
	    f->text.ja.size, "en", f->text.en.data, f->text.en.size);

	if (f->witness.size)
		json_object_set_new(
		    row, "witness", json_loadb((const char *)f->witness.data, f->witness.size, 0, NULL));
	return row;
}

static json_t *
findings_json(const struct framework *f, const struct policy_findings *findings)
{
	json_t *rows = json_array(), *at = json_array();

	for (size_t i = 0; i < findings->cut_off_count; i++)
		json_array_append_new(at,
		    json_stringn((const char *)findings->cut_off[i].data, findings->cut_off[i].size));
	for (size_t i = 0; i < findings->count; i++)
		json_array_append_new(rows, finding_json(&findings->items[i]));
	return json_pack("{s:s%,s:s%,s:o,s:I,s:b,s:o}", "framework", f->id.data, f->id.size, "version", f->version.data,
	    f->version.size, "findings", rows, "nodes", (json_int_t)findings->nodes, "cut_off",
	    findings->cut_off_count > 0,
	    "cut_off_at", at);
}

/* One fact a line, as it would stand in a test. */
static void
witness_show(struct span witness)
{
	json_t *facts = json_loadb((const char *)witness.data, witness.size, 0, NULL), *value;
	const char *id;

	json_object_foreach(facts, id, value) {
		char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);

		printf("             %s = %s\n", id, text ? text : "");
		free(text);
	}
	json_decref(facts);
}

static void
cut_off_show(const struct policy_findings *findings, bool japanese)
{
	fputs(japanese ? "  探索の一部は上限で打ち切りました。次のものには、見つかっていないことがあり得ます：" :
	                 "  A search was cut off at its limit: there may be more of", stdout);
	for (size_t i = 0; i < findings->cut_off_count; i++)
		printf("%s%.*s", i == 0 ? (japanese ? "" : " ") : japanese ? "、" : ", ",
		    SPAN_ARGS(findings->cut_off[i]));
	putchar('\n');
}

static void
findings_show(const struct framework *f, const struct policy_findings *findings, bool japanese)
{
	size_t counts[3] = { 0 };

	printf("%.*s %.*s\n", SPAN_ARGS(f->id), SPAN_ARGS(f->version));
	for (size_t i = 0; i < findings->count; i++) {
		const struct policy_finding *p = &findings->items[i];

		counts[p->error ? 0 : p->note ? 2 : 1]++;
		printf("  %-8s %s  %.*s\n           %.*s\n", policy_finding_weight(p), policy_finding_name(p->kind),
		    SPAN_ARGS(p->subject), SPAN_ARGS(japanese ? p->text.ja : p->text.en));
		if (p->witness.size)
			witness_show(p->witness);
	}
	if (findings->cut_off_count > 0)
		cut_off_show(findings, japanese);
	printf(japanese ? "  エラー %zu、警告 %zu、参考 %zu\n" : "  %zu errors, %zu warnings, %zu notes\n", counts[0], counts[1],
	    counts[2]);
}

static bool
has_errors(const struct policy_findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		if (findings->items[i].error)
			return true;
	return false;
}

static enum err
version_read(
    struct ctl *ctl, const char *directory, const char *facts, const struct framework **out, struct problem *why)
{
	const struct dictionary *dictionary;
	struct policy_files files;

	if (policy_directory_read(ctl, directory, facts, &files, NULL, &dictionary, why) != OK)
		return why->code;
	return framework_read(ctl->arena, &files, dictionary, false, out, why);
}

enum ending
policy_check(struct ctl *ctl, int argc, char **argv)
{
	const char *directories[VERSIONS_LARGEST] = { 0 }, *facts = NULL;
	const struct flag flags[] = {
		{ .name = "facts",
		    .argument = "FILE",
		    .help = "the dictionary; DIR/../../facts.json when not given",
		    .text = &facts },
		{ 0 },
	};
	const struct usage usage = {
		.synopsis = "policy check DIR… [--facts FILE]",
		.about =
		    "Looks for levels nobody reaches, criteria that are never or always true, that others imply\n"
		    "or that contradict each other, profiles nobody fulfils, steps that help nobody or take a\n"
		    "level away, leaves no test has seen, clauses nobody cites. What facts can show comes with facts\n"
		    "that do. Of several versions also the facts that none of them uses. Ends with 1 when there is\n"
		    "an error.",
		.flags = flags,
		.least = 1,
		.most = VERSIONS_LARGEST,
	};
	const struct framework *frameworks[VERSIONS_LARGEST];
	struct policy_findings findings[VERSIONS_LARGEST];
	json_t *all = json_array();
	enum ending ending;
	struct problem why;
	bool errors = false;
	size_t count = 0;

	if (!arguments_read(ctl, &usage, argc, argv, directories, &ending)) {
		json_decref(all);
		return ending;
	}
	for (; count < VERSIONS_LARGEST && directories[count]; count++) {
		if (version_read(ctl, directories[count], facts, &frameworks[count], &why) != OK) {
			json_decref(all);
			return refused(&why);
		}
		framework_check(frameworks[count], ctl->arena, &findings[count], on_progress, ctl);
		progress_end();
		errors = errors || has_errors(&findings[count]);
	}
	if (count > 1)
		dictionary_unused(frameworks[0]->dictionary, frameworks, count, ctl->arena, &findings[0]);
	for (size_t i = 0; i < count; i++) {
		if (ctl->json)
			json_array_append_new(all, findings_json(frameworks[i], &findings[i]));
		else
			findings_show(frameworks[i], &findings[i], policy_in_japanese());
	}
	all = json_pack("{s:o}", "versions", all);
	if (ctl->json)
		answer_print(all);
	json_decref(all);
	return errors ? REFUSED : DONE;
}
