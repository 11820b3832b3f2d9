/* assurance/decided.c - a decision that was taken, read back from its entry in the ledger. */
#include "assurance/decided.h"

#include "model/policy_id.h"

static const struct limits limits = { .bytes = DECIDED_LARGEST, .depth = 8, .members = 8192 };

static void
read_demand(struct reader *r, struct decided *out)
{
	struct span name;

	reader_array(r);
	while (reader_element(r)) {
		size_t i = out->demand_count;

		if (i == REQUIREMENTS_LARGEST) {
			reader_fail(r, "fewer requirements", "more");
			return;
		}
		reader_object(r);
		while (reader_member(r, &name)) {
			if (span_is(name, "area"))
				out->demand[i].area = reader_string(r, 1, POLICY_ID_LARGEST);
			else if (span_is(name, "level"))
				out->demand[i].level = reader_string(r, 1, POLICY_LEVEL_LARGEST);
			else if (span_is(name, "comparison") &&
			    !comparison_read(reader_string(r, 1, 16), &out->demand[i].comparison))
				reader_fail(r, "a comparison", "another word");
		}
		out->demand_count++;
	}
}

static void
read_levels(struct reader *r, struct decided *out)
{
	struct span area, name;

	reader_object(r);
	while (reader_member(r, &area)) {
		struct span reached = { 0 };

		reader_object(r);
		while (reader_member(r, &name)) {
			if (span_is(name, "reached"))
				reached = reader_string(r, 1, POLICY_LEVEL_LARGEST);
			else
				reader_raw(r);
		}
		if (out->level_count == AREAS_LARGEST) {
			reader_fail(r, "fewer areas", "more");
			return;
		}
		out->levels[out->level_count].area = area;
		out->levels[out->level_count++].reached = reached;
	}
}

static void
read_criteria(struct reader *r, struct arena *a, struct criteria_named *out)
{
	size_t room = 0;

	reader_array(r);
	while (reader_element(r)) {
		struct span id = reader_string(r, 1, POLICY_ID_LARGEST);

		if (out->count == CRITERIA_LARGEST) {
			reader_fail(r, "fewer criteria", "more");
			return;
		}
		if (out->count == room) {
			struct span *more = arena_array(a, struct span, room = room ? 2 * room : 16);

			if (out->count)
				memcpy(more, out->ids, out->count * sizeof(*more));
			out->ids = more;
		}
		out->ids[out->count++] = id;
	}
}

/* Once for its bytes, which a replay compares, once for what they say. */
static enum err
read_result(struct arena *a, struct decided *out, struct problem *why)
{
	struct reader r = reader_json(a, out->result, limits);
	struct span name;

	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "permit"))
			out->permit = reader_boolean(&r);
		else if (span_is(name, "levels"))
			read_levels(&r, out);
		else if (span_is(name, "failed"))
			read_criteria(&r, a, &out->failed);
		else if (span_is(name, "unknown"))
			read_criteria(&r, a, &out->unknown);
		else
			reader_raw(&r);
	}
	return reader_end(&r, why) == OK ? OK : problem_within(why, "result");
}

static struct span
read_id(struct reader *r)
{
	struct span name, id = { 0 };

	reader_object(r);
	while (reader_member(r, &name)) {
		if (span_is(name, "id"))
			id = reader_string(r, 0, 4096);
		else
			reader_raw(r);
	}
	return id;
}

enum err
decided_read(struct arena *a, struct span entry, struct decided *out, struct problem *why)
{
	struct reader r = reader_json(a, entry, limits);
	const struct {
		const char *name;
		struct span *text;
	} texts[] = {
		{ "evaluation", &out->evaluation },
		{ "framework", &out->framework },
		{ "version", &out->version },
		{ "engine", &out->engine },
		{ "policy", &out->policy },
		{ "profile", &out->profile },
	};
	struct span name;
	size_t i;

	memset(out, 0, sizeof(*out));
	reader_object(&r);
	while (reader_member(&r, &name)) {
		for (i = 0; i < COUNT(texts) && !span_is(name, texts[i].name); i++)
			continue;
		if (i < COUNT(texts))
			*texts[i].text = reader_string(&r, 0, 256);
		else if (span_is(name, "at") && !instant_read(reader_string(&r, 1, 40), &out->at))
			reader_fail(&r, "a time", "something else");
		else if (span_is(name, "resource"))
			out->resource = read_id(&r);
		else if (span_is(name, "demand"))
			read_demand(&r, out);
		else if (span_is(name, "facts"))
			out->facts = reader_later(&r);
		else if (span_is(name, "result"))
			out->result = reader_later(&r);
		else if (!span_is(name, "at"))
			reader_raw(&r);
	}
	if (reader_end(&r, why) != OK)
		return why->code;
	if (!out->framework.size || !out->facts.size || !out->result.size)
		return problem_set(why, ERR_SYNTAX, "", "expected the entry of a decision, found another");
	return read_result(a, out, why);
}

static enum err
put_facts(const struct decided *d, const struct framework *framework, struct arena *a, struct facts *facts,
    struct question *out, struct problem *why)
{
	struct reader r = reader_json(a, d->facts, limits);

	*out = (struct question){ .framework = framework, .facts = facts, .at = d->at };
	facts_init(facts, framework->dictionary);
	facts_restore(&r, facts);
	if (reader_end(&r, why) != OK)
		return problem_set(why, ERR_INVALID, "", "facts of the decision are not the dictionary's");
	if (d->profile.size && !(out->profile = profile_find(framework, d->profile)))
		return problem_set(why, ERR_NOT_FOUND, "", "profile %.*s", SPAN_ARGS(d->profile));
	return OK;
}

static enum err
put_demand(const struct decided *d, struct question *out, struct problem *why)
{
	const struct framework *framework = out->framework;

	for (size_t i = 0; i < d->demand_count; i++) {
		int area = area_find(framework, d->demand[i].area);
		int level = area < 0 ? -1 : level_find(&framework->areas[area], d->demand[i].level);

		if (level < 0)
			return problem_set(why, ERR_NOT_FOUND, "", "level %.*s %.*s", SPAN_ARGS(d->demand[i].area),
			    SPAN_ARGS(d->demand[i].level));
		out->demand.items[out->demand.count++] = (struct requirement){
			.area = (uint8_t)area,
			.level = (uint8_t)level,
			.comparison = d->demand[i].comparison,
		};
	}
	return OK;
}

enum err
decided_question(const struct decided *d, const struct framework *framework, struct arena *a, struct facts *facts,
    struct question *out, struct problem *why)
{
	enum err err = put_facts(d, framework, a, facts, out, why);

	return err == OK ? put_demand(d, out, why) : err;
}

bool
decided_demands_own(const struct decided *d, const struct framework *before)
{
	const struct profile *profile = before ? profile_find(before, d->profile) : NULL;
	bool same = true;

	if (!profile)
		return !d->profile.size;
	for (size_t i = 0; same && i < profile->requirement_count && i < d->demand_count; i++) {
		const struct requirement *r = &profile->requirements[i];
		const struct area *area = &before->areas[r->area];

		same = span_equal(d->demand[i].area, area->id) && d->demand[i].comparison == r->comparison &&
		    span_equal(d->demand[i].level, level_id(area, r->level));
	}
	return !same || d->demand_count != profile->requirement_count;
}

enum err
decided_question_anew(const struct decided *d, const struct framework *before, const struct framework *after,
    struct arena *a, struct facts *facts, struct question *out, struct problem *why)
{
	enum err err = put_facts(d, after, a, facts, out, why);

	if (err != OK)
		return err;
	if (decided_demands_own(d, before))
		return put_demand(d, out, why);
	out->demand = profile_demand(out->profile);
	return OK;
}
