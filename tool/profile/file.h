/* Reading one of the small text files the settings stand in. */
#ifndef AWS_MFA_FILE_H
#define AWS_MFA_FILE_H

#include "error.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#define FILE_MAX_BYTES ((size_t)8 << 20) /* 10,000 profiles are about 3 MB */

struct bytes {
	char *data; /* NUL behind the last byte, which size does not count */
	size_t size;
};

/* Overwrites (it has held secrets) and frees. */
void bytes_free(struct bytes *b);

/*
 * What was found where a file was looked for. FILE_MISSING: there is no such file (ENOENT alone),
 * or path is /dev/null; no bytes were read. FILE_UNFINISHED: another program has it open for
 * writing and has not touched it for some seconds. What is there may be used, but it may be half of
 * the file: nothing can be concluded from what is not there.
 */
enum file_found { FILE_WHOLE, FILE_MISSING, FILE_UNFINISHED };

/*
 * Reads all of path into *b, which is the caller's to free. *st is what the open descriptor is.
 * STATUS_CONFIG when it cannot be read, is not a regular file (a FIFO or a device must not hang
 * us), is over FILE_MAX_BYTES, or when root is led to it by a symlink it must not follow
 * (target.h). STATUS_SYSTEM when another program is writing it and does not end within 8 s
 * (steady.h).
 */
enum status file_read(const char *path, struct bytes *b, struct stat *st, enum file_found *found,
	struct error *e);

/* The same for an open descriptor, from the file's start. */
enum status file_read_fd(
	int fd, const char *path, struct bytes *b, struct stat *st, struct error *e);

/* Do both describe one file, not written in between? */
bool file_same(const struct stat *a, const struct stat *b);

/* Writes all of data at the file's offset. False and errno on failure. */
bool file_write_all(int fd, const char *data, size_t size);

/*
 * Makes names made or changed in a folder (a descriptor, O_PATH will do) safe on disk. False and
 * errno when the disk fails; true also where that cannot be asked for.
 */
bool file_sync_folder(int folder);

#endif
