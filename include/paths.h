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

#endif
