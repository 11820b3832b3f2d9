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

/* Beside what is there: of an area that is asked for twice the higher level. False: there is no room. */
static bool
join_demand(struct demand *d, uint8_t area, uint8_t level)
{
	for (size_t i = 0; i < d->count; i++)
		if (d->items[i].area == area && d->items[i].comparison == COMPARE_MINIMUM) {
			if (d->items[i].level < level)
				d->items[i].level = level;
			return true;
		}
	if (d->count == REQUIREMENTS_LARGEST)
		return false;
	d->items[d->count++] = (struct requirement){ .area = area, .level = level, .comparison = COMPARE_MINIMUM };
	return true;
}

static enum err
join_areas(const struct framework *f, const struct requirement_name *wanted, struct demand *out, struct problem *why)
{
	for (size_t i = 0; i < wanted->area_count; i++) {
		const struct requirement_area *asked = &wanted->areas[i];
		int area = area_find(f, asked->area);
		int level = area < 0 ? -1 : level_find(&f->areas[area], asked->level);

		if (area < 0 || level < 0)
			return problem_set(why, ERR_NOT_FOUND, "", "%.*s@%.*s has no %s \"%.*s\"", SPAN_ARGS(f->id),
			    SPAN_ARGS(f->version), area < 0 ? "area" : "level of this area",
			    SPAN_ARGS(area < 0 ? asked->area : asked->level));
		if (!join_demand(out, (uint8_t)area, (uint8_t)level))
			return problem_set(why, ERR_LIMIT, "", "%.*s: expected at most %d requirements",
			    SPAN_ARGS(f->id), REQUIREMENTS_LARGEST);
	}
	return OK;
}

enum err
requirement_find(const struct policy_snapshot *snapshot, const struct requirement_name *wanted, struct instant now,
    const struct shelf_policy **policy, const struct profile **profile, struct demand *demand, struct problem *why)
{
	*profile = NULL;
	*demand = (struct demand){ .count = 0 };
	*policy = snapshot ? shelf_policy_find(snapshot, wanted->framework, wanted->version, now) : NULL;
	if (!*policy)
		return problem_set(why, ERR_NOT_FOUND, "", "no version of the framework \"%.*s\" is in force",
		    SPAN_ARGS(wanted->framework));
	if (wanted->profile.size) {
		*profile = profile_find((*policy)->framework, wanted->profile);
		if (!*profile)
			return problem_set(why, ERR_NOT_FOUND, "", "%.*s has no profile \"%.*s\"",
			    SPAN_ARGS(wanted->framework), SPAN_ARGS(wanted->profile));
		*demand = profile_demand(*profile);
	}
	return join_areas((*policy)->framework, wanted, demand, why);
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
	const struct proofing_record *record; /* of `proofed` */
	struct facts *proofed, *shown; /* common and record; and authentication. Copied whole before they are read */
	struct candidate best;
	bool any;
};

static void
consider(struct choosing *c, const struct facts *f, const struct authentication *authentication)
{
	const struct candidate this = weigh(c->out, f, c->scratch);

	if (c->any && !is_better(&this, &c->best))
		return;
	c->any = true;
	c->best = this;
	facts_copy(&c->out->facts, f);
	c->out->record = c->record;
	c->out->authentication = authentication;
}

/* The newest first, so that of equals the newest stays. */
static enum err
consider_authentications(struct choosing *c, struct problem *why)
{
	const struct assessing *a = c->asked;

	for (size_t i = a->authentication_count; i-- > 0;) {
		facts_copy(c->shown, c->proofed);
		if (state_authentication(c->arena, &a->authentications[i], a->now, c->shown, why) != OK)
			return why->code;
		consider(c, c->shown, &a->authentications[i]);
	}
	if (!a->authentication_count)
		consider(c, c->proofed, NULL);
	return OK;
}

static enum err
choose(struct choosing *c, struct problem *why)
{
	const struct assessing *a = c->asked;
	struct facts *common = arena_space(c->arena, sizeof(*common));

	if (state_common(c->arena, a, common, why) != OK)
		return why->code;
	for (size_t i = 0; i < a->record_count; i++) {
		if (!proofing_record_speaks(a->records, i))
			continue;
		facts_copy(c->proofed, common);
		c->record = &a->records[i];
		if (state_record(c->arena, &a->records[i], a->now, c->proofed, why) != OK ||
		    consider_authentications(c, why) != OK)
			return why->code;
	}
	facts_copy(c->proofed, common);
	return c->any ? OK : consider_authentications(c, why);
}

enum err
assess_login(struct arena *arena, const struct assessing *a, struct assessed *out, struct problem *why)
{
	struct choosing c = { .arena = arena, .asked = a, .out = out };

	if (!a->wanted.framework.size) {
		memset(out, 0, sizeof(*out));
		out->enough = true;
		return OK;
	}
	out->enough = false;
	out->record = NULL;
	out->authentication = NULL;
	if (requirement_find(a->snapshot, &a->wanted, a->now, &out->policy, &out->profile, &out->question.demand,
	    why) != OK)
		return why->code;
	out->question = (struct question){ .framework = out->policy->framework, .profile = out->profile,
		.demand = out->question.demand, .facts = &out->facts, .at = a->now };
	c.scratch = arena_space(arena, sizeof(*c.scratch));
	c.proofed = arena_space(arena, sizeof(*c.proofed));
	c.shown = arena_space(arena, sizeof(*c.shown));
	if (choose(&c, why) != OK)
		return why->code;
	decide(&out->question, &out->decision);
	out->enough = out->decision.permit;
	return OK;
}

/* Authenticators by themselves */

static const struct about {
	const char *facts, *noun;
} authenticators = { "token.", "authenticators" }, proofings = { "proofing.", "proofings" };
#define OF_THE_ACCOUNT "token.phishing_resistant_offered"

/* Whether it asks for any of these facts, and for any other. */
static bool
asks_for(const struct criterion *c, const uint64_t facts[FACT_SETS], bool *others)
{
	uint64_t asked[FACT_SETS] = { 0 };
	bool any = false;

	condition_support(&c->when, asked);
	condition_support(&c->condition, asked);
	*others = false;
	for (size_t i = 0; i < FACT_SETS; i++) {
		any = any || (asked[i] & facts[i]);
		*others = *others || (asked[i] & ~facts[i]);
	}
	return any;
}

static void
facts_of(const struct dictionary *dictionary, const struct about *about, uint64_t out[FACT_SETS])
{
	memset(out, 0, FACT_SETS * sizeof(out[0]));
	for (size_t i = 0; i < dictionary->count; i++)
		if (span_starts(dictionary->facts[i].id, about->facts))
			out[i / 64] |= UINT64_C(1) << (i % 64);
}

struct area_of {
	const struct framework *framework;
	const struct profile *profile;
	size_t number;
	uint64_t facts[FACT_SETS];   /* what it is about */
};

/* By what its criteria ask for, not by its name: jp-idtf calls it "token", SP 800-63-4 "authentication-assurance", the
 * regulation "means-management". */
static enum err
find_area_of(const struct assessing *a, const struct about *about, struct area_of *out, struct problem *why)
{
	size_t asking[AREAS_LARGEST] = { 0 };
	const struct shelf_policy *policy;
	struct demand demand;
	bool others;

	*out = (struct area_of){ .number = 0 };
	if (requirement_find(a->snapshot, &a->wanted, a->now, &policy, &out->profile, &demand, why) != OK)
		return why->code;
	out->framework = policy->framework;
	facts_of(a->snapshot->dictionary, about, out->facts);
	for (size_t i = 0; i < out->framework->criterion_count; i++)
		asking[out->framework->criteria[i].area] += asks_for(&out->framework->criteria[i], out->facts,
		    &others);
	for (size_t i = 0; i < out->framework->own_count; i++)
		if (asking[i] > asking[out->number])
			out->number = i;
	if (asking[out->number])
		return OK;
	return problem_set(why, ERR_NOT_FOUND, "SP 800-63B-4 s4.1.2.1",
	    "no area of %.*s@%.*s is about %s: by this framework none can be compared with another",
	    SPAN_ARGS(out->framework->id), SPAN_ARGS(out->framework->version), about->noun);
}

enum err
assess_token_area(const struct assessing *a, const struct area **out, struct problem *why)
{
	struct area_of found;
	enum err err = find_area_of(a, &authenticators, &found, why);

	*out = err == OK ? &found.framework->areas[found.number] : NULL;
	return err;
}

/* Where a criterion asks for something else, too (how a provider limits guessing), not to know that is nothing against
 * the authenticator: then only what is known to be false is. */
static bool
lowers(const struct area_of *in, const struct criterion *c, const struct facts *f)
{
	enum truth truth;
	bool applies, others;

	if (!asks_for(c, in->facts, &others))
		return false;
	truth = criterion_truth(c, f, criterion_least(c, in->profile), &applies);
	return truth == TRUTH_FALSE || (truth == TRUTH_UNKNOWN && !others);
}

static unsigned
level_by(const struct area_of *in, const struct facts *f)
{
	const struct criterion *criteria = in->profile ? in->profile->criteria : in->framework->criteria;
	unsigned level = (unsigned)in->framework->areas[in->number].level_count;

	for (size_t i = 0; i < in->framework->criterion_count; i++) {
		const struct criterion *c = &criteria[i];

		if (c->area == in->number && c->level <= level && !(in->profile && in->profile->excluded[i]) &&
		    lowers(in, c, f))
			level = c->level ? c->level - 1U : 0;
	}
	return level;
}

enum err
assess_token_level(struct arena *arena, const struct assessing *a, struct span json, unsigned *level,
    struct problem *why)
{
	struct area_of in;
	struct facts *f;

	*level = 0;
	if (find_area_of(a, &authenticators, &in, why) != OK)
		return why->code;
	f = arena_new(arena, struct facts);
	facts_init(f, a->snapshot->dictionary);
	if (state_all(arena, json, a->now, a->now, f, why) != OK)
		return why->code;
	state(f, OF_THE_ACCOUNT, 1);
	*level = level_by(&in, f);
	return OK;
}

/* A proofing by itself */

enum err
assess_proofing_level(struct arena *arena, const struct assessing *a, const struct proofing_record *record,
    struct span *level, struct problem *why)
{
	struct evaluation *evaluation = arena_new(arena, struct evaluation);
	struct facts *f = arena_new(arena, struct facts);
	struct area_of in;

	*level = (struct span){ 0 };
	if (find_area_of(a, &proofings, &in, why) != OK || state_common(arena, a, f, why) != OK ||
	    state_record(arena, record, a->now, f, why) != OK)
		return why->code;
	evaluate(in.framework, in.profile, f, evaluation);
	if (evaluation->areas[in.number].reached)
		*level = arena_copy(arena, level_id(&in.framework->areas[in.number],
		    evaluation->areas[in.number].reached));
	return OK;
}
