/* tools/ctl/publish.c - `watashictl publish`: what has changed is signed and served from now on. */
#include "ctl/publish.h"

#include <stdio.h>

enum err
ctl_publish(struct ctl *ctl, bool all, json_t **answer, struct problem *why)
{
	const struct question question = {
		.path = all ? "/v1/control/publish?all=true" : "/v1/control/publish",
		.post = true,
		.progress = "publishing",
	};

	return ctl_ask(ctl, &question, answer, why);
}

void
published_show(const json_t *answer)
{
	printf("generation %lld is current: %lld documents signed, %lld kept, %lld removed, in %lld ms\n",
	    answer_number(answer, "generation"), answer_number(answer, "signed"), answer_number(answer, "kept"),
	    answer_number(answer, "removed"), answer_number(answer, "milliseconds"));
}

enum ending
publish_run(struct ctl *ctl, int argc, char **argv)
{
	bool all = false;
	const struct flag flags[] = {
		{ .name = "all", .help = "sign everything anew, changed or not", .set = &all },
		{ 0 },
	};
	const struct usage usage = {
		.synopsis = "publish [--all]",
		.about = "Signs what has changed since the last publication and serves it. Ends when the new generation is\n"
		         "current.",
		.flags = flags,
	};
	struct problem why;
	enum ending ending;
	json_t *answer;

	if (!arguments_read(ctl, &usage, argc, argv, NULL, &ending))
		return ending;
	if (ctl_publish(ctl, all, &answer, &why) != OK)
		return refused(&why);
	if (ctl->json)
		answer_print(answer);
	else
		published_show(answer);
	json_decref(answer);
	return DONE;
}
