#include "certificates.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

enum status certificates_each(const char *path, certificates_fn *fn, struct error *e)
{
	enum status rc = fn(path, e);
	DIR *dir = rc == STATUS_OK ? opendir(path) : NULL;
	const struct dirent *entry;
	char file[PATH_MAX];

	if (rc == STATUS_OK && !dir && errno != ENOTDIR && errno != ENOENT)
		return error_system(e, path);
	while (rc == STATUS_OK && dir && (entry = readdir(dir))) {
		if (strspn(entry->d_name, "0123456789abcdef") != 8 || entry->d_name[8] != '.')
			continue;
		snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
		rc = fn(file, e);
	}
	if (dir)
		closedir(dir);
	return rc;
}
