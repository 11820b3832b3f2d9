/* store/watchdog.h - an end to waiting for a lock that another process may never give back.
 *
 * LMDB's locks lie in lock.mdb, which every worker can write: a worker that is taken over can hold them for ever.
 * There is no waiting with a time-out, so the process ends itself with status RECORDER_STUCK (store/recorder.h).
 */
#pragma once

/* 0 seconds: no watchdog. */
void watchdog_arm(unsigned seconds);
void watchdog_disarm(void);
