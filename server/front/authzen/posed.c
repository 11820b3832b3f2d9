/* front/authzen/posed.c - what was asked, made a question to the engine. */
#include "front/authzen/posed.h"

#include "assurance/demand.h"
#include "codec/individual_number.h"
#include "front/authzen/budget.h"
#include "front/authzen/claims.h"
#include "model/entity.h"
#include "model/policy_id.h"

#define PURPOSE_LARGEST 1024
#define SCRATCH (16 * MIB)

/* What the context says beside facts. */
struct wishes {
	struct access_policy policy;
	struct span version, requires, purpose;
	struct span also[POSED_FRAMEWORKS - 1], vouched[POSED_VOUCHERS];
	size_t also_count, vouched_count;
	bool advise;
};

/* What is read along the way goes into the scratch, for 64 questions of one request may look at the same large context;
 * what the question keeps is copied. */
struct pose {
	struct arena *arena, *scratch;
	const struct posing *posing;
	const struct asked *asked;
	struct posed *out;
	struct wishes wishes;
	struct claims claims;
};

/* Facts this decision point knows */

/* An object of facts that is not the request's: whoever wrote it is to be told apart from the caller. */
static enum err
take_own_facts(struct pose *p, struct span json, struct instant observed_at, struct problem *why)
{
	const struct word observed = word_observed(ASSERTER_WATASHI | ASSERTER_REGISTRY, observed_at);
	struct reader r = reader_json(p->scratch, json, asked_limits);

	facts_read_word(&r, &p->out->facts, &observed, p->posing->now);
	if (reader_end(&r, why) == OK)
		return OK;
	why->code = ERR_UNAVAILABLE;
	return problem_within(why, "facts of this decision point's own do not fit the dictionary in force");
}

/* What was recorded of the transaction that is asked about. */
static enum err
take_transaction(struct pose *p, struct problem *why)
{
	struct proofing_kept kept;
	enum err err = transactions_find(p->posing->transactions, p->asked->parts[PART_SUBJECT].id, &kept, why);

	p->out->unheard = err == ERR_NOT_FOUND;
	if (err != OK)
		return problem_within(why, "%s/subject", p->asked->at);
	return take_own_facts(p, kept.facts, kept.at, why);
}

/* What the context says */

static void
read_texts(struct reader *r, const char *what, size_t most, struct span *out, size_t *count, size_t largest)
{
	size_t found = 0;

	reader_array(r);
	for (; reader_element(r); found++)
		if (found < most)
			out[found] = reader_string(r, 1, largest);
		else
			reader_raw(r);
	if (found > most)
		budget_fail(r, most, what, found);
	*count = found;
}

static size_t
statement_find(const struct span *list, size_t count, struct span text)
{
	size_t at = 0;

	while (at < count && !span_equal(list[at], text))
		at++;
	return at;
}

/* Each is copied, and counted, when it comes for the first time; all of a question's, or none. */
static enum err
take_statements(struct pose *p, struct problem *why)
{
	struct posed_statements *all = p->posing->statements;
	const struct wishes *w = &p->wishes;
	size_t found = all->count;

	for (size_t i = 0; i < w->vouched_count; i++)
		if (statement_find(w->vouched, i, w->vouched[i]) == i)
			found += statement_find(all->list, all->count, w->vouched[i]) == all->count;
	if (found > budget.statements)
		return budget_exceeded(arena_print(p->scratch, "%s/context/vouched", p->asked->at), budget.statements,
		    "different statements of vouchers in one request", found, why);
	for (size_t i = 0; i < w->vouched_count; i++) {
		size_t at = statement_find(all->list, all->count, w->vouched[i]);

		if (at == all->count)
			all->list[all->count++] = arena_copy(p->arena, w->vouched[i]);
		p->out->vouched[p->out->vouched_count++] = (uint8_t)at;
	}
	return OK;
}

static void
read_obligations(struct reader *r, struct posed *out)
{
	reader_array(r);
	while (reader_element(r))
		if (span_is(reader_string(r, 1, 128), "step-up"))
			out->step_up = true;
}

static enum err
take_context(struct pose *p, struct problem *why)
{
	struct reader r = reader_json(p->scratch, p->asked->context, asked_limits);
	struct wishes *w = &p->wishes;
	struct span name;

	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "facts"))
			claims_take_last(&p->claims, &r);
		else if (span_is(name, "vouched"))
			read_texts(&r, "statements of vouchers in one question", COUNT(w->vouched), w->vouched,
			    &w->vouched_count, 16 * KIB);
		else if (span_is(name, "idp"))
			p->out->idp = arena_copy(p->arena, reader_string(&r, 1, ENTITY_ID_LARGEST));
		else if (span_is(name, "framework"))
			w->policy.framework = reader_string(&r, 1, POLICY_ID_LARGEST);
		else if (span_is(name, "version"))
			w->version = reader_string(&r, 1, POLICY_ID_LARGEST);
		else if (span_is(name, "profile"))
			w->policy.profile = reader_string(&r, 1, POLICY_ID_LARGEST);
		else if (span_is(name, "requires"))
			w->requires = reader_raw(&r);
		else if (span_is(name, "also"))
			read_texts(&r, "further frameworks", COUNT(w->also), w->also, &w->also_count,
			    POLICY_ID_LARGEST);
		else if (span_is(name, "purpose"))
			w->purpose = reader_string(&r, 0, PURPOSE_LARGEST);
		else if (span_is(name, "advice"))
			w->advise = reader_boolean(&r);
		else if (span_is(name, "supported_obligations"))
			read_obligations(&r, p->out);
		else
			reader_raw(&r);
	}
	if (reader_end(&r, why) != OK)
		return asked_within(why, arena_print(p->scratch, "%s/context", p->asked->at));
	if (individual_number_like(w->purpose))
		return individual_number_refuse(w->purpose, arena_print(p->scratch, "%s/context/purpose", p->asked->at),
		    why);
	w->purpose = arena_copy(p->arena, w->purpose);
	return take_statements(p, why);
}

/* The policy */

/* What the asker says counts; then what is kept of the action, of the resource, of everything. */
static struct access_policy
policy_of(const struct pose *p)
{
	const struct access *access = p->posing->access;
	const struct asked_part *parts = p->asked->parts;
	const struct access_entity *resource = access_find(access, PART_RESOURCE, parts[PART_RESOURCE].type,
	    parts[PART_RESOURCE].id);
	const struct access_entity *action = access_find(access, PART_ACTION, (struct span){ 0 },
	    parts[PART_ACTION].id);
	const struct access_policy *candidates[] = { &p->wishes.policy, resource ? &resource->policy : NULL,
		action ? &action->policy : NULL, &access->fallback };
	struct access_policy out = { { 0 }, { 0 } };

	for (size_t i = 0; i < COUNT(candidates) && !out.framework.size; i++)
		if (candidates[i] && candidates[i]->framework.size)
			out = *candidates[i];
	/* A profile alone is one of the framework that is kept. */
	if (p->wishes.policy.profile.size)
		out.profile = p->wishes.policy.profile;
	return out;
}

static enum err
take_demand(struct pose *p, const struct framework *framework, struct demand *out, struct problem *why)
{
	struct reader r = reader_json(p->scratch, p->wishes.requires, asked_limits);

	demand_read(&r, framework, out);
	return reader_end(&r, why) == OK ? OK :
	    asked_within(why, arena_print(p->scratch, "%s/context/requires", p->asked->at));
}

static enum err
no_such(struct pose *p, const char *member, const char *what, struct span name, struct problem *why)
{
	return problem_set(why, ERR_NOT_FOUND, "", "%s/context/%s: no %s \"%.*s\" is in force here", p->asked->at,
	    member, what, SPAN_ARGS(span_first(name, POLICY_ID_LARGEST)));
}

/* Decisions are taken under what is in force: whoever names another version learns that it is another now, and is not
 * answered by what it was. Only auditors may ask what one of the others would say. NULL: `why` says so. */
static const struct shelf_policy *
version_find(struct pose *p, struct span framework, const struct shelf_policy *current, struct problem *why)
{
	const struct posing *posing = p->posing;
	struct span version = p->wishes.version;
	const struct shelf_policy *named = shelf_policy_find(posing->policies, framework, version, posing->now);

	if (!named) {
		no_such(p, "version", "version of this framework", version, why);
		return NULL;
	}
	if (named == current || posing->auditor)
		return named;
	problem_set(why, ERR_INVALID, "",
	    "%s/context/version: expected \"%.*s\", which is in force, or a caller with the right to audit; found "
	    "\"%.*s\"",
	    p->asked->at, SPAN_ARGS(current->framework->version), SPAN_ARGS(version));
	return NULL;
}

static bool
is_asked(const struct pose *p, struct span framework)
{
	for (size_t i = 0; i < p->out->count; i++)
		if (span_equal(p->out->requests[i].question.framework->id, framework))
			return true;
	return false;
}

/* `member`: of the context, that names the framework. */
static enum err
add_request(struct pose *p, const char *member, struct span framework, struct span profile, struct problem *why)
{
	const struct posing *posing = p->posing;
	const struct asked_part *parts = p->asked->parts;
	const struct shelf_policy *policy = shelf_policy_find(posing->policies, framework, (struct span){ 0 },
	    posing->now);
	struct evaluation_request *r = &p->out->requests[p->out->count];
	bool versioned = p->out->count == 0 && p->wishes.version.size;

	if (!policy && !(versioned && posing->auditor))
		return no_such(p, member, "framework", framework, why);
	if (versioned && (policy = version_find(p, framework, policy, why)) == NULL)
		return why->code;
	*r = (struct evaluation_request){
		.question = {
			.framework = policy->framework,
			.facts = &p->out->facts,
			.at = posing->now,
			/* The way up is told by the framework that decides. */
			.advise = p->wishes.advise && p->out->count == 0,
			.step_up = p->out->step_up && p->out->count == 0,
		},
		.policy_leaf = policy->published.number,
		.caller = posing->caller,
		.member = posing->member,
		.subject_type = parts[PART_SUBJECT].type,
		.subject_id = parts[PART_SUBJECT].id,
		.action = parts[PART_ACTION].id,
		.resource_type = parts[PART_RESOURCE].type,
		.resource_id = parts[PART_RESOURCE].id,
		.purpose = p->wishes.purpose,
	};
	if (profile.size) {
		r->question.profile = profile_find(policy->framework, profile);
		if (!r->question.profile)
			return no_such(p, "profile", "profile", profile, why);
		r->question.demand = profile_demand(r->question.profile);
	}
	p->out->count++;
	return OK;
}

/* The asker's own levels stand instead of the profile's; its parameters and exclusions still count. */
static enum err
add_requests(struct pose *p, struct problem *why)
{
	struct access_policy policy = policy_of(p);
	struct evaluation_request *first = p->out->requests;

	p->out->unplaced = !policy.framework.size;
	if (p->out->unplaced)
		return problem_set(why, ERR_SYNTAX, "",
		    "%s/context/framework: expected a framework, for none is set for this action and resource; found "
		    "nothing",
		    p->asked->at);
	if (add_request(p, "framework", policy.framework, policy.profile, why) != OK) {
		/* What the asker names is the asker's; what is set here may not be in force yet, or any more. */
		p->out->unplaced = why->code == ERR_NOT_FOUND && !p->wishes.policy.framework.size &&
		    !p->wishes.version.size;
		return why->code;
	}
	if (p->wishes.requires.size) {
		first->question.demand.count = 0;
		if (take_demand(p, first->question.framework, &first->question.demand, why) != OK)
			return why->code;
	}
	if (first->question.demand.count == 0) {
		p->out->unplaced = !policy.profile.size && !p->wishes.requires.size;
		return problem_set(why, ERR_SYNTAX, "",
		    "%s/context: expected a profile or levels that are required, found neither", p->asked->at);
	}
	for (size_t i = 0; i < p->wishes.also_count; i++) {
		if (is_asked(p, p->wishes.also[i]))
			return problem_set(why, ERR_INVALID, "",
			    "%s/context/also/%zu: expected each framework once, and not the one that decides; found "
			    "one again",
			    p->asked->at, i);
		if (add_request(p, arena_print(p->scratch, "also/%zu", i), p->wishes.also[i], (struct span){ 0 },
			why) != OK)
			return why->code;
	}
	return OK;
}

static enum err
pose_all(struct pose *p, struct problem *why)
{
	const struct posing *posing = p->posing;
	const struct asked *asked = p->asked;
	const struct access_entity *known;

	if (!posing->policies || !posing->policies->dictionary)
		return problem_set(why, ERR_UNAVAILABLE, "", "no framework has been published here yet");
	facts_init(&p->out->facts, posing->policies->dictionary);
	if (span_is(asked->parts[PART_RESOURCE].type, "relying_party"))
		p->out->relying_party = asked->parts[PART_RESOURCE].id;
	if (is_transaction(&asked->parts[PART_SUBJECT]) && take_transaction(p, why) != OK)
		return why->code;
	for (enum part part = 0; part < PART_CONTEXT; part++) {
		known = access_find(posing->access, part, asked->parts[part].type, asked->parts[part].id);
		if ((known && known->facts.size && take_own_facts(p, known->facts, posing->now, why) != OK) ||
		    claims_take(&p->claims, part, why) != OK)
			return why->code;
	}
	if ((asked->context.size && take_context(p, why) != OK) || claims_agree(&p->claims, why) != OK)
		return why->code;
	return add_requests(p, why);
}

/* Facts and requests are large, and begun where they are taken. */
static struct posed *
posed_new(struct arena *a)
{
	const size_t begun = offsetof(struct posed, count);
	struct posed *p = arena_space(a, sizeof(*p));

	memset((uint8_t *)p + begun, 0, sizeof(*p) - begun);
	return p;
}

enum err
pose(struct arena *a, const struct posing *posing, const struct asked *asked, struct posed **out, struct problem *why)
{
	struct arena scratch = arena_init(SCRATCH);
	struct pose p = { .arena = a, .scratch = &scratch, .posing = posing, .asked = asked,
		.out = posed_new(a), .wishes = { .advise = true } };
	size_t before = posing->statements->count;
	enum err err;

	*out = p.out;
	p.out->at = asked->at;
	p.claims = (struct claims){ .scratch = &scratch, .access = posing->access, .asked = asked,
		.facts = &p.out->facts, .now = posing->now };
	err = pose_all(&p, why);
	p.out->misnamed = p.claims.misnamed;
	if (err != OK)
		posing->statements->count = before;
	arena_release(&scratch);
	return err;
}
