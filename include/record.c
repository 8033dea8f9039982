#include "record.h"

#include "ascii.h"
#include "monotonic.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

/* Returns RECORD_OK if fd has events or has hung up, else RECORD_TIMEOUT or RECORD_FAILED. */
static enum record_error wait_for(int fd, short events, int64_t deadline_ms)
{
	struct pollfd p = {.fd = fd, .events = events};

	for (;;) {
		int wait_ms = -1;
		int n;

		if (deadline_ms >= 0) {
			int64_t left = deadline_ms - monotonic_ms();

			wait_ms = left <= 0 ? 0 : left > 60000 ? 60000 : (int)left;
		}
		n = poll(&p, 1, wait_ms);
		if (n > 0)
			return RECORD_OK;
		if (n < 0 && errno != EINTR)
			return RECORD_FAILED;
		if (deadline_ms >= 0 && monotonic_ms() >= deadline_ms)
			return RECORD_TIMEOUT;
	}
}

void record_reader_init(struct record_reader *r, int fd, char *buf, size_t size)
{
	*r = (struct record_reader){.fd = fd, .buf = buf, .size = size};
}

void record_reader_take_descriptors(struct record_reader *r)
{
	r->takes_descriptors = true;
}

void record_reader_wipe(struct record_reader *r)
{
	/* Wipe up to end only. The bytes after it are unused or already wiped. */
	explicit_bzero(r->buf, r->end);
	r->start = r->end = 0;
	descriptors_close(&r->came);
}

static enum record_error parse(char *line, size_t len, struct record *rec)
{
	size_t word_len = 0;

	while (word_len < len &&
		((line[word_len] >= 'a' && line[word_len] <= 'z') || line[word_len] == '-'))
		word_len++;
	if (word_len == 0 || (word_len < len && line[word_len] != ' '))
		return RECORD_BROKEN;
	for (size_t i = word_len; i < len; i++)
		if (ascii_is_control(line[i]))
			return RECORD_BROKEN;
	line[len] = '\0';
	rec->word = line;
	rec->text = line + word_len;
	if (word_len < len)
		*rec->text++ = '\0';
	rec->text_len = (size_t)(line + len - rec->text);
	return RECORD_OK;
}

bool record_pending(const struct record_reader *r)
{
	return memchr(r->buf + r->start, '\n', r->end - r->start) != NULL;
}

/* Receives into the rest of the buffer. */
static ssize_t receive(struct record_reader *r)
{
	char *to = r->buf + r->end;
	size_t room = r->size - r->end, before = r->came.n;
	ssize_t n;

	if (!r->takes_descriptors) {
		n = recv(r->fd, to, room, MSG_DONTWAIT);
		return n < 0 && errno == ENOTSOCK ? read(r->fd, to, room) : n;
	}
	n = descriptors_recv(r->fd, to, room, &r->came);
	if (n <= 0 || r->came.n == before)
		return n;
	if (before > 0) {
		descriptors_close(&r->came);
		errno = EPROTO;
		return -1;
	}
	r->came_end = r->end + (size_t)n;
	return n;
}

/* The line ends at r->start. Gives it the descriptors that came with it. */
static void take_descriptors(struct record_reader *r, struct record *rec)
{
	rec->with.n = 0;
	if (r->came.n > 0 && r->came_end <= r->start) {
		rec->with = r->came;
		r->came.n = 0;
	}
}

enum record_error record_read(struct record_reader *r, int64_t deadline_ms, struct record *rec)
{
	rec->with.n = 0;
	for (;;) {
		char *line = r->buf + r->start;
		char *lf = memchr(line, '\n', r->end - r->start);
		enum record_error rc;
		ssize_t n;

		if (lf) {
			r->start = (size_t)(lf + 1 - r->buf);
			rc = parse(line, (size_t)(lf - line), rec);
			if (rc == RECORD_OK)
				take_descriptors(r, rec);
			return rc;
		}
		if (r->start > 0) {
			/* Wipe the old place: it may hold half of a secret. */
			memmove(r->buf, line, r->end - r->start);
			r->end -= r->start;
			r->came_end -= r->came.n > 0 ? r->start : 0;
			explicit_bzero(r->buf + r->end, r->start);
			r->start = 0;
		}
		if (r->end == r->size)
			return RECORD_BROKEN;
		n = receive(r);
		if (n > 0) {
			r->end += (size_t)n;
			continue;
		}
		/* If the peer dies with unread data in its queue, recv() fails with ECONNRESET. */
		if (n == 0 || errno == ECONNRESET)
			return r->end ? RECORD_BROKEN : RECORD_EOF;
		if (errno == EPROTO)
			return RECORD_BROKEN;
		if (errno != EAGAIN && errno != EINTR)
			return RECORD_FAILED;
		rc = wait_for(r->fd, POLLIN, deadline_ms);
		if (rc != RECORD_OK)
			return rc;
	}
}

/* Sends all parts, and the descriptors with the first byte; with may be NULL. Changes iov. */
static enum record_error send_all(int fd, int64_t deadline_ms, struct iovec *iov, size_t n_iov,
	const struct descriptors *with)
{
	while (n_iov > 0) {
		struct msghdr msg = {.msg_iov = iov, .msg_iovlen = n_iov};
		union descriptors_control control;
		ssize_t n;

		if (with)
			descriptors_attach(&msg, &control, with);
		n = sendmsg(fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n >= 0) {
			size_t sent = (size_t)n;

			with = NULL;
			while (n_iov > 0 && sent >= iov->iov_len) {
				sent -= iov->iov_len;
				iov++;
				n_iov--;
			}
			if (n_iov > 0) {
				iov->iov_base = (char *)iov->iov_base + sent;
				iov->iov_len -= sent;
			}
		} else if (errno == EPIPE || errno == ECONNRESET) {
			return RECORD_EOF;
		} else if (errno == EAGAIN) {
			enum record_error rc = wait_for(fd, POLLOUT, deadline_ms);

			if (rc != RECORD_OK)
				return rc;
		} else if (errno != EINTR) {
			return RECORD_FAILED;
		}
	}
	return RECORD_OK;
}

static bool is_good(const char *word, const char *text, size_t max)
{
	size_t text_len = strlen(text);

	for (size_t i = 0; i < text_len; i++)
		if (ascii_is_control(text[i]))
			return false;
	return strlen(word) + text_len + 2 <= max;
}

enum record_error record_append(
	char *buf, size_t size, size_t *len, size_t max, const char *word, const char *text)
{
	size_t needed = strlen(word) + strlen(text) + 2;
	char *to = buf + *len;

	if (!is_good(word, text, max))
		return RECORD_BROKEN;
	if (needed > size - *len)
		return RECORD_FAILED;
	to = stpcpy(to, word);
	if (*text)
		*to++ = ' ';
	to = stpcpy(to, text);
	*to++ = '\n';
	*len = (size_t)(to - buf);
	return RECORD_OK;
}

enum record_error record_send(int fd, int64_t deadline_ms, const char *buf, size_t len)
{
	struct iovec all = {(char *)(uintptr_t)buf, len};

	return send_all(fd, deadline_ms, &all, 1, NULL);
}

enum record_error record_write(int fd, size_t max, int64_t deadline_ms, const char *word,
	const char *text, const struct descriptors *with)
{
	size_t text_len = text ? strlen(text) : 0;
	/* Send parts instead of a joined copy: a copy must be wiped, too. */
	char sp[] = " ", lf[] = "\n";
	struct iovec parts[] = {
		{(char *)(uintptr_t)word, strlen(word)},
		{sp, text_len > 0 ? 1 : 0},
		{(char *)(uintptr_t)text, text_len},
		{lf, 1},
	};

	if (!is_good(word, text ? text : "", max))
		return RECORD_BROKEN;
	return send_all(fd, deadline_ms, parts, sizeof(parts) / sizeof(parts[0]), with);
}

void record_fit(char *text, size_t room)
{
	if (strlen(text) > room) {
		while (room > 0 && (text[room] & 0xc0) == 0x80)
			room--;
		text[room] = '\0';
	}
	for (; *text; text++)
		if (ascii_is_control(*text))
			*text = ' ';
}

int64_t record_number(const char *s)
{
	int64_t n = 0;

	if (*s == '\0')
		return -1;
	for (; *s; s++) {
		if (*s < '0' || *s > '9' || n > (INT64_MAX - 9) / 10)
			return -1;
		n = n * 10 + (*s - '0');
	}
	return n;
}

enum status record_result(const char *result, const char **text)
{
	size_t digits = strspn(result, "0123456789");

	if (digits == 0 || digits > 2 || (result[digits] != ' ' && result[digits] != '\0'))
		return STATUS_MALFORMED;
	*text = result + digits + (result[digits] == ' ');
	return digits == 1 ? result[0] - '0' : (result[0] - '0') * 10 + result[1] - '0';
}
