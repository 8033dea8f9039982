/*
 * Writing a file where it stands: the last resort for a file that cannot be replaced (replace.h),
 * because it is mounted alone into a container, or because its folder is closed to us.
 *
 * MUST guarantee: before the first byte changes, a whole copy of the old content is safe on disk;
 * a run that is cut off is undone by the next one; and nobody's later edits are lost by that.
 *
 * The copy gets its name, "saved", last: so a copy of that name is whole. Beside it is the content
 * to be, "new". A file that has at each byte the one or the other was left by us, half written.
 * place.h says where they are.
 */
#ifndef AWS_MFA_INPLACE_H
#define AWS_MFA_INPLACE_H

#include "file.h"
#include "target.h"

#include <stdbool.h>

/*
 * Writes new over old into fd (O_RDWR, st its fstat()). why, an errno, is for the message that
 * tells of it. To be called under lock_content(). STATUS_NOT_STORED and *e on failure: then the
 * file is as before, or *e names the copy. *changed is set, and nothing written, when somebody who
 * takes no lock has written it, so that it does not hold old.
 */
enum status inplace_write(const struct target *t, int fd, const struct stat *st,
	const struct secret *old, const struct secret *new, int why, bool *changed,
	struct error *e);

/* What can be known before: STATUS_CONFIG when there is no folder for the copy. */
enum status inplace_foresee(const struct target *t, const struct stat *st, struct error *e);

/*
 * May a run that was cut off have left something of the file that path leads to? Cheap, because
 * each run asks: it looks only for "new", which is there unless somebody has removed it.
 */
bool inplace_left(const char *path);

/* The same, by all names: to be asked before a file is written. */
bool inplace_left_any(const struct target *t, const struct stat *st);

/*
 * Undoes what such a run has done, where nobody has written the file since, and removes what it has
 * left. *undone is set when the file's content has changed. Under lock_content() of fd. Fails when
 * that cannot be done: then the file must not be written, and *e names the copy.
 */
enum status inplace_undo(
	const struct target *t, int fd, const struct stat *st, bool *undone, struct error *e);

#endif
