/* daemon/crl_intake.h - one revocation list taken in beside the loop, in a thread: a large one takes seconds.
 *
 *     start -> [thread: copied or handed over -> crl_store_take()] -> the loop: on_taken
 */
#pragma once

#include "base/buffer.h"
#include "jpki/crl_store.h"
#include "net/loop.h"

struct crl_intake;

/* `text` is what was taken; ERR_CONFLICT: no newer than what is at hand. `times`: of the list, {0} where it cannot be
 * told. */
typedef void on_taken(void *arg, enum err, const char *text, const struct crl_times *, const struct problem *why);

struct crl_source_bytes {
	const char *file;            /* copied; NULL: */
	struct buffer *bytes;        /* moved away, and an empty one left there */
};

/* Directory and trust stay the caller's until it has ended. */
struct crl_intake *crl_intake_start(struct loop *, const char *directory, const struct jpki_trust *,
    const struct crl_source_bytes *, struct instant now, on_taken *, void *arg);
/* Stops what runs, and waits for it; nobody is called back. After on_taken it is gone already. */
void crl_intake_free(struct crl_intake *);
