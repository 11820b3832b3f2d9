/* tools/ctl/member_check.c - `watashictl member check`: records in files against every rule, without a daemon. */
#include <stdio.h>
#include <unistd.h>

#include "base/buffer.h"
#include "ctl/member.h"
#include "registry/membership.h"
#include "registry/projection.h"
#include "registry/record_look.h"

#define RECORD_ARENA (1 * GIB)

static const struct validation_settings as_installed = { .schemas = "/usr/share/xml" };

/* The rules as the daemon's configuration sets them, when there is one; else as they come. */
static enum err
validator_open(struct ctl *ctl, struct validator **out, struct problem *why)
{
	struct config config;

	if (access(ctl->config, R_OK) != 0)
		return validator_new(&as_installed, out, why);
	if (ctl_config(ctl, &config, why) != OK)
		return why->code;
	return validator_new(&config.validation, out, why);
}

static void
findings_add(json_t *to, const struct rule_finding *findings, size_t count)
{
	struct buffer b = buffer_init(64 * MIB);
	json_t *list;

	findings_write_json(&b, findings, count);
	list = json_loadb((const char *)buffer_span(&b).data, buffer_span(&b).size, 0, NULL);
	json_array_extend(to, list);
	json_decref(list);
	buffer_release(&b);
}

/* Who the other members are, and which frameworks are in force, only the daemon knows. */
static void
record_warn(struct arena *arena, const struct member_record *record, struct instant now, json_t *findings)
{
	const struct entrusted_members unknown = { 0 };
	const struct rule_finding *found = NULL;
	size_t count = 0;

	record_look(arena, record, &unknown, NULL, now, &found, &count);
	findings_add(findings, found, count);
}

/* As it would be published once approved. */
static enum err
record_check(struct validator *validator, const char *label, const json_t *json, json_t *findings, json_t **id,
    struct problem *why)
{
	struct arena arena = arena_init(RECORD_ARENA);
	struct instant now = clock_now(), next;
	struct member member = { .standing = STANDING_APPROVED, .since = now, .registered = now, .confirmed = now };
	char *text = json_dumps(json, JSON_COMPACT);
	struct member_record record;
	struct projected *projected = NULL;
	size_t count = 0;

	if (!text)
		problem_set(why, ERR_SYNTAX, "RFC 8259", "%s: expected a member record", label);
	else if (member_parse(&arena, label, span_text(text), &record, why) == OK) {
		member.id = record.id;
		member.record = span_text(text);
		*id = json_stringn((const char *)record.id.data, record.id.size);
		if (project_member(&arena, &member, &record, now, &projected, &count, &next, why) == OK)
			record_warn(&arena, &record, now, findings);
	}
	for (size_t i = 0; i < count; i++) {
		const struct validation_subject subject = { .member = member.id, .entity = &projected[i].entity,
			.fragment = &projected[i].fragment, .now = now };
		struct rule_finding *found;
		size_t found_count;

		validate_entity(validator, &arena, &subject, &found, &found_count);
		findings_add(findings, found, found_count);
	}
	free(text);
	arena_release(&arena);
	return why->code;
}

static void
checked_show(struct ctl *ctl, const char *label, const json_t *id, const json_t *findings, const struct problem *why)
{
	const json_t *finding;
	size_t i;

	if (why->code != OK) {
		printf("%s%s\n", why->text, why->clause[0] ? arena_print(ctl->arena, " (%s)", why->clause) : "");
		return;
	}
	printf("%s: %s: %s\n", label, json_string_value(id), findings_sum(ctl, findings, NULL));
	json_array_foreach(findings, i, finding)
		finding_show(finding);
}

/* Adds to `results`; true: nothing is wrong. */
static bool
file_check(struct ctl *ctl, struct validator *validator, const struct record_file *file, json_t *results)
{
	const json_t *record = json_object_get(file->change, "record");
	json_t *findings = json_array(), *id = NULL;
	struct problem why = { 0 };
	size_t errors;

	if (record)
		record_check(validator, file->label, record, findings, &id, &why);
	findings_sum(ctl, findings, &errors);
	if (!ctl->json && record)
		checked_show(ctl, file->label, id, findings, &why);
	json_array_append_new(results, json_pack("{s:s,s:o?,s:s?,s:o}", "file", file->label, "id", id, "problem",
	    why.code == OK ? NULL : why.text, "findings", findings));
	return why.code == OK && errors == 0;
}

static enum err
files_read(struct ctl *ctl, const char *const *paths, struct record_files *files, struct problem *why)
{
	for (size_t i = 0; i < MEMBERSHIP_CHANGES && paths[i]; i++)
		if (record_files_add(ctl, paths[i], "apply", files, why) != OK)
			return why->code;
	return OK;
}

enum ending
member_check(struct ctl *ctl, int argc, char **argv)
{
	static const struct usage usage = {
		.synopsis = "member check FILE…",
		.about = "Reads member records as the daemon would and looks at what would be published by every rule, "
			 "without asking\nthe daemon. Ends with 1 when a record cannot be read or a finding is an "
			 "error.",
		.least = 1,
		.most = MEMBERSHIP_CHANGES,
	};
	const char *paths[MEMBERSHIP_CHANGES] = { 0 };
	struct record_files files = { 0 };
	struct validator *validator;
	json_t *results, *answer;
	struct problem why;
	enum ending ending;
	bool good = true;

	if (!arguments_read(ctl, &usage, argc, argv, paths, &ending))
		return ending;
	if (files_read(ctl, paths, &files, &why) != OK || validator_open(ctl, &validator, &why) != OK) {
		record_files_release(&files);
		return refused(&why);
	}
	results = json_array();
	for (size_t i = 0; i < files.count; i++)
		good = file_check(ctl, validator, &files.items[i], results) && good;
	record_files_release(&files);
	validator_free(validator);
	answer = json_pack("{s:o}", "results", results);
	if (ctl->json)
		answer_print(answer);
	json_decref(answer);
	return good ? DONE : REFUSED;
}
