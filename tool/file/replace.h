/*
 * Replacing a file as a whole: a new one is written beside it, made safe on disk and put in its
 * place. Every reader sees the whole old one or the whole new one. Other names of the old one (hard
 * links) keep it: to write through them would change, say, a backup made with `cp -al`.
 *
 * Threat: a program that takes no lock opens the old file for writing just then. What it writes
 * would be lost with the old file. So the two files change places (renameat2(2), RENAME_EXCHANGE),
 * and change back where the old one is being written or no longer what it was. Where the file
 * system cannot do that, a plain rename leaves a gap of microseconds.
 */
#ifndef AWS_MFA_REPLACE_H
#define AWS_MFA_REPLACE_H

#include "file.h"
#include "target.h"

/*
 * fd is the old file (O_RDONLY), st its fstat(), old what it holds, new the content to be. To be
 * called under lock_file(). False and errno on failure; nothing has changed then and nothing is
 * left behind. EAGAIN: somebody who takes no lock is writing the file or has written it since st.
 */
bool replace_file(const struct target *t, int fd, const struct stat *st, const struct secret *old,
	const struct secret *new);

/* Does this errno say that the file can never be replaced here, whatever it holds? */
bool replace_is_impossible(int error);

/* What can be known before anything is written: 0, or an errno for which that is so. */
int replace_foresee(const struct target *t, int fd, const struct stat *st);

#endif
