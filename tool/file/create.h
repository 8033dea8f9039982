/* Making the credentials file where there is none. */
#ifndef AWS_MFA_CREATE_H
#define AWS_MFA_CREATE_H

#include "error.h"

/*
 * Makes an empty file at path (mode 0600), and the folder it is in (0700), where they are missing;
 * what is there stays. A symlink to nowhere gets its file there. Made by root in another user's
 * folder they belong to that user. STATUS_CONFIG on failure; also when a symlink must not be
 * followed (target.h).
 */
enum status create_file(const char *path, struct error *e);

#endif
