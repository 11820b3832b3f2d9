/* tools/ctl/policy_diff.c - `watashictl policy diff`: what one version demands otherwise than another. */
#include <stdio.h>
#include <string.h>

#include "assurance/difference_page.h"
#include "assurance/difference_values.h"
#include "base/file.h"
#include "codec/text.h"
#include "ctl/policy.h"

#define DIFFERENCE_LARGEST (64 * MIB)

/* A version to be compared: its files, and the dictionary they were written with, if one came with them. */
struct version {
	struct policy_files files;
	struct span facts;
};

/* Reading */

/* Facts are added, never changed: the larger dictionary reads both. That of --facts goes before all. */
static enum err
versions_read(struct ctl *ctl, struct version versions[2], const char *facts, const struct framework *out[2],
    struct problem *why)
{
	struct span text = versions[versions[1].facts.size < versions[0].facts.size ? 0 : 1].facts;
	struct buffer given = buffer_init(DICTIONARY_LARGEST);
	const struct dictionary *dictionary;
	enum err err = OK;

	if (facts) {
		err = file_read(facts, &given, why);
		text = arena_copy(ctl->arena, buffer_span(&given));
	}
	buffer_release(&given);
	if (err != OK)
		return err;
	if (!text.size)
		return problem_set(why, ERR_NOT_FOUND, "",
		    "expected the dictionary of facts: --facts FILE says where it is, found none with these versions, "
		    "and the "
		    "daemon has none");
	if (dictionary_read(ctl->arena, facts ? facts : "facts.json", text, &dictionary, why) != OK ||
	    framework_read(ctl->arena, &versions[0].files, dictionary, false, &out[0], why) != OK ||
	    framework_read(ctl->arena, &versions[1].files, dictionary, false, &out[1], why) != OK)
		return why->code;
	/* Criteria of one id in two frameworks are two criteria: what differs would mean nothing. */
	return span_equal(out[0]->id, out[1]->id) ? OK : problem_set(why, ERR_INVALID, "",
	    "%s: expected another version of %.*s, found one of %.*s", versions[1].files.label, SPAN_ARGS(out[0]->id),
	    SPAN_ARGS(out[1]->id));
}

/* Showing */

/* As JSON it is what a published version's page reads, too. */
static enum ending
difference_print(const struct framework *before, const struct framework *after, const struct policy_difference *d)
{
	struct buffer b = buffer_init(DIFFERENCE_LARGEST);
	struct problem why;
	struct span text;
	json_t *answer;

	difference_write(&b, before, after, d);
	text = buffer_span(&b);
	answer = json_loadb((const char *)text.data, text.size, 0, NULL);
	buffer_release(&b);
	if (!answer) {
		problem_set(&why, ERR_LIMIT, "", "the difference is larger than %zu bytes", DIFFERENCE_LARGEST);
		return refused(&why);
	}
	answer_print(answer);
	json_decref(answer);
	return DONE;
}

static const char *
change_text(enum policy_change change, bool japanese)
{
	static const char *const ja[] = { "同じ", "文言のみ", "厳しい", "緩い", "別の条件", "追加", "削除", "判定できず" };

	return japanese ? ja[change] : policy_change_name(change);
}

static void
witness_show(const char *title, const struct policy_witness *w)
{
	json_t *facts, *value;
	const char *id;

	if (!w->facts.size)
		return;
	facts = json_loadb((const char *)w->facts.data, w->facts.size, 0, NULL);
	printf("      %s (%s)\n", title, provenance_name(w->by));
	json_object_foreach(facts, id, value) {
		char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);

		printf("        %s = %s\n", id, text ? text : "");
		free(text);
	}
	json_decref(facts);
}

static void
witnesses_show(const struct policy_witness *refused_now, const struct policy_witness *accepted_now, bool japanese)
{
	witness_show(japanese ? "新たに満たさなくなる例" : "met before, not any more", refused_now);
	witness_show(japanese ? "新たに満たすようになる例" : "met now, not before", accepted_now);
}

static void
values_show(const struct value_difference *values, size_t count, bool japanese)
{
	for (size_t i = 0; i < count; i++) {
		struct span label = japanese ? values[i].label.ja : values[i].label.en;
		struct span before = japanese ? values[i].before.ja : values[i].before.en;
		struct span after = japanese ? values[i].after.ja : values[i].after.en;
		struct span none = span_text(japanese ? "なし" : "none");

		printf("      %.*s: %.*s -> %.*s\n", SPAN_ARGS(label), SPAN_ARGS(before.size ? before : none),
		    SPAN_ARGS(after.size ? after : none));
	}
}

static void
difference_show(struct ctl *ctl, const struct framework *before, const struct framework *after,
    const struct policy_difference *d,
    bool japanese)
{
	struct value_difference *values;
	size_t same = 0, count;

	printf("%.*s %.*s -> %.*s %.*s\n", SPAN_ARGS(before->id), SPAN_ARGS(before->version), SPAN_ARGS(after->id),
	    SPAN_ARGS(after->version));
	for (size_t i = 0; i < d->count; i++) {
		const struct criterion_difference *c = &d->criteria[i];
		const struct localized *title = c->after ? &c->after->title : &c->before->title;

		if (c->change == POLICY_SAME) {
			same++;
			continue;
		}
		printf("  %-10s %.*s  %.*s\n", change_text(c->change, japanese), SPAN_ARGS(c->id),
		    SPAN_ARGS(japanese ? title->ja : title->en));
		count = criterion_values(ctl->arena, before, after, c, &values);
		values_show(values, count, japanese);
		witnesses_show(&c->newly_refused, &c->newly_accepted, japanese);
	}
	printf(japanese ? "  同じ基準 %zu\n" : "  %zu criteria are the same\n", same);
	for (size_t i = 0; i < d->level_count; i++) {
		const struct level_difference *l = &d->levels[i];

		if (l->change == POLICY_SAME)
			continue;
		printf(
		    "  %-10s %.*s %.*s\n", change_text(l->change, japanese), SPAN_ARGS(l->area), SPAN_ARGS(l->level));
		witnesses_show(&l->newly_refused, &l->newly_accepted, japanese);
	}
	for (size_t i = 0; i < d->profile_count; i++) {
		const struct profile_difference *p = &d->profiles[i];

		if (p->change == POLICY_SAME)
			continue;
		printf(japanese ? "  %-10s プロファイル %.*s\n" : "  %-10s profile %.*s\n",
		    change_text(p->change, japanese), SPAN_ARGS(p->id));
		count = profile_values(ctl->arena, before, after, p, &values);
		values_show(values, count, japanese);
		witnesses_show(&p->newly_refused, &p->newly_accepted, japanese);
	}
	if (d->cut_off)
		puts(japanese ? "  探索の一部は上限で打ち切りました。違いがほかにもあり得ます。" :
		                "  A search was cut off at its limit: there may be more differences.");
}

/* One HTML file, to be filed. */
static enum ending
page_write(struct ctl *ctl, const struct framework *const frameworks[2], const struct policy_difference *d,
    const char *path, enum render_languages languages)
{
	struct buffer page = buffer_init(RENDERING_LARGEST);
	enum ending ending;

	difference_page(&page, frameworks[0], frameworks[1], d, languages);
	ending = policy_output(ctl, path, buffer_span(&page));
	buffer_release(&page);
	return ending;
}

enum ending
policy_diff(struct ctl *ctl, int argc, char **argv)
{
	const char *operands[2] = { 0 }, *facts = NULL, *path = NULL, *language = NULL;
	const struct flag flags[] = {
		{ .name = "facts",
		    .argument = "FILE",
		    .help = "the dictionary of both; that of the directory, or the daemon's, when not given",
		    .text = &facts },
		{ .name = "html",
		    .argument = "FILE",
		    .help = "write it there as well, as one HTML file that prints on A4",
		    .text = &path },
		{ .name = "language",
		    .argument = "ja|en|both",
		    .help = "of that file; your locale's when not given",
		    .text = &language },
		{ 0 },
	};
	const struct usage usage = {
		.synopsis = "policy diff A B [--facts FILE] [--html FILE [--language ja|en|both]]",
		.about = "What B demands otherwise than A: of each criterion whether it is the same, reworded,\n"
		         "stricter, looser, other, added or removed, and of each level; with facts that meet the one\n"
		         "and not the other. A and B are directories, or versions the daemon has: jp-idtf@1.0.",
		.flags = flags,
		.least = 2,
		.most = 2,
	};
	struct version versions[2] = { 0 };
	const struct framework *frameworks[2];
	struct policy_difference found;
	enum render_languages languages;
	struct problem why;
	enum ending ending;

	if (!arguments_read(ctl, &usage, argc, argv, operands, &ending))
		return ending;
	if (!policy_languages_read(language, &languages))
		return misused("--language: expected ja, en or both, found \"%s\"", language);
	for (size_t i = 0; i < 2; i++)
		if (policy_texts_read(ctl, operands[i], facts, &versions[i].files, &versions[i].facts, &why) != OK)
			return refused(&why);
	if (versions_read(ctl, versions, facts, frameworks, &why) != OK)
		return refused(&why);
	framework_difference(frameworks[0], frameworks[1], 0, ctl->arena, &found);
	ending = path ? page_write(ctl, frameworks, &found, path, languages) : DONE;
	if (ending != DONE)
		return ending;
	if (ctl->json)
		return difference_print(frameworks[0], frameworks[1], &found);
	difference_show(ctl, frameworks[0], frameworks[1], &found, policy_in_japanese());
	return DONE;
}
