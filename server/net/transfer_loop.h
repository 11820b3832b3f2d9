/* net/transfer_loop.h - libcurl's multi interface driven by the loop; private to this room.
 *
 *     add -> libcurl <-> sockets, timer of the loop
 *               `-> (a transfer is done) -> turn queue -> on_transferred -> remove
 *
 * libcurl only ever runs from events, and the callback only from the turn queue, so it may add, remove and free.
 */
#pragma once

#include <curl/curl.h>

#include "net/loop.h"

struct transfer_loop;

/* libcurl still knows the transfer, and does until it is removed. */
typedef void on_transferred(void *arg, CURL *, CURLcode);

/* At most so many connections; others wait. */
struct transfer_loop *transfer_loop_new(struct loop *, unsigned at_once, on_transferred *, void *arg);
/* None may be left in it. */
void transfer_loop_free(struct transfer_loop *);

/* Only sets libcurl's timer: nothing runs before this returns. */
void transfer_loop_add(struct transfer_loop *, CURL *);
void transfer_loop_remove(struct transfer_loop *, CURL *);
