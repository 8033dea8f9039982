#include "reach.h"

#include "certificates.h"
#include "target.h"
#include "text/shell.h"
#include "text/write_all.h"
#include "unprivileged.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* For struct walk_guard. Notes the folder in which a name cannot be looked up. */
static bool note(void *arg, const struct target *t, const struct stat *entry)
{
	char *folder = arg;

	if (!entry)
		snprintf(folder, PATH_MAX, "%s", *t->path ? t->path : "/");
	return true;
}

static enum status refuse(const char *closed, const char *right, struct error *e)
{
	char word[400];
	struct stat st = {.st_mode = 0};

	stat(closed, &st);
	return error_set(e, STATUS_CONFIG,
		"%s: the service that judges codes is not root and cannot read it (mode %04o); "
		"run: chmod o+%s %s",
		closed, (unsigned)st.st_mode & 07777, right,
		shell_quote(closed, strlen(closed), word, sizeof(word)) ? word : closed);
}

/* For certificates_each(), in the process that has no rights. */
static enum status look(const char *path, struct error *e)
{
	char folder[PATH_MAX] = "";
	const struct walk_guard guard = {"", note, folder};
	enum status rc = STATUS_OK;
	struct target t;
	struct stat st;
	bool is_folder;

	if (!walk_guarded(&t, path, &guard)) {
		if (errno == EACCES)
			rc = refuse(folder, "x", e);
		else if (errno != ENOENT)
			rc = error_system(e, path);
	} else if (lstat(t.path, &st) == 0) {
		is_folder = S_ISDIR(st.st_mode);
		if (access(t.path, is_folder ? R_OK | X_OK : R_OK) != 0)
			rc = refuse(t.path, is_folder ? "rx" : "r", e);
	}
	target_free(&t);
	return rc;
}

static _Noreturn void child(const char *path, int fd)
{
	struct error e = {.status = STATUS_OK};

	if (unprivileged_become(&e) == STATUS_OK)
		certificates_each(path, look, &e);
	_exit(write_all(fd, (const char *)&e, sizeof(e)) ? 0 : 1);
}

enum status reach_check(const char *path, struct error *e)
{
	struct error said = {.status = STATUS_SYSTEM};
	ssize_t n;
	int ends[2];
	pid_t pid;

	if (geteuid() != 0)
		return STATUS_OK;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_system(e, "pipe");
	pid = fork();
	if (pid == 0)
		child(path, ends[1]);
	close(ends[1]);
	/* It is written at once, since it is shorter than PIPE_BUF. */
	n = pid > 0 ? TEMP_FAILURE_RETRY(read(ends[0], &said, sizeof(said))) : -1;
	close(ends[0]);
	if (pid < 0)
		return error_system(e, "fork");
	(void)TEMP_FAILURE_RETRY(waitpid(pid, NULL, 0));
	if (n != (ssize_t)sizeof(said))
		return error_set(e, STATUS_SYSTEM, "%s: cannot tell who can read it", path);
	if (said.status != STATUS_OK)
		*e = said;
	return said.status;
}
