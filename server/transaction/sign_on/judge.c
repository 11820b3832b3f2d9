/* transaction/sign_on/judge.c - what becomes of a sign-on as it is loaded now. */
#include "transaction/sign_on/judge.h"

#include "transaction/sign_on/acr.h"
#include "transaction/sign_on/choice.h"

struct judging {
	struct arena *arena;
	const struct sign_on_case *c;
	struct sign_on_verdict *out;
	unsigned personas;           /* it may be met as */
	struct acr acrs[ACR_VALUES];
	size_t acr_count;
	bool essential;              /* one of them must be reached */
	struct assessing assessing;  /* as the persona */
};

static void
refuse(struct judging *j, const char *error, const char *description)
{
	j->out->outcome = SIGN_ON_REFUSED;
	j->out->error = error;
	j->out->description = description;
}

/* Who is there */

/* What was done for this very sign-on counts until its end; what was before only as long as the request says. */
static bool
counts(const struct sign_on_case *c, const struct authentication *a)
{
	const struct sign_on *s = c->sign_on;

	if (!instant_before(a->at, s->made))
		return true;
	return !instant_before(a->at, s->since) && (s->max_age < 0 || c->now.us - a->at.us <= s->max_age);
}

/* From when on authentications count in a login that begins now. */
static struct instant
counting_from(const struct sign_on_case *c)
{
	const struct sign_on *s = c->sign_on;
	struct instant from = s->since, oldest = { c->now.us - s->max_age };

	if (s->max_age >= 0 && instant_before(from, oldest))
		from = instant_before(s->made, oldest) ? s->made : oldest;
	return from;
}

static struct span
subject_of(struct arena *arena, const struct sign_on_case *c, enum persona persona)
{
	struct pairwise name = pairwise_name(&c->settings->pairwise, c->rp->sector, persona, &c->account->id);

	return c->sign_on->protocol == GRANT_SAML ? pairwise_unique_id(arena, &name) : pairwise_subject(arena, &name);
}

unsigned
sign_on_personas(struct arena *arena, const struct sign_on_case *c)
{
	if (!c->sign_on->hint_subject.size || !c->account)
		return c->rp->personas;
	for (int p = PERSONA_NONE + 1; p < PERSONAS; p++)
		if ((c->rp->personas & PERSONA_BIT(p)) &&
		    span_equal(subject_of(arena, c, (enum persona)p), c->sign_on->hint_subject))
			return PERSONA_BIT(p);
	return 0;
}

struct assessing
sign_on_assessing(struct arena *arena, const struct sign_on_case *c, enum persona persona)
{
	struct authentication *counted = arena_array(arena, struct authentication, SESSION_AUTHENTICATIONS);
	struct assessing a = { .snapshot = c->snapshot, .records = c->records, .record_count = c->record_count,
		.authentications = counted, .parties = c->parties, .party_count = c->party_count,
		.assertion = c->assertion, .now = c->now };

	if (persona)
		a.persona = span_text(persona_name(persona));
	if (!c->session)
		return a;
	for (size_t i = 0; i < c->session->authentication_count; i++)
		if (counts(c, &c->session->authentications[i]))
			counted[a.authentication_count++] = c->session->authentications[i];
	a.begun = c->session->begun;
	a.seen = c->session->seen;
	a.step_up = true;
	return a;
}

/* What must be reached */

/* Of a relying party that names nothing the operator's own least, without which nobody sees what is known of them. */
static const struct requirement_name *
base_of(const struct sign_on_case *c)
{
	return c->rp->requires.framework.size ? &c->rp->requires : &c->settings->person->account;
}

static const struct requirement_name *
persona_requirement(const struct sign_on_case *c, enum persona persona)
{
	const struct person_settings *s = c->settings->person;

	return persona == PERSONA_ADMINISTRATIVE && !s->personas[persona].framework.size ? &s->account :
	                                                                                  &s->personas[persona];
}

bool
sign_on_least(const struct sign_on_case *c, enum persona persona, struct need *out)
{
	*out = (struct need){ .count = 0 };
	return need_add(out, base_of(c)) && need_add(out, persona_requirement(c, persona));
}

static enum err
too_much(struct problem *why)
{
	return problem_set(why, ERR_UNAVAILABLE, "",
	    "what the relying party, the persona and the request ask for does not go into one decision");
}

bool
sign_on_asks_much(const struct sign_on_case *c, enum persona persona)
{
	struct acr acrs[ACR_VALUES];
	const size_t count = acr_read(c->snapshot, c->sign_on->acr_values, c->now, acrs);

	for (size_t i = 0; i < count; i++)
		if (need_asks(c->snapshot, &acrs[i].requires, c->now, PARENT_LOOKED_AT_FROM))
			return true;
	return need_asks(c->snapshot, base_of(c), c->now, PARENT_LOOKED_AT_FROM) ||
	    need_asks(c->snapshot, persona_requirement(c, persona), c->now, PARENT_LOOKED_AT_FROM);
}

/* Login */

/* The value to aim for: the best that anybody could reach; NULL: none. And the least of those. */
static const struct acr *
possible_acr(struct judging *j, const struct need *least, const struct acr **lowest)
{
	const struct acr *best = NULL;

	*lowest = NULL;
	for (size_t i = 0; i < j->acr_count; i++) {
		struct need with = *least;

		if (!need_add(&with, &j->acrs[i].requires) ||
		    !need_is_possible(j->arena, &with, &j->assessing))
			continue;
		best = best ? best : &j->acrs[i];
		*lowest = &j->acrs[i];
	}
	return best;
}

#define PART_OF_ACR SIZE_MAX /* the one that the value asked for stands in */

/* What a login can be asked for is one framework's: the first that lacks, where there are several. */
static void
take_login(struct judging *j, const struct need *hoped, const struct need *least, size_t part)
{
	struct sign_on_login *l = &j->out->login;

	l->wanted = part < hoped->count ? hoped->parts[part] : (struct requirement_name){ .area_count = 0 };
	l->least = part < least->count ? least->parts[part] : (struct requirement_name){ .area_count = 0 };
	l->since = counting_from(j->c);
	l->persona = j->out->persona == PERSONA_ADMINISTRATIVE ? PERSONA_ADMINISTRATIVE : PERSONA_NONE;
	j->out->outcome = SIGN_ON_LOGIN;
}

/* With the level that is hoped for, so that one login does: nobody is sent twice for what was known at first. A login
 * that was hoped too much of ended with what is taken. */
static enum err
ask_login(struct judging *j, size_t part, struct problem *why)
{
	struct need least, hoped;
	const struct acr *lowest, *best;

	if (!sign_on_least(j->c, j->out->persona, &least))
		return too_much(why);
	best = possible_acr(j, &least, &lowest);
	hoped = least;
	if (j->essential && lowest && lowest != best)
		need_add(&least, &lowest->requires);
	if (best && (j->essential || !id_given(&j->c->sign_on->login))) {
		if (!need_add(&hoped, &best->requires))
			return too_much(why);
		j->out->login.may_be_less = !j->essential || lowest != best;
		for (size_t i = 0; part == PART_OF_ACR && i < hoped.count; i++)
			if (span_equal(hoped.parts[i].framework, best->requires.framework))
				part = i;
	}
	take_login(j, &hoped, &least, part);
	return OK;
}

#define UNMET "unmet_authentication_requirements"
#define NOBODY_CAN "nobody can reach here what is required"

static enum err
ask_who(struct judging *j, bool joins, struct problem *why)
{
	const struct acr *lowest;
	struct need least;

	if (j->c->sign_on->never_ask) {
		refuse(j, "login_required", "nobody is logged in here who would do, and nobody may be asked");
		return OK;
	}
	if (!sign_on_least(j->c, j->out->persona, &least))
		return too_much(why);
	if (!need_is_possible(j->arena, &least, &j->assessing) ||
	    (j->essential && !possible_acr(j, &least, &lowest))) {
		refuse(j, UNMET, NOBODY_CAN);
		return OK;
	}
	j->out->login.joins = joins;
	return ask_login(j, 0, why);
}

/* Persona */

static bool
is_met_as(struct judging *j, enum persona persona, bool *met, struct problem *why)
{
	const struct requirement_name *asked = persona_requirement(j->c, persona);
	struct need need = { .count = 0 };
	struct need_assessed assessed;
	struct assessing a = j->assessing;

	*met = true;
	if (!asked->framework.size)
		return true;
	a.persona = span_text(persona_name(persona));
	need_add(&need, asked);
	if (need_assess(j->arena, &need, &a, &assessed, why) != OK)
		return false;
	*met = assessed.enough;
	return true;
}

void
sign_on_offer(const struct sign_on_case *c, enum persona persona, struct release_offer *out)
{
	release_offer(&(struct release_asking){ .wishes = c->sign_on->wishes, .wish_count = c->sign_on->wish_count,
		.registered = c->rp->attributes, .registered_count = c->rp->attribute_count, .account = c->account,
		.attributes = c->attributes, .persona = persona, .now = c->now }, out);
}

bool
sign_on_lacks(const struct release_offer *offer)
{
	for (size_t i = 0; i < offer->withheld_count; i++)
		if (offer->withheld[i].required)
			return true;
	return false;
}

static bool
agreed_here(const struct sign_on_case *c)
{
	return c->account && id_equal(&c->sign_on->agreed_by, &c->account->id) &&
	    span_equal(c->sign_on->purpose, c->purpose);
}

static bool
may_be(const struct judging *j, enum persona persona)
{
	return persona && (j->personas & PERSONA_BIT(persona));
}

/* As chosen, here or before; else the one that it prefers and the person can be here, for the page to begin with. */
static bool
choose_persona(struct judging *j, struct problem *why)
{
	const struct sign_on_case *c = j->c;
	const enum persona order[] = { c->rp->preferred, PERSONA_PRIVATE, PERSONA_BUSINESS, PERSONA_ADMINISTRATIVE };
	struct release_offer *offer = arena_space(j->arena, sizeof(*offer));
	enum persona first = PERSONA_NONE;

	j->out->persona = agreed_here(c) ? c->sign_on->persona :
	    c->consent && consent_in_force(c->consent) ? c->consent->persona : PERSONA_NONE;
	if (may_be(j, j->out->persona))
		return true;
	for (size_t i = 0; i < COUNT(order); i++) {
		bool met;

		if (!may_be(j, order[i]))
			continue;
		first = first ? first : order[i];
		if (!c->account)
			break;
		if (!is_met_as(j, order[i], &met, why))
			return false;
		sign_on_offer(c, order[i], offer);
		if (met && !sign_on_lacks(offer)) {
			first = order[i];
			break;
		}
	}
	j->out->persona = first;
	return true;
}

/* Levels */

static void
rest_on(struct judging *j, const struct need_assessed *decided)
{
	const struct assessing *a = &j->assessing;
	const struct assessed *first = decided->count ? decided->parts[0] : NULL;

	j->out->decided = *decided;
	j->out->authentication = &a->authentications[a->authentication_count - 1];
	for (size_t i = 0; i < decided->count; i++)
		if (decided->parts[i]->authentication)
			j->out->authentication = decided->parts[i]->authentication;
	j->out->record = first ? first->record : NULL;
}

/* The first of the values asked for that is reached, with all else. */
static enum err
find_reached(struct judging *j, const struct need *least, struct need_assessed *out, bool *found, struct problem *why)
{
	*found = false;
	for (size_t i = 0; i < j->acr_count && !*found; i++) {
		struct need with = *least;

		if (!need_add(&with, &j->acrs[i].requires))
			return too_much(why);
		if (need_assess(j->arena, &with, &j->assessing, out, why) != OK)
			return why->code;
		*found = out->enough;
		if (*found)
			j->out->acr = j->acrs[i].value;
	}
	return OK;
}

/* Who reached all but the level that is essential is refused for that one: the decision says so. Of a level that no
 * policy knows there is none. */
static enum err
decide_essential(struct judging *j, const struct need *least, struct need_assessed *out, struct problem *why)
{
	struct need with = *least;

	*out = (struct need_assessed){ .count = 0 };
	if (!j->acr_count)
		return OK;
	return need_add(&with, &j->acrs[0].requires) ? need_assess(j->arena, &with, &j->assessing, out, why) :
	    too_much(why);
}

static enum err
lack_levels(struct judging *j, const struct need *least, const struct need_assessed *decided, size_t part,
    struct problem *why)
{
	const struct acr *lowest;
	bool possible = need_is_possible(j->arena, least, &j->assessing) &&
	    (!j->essential || possible_acr(j, least, &lowest));

	rest_on(j, decided);
	if (!possible) {
		refuse(j, UNMET, NOBODY_CAN);
		return OK;
	}
	if (j->c->sign_on->never_ask) {
		refuse(j, "interaction_required", "what was shown is not enough, and nobody may be asked for more");
		return OK;
	}
	j->out->decided.count = 0;
	j->out->login.joins = true;
	return ask_login(j, part, why);
}

/* A level that is only hoped for is asked for once. */
static bool
is_worth_asking(struct judging *j, const struct need *least)
{
	const struct acr *lowest;

	return !j->c->sign_on->never_ask && !id_given(&j->c->sign_on->login) && possible_acr(j, least, &lowest);
}

static enum err
look_at_levels(struct judging *j, bool *go_on, struct problem *why)
{
	struct need_assessed decided;
	struct need least;
	size_t part;
	bool found;

	*go_on = false;
	if (!sign_on_least(j->c, j->out->persona, &least))
		return too_much(why);
	if (find_reached(j, &least, &decided, &found, why) != OK)
		return why->code;
	if (!found && need_assess(j->arena, &least, &j->assessing, &decided, why) != OK)
		return why->code;
	part = decided.enough ? PART_OF_ACR : decided.first_unmet;
	if (decided.enough && j->essential && !found && decide_essential(j, &least, &decided, why) != OK)
		return why->code;
	if (part != PART_OF_ACR || (j->essential && !found))
		return lack_levels(j, &least, &decided, part, why);
	if (!found && is_worth_asking(j, &least)) {
		j->out->login.joins = true;
		return ask_login(j, PART_OF_ACR, why);
	}
	rest_on(j, &decided);
	if (!found && decided.count)
		j->out->acr = acr_reached(decided.parts[0]);
	*go_on = true;
	return OK;
}

/* Consent */

static void
look_at_consent(struct judging *j)
{
	const struct sign_on_case *c = j->c;
	const struct consent *before = c->consent;
	struct sign_on_verdict *out = j->out;
	bool remembered = before && consent_in_force(before) && before->persona == out->persona &&
	    !c->sign_on->consent_anew;

	out->offer = arena_space(j->arena, sizeof(*out->offer));
	sign_on_offer(c, out->persona, out->offer);
	out->agreed_now = agreed_here(c) && c->sign_on->persona == out->persona &&
	    choice_covers(c->sign_on->items, c->sign_on, out->offer);
	remembered = remembered && !out->agreed_now && choice_covers(before->items, c->sign_on, out->offer);
	if (out->agreed_now || remembered)
		out->items = out->agreed_now ? c->sign_on->items : before->items;
	if (!sign_on_lacks(out->offer) && (out->agreed_now || remembered) &&
	    choice_take(out->items, out->offer, out->told, &out->told_count)) {
		out->subject = subject_of(j->arena, c, out->persona);
		out->outcome = SIGN_ON_DONE;
		return;
	}
	if (c->sign_on->never_ask)
		refuse(j, sign_on_lacks(out->offer) ? "interaction_required" : "consent_required",
		    "the person has not agreed to this, and nobody may be asked");
	else
		out->outcome = SIGN_ON_CONSENT;
	out->decided.count = 0;
}

/* All */

static enum err
judge_person(struct judging *j, struct problem *why)
{
	bool go_on;

	if (look_at_levels(j, &go_on, why) != OK)
		return why->code;
	if (go_on)
		look_at_consent(j);
	return OK;
}

enum err
sign_on_judge(struct arena *arena, const struct sign_on_case *c, struct sign_on_verdict *out, struct problem *why)
{
	const struct sign_on *s = c->sign_on;
	struct judging j = { .arena = arena, .c = c, .out = out, .personas = sign_on_personas(arena, c) };
	bool somebody = c->session && j.personas;

	*out = (struct sign_on_verdict){ .outcome = SIGN_ON_NOTHING };
	if (s->denied || c->cancelled) {
		refuse(&j, "access_denied", s->denied ? "the person does not agree" : "the person left the login");
		return OK;
	}
	j.acr_count = acr_read(c->snapshot, s->acr_values, c->now, j.acrs);
	j.essential = s->acr_essential && s->acr_values.size;
	j.assessing = sign_on_assessing(arena, c, PERSONA_NONE);
	/* A hint of somebody else: that one may log in, but whoever has just done so is not it. */
	if (!j.personas) {
		if (id_given(&s->login)) {
			refuse(&j, "login_required", "another person is meant than the one who is logged in here");
			return OK;
		}
		j.personas = c->rp->personas;
	}
	if (!choose_persona(&j, why))
		return why->code;
	j.assessing.persona = span_text(persona_name(out->persona));
	if (!somebody)
		return ask_who(&j, false, why);
	return j.assessing.authentication_count ? judge_person(&j, why) : ask_who(&j, !s->account_anew, why);
}
