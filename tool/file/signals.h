/*
 * No signal interrupts us while a credentials file is being written: a temporary with everybody's
 * keys in it would stay behind. A signal that comes meanwhile takes effect afterwards.
 *
 * Only around what ends by itself, never around a wait for a lock, the network or a person. A
 * system call to a file system that hangs does not end; but there a SIGTERM that is let in has no
 * effect either, since the kernel lets only SIGKILL end it.
 */
#ifndef AWS_MFA_SIGNALS_H
#define AWS_MFA_SIGNALS_H

#include <signal.h>

/* Holds all signals that can be held, and stops (^Z) with them; fills *before. Pairs may nest. */
void signals_hold(sigset_t *before);

/* Lets them in again. One that has come meanwhile and ends the process does so in this call. */
void signals_release(const sigset_t *before);

#endif
