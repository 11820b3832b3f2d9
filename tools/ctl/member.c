/* tools/ctl/member.c - `watashictl member`: its actions, and looking at members. */
#include "ctl/member.h"

#include <stdio.h>

#include "codec/text.h"

/* member list */

static const char *
name_of(const json_t *localized)
{
	const char *en = answer_text(localized, "en");

	return en[0] ? en : answer_text(localized, "ja");
}

static void
row_show(const json_t *row)
{
	const json_t *waiting = json_object_get(row, "waiting");

	printf("%-24s %-10s %-21s %s", answer_text(row, "id"), answer_text(row, "standing"), answer_text(row, "since"),
	    name_of(json_object_get(row, "name")));
	if (waiting)
		printf("  [%s by %s waits for operators]", answer_text(waiting, "action"),
		    answer_text(waiting, "proposer"));
	putchar('\n');
}

static enum ending
member_list(struct ctl *ctl, int argc, char **argv)
{
	const char *standing = NULL;
	const struct flag flags[] = {
		{ .name = "standing", .argument = "S", .help = "only applied, approved, suspended or withdrawn ones",
		    .text = &standing },
		{ 0 },
	};
	const struct usage usage = {
		.synopsis = "member list [--standing S]",
		.about = "Every member: id, standing and since when, name, and what of it waits for operators.",
		.flags = flags,
	};
	struct ctl_question question = { .path = "/v1/control/members" };
	const json_t *rows, *row;
	struct problem why;
	enum ending ending;
	json_t *answer;
	size_t i;

	if (!arguments_read(ctl, &usage, argc, argv, NULL, &ending))
		return ending;
	if (standing)
		question.path = arena_print(ctl->arena, "/v1/control/members?standing=%.*s",
		    SPAN_ARGS(percent_write(ctl->arena, span_text(standing))));
	if (ctl_ask(ctl, &question, &answer, &why) != OK)
		return refused(&why);
	rows = json_object_get(answer, "members");
	if (ctl->json) {
		answer_print(answer);
	} else {
		json_array_foreach(rows, i, row)
			row_show(row);
		printf("%zu member%s%s\n", json_array_size(rows), json_array_size(rows) == 1 ? "" : "s",
		    json_is_true(json_object_get(answer, "more")) ? " and more" : "");
	}
	json_decref(answer);
	return DONE;
}

/* member show, history: the operators' card */

enum err
member_card_ask(struct ctl *ctl, const char *id, json_t **answer, struct problem *why)
{
	const struct ctl_question question = {
		.path = arena_print(ctl->arena, "/v1/control/members/%.*s",
		    SPAN_ARGS(percent_write(ctl->arena, span_text(id)))),
	};

	return ctl_ask(ctl, &question, answer, why);
}

#define LINE_LARGEST 160 /* a logo in a data: URL is no reading matter */

void
member_value_show(const char *name, const json_t *value, int depth)
{
	const char *key;
	json_t *member;
	size_t i;

	if (json_is_null(value) || (json_is_array(value) && json_array_size(value) == 0) ||
	    (json_is_string(value) && json_string_length(value) == 0))
		return;
	printf("%*s%s%s", depth * 2, "", name, name[0] ? ": " : "- ");
	if (json_is_object(value)) {
		putchar('\n');
		/* jansson's loop takes no const; nothing is changed. */
		json_object_foreach((json_t *)(uintptr_t)value, key, member)
			member_value_show(key, member, depth + 1);
	} else if (json_is_array(value)) {
		putchar('\n');
		json_array_foreach(value, i, member)
			member_value_show("", member, depth + 1);
	} else if (json_is_string(value)) {
		size_t size = json_string_length(value);

		printf("%.*s%s\n", size > LINE_LARGEST ? LINE_LARGEST : (int)size, json_string_value(value),
		    size > LINE_LARGEST ? " …" : "");
	} else {
		char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);

		puts(text ? text : "?");
		free(text);
	}
}

static enum ending
member_show(struct ctl *ctl, int argc, char **argv)
{
	static const struct usage usage = {
		.synopsis = "member show ID",
		.about = "Everything the registry holds of a member: record, standing, what waits, certifications, "
			 "entities with\ntheir findings. Its history: watashictl member history ID.",
		.least = 1,
		.most = 1,
	};
	struct problem why;
	enum ending ending;
	const char *id, *key;
	json_t *answer, *value;

	if (!arguments_read(ctl, &usage, argc, argv, &id, &ending))
		return ending;
	if (member_card_ask(ctl, id, &answer, &why) != OK)
		return refused(&why);
	if (ctl->json) {
		answer_print(answer);
	} else {
		/* The record says again what the card's parts say; a program that wants it asks with --json. */
		json_object_foreach(answer, key, value)
			if (strcmp(key, "history") != 0 && strcmp(key, "record") != 0)
				member_value_show(key, value, 0);
	}
	json_decref(answer);
	return DONE;
}

static void
event_show(const json_t *event)
{
	const char *name = answer_text(event, "event"), *reason = answer_text(event, "reason");

	printf("%-21s %-28s %-10s %-12s %s\n", answer_text(event, "at"), name, answer_text(event, "standing"),
	    answer_text(event, "actor"), reason);
}

static enum ending
member_history(struct ctl *ctl, int argc, char **argv)
{
	static const struct usage usage = {
		.synopsis = "member history ID",
		.about = "What was done with a member, newest first: when, what, its standing then, by whom, why.",
		.least = 1,
		.most = 1,
	};
	const json_t *history, *event;
	struct problem why;
	enum ending ending;
	json_t *answer;
	const char *id;
	size_t i;

	if (!arguments_read(ctl, &usage, argc, argv, &id, &ending))
		return ending;
	if (member_card_ask(ctl, id, &answer, &why) != OK)
		return refused(&why);
	history = json_object_get(answer, "history");
	if (ctl->json)
		answer_print(history);
	else
		json_array_foreach(history, i, event)
			event_show(event);
	json_decref(answer);
	return DONE;
}

static const struct action actions[] = {
	{ "list", "all members, and what waits for operators", member_list },
	{ "show", "one member with all the registry holds of it", member_show },
	{ "history", "what was done with it, when, by whom, why", member_history },
	{ "check", "look at records in files by every rule, without the daemon", member_check },
	{ "diff", "what changing to the records in files would change", member_diff },
	{ "apply", "new members, with their records in files", member_apply },
	{ "change", "other records for members", member_change },
	{ "approve", "say yes to what waits", member_step },
	{ "reject", "say no to what waits", member_step },
	{ "suspend", "take a member out of the publications for a time", member_step },
	{ "reinstate", "propose to end a suspension", member_step },
	{ "withdraw", "let a member go", member_step },
	{ "confirm", "note the yearly look at a member", member_step },
};

enum ending
member_run(struct ctl *ctl, int argc, char **argv)
{
	return action_run(ctl, actions, COUNT(actions), argc, argv);
}
