/* tools/ctl/import.c - `watashictl import`: a metadata file goes to the daemon, and what it said of each entity is
 * shown. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "codec/text.h"
#include "ctl/member.h"
#include "ctl/publish.h"
#include "ctl/source.h"
#include "registry/metadata.h"

struct wish {
	const char *file, *source;
	bool dry_run, keep_missing, allow_empty, no_wait;
};

static const struct usage usage = {
	.synopsis = "import FILE [options]",
	.about =
	    "Takes the entities of a SAML metadata file into the registry, then publishes. What the same source\n"
	    "brought before and brings no more is removed. A bad entity is refused with its reason and does not stop\n"
	    "the others.",
	.least = 1,
	.most = 1,
};

static enum err
file_map(const char *path, struct span *out, struct problem *why)
{
	struct stat found;
	void *mapped;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &found) != 0) {
		problem_errno(why, errno, "%s", path);
		if (fd >= 0)
			close(fd);
		return why->code;
	}
	if (!S_ISREG(found.st_mode) || found.st_size == 0 || (uint64_t)found.st_size > METADATA_LARGEST) {
		close(fd);
		return problem_set(why, ERR_LIMIT, "", "%s: expected a file of 1 to %zu bytes, found %s of %lld", path,
		    METADATA_LARGEST, S_ISREG(found.st_mode) ? "one" : "something else", (long long)found.st_size);
	}
	mapped = mmap(NULL, (size_t)found.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (mapped == MAP_FAILED) {
		problem_errno(why, errno, "%s", path);
		close(fd);
		return why->code;
	}
	close(fd);
	*out = span_of(mapped, (size_t)found.st_size);
	return OK;
}

static enum err
import_ask(struct ctl *ctl, const struct wish *wish, json_t **answer, struct problem *why)
{
	struct ctl_question question = {
		.post = true,
		.content_type = "application/samlmetadata+xml",
		.progress = "importing",
	};

	if (file_map(wish->file, &question.body, why) != OK)
		return why->code;
	question.path = arena_print(ctl->arena,
	    "/v1/control/import?source=%.*s&dry_run=%s&keep_missing=%s&allow_empty=%s",
	    SPAN_ARGS(percent_write(ctl->arena, span_text(wish->source))), wish->dry_run ? "true" : "false",
	    wish->keep_missing ? "true" : "false", wish->allow_empty ? "true" : "false");
	ctl_ask(ctl, &question, answer, why);
	munmap((void *)(uintptr_t)question.body.data, question.body.size);
	return why->code;
}

void
import_report_show(const char *from, bool dry_run, const json_t *report)
{
	const json_t *refused_ones = json_object_get(report, "refused"), *counts = json_object_get(report, "findings"),
		     *r;
	size_t i;

	json_array_foreach(refused_ones, i, r) {
		const char *entity = answer_text(r, "entity_id"), *clause = answer_text(r, "clause");

		printf("%s:%lld: %s%s%s", from, answer_number(r, "line"), entity, entity[0] ? ": " : "",
		    answer_text(r, "reason"));
		printf(clause[0] ? " (%s)\n" : "%s\n", clause);
	}
	if (json_array_size(counts)) {
		puts("The rules found, by rule (watashictl finding list tells where):");
		finding_counts_show(counts);
	}
	printf("%s%lld added, %lld changed, %lld unchanged, %lld removed, %zu refused\n",
	    dry_run ? "nothing was changed; this would be: " : "", answer_number(report, "added"),
	    answer_number(report, "changed"), answer_number(report, "unchanged"), answer_number(report, "removed"),
	    json_array_size(refused_ones));
}

enum ending
import_run(struct ctl *ctl, int argc, char **argv)
{
	struct wish wish = { 0 };
	const struct flag flags[] = {
		{ .name = "source", .argument = "NAME", .help = "the name it is kept under (the file's own)",
		    .text = &wish.source },
		{ .name = "dry-run", .help = "say what would change, change nothing", .set = &wish.dry_run },
		{ .name = "keep-missing", .help = "remove nothing", .set = &wish.keep_missing },
		{ .name = "allow-empty", .help = "a file without any entity withdraws all of the source",
		    .set = &wish.allow_empty },
		{ .name = "no-wait", .help = "do not publish; the daemon does so by itself", .set = &wish.no_wait },
		{ 0 },
	};
	struct usage full = usage;
	enum ending ending;
	struct problem why;
	json_t *imported;
	bool whole;

	full.flags = flags;
	if (!arguments_read(ctl, &full, argc, argv, &wish.file, &ending))
		return ending;
	if (!wish.source) {
		const char *slash = strrchr(wish.file, '/');

		wish.source = slash ? slash + 1 : wish.file;
	}
	if (import_ask(ctl, &wish, &imported, &why) != OK)
		return refused(&why);
	whole = json_array_size(json_object_get(imported, "refused")) == 0;
	if (!ctl->json)
		import_report_show(wish.file, wish.dry_run, imported);
	ending = whole ? DONE : REFUSED;
	if (change_publish(ctl, imported, !wish.dry_run && !wish.no_wait, "the entities are") != DONE)
		ending = REFUSED;
	if (!ctl->json && !whole && !wish.dry_run)
		puts("What was refused above is not in the registry; everything else is.");
	json_decref(imported);
	return ending;
}
