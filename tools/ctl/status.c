/* tools/ctl/status.c - `watashictl status`: publication, members, sources, policies, processes, store and keys, as the
 * daemon sees them.
 */
#include <stdio.h>

#include "ctl/source.h"

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
	printf("%-12s  generation %lld of %s, valid until %s\n", "publication",
	    answer_number(publication, "generation"), answer_text(publication, "published"),
	    answer_text(publication, "valid_until"));
	printf("%-12s  signed by %s, again at %s at the latest\n", "", answer_text(publication, "key"),
	    answer_text(publication, "refresh_at"));
	printf("%-12s  %lld entities: %lld identity providers, %lld relying parties\n", "",
	    answer_number(publication, "entities"), answer_number(publication, "idps"),
	    answer_number(publication, "rps"));
	if (answer_number(publication, "left_out"))
		printf("%-12s  %lld members are missing from the lists: see publish.member_left_out in the log\n", "",
		    answer_number(publication, "left_out"));
}

static void
members_show(const json_t *members)
{
	const json_t *waiting = json_object_get(members, "waiting"), *id;
	size_t i;

	printf("%-12s  %lld approved, %lld applied, %lld suspended, %lld withdrawn\n", "members",
	    answer_number(members, "approved"), answer_number(members, "applied"), answer_number(members, "suspended"),
	    answer_number(members, "withdrawn"));
	json_array_foreach(waiting, i, id)
		printf("%-12s  %s waits for operators: watashictl member show %s\n", "", json_string_value(id),
		    json_string_value(id));
}

static void
sources_show(const json_t *sources)
{
	const json_t *source;
	size_t i;

	json_array_foreach(sources, i, source) {
		printf("%-12s  ", i ? "" : "sources");
		source_show(source);
	}
}

static void
callers_show(const json_t *callers)
{
	const json_t *name;
	size_t i;

	json_array_foreach(json_object_get(callers, "waiting"), i, name)
		printf("%-12s  %s waits for operators: watashictl token approve %s\n", i ? "" : "callers",
		    json_string_value(name), json_string_value(name));
}

static void
policies_show(const json_t *policies)
{
	const json_t *row;
	size_t i;

	printf("%-12s  %lld versions published\n", "policies", answer_number(policies, "published"));
	json_array_foreach(json_object_get(policies, "waiting"), i, row) printf("%-12s  %s %s waits for operators\n",
	    "", answer_text(row, "framework"), answer_text(row, "version"));
	if (answer_text(policies, "rejected")[0])
		printf("%-12s  NOT READ, of each framework stays what was read before: %s\n", "",
		    answer_text(policies, "rejected"));
}

/* Where none are kept nothing is said of them. */
static void
lists_show(const json_t *lists)
{
	const char *next = answer_text(lists, "next_update");
	const json_t *row;
	size_t i;

	if (!lists)
		return;
	printf("%-12s  %lld revocation lists at hand%s%s\n", "lists", answer_number(lists, "at_hand"),
	    next[0] ? ", the first ends " : "", next);
	if (answer_number(lists, "stale"))
		printf("%-12s  PAST THEIR END: %lld, nobody is good by those\n", "", answer_number(lists, "stale"));
	if (answer_number(lists, "damaged"))
		printf("%-12s  DAMAGED: %lld, nothing is known by those: watashictl jpki crl list\n", "",
		    answer_number(lists, "damaged"));
	json_array_foreach(json_object_get(lists, "failing"), i, row)
		printf("%-12s  NOT TAKEN since %s, tried %lld times, %s: %s\n", "", answer_text(row, "since"),
		    answer_number(row, "failures"), answer_text(row, "from"), answer_text(row, "problem"));
}

static void
revocation_sources_show(const json_t *sources)
{
	const json_t *source;
	size_t i;

	json_array_foreach(sources, i, source) {
		const char *answered = answer_text(source, "answered"), *failed = answer_text(source, "failed");

		printf("%-12s  %s (%s): %s%s\n", i ? "" : "revocation", answer_text(source, "name"),
		    answer_text(source, "kind"), answered[0] ? "answered last at " : "has not answered yet", answered);
		if (answer_number(source, "failures"))
			printf("%-12s  FAILS since %s, %lld times: %s\n", "", answer_text(source, "failing_since"),
			    answer_number(source, "failures"), answer_text(source, "problem"));
		else if (failed[0])
			printf("%-12s  failed last at %s: %s\n", "", failed, answer_text(source, "problem"));
	}
}

/* Nothing is said while it goes on. */
static void
proofing_end_show(const json_t *ended)
{
	const char *at = answer_text(ended, "at"), *erased = answer_text(ended, "erased");

	if (!json_is_object(ended))
		return;
	if (answer_text(ended, "problem")[0])
		printf("%-12s  NOBODY IS PROVED: %s\n", "proofing", answer_text(ended, "problem"));
	else
		printf("%-12s  ENDED at %s by %s: %s; what was received is %s%s\n", "proofing", at,
		    answer_text(ended, "actor"), answer_text(ended, "reason"),
		    erased[0] ? "erased, " : "NOT ERASED YET", erased);
}

/* Nothing is said of what is in force. */
static void
refused_show(const json_t *refused)
{
	static const struct { const char *name, *what; } kinds[] = {
		{ "configuration", "the configuration on disk" },
		{ "keys", "the keys there are now" },
	};

	for (size_t i = 0; i < COUNT(kinds); i++) {
		const json_t *refusal = json_object_get(refused, kinds[i].name);

		if (json_is_object(refusal))
			printf("%-12s  NOT IN FORCE since %s, %s: %s\n", kinds[i].name, answer_text(refusal, "since"),
			    kinds[i].what, answer_text(refusal, "why"));
	}
}

/* Where there are persons; counted since the daemon was started. */
static void
notices_show(const json_t *notices)
{
	const char *oldest = answer_text(notices, "oldest");

	if (!notices)
		return;
	printf("%-12s  %lld wait%s%s; %lld mailed, %lld pushed, %lld given up\n", "notices",
	    answer_number(notices, "waiting"), oldest[0] ? ", the oldest since " : "", oldest,
	    answer_number(notices, "mailed"), answer_number(notices, "pushed"), answer_number(notices, "given_up"));
	if (answer_number(notices, "failing"))
		printf("%-12s  COULD NOT BE SENT YET: %lld, delivery.not-now in the log says why\n", "",
		    answer_number(notices, "failing"));
}

static void
logins_show(const json_t *logins)
{
	if (logins)
		printf("%-12s  %lld begun, %lld were enough, %lld times not\n", "logins",
		    answer_number(logins, "begun"), answer_number(logins, "enough"),
		    answer_number(logins, "not_enough"));
}

/* Where relying parties are served. */
static void
sign_ons_show(const json_t *counts)
{
	if (counts)
		printf("%-12s  %lld done, %lld refused; %lld tokens signed, %lld introspected\n", "sign-ons",
		    answer_number(counts, "done"), answer_number(counts, "refused"), answer_number(counts, "tokens"),
		    answer_number(counts, "introspections"));
}

static void
logouts_show(const json_t *counts)
{
	if (counts)
		printf("%-12s  %lld wait to be told, %lld of them after a failure; %lld told, %lld given up\n",
		    "logouts",
		    answer_number(counts, "waiting"), answer_number(counts, "failing"), answer_number(counts, "told"),
		    answer_number(counts, "given_up"));
}

/* What has a form of its own; everything else is shown as it comes. */
static const struct {
	const char *name;
	void (*show)(const json_t *);
} parts[] = {
	{ "refused", refused_show },
	{ "publication", publication_show },
	{ "members", members_show },
	{ "sources", sources_show },
	{ "callers", callers_show },
	{ "policies", policies_show },
	{ "lists", lists_show },
	{ "revocation_sources", revocation_sources_show },
	{ "proofing_ended", proofing_end_show },
	{ "notices", notices_show },
	{ "logins", logins_show },
	{ "sign_ons", sign_ons_show },
	{ "logouts", logouts_show },
};

static bool
has_own_form(const char *name)
{
	for (size_t i = 0; i < COUNT(parts); i++)
		if (strcmp(parts[i].name, name) == 0)
			return true;
	return false;
}

enum ending
status_run(struct ctl *ctl, int argc, char **argv)
{
	static const struct usage usage = {
		.synopsis = "status",
		.about = "What is published and until when, members, policies and what of them waits, sources, what "
			 "the daemon's processes do, and\nwhere each key is in its life.",
	};
	static const struct ctl_question question = { .path = "/v1/control/status" };
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
	for (i = 0; i < COUNT(parts); i++)
		parts[i].show(json_object_get(answer, parts[i].name));
	json_object_foreach(answer, name, value) {
		if (has_own_form(name))
			continue;
		if (json_is_array(value))
			json_array_foreach(value, i, item)
				object_show(i ? "" : name, item);
		else if (json_is_object(value))
			object_show(name, value);
	}
	json_decref(answer);
	return DONE;
}
