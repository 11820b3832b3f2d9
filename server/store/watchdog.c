/* store/watchdog.c - a timer that ends the process. */
#include "store/watchdog.h"

#include <signal.h>
#include <stddef.h>
#include <sys/time.h>
#include <unistd.h>

#include "store/recorder.h"

static void
on_alarm(int signal)
{
	static const char text[] = "recorder: another process holds the store's lock: ending, to be replaced\n";

	(void)signal;
	/* Nothing else can be done from here, whether the line gets out or not. */
	(void)!write(STDERR_FILENO, text, sizeof(text) - 1);
	_exit(RECORDER_STUCK);
}

void
watchdog_arm(unsigned seconds)
{
	static int installed;

	if (!seconds)
		return;
	if (!installed) {
		struct sigaction action = { .sa_handler = on_alarm };

		sigaction(SIGALRM, &action, NULL);
		installed = 1;
	}
	setitimer(ITIMER_REAL, &(struct itimerval){ .it_value.tv_sec = (time_t)seconds }, NULL);
}

void
watchdog_disarm(void)
{
	setitimer(ITIMER_REAL, &(struct itimerval){ .it_value.tv_sec = 0 }, NULL);
}
