/* tools/ctl/ledger_restored.c - `watashictl ledger accept-restored`: an operator's decision that a log which does not
 * continue what was signed is to be signed all the same.
 */
#include <stdio.h>

#include "codec/text.h"
#include "ctl/client.h"
#include "ctl/ledger.h"
#include "signer/ledger_head.h"

struct remembered {
	uint64_t size;
	struct hash root;
};

/* A daemon that runs says whether its log is halted. One that does not run cannot be asked: then the operator knows.
 * One that is there and does not say (busy, refusing, broken) may be signing: nothing of it is given up unasked. */
static enum err
halt_ask(struct ctl *ctl, bool *known, struct problem *why)
{
	static const struct ctl_question question = { .path = "/v1/control/status" };
	const json_t *ledger;
	json_t *answer;
	enum err err;

	err = ctl_ask(ctl, &question, &answer, why);
	*known = err == OK;
	if (ctl->absent)
		return OK;
	if (err != OK)
		return problem_within(why, "whether the ledger is halted is not known, and nothing was changed");
	ledger = json_object_get(answer, "ledger");
	if (!answer_text(ledger, "halted")[0])
		err = problem_set(why, ERR_CONFLICT, "",
		    "the ledger is not halted: %lld entries are signed, so there is nothing to accept, and nothing was "
		    "changed",
		    answer_number(ledger, "signed"));
	json_decref(answer);
	return err;
}

/* The daemon may run: its signer reads the file anew for every checkpoint. */
static enum err
head_ask(const char *keys, bool release, struct remembered *out, struct problem *why)
{
	struct ledger_head *head;
	enum err err;

	err = ledger_head_open_existing(keys, &head, why);
	if (err == ERR_NOT_FOUND)
		return problem_set(why, err, "",
		    "%s: no signer has signed a checkpoint here, so there is nothing to accept", keys);
	if (err != OK)
		return err;
	err = ledger_head_last(head, &out->size, &out->root, why);
	if (err == OK && out->size == 0)
		err = problem_set(why, ERR_CONFLICT, "",
		    "%s: no checkpoint is held against the log, so there is nothing to accept", keys);
	if (err == OK && release)
		err = ledger_head_release(head, why);
	ledger_head_free(head);
	return err;
}

static void
remembered_show(struct ctl *ctl, const struct remembered *r, bool halted, bool released)
{
	unsigned long long size = r->size;
	struct span root = base64_write(ctl->arena, span_of(r->root.bytes, HASH_SIZE));

	if (ctl->json) {
		printf("{\"size\":%llu,\"root\":\"%.*s\",\"released\":%s}\n", size, SPAN_ARGS(root), released ?
		    "true" : "false");
		return;
	}
	printf("The last checkpoint that was signed has %llu leaves and the root %.*s.\n", size, SPAN_ARGS(root));
	if (released)
		printf("It is kept for evidence, and held against the log no more: the daemon signs the log as it is\n"
		       "now. Tell whoever watches the log: they will find that it does not continue what they have "
		       "seen.\n");
	else
		printf("%s"
		       "Once this is accepted, a log that does not continue it is signed, and everybody who kept a\n"
		       "checkpoint can prove what is missing from it. Look for that first: restore the newest copy "
		       "there\nis. If nothing newer can be had: watashictl ledger accept-restored --yes\n",
		    halted ? "The log is halted: watashictl status says why.\n" :
			     "The daemon could not be asked whether the log continues it: if it does, there is nothing "
			     "to accept.\n");
}

enum ending
ledger_accept_restored(struct ctl *ctl, int argc, char **argv)
{
	bool yes = false, halted;
	const struct flag flags[] = {
		{ .name = "yes", .help = "accept it; without this, only what would be given up is told", .set = &yes },
		{ 0 },
	};
	const struct usage usage = {
		.synopsis = "ledger accept-restored [--yes]",
		.about =
		    "After the store was restored from a backup the log is shorter than what has been signed, and the\n"
		    "signer refuses it. This lets it sign the log as it is. It works in the keys directory, as the\n"
		    "daemon's user or root, whether or not the daemon runs; one that runs and is not halted has\n"
		    "nothing to be accepted.",
		.flags = flags,
	};
	struct remembered remembered = { 0 };
	struct config config;
	struct problem why;
	enum ending ending;

	if (!arguments_read(ctl, &usage, argc, argv, NULL, &ending))
		return ending;
	if (ctl_config(ctl, &config, &why) != OK || halt_ask(ctl, &halted, &why) != OK ||
	    head_ask(config.keys, yes, &remembered, &why) != OK)
		return refused(&why);
	remembered_show(ctl, &remembered, halted, yes);
	return yes ? DONE : REFUSED;
}
