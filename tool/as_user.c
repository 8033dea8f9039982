#include "as_user.h"

#include "monotonic.h"
#include "own_process.h"
#include "text/log.h"
#include "text/progress.h"
#include "text/write_all.h"
#include "timeout.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define PIPE_FD 3
/* Longer than the work waits for others. A login's `store` has a limit, too. */
#define ANSWER_MS ((TIMEOUT_DEFAULT + 5) * INT64_C(1000))
#define REAP_MS 2000
/* clang-format off */
#define KEEP ((uid_t)-1)
/* clang-format on */

/* The answer: the status in one byte, the text of the error, the fields. */

static enum status become(const struct passwd *pw, pid_t parent, struct error *e)
{
	uid_t uid = pw->pw_uid;
	gid_t gid = pw->pw_gid;

	if (initgroups(pw->pw_name, gid) < 0)
		return error_system(e, "initgroups");
	if (setresgid(gid, gid, gid) < 0)
		return error_system(e, "setresgid");
	if (setresuid(uid, uid, uid) < 0)
		return error_system(e, "setresuid");
	/* Threat: with unusual securebits these calls succeed, and root can still be regained. */
	if (uid != 0 &&
		(setresuid(KEEP, 0, KEEP) == 0 || getuid() != uid || geteuid() != uid ||
			getgid() != gid || getegid() != gid))
		return error_set(e, STATUS_SYSTEM, "could not become %s for good", pw->pw_name);
	/* setresuid() clears the death signal, and may make the process dumpable. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || prctl(PR_SET_DUMPABLE, 0) < 0)
		return error_system(e, "prctl");
	if (getppid() != parent)
		_exit(1);
	if (clearenv() != 0 || setenv("HOME", pw->pw_dir, 1) < 0 ||
		setenv("USER", pw->pw_name, 1) < 0 || setenv("LOGNAME", pw->pw_name, 1) < 0 ||
		chdir("/") < 0)
		return error_system(e, "environment");
	return STATUS_OK;
}

static _Noreturn void child(
	const struct passwd *pw, pid_t parent, int fd, as_user_work *work, const void *arg)
{
	struct secret fields = {0};
	struct error e = {0};
	enum status rc = STATUS_OK;
	char byte;
	bool whole;

	progress_leave();
	/* What root has open is not the user's business. */
	if (dup2(fd, PIPE_FD) < 0 || (errno = own_process_close_above(PIPE_FD)) != 0)
		rc = error_system(&e, "close_range");
	if (rc == STATUS_OK && !secret_make(&fields, AS_USER_ROOM))
		rc = error_system(&e, "as_user");
	if (rc == STATUS_OK)
		rc = become(pw, parent, &e);
	if (rc == STATUS_OK)
		rc = work(arg, &fields, &e);
	byte = (char)rc;
	whole = write_all(PIPE_FD, &byte, 1) && write_all(PIPE_FD, e.text, strlen(e.text) + 1) &&
		write_all(PIPE_FD, fields.data ? fields.data : "", fields.size);
	secret_free(&fields);
	_exit(whole ? 0 : 1);
}

/* Threat: the user stops the child, and root's command waits for ever. */
static bool has_come(int fd, int64_t until_ms)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	int64_t left_ms;

	while ((left_ms = progress_step(until_ms) - monotonic_ms()) > 0) {
		if (poll(&p, 1, (int)left_ms) > 0)
			return true;
		progress_show();
	}
	return false;
}

static bool read_all(int fd, struct secret *bytes)
{
	size_t room = 1 + sizeof(((struct error *)0)->text) + AS_USER_ROOM;
	int64_t until_ms = monotonic_ms() + ANSWER_MS;
	char piece[1024];
	ssize_t n = -1;

	if (!secret_make(bytes, room))
		return false;
	while (has_come(fd, until_ms) &&
		(n = TEMP_FAILURE_RETRY(read(fd, piece, sizeof(piece)))) > 0 &&
		bytes->size + (size_t)n <= room) {
		secret_add(bytes, piece, (size_t)n);
		n = -1;
	}
	explicit_bzero(piece, sizeof(piece));
	return n == 0;
}

/*
 * Waits for the end, which comes at once after the answer. Kills the child otherwise. Threat: the
 * user stops it, or it hangs in a file system of the user's, where no signal reaches it.
 */
static bool reap(pid_t pid, bool whole, int *how)
{
	for (int i = 0; i < REAP_MS; i++) {
		if (i == (whole ? REAP_MS / 2 : 0))
			kill(pid, SIGKILL);
		if (waitpid(pid, how, WNOHANG) == pid)
			return true;
		poll(NULL, 0, 1);
	}
	return false;
}

static enum status take(struct as_user_answer *answer, struct error *e)
{
	const char *at = answer->bytes.data + 1;
	const char *end = answer->bytes.data + answer->bytes.size;
	enum status rc = (unsigned char)answer->bytes.data[0];

	error_set(e, rc, "%s", at);
	log_clean(e->text);
	for (size_t i = 0; i < AS_USER_FIELDS && (at += strlen(at) + 1) < end; i++)
		answer->field[i] = at;
	return rc;
}

enum status as_user(const char *user, as_user_work *work, const void *arg,
	struct as_user_answer *answer, struct error *e)
{
	const struct passwd *pw;
	pid_t parent = getpid(), pid;
	int ends[2], how = 0;
	char what[64];
	bool whole;

	*answer = (struct as_user_answer){.field = {NULL}};
	errno = 0;
	pw = getpwnam(user);
	if (!pw && errno != 0) /* a directory that does not answer */
		return error_set(e, STATUS_SYSTEM, "%s cannot be looked up: %s; see: getent passwd",
			user, strerror(errno));
	if (!pw)
		return error_set(e, STATUS_NOT_SET_UP,
			"there is no user %s on this host; see: getent passwd", user);
	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_system(e, "pipe");
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		child(pw, parent, ends[1], work, arg);
	close(ends[1]);
	snprintf(what, sizeof(what), "%s's files", user);
	progress_begin(what);
	whole = pid > 0 && read_all(ends[0], &answer->bytes);
	progress_end();
	close(ends[0]);
	if (pid < 0)
		return error_system(e, "fork");
	if (!reap(pid, whole, &how) || how != 0 || !whole || answer->bytes.size < 2)
		return error_set(e, STATUS_SYSTEM,
			"the process that works as %s did not answer: it was ended, or was stopped "
			"for %d s; try again",
			user, (int)(ANSWER_MS / 1000));
	return take(answer, e);
}

bool as_user_put(struct secret *out, const char *text)
{
	size_t size = strlen(text) + 1;

	if (out->size + size > AS_USER_ROOM)
		return false;
	secret_add(out, text, size);
	return true;
}
