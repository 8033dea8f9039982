/*
 * The account's entry in AWS_MFA_KEYS_DIR. The module opens it and never reads it: `aws-mfa serve`
 * does, which may open no file there.
 */
#ifndef PAM_ENTRY_OPEN_H
#define PAM_ENTRY_OPEN_H

#include <stddef.h>

#include "status.h"

/*
 * Opens the entry of the account `name` for reading, and puts the descriptor into *fd. Returns
 * STATUS_OK; STATUS_CONFIG if there is none, or if somebody else than root could read or change it;
 * or STATUS_SYSTEM. A failure puts one line into error[size].
 */
enum status entry_open(int *fd, const char *name, char *error, size_t size);

#endif
