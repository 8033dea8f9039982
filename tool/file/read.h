/* Reads a file of ~/.aws, also behind symlinks. */
#ifndef AWS_MFA_READ_H
#define AWS_MFA_READ_H

#include "error.h"
#include "file.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

/*
 * What file_read() has found.
 *
 * FILE_MISSING: the file does not exist (ENOENT only), or path is /dev/null. There are no bytes.
 *
 * FILE_UNFINISHED: another program has the file open for writing and has not changed it for some
 * seconds. The caller may use the content. It may be half of the file, so do not conclude anything
 * from what is missing.
 */
enum file_found { FILE_WHOLE, FILE_MISSING, FILE_UNFINISHED };

/*
 * Reads all of path into *b. The caller frees *b. *st is fstat() of the open descriptor.
 *
 * STATUS_CONFIG: the file cannot be read or is larger than FILE_MAX_BYTES. Also when it is not a
 * regular file: a FIFO or a device must not hang us. Also when a symlink that root must not follow
 * leads to it (target.h).
 *
 * STATUS_SYSTEM: another program is still writing the file after 8 s (steady.h).
 * file_wait_at_most() can shorten this time.
 */
enum status file_read(const char *path, struct secret *b, struct stat *st, enum file_found *found,
	struct error *e);

/* Lowers the 8 s for this process: the PAM module can give a login less time. */
void file_wait_at_most(int64_t ms);

#endif
