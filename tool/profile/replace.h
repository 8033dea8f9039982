/*
 * Replacing a file as a whole: a new one is written beside it, made safe on disk and renamed over
 * it. Every reader sees the whole old one or the whole new one. Other names of the old one (hard
 * links) keep it: to write through them would change, say, a backup made with `cp -al`.
 */
#ifndef AWS_MFA_REPLACE_H
#define AWS_MFA_REPLACE_H

#include "file.h"
#include "target.h"

/*
 * fd is the old file, st its fstat(), b the new content. To be called under lock_file(). False and
 * errno on failure; nothing has changed then and nothing is left behind. if_unchanged: fails with
 * EAGAIN when somebody who takes no lock has written the file since st.
 */
bool replace_file(const struct target *t, int fd, const struct stat *st, const struct bytes *b,
	bool if_unchanged);

/* Is errno one that says: never this way here, whatever the file holds? */
bool replace_is_impossible(int error);

/* What can be known before anything is written: 0, or an errno for which that is so. */
int replace_foresee(const struct target *t, int fd, const struct stat *st);

#endif
