/* tools/ctl/policy.h - what the files of `watashictl policy` share: its actions, and versions in directories. */
#pragma once

#include <jansson.h>

#include "assurance/render.h"
#include "ctl/client.h"

/* policy_publish.c: asking the daemon */
command_run policy_publish, policy_list, policy_approve, policy_withdraw, policy_fetch;
/* policy_seal.c, policy_impact.c, policy_test.c */
command_run policy_seal, policy_impact, policy_test_run;

/* policy_check.c, policy_diff.c */
command_run policy_check, policy_diff;

/* A version in a directory, and the dictionary it is written with: `facts`, or facts.json two directories above it
 * (policy/facts.json of policy/jp-idtf/1.0). `facts_text` may be NULL. */
enum err policy_directory_read(struct ctl *, const char *directory, const char *facts, struct policy_files *files,
    struct span *facts_text, const struct dictionary **dictionary, struct problem *why);

enum err policy_dictionary_read(struct ctl *, const char *path, const struct dictionary **, struct problem *why);

/* policy_version.c: a directory as above, or a version the daemon has, "jp-idtf@1.0", with the dictionary it has; the
 * text of which may be empty where there is none. */
enum err policy_texts_read(struct ctl *, const char *name, const char *facts, struct policy_files *,
    struct span *facts_text, struct problem *why);
enum err policy_files_take(struct ctl *, const char *name, const char *facts, struct policy_files *,
    const struct dictionary **, struct problem *why);

/* policy_render.c, policy_explain.c, policy_oscal.c */
command_run policy_render, policy_explain, policy_oscal;
/* "ja", "en", "both"; NULL: the locale's. */
bool policy_languages_read(const char *word, enum render_languages *out);

/* A version named by its directory, its framework's directory, the name of one in policy/, or that of one the daemon
 * has. */
struct policy_version {
	const char *directory;
	const struct framework *framework;
	bool sealed; /* its digests are those of its files; otherwise it was read as if it were sealed now */
};
const char *policy_version_find(struct ctl *, const char *name);
enum err policy_version_read(struct ctl *, const char *name, const char *facts, struct policy_version *out,
    struct problem *why);
/* To a file, or standard output for NULL. */
enum ending policy_output(struct ctl *, const char *path, struct span text);

/* Whether the person's environment asks for Japanese (POSIX 8.2: LC_ALL, LC_MESSAGES, LANG), with or without its
 * locale. */
bool policy_in_japanese(void);

/* The daemon's list; of one version, or NULL. */
enum err policy_list_ask(struct ctl *, json_t **answer, struct problem *why);
const json_t *policy_list_find(const json_t *answer, const char *framework, const char *version);
