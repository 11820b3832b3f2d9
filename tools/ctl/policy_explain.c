/* tools/ctl/policy_explain.c - `watashictl policy explain`: all there is to know of one criterion. */
#include <stdio.h>

#include "assurance/condition_wording.h"
#include "assurance/criterion_wording.h"
#include "assurance/trial.h"
#include "ctl/policy.h"

#define TEXT_LARGEST (1 * MIB)

static json_t *
text_json(struct span text)
{
	return json_stringn((const char *)text.data, text.size);
}

static json_t *
both_json(struct localized text)
{
	return json_pack("{s:o,s:o}", "ja", text_json(text.ja), "en", text_json(text.en));
}

static json_t *
worded_json(const struct framework *f, const struct criterion *c, struct localized text)
{
	struct buffer ja = buffer_init(TEXT_LARGEST), en = buffer_init(TEXT_LARGEST);
	json_t *out;

	criterion_wording(&ja, c, f->dictionary, text.ja, LANGUAGE_JA);
	criterion_wording(&en, c, f->dictionary, text.en, LANGUAGE_EN);
	out = both_json((struct localized){ buffer_span(&ja), buffer_span(&en) });
	buffer_release(&ja);
	buffer_release(&en);
	return out;
}

static void
on_line(void *arg, unsigned depth, struct localized text)
{
	json_t *line = both_json(text);

	json_object_set_new(line, "depth", json_integer((json_int_t)depth));
	json_array_append_new(arg, line);
}

static json_t *
condition_json(struct ctl *ctl, const struct framework *f, const struct criterion *c, const struct condition *condition)
{
	json_t *lines = json_array();

	condition_wording(condition, c, f, ctl->arena, on_line, lines);
	return lines;
}

static json_t *
sources_json(const struct framework *f, const struct criterion *c)
{
	json_t *out = json_array();

	for (size_t i = 0; i < c->citation_count; i++) {
		const struct citation *at = &c->citations[i];
		json_t *one = json_pack("{s:o,s:o,s:o}", "document", text_json(at->document), "at", text_json(at->at),
		    "relation",
		    text_json(at->relation));

		for (size_t j = 0; j < f->source_count; j++)
			if (span_equal(f->sources[j].id, at->document))
				json_object_set_new(one, "title", both_json(f->sources[j].title));
		json_array_append_new(out, one);
	}
	return out;
}

static json_t *
parameters_json(const struct framework *f, const struct criterion *c)
{
	json_t *out = json_array();

	for (size_t i = 0; i < c->parameter_count; i++) {
		const struct parameter *p = &c->parameters[i];
		struct buffer mark = buffer_init(KIB);

		buffer_print(&mark, "{{%.*s}}", SPAN_ARGS(p->id));
		json_array_append_new(out, json_pack("{s:o,s:o,s:o}", "id", text_json(p->id), "label",
		    both_json(p->label), "value",
		    worded_json(f, c, (struct localized){ buffer_span(&mark), buffer_span(&mark) })));
		buffer_release(&mark);
	}
	return out;
}

static void
facts_read_by(const struct criterion *c, uint64_t facts[FACT_SETS])
{
	condition_support(&c->when, facts);
	condition_support(&c->condition, facts);
}

static bool
is_in(const uint64_t facts[FACT_SETS], size_t number)
{
	return (facts[number / 64] >> (number % 64) & 1) != 0;
}

static json_t *
facts_json(const struct framework *f, const uint64_t facts[FACT_SETS])
{
	json_t *out = json_array();

	for (size_t i = 0; i < f->dictionary->count; i++) {
		const struct fact *fact = &f->dictionary->facts[i];
		json_t *by = json_array();

		for (size_t j = 0; is_in(facts, i) && j < fact->asserted_by_count; j++)
			json_array_append_new(by, text_json(fact->asserted_by[j]));
		if (is_in(facts, i))
			json_array_append_new(out, json_pack("{s:o,s:s,s:o,s:o,s:o,s:o}", "id", text_json(fact->id),
			    "type", fact_type_name(fact->type), "title", both_json(fact->title), "text",
			    both_json(fact->text), "asserted_by", by, "privacy", text_json(fact->privacy)));
		else
			json_decref(by);
	}
	return out;
}

/* Those that change, or make known, a fact it reads. */
static json_t *
steps_json(const struct framework *f, const uint64_t facts[FACT_SETS])
{
	json_t *out = json_array();

	for (size_t i = 0; i < f->step_count; i++) {
		const struct step *s = &f->steps[i];
		bool touches = false;

		for (size_t j = 0; j < s->effect_count; j++)
			touches = touches || is_in(facts, s->effects[j].fact);
		for (size_t j = 0; j < s->collect_count; j++)
			touches = touches || is_in(facts, s->collects[j]);
		if (touches)
			json_array_append_new(out, json_pack("{s:o,s:s,s:b,s:o}", "id", text_json(s->id), "who",
			    step_who_name(s->who), "in_person", (int)s->in_person, "title", both_json(s->title)));
	}
	return out;
}

/* Those in which it applies and is true or false: they would notice if it were another. */
static enum err
tests_json(struct ctl *ctl, const struct framework *f, size_t number, json_t **out, struct problem *why)
{
	struct trial *trial = arena_new(ctl->arena, struct trial);
	struct evaluation *seen = arena_new(ctl->arena, struct evaluation);
	json_t *tests = json_array();
	struct trial_outcome outcome;

	*out = NULL;
	for (size_t i = 0; i < f->test_count; i++) {
		if (trial_read(ctl->arena, f, &f->tests[i], trial, why) != OK) {
			json_decref(tests);
			return why->code;
		}
		trial_run(ctl->arena, trial, &outcome, seen);
		if (!seen->applies[number] || seen->truths[number] == TRUTH_UNKNOWN)
			continue;
		json_array_append_new(tests, json_pack("{s:o,s:o,s:s}", "title", text_json(f->tests[i].title), "file",
		    text_json(f->tests[i].file), "truth", truth_name(seen->truths[number])));
	}
	*out = tests;
	return OK;
}

static enum err
explain(struct ctl *ctl, const struct framework *f, size_t number, json_t **out, struct problem *why)
{
	const struct criterion *c = &f->criteria[number];
	const struct area *area = &f->areas[c->area];
	uint64_t facts[FACT_SETS] = { 0 };
	json_t *tests = NULL;

	if (tests_json(ctl, f, number, &tests, why) != OK)
		return why->code;
	facts_read_by(c, facts);
	*out = json_pack("{s:o,s:o,s:o,s:o,s:o,s:s,s:o,s:o,s:o}", "id", text_json(c->id), "framework", text_json(f->id),
	    "version", text_json(f->version), "area", both_json(area->title), "level",
	    c->level ? text_json(level_id(area, c->level)) : json_string("any"), "status", status_name(c->status),
	    "title", both_json(c->title), "text", worded_json(f, c, c->text), "reason", worded_json(f, c, c->reason));
	json_object_set_new(*out, "sources", sources_json(f, c));
	json_object_set_new(*out, "parameters", parameters_json(f, c));
	if (c->when.count)
		json_object_set_new(*out, "when", condition_json(ctl, f, c, &c->when));
	json_object_set_new(*out, "condition", condition_json(ctl, f, c, &c->condition));
	json_object_set_new(*out, "provenance", json_string(provenance_name(c->provenance)));
	json_object_set_new(*out, "facts", facts_json(f, facts));
	json_object_set_new(*out, "steps", steps_json(f, facts));
	json_object_set_new(*out, "tests", tests);
	return OK;
}

/* Showing */

static const char *
in_language(const json_t *object, const char *name)
{
	return answer_text(json_object_get(object, name), policy_in_japanese() ? "ja" : "en");
}

static void
title_show(const char *ja, const char *en)
{
	printf("\n%s\n", policy_in_japanese() ? ja : en);
}

static void
lines_show(const json_t *lines)
{
	const json_t *line;
	size_t i;

	json_array_foreach(lines, i, line)
		printf("%*s- %s\n", (int)(2 + 2 * answer_number(line, "depth")), "",
		    answer_text(line, policy_in_japanese() ? "ja" : "en"));
}

static void
facts_show(const json_t *facts)
{
	const json_t *fact, *by;
	size_t i, j;

	json_array_foreach(facts, i, fact) {
		printf("  %s  %s\n      %s\n      ", answer_text(fact, "id"), in_language(fact, "title"),
		    in_language(fact, "text"));
		json_array_foreach(json_object_get(fact, "asserted_by"), j, by)
			printf("%s%s", j ? ", " : "<- ", json_string_value(by));
		printf("  (%s)\n", answer_text(fact, "privacy"));
	}
}

static void
explanation_show(const json_t *e)
{
	const json_t *one;
	size_t i;

	printf("%s  %s\n%s\n\n  %s %s  %s %s  %s\n", answer_text(e, "id"), in_language(e, "title"), in_language(e,
	    "text"),
	    answer_text(e, "framework"), answer_text(e, "version"), in_language(e, "area"), answer_text(e, "level"),
	    answer_text(e, "status"));
	json_array_foreach(json_object_get(e, "sources"), i, one)
		printf("  %s, %s (%s)\n", in_language(one, "title"), answer_text(one, "at"), answer_text(one,
		    "relation"));
	json_array_foreach(json_object_get(e, "parameters"), i, one)
		printf("  %s = %s (%s)\n", answer_text(one, "id"), in_language(one, "value"), in_language(one,
		    "label"));
	if (json_object_get(e, "when"))
		title_show("適用の条件", "applies when");
	lines_show(json_object_get(e, "when"));
	title_show("条件", "condition");
	lines_show(json_object_get(e, "condition"));
	title_show("示されないときの理由", "when not shown");
	printf("  %s\n", in_language(e, "reason"));
	title_show("読む事実（最低の出所は次のとおり）", "facts it reads, counted from this provenance up");
	printf("  %s\n", answer_text(e, "provenance"));
	facts_show(json_object_get(e, "facts"));
	title_show("関わる手順", "steps that touch them");
	json_array_foreach(json_object_get(e, "steps"), i, one)
		printf("  %s  %s (%s)\n", answer_text(one, "id"), in_language(one, "title"), answer_text(one, "who"));
	title_show("真又は偽として見るテスト", "tests that see it true or false");
	json_array_foreach(json_object_get(e, "tests"), i, one)
		printf("  %-5s  %s\n", answer_text(one, "truth"), answer_text(one, "title"));
}

enum ending
policy_explain(struct ctl *ctl, int argc, char **argv)
{
	const char *id = NULL, *directory = NULL, *facts = NULL;
	const struct flag flags[] = {
		{ .name = "framework", .argument = "DIR|NAME", .help = "the version it stands in", .text = &directory },
		{ .name = "facts", .argument = "FILE", .help = "the dictionary; DIR/../../facts.json when not given",
		    .text = &facts },
		{ 0 },
	};
	const struct usage usage = {
		.synopsis = "policy explain CRITERION --framework DIR|NAME|FRAMEWORK@VERSION",
		.about = "Shows all there is to know of one criterion: what it says and where that comes from, its "
			 "condition in words, the\nfacts it reads, who may say them and how personal they are, the "
			     "steps that "
			 "touch these, the tests that see it.\nWithout the daemon, but for a version that it has.",
		.flags = flags,
		.least = 1,
		.most = 1,
	};
	struct policy_version version;
	struct problem why;
	enum ending ending;
	json_t *out = NULL;
	int number;

	if (!arguments_read(ctl, &usage, argc, argv, &id, &ending))
		return ending;
	if (!directory)
		return misused("--framework: expected the directory of a version");
	if (policy_version_read(ctl, directory, facts, &version, &why) != OK)
		return refused(&why);
	number = criterion_find(version.framework, span_text(id));
	if (number < 0)
		return misused("%s has no criterion \"%s\"", version.directory, id);
	if (explain(ctl, version.framework, (size_t)number, &out, &why) != OK)
		return refused(&why);
	if (ctl->json)
		answer_print(out);
	else
		explanation_show(out);
	json_decref(out);
	return DONE;
}
