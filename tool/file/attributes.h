/*
 * What belongs to a file besides its bytes: owner, group, mode, POSIX or NFSv4 ACL, extended
 * attributes (the SELinux context is one).
 */
#ifndef AWS_MFA_ATTRIBUTES_H
#define AWS_MFA_ATTRIBUTES_H

#include <stdbool.h>
#include <sys/stat.h>

/*
 * Gives the file to, made with mode 0600, those of the file from (st is fstat() of it). At no
 * moment may anybody open `to` who may not open `from`. False and errno when one that matters
 * cannot be given; what the kernel or an administrator alone can set (trusted.*, IMA and EVM
 * hashes) is let go.
 */
bool attributes_copy(int from, const struct stat *st, int to);

#endif
