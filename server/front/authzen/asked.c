/* front/authzen/asked.c - requests of the AuthZEN API read into their parts. */
#include "front/authzen/asked.h"

#include <stdio.h>

#include "codec/individual_number.h"
#include "front/authzen/budget.h"
#include "front/authzen/transactions.h"

const struct limits asked_limits = { .bytes = ASKED_LARGEST, .depth = ASKED_DEPTH, .members = ASKED_VALUES };

enum err
asked_within(struct problem *why, const char *at)
{
	char text[sizeof(why->text)];

	/* What is wrong with the piece as a whole has no pointer of its own. */
	snprintf(text, sizeof(text), "%s%s%s", at, why->text[0] == '/' ? "" : ": ", why->text);
	memcpy(why->text, text, sizeof(text));
	return why->code;
}

/* One part */

#define RANDOM_DIGITS 32 /* of 128 bits */

/* A UUID or a digest in hexadecimal: of a thousand that are drawn at random one has such digits by chance. */
static bool
is_random(struct span id)
{
	size_t digits = 0;

	for (size_t i = 0; i < id.size; i++) {
		const uint8_t c = id.data[i], letter = c | 0x20;

		if ((c >= '0' && c <= '9') || (letter >= 'a' && letter <= 'f'))
			digits++;
		else if (c != '-')
			return false;
	}
	return digits >= RANDOM_DIGITS;
}

/* All of it is kept in the ledger; of a transaction the id is one that we made. */
static enum err
check_names(struct arena *a, enum part part, const char *at, const struct asked_part *p, struct problem *why)
{
	const struct span names[] = { p->type, p->id };
	const char *const members[] = { "type", part == PART_ACTION ? "name" : "id" };

	if (part == PART_SUBJECT && is_transaction(p))
		return OK;
	for (size_t i = 0; i < COUNT(names); i++)
		if (individual_number_like(names[i]) && !is_random(names[i]))
			return individual_number_refuse(names[i], arena_print(a, "%s/%s/%s", at, part_name(part),
			    members[i]), why);
	return OK;
}

/* `at` is the question's pointer, the part's is made when something is wrong with it. */
static enum err
read_part(struct arena *a, enum part part, bool searched, const char *at, struct asked_part *p, struct problem *why)
{
	struct reader r = reader_json(a, p->json, asked_limits);
	struct span name, id = { 0 }, type = { 0 };
	const char *id_name = part == PART_ACTION ? "name" : "id";

	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (part != PART_ACTION && span_is(name, "type"))
			type = reader_string(&r, 1, ASKED_ID_LARGEST);
		else if (span_is(name, id_name) && !searched)
			id = reader_string(&r, 1, ASKED_ID_LARGEST);
		else if (span_is(name, "properties") && reader_peek(&r) == READER_OBJECT)
			p->properties = reader_raw(&r);
		else if (span_is(name, "properties"))
			reader_fail(&r, "an object", "something else");
		else
			reader_raw(&r);
	}
	if (reader_end(&r, why) != OK)
		return asked_within(why, arena_print(a, "%s/%s", at, part_name(part)));
	if (part != PART_ACTION && !type.size)
		return problem_set(why, ERR_SYNTAX, "AuthZEN 1.0 s5", "%s/%s/type: expected a text, found nothing", at,
		    part_name(part));
	if (!searched && !id.size)
		return problem_set(why, ERR_SYNTAX, "AuthZEN 1.0 s5", "%s/%s/%s: expected a text, found nothing", at,
		    part_name(part), id_name);
	p->type = type;
	p->id = id;
	return check_names(a, part, at, p, why);
}

/* Of what is no object nobody reads more than that. */
static enum err
check_object(struct arena *a, struct span json, const char *at, struct problem *why)
{
	struct reader r = reader_json(a, json, asked_limits);

	if (span_starts(json, "{"))
		return OK;
	reader_object(&r);
	reader_end(&r, why);
	return asked_within(why, at);
}

static enum err
check_context(struct arena *a, const struct asked *q, struct problem *why)
{
	return !q->context.size ? OK : check_object(a, q->context, arena_print(a, "%s/context", q->at), why);
}

static enum err
not_there(const char *at, enum part part, struct problem *why)
{
	return problem_set(why, ERR_SYNTAX, "AuthZEN 1.0 s6.1", "%s/%s: expected an object, found nothing", at,
	    part_name(part));
}

/* All that a question needs; `searched` may lack its id, and an action that is searched for is not there at all. */
static enum err
read_parts(struct arena *a, struct asked *q, enum part searched, struct problem *why)
{
	for (enum part part = 0; part < PART_CONTEXT; part++) {
		if (part == PART_ACTION && searched == PART_ACTION)
			continue;
		if (!q->parts[part].json.size)
			return not_there(q->at, part, why);
		if (read_part(a, part, part == searched, q->at, &q->parts[part], why) != OK)
			return why->code;
	}
	return check_context(a, q, why);
}

/* The body */

/* Of a single question only the end is looked for: each part is read by a reader of its own, the context with the
 * question's facts. What else is asked may leave a part unread, so it is found to be JSON here. */
static bool
take_part(struct reader *r, struct span name, bool single, struct asked *q)
{
	struct span (*const take)(struct reader *) = single ? reader_later : reader_raw;

	for (enum part part = 0; part < PART_CONTEXT; part++)
		if (span_is(name, part_name(part))) {
			q->parts[part] = (struct asked_part){ .json = take(r) };
			return true;
		}
	if (!span_is(name, part_name(PART_CONTEXT)))
		return false;
	q->context = take(r);
	return true;
}

static void
read_options(struct reader *r, struct asked_body *out)
{
	static const char *const names[] = {
		[EXECUTE_ALL] = "execute_all",
		[DENY_ON_FIRST_DENY] = "deny_on_first_deny",
		[PERMIT_ON_FIRST_PERMIT] = "permit_on_first_permit",
	};
	struct span name, word;
	size_t i;

	reader_object(r);
	while (reader_member(r, &name)) {
		if (!span_is(name, "evaluations_semantic")) {
			reader_raw(r);
			continue;
		}
		word = reader_string(r, 1, 64);
		for (i = 0; i < COUNT(names) && !span_is(word, names[i]); i++)
			continue;
		if (i == COUNT(names))
			reader_fail_word(r, "execute_all, deny_on_first_deny or permit_on_first_permit", word);
		else
			out->semantic = (enum asked_semantic)i;
	}
}

static void
read_page(struct reader *r, struct asked_body *out)
{
	struct span name;

	reader_object(r);
	while (reader_member(r, &name)) {
		if (span_is(name, "token"))
			out->page.token = reader_string(r, 0, 256);
		else if (span_is(name, "limit")) {
			out->page.limit = (uint64_t)reader_integer(r, 0, INT64_MAX);
			out->page.limited = true;
		} else
			reader_raw(r);
	}
}

static void
read_item(struct reader *r, struct arena *a, size_t index, struct asked *q)
{
	struct span name;

	q->at = arena_print(a, "/evaluations/%zu", index);
	if (reader_peek(r) != READER_OBJECT) {
		check_object(a, reader_raw(r), q->at, &q->problem);
		return;
	}
	reader_object(r);
	while (reader_member(r, &name))
		if (!take_part(r, name, false, q))
			reader_raw(r);
}

static void
read_items(struct reader *r, struct arena *a, struct asked_body *out)
{
	out->items = arena_array(a, struct asked, budget.evaluations);
	reader_array(r);
	for (; reader_element(r); out->item_count++)
		if (out->item_count < budget.evaluations)
			read_item(r, a, out->item_count, &out->items[out->item_count]);
		else
			reader_raw(r);
	if (out->item_count > budget.evaluations)
		budget_fail(r, budget.evaluations, "evaluations in one request", out->item_count);
}

/* What a body may have beside the parts of a question. */
enum form { FORM_ONE, FORM_SEVERAL, FORM_SEARCH };

static enum err
read_body(struct arena *a, struct span body, enum form form, struct asked_body *out, struct problem *why)
{
	struct reader r = reader_json(a, body, asked_limits);
	struct span name;

	*out = (struct asked_body){ .defaults = { .at = "" } };
	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (form == FORM_SEVERAL && span_is(name, "evaluations"))
			read_items(&r, a, out);
		else if (form == FORM_SEVERAL && span_is(name, "options"))
			read_options(&r, out);
		else if (form == FORM_SEARCH && span_is(name, "page"))
			read_page(&r, out);
		else if (!take_part(&r, name, form == FORM_ONE, &out->defaults))
			reader_raw(&r);
	}
	return reader_end(&r, why);
}

enum err
asked_read_one(struct arena *a, struct span body, struct asked_body *out, struct problem *why)
{
	return read_body(a, body, FORM_ONE, out, why) == OK ? read_parts(a, &out->defaults, PARTS, why) : why->code;
}

enum err
asked_read_search(struct arena *a, struct span body, enum part searched, struct asked_body *out, struct problem *why)
{
	return read_body(a, body, FORM_SEARCH, out, why) == OK ? read_parts(a, &out->defaults, searched, why)
	                                                       : why->code;
}

/* Several */

/* Once for all items: a body costs what it is large, however many items look at the same part. What is wrong with a
 * part is the problem of each item that takes it. */
static void
read_defaults(struct arena *a, struct asked *defaults, struct problem faults[PARTS])
{
	memset(faults, 0, PARTS * sizeof(*faults));
	for (enum part part = 0; part < PART_CONTEXT; part++)
		if (defaults->parts[part].json.size)
			read_part(a, part, false, "", &defaults->parts[part], &faults[part]);
	check_context(a, defaults, &faults[PART_CONTEXT]);
}

/* What an item does not say itself is as the defaults say, whole: nothing is merged (s7.1.1). */
static void
complete(struct arena *a, struct asked *item, const struct asked *defaults, const struct problem faults[PARTS])
{
	for (enum part part = 0; part < PART_CONTEXT && item->problem.code == OK; part++) {
		if (item->parts[part].json.size) {
			read_part(a, part, false, item->at, &item->parts[part], &item->problem);
		} else if (defaults->parts[part].json.size) {
			item->parts[part] = defaults->parts[part];
			item->problem = faults[part];
		} else {
			not_there(item->at, part, &item->problem);
		}
	}
	if (item->problem.code != OK)
		return;
	if (item->context.size) {
		check_context(a, item, &item->problem);
	} else {
		item->context = defaults->context;
		item->problem = faults[PART_CONTEXT];
	}
}

enum err
asked_read_several(struct arena *a, struct span body, struct asked_body *out, struct problem *why)
{
	struct problem faults[PARTS];

	if (read_body(a, body, FORM_SEVERAL, out, why) != OK)
		return why->code;
	if (out->item_count == 0)
		return read_parts(a, &out->defaults, PARTS, why);
	read_defaults(a, &out->defaults, faults);
	for (size_t i = 0; i < out->item_count; i++)
		complete(a, &out->items[i], &out->defaults, faults);
	return OK;
}
