/* tools/ctl/policy_impact.c - `watashictl policy impact`: what a version would have made of the decisions in the
 * ledger. */
#include <stdio.h>

#include "assurance/impact.h"
#include "assurance/impact_page.h"
#include "ctl/archive.h"
#include "ctl/policy.h"

#define REPORT_LARGEST (16 * MIB)

static enum err
on_entry(void *lane, const struct id *id, const struct ledger_entry *entry, struct problem *why)
{
	struct impact *impact = lane;
	char name[LEDGER_ID_TEXT];

	if (entry->kind != LEDGER_DECISION)
		return OK;
	if (!entry->content.size)
		impact_add_erased(impact);
	else if (impact_add(impact, entry->content, why) != OK)
		return problem_within(why, "entry %s", ledger_id_text(id, name));
	return OK;
}

/* Showing */

static void
matrix_show(const json_t *area)
{
	const json_t *levels = json_object_get(area, "levels"), *matrix = json_object_get(area, "matrix");
	size_t count = json_array_size(levels), row, column;
	const json_t *cells, *cell;

	printf("\n%s: level before by level after\n%10s", answer_text(area, "area"), "");
	for (column = 0; column < count; column++)
		printf("%11s", json_string_value(json_array_get(levels, column)));
	puts("");
	json_array_foreach(matrix, row, cells) {
		json_int_t sum = 0;

		json_array_foreach(cells, column, cell)
			sum += json_integer_value(cell);
		if (!sum)
			continue;
		printf("%10s", row < count ? json_string_value(json_array_get(levels, row)) : "(another)");
		json_array_foreach(cells, column, cell)
			printf("%11lld", (long long)json_integer_value(cell));
		puts("");
	}
}

static void
outcomes_show(const json_t *report, const char *name, const char *title)
{
	const json_t *o = json_object_get(report, name), *id;
	size_t i;

	printf("  %-18s %10lld", title, answer_number(o, "count"));
	json_array_foreach(json_object_get(o, "samples"), i, id)
		printf("%s%s", i ? " " : "   such as ", json_string_value(id));
	puts("");
}

/* "2 minimum"; "-": there is none. */
static const char *
bound_text(struct ctl *ctl, const json_t *requirement, const char *when)
{
	const json_t *bound = json_object_get(requirement, when);

	if (!bound)
		return "-";
	return arena_print(ctl->arena, "%s %s", answer_text(bound, "level"), answer_text(bound, "comparison"));
}

static void
requirements_show(struct ctl *ctl, const json_t *requirements)
{
	const json_t *list = json_object_get(requirements, "most"), *one;
	size_t i;

	if (json_array_size(list))
		puts("\nrequirements that made decisions end otherwise: before, now (newly refused, newly accepted)");
	json_array_foreach(list, i, one) {
		const char *profile = json_object_get(one, "profile") ? answer_text(one, "profile") : "(the asker's)";

		printf("  %-40s %14s %14s %10lld %10lld\n",
		    arena_print(ctl->arena, "%s %s", profile, answer_text(one, "area")), bound_text(ctl, one, "before"),
		    bound_text(ctl, one, "after"), answer_number(one, "newly_refused"),
		    answer_number(one, "newly_accepted"));
	}
	if (answer_number(requirements, "touched") > (long long)json_array_size(list))
		printf("  and %lld more requirements\n",
		    answer_number(requirements, "touched") - (long long)json_array_size(list));
	if (answer_number(requirements, "further"))
		printf("  by requirements that were not told apart: %lld\n", answer_number(requirements, "further"));
	if (answer_number(requirements, "none"))
		printf("  by criteria that hold whatever the level, and no requirement: %lld\n",
		    answer_number(requirements, "none"));
}

static void
report_show(struct ctl *ctl, const json_t *report)
{
	const json_t *one, *resources = json_object_get(report, "resources");
	size_t i;

	printf("%lld decisions, %lld replayed under %s %s\n", answer_number(report, "decisions"),
	    answer_number(report, "replayed"), answer_text(report, "framework"), answer_text(report, "version"));
	printf("  %-18s %10lld\n", "the same", answer_number(report, "same"));
	outcomes_show(report, "refused", "newly refused");
	outcomes_show(report, "accepted", "newly accepted");
	printf("  %-18s %10lld\n", "other frameworks", answer_number(report, "other_frameworks"));
	printf("  %-18s %10lld\n", "erased", answer_number(report, "erased"));
	json_array_foreach(json_object_get(report, "not_replayable"), i, one)
		printf("  not replayable: %s %lld\n", json_object_get(one, "fact") ? answer_text(one, "fact") :
		    answer_text(one, "without"), answer_number(one, "count"));
	if (answer_number(report, "not_replayable_further"))
		printf("  not replayable, for further reasons: %lld\n",
		    answer_number(report, "not_replayable_further"));
	json_array_foreach(json_object_get(report, "areas"), i, one)
		matrix_show(one);
	if (json_array_size(json_object_get(report, "criteria")))
		puts("\ncriteria that flipped most (newly failed, newly met, newly unknown)");
	json_array_foreach(json_object_get(report, "criteria"), i, one)
		printf("  %-40s %10lld %10lld %10lld\n", answer_text(one, "id"), answer_number(one, "newly_failed"),
		    answer_number(one, "newly_met"), answer_number(one, "newly_unknown"));
	requirements_show(ctl, json_object_get(report, "requirements"));
	if (answer_number(resources, "touched"))
		printf("\n%lld relying parties touched (newly refused, newly accepted)\n",
		    answer_number(resources, "touched"));
	json_array_foreach(json_object_get(resources, "most"), i, one)
		printf("  %-40s %10lld %10lld\n", answer_text(one, "id"), answer_number(one, "newly_refused"),
		    answer_number(one, "newly_accepted"));
}

/* A report that is to be filed: one HTML file. */
struct filing {
	const char *path;        /* NULL: none is wanted */
	enum render_languages languages;
	struct impact_occasion occasion;
};

static enum ending
page_write(struct ctl *ctl, const struct framework *after, const json_t *json, const struct filing *filing)
{
	struct buffer page = buffer_init(RENDERING_LARGEST);
	enum ending ending;

	impact_page(&page, after, json, &filing->occasion, filing->languages);
	ending = policy_output(ctl, filing->path, buffer_span(&page));
	buffer_release(&page);
	return ending;
}

static enum ending
report(struct ctl *ctl, const struct framework *after, const struct impact *impact, const struct filing *filing)
{
	struct buffer b = buffer_init(REPORT_LARGEST);
	enum ending ending = DONE;
	struct span text;
	struct problem why;
	json_t *json;

	impact_write(&b, impact);
	text = buffer_span(&b);
	json = json_loadb((const char *)text.data, text.size, 0, NULL);
	buffer_release(&b);
	if (!json) {
		problem_set(&why, ERR_LIMIT, "", "the report is larger than %zu bytes", REPORT_LARGEST);
		return refused(&why);
	}
	if (filing->path)
		ending = page_write(ctl, after, json, filing);
	if (ctl->json)
		answer_print(json);
	else
		report_show(ctl, json);
	json_decref(json);
	return ending;
}

/* Each lane counts for itself; the first gets what the others have counted. */
static enum err
count_all(struct archive *archive, struct instant since, const struct framework *after,
    const struct framework *const *before, size_t count, struct impact **out, struct problem *why)
{
	struct archive_walk walk = { .since = since, .doing = "decisions looked at", .entry = on_entry };
	struct impact *lanes[ARCHIVE_LANES];
	enum err err;

	walk.lane_count = ARCHIVE_LANES;
	for (size_t i = 0; i < ARCHIVE_LANES; i++)
		walk.lanes[i] = lanes[i] = impact_new(after, before, count);
	err = archive_walk(archive, &walk, why);
	for (size_t i = 1; i < ARCHIVE_LANES; i++) {
		impact_merge(lanes[0], lanes[i]);
		impact_free(lanes[i]);
	}
	*out = lanes[0];
	return err;
}

static enum err
replay(struct ctl *ctl, struct archive *archive, const char *directory, const char *facts, struct instant since,
    const struct framework **out_after, struct impact **out, struct problem *why)
{
	const struct framework *after, *const *before;
	const struct dictionary *dictionary;
	struct policy_files files;
	size_t count;

	if (policy_files_take(ctl, directory, facts, &files, &dictionary, why) != OK ||
	    framework_read(ctl->arena, &files, dictionary, false, &after, why) != OK ||
	    archive_frameworks(archive, dictionary, &before, &count, why) != OK)
		return why->code;
	*out_after = after;
	return count_all(archive, since, after, before, count, out, why);
}

enum ending
policy_impact(struct ctl *ctl, int argc, char **argv)
{
	const char *directory = NULL, *facts = NULL, *from = NULL, *language = NULL;
	struct filing filing = { .path = NULL };
	const struct flag flags[] = {
		{ .name = "facts",
		    .argument = "FILE",
		    .help = "the dictionary; DIR/../../facts.json, or the daemon's, when not given",
		    .text = &facts },
		{ .name = "since",
		    .argument = "TIME",
		    .help = "only decisions from then on (2026-11-01T00:00:00+09:00)",
		    .text = &from },
		{ .name = "html",
		    .argument = "FILE",
		    .help = "write the report there as well, as one HTML file that prints on A4",
		    .text = &filing.path },
		{ .name = "language",
		    .argument = "ja|en|both",
		    .help = "of that file; your locale's when not given",
		    .text = &language },
		{ 0 },
	};
	const struct usage usage = {
		.synopsis = "policy impact DIR|FRAMEWORK@VERSION [--since TIME] [--html FILE [--language ja|en|both]]",
		.about = "Puts every decision in the ledger to this version as it was put to the one in force "
			 "then, and counts what\nwould have been otherwise. Reads the store beside the daemon; nothing "
			 "is changed.",
		.flags = flags,
		.least = 1,
		.most = 1,
	};
	const struct framework *after = NULL;
	struct archive *archive = NULL;
	struct impact *impact = NULL;
	struct problem why;
	enum ending ending;

	if (!arguments_read(ctl, &usage, argc, argv, &directory, &ending))
		return ending;
	if (!policy_languages_read(language, &filing.languages))
		return misused("--language: expected ja, en or both, found \"%s\"", language);
	if (from && !instant_read(span_text(from), &filing.occasion.since))
		return misused("--since: expected a time such as 2026-11-01T00:00:00+09:00, found \"%s\"", from);
	filing.occasion.made = clock_now();
	if (archive_open(ctl, &archive, &why) != OK ||
	    replay(ctl, archive, directory, facts, filing.occasion.since, &after, &impact, &why) != OK)
		ending = refused(&why);
	else
		ending = report(ctl, after, impact, &filing);
	impact_free(impact);
	archive_free(archive);
	return ending;
}
