/* Creates the credentials file if there is none. */
#ifndef AWS_MFA_CREATE_H
#define AWS_MFA_CREATE_H

#include "error.h"

/*
 * Creates an empty file at path (mode 0600) and its folder (0700) if they are missing. Existing
 * files and folders stay unchanged. If path is a symlink to a missing file, that file is created.
 * What root creates in another user's folder belongs to that user. STATUS_CONFIG on failure, also
 * when a symlink must not be followed (target.h).
 */
enum status create_file(const char *path, struct error *e);

#endif
