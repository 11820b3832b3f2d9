/* daemon/sandbox.c - the system calls of each role. */
#include "daemon/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/span.h"

/* What every process does: memory, time, the loop, its channels. */
static const char *const base_calls[] = {
	"brk", "mremap", "munmap", "madvise",
	"clock_gettime", "clock_nanosleep", "gettimeofday", "nanosleep", "time",
	"getrandom", "futex", "rseq", "sched_yield", "restart_syscall", "sysinfo", /* qsort() asks for memory */
	"rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack",
	"exit", "exit_group", "getpid", "gettid", "getppid", "getuid", "geteuid", "getgid", "getegid", "uname",
	"epoll_wait", "epoll_pwait", "epoll_ctl", "poll", "ppoll",
	"read", "readv", "write", "writev", "pread64", "recvmsg", "recvfrom", "sendmsg", "sendto", "shutdown",
	"close", "dup", "fcntl", "fstat", "newfstatat", "statx", "lseek", "access", "faccessat", "faccessat2",
	"getdents64", "memfd_create", "getsockopt", "setsockopt", "getsockname", "getpeername",
	NULL,
};

static const char *const worker_calls[] = { "accept4", "sendfile", "msync", NULL };

/* The files of the store, and the watchdog of its lock. */
static const char *const recorder_calls[] = {
	"setitimer", "pwrite64", "pwritev", "fdatasync", "fsync", "msync", "ftruncate", "fallocate", "flock", "mkdir",
	"mkdirat", "unlink", "unlinkat", "rename", "renameat", "renameat2", "fchmod", "chmod", NULL,
};

/* Generation files, the control socket; fetching, with names looked up in threads. */
static const char *const steward_calls[] = {
	"accept4", "sendfile", "msync", "pwrite64", "fdatasync", "fsync", "ftruncate", "fallocate", "flock", "mkdir",
	"mkdirat", "unlink", "unlinkat", "rmdir", "rename", "renameat", "renameat2", "link", "linkat", "fchmod",
	"chmod", "utimensat", "connect", "bind", "socketpair", "pipe2", "eventfd2", "sendmmsg", "recvmmsg", NULL,
};

/* Of every thread, wherever one is made. */
static const char *const thread_calls[] = { "set_robust_list", "prlimit64", "sched_getaffinity", NULL };

/* A token behind Cryptoki may keep its objects in files (SoftHSM does) and locks them. */
static const char *const signer_calls[] = { "flock", "fsync", "fdatasync", "pwrite64", "ftruncate", "stat", NULL };

static const struct {
	const char *const *calls;
	bool writes_files; /* may open for writing */
	bool threads;      /* may make threads of its own */
	bool fetches;      /* may open sockets */
} roles[ROLE_COUNT] = {
	[ROLE_WORKER] = { worker_calls, false, false, false },
	[ROLE_RECORDER] = { recorder_calls, true, false, false },
	[ROLE_STEWARD] = { steward_calls, true, true, true },
	[ROLE_SIGNER] = { signer_calls, true, false, false },
};

/* The families a fetch needs: the net's, netlink for which of both there are, a name service's socket. */
static const int families[] = { AF_INET, AF_INET6, AF_NETLINK, AF_UNIX };

/* Only when a certain bit of an argument is, or is not, set. */
static const struct {
	const char *call;
	struct scmp_arg_cmp argument;
} restricted_calls[] = {
	/* Nothing that was written is ever executed. */
	{ "mmap", { 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0 } },
	{ "mprotect", { 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0 } },
	{ "openat", { 2, SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY } },
	/* isatty(), and how much there is to be read. */
	{ "ioctl", { 1, SCMP_CMP_EQ, TCGETS, 0 } },
	{ "ioctl", { 1, SCMP_CMP_EQ, FIONREAD, 0 } },
};

enum mode { MODE_KILL, MODE_LOG, MODE_EXPLAIN, MODE_OFF };
static const struct {
	const char *word;
	uint32_t action;
} modes[] = {
	[MODE_KILL] = { "kill", SCMP_ACT_KILL_PROCESS },
	[MODE_LOG] = { "log", SCMP_ACT_LOG },
	[MODE_EXPLAIN] = { "explain", SCMP_ACT_TRAP },
	[MODE_OFF] = { "off", SCMP_ACT_ALLOW },
};

/* The sanitizers' own runtime makes calls that no table lists. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

bool
sandbox_filters(void)
{
	return !SANITIZED;
}

static enum mode
mode_wanted(void)
{
	const char *word = getenv("WATASHI_SANDBOX");

	if (!sandbox_filters())
		return MODE_OFF;
	for (size_t i = 0; word && i < COUNT(modes); i++)
		if (strcmp(word, modes[i].word) == 0)
			return (enum mode)i;
	return MODE_KILL;
}

static void
on_bad_call(int signal, siginfo_t *info, void *context)
{
	char *name = seccomp_syscall_resolve_num_arch(info->si_arch, info->si_syscall);

	(void)signal;
	(void)context;
	log_error("sandbox.refused", "call=%s number=%d", name ? name : "unknown", info->si_syscall);
	_exit(128 + SIGSYS);
}

static int
allow(scmp_filter_ctx filter, const char *const *calls)
{
	int bad = 0;

	for (; *calls && bad == 0; calls++) {
		int number = seccomp_syscall_resolve_name(*calls);

		/* Not every architecture has each of them. */
		if (number != __NR_SCMP_ERROR)
			bad = seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 0);
	}
	return bad;
}

/* Threads, but no processes. clone3's flags lie in memory where a filter cannot look: without it libc uses clone. */
static int
allow_threads(scmp_filter_ctx filter)
{
	const struct scmp_arg_cmp thread = { 0, SCMP_CMP_MASKED_EQ, CLONE_THREAD | CLONE_VM, CLONE_THREAD | CLONE_VM };
	int bad = allow(filter, thread_calls);

	if (bad == 0)
		bad = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1, &thread);
	if (bad == 0)
		bad = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	return bad;
}

/* A name service may try to load a module: that fails, and the next one is asked. */
static int
allow_fetching(scmp_filter_ctx filter)
{
	const struct scmp_arg_cmp executable = { 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC };
	int bad = seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(mmap), 1, &executable);

	for (size_t i = 0; i < COUNT(families) && bad == 0; i++) {
		const struct scmp_arg_cmp family = { 0, SCMP_CMP_EQ, (scmp_datum_t)families[i], 0 };

		bad = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1, &family);
	}
	return bad;
}

static int
filter_fill(scmp_filter_ctx filter, enum role role)
{
	const struct scmp_arg_cmp own = { .arg = 0, .op = SCMP_CMP_EQ, .datum_a = (scmp_datum_t)getpid() };
	int bad = allow(filter, base_calls);

	if (bad == 0)
		bad = allow(filter, roles[role].calls);
	for (size_t i = 0; i < COUNT(restricted_calls) && bad == 0; i++)
		bad = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW,
		    seccomp_syscall_resolve_name(restricted_calls[i].call), 1, &restricted_calls[i].argument);
	if (bad == 0 && roles[role].writes_files)
		bad = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 0);
	if (bad == 0 && roles[role].threads)
		bad = allow_threads(filter);
	if (bad == 0 && roles[role].fetches)
		bad = allow_fetching(filter);
	/* abort() signals itself, and nobody else is to be signalled. */
	if (bad == 0)
		bad = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, &own);
	return bad;
}

enum err
sandbox_enter(enum role role, struct problem *why)
{
	struct sigaction explain = { .sa_sigaction = on_bad_call, .sa_flags = SA_SIGINFO };
	enum mode mode = mode_wanted();
	scmp_filter_ctx filter;
	int bad;

	if (mode == MODE_OFF)
		return OK;
	if (mode == MODE_EXPLAIN)
		sigaction(SIGSYS, &explain, NULL);
	filter = seccomp_init(modes[mode].action);
	if (!filter)
		return problem_set(why, ERR_IO, "", "the system call filter cannot be made");
	/* The signer has threads already: they are held like the one that asks. */
	bad = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	if (bad == 0)
		bad = filter_fill(filter, role);
	if (bad == 0)
		bad = seccomp_load(filter);
	seccomp_release(filter);
	return bad == 0 ? OK : problem_errno(why, -bad, "the system call filter");
}
