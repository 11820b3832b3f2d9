/* assurance/framework_steps.c - the steps that help, for advice, read: steps.json. */
#include "assurance/framework_reading.h"

#define EFFECTS_LARGEST 32
#define COST_LARGEST 1000000

/* RFC 8176 s2. */
static const char *const amr_words[] = {
	"face", "fpt", "geo", "hwk", "iris", "kba", "mca", "mfa", "otp", "pin", "pop", "pwd", "rba", "retina", "sc",
	"sms", "swk", "tel", "user", "vbm", "wia",
};
_Static_assert(COUNT(amr_words) <= 32, "a set of them is 32 bits");

const char *
amr_word(size_t number)
{
	return number < COUNT(amr_words) ? amr_words[number] : NULL;
}

static uint32_t
read_amr(struct place array)
{
	size_t count = place_count_within(array, 0, COUNT(amr_words));
	uint32_t set = 0;

	for (size_t i = 0; i < count; i++) {
		struct place p = place_element(array, i);
		uint32_t bit = UINT32_C(1) << policy_word(p, amr_words, COUNT(amr_words));

		if (set & bit)
			place_fail(p, "each method once", NULL);
		set |= bit;
	}
	return set;
}

static struct effect
read_effect(const struct framework_reading *r, struct place p)
{
	struct place set = place_member(p, "set"), add = place_member(p, "add");
	const struct fact *fact = framework_fact(r, place_member(p, "fact"));
	struct effect effect = { .add = place_exists(add) };

	if (!fact)
		return effect;
	effect.fact = (uint16_t)fact->number;
	if (place_exists(set) == place_exists(add))
		place_fail(p, "either set or add", place_exists(set) ? "both" : "neither");
	else if (effect.add && fact->type != FACT_SET)
		place_fail(add, "a fact that is a set", fact_type_name(fact->type));
	else
		condition_literal(effect.add ? add : set, fact, &effect.value);
	return effect;
}

static void
read_effects(struct framework_reading *r, struct place p, struct step *step)
{
	struct place array = place_member(p, "effects"), collects = place_member(p, "collects");
	struct effect *effects;
	uint16_t *facts;

	step->effect_count = place_count_within(array, 0, EFFECTS_LARGEST);
	step->collect_count = place_count_within(collects, 0, EFFECTS_LARGEST);
	if (step->effect_count + step->collect_count == 0)
		place_fail(p, "effects, or facts it collects", "neither");
	step->effects = effects = arena_array(r->arena, struct effect, step->effect_count);
	for (size_t i = 0; i < step->effect_count; i++) {
		effects[i] = read_effect(r, place_element(array, i));
		for (size_t n = 0; n < i; n++)
			if (effects[n].fact == effects[i].fact)
				place_fail(place_element(array, i), "each fact once", NULL);
		r->framework->uses[effects[i].fact / 64] |= UINT64_C(1) << effects[i].fact % 64;
	}
	step->collects = facts = arena_array(r->arena, uint16_t, step->collect_count);
	for (size_t i = 0; i < step->collect_count; i++) {
		const struct fact *fact = framework_fact(r, place_element(collects, i));

		facts[i] = fact ? (uint16_t)fact->number : 0;
		for (size_t n = 0; n < i; n++)
			if (facts[n] == facts[i])
				place_fail(place_element(collects, i), "each fact once", NULL);
		r->framework->uses[facts[i] / 64] |= UINT64_C(1) << facts[i] % 64;
	}
}

static struct step
read_step(struct framework_reading *r, struct place p)
{
	static const char *const who[] = {
		[STEP_PERSON] = "person", [STEP_IDP] = "idp", [STEP_RP] = "rp", [STEP_OPERATOR] = "operator",
	};
	struct place needs = place_member(p, "needs"), cost = place_required(place_member(p, "cost"));
	struct step step = {
		.id = policy_id(place_member(p, "id")),
		.who = (enum step_who)policy_word(place_member(p, "who"), who, COUNT(who)),
		.in_person = place_boolean(place_required(place_member(p, "in_person")), false),
		.cost = (uint32_t)place_integer(cost, 1, COST_LARGEST, 1),
		.title = policy_title(place_member(p, "title"), NEEDED),
		.text = policy_text(place_member(p, "text"), NEEDED),
		.amr = read_amr(place_member(p, "amr")),
	};

	if (place_exists(needs))
		step.needs = framework_condition(r, needs);
	read_effects(r, p, &step);
	return step;
}

void
framework_read_steps(struct framework_reading *r)
{
	struct place array = place_member(framework_file(r, "steps.json"), "steps");
	size_t count = place_count_within(array, 0, STEPS_LARGEST);
	struct step *list;

	if (!place_exists(array))
		place_fail(array, "a list of steps", NULL);
	r->framework->steps = list = arena_array(r->arena, struct step, count);
	for (size_t i = 0; i < count; i++) {
		struct place p = place_element(array, i);

		list[i] = read_step(r, p);
		policy_once(place_member(p, "id"), list[i].id, step_find(r->framework, list[i].id) >= 0);
		r->framework->step_count++;
	}
}
