/*
 * Reading a file that other programs truncate and then write again: `aws configure`, the Python
 * tool aws-mfa, editors. For a moment such a file is empty or half.
 *
 * A read lease (fcntl(2), F_SETLEASE) is refused while anybody has the file open for writing. A
 * program that then opens it for writing waits until the lease is given back. So it is held for
 * moments only, never while we wait for a person, a lock or the network. It is refused for our own
 * descriptors, too: take it before any O_RDWR.
 *
 * Where there are no leases (a file of another owner, NFS) a file that was written less than 50 ms
 * ago is read a second time.
 */
#ifndef AWS_MFA_STEADY_H
#define AWS_MFA_STEADY_H

#include "error.h"
#include "file.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

/*
 * file_read_fd() at a moment when nobody has the file open for writing; waits for that until
 * deadline_ms (monotonic_ms()). *steady is false when somebody still has: then *b may be half.
 */
enum status steady_read(int fd, const char *path, int64_t deadline_ms, struct secret *b,
	struct stat *st, bool *steady, struct error *e);

/*
 * For what must happen while the file holds exactly b and nobody has it open for writing, and takes
 * a moment: steady_begin(), the deed, and where steady_is_quiet() is false its undoing, then
 * steady_end().
 */
struct steady {
	int fd;
	const struct secret *b;
	bool leased;
};

/* Does not wait. False: not now; then there is no steady_end(). */
bool steady_begin(struct steady *s, int fd, const struct secret *b);

/* Has nobody tried to write the file since steady_begin()? A program that tries waits. */
bool steady_is_quiet(const struct steady *s);

/* Lets those write who wait. */
void steady_end(const struct steady *s);

/*
 * For writing fd (O_RDWR) in place. Until steady_reopen() every program that opens the file waits,
 * readers too. Without leases, or while a program keeps the file open, no program waits. So compare
 * once more with steady_holds() at the last moment.
 */
void steady_shut(int fd);
bool steady_holds(int fd, const struct secret *b);
void steady_reopen(int fd);

#endif
