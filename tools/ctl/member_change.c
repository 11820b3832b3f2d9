/* tools/ctl/member_change.c - `watashictl member apply, change, diff, approve …`: what is to change goes to the daemon,
 * and what became of each change is shown with what to do next.
 */
#include <stdio.h>

#include "base/buffer.h"
#include "ctl/member.h"
#include "ctl/publish.h"
#include "registry/membership.h"

struct wish {
	const char *reason, *proposal;
	bool dry_run, no_wait;
	struct texts files;
};

/* Asking */

static enum err
change_ask(struct ctl *ctl, const struct wish *wish, const struct record_files *files, json_t **answer,
    struct problem *why)
{
	struct ctl_question question = {
		.path = "/v1/control/members",
		.post = true,
		.content_type = "application/json",
		.progress = wish->dry_run ? "trying" : "changing",
	};
	json_t *changes = json_array(), *body;
	char *text;

	for (size_t i = 0; i < files->count; i++)
		json_array_append(changes, files->items[i].change);
	body = json_pack("{s:s,s:b,s:o}", "reason", wish->reason ? wish->reason : "", "dry_run", wish->dry_run,
	    "changes", changes);
	text = json_dumps(body, JSON_COMPACT);
	json_decref(body);
	if (!text)
		return problem_set(why, ERR_SYNTAX, "RFC 8259", "the request cannot be written as JSON");
	question.body = span_text(text);
	ctl_ask(ctl, &question, answer, why);
	free(text);
	return why->code;
}

/* Showing */

static void
difference_show(const json_t *difference)
{
	const char *pointer = answer_text(difference, "pointer");
	const json_t *before = json_object_get(difference, "before"), *after = json_object_get(difference, "after");

	if (json_is_null(before))
		printf("  + %s  %s\n", pointer, answer_text(difference, "after"));
	else if (json_is_null(after))
		printf("  - %s  %s\n", pointer, answer_text(difference, "before"));
	else
		printf("  ~ %s  %s -> %s\n", pointer, answer_text(difference, "before"),
		    answer_text(difference, "after"));
}

/* "member.change-proposed" -> "change proposed" */
static const char *
event_words(struct ctl *ctl, const char *event)
{
	const char *dot = strchr(event, '.');
	char *words = arena_text(ctl->arena, span_text(dot ? dot + 1 : event));

	for (char *c = words; *c; c++)
		if (*c == '-')
			*c = ' ';
	return words;
}

static void
waiting_show(const json_t *result)
{
	const json_t *approvals = json_object_get(result, "approvals");
	long long missing = answer_number(approvals, "needed") - answer_number(approvals, "had");

	/* Where one operator is enough he approves what he proposed, but not by proposing it. */
	if (missing < 1)
		printf("; waits for approval: watashictl member approve %s", answer_text(result, "id"));
	else
		printf("; waits for %lld more operator%s: watashictl member approve %s", missing,
		    missing == 1 ? "" : "s", answer_text(result, "id"));
}

static void
refusal_show(const char *label, const json_t *result)
{
	const char *problem = answer_text(result, "problem"), *clause = answer_text(result, "clause");
	const char *id = answer_text(result, "id");

	/* The daemon knows no file names: it calls what it was sent the record. */
	if (strncmp(problem, "record: ", 8) == 0)
		problem += 8;
	printf("%s%s%s: refused: %s", label ? label : "", label && id[0] ? ": " : "", id, problem);
	printf(clause[0] ? " (%s)\n" : "%s\n", clause);
}

static void
result_show(struct ctl *ctl, const struct wish *wish, const char *label, const json_t *result)
{
	const json_t *differences = json_object_get(result, "differences"),
		     *findings = json_object_get(result, "findings");
	const char *outcome = answer_text(result, "outcome"), *before = answer_text(result, "standing_before");
	const char *after = answer_text(result, "standing_after");
	const json_t *item;
	size_t i;

	if (strcmp(outcome, "refused") == 0) {
		refusal_show(label, result);
	} else {
		printf("%s: %s%s, ", answer_text(result, "id"), wish->dry_run ? "would be " : "",
		    event_words(ctl, answer_text(result, "event")));
		if (strcmp(before, after) != 0 && strcmp(before, standing_name(STANDING_UNKNOWN)) != 0)
			printf("from %s to %s", before, after);
		else
			printf("standing %s", after);
		if (strcmp(outcome, "waits") == 0)
			waiting_show(result);
		putchar('\n');
	}
	/* Of an application everything would be new. */
	if (strcmp(before, standing_name(STANDING_UNKNOWN)) != 0)
		json_array_foreach(differences, i, item)
			difference_show(item);
	json_array_foreach(findings, i, item)
		finding_show(item);
}

struct sum {
	size_t done, waiting, refused;
};

static struct sum
results_sum(const json_t *results)
{
	struct sum sum = { 0 };
	const json_t *result;
	size_t i;

	json_array_foreach(results, i, result) {
		const char *outcome = answer_text(result, "outcome");

		sum.done += strcmp(outcome, "done") == 0;
		sum.waiting += strcmp(outcome, "waits") == 0;
		sum.refused += strcmp(outcome, "refused") == 0;
	}
	return sum;
}

static void
results_show(struct ctl *ctl, const struct wish *wish, const struct record_files *files, const json_t *results)
{
	struct sum sum = results_sum(results);
	const json_t *result;
	size_t i;

	json_array_foreach(results, i, result)
		result_show(ctl, wish, i < files->count ? files->items[i].label : NULL, result);
	if (json_array_size(results) > 1)
		printf("%s%zu done, %zu waiting for operators, %zu refused\n",
		    wish->dry_run ? "nothing was changed; this would be: " : "", sum.done, sum.waiting, sum.refused);
	else if (wish->dry_run)
		puts("nothing was changed");
}

static enum ending
change_run(struct ctl *ctl, const struct wish *wish, const struct record_files *files)
{
	json_t *answer;
	const json_t *results;
	struct problem why;
	enum ending ending;
	struct sum sum;

	if (change_ask(ctl, wish, files, &answer, &why) != OK)
		return refused(&why);
	results = json_object_get(answer, "results");
	sum = results_sum(results);
	ending = sum.refused ? REFUSED : DONE;
	if (!ctl->json)
		results_show(ctl, wish, files, results);
	if (change_publish(ctl, answer, sum.done && !wish->dry_run && !wish->no_wait, "the change is") != DONE)
		ending = REFUSED;
	json_decref(answer);
	return ending;
}

/* member apply, change, diff: records from files */

static enum err
records_read(struct ctl *ctl, const char *const *operands, const struct wish *wish, const char *action,
    struct record_files *files, struct problem *why)
{
	for (size_t i = 0; i < MEMBERSHIP_CHANGES && operands[i]; i++)
		if (record_files_add(ctl, operands[i], action, files, why) != OK)
			return why->code;
	for (size_t i = 0; i < wish->files.count; i++)
		if (record_files_add(ctl, wish->files.items[i], action, files, why) != OK)
			return why->code;
	return OK;
}

static enum ending
records_run(struct ctl *ctl, int argc, char **argv, const struct usage *usage, const char *action, struct wish *wish)
{
	const char *operands[MEMBERSHIP_CHANGES] = { 0 };
	struct record_files files = { 0 };
	struct problem why;
	enum ending ending;

	if (!arguments_read(ctl, usage, argc, argv, operands, &ending))
		return ending;
	if (records_read(ctl, operands, wish, action, &files, &why) != OK)
		ending = refused(&why);
	else if (files.count == 0)
		ending = misused("expected %s; see watashictl member %s --help", usage->synopsis, argv[0]);
	else
		ending = change_run(ctl, wish, &files);
	record_files_release(&files);
	return ending;
}

static enum ending
apply_or_change(struct ctl *ctl, int argc, char **argv, const char *about)
{
	struct wish wish = { 0 };
	const struct flag flags[] = {
		{ .name = "file",
		    .argument = "FILE",
		    .help = "the same as FILE; may be given again",
		    .list = &wish.files },
		{ .name = "reason", .argument = "TEXT", .help = "why, for the history", .text = &wish.reason },
		{ .name = "dry-run", .help = "say what would change, change nothing", .set = &wish.dry_run },
		{ .name = "no-wait", .help = "do not publish; the daemon does so by itself", .set = &wish.no_wait },
		{ 0 },
	};
	const struct usage usage = {
		.synopsis = arena_print(ctl->arena, "member %s FILE… [options]", argv[0]),
		.about = about,
		.flags = flags,
		.most = MEMBERSHIP_CHANGES,
	};

	return records_run(ctl, argc, argv, &usage, argv[0], &wish);
}

enum ending
member_apply(struct ctl *ctl, int argc, char **argv)
{
	return apply_or_change(ctl, argc, argv,
	    "New members with their records (schemas/member.schema.json). A FILE holds one record, an array of them, "
	    "or\n{\"changes\": [{\"action\": …, \"id\": …, \"record\": …}…]} with any actions. Each stands or falls "
	    "for itself.");
}

enum ending
member_change(struct ctl *ctl, int argc, char **argv)
{
	return apply_or_change(ctl, argc, argv,
	    "Another record for a member. What only takes away is in force at once; what adds anything waits for "
	    "operators.\nFILE as with apply.");
}

enum ending
member_diff(struct ctl *ctl, int argc, char **argv)
{
	struct wish wish = { .dry_run = true };
	const struct usage usage = {
		.synopsis = "member diff FILE…",
		.about = "What `member change` would change and what the rules would find; nothing happens.",
		.most = MEMBERSHIP_CHANGES,
	};

	return records_run(ctl, argc, argv, &usage, "change", &wish);
}

/* member approve, reject, suspend, reinstate, withdraw, confirm: by id */

static const struct {
	const char *name, *about;
	bool reasoned;
} steps[] = {
	{ "approve",
	    "Shows what waits (an application, a change, a reinstatement), and approves just that: when it is another "
	    "one\nmeanwhile, the approval is refused. Whoever proposed it cannot be the second.",
	    false },
	{ "reject", "Refuses or takes back what waits; what was in force stays.", true },
	{ "suspend", "Takes the member's entities out of every publication, at once, until it is reinstated.", true },
	{ "reinstate", "Proposes to end a suspension; it waits for operators as every change that raises trust.",
	    true },
	{ "withdraw", "The member leaves the framework, at once. It may apply again.", true },
	{ "confirm", "The yearly look: all in the record is still true.", false },
};

/* Shows what is about to be approved, and names it in the change, so that nobody approves what he has not seen. Where
 * nothing waits the daemon says so. */
static enum err
proposal_take(struct ctl *ctl, json_t *change, struct problem *why)
{
	const char *id = json_string_value(json_object_get(change, "id"));
	const json_t *proposed, *difference;
	json_t *card;
	size_t i;

	if (member_card_ask(ctl, id, &card, why) != OK)
		return problem_within(why, "%s: what waits is not known, and nothing was approved", id);
	proposed = json_object_get(card, "proposed");
	if (json_is_object(proposed)) {
		json_object_set(change, "proposal", json_object_get(proposed, "proposal"));
		if (!ctl->json) {
			const char *action = answer_text(proposed, "action"), *reason = answer_text(proposed, "reason");

			printf("%s: to approve: %s, proposed by %s%s%s\n", id, action,
			    answer_text(proposed, "proposer"), reason[0] ? ": " : "", reason);
			if (strcmp(action, "apply") == 0)
				member_value_show("record", json_object_get(card, "record"), 1);
			else
				json_array_foreach(json_object_get(proposed, "differences"), i, difference)
					difference_show(difference);
			fflush(stdout);
		}
	}
	json_decref(card);
	return OK;
}

enum ending
member_step(struct ctl *ctl, int argc, char **argv)
{
	struct wish wish = { 0 };
	const struct flag flags[] = {
		{ .name = "reason",
		    .argument = "TEXT",
		    .help = "why, for the member's history and page",
		    .text = &wish.reason },
		{ .name = "dry-run", .help = "say what would change, change nothing", .set = &wish.dry_run },
		{ .name = "no-wait", .help = "do not publish; the daemon does so by itself", .set = &wish.no_wait },
		{ .name = "proposal",
		    .argument = "DIGEST",
		    .text = &wish.proposal,
		    .help = "approve: only this one (sha256:…, as member show has it)" },
		{ 0 },
	};
	const char *ids[MEMBERSHIP_CHANGES] = { 0 };
	struct record_files changes = { 0 };
	struct usage usage = { .flags = flags, .least = 1, .most = MEMBERSHIP_CHANGES };
	struct problem why;
	enum ending ending;
	size_t step = 0;

	while (strcmp(steps[step].name, argv[0]) != 0)
		step++;
	usage.synopsis = arena_print(ctl->arena, "member %s ID… %s", argv[0],
	    steps[step].reasoned ? "--reason TEXT [options]" : "[options]");
	usage.about = steps[step].about;
	if (!arguments_read(ctl, &usage, argc, argv, ids, &ending))
		return ending;
	if (steps[step].reasoned && (!wish.reason || !wish.reason[0]))
		return misused("--reason is needed: the member's history and page say it; see watashictl member %s "
			       "--help",
		    argv[0]);
	if (wish.proposal && (strcmp(argv[0], "approve") != 0 || ids[1]))
		return misused("--proposal goes with approve and one ID; see watashictl member %s --help", argv[0]);
	changes.items = arena_array(ctl->arena, struct record_file, MEMBERSHIP_CHANGES);
	while (changes.count < MEMBERSHIP_CHANGES && ids[changes.count]) {
		json_t *change = json_pack("{s:s,s:s}", "action", argv[0], "id", ids[changes.count]);

		if (!change) {
			record_files_release(&changes);
			return misused("\"%s\" is no member's id", ids[changes.count]);
		}
		changes.items[changes.count++] = (struct record_file){ NULL, change };
		if (wish.proposal) {
			json_object_set_new(change, "proposal", json_string(wish.proposal));
		} else if (strcmp(argv[0], "approve") == 0 && proposal_take(ctl, change, &why) != OK) {
			record_files_release(&changes);
			return refused(&why);
		}
	}
	ending = change_run(ctl, &wish, &changes);
	record_files_release(&changes);
	return ending;
}
