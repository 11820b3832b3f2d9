/* tools/ctl/policy_render.c - `watashictl policy render`: a framework as one document to read, print, file. */
#include "assurance/render.h"
#include "ctl/policy.h"

static const struct {
	const char *name;
	int value;
} forms[] = { { "text", RENDER_TEXT }, { "html", RENDER_HTML } },
  languages[] = { { "ja", RENDER_JA }, { "en", RENDER_EN }, { "both", RENDER_BOTH } };

bool
policy_languages_read(const char *word, enum render_languages *out)
{
	if (!word)
		word = policy_in_japanese() ? "ja" : "en";
	for (size_t i = 0; i < COUNT(languages); i++) {
		if (strcmp(word, languages[i].name) == 0) {
			*out = (enum render_languages)languages[i].value;
			return true;
		}
	}
	return false;
}

enum ending
policy_render(struct ctl *ctl, int argc, char **argv)
{
	const char *name = NULL, *facts = NULL, *form = "text", *language = NULL, *out = NULL;
	const struct flag flags[] = {
		{ .name = "format", .argument = "text|html",
		    .help = "text, 100 columns wide, or one HTML file that prints on A4",
		    .text = &form },
		{ .name = "language", .argument = "ja|en|both", .help = "your locale's when not given",
		    .text = &language },
		{ .name = "facts", .argument = "FILE", .help = "the dictionary; DIR/../../facts.json when not given",
		    .text = &facts },
		{ .name = "out", .argument = "FILE", .help = "write there, not to standard output", .text = &out },
		{ 0 },
	};
	const struct usage usage = {
		.synopsis = "policy render DIR|NAME|FRAMEWORK@VERSION [--format text|html] [--language ja|en|both] "
			    "[--out FILE]",
		.about = "Writes a version as one document: the source's table, levels, criteria with their conditions "
			 "in words, profiles,\nsteps, sources, facts. DIR is a version or a framework's directory, of "
			 "which the newest version is taken; NAME\nis looked for in policy/; FRAMEWORK@VERSION "
			 "is one that the daemon has. Else without the daemon.",
		.flags = flags,
		.least = 1,
		.most = 1,
	};
	struct buffer text = buffer_init(RENDERING_LARGEST);
	struct policy_version version;
	struct problem why;
	enum ending ending;
	enum render_languages of_language;
	int of_form = -1;

	if (!arguments_read(ctl, &usage, argc, argv, &name, &ending))
		return ending;
	for (size_t i = 0; i < COUNT(forms); i++)
		of_form = strcmp(form, forms[i].name) == 0 ? forms[i].value : of_form;
	if (of_form < 0)
		return misused("--format: expected text or html, found \"%s\"", form);
	if (!policy_languages_read(language, &of_language))
		return misused("--language: expected ja, en or both, found \"%s\"", language);
	if (policy_version_read(ctl, name, facts, &version, &why) != OK)
		return refused(&why);
	framework_render(&text, version.framework, (enum render_form)of_form, of_language,
	    version.sealed);
	ending = policy_output(ctl, out, buffer_span(&text));
	buffer_release(&text);
	return ending;
}
