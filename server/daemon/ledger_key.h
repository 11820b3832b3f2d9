/* daemon/ledger_key.h - which key signs the ledger: the active one of its use, known as long as nobody says otherwise.
 */
#pragma once

#include "net/loop.h"
#include "store/store.h"

struct ledger_key;

/* `directory` of key descriptors. `on_other`: it is another one, or there is one. */
struct ledger_key *ledger_key_new(struct loop *, struct store *, const char *directory, void (*on_other)(void *arg),
    void *arg);
void ledger_key_free(struct ledger_key *);

/* For the keeper (ledger/ledger.h), with the ledger_key as their argument. NULL, and empty: none is active. */
const char *ledger_key_name(void *);
struct span ledger_key_spki(void *);
