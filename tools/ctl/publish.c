/* tools/ctl/publish.c - `watashictl publish`: what has changed is signed and served from now on. */
#include "ctl/publish.h"

#include <stdio.h>

#include "ctl/mirror.h"

static enum err
ask(struct ctl *ctl, bool all, json_t **answer, struct problem *why)
{
	const struct ctl_question question = {
		.path = all ? "/v1/control/publish?all=true" : "/v1/control/publish",
		.post = true,
		.progress = "publishing",
	};

	return ctl_ask(ctl, &question, answer, why);
}

static void
published_show(const json_t *answer)
{
	printf("generation %lld is current: %lld documents signed, %lld kept, %lld removed, in %lld ms\n",
	    answer_number(answer, "generation"), answer_number(answer, "signed"), answer_number(answer, "kept"),
	    answer_number(answer, "removed"), answer_number(answer, "milliseconds"));
	if (answer_number(answer, "left_out"))
		printf("%lld members are missing from the lists, for their records could not be used: see "
		       "publish.member_left_out in the log\n", answer_number(answer, "left_out"));
}

enum ending
change_publish(struct ctl *ctl, json_t *answer, bool publish, const char *what)
{
	json_t *published = NULL;
	enum ending ending = DONE;
	struct problem why;

	if (publish && ask(ctl, false, &published, &why) != OK) {
		fprintf(stderr, "watashictl: %s in the registry, but not yet published:\n", what);
		ending = refused(&why);
	}
	if (ctl->json && published)
		json_object_set(answer, "publication", published);
	if (ctl->json)
		answer_print(answer);
	else if (published)
		published_show(published);
	json_decref(published);
	return ending;
}

/* The daemon's files are read here, by whoever runs the command. */
static enum err
write_mirror(struct ctl *ctl, const char *directory, json_t *answer, struct problem *why)
{
	struct mirror_report report;
	struct config config;

	if (ctl_config(ctl, &config, why) != OK || mirror_write(&config, directory, &report, why) != OK)
		return why->code;
	json_object_set_new(answer, "mirror", json_pack("{s:s,s:I,s:I,s:I,s:I}",
	    "directory", directory,
	    "generation", (json_int_t)report.generation,
	    "files", (json_int_t)report.files,
	    "bytes", (json_int_t)report.bytes,
	    "unnamed", (json_int_t)report.unnamed));
	return OK;
}

static void
mirror_show(const json_t *mirror)
{
	printf("%s: generation %lld, %lld files, %lld bytes\n", answer_text(mirror, "directory"),
	    answer_number(mirror, "generation"), answer_number(mirror, "files"), answer_number(mirror, "bytes"));
	if (answer_number(mirror, "unnamed"))
		printf("%lld entity IDs are too long for a file name, or end like another's twin: those entities are "
		       "there by {sha1} only\n",
		    answer_number(mirror, "unnamed"));
}

enum ending
publish_run(struct ctl *ctl, int argc, char **argv)
{
	const char *out = NULL;
	bool all = false;
	const struct flag flags[] = {
		{ .name = "all", .help = "sign everything anew, changed or not", .set = &all },
		{ .name = "out", .argument = "DIR", .help = "write what is published then as files, for a CDN",
			.text = &out },
		{ 0 },
	};
	const struct usage usage = {
		.synopsis = "publish [--all] [--out DIR]",
		.about =
		    "Signs what has changed since the last publication and serves it. Ends when the new generation\nis "
		    "current. With --out the same bytes, all of one generation, take DIR's place, which is\nnew, empty,"
		    " or a mirror made before: a file for each path, its name percent-encoded as in\nthe URL, its gzip "
		    "twin beside it, and headers.json with the header fields of each.",
		.flags = flags,
	};
	struct problem why;
	enum ending ending;
	json_t *answer;

	if (!arguments_read(ctl, &usage, argc, argv, NULL, &ending))
		return ending;
	if (ask(ctl, all, &answer, &why) != OK)
		return refused(&why);
	if (!ctl->json)
		published_show(answer);
	if (out && write_mirror(ctl, out, answer, &why) != OK) {
		json_decref(answer);
		return refused(&why);
	}
	if (ctl->json)
		answer_print(answer);
	else if (out)
		mirror_show(json_object_get(answer, "mirror"));
	json_decref(answer);
	return DONE;
}
