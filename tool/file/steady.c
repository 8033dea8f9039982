#include "steady.h"

#include "monotonic.h"
#include "text/progress.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define YOUNG_NS 50000000
#define SHUT_MS 10

enum lease { LEASE_TAKEN, LEASE_WRITER, LEASE_NONE };

static enum lease take_lease(int fd)
{
	/* The kernel sends a signal when another program waits. SIGIO would kill us; SIGURG is
	 * ignored by default. */
	fcntl(fd, F_SETSIG, SIGURG);
	if (fcntl(fd, F_SETLEASE, F_RDLCK) == 0)
		return LEASE_TAKEN;
	return errno == EAGAIN ? LEASE_WRITER : LEASE_NONE;
}

static void give_back(int fd)
{
	fcntl(fd, F_SETLEASE, F_UNLCK);
}

/* A file server's clock may be 1 s ahead. A larger difference proves nothing. */
static bool is_young(const struct stat *st)
{
	struct timespec now;
	int64_t age_s, age_ns;

	clock_gettime(CLOCK_REALTIME, &now);
	age_s = now.tv_sec - st->st_mtim.tv_sec;
	age_ns = age_s * 1000000000 + now.tv_nsec - st->st_mtim.tv_nsec;
	return age_s >= -1 && age_s <= 1 && age_ns < YOUNG_NS;
}

/* Reads once. *steady is as in steady_read(). */
static enum status look(
	int fd, const char *path, struct secret *b, struct stat *st, bool *steady, struct error *e)
{
	enum lease lease = take_lease(fd);
	enum status rc = file_read_fd(fd, path, b, st, e);
	struct stat after;

	if (lease == LEASE_TAKEN)
		give_back(fd);
	/* The process may have been stopped: after 45 s the kernel takes the lease away. So compare
	 * again. */
	*steady = rc == STATUS_OK && lease != LEASE_WRITER && fstat(fd, &after) == 0 &&
		file_same(st, &after) && !(lease == LEASE_NONE && is_young(st));
	return rc;
}

static enum status look_until(int fd, const char *path, int64_t deadline_ms, struct secret *b,
	struct stat *st, bool *steady, struct error *e)
{
	int64_t pause_ms = 1;

	for (;;) {
		enum status rc = look(fd, path, b, st, steady, e);

		if (rc != STATUS_OK || *steady || monotonic_ms() >= deadline_ms)
			return rc;
		secret_free(b);
		progress_sleep(pause_ms);
		if (pause_ms < 16)
			pause_ms *= 2;
	}
}

enum status steady_read(int fd, const char *path, int64_t deadline_ms, struct secret *b,
	struct stat *st, bool *steady, struct error *e)
{
	const char *name = strrchr(path, '/');
	char what[320];
	enum status rc;

	snprintf(what, sizeof(what), "the program that writes %.256s", name ? name + 1 : path);
	progress_begin(what);
	rc = look_until(fd, path, deadline_ms, b, st, steady, e);
	progress_end();
	return rc;
}

bool steady_holds(int fd, const struct secret *b)
{
	struct secret now = {0};
	struct stat st;
	struct error e;
	bool same = file_read_fd(fd, "", &now, &st, &e) == STATUS_OK && secret_equal(&now, b);

	secret_free(&now);
	return same;
}

bool steady_begin(struct steady *s, int fd, const struct secret *b)
{
	enum lease lease = take_lease(fd);

	*s = (struct steady){.fd = fd, .b = b, .leased = lease == LEASE_TAKEN};
	if (lease != LEASE_WRITER && steady_holds(fd, b))
		return true;
	steady_end(s);
	return false;
}

bool steady_is_quiet(const struct steady *s)
{
	return s->leased ? fcntl(s->fd, F_GETLEASE) == F_RDLCK : steady_holds(s->fd, s->b);
}

void steady_end(const struct steady *s)
{
	if (s->leased)
		give_back(s->fd);
}

void steady_shut(int fd)
{
	const struct timespec pause = {.tv_nsec = 1000000};
	int64_t until_ms = monotonic_ms() + SHUT_MS;

	fcntl(fd, F_SETSIG, SIGURG);
	/* EAGAIN: a program has the file open. Usually it only reads the file and ends soon. */
	while (fcntl(fd, F_SETLEASE, F_WRLCK) < 0 && errno == EAGAIN && monotonic_ms() < until_ms)
		nanosleep(&pause, NULL);
}

void steady_reopen(int fd)
{
	int error = errno;

	give_back(fd);
	errno = error;
}
