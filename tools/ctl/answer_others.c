/* tools/ctl/answer_others.c - the decisions of an answer beside the one that its receipt is of. */
#include "ctl/answer_others.h"

#include <string.h>

#include "base/buffer.h"
#include "codec/text.h"
#include "codec/tree.h"
#include "ctl/answer_compare.h"
#include "ctl/entry_fetch.h"
#include "ledger/entry.h"
#include "ledger/receipt.h"

struct others {
	const struct answer_others_question *question;
	struct arena *arena;
	json_t *differences, *uncompared;
	size_t compared;
};

/* Another's string, or "" where it is none. */
static const char *
text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

/* The entry as it was fetched is believed when it is what the answer's commitment is of. */
static enum err
entry_check(const json_t *shown, const json_t *receipt, struct hash *out, struct problem *why)
{
	const json_t *entry = json_object_get(shown, "entry");
	struct buffer b = buffer_init(LEDGER_ENTRY_LARGEST);
	uint8_t salt[LEDGER_SALT], promised[HASH_SIZE];
	const char *expected;
	bool same = false;

	if (json_is_object(entry) && tree_canonical(entry, &expected) &&
	    hex_read(span_text(text_of(receipt, "salt")), salt, sizeof(salt)) &&
	    hex_read(span_text(text_of(receipt, "commitment")), promised, sizeof(promised))) {
		tree_write(&b, entry);
		*out = ledger_commitment(salt, buffer_span(&b));
		same = !b.overflowed && memcmp(out->bytes, promised, HASH_SIZE) == 0;
	}
	buffer_release(&b);
	return same ? OK : problem_set(why, ERR_INVALID, "",
	    "the entry fetched is not the one that the answer's commitment is of");
}

static enum err
entry_prove(struct others *o, const json_t *receipt_of, const struct hash *commitment, struct problem *why)
{
	const struct answer_others_question *q = o->question;
	struct receipt receipt;
	struct span text;

	if (receipt_fetch(o->arena, text_of(receipt_of, "url"), q->authorities, &text, why) != OK ||
	    receipt_read(o->arena, text, &receipt, why) != OK)
		return why->code;
	return receipt_verify(&receipt, span_of(commitment->bytes, HASH_SIZE), q->origin, q->keys, q->key_count,
	    o->arena, why);
}

/* Each is told under the place where it stands. */
static void
take_differences(struct others *o, const char *at, json_t *found)
{
	json_t *one;
	size_t i;

	json_array_foreach(found, i, one)
		answer_differ(o->differences, json_object_get(one, "answered"), json_object_get(one, "recorded"),
		    "%s: %s", at, text_of(one, "what"));
	json_decref(found);
}

/* What stands beside a decision is of the same question: the same asker's, of the same subject, at the same time. Both
 * entries are proved; where there is none of the decision, nobody knows, and that is a difference, too. */
static void
compare_question(struct others *o, const char *at, const json_t *decided, const json_t *beside)
{
	static const char *const asked[] = {
		"subject", "action", "resource", "purpose", "caller", "member", "at", "facts",
	};

	for (size_t i = 0; i < COUNT(asked); i++)
		answer_differ(o->differences, json_object_get(decided, asked[i]), json_object_get(beside, asked[i]),
		    "%s: its question's %s", at, asked[i]);
}

/* `*entry`: the one that was proved, new. */
static enum err
compare_fetched(struct others *o, const char *at, const json_t *answer, const json_t *context, json_t **entry,
    struct problem *why)
{
	const json_t *receipt = json_object_get(context, "receipt");
	struct hash commitment;
	struct span text;
	json_t *shown;
	enum err err;

	if (entry_fetch(o->arena, text_of(receipt, "url"), text_of(receipt, "salt"), o->question->authorities, &text,
	    why) != OK)
		return problem_within(why, "%s", at);
	shown = json_loadb((const char *)text.data, text.size, JSON_REJECT_DUPLICATES, NULL);
	err = entry_check(shown, receipt, &commitment, why);
	if (err == OK)
		err = entry_prove(o, receipt, &commitment, why);
	if (err == OK)
		take_differences(o, at, answer_compare(answer, context, json_object_get(shown, "entry")));
	*entry = err == OK ? json_incref(json_object_get(shown, "entry")) : NULL;
	json_decref(shown);
	o->compared += err == OK;
	return err == OK ? OK : problem_within(why, "%s", at);
}

/* `*entry`: of this decision, new; NULL: none is known. */
static enum err
look_at(struct others *o, const char *at, const json_t *answer, const json_t *context, json_t **entry,
    struct problem *why)
{
	const json_t *error = json_object_get(context, "error");

	*entry = NULL;
	if (context && context == o->question->proved) {
		*entry = json_incref(o->question->entry);
		return OK;
	}
	/* Where nothing could be decided there is no entry. */
	if (o->question->fetch && !error)
		return compare_fetched(o, at, answer, context, entry, why);
	json_array_append_new(o->uncompared, json_pack("{s:s,s:s,s:s}", "at", at, "framework",
	    text_of(json_object_get(context, "policy"), "id"), "evaluation", text_of(context, "evaluation_id")));
	return OK;
}

static enum err
look_at_all(struct others *o, const char *at, const json_t *answer, struct problem *why)
{
	const json_t *context = json_object_get(answer, "context"), *also = json_object_get(context, "also"), *one;
	json_t *decided, *beside;
	enum err err = look_at(o, arena_print(o->arena, "%s/context", at), answer, context, &decided, why);
	size_t i;

	json_array_foreach(also, i, one) {
		const char *place = arena_print(o->arena, "%s/context/also/%zu", at, i);

		if (err != OK)
			break;
		err = look_at(o, place, NULL, one, &beside, why);
		if (err == OK && o->question->fetch && beside)
			compare_question(o, place, decided, beside);
		json_decref(beside);
	}
	json_decref(decided);
	return err;
}

enum err
answer_others_compare(struct arena *a, const struct answer_others_question *q, const json_t *answered,
    struct answer_others *out, struct problem *why)
{
	struct others o = { .question = q, .arena = a, .differences = json_array(), .uncompared = json_array() };
	const json_t *evaluations = json_object_get(answered, "evaluations"), *one;
	enum err err = OK;
	size_t i;

	if (!evaluations || json_object_get(answered, "context"))
		err = look_at_all(&o, "", answered, why);
	json_array_foreach(evaluations, i, one)
		if (err == OK)
			err = look_at_all(&o, arena_print(a, "/evaluations/%zu", i), one, why);
	*out = (struct answer_others){ o.differences, o.uncompared, o.compared };
	return err;
}
