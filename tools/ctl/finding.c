/* tools/ctl/finding.c - `watashictl finding`: what the rules found, entity by entity, and how often each. */
#include <stdio.h>

#include "codec/text.h"
#include "ctl/member.h"

void
finding_show(const json_t *finding)
{
	const char *entity = answer_text(finding, "entity_id"), *member = answer_text(finding, "member");
	const char *element = answer_text(finding, "element");
	const char *found = answer_text(finding, "found"), *clause = answer_text(finding, "clause");
	const char *from = answer_text(finding, "error_from");
	const char *right = answer_text(json_object_get(finding, "right"), "en");

	printf("  %-7s %s  %s%s%s\n", answer_text(finding, "level"), answer_text(finding, "rule"),
	    entity[0] ? entity : member, element[0] ? "  " : "", element);
	fputs("         ", stdout);
	if (found[0])
		printf("found \"%s\"; ", found);
	printf("right would be: %s", right);
	if (clause[0])
		printf(" (%s)", clause);
	if (from[0])
		printf("; an error from %s", from);
	putchar('\n');
}

const char *
findings_sum(struct ctl *ctl, const json_t *findings, size_t *errors)
{
	size_t all = json_array_size(findings), bad = 0, i;
	const json_t *finding;

	json_array_foreach(findings, i, finding)
		bad += strcmp(answer_text(finding, "level"), "error") == 0;
	if (errors)
		*errors = bad;
	return arena_print(ctl->arena, "%zu error%s, %zu warning%s", bad, bad == 1 ? "" : "s", all - bad,
	    all - bad == 1 ? "" : "s");
}

void
finding_counts_show(const json_t *counts)
{
	const json_t *count;
	size_t i;

	json_array_foreach(counts, i, count) printf("  %-40s %6lld error%s %6lld warning%s\n",
	    answer_text(count, "rule"), answer_number(count, "errors"), answer_number(count, "errors") == 1 ? " " : "s",
	    answer_number(count, "warnings"), answer_number(count, "warnings") == 1 ? "" : "s");
}

static const char *
findings_path(struct ctl *ctl, const char *level, const char *rule)
{
	const char *path = "/v1/control/findings";

	if (level)
		path = arena_print(ctl->arena, "%s?level=%.*s", path,
		    SPAN_ARGS(percent_write(ctl->arena, span_text(level))));
	if (rule)
		path = arena_print(ctl->arena, "%s%crule=%.*s", path, level ? '&' : '?',
		    SPAN_ARGS(percent_write(ctl->arena, span_text(rule))));
	return path;
}

static void
findings_show(struct ctl *ctl, const json_t *answer)
{
	const json_t *published = json_object_get(answer, "published"),
		     *refused_ones = json_object_get(answer, "refused");
	const json_t *finding;
	size_t i;

	json_array_foreach(published, i, finding)
		finding_show(finding);
	if (json_array_size(refused_ones))
		puts("About newer copies that were refused; the last good ones are still in force:");
	json_array_foreach(refused_ones, i, finding)
		finding_show(finding);
	printf("%s in what is published", findings_sum(ctl, published, NULL));
	if (json_array_size(refused_ones))
		printf("; %s in what was refused", findings_sum(ctl, refused_ones, NULL));
	puts(json_array_size(json_object_get(answer, "counts")) ? "; by rule:" : "");
	finding_counts_show(json_object_get(answer, "counts"));
}

static enum ending
finding_list(struct ctl *ctl, int argc, char **argv)
{
	const char *level = NULL, *rule = NULL;
	const struct flag flags[] = {
		{ .name = "level", .argument = "LEVEL", .help = "only error, or only warning", .text = &level },
		{ .name = "rule", .argument = "RULE", .help = "only this rule's", .text = &rule },
		{ 0 },
	};
	const struct usage usage = {
		.synopsis = "finding list [--level LEVEL] [--rule RULE]",
		.about = "Everything the rules found about what is published and about newer copies that were refused: "
			 "where, and\nwhat would be right; at the end, how often each rule found something.",
		.flags = flags,
	};
	struct ctl_question question = { 0 };
	struct problem why;
	enum ending ending;
	json_t *answer;

	if (!arguments_read(ctl, &usage, argc, argv, NULL, &ending))
		return ending;
	question.path = findings_path(ctl, level, rule);
	if (ctl_ask(ctl, &question, &answer, &why) != OK)
		return refused(&why);
	if (ctl->json)
		answer_print(answer);
	else
		findings_show(ctl, answer);
	json_decref(answer);
	return DONE;
}

static const struct action actions[] = {
	{ "list", "every finding there is, and how many of each rule", finding_list },
};

enum ending
finding_run(struct ctl *ctl, int argc, char **argv)
{
	return action_run(ctl, actions, COUNT(actions), argc, argv);
}
