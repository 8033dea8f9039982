/*
 * A small text file, settings or credentials: reads it, tells whether it is still the same, and
 * makes its name safe on disk.
 */
#ifndef AWS_MFA_FILE_H
#define AWS_MFA_FILE_H

#include "error.h"
#include "text/secret.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#define FILE_MAX_BYTES ((size_t)8 << 20) /* 10,000 profiles are about 3 MB */

/*
 * Reads all of an open file, from its start, into *b. The caller frees *b. *st is fstat() of fd.
 * STATUS_CONFIG when the file cannot be read or is larger than FILE_MAX_BYTES.
 */
enum status file_read_fd(
	int fd, const char *path, struct secret *b, struct stat *st, struct error *e);

/* Do a and b describe the same file, unchanged between the two fstat() calls? */
bool file_same(const struct stat *a, const struct stat *b);

/*
 * Makes new and changed names in a folder safe on disk. folder is a descriptor; O_PATH is enough.
 * False and errno when the disk fails. True also where the folder cannot be synced.
 */
bool file_sync_folder(int folder);

#endif
