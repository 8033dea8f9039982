/* The version all three programs and the man pages carry. */
#ifndef AWS_MFA_VERSION_H
#define AWS_MFA_VERSION_H

#define AWS_MFA_VERSION "0.1.0"

#endif
