#include "entry_open.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "entry_file.h"
#include "paths.h"
#include "root_folder.h"

#define OTHERS (S_IRWXG | S_IRWXO)

/* A shell reads other names as something else: CORP\frank. */
#define PLAIN "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-@"

static enum status cannot_open(const char *name, char *error, size_t size)
{
	int why = errno;

	if (why == ENOENT)
		snprintf(error, size,
			"no entry in " AWS_MFA_KEYS_DIR "; as root, run: aws-mfa keystore add %s",
			name[strspn(name, PLAIN)] ? "USER" : name);
	else if (why == ELOOP)
		snprintf(error, size, AWS_MFA_KEYS_DIR "/%s: is a symlink", name);
	else
		snprintf(error, size, AWS_MFA_KEYS_DIR "/%s: %m", name);
	return why == EMFILE || why == ENFILE || why == ENOMEM ? STATUS_SYSTEM : STATUS_CONFIG;
}

enum status entry_open(int *fd, const char *name, char *error, size_t size)
{
	struct stat st;
	size_t used;
	int folder;

	*fd = -1;
	/* Temporary files begin with '-'. The account's name holds no '/': user.c. */
	if (name[0] == '.' || name[0] == '-') {
		snprintf(error, size, "keystore takes no name that begins with '%c'", name[0]);
		return STATUS_CONFIG;
	}
	folder = root_folder_open(AWS_MFA_KEYS_DIR, OTHERS, error, size);
	if (folder < 0)
		return errno == EMFILE || errno == ENFILE || errno == ENOMEM ? STATUS_SYSTEM
									     : STATUS_CONFIG;
	/* Threat: a FIFO or a device blocks the login. */
	*fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (*fd < 0) {
		enum status status = cannot_open(name, error, size);

		close(folder);
		return status;
	}
	close(folder);
	snprintf(error, size, AWS_MFA_KEYS_DIR "/%s: ", name);
	used = strlen(error);
	if (fstat(*fd, &st) != 0)
		snprintf(error + used, size - used, "%m");
	else if (entry_file_is_good(&st, error + used, size - used))
		return STATUS_OK;
	close(*fd);
	*fd = -1;
	return STATUS_CONFIG;
}
