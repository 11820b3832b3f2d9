/* tools/ctl/jpki_costs.c - `watashictl jpki costs`: who owes what for verifications of certificates. */
#include <stdio.h>
#include <time.h>

#include "base/calendar.h"
#include "codec/text.h"
#include "ctl/client.h"
#include "ctl/jpki.h"


/* A month as people in Japan have it, from its first midnight to the next month's. */
static bool
month_read(struct span text, struct instant *from, struct instant *until)
{
	uint64_t year, month;
	struct tm first;

	if (text.size != 7 || text.data[4] != '-' || !span_number(span_first(text, 4), &year) ||
	    !span_number(span_skip(text, 5), &month) || year < 1970 || month < 1 || month > 12)
		return false;
	first = (struct tm){ .tm_year = (int)year - 1900, .tm_mon = (int)month - 1, .tm_mday = 1 };
	*from = (struct instant){ SECONDS((int64_t)timegm(&first)) - JAPAN };
	first = (struct tm){ .tm_year = (int)year - 1900, .tm_mon = (int)month, .tm_mday = 1 };
	*until = (struct instant){ SECONDS((int64_t)timegm(&first)) - JAPAN };
	return true;
}

static const char *
this_month(struct arena *arena)
{
	time_t now = (time_t)((clock_now().us + JAPAN) / SECONDS(1));
	struct tm at;

	gmtime_r(&now, &at);
	return arena_print(arena, "%04d-%02d", at.tm_year + 1900, at.tm_mon + 1);
}

static void
show(const char *month, json_t *answer)
{
	const json_t *members = json_object_get(answer, "members"), *m;
	long long sums[6] = { 0 }, unpriced = 0;
	size_t i;

	printf("%s (Japan); running cost %lld yen, shared %s\n", month, answer_number(answer, "running_cost"),
	    answer_text(answer, "share"));
	if (json_array_size(members) == 0) {
		puts("nothing was checked, and nobody has entrusted it");
		return;
	}
	printf("%-32s %9s %9s %10s %10s %10s %10s\n", "member", "checks", "charged", "yen", "share", "owes", "saved");
	json_array_foreach (members, i, m) {
		const long long values[6] = { answer_number(m, "checks"), answer_number(m, "charged"),
			answer_number(m, "yen_checks"), answer_number(m, "yen_share"), answer_number(m, "yen"),
			answer_number(m, "yen_saved") };

		printf("%-32s %9lld %9lld %10lld %10lld %10lld %10lld\n", answer_text(m, "member"), values[0],
		    values[1],
		    values[2], values[3], values[4], values[5]);
		for (size_t v = 0; v < COUNT(sums); v++)
			sums[v] += values[v];
		unpriced += answer_number(m, "unpriced");
	}
	printf("%-32s %9lld %9lld %10lld %10lld %10lld %10lld\n", "all", sums[0], sums[1], sums[2], sums[3], sums[4],
	    sums[5]);
	if (unpriced)
		printf("%lld of the charged are from before prices were kept with each: they are reckoned by today's\n",
		    unpriced);
}

/* By what the parts of it can be told. */
static const struct { const char *word, *member; } views[] = {
	{ "relying-party", "relying_party" }, { "kind", "kind" }, { "source", "source" },
};
static const char *const summed[] = { "checks", "charged", "linkages", "by_phone", "yen", "yen_saved" };

static void
show_part(const char *name, const long long *values)
{
	printf("%-48s %9lld %9lld %9lld %9lld %10lld %10lld\n", name, values[0], values[1], values[2], values[3],
	    values[4], values[5]);
}

static void
show_parts(const char *month, json_t *answer, const char *word, const char *member)
{
	const json_t *rows = json_object_get(answer, "rows"), *row;
	json_t *parts = json_object(), *part;
	long long values[COUNT(summed)], sums[COUNT(summed)] = { 0 };
	const char *name;
	size_t i;

	json_array_foreach (rows, i, row) {
		name = *answer_text(row, member) ? answer_text(row, member) : "none";
		part = json_object_get(parts, name);
		if (!part)
			json_object_set_new(parts, name, part = json_object());
		for (size_t v = 0; v < COUNT(summed); v++)
			json_object_set_new(part, summed[v],
			    json_integer(answer_number(part, summed[v]) + answer_number(row, summed[v])));
	}
	printf("%s (Japan); what was checked, without shares of the running cost\n", month);
	printf("%-48s %9s %9s %9s %9s %10s %10s\n", word, "checks", "charged", "linkages", "by phone", "yen", "saved");
	json_object_foreach (parts, name, part) {
		for (size_t v = 0; v < COUNT(summed); v++)
			sums[v] += values[v] = answer_number(part, summed[v]);
		show_part(name, values);
	}
	show_part("all", sums);
	json_decref(parts);
}

enum ending
jpki_costs(struct ctl *ctl, int argc, char **argv)
{
	const char *month = NULL, *by = "member";
	size_t view = COUNT(views);
	const struct flag flags[] = {
		{ .name = "month", .argument = "YYYY-MM", .help = "which month, in Japan; this one when missing",
		    .text = &month },
		{ .name = "by", .argument = "WORD", .help = "member (the default), relying-party, kind or source",
		    .text = &by },
		{ 0 },
	};
	const struct usage usage = {
		.synopsis = "jpki costs",
		.about = "Who owes what for checking the My Number card's certificates: each check its relying "
		    "party's own, by "
			 "the configuration's prices (jpki/costs/prices), the running cost shared among the members "
			     "who "
			     "entrusted the "
			 "work. `charged` are the questions that a source answered; `saved` is what the same checks of "
			     "certificates in "
			 "a phone would have cost more with the card. By relying party, kind or source it is told "
			     "without "
			 "shares; linkage (which certificates are one person's) is a kind.",
		.flags = flags,
	};
	struct ctl_question question = { 0 };
	char from_text[INSTANT_TEXT], until_text[INSTANT_TEXT];
	struct instant from, until;
	enum ending ending;
	struct problem why;
	json_t *answer;

	if (!arguments_read(ctl, &usage, argc, argv, NULL, &ending))
		return ending;
	if (!month)
		month = this_month(ctl->arena);
	for (size_t i = 0; i < COUNT(views); i++)
		if (strcmp(by, views[i].word) == 0)
			view = i;
	if (view == COUNT(views) && strcmp(by, "member") != 0)
		return misused("--by: expected member, relying-party, kind or source, found \"%s\"", by);
	if (!month_read(span_text(month), &from, &until))
		return misused("--month: expected a month such as 2026-11, found \"%s\"", month);
	if (instant_before(clock_now(), from))
		return misused("--month: expected a month that has begun, found \"%s\"", month);
	question.path = arena_print(ctl->arena, "/v1/control/costs?from=%.*s&until=%.*s",
	    SPAN_ARGS(percent_write(ctl->arena, span_text(instant_text(from, from_text)))),
	    SPAN_ARGS(percent_write(ctl->arena, span_text(instant_text(until, until_text)))));
	if (ctl_ask(ctl, &question, &answer, &why) != OK)
		return refused(&why);
	if (ctl->json)
		answer_print(answer);
	else if (view < COUNT(views))
		show_parts(month, answer, views[view].word, views[view].member);
	else
		show(month, answer);
	json_decref(answer);
	return DONE;
}
