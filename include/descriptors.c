#include "descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

void descriptors_attach(
	struct msghdr *msg, union descriptors_control *control, const struct descriptors *d)
{
	struct cmsghdr *head = &control->align; /* CMSG_FIRSTHDR() */

	memset(control, 0, sizeof(*control));
	msg->msg_control = control;
	msg->msg_controllen = CMSG_SPACE(d->n * sizeof(int));
	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(d->n * sizeof(int));
	memcpy(CMSG_DATA(head), d->fd, d->n * sizeof(int));
}

/* Returns false, and closes what it cannot keep, if *d has no room for all. */
static bool take(struct descriptors *d, struct msghdr *msg)
{
	bool fit = !(msg->msg_flags & MSG_CTRUNC);

	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(fd));
			if (d->n < DESCRIPTORS_MAX) {
				d->fd[d->n++] = fd;
			} else {
				close(fd);
				fit = false;
			}
		}
	}
	return fit;
}

ssize_t descriptors_recv(int sock, void *buf, size_t size, struct descriptors *d)
{
	union descriptors_control control;
	struct iovec part = {buf, size};
	struct msghdr msg = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n = recvmsg(sock, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	if (n >= 0 && !take(d, &msg)) {
		/* The kernel does not say why some are missing: is there room for one more? */
		int one = fcntl(sock, F_DUPFD_CLOEXEC, 0);
		int why = one < 0 ? errno : EPROTO;

		if (one >= 0)
			close(one);
		descriptors_close(d);
		errno = why;
		return -1;
	}
	return n;
}

void descriptors_close(struct descriptors *d)
{
	for (size_t i = 0; i < d->n; i++)
		close(d->fd[i]);
	d->n = 0;
}
