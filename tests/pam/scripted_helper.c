/*
 * Replaces aws-mfa: plays $HOME/helper-script, one command a line, and writes what it saw to
 * $HOME/helper-log. The module fixes the helper's arguments and environment, so files are needed.
 * For `aws-mfa store` and `aws-mfa serve` the files are store-script and so on.
 *
 * 	send RECORD    send it, with its LF        part TEXT   send it without one
 * 	               " / " stands for a LF: two records that arrive at once
 * 	hear           log the next record         null        send a NUL byte and LF
 * 	deaf           stop reading                long        send a line of 5000 bytes
 * 	look           log the state of this process
 * 	flood          send `until 1` for ever     hang        sleep for ever
 * 	give           send `until 1` with two descriptors, 300 times
 * 	wait           until the other side has closed
 * 	session TEXT   write it to the pipe that came with a record
 * 	read           log the first line of descriptor 0
 * 	pause MS       sleep                       crash       die of SIGSEGV
 * 	idle RECORDS   do as aws-mfa after five minutes: be deaf, send these records and `idle`
 * 	               at once, and end
 * 	once COMMAND   only if no helper has played this script before
 */
#include "words_pam.h"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define SOCKET 3

extern char **environ;

static FILE *open_in_home(const char *who, const char *what, const char *mode)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s%s", getenv("HOME"), who, what);
	return fopen(path, mode);
}

static void put(const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = send(SOCKET, text, len, MSG_NOSIGNAL);

		if (n < 0)
			exit(1);
		text += n;
		len -= (size_t)n;
	}
}

static void send_records(const char *text)
{
	char line[4096];
	size_t n = 0;

	while (*text && n < sizeof(line) - 2)
		if (strncmp(text, " / ", 3) == 0) {
			line[n++] = '\n';
			text += 3;
		} else {
			line[n++] = *text++;
		}
	line[n++] = '\n';
	put(line, n);
}

static int session = -1; /* the pipe that came */

static const char *kind_of(int fd)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return "nothing";
	return S_ISSOCK(st.st_mode)    ? "socket"
		: S_ISFIFO(st.st_mode) ? "pipe"
		: S_ISREG(st.st_mode)  ? "file"
		: st.st_rdev == 0x103  ? "null"
				       : "other";
}

static const char *use_of(int fd)
{
	static const char *const uses[] = {"read", "write", "both", "?"};

	return uses[fcntl(fd, F_GETFL) & O_ACCMODE];
}

/* Returns false at the end. Logs descriptors that come with the byte. */
static bool hear_byte(char *byte, FILE *log)
{
	char control[CMSG_SPACE(16 * sizeof(int))];
	struct iovec part = {byte, 1};
	struct msghdr msg = {.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control)};
	struct cmsghdr *head;

	if (recvmsg(SOCKET, &msg, MSG_CMSG_CLOEXEC) != 1)
		return false;
	head = CMSG_FIRSTHDR(&msg);
	for (size_t i = 0; head && i < (head->cmsg_len - CMSG_LEN(0)) / sizeof(int); i++) {
		int fd;

		memcpy(&fd, CMSG_DATA(head) + i * sizeof(int), sizeof(int));
		fprintf(log, "with a %s to %s\n", kind_of(fd), use_of(fd));
		if (i == USER_SESSION)
			session = fd;
	}
	return true;
}

static void hear(FILE *log)
{
	char line[256];
	size_t n = 0;

	while (n < sizeof(line) - 1 && hear_byte(line + n, log) && line[n] != '\n')
		n++;
	line[n] = '\0';
	/* The module chooses it at random. */
	if (strncmp(line, "login ", 6) == 0 && strspn(line + 6, "0123456789abcdef") == 8 && n == 14)
		strcpy(line, "login ID");
	fprintf(log, "heard %s\n", n > 0 ? line : "the end");
}

/* Threat: descriptors that nobody asked for stay open in a daemon. */
static void give(void)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(2 * sizeof(int))];
	} control = {.head = {CMSG_LEN(2 * sizeof(int)), SOL_SOCKET, SCM_RIGHTS}};
	struct iovec part = {(char[]){"until 1\n"}, 8};
	struct msghdr msg = {.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control)};

	memcpy(CMSG_DATA(&control.head), (int[]){SOCKET, SOCKET}, 2 * sizeof(int));
	if (sendmsg(SOCKET, &msg, MSG_NOSIGNAL) < 0)
		exit(1);
}

static void read_input(FILE *log)
{
	char line[256];
	size_t n = 0;

	while (n < sizeof(line) - 1 && read(0, line + n, 1) == 1 && line[n] != '\n')
		n++;
	line[n] = '\0';
	fprintf(log, "read %s\n", n > 0 ? line : "the end");
}

static void wait_for_the_end(void)
{
	struct pollfd p = {.fd = SOCKET};

	while (poll(&p, 1, -1) < 0)
		continue;
}

static void look_at_limits(FILE *log)
{
	static const struct {
		const char *name;
		__rlimit_resource_t what;
	} limits[] = {{"core", RLIMIT_CORE}, {"cpu", RLIMIT_CPU}, {"fsize", RLIMIT_FSIZE},
		{"nofile", RLIMIT_NOFILE}, {"nproc", RLIMIT_NPROC}, {"stack", RLIMIT_STACK},
		{"data", RLIMIT_DATA}, {"as", RLIMIT_AS}};

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct rlimit r;

		getrlimit(limits[i].what, &r);
		fprintf(log, "limit %s %lld %lld\n", limits[i].name, (long long)r.rlim_cur,
			(long long)r.rlim_max);
	}
}

static void look(FILE *log)
{
	uid_t r, e, s;
	gid_t gr, ge, gs;
	gid_t groups[1024];
	int n = getgroups(1024, groups);
	mode_t mask = umask(0);
	char cwd[64] = "?";
	int death = 0;
	sigset_t set;

	getresuid(&r, &e, &s);
	getresgid(&gr, &ge, &gs);
	fprintf(log, "uid %u %u %u gid %u %u %u groups %d\n", r, e, s, gr, ge, gs, n);
	if (!getcwd(cwd, sizeof(cwd)))
		cwd[0] = '\0';
	fprintf(log, "umask %03o cwd %s leader %d\n", mask, cwd, getsid(0) == getpid());
	prctl(PR_GET_PDEATHSIG, &death);
	fprintf(log, "death-signal %d no-new-privileges %d\n", death,
		prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	sigprocmask(SIG_SETMASK, NULL, &set);
	for (int sig = 1; sig < NSIG; sig++) {
		struct sigaction action;

		if (sigaction(sig, NULL, &action) == 0 && action.sa_handler != SIG_DFL)
			fprintf(log, "signal %d ignored\n", sig);
		if (sigismember(&set, sig) == 1)
			fprintf(log, "signal %d blocked\n", sig);
	}
	for (int fd = 0; fd < 4096; fd++) {
		if (fd != fileno(log) && fcntl(fd, F_GETFD) >= 0)
			fprintf(log, "descriptor %d %s\n", fd, kind_of(fd));
	}
	look_at_limits(log);
	for (char **v = environ; *v; v++)
		fprintf(log, "env %s\n", *v);
}

/* One command of the script. */
static void play(const char *command, const char *rest, FILE *log)
{
	char line[1024];

	if (strcmp(command, "send") == 0) {
		send_records(rest);
	} else if (strcmp(command, "part") == 0) {
		put(rest, strlen(rest));
	} else if (strcmp(command, "null") == 0) {
		put("\0\n", 2);
	} else if (strcmp(command, "long") == 0) {
		char letters[5000];

		memset(letters, 'a', sizeof(letters));
		put(letters, sizeof(letters));
	} else if (strcmp(command, "hear") == 0) {
		hear(log);
	} else if (strcmp(command, "look") == 0) {
		look(log);
	} else if (strcmp(command, "flood") == 0) {
		for (;;)
			put("until 1\n", 8);
	} else if (strcmp(command, "hang") == 0) {
		for (;;)
			pause();
	} else if (strcmp(command, "give") == 0) {
		for (int i = 0; i < 300; i++)
			give();
	} else if (strcmp(command, "wait") == 0) {
		wait_for_the_end();
	} else if (strcmp(command, "session") == 0) {
		if (write(session, rest, strlen(rest)) < 0 || write(session, "\n", 1) < 0)
			fprintf(log, "session: %m\n");
	} else if (strcmp(command, "read") == 0) {
		read_input(log);
	} else if (strcmp(command, "pause") == 0) {
		usleep((useconds_t)atoi(rest) * 1000U);
	} else if (strcmp(command, "crash") == 0) {
		raise(SIGSEGV);
	} else if (strcmp(command, "deaf") == 0) {
		shutdown(SOCKET, SHUT_RD);
	} else if (strcmp(command, "idle") == 0) {
		shutdown(SOCKET, SHUT_RD);
		snprintf(line, sizeof(line), "%s%sidle", rest, *rest ? " / " : "");
		send_records(line);
		exit(0);
	} else {
		fprintf(log, "no such command: %s\n", command);
	}
}

int main(int argc, char **argv)
{
	const char *who = argc > 1 && strcmp(argv[1], "pam") != 0 ? argv[1] : "helper";
	FILE *script = open_in_home(who, "-script", "re");
	FILE *log = open_in_home(who, "-log", "ae");
	char *lines[64];
	char line[4096];
	size_t n = 0;
	bool first;

	if (!script || !log)
		return 1;
	fseek(log, 0, SEEK_END);
	first = ftell(log) == 0;
	setvbuf(log, NULL, _IOLBF, 0);
	for (int i = 0; i < argc; i++) {
		bool id = i > 0 && strcmp(argv[i - 1], "--login") == 0 && strlen(argv[i]) == 8;

		fprintf(log, "%s%s", id ? "ID" : argv[i], i + 1 < argc ? " " : "\n");
	}
	while (n < 64 && fgets(line, sizeof(line), script)) {
		line[strcspn(line, "\n")] = '\0';
		lines[n] = strdup(line);
		if (!lines[n++])
			return 1;
	}
	fclose(script);
	for (size_t i = 0; i < n; i++) {
		char *command = lines[i], *rest;

		if (strncmp(command, "once ", 5) == 0) {
			if (!first)
				continue;
			command += 5;
		}
		rest = command + strcspn(command, " ");
		if (*rest)
			*rest++ = '\0';
		play(command, rest, log);
	}
	return 0;
}
