/* tools/ctl/decide.c - `watashictl decide`: one question to a version in a directory, without the daemon. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "assurance/decision.h"
#include "assurance/demand.h"
#include "base/file.h"
#include "ctl/policy.h"
#include "model/policy_id.h"

#define QUESTION_LARGEST (256 * KIB)
#define ANSWER_LARGEST (4 * MIB)

static const struct limits limits = { .bytes = QUESTION_LARGEST, .depth = 10, .members = 8192 };

/* The question: {"profile"?, "requires"?: {"area": "level"}, "facts": {…}}; facts alone are a question too. */
struct asked {
	struct span facts, requires;
	struct span profile;
};

static enum err
asked_read(struct ctl *ctl, struct span text, struct asked *out, struct problem *why)
{
	struct reader r = reader_json(ctl->arena, text, limits);
	bool others = false;
	struct span name;

	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "facts"))
			out->facts = reader_raw(&r);
		else if (span_is(name, "requires"))
			out->requires = reader_raw(&r);
		else if (span_is(name, "profile"))
			out->profile = reader_string(&r, 1, POLICY_ID_LARGEST);
		else {
			reader_raw(&r);
			others = true;
		}
	}
	if (reader_end(&r, why) != OK)
		return why->code;
	if (!out->facts.size)
		out->facts = text;
	else if (others)
		return problem_set(why, ERR_SYNTAX, "",
		    "expected \"facts\", \"profile\" and \"requires\" alone, found more");
	return OK;
}

static enum err
take_demand(struct ctl *ctl, struct span requires, const struct framework *f, struct demand *out, struct problem *why)
{
	struct reader r = reader_json(ctl->arena, requires, limits);

	demand_read(&r, f, out);
	return reader_end(&r, why) == OK ? OK : problem_within(why, "/requires");
}

/* Showing */

static const char *
text_of(const json_t *localized)
{
	return answer_text(localized, policy_in_japanese() ? "ja" : "en");
}

static void
criteria_show(const json_t *list, const char *title)
{
	const json_t *one, *fact;
	size_t i, j;

	json_array_foreach(list, i, one) {
		printf("%s %s (%s %s): %s\n", title, answer_text(one, "id"), answer_text(one, "area"),
		    answer_text(one, "level"), text_of(json_object_get(one, "text")));
		json_array_foreach(json_object_get(one, "facts"), j, fact) {
			char *value = json_object_get(fact, "value") ?
			    json_dumps(json_object_get(fact, "value"), JSON_ENCODE_ANY) :
			    NULL;
			char *needed = json_dumps(json_object_get(fact, "needed"), JSON_ENCODE_ANY | JSON_COMPACT);

			printf("    %s is %s, needed %s\n", answer_text(fact, "fact"), value ? value : "not known",
			    needed ? needed : "");
			free(value);
			free(needed);
		}
	}
}

/* What must hold whatever is required, and so stops all else. */
static void
stopping_show(const json_t *unmet)
{
	const json_t *one;
	size_t i;

	json_array_foreach(unmet, i, one)
		if (json_object_get(one, "criterion"))
			printf("stopped by %s, needed whatever is required and %s: %s\n", answer_text(one, "criterion"),
			    strcmp(answer_text(one, "truth"), "false") == 0 ? "not met" : "not known",
			    text_of(json_object_get(one, "text")));
}

static void
advice_show(const json_t *list)
{
	const json_t *one, *step;
	size_t i, j;

	json_array_foreach(list, i, one) {
		if (!json_array_size(json_object_get(one, "steps")))
			continue;
		printf("what helps (%s%s):\n", answer_text(one, "reading"),
		    json_is_true(json_object_get(one, "minimal")) ? "" : ", perhaps not the least");
		json_array_foreach(json_object_get(one, "steps"), j, step) printf("  %zu. %s [%s]\n", j + 1,
		    text_of(json_object_get(step, "title")), answer_text(step, "who"));
	}
}

static void
decision_show(const json_t *answer)
{
	const json_t *level;
	const char *area;

	puts(json_is_true(json_object_get(answer, "decision")) ? "permitted" : "refused");
	stopping_show(json_object_get(answer, "unmet"));
	json_object_foreach((json_t *)(uintptr_t)json_object_get(answer, "levels"), area,
	    level) printf("  %-28s reached %-4s possible %-4s required %s\n", area, answer_text(level, "reached"),
	    answer_text(level, "possible"), json_object_get(level, "required") ? answer_text(level, "required") : "-");
	criteria_show(json_object_get(answer, "failed"), "failed");
	criteria_show(json_object_get(answer, "unknown"), "unknown");
	advice_show(json_object_get(answer, "advice"));
}

static enum ending
answer_show(struct ctl *ctl, const struct decision *decision)
{
	struct buffer b = buffer_init(ANSWER_LARGEST);
	struct span text;
	json_t *json;

	buffer_print(&b, "{\"decision\":%s,", decision->permit ? "true" : "false");
	decision_write(&b, decision);
	buffer_text(&b, "}");
	text = buffer_span(&b);
	json = json_loadb((const char *)text.data, text.size, 0, NULL);
	buffer_release(&b);
	if (!json)
		abort();
	if (ctl->json)
		answer_print(json);
	else
		decision_show(json);
	json_decref(json);
	return decision->permit ? DONE : REFUSED;
}

/* Deciding */

static enum err
question_read(struct ctl *ctl, const char *path, const struct framework *f, const char *profile, enum provenance by,
    struct question *out, struct problem *why)
{
	struct buffer file = buffer_init(QUESTION_LARGEST);
	struct facts *facts = arena_new(ctl->arena, struct facts);
	struct asked asked = { 0 };
	struct reader r;
	enum err err = file_read(path, &file, why);
	struct span text = arena_copy(ctl->arena, buffer_span(&file));

	buffer_release(&file);
	if (err != OK)
		return err;
	if (asked_read(ctl, text, &asked, why) != OK)
		return problem_within(why, "%s", path);
	*out = (struct question){ .framework = f, .facts = facts, .at = clock_now(), .advise = true };
	facts_init(facts, f->dictionary);
	r = reader_json(ctl->arena, asked.facts, limits);
	facts_read(&r, facts, by, out->at);
	if (reader_end(&r, why) != OK)
		return problem_within(why, "%s: /facts", path);
	if (profile)
		asked.profile = span_text(profile);
	if (asked.profile.size && !(out->profile = profile_find(f, asked.profile)))
		return problem_set(why, ERR_NOT_FOUND, "", "%s: the framework has no profile \"%.*s\"", path,
		    SPAN_ARGS(asked.profile));
	if (out->profile)
		out->demand = profile_demand(out->profile);
	if (asked.requires.size) {
		out->demand.count = 0;
		if (take_demand(ctl, asked.requires, f, &out->demand, why) != OK)
			return problem_within(why, "%s", path);
	}
	if (out->demand.count == 0)
		return problem_set(why, ERR_INVALID, "",
		    "%s: expected what is required, \"profile\" or \"requires\" (or --profile), found neither", path);
	return OK;
}

enum ending
decide_run(struct ctl *ctl, int argc, char **argv)
{
	const char *path = NULL, *directory = NULL, *facts = NULL, *profile = NULL, *by = "observed";
	const struct flag flags[] = {
		{ .name = "framework",
		    .argument = "DIR",
		    .help = "the version: policy/jp-idtf/1.0",
		    .text = &directory },
		{ .name = "profile",
		    .argument = "ID",
		    .help = "what is required; the file may say it too",
		    .text = &profile },
		{ .name = "by",
		    .argument = "WORD",
		    .help = "whose word the facts are: observed, vouched or claimed (observed)",
		    .text = &by },
		{ .name = "facts",
		    .argument = "FILE",
		    .help = "the dictionary; DIR/../../facts.json when not given",
		    .text = &facts },
		{ 0 },
	};
	const struct usage usage = {
		.synopsis = "decide FILE --framework DIR [--profile ID]",
		.about = "Puts the facts in FILE to a version of a framework and shows what is reached, what failed on "
			 "which fact, and what\nhelps. FILE holds facts, or {\"facts\": …, \"profile\": …, "
			 "\"requires\": {\"AREA\": \"LEVEL\"}}. Without the daemon;\nnothing is recorded. Status 0 "
			 "permitted, 1 refused.",
		.flags = flags,
		.least = 1,
		.most = 1,
	};
	struct decision *decision = arena_new(ctl->arena, struct decision);
	const struct dictionary *dictionary;
	const struct framework *f;
	struct policy_files files;
	struct question question;
	struct problem why;
	enum ending ending;

	if (!arguments_read(ctl, &usage, argc, argv, &path, &ending))
		return ending;
	if (!directory)
		return misused("--framework: expected the directory of a version");
	if (!provenance_read(span_text(by)))
		return misused("--by: expected observed, vouched or claimed, found \"%s\"", by);
	if (policy_directory_read(ctl, directory, facts, &files, NULL, &dictionary, &why) != OK ||
	    framework_read(ctl->arena, &files, dictionary, false, &f, &why) != OK ||
	    question_read(ctl, path, f, profile, provenance_read(span_text(by)), &question, &why) != OK)
		return refused(&why);
	decide(&question, decision);
	return answer_show(ctl, decision);
}
