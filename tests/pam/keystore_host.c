/*
 * Runs a PAM application in a mount namespace that has a key store, with /mnt for / as
 * build/tests/fake/pam_aws_mfa.so sees it. A program plays `aws-mfa serve`, once for each
 * connection.
 *
 * 	keystore_host SOCKET SETUP PROGRAM HOME COMMAND [ARG]...
 *
 * SETUP is a script for /bin/sh; it finds the folders in $KEYS and $RUN. HOME is for PROGRAM.
 * SOCKET says what listens:
 * 	listens  the socket       refused  a socket at which nobody listens
 * 	late     after 300 ms     none     no socket
 * 	unbound  no socket, and after 300 ms one that listens
 * 	caller   the socket, and 16 logins of uid 12345 as the caller wait already
 * 	target   the socket, and 64 logins to that account
 * 	all      the socket, and 4,000 logins of others
 */
#include "waiting.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define KEYS "/mnt/etc/aws-mfa/keys"
#define RUN "/mnt/run/aws-mfa"
#define UID 12345
#define PRELOAD "LD_PRELOAD"

static _Noreturn void die(const char *what)
{
	perror(what);
	exit(125);
}

static void make_folders(const char *setup)
{
	FILE *entry;
	int status;

	umask(022);
	if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
		mount("tmpfs", "/mnt", "tmpfs", 0, "mode=755") != 0)
		die("mount");
	mkdir("/mnt/etc", 0755);
	mkdir("/mnt/etc/aws-mfa", 0755);
	mkdir(KEYS, 0700);
	mkdir("/mnt/run", 0755);
	mkdir(RUN, 0755);
	umask(077);
	entry = fopen(KEYS "/alice", "we");
	if (!entry || fputs("[aws-mfa]\n", entry) < 0 || fclose(entry) != 0)
		die(KEYS);
	umask(022);
	if (!*setup)
		return;
	setenv("KEYS", KEYS, 1);
	setenv("RUN", RUN, 1);
	status = system(setup);
	unsetenv("KEYS");
	unsetenv("RUN");
	if (status != 0)
		die("setup");
}

static void hold_places(const char *socket_mode)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int fd;

	if (strcmp(socket_mode, "caller") == 0) {
		lock.l_start = WAITING_CALLERS + (int64_t)UID * WAITING_OF_CALLER;
		lock.l_len = WAITING_OF_CALLER;
	} else if (strcmp(socket_mode, "target") == 0) {
		lock.l_start = WAITING_TARGETS + (int64_t)UID * WAITING_OF_TARGET;
		lock.l_len = WAITING_OF_TARGET;
	} else if (strcmp(socket_mode, "all") == 0) {
		lock.l_start = WAITING_ALL;
		lock.l_len = WAITING_OF_ALL;
	} else {
		return;
	}
	fd = open(RUN "/waiting", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || fcntl(fd, F_OFD_SETLK, &lock) != 0)
		die("waiting");
}

static int bind_socket(void)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX, .sun_path = RUN "/keystore.sock"};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) != 0)
		die("bind");
	return fd;
}

static _Noreturn void serve(int connection, const char *program, const char *home)
{
	char variable[4096];
	char *const argv[] = {(char[]){"aws-mfa"}, (char[]){"serve"}, NULL};
	char *const envp[] = {variable, NULL};

	snprintf(variable, sizeof(variable), "HOME=%s", home);
	if (dup2(connection, 3) != 3)
		die("dup2");
	if (connection == 3)
		fcntl(3, F_SETFD, 0);
	execve(program, argv, envp);
	die(program);
}

/* As systemd does with Accept=yes. Ends with the last serve, after `done` is closed. */
static _Noreturn void listen_and_serve(
	const char *mode, int listener, int done, const char *program, const char *home)
{
	struct timeval tenth = {.tv_usec = 20000};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (strcmp(mode, "late") == 0 || strcmp(mode, "unbound") == 0) {
		usleep(300000);
		if (listener < 0)
			listener = bind_socket();
		if (listen(listener, 100) != 0)
			die("listen");
	}
	setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &tenth, sizeof(tenth));
	for (;;) {
		int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		char byte;

		if (connection >= 0) {
			if (fork() == 0)
				serve(connection, program, home);
			close(connection);
		} else if (read(done, &byte, 1) == 0) {
			break;
		}
	}
	while (wait(NULL) > 0)
		continue;
	exit(0);
}

int main(int argc, char **argv)
{
	const char *mode = argc > 5 ? argv[1] : "";
	int ends[2], status = 0, listener = -1;
	pid_t pid, host = -1;

	if (argc < 6)
		return 125;
	make_folders(argv[2]);
	hold_places(mode);
	if (pipe2(ends, O_CLOEXEC) != 0)
		die("pipe");
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	if (strcmp(mode, "none") != 0 && strcmp(mode, "unbound") != 0)
		listener = bind_socket();
	if (strcmp(mode, "none") != 0 && strcmp(mode, "refused") != 0) {
		if (listener >= 0 && strcmp(mode, "late") != 0 && listen(listener, 100) != 0)
			die("listen");
		host = fork();
		if (host == 0) {
			close(ends[1]);
			listen_and_serve(mode, listener, ends[0], argv[3], argv[4]);
		}
	}
	pid = fork();
	if (pid == 0) {
		/* Only the application has the look-ups of the case. */
		setenv(PRELOAD, getenv("CASE_PRELOAD"), 1);
		execv(argv[5], argv + 5);
		die(argv[5]);
	}
	waitpid(pid, &status, 0);
	close(ends[1]);
	if (host > 0)
		waitpid(host, NULL, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 125;
}
