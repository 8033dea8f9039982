/*
 * Divides the program into two processes. The signer has the keys and the code. The talker has the
 * network. A flaw in the code that parses the network's bytes then does not reveal the secret key.
 */
#ifndef AWS_MFA_STS_SPLIT_H
#define AWS_MFA_STS_SPLIT_H

#include "error.h"

#include <sys/types.h>

enum part { SIGNER, TALKER };

struct half {
	enum part part;
	int fd;      /* a socket to the other process */
	pid_t other; /* the talker, for the signer */
};

/*
 * Forks, and returns in both processes. The talker does not have RECORD_FD, and is killed with the
 * signer. Call it before a secret is read and before any thread exists. Returns STATUS_OK, or
 * STATUS_SYSTEM with *e filled: then there is one process.
 */
enum status split(struct half *half, struct error *e);

/* The signer's last act: waits a moment for the talker, which ends because the socket is closed. */
void split_end(const struct half *half);

#endif
