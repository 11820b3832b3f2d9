/* tools/ctl/jpki_crl_refresh.c - `watashictl jpki crl refresh`: the daemon looks for new revocation lists now. */
#include <stdio.h>

#include "ctl/client.h"
#include "ctl/jpki.h"

enum ending
jpki_crl_refresh(struct ctl *ctl, int argc, char **argv)
{
	const struct flag flags[] = { { 0 } };
	const struct usage usage = {
		.synopsis = "jpki crl refresh",
		.about =
		    "Has the daemon look for new revocation lists now, wherever its configuration says. Ends when\n"
		    "it has tried each place once. What could not be had leaves the last good list in force;\n"
		    "then the status is 1.",
		.flags = flags,
	};
	const struct ctl_question question = {
		.path = "/v1/control/jpki/lists",
		.post = true,
		.progress = "looking for revocation lists",
	};
	struct problem why;
	enum ending ending;
	json_t *answer;

	if (!arguments_read(ctl, &usage, argc, argv, NULL, &ending))
		return ending;
	if (ctl_ask(ctl, &question, &answer, &why) != OK)
		return refused(&why);
	ending = answer_number(answer, "failed") ? REFUSED : DONE;
	if (ctl->json)
		answer_print(answer);
	else
		printf("%lld taken, %lld unchanged, %lld failed\n", answer_number(answer, "taken"),
		    answer_number(answer, "unchanged"), answer_number(answer, "failed"));
	if (!ctl->json && ending == REFUSED)
		printf("the first of those: %s\n", answer_text(answer, "problem"));
	json_decref(answer);
	return ending;
}
