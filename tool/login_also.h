/* At a login: the session of the code goes to the profiles that `also` names, too. */
#ifndef AWS_MFA_LOGIN_ALSO_H
#define AWS_MFA_LOGIN_ALSO_H

#include "refresh.h"

/*
 * Starts a process that shares the new session of *r with the profiles that `also` names and that
 * have the same device and key. Does not wait for it. It has nothing to do with the verdict: it
 * cannot reach the module. It writes its failures to syslog: "key-id=ID profile=NAME
 * result=not-shared reason="..."", with the key id of the session as in the module's line of the
 * login. options are those of the command.
 *
 * Does nothing without `also`, or if the profile has a role: there is no session to share then.
 */
void login_also(const struct refresh *r, const char *const options[N_SETTINGS]);

#endif
