#include "split.h"

#include "record.h"
#include "status.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOOKS 170
#define LOOK_AGAIN_US 250 /* the kernel makes it 300 */

/* fork() has cleared the signal that comes when the parent dies. */
static void become_talker(pid_t signer)
{
	close(RECORD_FD);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || getppid() != signer)
		_exit(STATUS_SYSTEM);
}

enum status split(struct half *half, struct error *e)
{
	pid_t signer = getpid();
	char why[512];
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return error_system(e, "socketpair");
	/* Measured: if only the talker loaded libcurl, dlopen() would cost what fork() saves. */
	half->other = fork();
	if (half->other < 0) {
		error_set(e, STATUS_SYSTEM, "the process that speaks with AWS cannot start: %s",
			errno == EAGAIN ? error_no_process(why, sizeof(why)) : strerror(errno));
		close(pair[0]);
		close(pair[1]);
		return e->status;
	}
	half->part = half->other == 0 ? TALKER : SIGNER;
	half->fd = pair[half->part];
	close(pair[!half->part]);
	if (half->part == TALKER)
		become_talker(signer);
	return STATUS_OK;
}

void split_end(const struct half *half)
{
	shutdown(half->fd, SHUT_RDWR);
	for (int i = 0; i < LOOKS && waitpid(half->other, NULL, WNOHANG) == 0; i++)
		usleep(LOOK_AGAIN_US);
}
