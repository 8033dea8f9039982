/* Is there room for a file: on the disk, under the quota and under the file size limit? */
#ifndef AWS_MFA_ROOM_H
#define AWS_MFA_ROOM_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Tries to write a file of size bytes in the folder (a descriptor; O_PATH is enough). Returns 0,
 * ENOSPC, EDQUOT, EFBIG, EROFS, EACCES or EPERM. Returns 0 also where this cannot be tried. Nothing
 * is left behind, even after a crash: the file has no name.
 */
int room_try(int folder, off_t size);

/* Does this errno mean that space, quota or file size is used up (ENOSPC, EDQUOT, EFBIG)? */
bool room_is_lacking(int error);

#endif
