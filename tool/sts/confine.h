/*
 * What this process gives up. It holds a user's secret key and code, and parses bytes from the
 * network.
 */
#ifndef AWS_MFA_STS_CONFINE_H
#define AWS_MFA_STS_CONFINE_H

#include "error.h"

/*
 * Confines the process before it reads its first record:
 * - It is not dumpable, leaves no core, gets no new privileges, and is killed with its parent.
 * - Its environment is empty, SIGPIPE is ignored, and OpenSSL's secure heap is set up.
 * - Limits that are too low for libcurl are raised. If that is not possible, the call fails.
 *
 * Call it before libcurl or OpenSSL is used and before any thread exists. Returns STATUS_OK, or
 * STATUS_SYSTEM with *e filled.
 */
enum status confine(struct error *e);

/*
 * Confines the process more, before it sends or reads the first byte of the network: landlock.h and
 * seccomp.h. ca_bundle is the setting, or NULL. Call it after confine(), before any thread exists.
 * Returns STATUS_OK, or STATUS_SYSTEM with *e filled.
 */
enum status confine_for_network(const char *ca_bundle, struct error *e);

#endif
