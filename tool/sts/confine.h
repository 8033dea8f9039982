/*
 * What this program gives up. The signer (split.h) holds a user's secret key and code. The talker
 * parses bytes from the network.
 */
#ifndef AWS_MFA_STS_CONFINE_H
#define AWS_MFA_STS_CONFINE_H

#include "error.h"

#include <stdbool.h>

/*
 * Confines the process before it divides, and before it reads its first record:
 * - It is not dumpable, leaves no core, writes to no file, gets no new privileges, and is killed
 *   with its parent.
 * - Its environment is empty, SIGPIPE is ignored, and OpenSSL's secure heap is set up.
 * - Limits that are too low for libcurl are raised. If that is not possible, the call fails.
 *
 * Call it before libcurl or OpenSSL is used and before any thread exists. Returns STATUS_OK, or
 * STATUS_SYSTEM with *e filled.
 */
enum status confine(struct error *e);

/*
 * Confine one of the two processes further: landlock.h and seccomp.h. The signer is confined before
 * it reads the secrets. The talker is confined before it sends or reads the first byte of the
 * network. ca_bundle is the setting, or NULL. If gives_up_root, a talker of root
 * first becomes unprivileged (unprivileged.h), so it must be able to read ca_bundle then. Call them
 * after confine(), before any thread exists. Both return STATUS_OK, or STATUS_SYSTEM with *e
 * filled.
 */
enum status confine_signer(struct error *e);
enum status confine_talker(const char *ca_bundle, bool gives_up_root, struct error *e);

#endif
