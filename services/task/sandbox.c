/* SPDX-License-Identifier: Apache-2.0 */
/* sandbox - rlimits, Landlock, seccomp and the wall clock of a task process. */
#include "sandbox.h"

#include "csv/csv_zone.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

enum { MAX_OPEN_FILES = 4096, EXIT_TIMEOUT = 70 };

/* Newer than Debian 12's header: Landlock ABI 3. */
#define ACCESS_TRUNCATE (1ULL << 14)
#define ACCESS_FILE                                                                                \
	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |                              \
	    LANDLOCK_ACCESS_FS_READ_FILE | ACCESS_TRUNCATE)
#define ACCESS_READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define ACCESS_WRITE                                                                               \
	(ACCESS_READ | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |             \
	    LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |                         \
	    LANDLOCK_ACCESS_FS_MAKE_REG | ACCESS_TRUNCATE)

/* Everything DuckDB, libc and the sanitizers were seen to need; arguments are checked further down.
 */
static const int allowed[] = {
	/* files and memory */
	SCMP_SYS(read),
	SCMP_SYS(write),
	SCMP_SYS(readv),
	SCMP_SYS(writev),
	SCMP_SYS(pread64),
	SCMP_SYS(pwrite64),
	SCMP_SYS(preadv),
	SCMP_SYS(pwritev),
	SCMP_SYS(close),
	SCMP_SYS(fstat),
	SCMP_SYS(newfstatat),
	SCMP_SYS(stat),
	SCMP_SYS(lstat),
	SCMP_SYS(statx),
	SCMP_SYS(statfs),
	SCMP_SYS(fstatfs),
	SCMP_SYS(lseek),
	SCMP_SYS(open),
	SCMP_SYS(openat),
	SCMP_SYS(access),
	SCMP_SYS(faccessat),
	SCMP_SYS(faccessat2),
	SCMP_SYS(readlink),
	SCMP_SYS(readlinkat),
	SCMP_SYS(getcwd),
	SCMP_SYS(getdents64),
	SCMP_SYS(mkdir),
	SCMP_SYS(mkdirat),
	SCMP_SYS(rmdir),
	SCMP_SYS(unlink),
	SCMP_SYS(unlinkat),
	SCMP_SYS(rename),
	SCMP_SYS(renameat),
	SCMP_SYS(renameat2),
	SCMP_SYS(ftruncate),
	SCMP_SYS(fallocate),
	SCMP_SYS(fsync),
	SCMP_SYS(fdatasync),
	SCMP_SYS(sync_file_range),
	SCMP_SYS(fadvise64),
	SCMP_SYS(fcntl),
	SCMP_SYS(flock),
	SCMP_SYS(dup),
	SCMP_SYS(mmap),
	SCMP_SYS(munmap),
	SCMP_SYS(mprotect),
	SCMP_SYS(mremap),
	SCMP_SYS(madvise),
	SCMP_SYS(brk),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	/* threads, signals of our own, time */
	SCMP_SYS(futex),
	SCMP_SYS(set_robust_list),
	SCMP_SYS(rseq),
	SCMP_SYS(set_tid_address),
	SCMP_SYS(sched_yield),
	SCMP_SYS(sched_getaffinity),
	SCMP_SYS(sched_setaffinity),
	SCMP_SYS(sched_getparam),
	SCMP_SYS(sched_getscheduler),
	SCMP_SYS(membarrier),
	SCMP_SYS(getcpu),
	SCMP_SYS(nanosleep),
	SCMP_SYS(clock_nanosleep),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_getres),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(time),
	SCMP_SYS(setitimer),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
	/* questions about ourselves */
	SCMP_SYS(getpid),
	SCMP_SYS(gettid),
	SCMP_SYS(getppid),
	SCMP_SYS(getuid),
	SCMP_SYS(geteuid),
	SCMP_SYS(getgid),
	SCMP_SYS(getegid),
	SCMP_SYS(getrandom),
	SCMP_SYS(getrusage),
	SCMP_SYS(getrlimit),
	SCMP_SYS(sysinfo),
	SCMP_SYS(uname),
};

/* What nobody here calls by accident. */
static const int deadly[] = {
	SCMP_SYS(socket),
	SCMP_SYS(socketpair),
	SCMP_SYS(connect),
	SCMP_SYS(bind),
	SCMP_SYS(listen),
	SCMP_SYS(accept),
	SCMP_SYS(accept4),
	SCMP_SYS(sendto),
	SCMP_SYS(sendmsg),
	SCMP_SYS(sendmmsg),
	SCMP_SYS(ptrace),
	SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev),
	SCMP_SYS(kill),
	SCMP_SYS(execve),
	SCMP_SYS(execveat),
	SCMP_SYS(fork),
	SCMP_SYS(vfork),
	SCMP_SYS(unshare),
	SCMP_SYS(setns),
	SCMP_SYS(mount),
	SCMP_SYS(umount2),
	SCMP_SYS(pivot_root),
	SCMP_SYS(chroot),
	SCMP_SYS(bpf),
	SCMP_SYS(perf_event_open),
	SCMP_SYS(userfaultfd),
	SCMP_SYS(io_uring_setup),
	SCMP_SYS(keyctl),
	SCMP_SYS(add_key),
	SCMP_SYS(request_key),
	SCMP_SYS(init_module),
	SCMP_SYS(finit_module),
	SCMP_SYS(kexec_load),
	SCMP_SYS(setuid),
	SCMP_SYS(setgid),
	SCMP_SYS(setreuid),
	SCMP_SYS(setresuid),
	SCMP_SYS(capset),
	SCMP_SYS(memfd_create),
	SCMP_SYS(pidfd_open),
	SCMP_SYS(pidfd_getfd),
	SCMP_SYS(symlink),
	SCMP_SYS(link),
	SCMP_SYS(mknod),
};

/* The loader's only deadly calls: it needs sockets, never another program. */
static const int deadly_for_loader[] = {
	SCMP_SYS(execve),
	SCMP_SYS(execveat),
	SCMP_SYS(fork),
	SCMP_SYS(vfork),
	SCMP_SYS(ptrace),
	SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev),
	SCMP_SYS(mount),
	SCMP_SYS(bpf),
	SCMP_SYS(unshare),
	SCMP_SYS(setns),
	SCMP_SYS(userfaultfd),
	SCMP_SYS(io_uring_setup),
};

/* DuckDB looks for the container's memory limit whatever memory_limit says, and throws when it
 * cannot; contracts name time zones. */
static const char *const system_paths[] = { "/proc/self/cgroup", "/sys/fs/cgroup", CSV_ZONE_DIR };

static int timeout_fd = -1;

/* The wall clock ran out: say so with what a signal handler may call, and go. */
static void on_alarm(int sig)
{
	static const char line[] =
	    "{\"t\":\"error\",\"kind\":\"timeout\",\"code\":\"task.timeout\","
	    "\"text\":\"the task ran longer than its wall clock allows\"}\n";
	(void)sig;
	if (write(timeout_fd, line, sizeof(line) - 1) < 0)
		_exit(EXIT_TIMEOUT + 1);
	_exit(EXIT_TIMEOUT);
}

static int set_limit(__rlimit_resource_t what, rlim_t value, struct err *err)
{
	struct rlimit now;

	if (getrlimit(what, &now) != 0)
		return err_set_errno(err, ERR_INTERNAL, errno, "getrlimit %d", (int)what);
	if (now.rlim_max != RLIM_INFINITY && now.rlim_max < value)
		value = now.rlim_max;
	const struct rlimit want = { .rlim_cur = value, .rlim_max = value };
	if (setrlimit(what, &want) != 0)
		return err_set_errno(err, ERR_INTERNAL, errno, "setrlimit %d", (int)what);
	return 0;
}

/* RLIMIT_NPROC counts all processes of the user and is not for us: the filter refuses fork itself.
 */
static int set_limits(const struct sandbox_conf *c, struct err *err)
{
	if (set_limit(RLIMIT_CORE, 0, err) != 0 ||
	    set_limit(RLIMIT_NOFILE, MAX_OPEN_FILES, err) != 0)
		return -1;
	if (c->address_bytes > 0 && set_limit(RLIMIT_AS, (rlim_t)c->address_bytes, err) != 0)
		return -1;
	if (c->cpu_s > 0 && set_limit(RLIMIT_CPU, (rlim_t)c->cpu_s, err) != 0)
		return -1;
	return 0;
}

static int set_wall_clock(const struct sandbox_conf *c, struct err *err)
{
	if (c->wall_ms <= 0)
		return 0;
	const struct sigaction act = { .sa_handler = on_alarm };
	const struct itimerval timer = {
		.it_value = { .tv_sec = c->wall_ms / 1000, .tv_usec = c->wall_ms % 1000 * 1000 },
	};
	timeout_fd = c->report_fd;
	if (sigaction(SIGALRM, &act, NULL) != 0 || setitimer(ITIMER_REAL, &timer, NULL) != 0)
		return err_set_errno(err, ERR_INTERNAL, errno, "set the wall clock");
	return 0;
}

static int set_no_privileges(struct err *err)
{
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return err_set_errno(err, ERR_INTERNAL, errno, "prctl");
	return 0;
}

/* Access rights this kernel's Landlock knows. */
static uint64_t known_access(int abi)
{
	if (abi >= 3)
		return ACCESS_TRUNCATE * 2 - 1;
	return abi == 2 ? ACCESS_TRUNCATE - 1 : LANDLOCK_ACCESS_FS_REFER - 1;
}

static int add_path(int ruleset, const char *path, uint64_t access, struct err *err)
{
	struct stat st;
	struct landlock_path_beneath_attr rule = { .allowed_access = access };

	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0 || fstat(rule.parent_fd, &st) != 0)
		return err_set_errno(err, ERR_INTERNAL, errno, "open %s", path);
	if (!S_ISDIR(st.st_mode))
		rule.allowed_access &= ACCESS_FILE;
	const long rc =
	    syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	const int errno_value = errno;
	close(rule.parent_fd);
	if (rc != 0)
		return err_set_errno(err, ERR_INTERNAL, errno_value, "landlock rule for %s", path);
	return 0;
}

static int add_paths(int ruleset, const struct sandbox_conf *c, uint64_t known, struct err *err)
{
	for (size_t i = 0; c->read_paths != NULL && c->read_paths[i] != NULL; i++) {
		if (add_path(ruleset, c->read_paths[i], ACCESS_READ, err) != 0)
			return -1;
	}
	for (size_t i = 0; i < ARRAY_SIZE(system_paths); i++) {
		if (access(system_paths[i], R_OK) == 0 &&
		    add_path(ruleset, system_paths[i], ACCESS_READ, err) != 0)
			return -1;
	}
	if (c->scratch != NULL && add_path(ruleset, c->scratch, ACCESS_WRITE & known, err) != 0)
		return -1;
	if (syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
		return err_set_errno(err, ERR_INTERNAL, errno, "landlock");
	return 0;
}

static int set_landlock(const struct sandbox_conf *c, struct sandbox_state *state, struct err *err)
{
	const long abi =
	    syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

	if (abi < 1)
		return 0; /* not built in or not turned on: seccomp and DuckDB's own wall remain */
	const uint64_t known = known_access((int)abi);
	const struct landlock_ruleset_attr attr = { .handled_access_fs = known };
	const int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	if (ruleset < 0)
		return err_set_errno(err, ERR_INTERNAL, errno, "landlock ruleset");
	const int rc = add_paths(ruleset, c, known, err);
	close(ruleset);
	state->landlock_abi = (int)abi;
	return rc;
}

static int add_all(scmp_filter_ctx f, uint32_t action, const int *calls, size_t n)
{
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++)
		rc = seccomp_rule_add(f, action, calls[i], 0);
	return rc;
}

/* clone makes threads only (clone3 hides its flags: ENOSYS sends libc back to clone); a signal goes
 * to ourselves only (abort); prctl names threads, prlimit64 reads. */
static int add_checked(scmp_filter_ctx f)
{
	int rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
	    SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
	if (rc == 0)
		rc = seccomp_rule_add(f, SCMP_ACT_KILL_PROCESS, SCMP_SYS(clone), 1,
		    SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
	if (rc == 0)
		rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
		    SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0));
	if (rc == 0)
		rc = seccomp_rule_add(
		    f, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1, SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME, 0));
	if (rc == 0)
		rc = seccomp_rule_add(
		    f, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1, SCMP_A2(SCMP_CMP_EQ, 0, 0));
	return rc;
}

static int load_filter(scmp_filter_ctx f, int rc, struct err *err)
{
	if (rc == 0)
		rc = seccomp_load(f);
	seccomp_release(f);
	if (rc != 0)
		return err_set_errno(err, ERR_INTERNAL, -rc, "seccomp filter");
	return 0;
}

static int set_filter(struct err *err)
{
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));

	if (f == NULL)
		return err_set(err, ERR_INTERNAL, "seccomp gives no filter");
	int rc = add_all(f, SCMP_ACT_ALLOW, allowed, ARRAY_SIZE(allowed));
	if (rc == 0)
		rc = add_all(f, SCMP_ACT_KILL_PROCESS, deadly, ARRAY_SIZE(deadly));
	if (rc == 0)
		rc = add_checked(f);
	return load_filter(f, rc, err);
}

int sandbox_enter(const struct sandbox_conf *c, struct sandbox_state *out_state, struct err *err)
{
	struct sandbox_state state = { 0 };

	if (set_limits(c, err) != 0 || set_wall_clock(c, err) != 0 || set_no_privileges(err) != 0 ||
	    set_landlock(c, &state, err) != 0 || set_filter(err) != 0)
		return err_wrap(err, "sandbox");
	*out_state = state;
	return 0;
}

int sandbox_light(struct err *err)
{
	if (set_limit(RLIMIT_CORE, 0, err) != 0 || set_no_privileges(err) != 0)
		return err_wrap(err, "sandbox");
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);
	if (f == NULL)
		return err_set(err, ERR_INTERNAL, "seccomp gives no filter");
	return load_filter(f,
	    add_all(f, SCMP_ACT_KILL_PROCESS, deadly_for_loader, ARRAY_SIZE(deadly_for_loader)),
	    err);
}
