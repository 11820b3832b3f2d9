/* http/access_log.h - one line a request, gathered in memory and written once a second or when 64 KiB are full.
 *
 *     time peer method target status bytes microseconds
 *
 * The query is left out: it may carry personal data.
 */
#pragma once

#include "base/clock.h"
#include "base/problem.h"
#include "http/message.h"
#include "net/address.h"
#include "net/loop.h"

struct access_log;

/* Appends to the file, which is opened (and created 0640) by access_log_file(), before privileges are dropped. */
enum err access_log_file(const char *path, int *fd, struct problem *why);
struct access_log *access_log_new(struct loop *, int fd); /* takes `fd` */
/* Writes what is gathered and closes the file. */
void access_log_free(struct access_log *);

/* `message` is NULL when the request could not be read: method and target are then "-". */
void access_log_add(struct access_log *, struct instant, const struct address *, const struct message *, int status,
    uint64_t bytes, int64_t us);
