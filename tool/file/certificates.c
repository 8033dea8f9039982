#include "certificates.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* OpenSSL would wait for a FIFO, and read a device or a huge file to its end. */
static enum status check_kind(const char *path, mode_t folder, struct error *e)
{
	struct stat st;

	if (stat(path, &st) < 0 || (st.st_mode & S_IFMT) == folder)
		return STATUS_OK;
	if (!S_ISREG(st.st_mode))
		return error_set(e, STATUS_CONFIG, "%s: is no file of certificates", path);
	if (st.st_size > CERTIFICATES_MAX_BYTES)
		return error_set(e, STATUS_CONFIG, "%s: is larger than %d MiB", path,
			CERTIFICATES_MAX_BYTES >> 20);
	return STATUS_OK;
}

enum status certificates_each(const char *path, certificates_fn *fn, struct error *e)
{
	enum status rc = fn(path, e);
	const struct dirent *entry;
	char file[PATH_MAX];
	DIR *dir = NULL;

	if (rc == STATUS_OK)
		rc = check_kind(path, S_IFDIR, e);
	if (rc == STATUS_OK)
		dir = opendir(path);
	if (rc == STATUS_OK && !dir && errno != ENOTDIR && errno != ENOENT)
		return error_system(e, path);
	while (rc == STATUS_OK && dir && (entry = readdir(dir))) {
		if (strspn(entry->d_name, "0123456789abcdef") != 8 || entry->d_name[8] != '.')
			continue;
		snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
		rc = fn(file, e);
		if (rc == STATUS_OK)
			rc = check_kind(file, 0, e);
	}
	if (dir)
		closedir(dir);
	return rc;
}
