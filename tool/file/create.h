/* Creates a file in ~/.aws if there is none. */
#ifndef AWS_MFA_CREATE_H
#define AWS_MFA_CREATE_H

#include "error.h"
#include "text/secret.h"

#include <stdbool.h>

/*
 * Creates the file at path (mode 0600) with this content, and its folder (0700) if that is missing.
 * The file gets its name only when it is whole and on the disk. Existing files and folders stay
 * unchanged: *made is false if another program has made the file. If path is a symlink to a missing
 * file, that file is created. What root creates in another user's folder belongs to that user.
 * STATUS_CONFIG on failure, also when a symlink must not be followed (target.h).
 */
enum status create_file(
	const char *path, const struct secret *content, bool *made, struct error *e);

#endif
