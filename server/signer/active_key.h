/* signer/active_key.h - the key of a use that signs now, with what its files say of it.
 */
#pragma once

#include "signer/descriptor.h"
#include "signer/rollover.h"

/* Of the answer to key_lives_ask(). `out->name` is NULL when none is active. ERR_INVALID: its certificate is not the
 * one it was adopted with. */
enum err active_key_find(const struct ask *, const char *directory, enum key_use, struct arena *,
    struct key_descriptor *out, struct problem *why);

/* The public half of its certificate, as SubjectPublicKeyInfo. */
enum err active_key_spki(const struct key_descriptor *, struct arena *, struct span *out, struct problem *why);
