/* tools/ctl/status.c - `watashictl status`: processes, store, publication and keys, as the daemon sees them. */
#include <stdio.h>

#include "ctl/client.h"

static void
value_show(const char *name, const json_t *value)
{
	char *text;

	if (json_is_string(value)) {
		printf("  %s %s", name, json_string_value(value));
		return;
	}
	text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
	printf("  %s %s", name, text ? text : "?");
	free(text);
}

/* "worker-1    pid 4711  started …": the first member is what the line is about. */
static void
object_show(const char *heading, json_t *object)
{
	const char *name;
	json_t *value;

	printf("%-12s", heading);
	json_object_foreach(object, name, value)
		value_show(name, value);
	putchar('\n');
}

static void
publication_show(const json_t *publication)
{
	if (!json_is_object(publication)) {
		printf("%-12s  nothing is published yet\n", "publication");
		return;
	}
	printf("%-12s  generation %lld of %s, valid until %s\n", "publication", answer_number(publication, "generation"),
	    answer_text(publication, "published"), answer_text(publication, "valid_until"));
	printf("%-12s  signed by %s, again at %s at the latest\n", "", answer_text(publication, "key"),
	    answer_text(publication, "refresh_at"));
	printf("%-12s  %lld entities: %lld identity providers, %lld relying parties\n", "",
	    answer_number(publication, "entities"), answer_number(publication, "idps"), answer_number(publication, "rps"));
}

enum ending
status_run(struct ctl *ctl, int argc, char **argv)
{
	static const struct usage usage = {
		.synopsis = "status",
		.about = "What the daemon's processes do, what is published and until when, and where each key is in its life.",
	};
	static const struct question question = { .path = "/v1/control/status" };
	json_t *answer, *value, *item;
	struct problem why;
	enum ending ending;
	const char *name;
	size_t i;

	if (!arguments_read(ctl, &usage, argc, argv, NULL, &ending))
		return ending;
	if (ctl_ask(ctl, &question, &answer, &why) != OK)
		return refused(&why);
	if (ctl->json) {
		answer_print(answer);
		json_decref(answer);
		return DONE;
	}
	publication_show(json_object_get(answer, "publication"));
	json_object_foreach(answer, name, value) {
		if (json_is_array(value))
			json_array_foreach(value, i, item)
				object_show(i ? "" : name, item);
		else if (json_is_object(value) && strcmp(name, "publication") != 0)
			object_show(name, value);
	}
	json_decref(answer);
	return DONE;
}
