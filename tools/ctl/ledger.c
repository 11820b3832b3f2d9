/* tools/ctl/ledger.c - `watashictl ledger`: the log of decisions and changes, and what proves it. */
#include "ctl/ledger.h"

bool
ledger_keys_read(struct ctl *ctl, const struct texts *texts, struct note_key **keys)
{
	struct problem why;

	if (texts->count == 0 || texts->count > NOTE_KEYS) {
		misused("--key: expected the log's verifier key, or up to %d of them", NOTE_KEYS);
		return false;
	}
	*keys = arena_array(ctl->arena, struct note_key, texts->count);
	for (size_t i = 0; i < texts->count; i++)
		if (note_key_read(ctl->arena, span_text(texts->items[i]), &(*keys)[i], &why) != OK) {
			misused("--key: %s", why.text);
			return false;
		}
	return true;
}

static const struct action actions[] = {
	{ "verify", "whether a receipt proves that an entry is in the log; without the daemon", ledger_verify },
	{ "watch", "keep a log's checkpoints, and prove that each continues the one before; without the daemon",
	    ledger_watch },
	{ "replay", "take every recorded decision again, and report any that differs; beside the daemon",
	    ledger_replay },
	{ "erase", "take a person's decisions out of the ledger, for good; every proof stays", ledger_erase },
	{ "accept-restored", "let a log be signed that was restored from a backup", ledger_accept_restored },
};

enum ending
ledger_run(struct ctl *ctl, int argc, char **argv)
{
	return action_run(ctl, actions, COUNT(actions), argc, argv);
}
