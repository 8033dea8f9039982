/*
 * What this process gives up before it reads its first record: it will hold a user's secret key
 * and code, and parse bytes from the network.
 */
#ifndef AWS_MFA_STS_CONFINE_H
#define AWS_MFA_STS_CONFINE_H

#include "error.h"

/*
 * Not dumpable, no core, no new privileges, killed with its parent, an empty environment, OpenSSL's
 * secure heap set up, SIGPIPE ignored, and limits that are too low for libcurl raised, or refused
 * where they cannot be. Call it before libcurl or OpenSSL is used and before any
 * thread exists. Returns STATUS_OK, or STATUS_SYSTEM with *e filled.
 */
enum status confine(struct error *e);

#endif
