/* Where libpam looks for the file of a service. A file in the first folder hides that in the
 * second. */
#ifndef AWS_MFA_PAM_FOLDERS_H
#define AWS_MFA_PAM_FOLDERS_H

#define PAM_ETC "/etc/pam.d"
#define PAM_USR "/usr/lib/pam.d"

#endif
