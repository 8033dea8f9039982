/*
 * What the new process does between clone and exec to become the user's helper.
 */
#ifndef PAM_CHILD_H
#define PAM_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Made before the clone, because the child must not allocate or look up anything. */
struct child_plan {
	int sock;     /* the helper's end; becomes RECORD_FD */
	int input;    /* becomes descriptor 0, and is above RECORD_FD; -1: /dev/null does */
	pid_t parent; /* must still be alive */
	bool become; /* true: we are root and must become the user below; false: we are that user */
	uid_t uid;
	gid_t gid;
	const gid_t *groups;
	size_t n_groups;
	const char *path;
	char *const *argv;
	char *const *envp;
};

/*
 * Runs in the child, with all signals blocked. Ends in exec, or sends a `result 4` that names
 * the step and ends the process. Only async-signal-safe calls.
 */
_Noreturn void child_run(const struct child_plan *plan);

#endif
