/* tools/ctl/policy.c - `watashictl policy`: its actions, and versions read from directories. */
#include "ctl/policy.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"

#define FACTS_FILE "facts.json"

static enum err
facts_load(struct ctl *ctl, const char *path, struct span *out, struct problem *why)
{
	struct buffer text = buffer_init(DICTIONARY_LARGEST);
	enum err err = file_read(path, &text, why);

	if (err == OK)
		*out = arena_copy(ctl->arena, buffer_span(&text));
	buffer_release(&text);
	return err;
}

enum err
policy_directory_read(struct ctl *ctl, const char *directory, const char *facts, struct policy_files *files,
    struct span *facts_text, const struct dictionary **dictionary, struct problem *why)
{
	const char *path = facts ? facts : arena_print(ctl->arena, "%s/../../" FACTS_FILE, directory);
	struct span text;

	if (policy_files_read(ctl->arena, directory, files, why) != OK)
		return why->code;
	if (facts_load(ctl, path, &text, why) != OK)
		return facts ? why->code : problem_within(why, "the dictionary of facts (--facts says where it is)");
	if (facts_text)
		*facts_text = text;
	return dictionary_read(ctl->arena, path, text, dictionary, why);
}

enum err
policy_dictionary_read(struct ctl *ctl, const char *path, const struct dictionary **out, struct problem *why)
{
	struct span text;

	if (facts_load(ctl, path, &text, why) != OK)
		return why->code;
	return dictionary_read(ctl->arena, path, text, out, why);
}

bool
policy_in_japanese(void)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
	const char *value = NULL;

	for (size_t i = 0; i < COUNT(names) && !(value && *value); i++)
		value = getenv(names[i]);
	return value && strncmp(value, "ja", 2) == 0;
}

static const struct action actions[] = {
	{ "check", "what can be known of a version without any transaction", policy_check },
	{ "diff", "what one version demands otherwise than another", policy_diff },
	{ "impact", "what a version would have made of the decisions in the ledger", policy_impact },
	{ "explain", "all there is to know of one criterion", policy_explain },
	{ "oscal", "a version or a profile for tools that read OSCAL", policy_oscal },
	{ "render", "a version as one document: text or HTML, Japanese or English", policy_render },
	{ "test", "run the tests that a version brings", policy_test_run },
	{ "seal", "write the digests of a version's files into its manifest", policy_seal },
	{ "publish", "publish a version, or propose it to the other operators", policy_publish },
	{ "list", "the versions that are published, and what waits for operators", policy_list },
	{ "approve", "agree to a version that is proposed", policy_approve },
	{ "withdraw", "take back a version that is proposed", policy_withdraw },
	{ "fetch", "the files of a version, published or proposed", policy_fetch },
};

enum ending
policy_run(struct ctl *ctl, int argc, char **argv)
{
	return action_run(ctl, actions, COUNT(actions), argc, argv);
}
