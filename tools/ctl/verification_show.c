/* tools/ctl/verification_show.c - what `watashictl ledger verify` tells. */
#include "ctl/verification.h"

#include <stdio.h>
#include <stdlib.h>

#include "codec/text.h"
#include "crypto/note.h"
#include "ctl/client.h"
#include "ledger/checkpoint.h"

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

void
verification_show(struct ctl *ctl, const struct verification *v, const struct receipt *receipt)
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
