/*
 * Where the programs find each other. The paths are absolute and fixed at build time (PREFIX and
 * the other folders of the Makefile). A caller could change PATH, an environment variable or
 * argv[0]. The caller could then run another program with root's descriptor or a user's code.
 */
#ifndef AWS_MFA_PATHS_H
#define AWS_MFA_PATHS_H

#include "build_paths.h" /* the Makefile writes it to build/ */

#define AWS_MFA_PATH BUILD_BINDIR "/aws-mfa"
#define AWS_MFA_STS_PATH BUILD_LIBEXECDIR "/aws-mfa-sts"
#define AWS_MFA_CONF_PATH BUILD_SYSCONFDIR "/aws-mfa/aws-mfa.conf"
#define AWS_MFA_STACKS_PATH BUILD_DOCDIR "/examples/pam.d" /* stacks to copy */

/* Keystore mode. Only root can write to these folders, and only root can open what is in them. */
#define AWS_MFA_KEYS_DIR BUILD_SYSCONFDIR "/aws-mfa/keys"
#define AWS_MFA_RUN_DIR BUILD_RUNDIR "/aws-mfa"
#define AWS_MFA_KEYSTORE_SOCKET AWS_MFA_RUN_DIR "/keystore.sock"
#define AWS_MFA_WAITING AWS_MFA_RUN_DIR "/waiting"

#endif
