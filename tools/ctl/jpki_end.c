/* tools/ctl/jpki_end.c - `watashictl jpki end` and `jpki resume`: proofing comes to its end, and is taken up again. */
#include <stdio.h>
#include <stdlib.h>

#include "ctl/client.h"
#include "ctl/jpki.h"

static enum err
say(struct ctl *ctl, const char *action, const char *reason, json_t **answer, struct problem *why)
{
	struct ctl_question question = { .path = "/v1/control/jpki", .post = true, .content_type = "application/json" };
	json_t *body = json_pack("{s:s,s:s}", "action", action, "reason", reason);
	char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;

	json_decref(body);
	if (!text)
		return problem_set(why, ERR_SYNTAX, "RFC 8259", "--reason: expected UTF-8");
	question.body = span_text(text);
	ctl_ask(ctl, &question, answer, why);
	free(text);
	return why->code;
}

static bool
is_outcome(const json_t *answer, const char *word)
{
	return strcmp(answer_text(answer, "outcome"), word) == 0;
}

/* The end */

static void
end_show(const json_t *answer)
{
	const char *watched = answer_text(answer, "watched");

	printf("proofing %s %s; nobody is proved any more\n", is_outcome(answer, "ended") ? "ended" : "had ended",
	    answer_text(answer, "ended"));
	if (json_is_true(json_object_get(answer, "erased")))
		puts("revocation data that was received is erased");
	else
		printf("NOT ERASED YET: %s\nThe daemon tries again by itself; watashictl status tells.\n",
		    answer_text(answer, "problem"));
	if (watched[0])
		printf("What was put into %s is not the daemon's to remove: erase it, too.\n", watched);
	puts("The operation log and the ledger are kept: watashictl jpki log.");
}

enum ending
jpki_end(struct ctl *ctl, int argc, char **argv)
{
	const char *reason = NULL;
	bool yes = false;
	const struct flag flags[] = {
		{ .name = "reason", .argument = "TEXT", .help = "why; it stays in the ledger", .text = &reason },
		{ .name = "yes", .help = "do not ask whether", .set = &yes },
		{ 0 },
	};
	const struct usage usage = {
		.synopsis = "jpki end --reason TEXT [--yes]",
		.about = "Ends proofing by the My Number card's certificates, as who stops it or loses the "
			 "accreditation must:\nfrom then on nobody is proved, and all revocation data that was "
			 "received is erased (施行令 15-3, 25-4).\nThe operation log stays as long as it is to be kept "
			     "(Rule 82(6)), and so "
			 "does the ledger, which tells of\nthis step. Status 1 when something could not be erased yet.",
		.flags = flags,
	};
	struct problem why;
	enum ending ending;
	json_t *answer;

	if (!arguments_read(ctl, &usage, argc, argv, NULL, &ending))
		return ending;
	if (!reason || !reason[0])
		return misused("--reason: expected why, found nothing");
	if (!yes && !is_confirmed("Nobody will be proved here any more, and all revocation data that was received will "
	    "be erased.", "End proofing?", "Nothing was ended"))
		return REFUSED;
	if (say(ctl, "end", reason, &answer, &why) != OK)
		return refused(&why);
	if (ctl->json)
		answer_print(answer);
	else
		end_show(answer);
	ending = json_is_true(json_object_get(answer, "erased")) ? DONE : REFUSED;
	json_decref(answer);
	return ending;
}

/* The resumption */

static void
resumption_show(const json_t *answer)
{
	const json_t *approvals = json_object_get(answer, "approvals");

	if (is_outcome(answer, "waits"))
		printf("Proofing is not resumed yet: %lld of %lld operators want it. Another one says the same.\n",
		    answer_number(approvals, "had"), answer_number(approvals, "needed"));
	else
		puts(is_outcome(answer, "resumed") ? "proofing is resumed" : "proofing had not ended");
}

enum ending
jpki_resume(struct ctl *ctl, int argc, char **argv)
{
	const char *reason = NULL;
	const struct flag flags[] = {
		{ .name = "reason", .argument = "TEXT", .help = "why; it stays in the ledger", .text = &reason },
		{ 0 },
	};
	const struct usage usage = {
		.synopsis = "jpki resume --reason TEXT",
		.about = "Takes proofing up again after it was ended, as who is accredited anew may. It takes as many\n"
			 "operators as raising trust does: each says so. Revocation lists are looked for at once.",
		.flags = flags,
	};
	struct problem why;
	enum ending ending;
	json_t *answer;

	if (!arguments_read(ctl, &usage, argc, argv, NULL, &ending))
		return ending;
	if (!reason || !reason[0])
		return misused("--reason: expected why, found nothing");
	if (say(ctl, "resume", reason, &answer, &why) != OK)
		return refused(&why);
	if (ctl->json)
		answer_print(answer);
	else
		resumption_show(answer);
	json_decref(answer);
	return DONE;
}
