/*
 * aws-mfa-sts with a talker that was taken over: the signer is the real one. Each argument is one
 * step of the talker:
 *
 *	+TEXT   sends the line TEXT
 *	-TEXT   sends TEXT without a newline
 *	*TEXT   sends the line TEXT until the signer has gone, 100,000 times at most
 *	=WORD   reads lines, and prints them, until the word comes
 *	fd      prints whether the talker has aws-mfa's socket
 *	stay    reads lines, and prints them, until the signer has gone
 */
#include "confine.h"
#include "libraries.h"
#include "signer.h"
#include "split.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static FILE *from_signer;
static int to_signer;

static bool say(const char *text, size_t len)
{
	return send(to_signer, text, len, MSG_NOSIGNAL) == (ssize_t)len;
}

static bool say_line(const char *text)
{
	return say(text, strlen(text)) && say("\n", 1);
}

/* Returns false at the end. */
static bool hear(const char *word)
{
	static char line[70000];
	size_t len = strlen(word);

	while (fgets(line, sizeof(line), from_signer)) {
		fputs(line, stdout);
		if (len > 0 && strncmp(line, word, len) == 0 && strchr(" \n", line[len]))
			return true;
	}
	return false;
}

static void step(const char *text)
{
	const char *rest = text + 1;

	switch (text[0]) {
	case '+':
		say_line(rest);
		break;
	case '-':
		say(rest, strlen(rest));
		break;
	case '*':
		for (int i = 0; i < 100000 && say_line(rest); i++)
			;
		break;
	case '=':
		if (!hear(rest))
			puts("END");
		break;
	case 'f':
		puts(fcntl(3, F_GETFD) >= 0 ? "HAS IT" : "HAS NOT");
		break;
	default:
		hear("");
		puts("END");
	}
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct half half;
	struct error e;

	if (confine(&e) != STATUS_OK || libraries_start_signing(&e) != STATUS_OK ||
		split(&half, &e) != STATUS_OK)
		return 1;
	if (half.part == SIGNER) {
		enum status rc = signer_run(half.fd);

		split_end(&half);
		_exit((int)rc);
	}
	to_signer = half.fd;
	from_signer = fdopen(half.fd, "r");
	for (int i = 1; i < argc && from_signer; i++)
		step(argv[i]);
	_exit(0);
}
