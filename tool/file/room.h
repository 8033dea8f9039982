/* Is there room on the disk, and under the user's quota and file size limit? */
#ifndef AWS_MFA_ROOM_H
#define AWS_MFA_ROOM_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Tries whether a file of size bytes can be written in the folder (a descriptor, O_PATH will do).
 * 0, or an errno: ENOSPC, EDQUOT, EFBIG, EROFS, EACCES or EPERM. 0 also where this cannot be tried.
 * Nothing is left of the trial, however it ends: the file has no name.
 */
int room_try(int folder, off_t size);

/* Is errno one of the first three: no space, quota or file size left? */
bool room_is_lacking(int error);

#endif
