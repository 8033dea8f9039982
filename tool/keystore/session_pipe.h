/*
 * The pipe from `aws-mfa serve` to `aws-mfa store`: it carries the session, so that the PAM module
 * never has it. Lines of `word SP text LF`, as records have them (record.h):
 *
 *	profile NAME
 *	role ARN               (the session is a role's)
 *	access-key-id ID
 *	secret-access-key KEY
 *	session-token TOKEN
 *	expiration SECONDS     (since the epoch)
 *	end
 *
 * Without `end` the reader takes nothing. Threat: the user stops the reading process, and the
 * process that judges the code waits for it. So the pipe is written at once or not at all.
 */
#ifndef AWS_MFA_SESSION_PIPE_H
#define AWS_MFA_SESSION_PIPE_H

#include "credentials/session.h"
#include "error.h"

#include <stdint.h>

#define SESSION_PIPE_MAX ((size_t)60 << 10) /* bytes; a pipe has room for 64 KiB */

/* A session, and where it goes. */
struct parcel {
	const char *profile;
	const char *role; /* ARN; NULL without a role */
	struct session session;
};

/* STATUS_SYSTEM if fd is not the writing end of a pipe. Otherwise a write will not block. */
enum status session_pipe_check(int fd, struct error *e);

/* Writes all of it. STATUS_NOT_STORED: it does not fit, or nobody can read it. */
enum status session_pipe_write(int fd, const struct parcel *p, struct error *e);

/*
 * Reads one. Waits until deadline_ms (monotonic_ms()). STATUS_SYSTEM: there is none, or no whole
 * one. Call parcel_free() in any case.
 */
enum status session_pipe_read(int fd, int64_t deadline_ms, struct parcel *p, struct error *e);
void parcel_free(struct parcel *p);

#endif
