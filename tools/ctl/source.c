/* tools/ctl/source.c - `watashictl source`: other people's metadata that is taken in again and again, and taking it in
 * now. */
#include "ctl/source.h"

#include <stdio.h>

#include "codec/text.h"
#include "ctl/publish.h"

void
source_show(const json_t *source)
{
	const char *problem = answer_text(source, "problem"), *clause = answer_text(source, "clause");
	const char *succeeded = answer_text(source, "succeeded"), *until = answer_text(source, "valid_until");

	printf("%-24s %lld entities, %lld refused; taken over %s%s%s\n", answer_text(source, "name"),
	    answer_number(source, "entities"), answer_number(source, "refused"), succeeded[0] ? succeeded : "never",
	    until[0] ? ", valid until " : "", until);
	if (problem[0]) {
		printf("%-24s %s at %s: %s", "",
		    json_is_true(json_object_get(source, "held")) ? "HELD" : "not taken over",
		    answer_text(source, "attempted"), problem);
		printf(clause[0] ? " (%s)\n" : "%s\n", clause);
	}
	if (json_is_true(json_object_get(source, "held")))
		printf("%-24s when that is right: watashictl source refresh %s --accept-loss\n", "",
		    answer_text(source, "name"));
}

static enum ending
source_list(struct ctl *ctl, int argc, char **argv)
{
	static const struct usage usage = {
		.synopsis = "source list",
		.about = "The sources of the configuration: what was last taken over, until when it is valid, and why "
			 "not more.",
	};
	static const struct ctl_question question = { .path = "/v1/control/sources" };
	const json_t *sources, *source;
	struct problem why;
	enum ending ending;
	json_t *answer;
	size_t i;

	if (!arguments_read(ctl, &usage, argc, argv, NULL, &ending))
		return ending;
	if (ctl_ask(ctl, &question, &answer, &why) != OK)
		return refused(&why);
	sources = json_object_get(answer, "sources");
	if (ctl->json)
		answer_print(answer);
	else
		json_array_foreach(sources, i, source)
			source_show(source);
	if (!ctl->json && json_array_size(sources) == 0)
		puts("no source is configured, or none was tried yet; see sources in watashid.json(5)");
	json_decref(answer);
	return DONE;
}

struct wish {
	const char *name;
	bool accept_loss, dry_run, no_wait;
};

static enum err
refresh_ask(struct ctl *ctl, const struct wish *wish, json_t **answer, struct problem *why)
{
	const struct ctl_question question = {
		.path = arena_print(ctl->arena, "/v1/control/sources/%.*s",
		    SPAN_ARGS(percent_write(ctl->arena, span_text(wish->name)))),
		.post = true,
		.content_type = "application/json",
		.body = span_text(arena_print(ctl->arena, "{\"accept_loss\":%s,\"dry_run\":%s}",
		    wish->accept_loss ? "true" : "false", wish->dry_run ? "true" : "false")),
		.progress = "refreshing",
	};

	return ctl_ask(ctl, &question, answer, why);
}

static enum ending
source_refresh(struct ctl *ctl, int argc, char **argv)
{
	struct wish wish = { 0 };
	const struct flag flags[] = {
		{ .name = "accept-loss",
		    .help = "take it over though it lost more than max_loss",
		    .set = &wish.accept_loss },
		{ .name = "dry-run", .help = "say what would change, change nothing", .set = &wish.dry_run },
		{ .name = "no-wait", .help = "do not publish; the daemon does so by itself", .set = &wish.no_wait },
		{ 0 },
	};
	const struct usage usage = {
		.synopsis = "source refresh NAME [options]",
		.about = "Fetches a source now: its signature is checked with the configured key, its validity, and "
			 "how much it lost;\nwhat was taken over before stays when anything is wrong.",
		.flags = flags,
		.least = 1,
		.most = 1,
	};
	json_t *answer;
	struct problem why;
	enum ending ending;

	if (!arguments_read(ctl, &usage, argc, argv, &wish.name, &ending))
		return ending;
	if (refresh_ask(ctl, &wish, &answer, &why) != OK)
		return refused(&why);
	if (!ctl->json) {
		if (json_is_true(json_object_get(answer, "unchanged")))
			puts("the same document as before");
		import_report_show(wish.name, wish.dry_run, json_object_get(answer, "import"));
	}
	ending = change_publish(ctl, answer, !wish.dry_run && !wish.no_wait, "the source is");
	json_decref(answer);
	return ending;
}

static const struct action actions[] = {
	{ "list", "the sources and how each stands", source_list },
	{ "refresh", "take one in now", source_refresh },
};

enum ending
source_run(struct ctl *ctl, int argc, char **argv)
{
	return action_run(ctl, actions, COUNT(actions), argc, argv);
}
