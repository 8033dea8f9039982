#include "unprivileged.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ID UNPRIVILEGED_UID
/* clang-format off */
#define KEEP ((uid_t)-1)
/* clang-format on */

/* Also with unusual securebits, where capabilities outlive the change of the uid. */
static int drop_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0, 0, 0}};

	return (int)syscall(SYS_capset, &header, none);
}

enum status unprivileged_become(struct error *e)
{
	pid_t parent = getppid();

	if (setgroups(0, NULL) != 0 || setresgid(ID, ID, ID) != 0 || setresuid(ID, ID, ID) != 0 ||
		drop_capabilities() != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0)
		return error_set(e, STATUS_SYSTEM, "cannot give up root: %s", strerror(errno));
	if (getppid() != parent)
		_exit(STATUS_SYSTEM);
	if (setresuid(KEEP, 0, KEEP) == 0 || setresgid(KEEP, 0, KEEP) == 0 || geteuid() != ID ||
		getegid() != ID)
		return error_set(e, STATUS_SYSTEM, "root can be regained: this system is unusual");
	return STATUS_OK;
}
