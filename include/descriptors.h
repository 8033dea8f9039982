/*
 * Descriptors that travel with bytes on a Unix socket: SCM_RIGHTS, unix(7).
 */
#ifndef AWS_MFA_DESCRIPTORS_H
#define AWS_MFA_DESCRIPTORS_H

#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>

#define DESCRIPTORS_MAX 3 /* that come with one record */

struct descriptors {
	int fd[DESCRIPTORS_MAX];
	size_t n;
};

/* The room for them in a message's msg_control. */
union descriptors_control {
	char room[CMSG_SPACE(DESCRIPTORS_MAX * sizeof(int))];
	struct cmsghdr align;
};

/* Prepares msg to send d with its first byte. The caller keeps *control. */
void descriptors_attach(
	struct msghdr *msg, union descriptors_control *control, const struct descriptors *d);

/*
 * recv() without waiting. Adds the descriptors that came with the bytes to *d, close-on-exec. One
 * call never joins the bytes of two messages if the first came with descriptors. If this process
 * may not have so many, closes all and returns -1 with EMFILE; with EPROTO if *d has no room.
 */
ssize_t descriptors_recv(int sock, void *buf, size_t size, struct descriptors *d);

void descriptors_close(struct descriptors *d);

#endif
