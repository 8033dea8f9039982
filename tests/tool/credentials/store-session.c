/*
 * Stores a session like a refresh, without AWS: store-session [-n ROUNDS] FILE SECTION. Standard
 * input holds lines: key id, secret, token, expiration (seconds) and, if wanted, the role. With -n
 * it stores ROUNDS times, with the round's number after key id, secret and token. Environment:
 * KEYS, the section that must exist; WAIT_MS, the time to wait for other programs.
 */
#include "credentials/store.h"
#include "file/lock.h"
#include "monotonic.h"
#include "text/log.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WAIT_MS 60000

static char text[1 << 20];

static char *next_line(char **rest)
{
	char *line = strsep(rest, "\n");

	return line && *line ? line : NULL;
}

static int64_t wait_ms(void)
{
	const char *env = getenv("WAIT_MS");

	return env ? strtol(env, NULL, 10) : WAIT_MS;
}

static enum status store(const char *path, const char *section, const char *role,
	const struct session *session, struct error *e)
{
	const struct store_place to = {.path = path,
		.section = section,
		.role = role,
		.keys = getenv("KEYS"),
		.replaces_keys = true};
	int64_t deadline_ms = monotonic_ms() + wait_ms();
	enum status rc;
	int lock;

	store_undo(path);
	rc = store_check(path, false, e);
	if (rc != STATUS_OK)
		return rc;
	rc = lock_section(path, section, deadline_ms, &lock, e);
	if (rc != STATUS_OK)
		return rc;
	rc = store_session(&to, session, deadline_ms, e);
	if (lock >= 0)
		close(lock);
	return rc;
}

static struct secret next_secret(char **rest)
{
	char *line = next_line(rest);

	return (struct secret){.data = line, .size = line ? strlen(line) : 0};
}

static struct secret numbered(const struct secret *s, long n)
{
	struct secret r = {0};
	int size = asprintf(&r.data, "%s%04ld", s->data, n);

	if (size < 0)
		abort();
	r.size = (size_t)size;
	return r;
}

int main(int argc, char **argv)
{
	long rounds = 0, failed = 0;
	struct session s = {0};
	struct error e = {0};
	enum status rc = STATUS_OK;
	const char *role, *end;
	size_t size = 0;
	char *rest = text;
	ssize_t n;

	if (argc == 5 && strcmp(argv[1], "-n") == 0) {
		rounds = strtol(argv[2], NULL, 10);
		argv += 2;
	} else if (argc != 3) {
		return STATUS_USAGE;
	}
	signal(SIGXFSZ, SIG_IGN);
	while ((n = read(STDIN_FILENO, text + size, sizeof(text) - 1 - size)) > 0)
		size += (size_t)n;
	s.access_key_id = next_secret(&rest);
	s.secret_access_key = next_secret(&rest);
	s.session_token = next_secret(&rest);
	end = next_line(&rest);
	role = next_line(&rest);
	if (!end)
		return STATUS_USAGE;
	s.expiration = strtol(end, NULL, 10);
	if (rounds == 0)
		rc = store(argv[1], argv[2], role, &s, &e);
	for (long i = 0; i < rounds && (rc == STATUS_OK || rc == STATUS_NOT_STORED); i++) {
		struct session own = {numbered(&s.access_key_id, i),
			numbered(&s.secret_access_key, i), numbered(&s.session_token, i),
			s.expiration};

		rc = store(argv[1], argv[2], role, &own, &e);
		failed += rc == STATUS_NOT_STORED;
		session_free(&own);
	}
	if (rounds > 0)
		printf("%ld stored\n", rounds - failed);
	if (rc != STATUS_OK || failed > 0)
		log_error("%s", e.text);
	return failed > 0 ? STATUS_NOT_STORED : (int)rc;
}
