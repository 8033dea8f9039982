/*
 * What the service that judges codes can read. It does not run as root. Root with a umask of 077
 * makes files that only root can read: the commands of root would say that all is well, and every
 * login would be refused.
 */
#ifndef AWS_MFA_REACH_H
#define AWS_MFA_REACH_H

#include "error.h"

/*
 * Tries it in a process that has no rights (unprivileged.h), so that ACLs and mounts count as they
 * do for the service. Checks all of a ca_bundle (certificates.h). A path that leads to no file is
 * STATUS_OK, and so is everything if this process is not root. STATUS_CONFIG: *e names the file or
 * folder that is closed, and what to run.
 */
enum status reach_check(const char *path, struct error *e);

#endif
