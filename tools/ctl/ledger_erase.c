/* tools/ctl/ledger_erase.c - `watashictl ledger erase`: a person's decisions taken out of the ledger, for good.
 *
 *     search, part by part -> shown -> asked whether -> erased, some thousands at a time -> what became of it
 */
#include <stdio.h>
#include <stdlib.h>

#include "ctl/client.h"
#include "ctl/ledger.h"
#include "transaction/decision/erasure.h"

struct erasing {
	struct ctl *ctl;
	const char *type, *id, *member, *reason;
	bool dry_run, yes;
	json_t *found;              /* IDs */
	json_t *unreadable;         /* IDs of entries that may be the person's, too */
	const char *why;            /* the first of them cannot be read */
	json_t *entries;            /* of the ledger, which tell of it */
	long long searched, erased, gone, had, needed;
	bool waits;
};

/* Looking */

static enum err
ask(const struct erasing *g, const char *path, json_t *body, json_t **answer, struct problem *why)
{
	struct ctl_question question = { .path = path, .post = true, .content_type = "application/json" };
	char *text = json_dumps(body, JSON_COMPACT);

	json_decref(body);
	*answer = NULL;
	if (!text)
		return problem_set(why, ERR_SYNTAX, "RFC 8259", "the request cannot be written as JSON");
	question.body = span_text(text);
	ctl_ask(g->ctl, &question, answer, why);
	free(text);
	return why->code;
}

static json_t *
body_new(const struct erasing *g)
{
	return json_pack("{s:{s:s,s:s},s:s}", "subject", "type", g->type, "id", g->id, "member",
	    g->member ? g->member : "");
}

static enum err
search(struct erasing *g, struct problem *why)
{
	const char *from = arena_text(g->ctl->arena, span_text(""));
	enum err err;

	do {
		json_t *body = body_new(g), *answer;

		json_object_set_new(body, "from", json_string(from));
		err = ask(g, "/v1/control/erasures/search", body, &answer, why);
		if (err != OK)
			break;
		json_array_extend(g->found, json_object_get(answer, "found"));
		json_array_extend(g->unreadable, json_object_get(answer, "unreadable"));
		if (!g->why && answer_text(answer, "why")[0])
			g->why = arena_text(g->ctl->arena, span_text(answer_text(answer, "why")));
		g->searched += answer_number(answer, "searched");
		if (!g->ctl->json)
			progress_show("looking through the ledger", (uint64_t)g->searched,
			    (uint64_t)answer_number(answer, "size"));
		from = arena_text(g->ctl->arena, span_text(answer_text(answer, "next")));
		json_decref(answer);
	} while (from[0]);
	if (!g->ctl->json)
		progress_end();
	return err;
}

/* Asking */

static bool
is_wanted(const struct erasing *g)
{
	return g->yes || is_confirmed(arena_print(g->ctl->arena,
	    "%zu decisions will be erased from the ledger. Nothing brings them back.", json_array_size(g->found)),
	    "Erase them?", "Nothing was erased");
}

/* Erasing */

static enum err
erase_part(struct erasing *g, size_t from, struct problem *why)
{
	json_t *body = body_new(g), *ids = json_array(), *answer;
	const json_t *approvals;

	for (size_t i = from; i < json_array_size(g->found) && i < from + ERASURE_AT_ONCE; i++)
		json_array_append(ids, json_array_get(g->found, i));
	json_object_set_new(body, "reason", json_string(g->reason));
	json_object_set_new(body, "entries", ids);
	if (ask(g, "/v1/control/erasures", body, &answer, why) != OK)
		return why->code;
	g->waits = strcmp(answer_text(answer, "outcome"), "waits") == 0;
	g->erased += answer_number(answer, "erased");
	g->gone += answer_number(answer, "gone");
	if (answer_text(answer, "entry")[0])
		json_array_append(g->entries, json_object_get(answer, "entry"));
	approvals = json_object_get(answer, "approvals");
	g->had = answer_number(approvals, "had");
	g->needed = answer_number(approvals, "needed");
	json_decref(answer);
	return OK;
}

static enum err
erase(struct erasing *g, struct problem *why)
{
	enum err err = OK;

	for (size_t from = 0; err == OK && !g->waits && from < json_array_size(g->found); from += ERASURE_AT_ONCE)
		err = erase_part(g, from, why);
	if (err != OK && g->erased)
		fprintf(stderr, "watashictl: %lld were erased before this; say the same again for the others\n",
		    g->erased);
	return err;
}

static const char *
what_became(const struct erasing *g)
{
	if (json_array_size(g->found) == 0)
		return "nothing";
	if (g->dry_run)
		return "dry-run";
	return g->waits ? "waits" : g->erased ? "erased" : "gone";
}

static void
report_words(const struct erasing *g)
{
	size_t found = json_array_size(g->found), i;
	const json_t *entry;

	if (found == 0) {
		printf("none of %lld entries is a decision about %s:%s%s%s: none was recorded, or all were erased "
		    "before\n",
		    g->searched, g->type, g->id, g->member ? " that was asked for by " : "", g->member ? g->member
		    : "");
		return;
	}
	if (g->dry_run) {
		printf("%zu decisions of %lld entries are about this subject; nothing was erased\n", found,
		    g->searched);
		return;
	}
	if (g->waits) {
		printf("Nothing is erased yet: %lld of %lld operators want it. Within a week another one says the\n"
		       "same, subject, member and reason to the letter.\n", g->had, g->needed);
		return;
	}
	if (!g->erased) {
		printf("all %lld decisions were erased already, by who was quicker; nothing is left to erase\n",
		    g->gone);
		return;
	}
	printf("erased %lld decisions; their places in the ledger and every proof remain\n", g->erased);
	json_array_foreach(g->entries, i, entry)
		printf("told by entry %s\n", json_string_value(entry));
	puts("Backups made before still hold them: watashictl(1) says what to do.");
}

/* Refused: nothing matched, or not everything could be looked at. */
static enum ending
report(const struct erasing *g)
{
	size_t unreadable = json_array_size(g->unreadable);

	if (g->ctl->json) {
		json_t *answer = json_pack("{s:s,s:I,s:I,s:O,s:I,s:I,s:{s:I,s:I},s:O}", "outcome", what_became(g),
		    "searched", (json_int_t)g->searched,
		    "found", (json_int_t)json_array_size(g->found),
		    "unreadable", g->unreadable,
		    "erased", (json_int_t)g->erased,
		    "gone", (json_int_t)g->gone,
		    "approvals", "had", (json_int_t)g->had, "needed", (json_int_t)g->needed,
		    "entries", g->entries);

		answer_print(answer);
		json_decref(answer);
	} else {
		report_words(g);
	}
	if (unreadable)
		fprintf(stderr, "watashictl: %zu entries cannot be read and may be about this subject, too: %s%s\n",
		    unreadable, g->why, unreadable > 1 ? "; --json names all" : "");
	return unreadable || json_array_size(g->found) == 0 ? REFUSED : DONE;
}

/* The type ends at the first colon; an ID may have more of them. */
static bool
subject_read(struct erasing *g, const char *subject)
{
	const char *colon = subject ? strchr(subject, ':') : NULL;

	if (!colon || colon == subject || !colon[1])
		return false;
	g->type = arena_text(g->ctl->arena, span_of(subject, (size_t)(colon - subject)));
	g->id = colon + 1;
	return true;
}

enum ending
ledger_erase(struct ctl *ctl, int argc, char **argv)
{
	struct erasing g = { .ctl = ctl };
	const char *subject = NULL;
	const struct flag flags[] = {
		{ .name = "subject", .argument = "TYPE:ID",
		    .help = "whose decisions, as they were asked for: user:alice", .text = &subject },
		{ .name = "member", .argument = "MEMBER", .help = "only those that this member asked for",
		    .text = &g.member },
		{ .name = "reason", .argument = "TEXT", .help = "why; it stays in the ledger, so it names nobody",
		    .text = &g.reason },
		{ .name = "dry-run", .help = "only tell how many there are", .set = &g.dry_run },
		{ .name = "yes", .help = "do not ask whether", .set = &g.yes },
		{ 0 },
	};
	const struct usage usage = {
		.synopsis = "ledger erase --subject TYPE:ID [--member MEMBER] --reason TEXT [--dry-run] [--yes]",
		.about = "Erases the contents and salts of all recorded decisions about a person, for good. The\n"
		         "leaves stay, and so does every proof; an entry tells how many, why, when and by whom, not\n"
		         "whose. It takes as many operators as raising trust does: each says the same.",
		.flags = flags,
	};
	struct problem why;
	enum ending ending;

	if (!arguments_read(ctl, &usage, argc, argv, NULL, &ending))
		return ending;
	if (!subject_read(&g, subject))
		return misused("--subject: expected TYPE:ID, such as user:alice, found %s%s%s",
		    subject ? "\"" : "nothing", subject ? subject : "", subject ? "\"" : "");
	if (!g.dry_run && (!g.reason || !g.reason[0]))
		return misused("--reason: expected why, found nothing");
	g.found = json_array();
	g.unreadable = json_array();
	g.entries = json_array();
	if (search(&g, &why) != OK)
		ending = refused(&why);
	else if (!g.dry_run && json_array_size(g.found) && !is_wanted(&g))
		ending = REFUSED;
	else if (!g.dry_run && erase(&g, &why) != OK)
		ending = refused(&why);
	else
		ending = report(&g);
	json_decref(g.found);
	json_decref(g.unreadable);
	json_decref(g.entries);
	return ending;
}
