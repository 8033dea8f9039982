#include "error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

enum status error_set(struct error *e, enum status status, const char *fmt, ...)
{
	va_list ap;

	e->status = status;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	return status;
}

enum status error_system(struct error *e, const char *what)
{
	const char *why = strerror(errno);
	struct rlimit limit;

	if (errno == EMFILE && getrlimit(RLIMIT_NOFILE, &limit) == 0)
		return error_set(e, STATUS_SYSTEM,
			"%s: %s: RLIMIT_NOFILE is %llu (ulimit -n, LimitNOFILE= of a unit); raise it",
			what, why, (unsigned long long)limit.rlim_cur);
	if (errno == ENFILE)
		return error_set(e, STATUS_SYSTEM,
			"%s: %s: fs.file-max of this machine is used up (sysctl fs.file-max); raise it",
			what, why);
	return error_set(e, STATUS_SYSTEM, "%s: %s", what, why);
}

const char *error_no_process(char *text, size_t size)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NPROC, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
		snprintf(text, size,
			"no more processes or threads can be started: RLIMIT_NPROC is %llu for all that "
			"this user runs (ulimit -u, LimitNPROC= of a unit), or pids.max of the control "
			"group (TasksMax= of a unit) is used up; raise it",
			(unsigned long long)limit.rlim_cur);
	else
		snprintf(text, size,
			"no more processes or threads can be started: pids.max of the control group "
			"(TasksMax= of a unit) or memory is used up; raise the limit or end processes");
	return text;
}
