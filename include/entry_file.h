/*
 * The file of an entry of the key store: only root can have written it, and nobody else can read
 * it. The module checks this before it passes the file on, and `aws-mfa` before it reads it.
 */
#ifndef AWS_MFA_ENTRY_FILE_H
#define AWS_MFA_ENTRY_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#define ENTRY_MAX_BYTES ((size_t)16 << 10)

/*
 * Is it a regular file, root's, with mode 0600 or less, one name, and ENTRY_MAX_BYTES at most?
 * False: why[size] is the end of a message, as in "has mode 0644, expected 0600".
 */
bool entry_file_is_good(const struct stat *st, char *why, size_t size);

#endif
