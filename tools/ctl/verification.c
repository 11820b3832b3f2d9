/* tools/ctl/verification.c - what a receipt proves of an entry, or of an answer. */
#include "ctl/verification.h"

#include <stdlib.h>

#include "base/file.h"
#include "codec/text.h"
#include "codec/tree.h"
#include "ctl/answer_compare.h"
#include "ctl/answer_others.h"
#include "ctl/client.h"
#include "ctl/entry_fetch.h"
#include "ctl/policy.h"
#include "ledger/entry.h"

#define ANSWER_LARGEST (64 * MIB)
#define ANSWERED_MOST 4096 /* commitments in one saved answer */

/* Files */

static enum err
file_take(struct ctl *ctl, const char *path, size_t limit, struct span *out, struct problem *why)
{
	struct buffer b = buffer_init(limit);
	enum err err = file_read(path, &b, why);

	if (err == OK)
		*out = arena_copy(ctl->arena, buffer_span(&b));
	buffer_release(&b);
	return err;
}

static enum err
json_take(const char *name, struct span text, json_t **out, struct problem *why)
{
	json_error_t wrong;

	*out = json_loadb((const char *)text.data, text.size, JSON_REJECT_DUPLICATES, &wrong);
	if (!*out)
		return problem_set(why, ERR_SYNTAX, "RFC 8259", "%s: line %d: %s", name, wrong.line, wrong.text);
	return OK;
}

/* The entry itself, or as /v1/ledger/entries/ID shows it: {"salt":…,"entry":{…}}. */

static const json_t *
entry_of(const struct verification *v)
{
	const json_t *entry = json_object_get(v->shown, "entry");

	return entry ? entry : v->shown;
}

static const char *
salt_of(const struct verification *v, const struct candidate *answered)
{
	const char *shown = json_string_value(json_object_get(v->shown, "salt"));

	if (v->salt || (shown && json_object_get(v->shown, "entry")))
		return v->salt ? v->salt : shown;
	if (!answered)
		return NULL;
	return json_string_value(json_object_get(json_object_get(answered->context, "receipt"), "salt"));
}

/* A copy may be spaced otherwise than the log's, for canonical JSON has one form. */
static enum err
entry_commit(const struct verification *v, const char *name, const struct candidate *answered, struct hash *out,
    struct problem *why)
{
	struct buffer b = buffer_init(LEDGER_ENTRY_LARGEST);
	const json_t *entry = entry_of(v);
	const char *salt = salt_of(v, answered), *expected;
	uint8_t bytes[LEDGER_SALT];
	enum err err = OK;

	if (!salt)
		err = problem_set(why, ERR_INVALID, "", "%s has no salt in it; --salt tells it", name);
	else if (!hex_read(span_text(salt), bytes, sizeof(bytes)))
		err = problem_set(why, ERR_SYNTAX, "", "the salt: expected %d hexadecimal digits", 2 * LEDGER_SALT);
	else if (!json_is_object(entry) || !tree_canonical(entry, &expected))
		err = problem_set(why, ERR_SYNTAX, "RFC 8785", "%s: expected an entry of the log, a JSON object%s%s",
		    name, json_is_object(entry) ? " with " : "", json_is_object(entry) ? expected : "");
	if (err == OK) {
		tree_write(&b, entry);
		if (b.overflowed)
			err = problem_set(why, ERR_LIMIT, "", "%s: expected an entry of at most %zu bytes", name,
			    LEDGER_ENTRY_LARGEST);
		*out = ledger_commitment(bytes, buffer_span(&b));
	}
	buffer_release(&b);
	return err;
}

/* An answer of /access/v1/evaluation or evaluations: which of its decisions is meant, the receipt says. */

static void
context_collect(struct verification *v, const json_t *answer, const json_t *context)
{
	const json_t *commitment = json_object_get(json_object_get(context, "receipt"), "commitment");
	struct candidate *c = &v->candidates[v->candidate_count];

	if (v->candidate_count == ANSWERED_MOST || !json_is_string(commitment) ||
	    !hex_read(span_text(json_string_value(commitment)), c->commitment.bytes, HASH_SIZE))
		return;
	c->answer = answer;
	c->context = context;
	v->candidate_count++;
}

/* A decision has one context, which may hold others that were evaluated beside it. */
static void
decision_collect(struct verification *v, const json_t *answer)
{
	const json_t *context = json_object_get(answer, "context"), *other;
	size_t i;

	context_collect(v, answer, context);
	json_array_foreach(json_object_get(context, "also"), i, other)
		context_collect(v, NULL, other);
}

static enum err
candidates_collect(struct ctl *ctl, struct verification *v, struct problem *why)
{
	const json_t *decision;
	size_t i;

	v->candidates = arena_array(ctl->arena, struct candidate, ANSWERED_MOST);
	if (!v->answer) {
		v->candidate_count = 1;
		return entry_commit(v, v->entry, NULL, &v->candidates[0].commitment, why);
	}
	decision_collect(v, v->answered);
	json_array_foreach(json_object_get(v->answered, "evaluations"), i, decision)
		decision_collect(v, decision);
	if (v->candidate_count == 0)
		return problem_set(why, ERR_INVALID, "",
		    "%s: expected an answer with a commitment at /context/receipt/commitment", v->answer);
	return OK;
}

/* Proving */

static enum err
prove(struct ctl *ctl, struct verification *v, const struct note_key *keys, struct receipt *receipt,
    struct problem *why)
{
	struct span text;
	enum err err = file_take(ctl, v->receipt, RECEIPT_LARGEST, &text, why);

	if (err == OK && receipt_read(ctl->arena, text, receipt, why) != OK)
		err = problem_within(why, "%s", v->receipt);
	if (err != OK)
		return err;
	for (size_t i = 0; i < v->candidate_count; i++) {
		v->proved = &v->candidates[i];
		err = receipt_verify(receipt, span_of(v->proved->commitment.bytes, HASH_SIZE),
		    v->origin ? span_text(v->origin) : keys[0].name, keys, v->keys.count, ctl->arena, why);
		if (err == OK)
			return OK;
	}
	return err;
}

static const char *
entry_name(const struct verification *v)
{
	return v->fetch ? "the entry fetched" : v->entry;
}

/* What stands around an entry that was shown: its place is the receipt's, and the rest follows from the entry. */

static const char *
kind_of(const json_t *entry)
{
	const char *event = answer_text(entry, "event");

	if (json_object_get(entry, "evaluation"))
		return ledger_kind_name(LEDGER_DECISION);
	if (json_object_get(entry, "proofing"))
		return ledger_kind_name(LEDGER_PROOFING);
	if (json_object_get(entry, "credential"))
		return ledger_kind_name(LEDGER_CREDENTIAL);
	if (json_object_get(entry, "case"))
		return ledger_kind_name(LEDGER_DESK);
	if (strcmp(event, "policy.published") == 0)
		return ledger_kind_name(LEDGER_POLICY);
	return ledger_kind_name(strcmp(event, "ledger.erased") == 0 ? LEDGER_ERASURE : LEDGER_CHANGE);
}

static enum err
shown_check(struct ctl *ctl, const struct verification *v, const struct receipt *receipt, struct problem *why)
{
	const char *name = json_object_get(entry_of(v), "evaluation") ? "evaluation" : "proofing";
	const json_t *entry = entry_of(v), *id = json_object_get(entry, name);
	const struct {
		const char *name;
		json_t *expected; /* NULL: nothing tells */
	} members[] = {
		{ "kind", json_string(kind_of(entry)) },
		{ "index", json_integer((json_int_t)receipt->index) },
		{ "commitment", json_string(hex_write(ctl->arena, span_of(v->proved->commitment.bytes, HASH_SIZE))) },
		{ "id", id ? json_deep_copy(id) : NULL },
		{ "receipt", json_string(arena_print(ctl->arena, "/v1/receipts/%s",
		    id ? answer_text(entry, name) : answer_text(v->shown, "id"))) },
	};
	enum err err = OK;

	for (size_t i = 0; i < COUNT(members); i++) {
		const json_t *found = json_object_get(v->shown, members[i].name);
		char *expected = json_dumps(members[i].expected, JSON_ENCODE_ANY | JSON_ENSURE_ASCII);
		char *told = json_dumps(found, JSON_ENCODE_ANY | JSON_ENSURE_ASCII);

		if (err == OK && entry != v->shown && found && members[i].expected &&
		    !json_equal(found, members[i].expected))
			err = problem_set(why, ERR_INVALID, "",
			    "%s: /%s: expected %s, which is what was proved, found %.200s", entry_name(v),
			    members[i].name, expected, told ? told : "something else");
		free(expected);
		free(told);
		json_decref(members[i].expected);
	}
	return err;
}

/* Comparing: the entry must be the one whose commitment was proved, wherever it comes from. */

static enum err
fetch(struct ctl *ctl, struct verification *v, struct problem *why)
{
	const json_t *receipt = json_object_get(v->proved->context, "receipt");
	struct span text;

	if (entry_fetch(ctl->arena, answer_text(receipt, "url"), answer_text(receipt, "salt"), v->authorities,
	        &text, why) != OK)
		return why->code;
	return json_take("the entry fetched", text, &v->shown, why);
}

/* By the version that decided, which has what no entry has. */
static enum err
answer_decide(struct ctl *ctl, struct verification *v, struct problem *why)
{
	struct buffer b = buffer_init(LEDGER_ENTRY_LARGEST);
	struct policy_version version;
	struct span entry;

	tree_write(&b, entry_of(v));
	entry = arena_copy(ctl->arena, buffer_span(&b));
	buffer_release(&b);
	if (policy_version_read(ctl, v->framework, v->facts, &version, why) != OK)
		return why->code;
	return answer_compare_anew(ctl->arena, version.framework, v->proved->context, entry, v->differences, why);
}

/* The receipt that the answer has, beside what its entry tells. */
static void
answer_compare_receipt(struct ctl *ctl, struct verification *v)
{
	const json_t *receipt = json_object_get(v->proved->context, "receipt");
	json_t *salt = json_string(salt_of(v, v->proved));
	const char *url = answer_text(receipt, "url");
	const char *end = arena_print(ctl->arena, "/v1/receipts/%s", answer_text(entry_of(v), "evaluation"));
	size_t length = strlen(url), least = strlen(end);

	answer_differ(v->differences, json_object_get(receipt, "salt"), salt, "receipt/salt");
	if (length < least || strcmp(url + length - least, end) != 0) {
		json_t *expected = json_string(end);

		answer_differ(v->differences, json_object_get(receipt, "url"), expected, "receipt/url");
		json_decref(expected);
	}
	json_decref(salt);
}

static enum err
answer_check(struct ctl *ctl, struct verification *v, const struct receipt *receipt, struct problem *why)
{
	struct hash commitment;

	if (v->fetch && fetch(ctl, v, why) != OK)
		return why->code;
	if (entry_commit(v, entry_name(v), v->proved, &commitment, why) != OK)
		return why->code;
	if (!hash_equal(&commitment, &v->proved->commitment))
		return problem_set(why, ERR_INVALID, "",
		    "%s: this is not the entry, or not the salt, that the answer's commitment is of", entry_name(v));
	if (shown_check(ctl, v, receipt, why) != OK)
		return why->code;
	v->differences = answer_compare(v->proved->answer, v->proved->context, entry_of(v));
	answer_compare_receipt(ctl, v);
	return v->framework ? answer_decide(ctl, v, why) : OK;
}

/* The answer may tell of more than the receipt is of. */
static enum err
others_check(struct ctl *ctl, struct verification *v, const struct note_key *keys, struct problem *why)
{
	json_t *entry = json_object_get(v->shown, "entry");
	const struct answer_others_question q = { .proved = v->proved->context, .fetch = v->fetch,
		.entry = entry ? entry : v->shown,
		.authorities = v->authorities, .origin = v->origin ? span_text(v->origin) : keys[0].name, .keys = keys,
		.key_count = v->keys.count };
	struct answer_others others;
	enum err err = answer_others_compare(ctl->arena, &q, v->answered, &others, why);

	if (v->differences)
		json_array_extend(v->differences, others.differences);
	json_decref(others.differences);
	v->uncompared = others.uncompared;
	v->others_compared = others.compared;
	return err;
}

enum err
verification_run(struct ctl *ctl, struct verification *v, const struct note_key *keys, struct receipt *receipt,
    struct problem *why)
{
	struct span text;

	if (v->entry && (file_take(ctl, v->entry, ANSWER_LARGEST, &text, why) != OK ||
	    json_take(v->entry, text, &v->shown, why) != OK))
		return why->code;
	if (v->answer && (file_take(ctl, v->answer, ANSWER_LARGEST, &text, why) != OK ||
	    json_take(v->answer, text, &v->answered, why) != OK))
		return why->code;
	if (candidates_collect(ctl, v, why) != OK || prove(ctl, v, keys, receipt, why) != OK)
		return why->code;
	if (v->answer && (v->entry || v->fetch) && answer_check(ctl, v, receipt, why) != OK)
		return why->code;
	if (v->answer)
		return others_check(ctl, v, keys, why);
	return shown_check(ctl, v, receipt, why);
}

void
verification_release(struct verification *v)
{
	json_decref(v->answered);
	json_decref(v->shown);
	json_decref(v->differences);
	json_decref(v->uncompared);
}
