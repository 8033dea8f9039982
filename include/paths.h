/*
 * Where the programs find each other. Absolute and fixed at build time (Makefile, PREFIX and its
 * kin), because anything a caller could change - PATH, an environment variable, argv[0] - would
 * let him run his own program with root's descriptor or a user's code.
 */
#ifndef AWS_MFA_PATHS_H
#define AWS_MFA_PATHS_H

#include "build_paths.h" /* made by the Makefile in build/ */

#define AWS_MFA_PATH BUILD_BINDIR "/aws-mfa"
#define AWS_MFA_STS_PATH BUILD_LIBEXECDIR "/aws-mfa-sts"
#define AWS_MFA_CONF_PATH BUILD_SYSCONFDIR "/aws-mfa/aws-mfa.conf"

#endif
