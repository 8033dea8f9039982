/* Descriptors that come with a record: with this record only, never more, and none is left open. */
#include "peer.h"
#include "words_pam.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct wire {
	int fd;
	struct peer serve;
	char buf[RECORD_MAX_PAM];
	int lowest; /* free before the test */
};

static int lowest_free(void)
{
	int fd = dup(STDERR_FILENO);

	close(fd);
	return fd;
}

static void start(struct wire *w, unsigned state)
{
	int pair[2];

	w->lowest = lowest_free();
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	w->fd = pair[0];
	peer_init(&w->serve, &words_pam, CHILD, state, pair[1], w->buf);
	record_reader_take_descriptors(&w->serve.reader);
}

/* Every descriptor of the test is closed again. */
static void stop(struct wire *w)
{
	record_reader_wipe(&w->serve.reader);
	close(w->serve.reader.fd);
	close(w->fd);
	assert_int_equal(lowest_free(), w->lowest);
}

/* Sends bytes as one message, with n descriptors, all of them /dev/null. */
static void send_with(struct wire *w, const char *bytes, size_t n)
{
	char control[CMSG_SPACE(8 * sizeof(int))] = {0};
	struct iovec part = {(char *)(uintptr_t)bytes, strlen(bytes)};
	struct msghdr msg = {.msg_iov = &part, .msg_iovlen = 1};
	int null = open("/dev/null", O_RDONLY);

	if (n > 0) {
		struct cmsghdr *head = (struct cmsghdr *)control;

		msg.msg_control = control;
		msg.msg_controllen = CMSG_SPACE(n * sizeof(int));
		head->cmsg_level = SOL_SOCKET;
		head->cmsg_type = SCM_RIGHTS;
		head->cmsg_len = CMSG_LEN(n * sizeof(int));
		for (size_t i = 0; i < n; i++)
			memcpy(CMSG_DATA(head) + i * sizeof(int), &null, sizeof(int));
	}
	assert_int_equal(sendmsg(w->fd, &msg, 0), (ssize_t)strlen(bytes));
	close(null);
}

static enum record_error next(struct wire *w, struct record *rec)
{
	return peer_read(&w->serve, 0, rec);
}

static void come_with_their_record(void **state)
{
	struct record rec;
	struct stat sent, got;
	struct wire w;
	int pipes[2];

	(void)state;
	start(&w, LOGIN_VERSION);
	assert_int_equal(pipe(pipes), 0);
	send_with(&w, "version 1\nlogin 00c0ffee\n", 0);
	assert_int_equal(record_write(w.fd, RECORD_MAX_PAM, -1, WORD_USER, "1 alice",
				 &(struct descriptors){{pipes[0], pipes[1], pipes[1]}, 3}),
		RECORD_OK);
	assert_int_equal(next(&w, &rec), RECORD_OK);
	assert_int_equal(rec.with.n, 0);
	assert_int_equal(next(&w, &rec), RECORD_OK);
	assert_int_equal(rec.with.n, 0);
	assert_int_equal(next(&w, &rec), RECORD_OK);
	assert_string_equal(rec.text, "1 alice");
	assert_int_equal(rec.with.n, 3);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(fstat(pipes[i], &sent), 0);
		assert_int_equal(fstat(rec.with.fd[i], &got), 0);
		assert_int_equal(got.st_ino, sent.st_ino);
		assert_int_equal(fcntl(rec.with.fd[i], F_GETFL) & O_ACCMODE,
			fcntl(pipes[i], F_GETFL) & O_ACCMODE);
		assert_int_equal(fcntl(rec.with.fd[i], F_GETFD), FD_CLOEXEC);
		close(pipes[i]);
	}
	descriptors_close(&rec.with);
	stop(&w);
}

/* A record may arrive in pieces, and the descriptors come with its first one. */
static void come_with_a_piece(void **state)
{
	struct record rec;
	struct wire w;

	(void)state;
	start(&w, LOGIN_OPENING);
	send_with(&w, "login 00c0ffee\nuse", 3);
	assert_int_equal(next(&w, &rec), RECORD_OK);
	assert_int_equal(rec.with.n, 0);
	assert_int_equal(next(&w, &rec), RECORD_TIMEOUT);
	send_with(&w, "r 1 a", 0);
	assert_int_equal(next(&w, &rec), RECORD_TIMEOUT);
	send_with(&w, "\n", 0);
	assert_int_equal(next(&w, &rec), RECORD_OK);
	assert_int_equal(rec.with.n, 3);
	descriptors_close(&rec.with);
	stop(&w);
}

static void refused(unsigned in, const char *first, size_t n, const char *then, size_t m)
{
	struct record rec;
	struct wire w;

	start(&w, in);
	send_with(&w, first, n);
	if (then)
		send_with(&w, then, m);
	assert_int_equal(next(&w, &rec), RECORD_BROKEN);
	assert_int_equal(rec.with.n, 0);
	assert_int_equal(next(&w, &rec), RECORD_BROKEN);
	stop(&w);
}

static void too_few_or_too_many(void **state)
{
	(void)state;
	refused(LOGIN_OPENING, "user 1 a\n", 0, NULL, 0);
	refused(LOGIN_OPENING, "user 1 a\n", 1, NULL, 0);
	refused(LOGIN_OPENING, "user 1 a\n", 2, NULL, 0);
	refused(LOGIN_OPENING, "user 1 a\n", 4, NULL, 0);
	refused(LOGIN_OPENING, "user 1 a\n", 8, NULL, 0);
	refused(LOGIN_OPENING, "us", 1, "er 1 a\n", 2);
	refused(LOGIN_OPENING, "us", 3, "er 1 a\n", 3);
	refused(LOGIN_OPENING, "us", 3, "er 1 a\n", 8);
}

static void with_another_record(void **state)
{
	(void)state;
	refused(LOGIN_VERSION, "version 1\n", 2, "user 1 a\n", 2);
	refused(LOGIN_OPENING, "login 00c0ffee\n", 2, "user 1 a\n", 0);
	refused(LOGIN_OPENING, "login 00c0ffee\n", 1, NULL, 0);
	refused(LOGIN_OPENING, "user 1 a\x01\n", 2, NULL, 0);
	refused(LOGIN_ASKED, "code 123456\n", 2, NULL, 0);
}

/* What waits in the reader is closed with it. */
static void with_half_a_record(void **state)
{
	struct record rec;
	struct wire w;

	(void)state;
	start(&w, LOGIN_OPENING);
	send_with(&w, "user 1", 2);
	assert_int_equal(next(&w, &rec), RECORD_TIMEOUT);
	stop(&w);
}

/* A reader that takes none never has one: the module reads so from `aws-mfa serve`. */
static void to_a_reader_that_takes_none(void **state)
{
	struct record rec;
	struct wire w;
	int lowest;

	(void)state;
	start(&w, LOGIN_ASKED);
	w.serve.reader.takes_descriptors = false;
	lowest = lowest_free();
	send_with(&w, "code 123456\n", 8);
	assert_int_equal(next(&w, &rec), RECORD_OK);
	assert_int_equal(rec.with.n, 0);
	assert_int_equal(lowest_free(), lowest);
	stop(&w);
}

static void never_sends_the_wrong_number(void **state)
{
	struct descriptors one = {{STDERR_FILENO}, 1},
			   three = {{STDERR_FILENO, STDERR_FILENO, STDERR_FILENO}, 3};
	char buf[RECORD_MAX_PAM];
	struct peer module;
	struct wire w;

	(void)state;
	start(&w, LOGIN_VERSION);
	peer_init(&module, &words_pam, PARENT, LOGIN_VERSION, w.fd, buf);
	assert_int_equal(peer_write_with(&module, -1, WORD_VERSION, "1", &three), RECORD_BROKEN);
	assert_int_equal(peer_write(&module, -1, WORD_VERSION, "1"), RECORD_OK);
	assert_int_equal(peer_write(&module, -1, WORD_USER, "1 a"), RECORD_BROKEN);
	assert_int_equal(peer_write_with(&module, -1, WORD_USER, "1 a", &one), RECORD_BROKEN);
	assert_int_equal(peer_write_with(&module, -1, WORD_USER, "1 a", &three), RECORD_OK);
	assert_int_equal(peer_write_with(&module, -1, WORD_USER, "1 a", &three), RECORD_BROKEN);
	stop(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(come_with_their_record),
		cmocka_unit_test(come_with_a_piece),
		cmocka_unit_test(too_few_or_too_many),
		cmocka_unit_test(with_another_record),
		cmocka_unit_test(with_half_a_record),
		cmocka_unit_test(to_a_reader_that_takes_none),
		cmocka_unit_test(never_sends_the_wrong_number),
	};

	return cmocka_run_group_tests_name("include/descriptors", tests, NULL, NULL);
}
