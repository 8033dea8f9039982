/*
 * Folders that only root can change: what stands in them under a name stands there by root's will.
 * The sticky bit of /tmp does not make a folder one of them. Others cannot rename or remove what is
 * root's there, but they can take a name before root does, or after a cleaner has removed it.
 */
#ifndef AWS_MFA_ROOT_FOLDER_H
#define AWS_MFA_ROOT_FOLDER_H

#include <stddef.h>
#include <sys/types.h>

/*
 * Opens the folder at an absolute path, for openat() only (O_PATH). Every folder on the path must
 * be root's, must not be a symlink, and nobody else may write to it. The last one must not have a
 * mode bit of `forbidden` either. Otherwise returns -1 and one line in error[size], "FOLDER: what
 * is wrong". errno is EPERM if a folder is not as it must be, else why it cannot be opened.
 */
int root_folder_open(const char *path, mode_t forbidden, char *error, size_t size);

#endif
