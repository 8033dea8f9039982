/*
 * Reads a file that other programs truncate and then write again: `aws configure`, the Python tool
 * aws-mfa, editors. For a moment such a file is empty or half written.
 *
 * The kernel refuses a read lease (fcntl(2), F_SETLEASE) while a process has the file open for
 * writing. While we have the lease, a program that opens the file for writing waits. So hold it
 * only for moments, never while we wait for a person, a lock or the network. Our own descriptors
 * count, too: take the lease before any O_RDWR open.
 *
 * Some files have no leases (files of another owner, NFS). If such a file was written less than 50
 * ms ago, it is read a second time.
 */
#ifndef AWS_MFA_STEADY_H
#define AWS_MFA_STEADY_H

#include "error.h"
#include "file.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

/*
 * Calls file_read_fd() at a moment when no program has the file open for writing. Waits for this
 * moment until deadline_ms (monotonic_ms()). *steady is false if a program still has the file open:
 * *b may then be half of the file.
 */
enum status steady_read(int fd, const char *path, int64_t deadline_ms, struct secret *b,
	struct stat *st, bool *steady, struct error *e);

/*
 * For a short step that needs the file to hold exactly b. No program may have the file open for
 * writing. Call steady_begin() and do the step. If steady_is_quiet() is false, undo the step. Then
 * call steady_end().
 */
struct steady {
	int fd;
	const struct secret *b;
	bool leased;
};

/* Does not wait. If false, do not do the step and do not call steady_end(). */
bool steady_begin(struct steady *s, int fd, const struct secret *b);

/*
 * Has no program tried to write the file since steady_begin()? Such a program waits if we have the
 * lease.
 */
bool steady_is_quiet(const struct steady *s);

/* Lets the waiting programs write. */
void steady_end(const struct steady *s);

/*
 * For writing fd (O_RDWR) in place. Until steady_reopen() every program that opens the file waits,
 * also to read. Without leases, or while a program keeps the file open, no program waits. So check
 * steady_holds() just before the write.
 */
void steady_shut(int fd);
bool steady_holds(int fd, const struct secret *b);
void steady_reopen(int fd);

#endif
