/* tools/testcard/crl.c - the command that writes a municipality's revocation list. */
#include <stdio.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "testcard/command.h"
#include "testcard/draft.h"
#include "testcard/index.h"
#include "testcard/list.h"
#include "testcard/list_signer.h"

#define ARENA (512 * MIB)
#define FILLING_MOST 200000000L
#define NUMBERS_LARGEST (4 * MIB)

struct wishes {
	const char *purpose, *municipality, *generation, *entries, *next, *at, *number, *out;
	bool delta, authorities, reasons, signer;
};

/* What was written before, a line for each list in DIR/crl/PURPOSE/numbers: its point, the number of the last, of the
 * last complete one, and when that was made. */
struct numbers {
	const char *path, *point;
	uint64_t last, complete;
	struct instant complete_at;
	struct span others;      /* the other lines */
};

static enum err
numbers_read(struct arena *a, const char *folder, const char *point, struct numbers *out, struct problem *why)
{
	struct buffer others = buffer_init(NUMBERS_LARGEST);
	struct span text = { 0 };
	enum err err;

	*out = (struct numbers){ .path = arena_print(a, "%s/numbers", folder), .point = point };
	err = file_take(a, out->path, NUMBERS_LARGEST, &text, why);
	if (err != OK && err != ERR_NOT_FOUND)
		return err;
	while (text.size) {
		struct span line = span_cut(&text, '\n'), fields = line;

		if (!span_is(span_cut(&fields, ' '), point)) {
			buffer_add(&others, line);
			buffer_byte(&others, '\n');
		} else if (!span_number(span_cut(&fields, ' '), &out->last) ||
		    !span_number(span_cut(&fields, ' '), &out->complete) || !instant_read(fields, &out->complete_at)) {
			buffer_release(&others);
			return problem_set(why, ERR_SYNTAX, "", "%s: the line of %s cannot be read", out->path, point);
		}
	}
	out->others = arena_copy(a, buffer_span(&others));
	buffer_release(&others);
	return OK;
}

static enum err
numbers_write(struct arena *a, const struct numbers *n, struct problem *why)
{
	char time[INSTANT_TEXT];

	return file_replace(n->path, 0644,
	    span_text(arena_print(a, "%.*s%s %llu %llu %s\n", SPAN_ARGS(n->others), n->point,
		(unsigned long long)n->last, (unsigned long long)n->complete, instant_text(n->complete_at, time))),
	    why);
}

/* What is revoked of this point, in all generations: they share their name, so they share its lists. Since `since`
 * only what came, or was released; complete lists ({0}) have no released ones. */
static enum err
entries_find(struct arena *a, const char *directory, enum purpose purpose, const char *point, struct instant since,
    struct list_plan *plan, struct problem *why)
{
	unsigned newest = world_generation(a, directory, purpose);
	struct listed *entries = NULL;
	enum err err = OK;

	for (unsigned g = 1; g <= newest && err == OK; g++) {
		struct issued *rows;
		struct listed *more;
		size_t count = 0;

		err = issued_read(
		    a, arena_print(a, "%s/%s/%u", directory, purpose_shapes[purpose].folder, g), &rows, &count, why);
		if (err != OK)
			return err;
		more = arena_array(a, struct listed, plan->entry_count + count);
		if (plan->entry_count)
			memcpy(more, entries, plan->entry_count * sizeof(*more));
		entries = more;
		for (size_t i = 0; i < count; i++)
			if (strcmp(rows[i].point, point) == 0 && rows[i].revoked_at.us &&
			    (since.us ? !instant_before(rows[i].revoked_at, since) : rows[i].revoked))
				entries[plan->entry_count++] = (struct listed){
					asn_number(a, strtoul(rows[i].serial, NULL, 16)), rows[i].revoked_at,
					reason_number(rows[i].reason),
				};
	}
	plan->entries = entries;
	return err;
}

/* What the plan says itself; everything beside it from the world. */
static enum err
list_plan(struct arena *a, const char *directory, const struct wishes *w, enum purpose purpose,
    const struct municipality *m, struct numbers *numbers, struct list_plan *plan, struct problem *why)
{
	uint64_t number = 0;
	long filling;
	int64_t next;
	enum err err = option_time("at", w->at, &plan->this_update, why);

	if (err != OK)
		return err;
	if (!option_number(w->entries, 0, FILLING_MOST, &filling))
		return problem_set(why, ERR_SYNTAX, "", "--entries: expected 0 to %ld, found \"%s\"", FILLING_MOST,
		    w->entries);
	if (!duration_read(span_text(w->next), &next))
		return problem_set(why, ERR_SYNTAX, "", "--next: expected a duration such as P1D, found \"%s\"",
		    w->next);
	if (w->number && !span_number(span_text(w->number), &number))
		return problem_set(why, ERR_SYNTAX, "", "--number: expected a number, found \"%s\"", w->number);
	if (w->delta && !numbers->complete)
		return problem_set(why, ERR_NOT_FOUND, "RFC 5280 s5.2.4",
		    "--delta: no complete list of %s was made before", numbers->point);
	plan->next_update = instant_after(plan->this_update, next);
	plan->filling = (uint64_t)filling;
	plan->filling_reasons = w->reasons;
	plan->authorities_only = w->authorities;
	plan->point = w->authorities ? plan->authority->name : point_name(a, purpose, m);
	plan->number = numbers->last = w->number ? number : numbers->last + 1;
	plan->base_number = w->delta ? numbers->complete : 0;
	err = w->authorities ? OK : entries_find(a, directory, purpose, numbers->point,
	    w->delta ? numbers->complete_at : (struct instant){ 0 }, plan, why);
	if (!w->delta) {
		numbers->complete = plan->number;
		numbers->complete_at = plan->this_update;
	}
	return err;
}

static enum err
list_make(struct arena *a, const char *directory, const struct wishes *w, const char **path, struct problem *why)
{
	enum purpose purpose = purpose_read(w->purpose);
	struct authority ca = { 0 }, signer = { 0 };
	struct list_plan plan = { .authority = w->signer ? &signer : &ca };
	struct municipality m;
	struct numbers numbers;
	struct draft d = { 0 };
	const char *folder;
	long generation;
	enum err err;

	if (purpose == PURPOSES)
		return problem_set(why, ERR_SYNTAX, "", "--purpose: expected signature or authentication, found \"%s\"",
		    w->purpose);
	if (!option_number(w->generation, 0, GENERATIONS, &generation))
		return problem_set(why, ERR_SYNTAX, "", "--generation: expected 1 to %d, found \"%s\"", GENERATIONS,
		    w->generation);
	if ((err = municipality_read(a, w->municipality, &m, why)) != OK)
		return err;
	folder = arena_print(a, "%s/crl/%s", directory, purpose_shapes[purpose].folder);
	*path = w->out ? w->out : w->authorities ? arena_print(a, "%s/authorities.crl", folder) :
	    arena_print(a, "%s/%s/%s%s.crl", folder, m.prefecture, m.name, w->delta ? ".delta" : "");
	if ((err = authority_open(a, directory, purpose, (unsigned)generation, &ca, why)) == OK &&
	    (err = w->signer ? list_signer_open(a, &ca, &signer, why) : OK) == OK &&
	    (err = directory_make(a, w->authorities ? folder : arena_print(a, "%s/%s", folder, m.prefecture), why)) ==
		OK &&
	    (err = numbers_read(a, folder,
		 w->authorities ? "authorities" : arena_print(a, "%s/%s", m.prefecture, m.name), &numbers, why)) ==
		OK &&
	    (err = list_plan(a, directory, w, purpose, &m, &numbers, &plan, why)) == OK &&
	    (err = draft_begin(&d, *path, 0644, why)) == OK) {
		list_write(a, &plan, d.file);
		err = draft_end(&d, true, why);
	}
	authority_close(&signer);
	authority_close(&ca);
	return err == OK ? numbers_write(a, &numbers, why) : err;
}

enum ending
crl_command(int argc, char **argv)
{
	struct wishes w = {
		.purpose = "signature",
		.municipality = "Tokyo-to/Shibuya-ku",
		.generation = "0",
		.entries = "0",
		.next = "P1D",
	};
	const struct option_row options[] = {
		{ "purpose", "WORD", "signature or authentication (signature)", &w.purpose, NULL, NULL },
		{ "municipality", "NAME", "whose list (Tokyo-to/Shibuya-ku)", &w.municipality, NULL, NULL },
		{ "authorities", NULL, "the list of revoked authorities instead, an empty one", NULL, &w.authorities,
		    NULL },
		{ "delta", NULL, "only what came since its last complete one", NULL, &w.delta, NULL },
		{ "entries", "N", "and so many that are nobody's", &w.entries, NULL, NULL },
		{ "reasons", NULL, "with a reason for each of those", NULL, &w.reasons, NULL },
		{ "at", "TIME", "thisUpdate; now", &w.at, NULL, NULL },
		{ "next", "DURATION", "until nextUpdate (P1D)", &w.next, NULL, NULL },
		{ "number", "N", "cRLNumber; one more than the last", &w.number, NULL, NULL },
		{ "generation", "N", "of the authority that signs; the newest", &w.generation, NULL, NULL },
		{ "signer", NULL, "signed by whom the authority certified for it, GENERATION/list-signer.pem", NULL,
		    &w.signer, NULL },
		{ "out", "FILE", "instead of its place in DIRECTORY/crl", &w.out, NULL, NULL },
		{ 0 },
	};
	const struct command_usage usage = { "crl DIRECTORY [OPTION …]",
		"Writes a revocation list (DER), signed, and prints its path. A long one never lies in memory.",
		options, 1, 1 };
	struct arena a = arena_init(ARENA);
	const char *directory, *path = "";
	enum ending ending;
	struct problem why;

	if (options_read(PROGRAM, &usage, argc, argv, &directory, &ending)) {
		ending = DONE_WELL;
		if (list_make(&a, directory, &w, &path, &why) != OK)
			ending = failed(&why);
		else
			printf("%s\n", path);
	}
	arena_release(&a);
	return ending;
}
