/* tools/ctl/jpki_log.c - `watashictl jpki log`: the operation log of verifications, as it must be kept until the next
 * accreditation.
 *
 *     a part -> shown -> the next part … -> how many there were
 */
#include <stdio.h>

#include "codec/text.h"
#include "ctl/client.h"
#include "ctl/jpki.h"

struct reading {
	struct ctl *ctl;
	const char *query;          /* what every part is asked with */
	unsigned long long shown;
};

static void
check_show(const json_t *c)
{
	const json_t *revocation = json_object_get(c, "revocation");
	const char *medium = answer_text(c, "medium"), *kind = answer_text(revocation, "kind");
	const char *continuity = answer_text(c, "continuity");

	printf("%s %-12s %-20s %s\n    %s%s%s; %s%s%s%s%s%s%s%s; by %s\n", answer_text(c, "at"),
	    answer_text(c, "outcome"), answer_text(c, "member"), answer_text(c, "relying_party"),
	    answer_text(c, "purpose"), medium[0] ? ", " : "", medium,
	    continuity[0] ? "the same person's as before: " : "revocation ",
	    continuity[0] ? continuity : answer_text(revocation, "status"),
	    kind[0] ? " by " : "", kind, answer_text(revocation, "source")[0] ? " " : "",
	    answer_text(revocation, "source"),
	    json_is_true(json_object_get(c, "charged")) ? ", charged" : "",
	    json_is_true(json_object_get(c, "further")) ? ", a further source of the same" : "",
	    answer_text(c, "operator"));
}

static void
part_show(struct reading *r, const json_t *answer)
{
	const json_t *checks = json_object_get(answer, "checks"), *check;
	size_t i;

	json_array_foreach (checks, i, check) {
		if (!r->ctl->json) {
			check_show(check);
		} else {
			if (r->shown + i)
				putchar(',');
			json_dumpf(check, stdout, JSON_COMPACT);
		}
	}
	r->shown += i;
}

static enum err
show_all(struct reading *r, struct problem *why)
{
	const char *after = "";

	if (r->ctl->json)
		printf("{\"checks\":[");
	do {
		struct ctl_question question = { .path = arena_print(r->ctl->arena, "/v1/control/jpki/log?%s%s%s",
		    r->query, after[0] ? "&after=" : "", after) };
		json_t *answer;

		if (ctl_ask(r->ctl, &question, &answer, why) != OK)
			return why->code;
		part_show(r, answer);
		after = arena_text(r->ctl->arena, span_text(answer_text(answer, "next")));
		json_decref(answer);
	} while (after[0]);
	return OK;
}

/* "name=value", joined. */
static const char *
with(struct ctl *ctl, const char *query, const char *name, const char *value)
{
	if (!value)
		return query;
	return arena_print(ctl->arena, "%s%s%s=%.*s", query, query[0] ? "&" : "", name,
	    SPAN_ARGS(percent_write(ctl->arena, span_text(value))));
}

/* What the server says of a name in the query is said of the option that gave it. */
static void
flag_named(const struct flag *flags, struct problem *why)
{
	struct problem was = *why;

	for (; flags->name; flags++)
		if (span_starts(span_text(was.text), flags->name) && was.text[strlen(flags->name)] == ':')
			problem_set(why, was.code, was.clause, "--%s", was.text);
}

/* A day is Japan's, from midnight on. */
static bool
take_time(struct ctl *ctl, const char **text)
{
	struct instant time;

	if (*text && strlen(*text) == strlen("2026-11-01"))
		*text = arena_print(ctl->arena, "%sT00:00:00+09:00", *text);
	return !*text || instant_read(span_text(*text), &time);
}

enum ending
jpki_log(struct ctl *ctl, int argc, char **argv)
{
	const char *from = NULL, *until = NULL, *member = NULL, *outcome = NULL;
	const struct flag flags[] = {
		{ .name = "from", .argument = "TIME", .help = "from then on (2026-11-01, of Japan; or with a time)",
		    .text = &from },
		{ .name = "until", .argument = "TIME", .help = "before then; until now", .text = &until },
		{ .name = "member", .argument = "MEMBER", .help = "what this member had checked", .text = &member },
		{ .name = "outcome", .argument = "WORD", .help = "established, refuted or undetermined",
		    .text = &outcome },
		{ 0 },
	};
	const struct usage usage = {
		.synopsis = "jpki log [--from TIME] [--until TIME] [--member MEMBER] [--outcome WORD]",
		.about = "The operation log of checks of the My Number card's certificates, oldest first: who had one "
			 "checked, for\nwhom, on whose accreditation, against which source, and what came of it. "
			 "It is kept until the next accreditation\n(Rule 82(6); jpki/retention in the configuration). "
			 "Nothing in it tells of the person.",
		.flags = flags,
	};
	struct reading r = { .ctl = ctl, .query = "" };
	struct problem why;
	enum ending ending;

	if (!arguments_read(ctl, &usage, argc, argv, NULL, &ending))
		return ending;
	if (!take_time(ctl, &from) || !take_time(ctl, &until))
		return misused("--from, --until: expected a day such as 2026-11-01, or a time such as "
		    "2026-11-01T09:00:00+09:00");
	r.query = with(ctl, r.query, "from", from);
	r.query = with(ctl, r.query, "until", until);
	r.query = with(ctl, r.query, "member", member);
	r.query = with(ctl, r.query, "outcome", outcome);
	if (show_all(&r, &why) != OK) {
		flag_named(flags, &why);
		return refused(&why);
	}
	if (ctl->json)
		printf("]}\n");
	else
		printf("%llu rows\n", r.shown);
	return DONE;
}
