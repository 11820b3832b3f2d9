/* tools/ctl/policy_publish.c - `watashictl policy publish, list, approve, withdraw, fetch`: versions and the daemon. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "assurance/policy_pack.h"
#include "codec/text.h"
#include "ctl/policy.h"

#define PATH "/v1/control/policies"
#define PATIENCE SECONDS(20)
#define RETRY 300000 /* microseconds */
#define LABEL_LARGEST 200 /* what the daemon takes; without it messages begin with "policy" */

/* policy list */

enum err
policy_list_ask(struct ctl *ctl, json_t **answer, struct problem *why)
{
	static const struct ctl_question question = { .path = PATH };

	return ctl_ask(ctl, &question, answer, why);
}

const json_t *
policy_list_find(const json_t *answer, const char *framework, const char *version)
{
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(answer, "policies"), i, row)
		if (strcmp(answer_text(row, "framework"), framework) == 0 &&
		    strcmp(answer_text(row, "version"), version) == 0)
			return row;
	return NULL;
}

static void
row_show(const json_t *row)
{
	const json_t *approvals = json_object_get(row, "approvals"), *title = json_object_get(row, "title");
	const char *en = answer_text(title, "en");

	if (strcmp(answer_text(row, "state"), "unreadable") == 0) {
		printf("%-16s %-8s NOT READABLE by this build\n", answer_text(row, "framework"),
		    answer_text(row, "version"));
		return;
	}
	printf("%-16s %-8s %-10s from %s  %s\n", answer_text(row, "framework"), answer_text(row, "version"),
	    answer_text(row, "state"), answer_text(row, "valid_from"), en[0] ? en : answer_text(title, "ja"));
	printf("%-16s %s\n", "", answer_text(row, "digest"));
	if (approvals)
		printf("%-16s proposed by %s%s; %lld of %lld operators have agreed\n", "", answer_text(row, "actor"),
		    json_is_true(json_object_get(row, "brings_facts")) ? ", with new facts" : "",
		    answer_number(approvals, "had"), answer_number(approvals, "needed"));
}

enum ending
policy_list(struct ctl *ctl, int argc, char **argv)
{
	static const struct usage usage = {
		.synopsis = "policy list",
		.about = "Every version that is published or proposed: from when it is in force, its digest, and\n"
		         "who has agreed.",
	};
	const json_t *rows, *row;
	struct problem why;
	enum ending ending;
	json_t *answer;
	size_t i;

	if (!arguments_read(ctl, &usage, argc, argv, NULL, &ending))
		return ending;
	if (policy_list_ask(ctl, &answer, &why) != OK)
		return refused(&why);
	rows = json_object_get(answer, "policies");
	if (ctl->json) {
		answer_print(answer);
	} else {
		json_array_foreach(rows, i, row)
			row_show(row);
		if (json_array_size(rows) == 0)
			puts("no version is published; watashictl policy publish DIR publishes one");
		if (json_is_string(json_object_get(answer, "rejected")))
			printf("NOT READ: %s\n", answer_text(answer, "rejected"));
	}
	json_decref(answer);
	return DONE;
}

/* policy publish */

static enum ending
outcome_show(struct ctl *ctl, json_t *answer)
{
	const json_t *approvals = json_object_get(answer, "approvals");
	long long had = answer_number(approvals, "had"), more = answer_number(approvals, "needed") - had;
	bool waits = json_is_true(json_object_get(answer, "waits"));

	if (ctl->json) {
		answer_print(answer);
	} else {
		printf("%s %s: %s%s, %s from %s\n  %s\n", answer_text(answer, "framework"),
		    answer_text(answer, "version"), json_is_true(json_object_get(answer, "dry_run")) ? "would be " : "",
		    answer_text(answer, "outcome"), waits ? "not published yet; to be in force" : "in force",
		    answer_text(answer, "valid_from"), answer_text(answer, "digest"));
		if (answer_number(answer, "facts_added"))
			printf("  %lld facts are new in the dictionary\n", answer_number(answer, "facts_added"));
		if (waits)
			printf("  waits for %lld more operator%s: %lld of %lld have agreed to %s\n", more,
			    more == 1 ? "" : "s", had, had + more, answer_text(answer, "proposal"));
		if (answer_text(answer, "entry")[0])
			printf("  in the ledger as %s\n", answer_text(answer, "entry"));
	}
	json_decref(answer);
	return DONE;
}

static enum err
ask_with(struct ctl *ctl, const char *path, json_t *body, json_t **answer, struct problem *why)
{
	char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
	const struct ctl_question question = { .path = path, .post = true, .content_type = "application/json",
		.body = span_text(text), .progress = "publishing" };
	enum err err;

	json_decref(body);
	if (!text)
		return problem_set(why, ERR_SYNTAX, "RFC 8259 s8.1", "expected texts in UTF-8, found other bytes");
	err = ctl_ask(ctl, &question, answer, why);
	free(text);
	return err;
}

/* Keys, signer and recorder of a daemon that has just been started are there a moment later; and a version that was
 * published after all is unchanged the next time. */
static enum err
propose_patiently(struct ctl *ctl, json_t *body, json_t **answer, struct problem *why)
{
	int64_t until = clock_monotonic() + PATIENCE;
	bool said = false;
	enum err err;

	for (;;) {
		err = ask_with(ctl, PATH, json_incref(body), answer, why);
		if (err != ERR_UNAVAILABLE || ctl->absent || clock_monotonic() > until)
			break;
		if (!said)
			fprintf(stderr, "watashictl: waiting at most %d s: %s\n", (int)(PATIENCE / SECONDS(1)),
			    why->text);
		said = true;
		usleep(RETRY);
	}
	json_decref(body);
	return err;
}

static json_t *
proposal_body(const struct policy_files *files, struct span facts, bool dry_run)
{
	json_t *texts = json_object(), *body = json_object();

	for (size_t i = 0; i < files->count; i++) {
		struct span text = files->items[i].text;

		if (json_object_set_new(
			texts, files->items[i].name, json_stringn((const char *)text.data, text.size))) {
			json_decref(texts);
			json_decref(body);
			return NULL;
		}
	}
	json_object_set_new(body, "files", texts);
	json_object_set_new(body, "facts", json_stringn((const char *)facts.data, facts.size));
	if (strlen(files->label) <= LABEL_LARGEST)
		json_object_set_new(body, "label", json_string(files->label));
	json_object_set_new(body, "dry_run", json_boolean(dry_run));
	return body;
}

enum ending
policy_publish(struct ctl *ctl, int argc, char **argv)
{
	const char *directory = NULL, *facts = NULL;
	bool dry_run = false;
	const struct flag flags[] = {
		{ .name = "facts",
		    .argument = "FILE",
		    .help = "the dictionary; DIR/../../facts.json when not given",
		    .text = &facts },
		{ .name = "dry-run", .help = "say what would become of it, change nothing", .set = &dry_run },
		{ 0 },
	};
	const struct usage usage = {
		.synopsis = "policy publish DIR [--facts FILE] [--dry-run]",
		.about = "Publishes a version, sealed before with `policy seal`. From then on it stays as it is:\n"
		         "it is signed by the federation, an entry of the ledger, and in force from the day its\n"
		         "manifest says. Where more than one operator is asked for it is a proposal, and published\n"
		         "when the last of them has approved it. A version without tests of its own, or with one\n"
		         "that fails, is refused.",
		.flags = flags,
		.least = 1,
		.most = 1,
	};
	const struct dictionary *dictionary;
	const struct framework *f;
	struct policy_files files;
	struct span facts_text;
	struct problem why;
	enum ending ending;
	json_t *answer;

	if (!arguments_read(ctl, &usage, argc, argv, &directory, &ending))
		return ending;
	if (policy_directory_read(ctl, directory, facts, &files, &facts_text, &dictionary, &why) != OK ||
	    framework_read(ctl->arena, &files, dictionary, true, &f, &why) != OK ||
	    propose_patiently(ctl, proposal_body(&files, facts_text, dry_run), &answer, &why) != OK)
		return refused(&why);
	return outcome_show(ctl, answer);
}

/* policy approve, withdraw */

static const char *
version_path(struct ctl *ctl, const char *const operands[2])
{
	return arena_print(ctl->arena, PATH "/%.*s%%40%.*s",
	    SPAN_ARGS(percent_write(ctl->arena, span_text(operands[0]))),
	    SPAN_ARGS(percent_write(ctl->arena, span_text(operands[1]))));
}

static enum ending
step_run(struct ctl *ctl, const char *action, const char *const operands[2], const char *proposal)
{
	json_t *body = json_pack("{s:s}", "action", action), *answer;
	struct problem why;

	if (proposal)
		json_object_set_new(body, "proposal", json_string(proposal));
	if (ask_with(ctl, version_path(ctl, operands), body, &answer, &why) != OK)
		return refused(&why);
	return outcome_show(ctl, answer);
}

/* Shows what is about to be approved, and names it, so that nobody approves what he has not seen. `*proposal` NULL:
 * nothing waits. */
static enum err
proposal_show(struct ctl *ctl, const char *const operands[2], const char **proposal, struct problem *why)
{
	const json_t *row;
	json_t *answer;

	*proposal = NULL;
	if (policy_list_ask(ctl, &answer, why) != OK)
		return problem_within(why, "what waits is not known, and nothing was approved");
	row = policy_list_find(answer, operands[0], operands[1]);
	if (row && answer_text(row, "proposal")[0]) {
		*proposal = arena_text(ctl->arena, span_text(answer_text(row, "proposal")));
		if (!ctl->json) {
			puts("to approve:");
			row_show(row);
			printf("its files: watashictl policy fetch %s %s DIR\n", operands[0], operands[1]);
			fflush(stdout);
		}
	}
	json_decref(answer);
	return OK;
}

enum ending
policy_approve(struct ctl *ctl, int argc, char **argv)
{
	const char *operands[2] = { 0 }, *proposal = NULL;
	const struct flag flags[] = {
		{ .name = "proposal", .argument = "DIGEST", .text = &proposal,
		    .help = "only this one (sha256:…, as policy list --json has it)" },
		{ 0 },
	};
	const struct usage usage = {
		.synopsis = "policy approve FRAMEWORK VERSION [--proposal DIGEST]",
		.about = "Shows what waits, and approves just that: when it is another one meanwhile, the approval\n"
		         "is refused. Whoever proposed it cannot be the second. With the last operator it takes\n"
		         "the version is published.",
		.flags = flags,
		.least = 2,
		.most = 2,
	};
	struct problem why;
	enum ending ending;

	if (!arguments_read(ctl, &usage, argc, argv, operands, &ending))
		return ending;
	if (!proposal && proposal_show(ctl, operands, &proposal, &why) != OK)
		return refused(&why);
	return step_run(ctl, "approve", operands, proposal);
}

enum ending
policy_withdraw(struct ctl *ctl, int argc, char **argv)
{
	static const struct usage usage = {
		.synopsis = "policy withdraw FRAMEWORK VERSION",
		.about = "Takes back a version that is proposed. What is published stays.",
		.least = 2,
		.most = 2,
	};
	const char *operands[2] = { 0 };
	enum ending ending;

	if (!arguments_read(ctl, &usage, argc, argv, operands, &ending))
		return ending;
	return step_run(ctl, "withdraw-proposal", operands, NULL);
}

/* policy fetch */

static enum err
directory_make(const char *path, struct problem *why)
{
	return mkdir(path, 0777) == 0 || errno == EEXIST ? OK : problem_errno(why, errno, "%s", path);
}

static enum err
file_write(struct ctl *ctl, const char *directory, const char *name, const json_t *text, struct problem *why)
{
	const char *path = arena_print(ctl->arena, "%s/%s", directory, name), *slash = strrchr(name, '/');
	FILE *f;
	bool written;

	if (!policy_file_name_valid(span_text(name)))
		return problem_set(why, ERR_INVALID, "", "the daemon's answer names a file \"%s\"", name);
	if (slash &&
	    directory_make(arena_print(ctl->arena, "%s/%.*s", directory, (int)(slash - name), name), why) != OK)
		return why->code;
	f = fopen(path, "wxe");
	if (!f)
		return problem_errno(why, errno, "%s", path);
	written = fwrite(json_string_value(text), 1, json_string_length(text), f) == json_string_length(text);
	if (fclose(f) != 0 || !written)
		return problem_errno(why, errno, "%s", path);
	return OK;
}

enum ending
policy_fetch(struct ctl *ctl, int argc, char **argv)
{
	static const struct usage usage = {
		.synopsis = "policy fetch FRAMEWORK VERSION DIR",
		.about = "Writes the files of a version, published or proposed, into a new directory, byte for\n"
		         "byte; and facts.json, if the proposal brings one. So the ones who approve can read and\n"
		         "compare it: watashictl policy diff.",
		.least = 3,
		.most = 3,
	};
	const char *operands[3] = { 0 }, *name;
	struct ctl_question question = { 0 };
	json_t *answer, *text, *facts;
	struct problem why = { .code = OK };
	enum ending ending;
	size_t count = 0;

	if (!arguments_read(ctl, &usage, argc, argv, operands, &ending))
		return ending;
	question.path = version_path(ctl, operands);
	if (ctl_ask(ctl, &question, &answer, &why) != OK)
		return refused(&why);
	if (mkdir(operands[2], 0777) != 0)
		problem_errno(&why, errno, "%s", operands[2]);
	json_object_foreach(json_object_get(answer, "files"), name, text) {
		if (why.code != OK)
			break;
		file_write(ctl, operands[2], name, text, &why);
		count++;
	}
	facts = json_object_get(answer, "facts");
	if (why.code == OK && json_is_string(facts))
		file_write(ctl, operands[2], "facts.json", facts, &why);
	if (why.code == OK && !ctl->json)
		printf("%s: %zu files%s\n", operands[2], count,
		    json_is_string(facts) ? ", and the dictionary it brings" : "");
	else if (why.code == OK)
		answer_print(answer);
	json_decref(answer);
	return why.code == OK ? DONE : refused(&why);
}
