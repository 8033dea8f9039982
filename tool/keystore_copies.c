#include "keystore_copies.h"

#include "file/file.h"
#include "file/target.h"
#include "ini/ini.h"
#include "text/shell.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define AGAIN ", and run the same command again"

/* --- lines --- */

static bool has(const struct secret *bytes, size_t from, size_t to, const char *secret)
{
	return memmem(bytes->data + from, to - from, secret, strlen(secret)) != NULL;
}

/* Is the secret on a line other than own? If own is NULL, no line may have it. */
static enum status check_lines(
	const struct ini *ini, const struct ini_line *own, const char *secret, struct error *e)
{
	for (size_t i = 0; i < ini->n_lines; i++) {
		const struct ini_line *l = &ini->lines[i];

		if (l != own && has(&ini->bytes, l->start, l->end, secret))
			return error_set(e, STATUS_CONFIG,
				"%s:%zu: the secret is in this line, and would stay in the home; "
				"remove it here" AGAIN,
				ini->path, i + 1);
	}
	return STATUS_OK;
}

enum status copies_check_lines(
	const struct ini *ini, const char *section, const char *secret, struct error *e)
{
	static const char key[] = "aws_secret_access_key";
	const struct ini_line *header = ini_section(ini, section, strlen(section));
	const struct ini_line *own = header ? ini_key(ini, header, key, strlen(key)) : NULL;

	/* Only the line in the section itself is removed. A line of [DEFAULT] stays. */
	if (own && ini->lines[own->section - 1].section != header->section)
		own = NULL;
	return check_lines(ini, own, secret, e);
}

/* --- files --- */

/* The file is replaced, and its other names keep the old one. */
static enum status check_names(const struct settings *s, struct error *e)
{
	const char *path = s->value[SETTING_CREDENTIALS_FILE];
	const struct stat *st = &s->credentials_stat;
	char word[400];

	if (st->st_nlink < 2)
		return STATUS_OK;
	return error_set(e, STATUS_CONFIG,
		"%s: has %ju names (hard links), and the secret would stay under the others; keep "
		"only this name" AGAIN "; to see all names, run: find \"$(stat -Lc %%m %s)\" -xdev "
		"-inum %ju",
		path, (uintmax_t)st->st_nlink,
		shell_quote(path, strlen(path), word, sizeof(word)) ? word : path,
		(uintmax_t)st->st_ino);
}

static enum status not_searched(const char *path, struct error *e)
{
	return error_set(e, STATUS_CONFIG,
		"%s: cannot be read (%s), and may have the secret; remove it, or make it "
		"readable" AGAIN,
		path, strerror(errno));
}

/* Does a file beside the credentials file have the secret? What is no file has none. */
static enum status check_file(int folder, const char *name, const char *path,
	const struct settings *s, const char *secret, struct error *e)
{
	struct secret bytes = {0};
	struct stat st;
	enum status rc;
	int fd;

	/* Follows a symlink, which may lead to a copy. Look first: to open a device may change it.
	 */
	if (fstatat(folder, name, &st, 0) < 0)
		return errno == ENOENT || errno == ELOOP ? STATUS_OK : not_searched(path, e);
	if (!S_ISREG(st.st_mode) || file_same(&st, &s->credentials_stat))
		return STATUS_OK;
	fd = openat(folder, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? STATUS_OK : not_searched(path, e);
	rc = file_read_fd(fd, path, &bytes, &st, e);
	if (rc == STATUS_OK && has(&bytes, 0, bytes.size, secret))
		rc = error_set(e, STATUS_CONFIG,
			"%s: the secret is in this file, too, and would stay in the home; remove "
			"it" AGAIN,
			path);
	secret_free(&bytes);
	close(fd);
	return rc;
}

/* Searches the files in the folder of path that have its name in their own. */
static enum status check_folder(
	const char *path, const struct settings *s, const char *secret, struct error *e)
{
	const char *own = strrchr(path, '/') + 1;
	char beside[PATH_MAX + NAME_MAX + 1];
	enum status rc = STATUS_OK;
	const struct dirent *d;
	DIR *dir;

	snprintf(beside, sizeof(beside), "%.*s", (int)(own - path), path);
	dir = opendir(beside);
	if (!dir)
		return not_searched(beside, e);
	while (rc == STATUS_OK && (errno = 0, d = readdir(dir))) {
		if (!strstr(d->d_name, own) || strcmp(d->d_name, own) == 0)
			continue;
		snprintf(beside + (own - path), sizeof(beside) - (size_t)(own - path), "%s",
			d->d_name);
		rc = check_file(dirfd(dir), d->d_name, beside, s, secret, e);
	}
	if (rc == STATUS_OK && errno != 0)
		rc = not_searched(path, e);
	closedir(dir);
	return rc;
}

/* If the path has a symlink, the file's own folder counts, too. */
static enum status check_folders(const struct settings *s, const char *secret, struct error *e)
{
	const char *path = s->value[SETTING_CREDENTIALS_FILE];
	struct target t = {.folder = -1};
	enum status rc = target_find(&t, path, e);

	if (rc == STATUS_OK)
		rc = check_folder(path, s, secret, e);
	if (rc == STATUS_OK && strcmp(t.path, path) != 0)
		rc = check_folder(t.path, s, secret, e);
	target_free(&t);
	return rc;
}

enum status copies_check(const struct settings *s, const char *secret, struct error *e)
{
	enum status rc = copies_check_lines(&s->credentials, s->long_term, secret, e);

	if (rc == STATUS_OK)
		rc = check_lines(&s->config, NULL, secret, e);
	if (rc == STATUS_OK)
		rc = check_names(s, e);
	return rc == STATUS_OK ? check_folders(s, secret, e) : rc;
}
