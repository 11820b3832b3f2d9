/* tools/ctl/ledger_verify.c - `watashictl ledger verify`: what a receipt proves of an entry, or of an answer.
 *
 *     answer -.
 *             v
 *     entry + salt -> commitment -> leaf -> proof -> root of the checkpoint -> signature
 *
 * An answer names its commitment; whether what else it says is true, its entry tells, which is in a file or fetched.
 * What an entry has not, the version that decided tells.
 * Without --fetch nothing is asked of anybody: what is proved here, the log's operator cannot take back.
 */
#include "ctl/ledger.h"

#include <jansson.h>
#include <stdio.h>
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
#include "ledger/receipt.h"

#define ANSWER_LARGEST (64 * MIB)
#define ANSWERED_MOST 4096 /* commitments in one saved answer */

/* What may be in the log: an entry, or one of an answer's decisions. */
struct candidate {
	struct hash commitment;
	const json_t *answer, *context; /* no answer of a context that stands beside another */
};

struct verification {
	const char *receipt, *entry, *salt, *answer, *origin, *authorities, *framework, *facts;
	bool fetch;
	struct texts keys;
	struct candidate *candidates;     /* one of which is to be in the log */
	size_t candidate_count;
	const struct candidate *proved;
	json_t *answered, *shown;         /* the files' */
	json_t *differences;              /* NULL: not compared */
	json_t *uncompared;               /* the answer's other decisions that nothing is known of; NULL: no answer */
	size_t others_compared;
};

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
	const struct answer_others_question q = { .proved = v->proved->context, .fetch = v->fetch,
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

static enum err
verify(struct ctl *ctl, struct verification *v, const struct note_key *keys, struct receipt *receipt,
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

/* Telling */

static const char *
proved_name(const struct verification *v)
{
	return v->differences ? "answer" : v->answer ? "commitment" : "entry";
}

/* What was compared, and what was not: nobody may take the one for the other. */
static void
agreement_show(const struct verification *v)
{
	puts("What the answer says of decision, ID, time, policy, levels, unmet requirements and receipt is what the\n"
	     "entry says; its failed and unknown criteria are recorded so, and their facts with that value and\n"
	     "source.");
	if (v->framework)
		puts("Taken again by the version that decided, the decision has the same unmet requirements, the same\n"
		     "failed and unknown criteria with area, level and texts, and what advice and obligations the\n"
		     "answer has. Of disregarded facts those that a criterion needs from a better word are told. Not\n"
		     "compared: facts that were stated in vain, which the entry does not have.");
	else
		puts("Not compared, as the entry does not have them: texts, advice, obligations, disregarded facts;\n"
		     "of criteria the area and level and what is needed of facts; whether all that is unmet or stood\n"
		     "in the way is told. --framework DIR, the version that decided, tells these, but for facts that\n"
		     "were stated in vain.");
}

static void
differences_show(const json_t *differences)
{
	static const char *const members[] = { "what", "answered", "recorded" };
	const json_t *one;
	size_t i;

	/* ASCII alone: these are others' words, and this is a terminal. */
	puts("THE ANSWER SAYS OTHERWISE than the entry:");
	json_array_foreach(differences, i, one) {
		char *text[COUNT(members)];

		for (size_t n = 0; n < COUNT(members); n++)
			text[n] = json_dumps(json_object_get(one, members[n]),
			    JSON_COMPACT | JSON_ENCODE_ANY | JSON_ENSURE_ASCII);
		printf("  %s: answered %s, recorded %s\n", text[0], text[1], text[2]);
		for (size_t n = 0; n < COUNT(members); n++)
			free(text[n]);
	}
}

/* The last line, so that nobody takes for proved what no receipt at hand is of. */
static void
others_show(const struct verification *v)
{
	const json_t *one;
	size_t i;

	if (v->others_compared)
		printf("Fetched and compared as well: %zu other decision%s of this answer, each with its own "
		       "receipt.%s\n",
		    v->others_compared, v->others_compared == 1 ? "" : "s",
		    v->framework ? " None of\nthem was taken again: --framework is of the one version." : "");
	if (json_array_size(v->uncompared) == 0)
		return;
	printf("NOT COMPARED: %zu other decision%s of this answer, each of which has its own receipt%s:",
	    json_array_size(v->uncompared), json_array_size(v->uncompared) == 1 ? "" : "s",
	    v->fetch ? " where it was decided" : " (--fetch compares them)");
	json_array_foreach(v->uncompared, i, one) {
		char *framework = json_dumps(json_object_get(one, "framework"), JSON_ENCODE_ANY | JSON_ENSURE_ASCII);

		printf("%s %s (%s)", i ? "," : "", answer_text(one, "at"), framework ? framework : "");
		free(framework);
	}
	putchar('\n');
}

static void
show_json(struct ctl *ctl, const struct verification *v, const struct receipt *receipt, const struct checkpoint *c)
{
	json_t *answer = json_pack("{s:b,s:s,s:s%,s:I,s:I,s:s,s:s,s:O*,s:O*}",
	    "holds", json_array_size(v->differences) == 0,
	    "proved", proved_name(v),
	    "origin", (const char *)c->origin.data, c->origin.size,
	    "index", (json_int_t)receipt->index,
	    "size", (json_int_t)c->size,
	    "root", hex_write(ctl->arena, span_of(c->root.bytes, HASH_SIZE)),
	    "commitment", hex_write(ctl->arena, span_of(v->proved->commitment.bytes, HASH_SIZE)),
	    "differences", v->differences, "uncompared", v->uncompared);

	answer_print(answer);
	json_decref(answer);
}

static void
show(struct ctl *ctl, const struct verification *v, const struct receipt *receipt)
{
	struct note *note = arena_new(ctl->arena, struct note);
	struct checkpoint c = { 0 };

	/* Both were read when the receipt was verified. */
	if (note_read(ctl->arena, receipt->checkpoint, note, NULL) == OK)
		checkpoint_read(ctl->arena, note->text, &c, NULL);
	if (ctl->json) {
		show_json(ctl, v, receipt, &c);
		return;
	}
	printf("%s is in the log %.*s: index %llu of %llu entries, under a signed checkpoint.\ncommitment %s\n",
	    v->differences ? "This answer's entry" : v->answer ? "The commitment that this answer names" : "This entry",
	    SPAN_ARGS(c.origin), (unsigned long long)receipt->index, (unsigned long long)c.size,
	    hex_write(ctl->arena, span_of(v->proved->commitment.bytes, HASH_SIZE)));
	if (json_array_size(v->differences))
		differences_show(v->differences);
	else if (v->differences)
		agreement_show(v);
	else if (v->answer)
		puts("What the answer says was not compared with the entry: --entry FILE or --fetch does.");
	others_show(v);
}

enum ending
ledger_verify(struct ctl *ctl, int argc, char **argv)
{
	struct verification v = { 0 };
	const struct flag flags[] = {
		{ .name = "entry", .argument = "FILE", .text = &v.entry,
		    .help = "the entry, or what /v1/ledger/entries/ID answered" },
		{ .name = "salt", .argument = "HEX", .help = "the entry's salt, where neither FILE has it",
		    .text = &v.salt },
		{ .name = "answer", .argument = "FILE", .text = &v.answer,
		    .help = "an answer; with --entry or --fetch it is compared with its entry" },
		{ .name = "fetch", .set = &v.fetch,
		    .help = "fetch the entries of all its decisions from where their receipts are" },
		{ .name = "authorities", .argument = "FILE", .text = &v.authorities,
		    .help = "with --fetch: CA certificates (PEM) in place of the system's" },
		{ .name = "framework", .argument = "DIR|NAME", .text = &v.framework,
		    .help = "the version that decided: what no entry has is compared with it" },
		{ .name = "facts", .argument = "FILE", .text = &v.facts,
		    .help = "with --framework: the dictionary; DIR/../../facts.json when not given" },
		{ .name = "key", .argument = "VKEY", .help = KEY_HELP, .list = &v.keys },
		{ .name = "origin", .argument = "NAME", .text = &v.origin,
		    .help = "the log's name; that of the key when not given" },
		{ 0 },
	};
	const struct usage usage = {
		.synopsis = "ledger verify RECEIPT (--entry FILE | --answer FILE [--entry FILE | --fetch]) --key VKEY",
		.about = "Whether RECEIPT, a file from /v1/receipts/ID (C2SP tlog-proof), proves that the entry, or\n"
		         "the commitment that an answer names, is in the log; and whether the answer says what its\n"
		         "entry says. An answer's other decisions, each of which has its own receipt, are compared\n"
		         "with --fetch, and else named as not compared. Works without daemon and, but for\n"
		         "--fetch, without network. Status 1: not so.",
		.flags = flags,
		.least = 1,
		.most = 1,
	};
	struct receipt receipt;
	struct note_key *keys;
	struct problem why;
	enum ending ending;

	if (!arguments_read(ctl, &usage, argc, argv, &v.receipt, &ending))
		return ending;
	if (!v.entry && !v.answer)
		return misused("ledger verify: expected --entry, --answer or both: a receipt alone says nothing");
	if (v.fetch && (!v.answer || v.entry))
		return misused("ledger verify: --fetch goes with --answer, and without --entry");
	if (v.framework && (!v.answer || (!v.entry && !v.fetch)))
		return misused("ledger verify: --framework goes with --answer and its entry, --entry FILE or --fetch");
	if (!ledger_keys_read(ctl, &v.keys, &keys))
		return USED_WRONGLY;
	if (verify(ctl, &v, keys, &receipt, &why) != OK) {
		ending = refused(&why);
	} else {
		show(ctl, &v, &receipt);
		ending = json_array_size(v.differences) == 0 ? DONE : REFUSED;
	}
	json_decref(v.answered);
	json_decref(v.shown);
	json_decref(v.differences);
	json_decref(v.uncompared);
	return ending;
}
