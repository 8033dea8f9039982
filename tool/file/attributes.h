/*
 * A file's attributes: owner, group, mode, POSIX or NFSv4 ACL, and extended attributes. The SELinux
 * context is an extended attribute.
 */
#ifndef AWS_MFA_ATTRIBUTES_H
#define AWS_MFA_ATTRIBUTES_H

#include <stdbool.h>
#include <sys/stat.h>

/*
 * Copies the attributes of the file `from` to the file `to`. st is fstat() of `from`. `to` must
 * have mode 0600. A user who may not open `from` cannot open `to` at any moment.
 *
 * False and errno when an attribute that matters cannot be set. Attributes that only the kernel or
 * an administrator can set may be lost: trusted.*, IMA and EVM hashes.
 */
bool attributes_copy(int from, const struct stat *st, int to);

#endif
