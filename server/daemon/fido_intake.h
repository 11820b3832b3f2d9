/* daemon/fido_intake.h - a BLOB of the FIDO Metadata Service read beside the loop, in a thread: it has megabytes, and a
 * chain and a signature to be checked.
 *
 *     start -> [thread: read, fido_blob_read()] -> the loop: on_blob_read -> free
 */
#pragma once

#include "authn/fido_blob.h"
#include "base/buffer.h"
#include "net/loop.h"

struct fido_intake;

/* NULL: it is not believed, and `step` and the problem say why; ERR_IO and the like: it could not be read. The BLOB
 * lives until the intake is freed. */
typedef void on_blob_read(void *arg, enum err, const struct fido_blob *, const char *step, const struct problem *why);

/* From a file, or (`file` NULL) from bytes, which are moved away. The settings stay the caller's until it is freed. */
struct fido_intake *fido_intake_start(struct loop *, const struct fido_settings *, const char *file,
    struct buffer *bytes, uint64_t number, struct instant now, on_blob_read *, void *arg);
/* Waits for the thread; nobody is called back. */
void fido_intake_free(struct fido_intake *);
