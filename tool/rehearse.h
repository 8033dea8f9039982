/*
 * For doctor: a real login through a PAM stack, from a root shell that stays open. It goes through
 * libpam, as sshd, sudo or another service would: auth, account, session, and its end.
 *
 * A process of its own loads libpam with dlopen(): the modules may change the limits or the
 * environment of their process, or end it. To link libpam would cost each run of aws-mfa time. A
 * program of its own would have to be installed.
 */
#ifndef AWS_MFA_REHEARSE_H
#define AWS_MFA_REHEARSE_H

#include "doctor/findings.h"
#include "error.h"

/*
 * Says on the terminal what it is about to do, asks there what the modules ask, and adds to *l how
 * each phase ends. STATUS_USAGE: there is no such user. STATUS_SYSTEM: could not try; *e says why.
 */
enum status rehearse(struct findings *l, const char *service, const char *user, struct error *e);

#endif
