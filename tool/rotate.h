/*
 * Rotates the long-term key of a user: the calls to AWS and the writes of the file, with the
 * session of a fresh code.
 *
 * MUST guarantee, whatever fails and whenever the process dies:
 * 1. The key in use works: it is the one from before, or AWS has accepted it.
 * 2. The next run finds out how far this one got, and goes on from there.
 * 3. A key that the file does not name is deleted only if this command created it a moment before
 *    and lost its secret.
 */
#ifndef AWS_MFA_ROTATE_H
#define AWS_MFA_ROTATE_H

#include "error.h"
#include "rotate_calls.h"

enum rotate_way { ROTATE, ROTATE_FINISH, ROTATE_UNDO };

/*
 * Looks only at what the file says, so it needs no code. STATUS_VALID: there is nothing to do.
 * STATUS_CONFIG: it cannot be done.
 */
enum status rotate_check(const struct rotate *r, enum rotate_way way, struct error *e);

/*
 * Prints each step that is done. rotation_read() has filled r->rotation. STATUS_CONFIG: AWS or a
 * policy refuses, or another key is in the way. STATUS_NOT_STORED: the file could not be written.
 * STATUS_CODE_SPENT: AWS was not reached, or is not known to have done it. Run it again.
 */
enum status rotate_run(struct rotate *r, enum rotate_way way, struct error *e);

#endif
