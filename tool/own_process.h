/*
 * What aws-mfa changes of its own process, and how exec puts it back: umask, limits, signals and
 * descriptors are inherited by the command.
 */
#ifndef AWS_MFA_OWN_PROCESS_H
#define AWS_MFA_OWN_PROCESS_H

#include <stdbool.h>

/*
 * Opens /dev/null as the standard descriptors that are closed. Threat: a credentials file on
 * descriptor 2 would receive error messages. False and errno if that fails.
 */
bool own_process_open_standard(void);

/* Did the caller close standard output? What is written there is then lost. */
bool own_process_stdout_was_closed(void);

/*
 * Keys and codes pass through this process: forbids core dumps, and ptrace by the same uid. New
 * files get no rights for others. A closed pipe and a file size limit become errors.
 */
void own_process_confine(void);

/*
 * Notes the descriptors above 2 that the caller passed on. Call this before anything starts another
 * process: that makes them close-on-exec. False and errno if they cannot be listed.
 */
bool own_process_note_passed(void);

/* Makes all descriptors above this one close-on-exec. Returns 0 or an errno. */
int own_process_pass_nothing(int above);

/* Closes all descriptors above this one. Returns 0 or an errno. */
int own_process_close_above(int above);

/*
 * Puts all of it back, just before execve(). That resets what is left: execve() itself allows core
 * dumps and ptrace again.
 */
void own_process_restore(void);

#endif
