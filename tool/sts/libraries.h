/*
 * Sets up libcurl and OpenSSL, without the parts that a refresh never uses. Setting up those parts
 * would cost an eighth of a refresh.
 */
#ifndef AWS_MFA_STS_LIBRARIES_H
#define AWS_MFA_STS_LIBRARIES_H

#include "error.h"

/*
 * Sets up what a signature needs: after that, signing reads no file. Call it once, before all other
 * calls of these libraries except the secure heap's. Returns STATUS_OK, or STATUS_SYSTEM with *e
 * filled.
 */
enum status libraries_start_signing(struct error *e);

/* Sets up the rest, for a process that speaks with a network. */
enum status libraries_start(struct error *e);

#endif
