/*
 * Writes a file in place. This is the last resort for a file that cannot be replaced (replace.h).
 * Such a file is mounted alone into a container, or its folder is closed to us.
 *
 * MUST guarantee:
 * 1. Before the first byte changes, a whole copy of the old content is safe on disk.
 * 2. The next run undoes an interrupted write.
 * 3. The undo never loses edits that others made later.
 *
 * The copy gets its name "saved" last, so a file with this name is whole. The new content, "new",
 * is beside the copy. If every byte of a file matches "saved" or "new", an interrupted run wrote
 * it. place.h says where the two are.
 */
#ifndef AWS_MFA_INPLACE_H
#define AWS_MFA_INPLACE_H

#include "file.h"
#include "target.h"

#include <stdbool.h>

/*
 * Writes new over old into fd (O_RDWR; st is its fstat()). why is the errno that prevents replacing
 * the file; the message shows it. Call this under lock_content().
 *
 * STATUS_NOT_STORED and *e on failure. The file is then unchanged, or *e names the copy. *changed:
 * the file no longer holds old, because a program without a lock has written it. Then nothing is
 * written.
 */
enum status inplace_write(const struct target *t, int fd, const struct stat *st,
	const struct secret *old, const struct secret *new, int why, bool *changed,
	struct error *e);

/*
 * Checks before the write. STATUS_CONFIG when no folder can hold the copy, or when root would write
 * a user's hard link.
 */
enum status inplace_foresee(const struct target *t, const struct stat *st, struct error *e);

/*
 * Can an interrupted run have left copies of the file at path? Every run asks, so this is cheap. It
 * looks only for "new", which exists unless somebody has removed it.
 */
bool inplace_left(const char *path);

/* The same, but looks for all names. Call this before a file is written. */
bool inplace_left_any(const struct target *t, const struct stat *st);

/*
 * Undoes an interrupted write, unless another program has written the file since. Removes the
 * copies. *undone is set if the file's content has changed. Call this under lock_content() of fd.
 * After a failure the file must not be written, and *e names the copy.
 */
enum status inplace_undo(
	const struct target *t, int fd, const struct stat *st, bool *undone, struct error *e);

#endif
