/*
 * Opens many logins at the key store, as root does for each login, and holds them while they wait
 * for a code:
 *
 *	hold NUMBER USER UID
 *
 * Prints "asked NUMBER" when all want one. Ends when its standard input does.
 */
#include "monotonic.h"
#include "peer.h"
#include "words_pam.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define WAIT_MS 300000

struct login {
	struct peer peer;
	char buf[RECORD_MAX_PAM];
};

static int64_t until_ms;

static _Noreturn void die(const char *what)
{
	perror(what);
	exit(1);
}

static int connect_to_store(void)
{
	const struct sockaddr_un to = {AF_UNIX, "/run/aws-mfa/keystore.sock"};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		die("socket");
	while (connect(fd, (const struct sockaddr *)&to, sizeof(to)) != 0)
		if (errno != EAGAIN || monotonic_ms() > until_ms)
			die("connect");
		else
			poll(NULL, 0, 10);
	return fd;
}

static int open_file(const char *folder, const char *name, int flags)
{
	char path[300];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, flags | O_CLOEXEC, 0600);
	if (fd < 0)
		die(path);
	return fd;
}

static void begin(struct login *l, const char *name, const char *uid)
{
	struct descriptors d = {.n = DESCRIPTORS_MAX};
	char user[300];
	int ends[2];

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
		die("pipe");
	d.fd[USER_ENTRY] = open_file("/etc/aws-mfa/keys", name, O_RDONLY);
	d.fd[USER_SESSION] = ends[1];
	d.fd[USER_PLACE] = open_file("/run/aws-mfa", "waiting", O_RDWR | O_CREAT);
	peer_init(&l->peer, &words_pam, PARENT, LOGIN_VERSION, connect_to_store(), l->buf);
	snprintf(user, sizeof(user), "%s %s", uid, name);
	if (peer_write(&l->peer, until_ms, WORD_VERSION, "1") != RECORD_OK ||
		peer_write(&l->peer, until_ms, WORD_LOGIN, "01234567") != RECORD_OK ||
		peer_write_with(&l->peer, until_ms, WORD_USER, user, &d) != RECORD_OK)
		die("write");
	for (size_t i = 0; i < d.n; i++)
		close(d.fd[i]);
}

int main(int argc, char **argv)
{
	size_t n = argc == 4 ? strtoul(argv[1], NULL, 10) : 0;
	struct login *logins = calloc(n, sizeof(*logins));
	struct record rec;
	char byte;

	if (n == 0 || !logins)
		return 2;
	until_ms = monotonic_ms() + WAIT_MS;
	for (size_t i = 0; i < n; i++)
		begin(&logins[i], argv[2], argv[3]);
	for (size_t i = 0; i < n; i++)
		do
			if (peer_read(&logins[i].peer, until_ms, &rec) != RECORD_OK)
				die("read");
		while (strcmp(rec.word, WORD_ASK) != 0);
	printf("asked %zu\n", n);
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		continue;
	return 0;
}
