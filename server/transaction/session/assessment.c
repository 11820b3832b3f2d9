/* transaction/session/assessment.c - what a person has shown so far, against what somebody asks. */
#include "transaction/session/assessment.h"

#include <string.h>

#define FACTS_JSON_LARGEST (16 * KIB)

/* No assertion is made: the session is begun by the process that authenticated, for the browser that was bound to the
 * login, once, and nobody else is told; nor does anybody ask for anything of the person. */
const char assertion_of_own_pages[] =
    "{\"assertion.audience_restricted\":true,\"assertion.audience_single\":true,\"assertion.channel\":\"back\","
    "\"assertion.cross_domain\":false,\"assertion.encrypted\":false,\"assertion.injection_protected\":true,"
    "\"assertion.levels_told\":true,\"assertion.lifetime\":0,\"assertion.presentation\":\"bearer\","
    "\"assertion.protocol\":\"none\",\"assertion.pseudonym_marked\":true,"
    "\"assertion.recipient_authenticated\":true,\"assertion.signed\":false,\"assertion.single_use\":true,"
    "\"rp.requests\":[]}";

/* What is asked */

static enum err
find_areas(const struct framework *f, const struct requirement_name *wanted, struct demand *out, struct problem *why)
{
	*out = (struct demand){ .count = 0 };
	for (size_t i = 0; i < wanted->area_count; i++) {
		const struct requirement_area *asked = &wanted->areas[i];
		int area = area_find(f, asked->area);
		int level = area < 0 ? -1 : level_find(&f->areas[area], asked->level);

		if (area < 0 || level < 0)
			return problem_set(why, ERR_NOT_FOUND, "", "%.*s@%.*s has no %s \"%.*s\"", SPAN_ARGS(f->id),
			    SPAN_ARGS(f->version), area < 0 ? "area" : "level of this area",
			    SPAN_ARGS(area < 0 ? asked->area : asked->level));
		out->items[out->count++] = (struct requirement){ .area = (uint8_t)area, .level = (uint8_t)level,
			.comparison = COMPARE_MINIMUM };
	}
	return OK;
}

enum err
requirement_find(const struct policy_snapshot *snapshot, const struct requirement_name *wanted, struct instant now,
    const struct shelf_policy **policy, const struct profile **profile, struct demand *demand, struct problem *why)
{
	*profile = NULL;
	*policy = snapshot ? shelf_policy_find(snapshot, wanted->framework, wanted->version, now) : NULL;
	if (!*policy)
		return problem_set(why, ERR_NOT_FOUND, "", "no version of the framework \"%.*s\" is in force",
		    SPAN_ARGS(wanted->framework));
	if (!wanted->profile.size)
		return find_areas((*policy)->framework, wanted, demand, why);
	*profile = profile_find((*policy)->framework, wanted->profile);
	if (!*profile)
		return problem_set(why, ERR_NOT_FOUND, "", "%.*s has no profile \"%.*s\"",
		    SPAN_ARGS(wanted->framework), SPAN_ARGS(wanted->profile));
	*demand = profile_demand(*profile);
	return OK;
}

/* Facts */

/* Facts of ours and of the registry's, as they were observed then. */
static enum err
state_all(struct arena *arena, struct span json, struct instant at, struct instant now, struct facts *f,
    struct problem *why)
{
	const struct word word = word_observed(ASSERTER_WATASHI | ASSERTER_REGISTRY, at);
	struct reader r = reader_json(arena, json, (struct limits){ .bytes = FACTS_JSON_LARGEST, .depth = 4 });

	if (!json.size)
		return OK;
	facts_read_word(&r, f, &word, now);
	if (reader_end(&r, why) == OK)
		return OK;
	why->code = ERR_UNAVAILABLE;
	return problem_within(why, "facts of this server's own do not fit the dictionary in force");
}

static void
state(struct facts *f, const char *id, int64_t value)
{
	const struct fact *fact = fact_find(f->dictionary, span_text(id));

	if (fact && value >= fact->least && value <= fact->most)
		facts_put(f, fact, value, OBSERVED);
}

static void
state_word(struct facts *f, const char *id, struct span word)
{
	const struct fact *fact = fact_find(f->dictionary, span_text(id));
	int64_t value;

	if (fact && fact_text_read(fact, word, &value))
		facts_put(f, fact, value, OBSERVED);
}

/* Whole seconds, a begun one counted: nothing is younger than it is. */
static int64_t
seconds_since(struct instant at, struct instant now)
{
	return at.us && at.us < now.us ? (now.us - at.us + SECONDS(1) - 1) / SECONDS(1) : 0;
}

/* What is so whoever authenticated how. */
static enum err
state_common(struct arena *arena, const struct assessing *a, struct facts *f, struct problem *why)
{
	facts_init(f, a->snapshot->dictionary);
	for (size_t i = 0; i < a->party_count; i++)
		party_observe(&a->parties[i], f, a->now);
	if (state_all(arena, a->assertion.size ? a->assertion : span_text(assertion_of_own_pages), a->now, a->now, f,
	    why) != OK)
		return why->code;
	state(f, "assertion.session_age", seconds_since(a->begun, a->now));
	state(f, "proofing.registered", 1);
	state(f, "process.protected_channel", 1); /* pages and cookies go over TLS alone */
	state(f, "process.inactivity", seconds_since(a->seen, a->now));
	if (a->persona.size)
		state_word(f, "rp.persona", a->persona);
	state_word(f, "txn.kind", span_text(a->step_up ? "step-up" : "login"));
	return OK;
}

static enum err
state_record(struct arena *arena, const struct proofing_record *r, struct instant now, struct facts *f,
    struct problem *why)
{
	if (state_all(arena, r->facts, r->at, now, f, why) != OK)
		return why->code;
	state(f, "proofing.age", seconds_since(r->at, now));
	return OK;
}

static enum err
state_authentication(struct arena *arena, const struct authentication *a, struct instant now, struct facts *f,
    struct problem *why)
{
	if (state_all(arena, a->facts, a->at, now, f, why) != OK)
		return why->code;
	state(f, "process.age", seconds_since(a->at, now));
	return OK;
}

/* The best of what was shown */

struct candidate {
	bool met;
	size_t requirements;         /* reached, of those asked */
	unsigned levels;             /* of all areas, for who asks for none of the rest */
};

static bool
is_better(const struct candidate *a, const struct candidate *b)
{
	if (a->met != b->met)
		return a->met;
	return a->requirements != b->requirements ? a->requirements > b->requirements : a->levels > b->levels;
}

static struct candidate
weigh(const struct assessed *a, const struct facts *f, struct evaluation *scratch)
{
	const struct demand *demand = &a->question.demand;
	struct candidate c = { 0 };

	evaluate(a->question.framework, a->profile, f, scratch);
	c.met = demand_met(demand, scratch);
	for (size_t i = 0; i < demand->count; i++)
		c.requirements += requirement_met(&demand->items[i], scratch->areas[demand->items[i].area].reached);
	for (size_t i = 0; i < a->question.framework->own_count; i++)
		c.levels += scratch->areas[i].reached;
	return c;
}

struct choosing {
	struct arena *arena;
	const struct assessing *asked;
	struct assessed *out;
	struct evaluation *scratch;
	struct facts *proofed, *shown; /* common and record; and authentication */
	struct candidate best;
	bool any;
};

static void
consider(struct choosing *c, const struct facts *f)
{
	const struct candidate this = weigh(c->out, f, c->scratch);

	if (c->any && !is_better(&this, &c->best))
		return;
	c->any = true;
	c->best = this;
	c->out->facts = *f;
}

/* The newest first, so that of equals the newest stays. */
static enum err
consider_authentications(struct choosing *c, struct problem *why)
{
	const struct assessing *a = c->asked;

	for (size_t i = a->authentication_count; i-- > 0;) {
		*c->shown = *c->proofed;
		if (state_authentication(c->arena, &a->authentications[i], a->now, c->shown, why) != OK)
			return why->code;
		consider(c, c->shown);
	}
	if (!a->authentication_count)
		consider(c, c->proofed);
	return OK;
}

static enum err
choose(struct choosing *c, struct problem *why)
{
	const struct assessing *a = c->asked;
	struct facts *common = arena_new(c->arena, struct facts);

	if (state_common(c->arena, a, common, why) != OK)
		return why->code;
	*c->proofed = *common;
	for (size_t i = 0; i < a->record_count || i == 0; i++) {
		*c->proofed = *common;
		if (a->record_count && state_record(c->arena, &a->records[i], a->now, c->proofed, why) != OK)
			return why->code;
		if (consider_authentications(c, why) != OK)
			return why->code;
	}
	return OK;
}

enum err
assess_login(struct arena *arena, const struct assessing *a, struct assessed *out, struct problem *why)
{
	struct choosing c = { .arena = arena, .asked = a, .out = out };

	memset(out, 0, sizeof(*out));
	if (!a->wanted.framework.size) {
		out->enough = true;
		return OK;
	}
	if (requirement_find(a->snapshot, &a->wanted, a->now, &out->policy, &out->profile, &out->question.demand,
	    why) != OK)
		return why->code;
	out->question.framework = out->policy->framework;
	out->question.profile = out->profile;
	out->question.facts = &out->facts;
	out->question.at = a->now;
	c.scratch = arena_new(arena, struct evaluation);
	c.proofed = arena_new(arena, struct facts);
	c.shown = arena_new(arena, struct facts);
	if (choose(&c, why) != OK)
		return why->code;
	decide(&out->question, &out->decision);
	out->enough = out->decision.permit;
	return OK;
}

unsigned
assess_token_level(struct arena *arena, const struct assessing *a, struct span json)
{
	const struct shelf_policy *policy;
	const struct profile *profile;
	struct evaluation *evaluation;
	struct demand demand;
	struct facts *f;
	int area;

	if (requirement_find(a->snapshot, &a->wanted, a->now, &policy, &profile, &demand, NULL) != OK)
		return 0;
	area = area_find(policy->framework, span_text("token"));
	f = arena_new(arena, struct facts);
	facts_init(f, a->snapshot->dictionary);
	if (area < 0 || state_all(arena, json, a->now, a->now, f, &(struct problem){ 0 }) != OK)
		return 0;
	evaluation = arena_new(arena, struct evaluation);
	evaluate(policy->framework, profile, f, evaluation);
	return evaluation->areas[area].reached;
}
