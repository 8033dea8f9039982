#include "entry_open.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "paths.h"
#include "root_folder.h"

#define OTHERS (S_IRWXG | S_IRWXO)

/* What is wrong with the file, or NULL. */
static const char *fault(const struct stat *st)
{
	if (!S_ISREG(st->st_mode))
		return "is not a regular file";
	if (st->st_uid != 0 || st->st_gid != 0)
		return "does not belong to root:root";
	if (st->st_mode & OTHERS)
		return "must have mode 0600";
	/* Threat: root changes the file through another name, in a folder of somebody else. */
	if (st->st_nlink != 1)
		return "has a second name (hard link)";
	return NULL;
}

static enum status cannot_open(const char *name, char *error, size_t size)
{
	int why = errno;

	if (why == ENOENT)
		snprintf(error, size,
			"no entry in " AWS_MFA_KEYS_DIR "; as root, run: aws-mfa keystore add %s",
			name);
	else if (why == ELOOP)
		snprintf(error, size, AWS_MFA_KEYS_DIR "/%s: is a symlink", name);
	else
		snprintf(error, size, AWS_MFA_KEYS_DIR "/%s: %m", name);
	return why == EMFILE || why == ENFILE || why == ENOMEM ? STATUS_SYSTEM : STATUS_CONFIG;
}

enum status entry_open(int *fd, const char *name, char *error, size_t size)
{
	const char *wrong;
	struct stat st;
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
	wrong = fstat(*fd, &st) == 0 ? fault(&st) : "cannot be examined";
	if (!wrong)
		return STATUS_OK;
	snprintf(error, size, AWS_MFA_KEYS_DIR "/%s %s", name, wrong);
	close(*fd);
	*fd = -1;
	return STATUS_CONFIG;
}
