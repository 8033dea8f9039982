/*
 * Replaces a file as a whole. A new file is written beside it, synced to disk, and put in its
 * place. Every reader sees the whole old file or the whole new file. Other names of the old file
 * (hard links) keep the old content. Writing through them would change, for example, a backup made
 * with `cp -al`.
 *
 * Threat: a program that takes no lock opens the old file for writing at this moment. Its changes
 * would be lost with the old file. So the two files change places (renameat2(2), RENAME_EXCHANGE).
 * They change back if the old file is being written or has changed. Without RENAME_EXCHANGE, a
 * plain rename leaves a gap of microseconds.
 */
#ifndef AWS_MFA_REPLACE_H
#define AWS_MFA_REPLACE_H

#include "file.h"
#include "target.h"

/*
 * fd is the old file (O_RDONLY), st its fstat(), old its content, new the content to write. Call
 * this under lock_file().
 *
 * On failure: false and errno. Then nothing has changed and no file is left behind. EAGAIN: a
 * program that takes no lock is writing the file, or has written it since st.
 */
bool replace_file(const struct target *t, int fd, const struct stat *st, const struct secret *old,
	const struct secret *new);

/* Removes the file that a killed run has left. Call this under lock_file(). False and errno. */
bool replace_sweep(const struct target *t);

/* Does this errno mean that the file can never be replaced here, whatever its content is? */
bool replace_is_impossible(int error);

/* Checks before anything is written. Returns 0, or an errno that means "impossible". */
int replace_foresee(const struct target *t, int fd, const struct stat *st);

#endif
