/* Reading one of the small text files the settings stand in. */
#ifndef AWS_MFA_FILE_H
#define AWS_MFA_FILE_H

#include "error.h"
#include "text/secret.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#define FILE_MAX_BYTES ((size_t)8 << 20) /* 10,000 profiles are about 3 MB */

/*
 * Reads all of an open file, from its start, into *b, which is the caller's to free. *st is what
 * the descriptor is. STATUS_CONFIG when it cannot be read or is over FILE_MAX_BYTES.
 */
enum status file_read_fd(
	int fd, const char *path, struct secret *b, struct stat *st, struct error *e);

/* Do both describe one file, not written in between? */
bool file_same(const struct stat *a, const struct stat *b);

/*
 * Makes names made or changed in a folder (a descriptor, O_PATH will do) safe on disk. False and
 * errno when the disk fails; true also where that cannot be asked for.
 */
bool file_sync_folder(int folder);

#endif
