/* tests/daemon/test_privileges.c - users that are not there, directories that are made, system calls that end a
 * process. */
#include "expect.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/privileges.h"
#include "daemon/sandbox.h"

static char scratch[] = "/tmp/watashi-test-XXXXXX";

static int
scratch_make(void **state)
{
	(void)state;
	return mkdtemp(scratch) ? 0 : -1;
}

static int
scratch_remove(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", scratch);
	return system(command);
}

static void
who_does_not_exist_cannot_be_become(void **state)
{
	struct identity identity;
	struct problem why;

	(void)state;
	expect_ok("nobody named: nothing changes", identity_find(NULL, NULL, &identity, &why), &why);
	expect_true("we stay who we are", !identity.change && identity.uid == geteuid());
	if (geteuid() != 0) {
		expect_ok("who is not root stays too", identity_find("no-such-user", NULL, &identity, &why), &why);
		expect_true("and changes nothing", !identity.change);
		return;
	}
	expect_problem("a user that is not there", identity_find("no-such-user", NULL, &identity, &why), &why,
	    ERR_INVALID, "/user: expected a user of this system, found \"no-such-user\"");
	expect_problem("a group that is not there", identity_find("nobody", "no-such-group", &identity, &why), &why,
	    ERR_INVALID, "/group: expected a group of this system, found \"no-such-group\"");
	expect_ok("root as root", identity_find("root", NULL, &identity, &why), &why);
	expect_true("is no change", !identity.change);
}

static void
directories_are_made_whatever_the_umask(void **state)
{
	const struct identity same = { 0 };
	char path[128], file[128];
	struct problem why;
	struct stat found;
	mode_t before = umask(077);

	(void)state;
	snprintf(path, sizeof(path), "%s/a/b/c", scratch);
	expect_ok("with those above it", directory_prepare(path, 0755, &same, &why), &why);
	expect_number("it is there", stat(path, &found), 0);
	expect_number("in its mode", found.st_mode & 07777, 0755);
	chmod(path, 0700);
	expect_ok("one that is there already", directory_prepare(path, 0755, &same, &why), &why);
	expect_number("is still there", stat(path, &found), 0);
	expect_number("and is left as it is", found.st_mode & 07777, 0700);
	snprintf(file, sizeof(file), "%s/file", scratch);
	close(open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	expect_problem("a file in its place", directory_prepare(file, 0755, &same, &why), &why, ERR_INVALID,
	    "file: expected a directory");
	umask(before);
}

static char *const no_words[] = { NULL };

static void
reads_a_file(void)
{
	close(open("/etc/passwd", O_RDONLY | O_CLOEXEC));
}

static void
writes_a_file(void)
{
	close(open(scratch, O_WRONLY | O_TMPFILE | O_CLOEXEC, 0600));
}

static void
makes_a_socket(void)
{
	close(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

static void
runs_a_program(void)
{
	execve("/bin/true", no_words, no_words);
}

static void
makes_a_process(void)
{
	if (fork() == 0)
		_exit(0);
}

static void
makes_code(void)
{
	munmap(mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 4096);
}

/* As a name service's module would be loaded. */
static void
loads_code(void)
{
	if (mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED || errno != EPERM)
		_exit(2);
}

static void
makes_a_packet_socket(void)
{
	close(socket(AF_PACKET, SOCK_RAW, 0));
}

static void *
thread_of(void *arg)
{
	return arg;
}

static void
makes_a_thread(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, thread_of, NULL) || pthread_join(thread, NULL))
		_exit(2);
}

static void
signals_another(void)
{
	kill(getppid(), 0);
}

static void
makes_memory(void)
{
	munmap(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 4096);
}

/* What a child that entered the sandbox and did `what` ended by: 0, or a signal. */
static int
ends_by(enum role role, void (*what)(void))
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		if (sandbox_enter(role, NULL) != OK)
			_exit(1);
		what();
		_exit(0);
	}
	expect_number("the child ends", waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
}

static void
a_call_outside_the_table_ends_the_process(void **state)
{
	static const struct {
		const char *title;
		enum role role;
		void (*what)(void);
		int signal;
	} cases[] = {
		{ "a worker reads a file", ROLE_WORKER, reads_a_file, 0 },
		{ "and takes memory", ROLE_WORKER, makes_memory, 0 },
		{ "it writes no file", ROLE_WORKER, writes_a_file, SIGSYS },
		{ "makes no socket", ROLE_WORKER, makes_a_socket, SIGSYS },
		{ "runs no program", ROLE_WORKER, runs_a_program, SIGSYS },
		{ "makes no process", ROLE_WORKER, makes_a_process, SIGSYS },
		{ "makes no code", ROLE_WORKER, makes_code, SIGSYS },
		{ "and signals nobody", ROLE_WORKER, signals_another, SIGSYS },
		{ "the recorder writes files", ROLE_RECORDER, writes_a_file, 0 },
		{ "but makes no socket", ROLE_RECORDER, makes_a_socket, SIGSYS },
		{ "and runs no program", ROLE_RECORDER, runs_a_program, SIGSYS },
		{ "the steward writes files", ROLE_STEWARD, writes_a_file, 0 },
		{ "makes sockets, for it fetches", ROLE_STEWARD, makes_a_socket, 0 },
		{ "but none of the packets themselves", ROLE_STEWARD, makes_a_packet_socket, SIGSYS },
		{ "makes threads", ROLE_STEWARD, makes_a_thread, 0 },
		{ "but no process", ROLE_STEWARD, makes_a_process, SIGSYS },
		{ "may make no code, and is told so", ROLE_STEWARD, loads_code, 0 },
		{ "and runs no program", ROLE_STEWARD, runs_a_program, SIGSYS },
		{ "the signer makes no socket", ROLE_SIGNER, makes_a_socket, SIGSYS },
		{ "and runs no program", ROLE_SIGNER, runs_a_program, SIGSYS },
		{ "nor makes code", ROLE_SIGNER, makes_code, SIGSYS },
	};

	(void)state;
	/* A build with sanitizers has no filter: its runtime makes calls of its own. */
	unsetenv("WATASHI_SANDBOX");
	if (!sandbox_filters()) {
		print_message("skipped: this build has sanitizers, and therefore no filter\n");
		skip();
	}
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_number(cases[i].title, ends_by(cases[i].role, cases[i].what), cases[i].signal);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_does_not_exist_cannot_be_become),
		cmocka_unit_test(directories_are_made_whatever_the_umask),
		cmocka_unit_test(a_call_outside_the_table_ends_the_process),
	};

	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
