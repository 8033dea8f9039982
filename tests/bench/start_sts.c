/*
 * Starts as aws-mfa-sts does, and says on the socket that is its standard input when it could send
 * the first byte to a network. Ends when that socket is closed.
 *
 *	start_sts two     as it is: a signer and a talker, each confined
 *	start_sts one     the same in one process, which is not confined further
 *	start_sts fork    one, and a child of it that ends at once: no split costs less
 */
#include "status.h"
#include "sts/confine.h"
#include "sts/libraries.h"
#include "sts/split.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static enum status wait_for_end(void)
{
	char any;

	return recv(STDIN_FILENO, &any, 1, 0) == 0 ? STATUS_OK : STATUS_SYSTEM;
}

static enum status say_and_wait(void)
{
	return send(STDIN_FILENO, "", 1, MSG_NOSIGNAL) == 1 ? wait_for_end() : STATUS_SYSTEM;
}

static enum status wait_for(pid_t child)
{
	int status;

	return waitpid(child, &status, 0) == child && status == 0 ? STATUS_OK : STATUS_SYSTEM;
}

/* No setting is read, so the talker may read what it may by default. */
static enum status two(struct error *e)
{
	struct half half;
	enum status rc = split(&half, e);

	if (rc == STATUS_OK && half.part == TALKER) {
		rc = libraries_start(e);
		if (rc == STATUS_OK)
			rc = confine_talker(NULL, false, e);
		_exit((int)(rc == STATUS_OK ? say_and_wait() : rc));
	}
	if (rc == STATUS_OK)
		rc = confine_signer(e);
	if (rc == STATUS_OK)
		rc = wait_for_end();
	return rc == STATUS_OK ? wait_for(half.other) : rc;
}

static enum status one(struct error *e)
{
	enum status rc = libraries_start(e);

	return rc == STATUS_OK ? say_and_wait() : rc;
}

static enum status one_and_a_fork(struct error *e)
{
	pid_t child = fork();
	enum status rc;

	if (child == 0)
		_exit(0);
	rc = child > 0 ? one(e) : STATUS_SYSTEM;
	return rc == STATUS_OK ? wait_for(child) : rc;
}

int main(int argc, char **argv)
{
	const char *what = argc == 2 ? argv[1] : "";
	struct error e;
	enum status rc = confine(&e);

	if (rc == STATUS_OK)
		rc = libraries_start_signing(&e);
	if (rc == STATUS_OK)
		rc = strcmp(what, "two") == 0       ? two(&e)
			: strcmp(what, "one") == 0  ? one(&e)
			: strcmp(what, "fork") == 0 ? one_and_a_fork(&e)
						    : STATUS_USAGE;
	_exit((int)rc);
}
