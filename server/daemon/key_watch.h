/* daemon/key_watch.h - which key of a use signs now: the active one, known as long as nobody says otherwise.
 */
#pragma once

#include "net/loop.h"
#include "signer/descriptor.h"
#include "store/store.h"

struct key_watch;

/* `directory` of key descriptors. `on_other`: it is another one, or there is one. */
struct key_watch *key_watch_new(struct loop *, struct store *, const char *directory, enum key_use,
    void (*on_other)(void *arg), void *arg);
void key_watch_free(struct key_watch *);

/* With the key_watch as their argument, for who is handed them in. NULL, and empty: none is active. */
const char *key_watch_name(void *);
struct span key_watch_spki(void *);
