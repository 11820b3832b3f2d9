/* tools/ctl/person_erase.c - `watashictl person erase`: an account erased for good, on its person's request
 * (transaction/account/erasure_order.h).
 */
#include <stdio.h>

#include "codec/text.h"
#include "ctl/client.h"
#include "ctl/person.h"

static bool
is_wanted(struct ctl *ctl, const char *number)
{
	return is_confirmed(arena_print(ctl->arena, "The account %s will be erased: what is known of the person, every "
	    "authenticator, and what was decided\nwhen the person logged in. Nothing brings it back.", number),
	    "Erase it?", "Nothing was erased");
}

static void
report(const char *number, const json_t *answer)
{
	const json_t *approvals = json_object_get(answer, "approvals");

	if (strcmp(answer_text(answer, "outcome"), "waits") == 0) {
		printf("%s: nothing is erased yet, %lld of %lld operators want it. Within a week another one says the "
		    "same.\n", number, answer_number(approvals, "had"), answer_number(approvals, "needed"));
		return;
	}
	printf("erased the account, %lld rows and %lld decisions; their places in the ledger and every proof remain\n"
	    "told by entry %s\n", answer_number(answer, "rows"), answer_number(answer, "decisions"),
	    answer_text(answer, "entry"));
	if (answer_number(answer, "unread"))
		printf("It is not whole: %lld of these rows could not be read, being of a form this version does "
		    "not know.\nWhat only they led to may be left: decisions in the ledger, index rows of "
		    "authenticators and certificates.\n", answer_number(answer, "unread"));
	puts("Backups made before still hold it: watashictl(1) says what to do.");
}

enum ending
person_erase(struct ctl *ctl, int argc, char **argv)
{
	bool yes = false;
	const struct flag flags[] = {
		{ .name = "yes", .help = "do not ask whether", .set = &yes },
		{ 0 },
	};
	const struct usage usage = {
		.synopsis = "person erase NUMBER [--yes]",
		.about = "Erases an account for good, as its person can alone: for who asks for it and cannot log in.\n"
		         "The ledger keeps every proof, and an entry that an account was erased, not whose. It takes\n"
		         "as many operators as raising trust does, each of whom says the same; the person is told.",
		.flags = flags,
		.least = 1,
		.most = 1,
	};
	const char *number;
	struct problem why;
	enum ending ending;
	json_t *answer;

	if (!arguments_read(ctl, &usage, argc, argv, &number, &ending))
		return ending;
	if (!yes && !is_wanted(ctl, number))
		return REFUSED;
	if (ctl_ask(ctl, &(struct ctl_question){ .post = true, .path = arena_print(ctl->arena,
	    "/v1/control/persons/%.*s/erase", SPAN_ARGS(percent_write(ctl->arena, span_text(number)))) }, &answer,
	    &why) != OK)
		return refused(&why);
	if (ctl->json)
		answer_print(answer);
	else
		report(number, answer);
	json_decref(answer);
	return DONE;
}
