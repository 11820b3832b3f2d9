/* net/aside.h - one piece of work beside the loop, in a thread of its own: what takes seconds holds up nothing.
 *
 *     start -> [thread: work(arg)] -> the loop: on_ended(arg) -> free
 */
#pragma once

#include <stdbool.h>

struct aside;
struct loop;

typedef void aside_work(void *arg);
/* `worked` false: the machine gave no thread, and nothing was done. It may free the piece of work. */
typedef void on_aside_ended(void *arg, bool worked);

/* What `arg` points to is the thread's alone until it has ended. */
struct aside *aside_start(struct loop *, aside_work *, on_aside_ended *, void *arg);
/* Waits for the thread; nobody is called back. */
void aside_free(struct aside *);
