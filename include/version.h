/* The version of all three programs and of the man pages. */
#ifndef AWS_MFA_VERSION_H
#define AWS_MFA_VERSION_H

#define AWS_MFA_VERSION "0.1.0"

#endif
