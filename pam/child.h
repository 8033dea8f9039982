/*
 * What happens between clone and exec: the fresh process makes itself the user's helper.
 */
#ifndef PAM_CHILD_H
#define PAM_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* All of it made before the clone: the child allocates nothing and looks nothing up. */
struct child_plan {
	int sock;     /* the helper's end; becomes RECORD_FD */
	pid_t parent; /* who must be alive */
	bool become;  /* root: become the user below; else that user is what this is already */
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
