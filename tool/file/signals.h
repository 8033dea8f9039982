/*
 * Holds signals back while a credentials file is written. Otherwise a temporary file with all keys
 * could stay behind. A held signal takes effect afterwards.
 *
 * Use this only around steps that end by themselves. Never hold signals while waiting for a lock,
 * the network or a person. A system call to a file system that hangs does not end. SIGTERM would
 * have no effect there either: only SIGKILL ends such a call.
 */
#ifndef AWS_MFA_SIGNALS_H
#define AWS_MFA_SIGNALS_H

#include <signal.h>

/* Blocks all signals that can be blocked, also ^C and ^Z. Fills *before. Pairs may nest. */
void signals_hold(sigset_t *before);

/* Unblocks the signals. A pending signal that ends the process does so in this call. */
void signals_release(const sigset_t *before);

#endif
