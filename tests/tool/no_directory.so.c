/* The directory of users does not answer: as libnss-ldapd and libnss-sss say it. */
#include <errno.h>
#include <pwd.h>
#include <stddef.h>
#include <string.h>

struct passwd *getpwnam(const char *name)
{
	errno = strcmp(name, "alice") == 0 ? ENOENT : 0;
	return NULL;
}
