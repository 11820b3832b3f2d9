/* signer/pool.h - threads that sign, beside the loop that reads, checks and answers.
 *
 *     signing_pool_add -> queue -> a thread: signing_task_run -> done -> the loop: on_task
 *
 * The queue is bounded: what finds it full is signed by whoever adds it, and while the loop does that it reads no
 * further requests, so that they wait with those who ask. Order is free.
 */
#pragma once

#include "net/loop.h"
#include "signer/signer.h"

struct signing_pool;

/* One thread for each processor; all are running when this returns, so that a sandbox entered next holds them too. Of a
 * machine that gives none the loop signs. */
struct signing_pool *signing_pool_new(struct loop *);
/* What is under way is finished, and nobody is told. Keys that are in use must last until then. */
void signing_pool_free(struct signing_pool *);

typedef void on_task(void *arg, const struct signing_task *);
/* The task is copied; `then` is called by the loop, once. */
void signing_pool_add(struct signing_pool *, const struct signing_task *, on_task *then, void *arg);
