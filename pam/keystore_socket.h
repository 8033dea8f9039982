/*
 * A connection to the key store: systemd starts an `aws-mfa serve` for each.
 */
#ifndef PAM_KEYSTORE_SOCKET_H
#define PAM_KEYSTORE_SOCKET_H

#include <stdbool.h>
#include <stddef.h>

#include "status.h"
#include "waiting.h"

/*
 * Takes a place for the login, and connects. Returns STATUS_OK and two descriptors to close;
 * STATUS_CONFIG if nobody listens; or STATUS_SYSTEM. A failure puts one line into error[size], and
 * -1 into both. *absent: the socket may come soon. If waits, it was tried for two seconds.
 */
enum status keystore_connect(int *fd, int *place, const struct waiting_login *login, bool waits,
	bool *absent, char *error, size_t size);

#endif
