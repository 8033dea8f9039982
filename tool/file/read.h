/* Reading one of the files of ~/.aws, wherever its path leads. */
#ifndef AWS_MFA_READ_H
#define AWS_MFA_READ_H

#include "error.h"
#include "file.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

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
 * (steady.h), or sooner as file_wait_at_most() says.
 */
enum status file_read(const char *path, struct secret *b, struct stat *st, enum file_found *found,
	struct error *e);

/* Lowers the 8 s for all of this process: a login has less time where its module says so. */
void file_wait_at_most(int64_t ms);

#endif
