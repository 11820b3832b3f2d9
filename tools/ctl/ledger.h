/* tools/ctl/ledger.h - what the files of `watashictl ledger` share: its actions, and the keys that are trusted. */
#pragma once

#include "crypto/note.h"
#include "ctl/command.h"

/* ledger_verify.c, ledger_watch.c, ledger_replay.c, ledger_erase.c, ledger_restored.c */
command_run ledger_verify, ledger_watch, ledger_replay, ledger_erase, ledger_accept_restored;

#define KEY_HELP "the log's verifier key, as \"NAME+ID+KEY\"; several, where the log has changed its key"

/* Reads the texts of --key. True: go on; false: it was a mistake, and was said. */
bool ledger_keys_read(struct ctl *, const struct texts *, struct note_key **keys);
