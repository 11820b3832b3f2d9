/* tools/ctl/answer_anew.c - an answer compared with the same question, put again to the version that decided. */
#include "ctl/answer_compare.h"

#include <string.h>

#include "assurance/decided.h"
#include "codec/text.h"

#define ANSWER_LARGEST (4 * MIB)

/* Lists whose elements are told one by one, by what names them. */
static const struct {
	const char *name, *by, *or_by;
} lists[] = {
	{ "unmet", "area", "criterion" },
	{ "failed", "id", NULL },
	{ "unknown", "id", NULL },
};
/* What whoever asks may not have wanted is compared where it is. */
static const char *const wanted[] = { "advice", "acr_values", "amr_values", "login_search", "obligations" };

static enum err
version_check(struct arena *a, const struct framework *f, const struct decided *d, struct problem *why)
{
	const char *digest = arena_print(a, "sha256:%s", hex_write(a, f->digest));

	if (!span_is(d->policy, digest))
		return problem_set(why, ERR_INVALID, "",
		    "the version given is %.*s %.*s, digest %s: expected the one that decided, %.*s", SPAN_ARGS(f->id),
		    SPAN_ARGS(f->version), digest, SPAN_ARGS(d->policy));
	if (!span_is(d->engine, ENGINE_VERSION))
		return problem_set(why, ERR_UNSUPPORTED, "", "engine %.*s decided, and this is engine %s",
		    SPAN_ARGS(d->engine), ENGINE_VERSION);
	return OK;
}

static enum err
result_check(const struct decided *d, const struct decision *decision, struct problem *why)
{
	struct buffer b = buffer_init(ANSWER_LARGEST);
	bool same;

	decision_result_write(&b, decision);
	same = span_equal(buffer_span(&b), d->result);
	buffer_release(&b);
	return same ? OK : problem_set(why, ERR_INVALID, "",
	    "the version that decided says otherwise of what the entry has: the result recorded is not its result");
}

static json_t *
decision_json(const struct decision *decision, bool obliged)
{
	struct buffer b = buffer_init(ANSWER_LARGEST);
	json_t *json;

	buffer_byte(&b, '{');
	decision_write(&b, decision);
	if (obliged)
		decision_obligations_write(&b, decision);
	buffer_byte(&b, '}');
	json = json_loadb((const char *)buffer_span(&b).data, buffer_span(&b).size, 0, NULL);
	buffer_release(&b);
	return json;
}

/* What names an element of list `n`. */
static const char *
named_by(size_t n, const json_t *one)
{
	return lists[n].or_by && json_object_get(one, lists[n].or_by) ? lists[n].or_by : lists[n].by;
}

static void
compare_list(json_t *differences, size_t n, const json_t *answered, const json_t *anew)
{
	const char *name = lists[n].name;
	const json_t *one;
	size_t i, before = json_array_size(differences);

	json_array_foreach(anew, i, one) {
		const char *by = named_by(n, one), *text = json_string_value(json_object_get(one, by));

		answer_differ(differences, answer_element(answered, by, text), one, "%s/%s", name, text);
	}
	json_array_foreach(answered, i, one) {
		const char *by = named_by(n, one), *text = json_string_value(json_object_get(one, by));

		if (!answer_element(anew, by, text))
			answer_differ(differences, one, NULL, "%s/%s", name, text ? text : "");
	}
	/* The same elements, and one of them twice or in another place. */
	if (json_array_size(differences) == before)
		answer_differ(differences, answered, anew, "%s", name);
}

/* Of what did not count the entry has what is known, and not well enough for some criterion: that must be told. What
 * was stated in vain beside it the entry cannot have, for it keeps what the engine looked at. */
static void
compare_disregarded(json_t *differences, const json_t *answered, const json_t *anew)
{
	const json_t *one, *told;
	size_t i, n;

	json_array_foreach(anew, i, one) {
		bool found = false;

		json_array_foreach(answered, n, told)
			found = found || json_equal(told, one);
		if (!found)
			answer_differ(differences, NULL, one, "disregarded/%s",
			    json_string_value(json_object_get(one, "fact")));
	}
}

static void
compare_all(json_t *differences, const json_t *context, const json_t *anew)
{
	for (size_t i = 0; i < COUNT(lists); i++)
		compare_list(differences, i, json_object_get(context, lists[i].name),
		    json_object_get(anew, lists[i].name));
	compare_disregarded(differences, json_object_get(context, "disregarded"),
	    json_object_get(anew, "disregarded"));
	for (size_t i = 0; i < COUNT(wanted); i++)
		if (json_object_get(context, wanted[i]))
			answer_differ(differences, json_object_get(context, wanted[i]),
			    json_object_get(anew, wanted[i]), "%s", wanted[i]);
}

enum err
answer_compare_anew(struct arena *a, const struct framework *framework, const json_t *context, struct span entry,
    json_t *differences, struct problem *why)
{
	struct decision *decision = arena_new(a, struct decision);
	struct decided *decided = arena_new(a, struct decided);
	struct facts *facts = arena_new(a, struct facts);
	struct question question;
	json_t *anew;

	if (decided_read(a, entry, decided, why) != OK || version_check(a, framework, decided, why) != OK ||
	    decided_question(decided, framework, a, facts, &question, why) != OK)
		return why->code;
	question.advise = json_object_get(context, "advice") != NULL;
	question.step_up = true;
	decide(&question, decision);
	if (result_check(decided, decision, why) != OK)
		return why->code;
	anew = decision_json(decision, json_object_get(context, "obligations") != NULL);
	compare_all(differences, context, anew);
	json_decref(anew);
	return OK;
}
