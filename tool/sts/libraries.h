/*
 * Sets up libcurl and OpenSSL, without what a refresh never uses: to set that up would be an eighth
 * of what a refresh costs.
 */
#ifndef AWS_MFA_STS_LIBRARIES_H
#define AWS_MFA_STS_LIBRARIES_H

#include "error.h"

/* Call once, and first (but for secure memory). STATUS_OK or STATUS_SYSTEM.
 */
enum status libraries_start(struct error *e);

#endif
