/*
 * Starts as aws-mfa-sts does, up to its first byte to the network, and ends.
 *
 *	start_sts two     as it is: a signer and a talker, each confined
 *	start_sts one     the same in one process, which is not confined further
 *	start_sts fork    one, and a child of it that ends at once: no split costs less
 *
 * If its standard input is a socket, it says there when it has started, and ends when that is
 * closed: time to look at its memory.
 */
#include "status.h"
#include "sts/confine.h"
#include "sts/libraries.h"
#include "sts/split.h"

#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Like the talker: with no setting read, the default of all. */
static enum status talk(int fd, struct error *e)
{
	enum status rc = libraries_start(e);

	if (rc == STATUS_OK)
		rc = confine_talker(NULL, false, e);
	if (rc == STATUS_OK && send(fd, "", 1, MSG_NOSIGNAL) != 1)
		rc = STATUS_SYSTEM;
	return rc;
}

static enum status sign(const struct half *half, struct error *e)
{
	enum status rc = confine_signer(e);
	char ready;

	if (rc == STATUS_OK && recv(half->fd, &ready, 1, 0) != 1)
		rc = STATUS_SYSTEM;
	return rc;
}

static void show(void)
{
	char any;

	/* Not write(): this process may not write to a file. */
	if (send(STDIN_FILENO, "", 1, MSG_NOSIGNAL) == 1)
		recv(STDIN_FILENO, &any, 1, 0);
}

static enum status two(struct error *e)
{
	struct half half;
	enum status rc = split(&half, e);
	char end;
	int status;

	if (rc != STATUS_OK)
		return rc;
	if (half.part == TALKER) {
		rc = talk(half.fd, e);
		_exit(rc != STATUS_OK || recv(half.fd, &end, 1, 0) != 0);
	}
	rc = sign(&half, e);
	show();
	shutdown(half.fd, SHUT_RDWR);
	if (waitpid(half.other, &status, 0) != half.other || status != 0)
		rc = STATUS_SYSTEM;
	return rc;
}

static enum status fork_only(void)
{
	pid_t child = fork();
	int status;

	if (child == 0)
		_exit(0);
	return child > 0 && waitpid(child, &status, 0) == child && status == 0 ? STATUS_OK
									       : STATUS_SYSTEM;
}

static enum status one(bool forks, struct error *e)
{
	enum status rc = forks ? fork_only() : STATUS_OK;

	if (rc == STATUS_OK)
		rc = libraries_start(e);
	show();
	return rc;
}

int main(int argc, char **argv)
{
	struct error e;
	enum status rc = argc == 2 ? confine(&e) : STATUS_USAGE;

	if (rc == STATUS_OK)
		rc = libraries_start_signing(&e);
	if (rc == STATUS_OK)
		rc = strcmp(argv[1], "two") == 0 ? two(&e) : one(strcmp(argv[1], "fork") == 0, &e);
	_exit((int)rc);
}
