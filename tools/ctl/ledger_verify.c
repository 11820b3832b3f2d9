/* tools/ctl/ledger_verify.c - `watashictl ledger verify`: whether a receipt proves that an entry is in the log.
 *
 *     entry + salt -> commitment -> leaf -> proof -> root of the checkpoint -> signature
 *
 * An answer only names its commitment: what else it says is not of the log, so of that nothing is proved.
 *
 * Nothing is asked of anybody: what is proved here, the log's operator cannot take back.
 */
#include "ctl/ledger.h"

#include <jansson.h>
#include <stdio.h>

#include "base/file.h"
#include "codec/text.h"
#include "codec/tree.h"
#include "ctl/client.h"
#include "ledger/entry.h"
#include "ledger/receipt.h"

#define ANSWER_LARGEST (64 * MIB)
#define ANSWERED_MOST 4096 /* commitments in one saved answer */

struct verification {
	const char *receipt, *entry, *salt, *answer, *origin;
	struct texts keys;
	struct hash *candidates;    /* commitments, one of which is to be in the log */
	size_t candidate_count;
	const char *what;           /* is in the log then: for people */
};

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
json_take(struct ctl *ctl, const char *path, json_t **out, struct problem *why)
{
	json_error_t wrong;
	struct span text;

	*out = NULL;
	if (file_take(ctl, path, ANSWER_LARGEST, &text, why) != OK)
		return why->code;
	*out = json_loadb((const char *)text.data, text.size, JSON_REJECT_DUPLICATES, &wrong);
	if (!*out)
		return problem_set(why, ERR_SYNTAX, "RFC 8259", "%s: line %d: %s", path, wrong.line, wrong.text);
	return OK;
}

/* The entry itself, or as /v1/ledger/entries/ID shows it: {"salt":…,"entry":{…}}. A copy may be spaced otherwise than
 * the log's, for canonical JSON has one form. */
static enum err
entry_commit(struct ctl *ctl, struct verification *v, struct problem *why)
{
	struct buffer b = buffer_init(LEDGER_ENTRY_LARGEST);
	json_t *tree, *entry, *shown;
	uint8_t salt[LEDGER_SALT];
	const char *expected;

	if (json_take(ctl, v->entry, &tree, why) != OK)
		return why->code;
	shown = json_object_get(tree, "entry");
	entry = shown ? shown : tree;
	if (!v->salt && shown)
		v->salt = arena_text(ctl->arena, span_text(answer_text(tree, "salt")));
	if (!v->salt)
		problem_set(why, ERR_INVALID, "", "%s has no salt in it; --salt tells it", v->entry);
	else if (!hex_read(span_text(v->salt), salt, sizeof(salt)))
		problem_set(why, ERR_SYNTAX, "", "the salt: expected %d hexadecimal digits", 2 * LEDGER_SALT);
	else if (!json_is_object(entry) || !tree_canonical(entry, &expected))
		problem_set(why, ERR_SYNTAX, "RFC 8785", "%s: expected an entry of the log, a JSON object%s%s",
		    v->entry, json_is_object(entry) ? " with " : "", json_is_object(entry) ? expected : "");
	else
		why->code = OK;
	if (why->code == OK) {
		tree_write(&b, entry);
		if (b.overflowed)
			problem_set(why, ERR_LIMIT, "", "%s: expected an entry of at most %zu bytes", v->entry,
			    LEDGER_ENTRY_LARGEST);
		v->candidates = arena_new(ctl->arena, struct hash);
		v->candidates[0] = ledger_commitment(salt, buffer_span(&b));
		v->candidate_count = 1;
		v->what = "This entry";
	}
	json_decref(tree);
	buffer_release(&b);
	return why->code;
}

static void
receipt_collect(struct verification *v, const json_t *context)
{
	const json_t *commitment = json_object_get(json_object_get(context, "receipt"), "commitment");

	if (v->candidate_count < ANSWERED_MOST && json_is_string(commitment) &&
	    hex_read(span_of(json_string_value(commitment), json_string_length(commitment)),
	        v->candidates[v->candidate_count].bytes, HASH_SIZE))
		v->candidate_count++;
}

/* A decision has one context, which may hold others that were evaluated beside it. */
static void
decision_collect(struct verification *v, const json_t *decision)
{
	const json_t *context = json_object_get(decision, "context"), *other;
	size_t i;

	receipt_collect(v, context);
	json_array_foreach(json_object_get(context, "also"), i, other)
		receipt_collect(v, other);
}

/* An answer of /access/v1/evaluation or evaluations: which of its decisions is meant, the receipt says. */
static enum err
answer_commit(struct ctl *ctl, struct verification *v, struct problem *why)
{
	json_t *tree, *decision;
	size_t i;

	if (json_take(ctl, v->answer, &tree, why) != OK)
		return why->code;
	v->candidates = arena_array(ctl->arena, struct hash, ANSWERED_MOST);
	decision_collect(v, tree);
	json_array_foreach(json_object_get(tree, "evaluations"), i, decision)
		decision_collect(v, decision);
	v->what = "The commitment that this answer names";
	json_decref(tree);
	if (v->candidate_count == 0)
		return problem_set(why, ERR_INVALID, "",
		    "%s: expected an answer with a commitment at /context/receipt/commitment", v->answer);
	return OK;
}

static enum err
verify(struct ctl *ctl, struct verification *v, const struct note_key *keys, struct receipt *receipt,
    struct hash *proved, struct problem *why)
{
	struct span text;
	enum err err;

	err = v->entry ? entry_commit(ctl, v, why) : answer_commit(ctl, v, why);
	if (err == OK)
		err = file_take(ctl, v->receipt, RECEIPT_LARGEST, &text, why);
	if (err == OK && receipt_read(ctl->arena, text, receipt, why) != OK)
		err = problem_within(why, "%s", v->receipt);
	if (err != OK)
		return err;
	for (size_t i = 0; i < v->candidate_count; i++) {
		err = receipt_verify(receipt, span_of(v->candidates[i].bytes, HASH_SIZE),
		    v->origin ? span_text(v->origin) : keys[0].name, keys, v->keys.count, ctl->arena, why);
		*proved = v->candidates[i];
		if (err == OK)
			return OK;
	}
	return err;
}

static void
show(struct ctl *ctl, const struct verification *v, const struct receipt *receipt, const struct hash *proved)
{
	struct note *note = arena_new(ctl->arena, struct note);
	const char *commitment = hex_write(ctl->arena, span_of(proved->bytes, HASH_SIZE));
	struct checkpoint c = { 0 };

	/* Both were read when the receipt was verified. */
	if (note_read(ctl->arena, receipt->checkpoint, note, NULL) == OK)
		checkpoint_read(ctl->arena, note->text, &c, NULL);
	if (ctl->json) {
		json_t *answer = json_pack("{s:b,s:s,s:s%,s:I,s:I,s:s,s:s}", "holds", 1,
		    "proved", v->entry ? "entry" : "commitment",
		    "origin", (const char *)c.origin.data, c.origin.size,
		    "index", (json_int_t)receipt->index,
		    "size", (json_int_t)c.size,
		    "root", hex_write(ctl->arena, span_of(c.root.bytes, HASH_SIZE)),
		    "commitment", commitment);

		answer_print(answer);
		json_decref(answer);
		return;
	}
	printf("%s is in the log %.*s: index %llu of %llu entries, under a signed checkpoint.\ncommitment %s\n",
	    v->what, SPAN_ARGS(c.origin), (unsigned long long)receipt->index, (unsigned long long)c.size, commitment);
	if (v->answer)
		puts("What the answer says was not compared with the entry: --entry proves what the entry says.");
}

enum ending
ledger_verify(struct ctl *ctl, int argc, char **argv)
{
	struct verification v = { 0 };
	const struct flag flags[] = {
		{ .name = "entry", .argument = "FILE", .text = &v.entry,
		    .help = "the entry, or what /v1/ledger/entries/ID answered" },
		{ .name = "salt", .argument = "HEX", .help = "the entry's salt, where FILE has none", .text = &v.salt },
		{ .name = "answer", .argument = "FILE", .text = &v.answer,
		    .help = "an answer, whose commitment alone is proved: what it says is not compared" },
		{ .name = "key", .argument = "VKEY", .help = KEY_HELP, .list = &v.keys },
		{ .name = "origin", .argument = "NAME", .text = &v.origin,
		    .help = "the log's name; that of the key when not given" },
		{ 0 },
	};
	const struct usage usage = {
		.synopsis = "ledger verify RECEIPT (--entry FILE [--salt HEX] | --answer FILE) --key VKEY",
		.about = "Whether RECEIPT, a file from /v1/receipts/ID (C2SP tlog-proof), proves that the entry, or the\n"
		         "commitment that an answer names, is in the log. What was decided, the entry alone proves.\n"
		         "Works without the daemon and without a network.",
		.flags = flags,
		.least = 1,
		.most = 1,
	};
	struct receipt receipt;
	struct note_key *keys;
	struct problem why;
	enum ending ending;
	struct hash proved;

	if (!arguments_read(ctl, &usage, argc, argv, &v.receipt, &ending))
		return ending;
	if (!v.entry == !v.answer)
		return misused(
		    "ledger verify: expected either --entry or --answer: a receipt alone says nothing of an entry");
	if (!ledger_keys_read(ctl, &v.keys, &keys))
		return USED_WRONGLY;
	if (verify(ctl, &v, keys, &receipt, &proved, &why) != OK)
		return refused(&why);
	show(ctl, &v, &receipt, &proved);
	return DONE;
}
